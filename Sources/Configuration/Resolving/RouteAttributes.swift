internal import VRRPCore
internal import VRRPWire

// What a route says beside where it leads: several ways, metrics, marks and names.

extension Resolver {
    func take(_ flag: String, _ word: Word, into draft: inout RouteDraft) {
        switch flag {
        case "prepend": draft.marks.placement = .before
        case "append": draft.marks.placement = .behind
        case "add": draft.marks.placement = .alone
        case "default6":
            draft.family = .v6
            draft.destination = (nil, 0, word)
        case "onlink": draft.isOnLink = true
        case "no_track": draft.isTracked = false
        case "inet": draft.family = .v4
        case "inet6": draft.family = .v6
        default: draft.kind = VirtualRoute.Kind.allCases.first { "\($0)" == flag } ?? .unicast
        }
    }

    /// Takes in `nexthop via ADDRESS dev INTERFACE weight N onlink`, repeated to the end of the line.
    ///
    /// Nil, and reported, when the line is to be left out.
    mutating func takeWays(
        _ words: [Word], from start: Int, _ line: Statement, into draft: inout RouteDraft
    ) -> Int? {
        var rest = words[start...]
        while let word = rest.popFirst() {
            guard word.text == "nexthop" else {
                reportAfterWays(word)
                return nil
            }
            var way = VirtualRoute.Way(gateway: nil, interface: nil)
            while let attribute = rest.first, attribute.text != "nexthop" {
                rest.removeFirst()
                guard takeWayAttribute(attribute, &rest, line, into: &way) else { return nil }
            }
            guard way.gateway != nil || way.interface != nil else {
                report(
                    .error, "route-incomplete", at: word.location, "`nexthop` leads nowhere",
                    consequence: "the kernel would refuse the route",
                    fix: "nexthop via ADDRESS dev INTERFACE weight 1")
                return nil
            }
            draft.ways.append((way, word))
        }
        return words.count - start
    }

    private mutating func takeWayAttribute(
        _ attribute: Word, _ rest: inout ArraySlice<Word>, _ line: Statement, into way: inout VirtualRoute.Way
    ) -> Bool {
        switch attribute.text {
        case "onlink":
            way.isOnLink = true
            return true
        case "via":
            if let family = rest.first, ["inet", "inet6"].contains(family.text) { rest.removeFirst() }
        case "encap":
            var tunnel: (tunnel: RouteTunnel, word: Word)?
            guard let count = takeTunnel([attribute] + rest, from: 0, line, into: &tunnel) else { return false }
            rest.removeFirst(count - 1)
            way.tunnel = tunnel?.tunnel
            return true
        case "dev", "weight", "realms": break
        default:
            reportAfterWays(attribute)
            return false
        }
        guard let value = rest.popFirst() else {
            report(
                .error, "missing-argument", at: attribute.location, "`\(attribute.text)` needs a value",
                consequence: "keepalived would leave this route out", fix: "nexthop via ADDRESS dev INTERFACE weight 1")
            return false
        }
        let quoted = Statement(keyword: attribute, arguments: [value], rawLine: line.rawLine)
        switch attribute.text {
        case "via":
            way.gateway = routeAddress(value, quoted)
            return way.gateway != nil
        case "dev":
            way.interface = interfaceName(value, of: quoted)?.text
            return way.interface != nil
        case "realms":
            guard let number = realms(value, quoted) else { return false }
            way.realms = number
            return true
        default:
            guard let weight = integer(value, 1...256, of: quoted) else { return false }
            way.weight = UInt16(clamping: weight)
            return true
        }
    }

    private mutating func reportAfterWays(_ word: Word) {
        let isKnown = KeywordTable.keyword(word.text, in: .routes) != nil
        report(
            .error, "unknown-keyword", at: word.location, "`\(word.text)` is not known in a `nexthop`",
            consequence: "keepalived would leave what follows out",
            fix: isKnown
                ? "\(word.text) before the first `nexthop`" : "nexthop via ADDRESS dev INTERFACE weight 1")
    }

    /// `via A or B` is two ways.
    func joinSecond(_ draft: inout RouteDraft) {
        guard let second = draft.second else { return }
        if let first = draft.gateway {
            draft.ways.insert((VirtualRoute.Way(gateway: first.address, interface: nil), first.word), at: 0)
            draft.gateway = nil
        }
        draft.ways.append((VirtualRoute.Way(gateway: second.address, interface: nil), second.word))
    }

    // MARK: Metrics

    /// Takes in a value; false, and reported, when it is none.
    mutating func take(
        _ metric: RouteMetric, _ value: Word, _ quoted: Statement, isLocked: Bool, into draft: inout RouteDraft
    ) -> Bool {
        let number: Int?
        switch metric {
        case .features:
            guard value.text == "ecn" else {
                reportBadValue(value, of: quoted, expected: "ecn")
                return false
            }
            number = 1
        case .rtt, .rttvar, .minimumTimeout: number = milliseconds(value, quoted)
        default: number = integer(value, metric.range, of: quoted)
        }
        guard let number else { return false }
        // The kernel takes 0 for nothing said.
        draft.metrics[metric] = number == 0 ? nil : UInt32(clamping: number) * metric.scale
        if isLocked, number != 0 { draft.lockedMetrics.insert(metric) }
        return true
    }

    /// `N`, `Nms` or `Ns`.
    private mutating func milliseconds(_ word: Word, _ quoted: Statement) -> Int? {
        let text = word.text
        let (digits, unit) =
            text.hasSuffix("ms")
            ? (text.dropLast(2), 1) : text.hasSuffix("s") ? (text.dropLast(), 1000) : (text[...], 1)
        guard let number = Int(digits), (0...100_000).contains(number) else {
            reportBadValue(word, of: quoted, expected: "milliseconds, 0 to 100000, or seconds as 1s")
            return nil
        }
        return number * unit
    }

    // MARK: Marks and names

    /// The type of service, whose two lowest bits are the kernel's; with `0x` or a leading 0 as in C.
    mutating func typeOfService(_ word: Word, _ quoted: Statement) -> UInt8? {
        let text = word.text
        let number =
            text.hasPrefix("0x")
            ? UInt8(text.dropFirst(2), radix: 16) : text.hasPrefix("0") ? UInt8(text, radix: 8) : UInt8(text)
        if let number, number & 3 == 0 { return number }
        reportBadValue(
            word, of: quoted,
            expected: "a multiple of 4 from 0 to 252, also as 0x10; names are in a file of each host's")
        return nil
    }

    mutating func routerPreference(_ word: Word, _ quoted: Statement) -> UInt8? {
        let names: [String: UInt8] = ["low": 3, "medium": 0, "high": 1]
        if let number = names[word.text] { return number }
        reportBadValue(word, of: quoted, expected: "low, medium or high")
        return nil
    }

    /// keepalived forces its own for what it tracks.
    mutating func reportProtocol(_ word: Word) {
        report(
            .warning, "no-effect", at: word.location, "`protocol \(word.text)` has no effect",
            consequence:
                "what Understudy sets carries protocol 112, by which it knows its own; keepalived forces 18 likewise, "
                + "unless `no_track` is given", fix: "remove `protocol \(word.text)`")
    }

    /// The number of a routing table; nil, and reported, when it is none.
    mutating func routingTable(_ value: Word, _ quoted: Statement) -> UInt32? {
        let names: [String: UInt32] = ["main": VirtualRoute.mainTable, "default": 253, "local": 255]
        if let table = names[value.text] ?? UInt32(value.text) ?? hostTable(value.text), table > 0 { return table }
        reportBadValue(
            value, of: quoted,
            expected: "main, default, local, the number of a table, or its name in \(nameDirectories[1])/rt_tables")
        return nil
    }

    /// What this host calls by that name: each may call it otherwise.
    private mutating func hostTable(_ name: String) -> UInt32? {
        guard let keySource else { return nil }
        if hostTables == nil {
            let files =
                nameDirectories.map { "\($0)/rt_tables" }
                + keySource.glob("\(nameDirectories[1])/rt_tables.d/*.conf")
            var tables: [String: UInt32] = [:]
            for file in files {
                guard case .success(let octets) = keySource.read(file) else { continue }
                for line in String(decoding: octets, as: UTF8.self).split(separator: "\n") {
                    let words = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "\t" }
                    guard words.count == 2, let number = UInt32(words[0]) else { continue }
                    tables[String(words[1])] = number
                }
            }
            hostTables = tables
        }
        return hostTables?[name]
    }
}

extension RouteMetric {
    /// What may be written, and is kept as it is by the kernel.
    fileprivate var range: ClosedRange<Int> {
        switch self {
        case .mtu: 68...65520
        case .advmss: 0...65495
        case .hoplimit: 0...255
        case .quickack, .fastOpenWithoutCookie: 0...1
        default: 0...4_294_967_295
        }
    }
}
