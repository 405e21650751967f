import Configuration
import Testing

/// A small generator that gives the same numbers every time (xorshift64*).
private struct Dice {
    var state: UInt64
    mutating func roll(_ sides: Int) -> Int {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return Int((state &* 2_685_821_657_736_338_717) >> 33) % sides
    }
    mutating func pick<T>(_ items: [T]) -> T { items[roll(items.count)] }
}

private let words = [
    "0", "1", "-1", "255", "256", "300", "99999999999999999999", "4294967296", "0.5", "0.0000001", ".", "1.", "x", "",
    "=", ";", "a,", "10.0.0.1", "10.0.0.1/24", "10.0.0.1/0", "fe80::1/64", "2001:db8::1", "::", "0.0.0.0", "224.0.0.18",
    "eth0", "weight", "reverse", "noreverse", "brd", "+", "-", "dev", "scope", "label", "MASTER", "BACKUP", "PASS",
    "on",
    "off", "$X", "chk", "VI_1", "2147483647", "</dev/tcp/h/1", "\"a b\"", "'", "peer", "user", "initial",
]

private func block(_ dice: inout Dice, _ kind: BlockKind?, depth: Int) -> String {
    var text = ""
    for _ in 0..<dice.roll(7) {
        let known = kind.map { KeywordTable.keywords(in: $0) } ?? []
        let keyword = known.isEmpty ? nil : dice.pick(known)
        let name = dice.roll(4) == 0 ? dice.pick(words) : keyword?.name ?? dice.pick(words)
        text += name
        for _ in 0..<dice.roll(4) { text += " " + dice.pick(words) }
        if depth < 3, keyword?.opens != nil || dice.roll(6) == 0 {
            text += " {\n" + block(&dice, keyword?.opens, depth: depth + 1) + "}"
        }
        text += "\n"
    }
    return text
}

@Suite struct ResolverPropertyTests {
    @Test func `any words in any order give an answer, and what is in the model is in range`() {
        var reached = 0
        for seed in 1...400 * thoroughness {
            var dice = Dice(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
            // Half of them inside a sound instance, so that many get as far as the model.
            let isWhole = seed.isMultiple(of: 2)
            let text = isWhole ? block(&dice, .topLevel, depth: 0) : instance(block(&dice, .instance, depth: 1))
            let (model, diagnostics) = resolved(text)
            #expect(!diagnostics.isEmpty || !model.instances.isEmpty, "silence about: \(text)")
            reached += model.instances.count
            for instance in model.instances {
                #expect(!instance.interface.isEmpty && instance.interface.utf8.count <= 15)
                #expect(instance.addresses.allSatisfy { $0.address.family == instance.family })
                #expect(
                    instance.addressLocations.count == instance.addresses.count + instance.excludedAddresses.count)
                if instance.version == .v2 { #expect(instance.advertisementInterval.isWholeSeconds) }
                if instance.family == .v6 { #expect(instance.version == .v3) }
                if case .unicast(let peers) = instance.transport { #expect(!peers.isEmpty) }
            }
            _ = lint(model, host: nil, hostIsAuthoritative: false)
            _ = checkPair(model, model, fileA: "a", fileB: "b")
            #expect(changes(from: model, to: model) == [])
        }
        #expect(reached > 60 * thoroughness)
    }

    @Test func `every instance that the guess-work reaches is resolved the same way twice`() {
        for seed in 1...200 {
            var dice = Dice(state: UInt64(seed) &* 0x9E37_79B9_7F4A_7C15)
            let text = block(&dice, .topLevel, depth: 0)
            #expect(resolved(text).model == resolved(text).model)
        }
    }
}
