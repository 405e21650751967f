/// A table as it is listed, piece by piece.
struct FilterListing {
    private let table: String
    private var sets: Set<String> = []
    private var elements: [PacketFilter.AddressSet: Set<[UInt8]>] = [:]
    /// Every chain of it, and where those are that see packets.
    private var chains: Set<String> = []
    private var hooks: [String: (number: UInt32, priority: Int32)] = [:]
    /// Switched off, or with a chain that drops what no rule accepts.
    private var isAltered = false
    private var comments: [String: [String]] = [:]

    init(_ table: String) { self.table = table }

    /// Takes a message of a list; those of other tables are passed over.
    mutating func take(_ bytes: Span<UInt8>, _ header: NetlinkHeader) {
        guard header.type >> 8 == UInt16(Netfilter.subsystem), header.payload.count >= 4,
            bytes[header.payload.lowerBound] == Netfilter.inet,
            let message = Netfilter.Message(rawValue: Int(header.type & 0xFF))
        else { return }
        var texts: [Int: String] = [:]
        var ranges: [Int: Range<Int>] = [:]
        forEachAttribute(of: bytes, in: header.payload.lowerBound + 4..<header.payload.upperBound) { type, value in
            ranges[type] = value
            if type <= 3 { texts[type] = bytes.text(in: value) }
        }
        guard texts[Netfilter.tableName] == table else { return }
        switch message {
        case .newTable: if has(Self.dormant, in: bytes, ranges[Netfilter.tableFlags]) { isAltered = true }
        case .newSet: if let name = texts[Netfilter.AddressSet.name] { sets.insert(name) }
        case .newChain:
            guard let name = texts[Netfilter.Chain.name] else { return }
            chains.insert(name)
            hooks[name] = ranges[Netfilter.Chain.hook].flatMap { Self.hook(bytes, $0) }
            // NF_DROP is 0.
            if let policy = ranges[Netfilter.Chain.policy], !has(.max, in: bytes, policy) { isAltered = true }
        case .newRule:
            if let chain = texts[Netfilter.Rule.chain] {
                let comment = ranges[Netfilter.Rule.comment].map { bytes.text(in: $0.dropFirst(2)) }
                comments[chain, default: []].append(comment ?? "")
            }
        case .newElements:
            guard let set = texts[Netfilter.Elements.set].flatMap(PacketFilter.AddressSet.init(rawValue:)),
                let list = ranges[Netfilter.Elements.list]
            else { return }
            for key in Self.keys(bytes, list) { elements[set, default: []].insert(key) }
        default: break
        }
    }

    /// NFT_TABLE_F_DORMANT.
    private static let dormant: UInt32 = 1

    private func has(_ bits: UInt32, in bytes: Span<UInt8>, _ range: Range<Int>?) -> Bool {
        guard let range, let number = bytes.networkUInt32(at: range.lowerBound) else { return false }
        return number & bits != 0
    }

    private static func hook(_ bytes: Span<UInt8>, _ range: Range<Int>) -> (number: UInt32, priority: Int32)? {
        var (number, priority): (UInt32?, UInt32?)
        forEachAttribute(of: bytes, in: range) { type, value in
            if type == Netfilter.Hook.number { number = bytes.networkUInt32(at: value.lowerBound) }
            if type == Netfilter.Hook.priority { priority = bytes.networkUInt32(at: value.lowerBound) }
        }
        guard let number, let priority else { return nil }
        return (number, Int32(bitPattern: priority))
    }

    private static func keys(_ bytes: Span<UInt8>, _ list: Range<Int>) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        forEachAttribute(of: bytes, in: list) { _, element in
            forEachAttribute(of: bytes, in: element) { type, key in
                guard type == Netfilter.elementKey else { return }
                forEachAttribute(of: bytes, in: key) { type, value in
                    if type == Netfilter.dataValue { keys.append(bytes.octets(in: value)) }
                }
            }
        }
        return keys
    }

    func has(_ set: PacketFilter.AddressSet) -> Bool { sets.contains(set.rawValue) }

    /// True when the table has one of our sets.
    var isOurs: Bool { PacketFilter.AddressSet.allCases.contains(where: has) }

    /// The table as a filter; nil when it is not as we make it.
    var filter: PacketFilter? {
        guard sets == Set(PacketFilter.AddressSet.allCases.map(\.rawValue)),
            chains == Set(FilterChain.allCases.map(\.rawValue)), !isAltered,
            let priority = hooks[FilterChain.input.rawValue]?.priority
        else { return nil }
        for chain in FilterChain.allCases {
            guard let hook = hooks[chain.rawValue], hook.number == chain.hook, hook.priority == priority else {
                return nil
            }
        }
        for counts in [false, true] {
            for matchesIndex in [false, true] {
                let form = PacketFilter.Form(
                    table: table, priority: priority, counts: counts, matchesIndex: matchesIndex)
                let expected = FilterRule.allCases.map { $0.comment(form) }
                guard comments.count == FilterChain.allCases.count,
                    FilterChain.allCases.allSatisfy({ comments[$0.rawValue] == expected })
                else { continue }
                var filter = PacketFilter(form)
                for (set, keys) in elements { filter[set] = keys }
                return filter
            }
        }
        return nil
    }
}
