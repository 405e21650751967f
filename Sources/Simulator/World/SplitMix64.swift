/// Our own generator, because the standard one's sequence is not promised: a failing seed must fail for ever.
struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A generator of its own, so that one more draw here does not change everything that is drawn there.
    mutating func fork() -> SplitMix64 { SplitMix64(seed: next()) }

    mutating func below(_ bound: UInt64) -> UInt64 { next() % bound }
    mutating func chance(_ percent: UInt64) -> Bool { next() % 100 < percent }
    mutating func pick<Element>(_ elements: [Element]) -> Element { elements[Int(next() % UInt64(elements.count))] }
    /// The standard library's `shuffle` does not promise its order either.
    mutating func permutation(of elements: [UInt8]) -> [UInt8] {
        var result = elements
        for index in result.indices { result.swapAt(index, index + Int(below(UInt64(result.count - index)))) }
        return result
    }

    mutating func between(_ low: UInt64, _ high: UInt64) -> UInt64 { low + next() % (high - low + 1) }
}
