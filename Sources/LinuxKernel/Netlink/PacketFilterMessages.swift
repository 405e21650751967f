/// Numbers of <linux/netfilter/nf_tables.h> and <linux/netfilter/nfnetlink.h>, which the Glibc overlay lacks.
enum Netfilter {
    /// NETLINK_NETFILTER.
    static let netlinkFamily: Int32 = 12
    /// NFPROTO_INET.
    static let inet: UInt8 = 1
    /// NFNL_SUBSYS_NFTABLES.
    static let subsystem: UInt8 = 10
    /// NFNLGRP_NFTABLES, as a bit.
    static let newsGroup: UInt32 = 1 << 6
    static let (batchBegin, batchEnd) = (0x10, 0x11)

    /// NFT_MSG_*.
    enum Message: Int {
        case newTable = 0
        case getTable = 1
        case deleteTable = 2
        case newChain = 3
        case getChain = 4
        case newRule = 6
        case getRule = 7
        case newSet = 9
        case getSet = 10
        case newElements = 12
        case getElements = 13
        case deleteElements = 14
        case newGeneration = 15

        var type: Int { Int(Netfilter.subsystem) << 8 | rawValue }
    }

    /// NFTA_*_TABLE of chains, rules, sets and elements, and NFTA_TABLE_NAME.
    static let tableName = 1
    static let tableFlags = 2

    enum Chain { static let (name, hook, policy, type) = (3, 4, 5, 7) }
    enum Hook { static let (number, priority) = (1, 2) }
    enum Rule { static let (chain, expressions, comment) = (2, 4, 7) }
    enum AddressSet { static let (name, keyType, keyLength, identifier) = (2, 4, 5, 10) }
    enum Elements { static let (set, list) = (2, 3) }
    /// NFTA_LIST_ELEM, NFTA_SET_ELEM_KEY and NFTA_DATA_VALUE.
    static let (listElement, elementKey, dataValue) = (1, 1, 1)
    enum Generation { static let (process, name) = (2, 3) }
}

/// A chain of ours: which packets it sees, and where their address and interface are.
enum FilterChain: String, CaseIterable {
    case input = "in"
    case output = "out"

    /// NF_INET_LOCAL_IN and NF_INET_LOCAL_OUT.
    var hook: UInt32 { self == .input ? 1 : 3 }
    /// Of the destination, or the source, within the IPv4 and the IPv6 header.
    var addressOffset: (v4: UInt32, v6: UInt32) { self == .input ? (16, 24) : (12, 8) }
    /// NFT_META_IIF, OIF, IIFNAME and OIFNAME.
    func interfaceKey(byIndex: Bool) -> UInt32 { (byIndex ? 4 : 6) + (self == .input ? 0 : 1) }
}

/// The rules of each chain, in their order.
enum FilterRule: String, CaseIterable {
    case discovery = "neighbour discovery passes"
    case v4 = "no_accept"
    case v6 = "no_accept, IPv6"
    case linkLocal = "no_accept, link-local"

    /// What `nft list ruleset` shows beside it, and what tells that it has this form.
    func comment(_ form: PacketFilter.Form) -> String {
        "understudy: \(rawValue)" + (form.counts ? ", counted" : "") + (form.matchesIndex ? ", by number" : "")
    }
}

extension NetlinkRequest {
    /// The head of a message about nftables (nfgenmsg), or of a batch of them.
    mutating func append(netfilterHead family: UInt8, subsystem: UInt8 = 0) {
        append(family)
        append(UInt8(0))
        // In network order, and so the upper octet first.
        append(UInt8(0))
        append(subsystem)
    }

    mutating func append(attribute type: Int, text: String) { append(attribute: type, Array(text.utf8) + [0]) }

    mutating func append(attribute type: Int, networkOrder value: UInt32) {
        append(attribute: type, [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> UInt32($0)) })
    }

    fileprivate mutating func append(data type: Int, _ octets: [UInt8]) {
        append(nested: type) { $0.append(attribute: Netfilter.dataValue, octets) }
    }

    fileprivate mutating func append(expression name: String, _ fill: (inout NetlinkRequest) -> Void) {
        append(nested: Netfilter.listElement) { element in
            element.append(attribute: 1, text: name)
            element.append(nested: 2, fill)
        }
    }

    // The registers are of 16 octets: 0 takes the verdict, the others values.

    /// Loads NFT_META_*.
    fileprivate mutating func append(meta key: UInt32, into register: UInt32 = 1) {
        append(expression: "meta") {
            $0.append(attribute: 1, networkOrder: register)
            $0.append(attribute: 2, networkOrder: key)
        }
    }

    /// Loads octets of the network header (1) or of what it carries (2).
    fileprivate mutating func append(header base: UInt32, offset: UInt32, count: UInt32) {
        append(expression: "payload") {
            for (type, value) in [(1, 1), (2, base), (3, offset), (4, count)] as [(Int, UInt32)] {
                $0.append(attribute: type, networkOrder: value)
            }
        }
    }

    /// Goes on when register 1 compares so (NFT_CMP_*).
    fileprivate mutating func append(compare operation: UInt32, _ octets: [UInt8]) {
        append(expression: "cmp") {
            $0.append(attribute: 1, networkOrder: 1)
            $0.append(attribute: 2, networkOrder: operation)
            $0.append(data: 3, octets)
        }
    }

    /// Goes on when what is in the registers from 1 on is in a set.
    fileprivate mutating func append(lookup set: PacketFilter.AddressSet) {
        append(expression: "lookup") {
            $0.append(attribute: 1, text: set.rawValue)
            $0.append(attribute: 2, networkOrder: 1)
        }
    }

    /// NF_DROP (0) or NF_ACCEPT (1).
    fileprivate mutating func append(verdict: UInt32) {
        append(expression: "immediate") {
            $0.append(attribute: 1, networkOrder: 0)
            $0.append(nested: 2) { data in
                data.append(nested: 2) { $0.append(attribute: 1, networkOrder: verdict) }
            }
        }
    }

    /// Goes on for packets of one family: NFT_META_NFPROTO is NFPROTO_IPV4 or NFPROTO_IPV6.
    fileprivate mutating func appendFamily(isIPv6: Bool) {
        append(meta: 15)
        append(compare: 0, [isIPv6 ? 10 : 2])
    }

    fileprivate mutating func append(_ rule: FilterRule, of chain: FilterChain, _ form: PacketFilter.Form) {
        appendFamily(isIPv6: rule != .v4)
        switch rule {
        case .discovery:
            // NFT_META_L4PROTO is ICMPv6, and its type 135 or 136.
            append(meta: 16)
            append(compare: 0, [58])
            append(header: 2, offset: 0, count: 1)
            append(compare: 5, [135])
            append(compare: 3, [136])
        case .v4:
            append(header: 1, offset: chain.addressOffset.v4, count: 4)
            append(lookup: .v4)
        case .v6:
            append(header: 1, offset: chain.addressOffset.v6, count: 16)
            append(lookup: .v6)
        case .linkLocal:
            append(header: 1, offset: chain.addressOffset.v6, count: 16)
            append(meta: chain.interfaceKey(byIndex: form.matchesIndex), into: 2)
            append(lookup: .linkLocal)
        }
        if form.counts { append(expression: "counter") { _ in } }
        append(verdict: rule == .discovery ? 1 : 0)
    }
}

extension PacketFilter.AddressSet {
    /// The type by which `nft` shows a key, and its octets.
    fileprivate func key(_ form: PacketFilter.Form) -> (type: UInt32, length: UInt32) {
        // ipv4_addr, ipv6_addr, iface_index, ifname.
        let (four, six, index, name): (UInt32, UInt32, UInt32, UInt32) = (7, 8, 20, 41)
        return switch self {
        case .v4: (four, 4)
        case .v6: (six, 16)
        case .linkLocal: form.matchesIndex ? (six << 6 | index, 20) : (six << 6 | name, 32)
        }
    }
}

/// The messages of one transaction: all of them count at one instant, or none.
struct FilterBatch {
    /// NLM_F_CREATE, and NLM_F_APPEND.
    private static let (create, append) = (0x400, 0x800)
    /// So many elements fit in one attribute.
    private static let mostElements = 500

    private var messages: [(Netfilter.Message, Int, (inout NetlinkRequest) -> Void)] = []

    var isEmpty: Bool { messages.isEmpty }

    mutating func removeTable(_ name: String) {
        messages.append((.deleteTable, 0, { $0.append(attribute: Netfilter.tableName, text: name) }))
    }

    /// The table with its chains, sets and rules, and everything that is in the sets.
    mutating func add(_ filter: PacketFilter) {
        let form = filter.form
        messages.append((.newTable, Self.create, { $0.append(attribute: Netfilter.tableName, text: form.table) }))
        for (number, set) in PacketFilter.AddressSet.allCases.enumerated() {
            add(set, number: UInt32(number + 1), form)
        }
        for chain in FilterChain.allCases {
            add(chain, form)
            for rule in FilterRule.allCases { add(rule, to: chain, form) }
        }
        for set in PacketFilter.AddressSet.allCases { add(filter[set], to: set, of: form.table) }
    }

    private mutating func add(_ set: PacketFilter.AddressSet, number: UInt32, _ form: PacketFilter.Form) {
        let key = set.key(form)
        messages.append(
            (
                .newSet, Self.create,
                {
                    $0.append(attribute: Netfilter.tableName, text: form.table)
                    $0.append(attribute: Netfilter.AddressSet.name, text: set.rawValue)
                    $0.append(attribute: Netfilter.AddressSet.keyType, networkOrder: key.type)
                    $0.append(attribute: Netfilter.AddressSet.keyLength, networkOrder: key.length)
                    $0.append(attribute: Netfilter.AddressSet.identifier, networkOrder: number)
                }
            ))
    }

    private mutating func add(_ chain: FilterChain, _ form: PacketFilter.Form) {
        messages.append(
            (
                .newChain, Self.create,
                {
                    $0.append(attribute: Netfilter.tableName, text: form.table)
                    $0.append(attribute: Netfilter.Chain.name, text: chain.rawValue)
                    $0.append(nested: Netfilter.Chain.hook) { hook in
                        hook.append(attribute: Netfilter.Hook.number, networkOrder: chain.hook)
                        hook.append(
                            attribute: Netfilter.Hook.priority, networkOrder: UInt32(bitPattern: form.priority))
                    }
                    // NF_ACCEPT: what no rule drops goes on to the tables of others.
                    $0.append(attribute: Netfilter.Chain.policy, networkOrder: 1)
                    $0.append(attribute: Netfilter.Chain.type, text: "filter")
                }
            ))
    }

    private mutating func add(_ rule: FilterRule, to chain: FilterChain, _ form: PacketFilter.Form) {
        // NFTNL_UDATA_RULE_COMMENT, its length, and the text with its NUL.
        let text = Array(rule.comment(form).utf8) + [0]
        messages.append(
            (
                .newRule, Self.create | Self.append,
                {
                    $0.append(attribute: Netfilter.tableName, text: form.table)
                    $0.append(attribute: Netfilter.Rule.chain, text: chain.rawValue)
                    $0.append(nested: Netfilter.Rule.expressions) { $0.append(rule, of: chain, form) }
                    $0.append(attribute: Netfilter.Rule.comment, [0, UInt8(clamping: text.count)] + text)
                }
            ))
    }

    mutating func add(_ keys: Set<[UInt8]>, to set: PacketFilter.AddressSet, of table: String) {
        change(keys, .newElements, Self.create, set, table)
    }

    mutating func remove(_ keys: Set<[UInt8]>, from set: PacketFilter.AddressSet, of table: String) {
        change(keys, .deleteElements, 0, set, table)
    }

    private mutating func change(
        _ keys: Set<[UInt8]>, _ message: Netfilter.Message, _ flags: Int, _ set: PacketFilter.AddressSet,
        _ table: String
    ) {
        var rest = keys.sorted { $0.lexicographicallyPrecedes($1) }[...]
        while !rest.isEmpty {
            let part = Array(rest.prefix(Self.mostElements))
            rest = rest.dropFirst(part.count)
            messages.append(
                (
                    message, flags,
                    {
                        $0.append(attribute: Netfilter.tableName, text: table)
                        $0.append(attribute: Netfilter.Elements.set, text: set.rawValue)
                        $0.append(nested: Netfilter.Elements.list) { list in
                            for key in part {
                                list.append(nested: Netfilter.listElement) {
                                    $0.append(data: Netfilter.elementKey, key)
                                }
                            }
                        }
                    }
                ))
        }
    }

    /// The octets of the batch, whose messages are numbered from `first` on; the last one asks for an answer.
    ///
    /// - Returns: them, and the number of that one.
    func octets(first: UInt32) -> (bytes: [UInt8], last: UInt32) {
        func bracket(_ type: Int, _ number: UInt32) -> [UInt8] {
            var request = NetlinkRequest(type: type, flags: 0, sequence: number)
            request.append(netfilterHead: 0, subsystem: Netfilter.subsystem)
            return request.finished()
        }
        var bytes = bracket(Netfilter.batchBegin, first)
        var number = first
        for (index, (message, flags, fill)) in messages.enumerated() {
            number &+= 1
            // NLM_F_ACK.
            let answer = index == messages.count - 1 ? 4 : 0
            var request = NetlinkRequest(type: message.type, flags: flags | answer, sequence: number)
            request.append(netfilterHead: Netfilter.inet)
            fill(&request)
            bytes += request.finished()
        }
        return (bytes + bracket(Netfilter.batchEnd, number &+ 1), number)
    }
}
