internal import VRRPCore
internal import VRRPWire

/// What a line of `virtual_routes` has said so far.
struct RouteDraft {
    var kind = VirtualRoute.Kind.unicast
    /// `inet` or `inet6`.
    var family: AddressFamily?
    /// Nil address for `default`.
    var destination: (address: IPAddress?, length: UInt8, word: Word)?
    var gateway: (address: IPAddress, word: Word)?
    var source: (address: IPAddress, word: Word)?
    var interface: Word?
    var scope: (number: UInt8, word: Word)?
    var table = VirtualRoute.mainTable
    var metric: UInt32 = 0
    var metrics: [RouteMetric: UInt32] = [:]
    var lockedMetrics: Set<RouteMetric> = []
    var typeOfService: (number: UInt8, word: Word)?
    var preference: (number: UInt8, word: Word)?
    var marks = RouteMarks()
    var isOnLink = false
    var isTracked = true
    /// `nexthop`, and `or` before it.
    var ways: [(way: VirtualRoute.Way, word: Word)] = []
    /// The address after `or`.
    var second: (address: IPAddress, word: Word)?
    var trackGroup: Word?

    var impliedFamily: AddressFamily {
        if let family = destination?.address?.family ?? family { return family }
        let routers = [gateway?.address, ways.first?.way.gateway, source?.address, marks.origin?.network.address]
        return routers.compactMap { $0 }.first?.family ?? (preference == nil && marks.lifetime == nil ? .v4 : .v6)
    }
}

extension Resolver {
    /// Reads `virtual_routes` into the instance.
    mutating func resolveRoutes(_ instance: inout Instance, _ contents: BlockContents) {
        let written = routes(contents.lines("virtual_routes"), areStatic: false)
        instance.routes = written.map(\.route)
        instance.routeLocations = written.map(\.location)
    }

    /// Reads the lines of a block of routes; one that is given twice counts once.
    mutating func routes(
        _ lines: [Statement], areStatic: Bool
    ) -> [(route: VirtualRoute, location: SourceLocation)] {
        var list: [(route: VirtualRoute, location: SourceLocation)] = []
        var firsts: [VirtualRoute.Place: Int] = [:]
        for line in lines {
            guard let (route, group) = routeLine(line) else { continue }
            if let earlier = firsts[route.place].map({ list[$0] }) {
                if earlier.route == route {
                    report(
                        .warning, "duplicate-route", at: line.location,
                        "this route is on line \(earlier.location.line) already", consequence: "it is set once",
                        fix: "remove the line")
                    continue
                }
                reportOnePlace(route, line, earlier: earlier.location)
            }
            if let group { track(.route(route), in: group, isStatic: areStatic) }
            firsts[route.place] = firsts[route.place] ?? list.count
            list.append((route, line.location))
        }
        return list
    }

    /// keepalived sets both, and so do we: which of them counts is the kernel's affair.
    private mutating func reportOnePlace(_ route: VirtualRoute, _ line: Statement, earlier: SourceLocation) {
        report(
            .warning, "duplicate-route", at: line.location,
            "another route to this network with this metric is on line \(earlier.line)",
            consequence: route.family == .v6
                ? "both are set, and the kernel shares the flows among those with a gateway"
                : "both are set, and the kernel takes this one, the last of them, as long as its interface is up",
            fix: "\(route) metric 50   # the higher metric waits; or one line with a `nexthop` for each, to use both")
    }

    /// Reads one line; nil, and reported, when it is of no use.
    private mutating func routeLine(_ line: Statement) -> (VirtualRoute, trackGroup: Word?)? {
        var draft = RouteDraft()
        let words = [line.keyword] + line.arguments
        var index = 0
        while index < words.count {
            guard let count = routeWord(at: index, of: words, line, into: &draft) else { return nil }
            index += count
        }
        joinSecond(&draft)
        if portable, draft.isTracked, draft.interface == nil { reportUntracked(line) }
        return finished(draft, line).map { ($0, draft.trackGroup) }
    }

    /// Takes in the word at `index`, and returns how many words belong to it; nil when the line is to be left out.
    private mutating func routeWord(
        at index: Int, of words: [Word], _ line: Statement, into draft: inout RouteDraft
    ) -> Int? {
        let word = words[index]
        guard let keyword = KeywordTable.keyword(word.text, in: .routes) else {
            return takeDestination(word, line, into: &draft) ? 1 : nil
        }
        if portable { reportElsewhere(word.text, at: word.location, in: .routes, isBlock: false) }
        if case .notYet(let without, let instead) = keyword.status {
            report(
                .error, "not-supported-yet", at: word.location, "`\(word.text)` is not supported yet by Understudy",
                consequence: "without it \(without)", fix: instead)
            return nil
        }
        if keyword.name == "nexthop" { return takeWays(words, from: index, line, into: &draft) }
        if keyword.name == "encap" { return takeTunnel(words, from: index, line, into: &draft.marks.tunnel) }
        if keyword.shape == .flag {
            take(keyword.name, word, into: &draft)
            return 1
        }
        // `via inet6 ADDRESS`, `mtu lock N`
        let metric = RouteMetric.allCases.first { $0.keyword == keyword.name }
        let qualifiers =
            metric?.canBeLocked == true || keyword.name == "congctl"
            ? ["lock"] : ["via", "gw"].contains(word.text) ? ["inet", "inet6"] : []
        let isQualified = index + 1 < words.count && qualifiers.contains(words[index + 1].text)
        let place = index + (isQualified ? 2 : 1)
        guard place < words.count else {
            report(
                .error, "missing-argument", at: word.location,
                "`\(word.text)` needs a value: \(keyword.shape.notation)",
                consequence: "keepalived would leave this route out", fix: "\(word.text) \(keyword.shape.notation)")
            return nil
        }
        let quoted = Statement(
            keyword: Word(keyword.name, at: word.location), arguments: [words[place]], rawLine: line.rawLine)
        let isTaken =
            if let metric {
                take(metric, words[place], quoted, isLocked: isQualified, into: &draft)
            } else if let isTaken = takeMark(keyword.name, words[place], quoted, isQualified, into: &draft.marks) {
                isTaken
            } else {
                take(keyword.name, words[place], quoted, line, into: &draft)
            }
        return isTaken ? place + 1 - index : nil
    }

    /// Takes in a word with its value; false, and reported, when that is none.
    private mutating func take(
        _ name: String, _ value: Word, _ quoted: Statement, _ line: Statement, into draft: inout RouteDraft
    ) -> Bool {
        switch name {
        case "to": return takeDestination(value, line, into: &draft)
        case "via", "gw":
            draft.gateway = routeAddress(value, quoted).map { ($0, value) }
            return draft.gateway != nil
        case "src":
            draft.source = routeAddress(value, quoted).map { ($0, value) }
            return draft.source != nil
        case "dev", "oif":
            draft.interface = interfaceName(value, of: quoted)
            return draft.interface != nil
        case "table":
            guard let table = routingTable(value, quoted) else { return false }
            draft.table = table
            return true
        case "scope":
            draft.scope = routeScope(value, quoted).map { ($0, value) }
            return draft.scope != nil
        case "tos", "dsfield":
            draft.typeOfService = typeOfService(value, quoted).map { ($0, value) }
            return draft.typeOfService != nil
        case "pref":
            draft.preference = routerPreference(value, quoted).map { ($0, value) }
            return draft.preference != nil
        case "or":
            draft.second = routeAddress(value, quoted).map { ($0, value) }
            return draft.second != nil
        case "protocol": reportProtocol(value)
        case "track_group": draft.trackGroup = value
        default:
            guard let number = integer(value, 0...4_294_967_295, of: quoted) else { return false }
            draft.metric = UInt32(clamping: number)
        }
        return true
    }

    private mutating func routeScope(_ value: Word, _ quoted: Statement) -> UInt8? {
        if let scope = scopeNumber(value.text) { return scope }
        reportBadValue(value, of: quoted, expected: "global, site, link, host or 0 to 255")
        return nil
    }

    mutating func routeAddress(_ value: Word, _ quoted: Statement) -> IPAddress? {
        guard let address = IPAddress(value.text) else {
            reportBadValue(value, of: quoted, expected: "an IPv4 or IPv6 address, without a prefix")
            return nil
        }
        if address.isMulticast || address.isUnspecified {
            report(
                .error, "bad-address", at: value.location,
                "`\(value.text)` cannot stand after `\(quoted.keyword.text)`",
                consequence: "the kernel would refuse the route", fix: "\(quoted.keyword.text) ADDRESS")
            return nil
        }
        return address
    }

    /// `default`, or a network; false, and reported, when it is neither, or the second one.
    private mutating func takeDestination(_ word: Word, _ line: Statement, into draft: inout RouteDraft) -> Bool {
        let parts = word.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let isDefault = ["default", "any", "all"].contains(word.text)
        let address = IPAddress(parts[0])
        guard isDefault || address != nil else { return reportUnknownRouteWord(word, line) }
        if let destination = draft.destination {
            reportSecondDestination(word, after: destination.address, line)
            return false
        }
        guard let address else {
            draft.destination = (nil, 0, word)
            return true
        }
        let longest = address.family.hostPrefixLength
        guard let length = parts.count > 1 ? UInt8(parts[1]) : longest, length <= longest else {
            report(
                .error, "bad-prefix", at: word.location, "`/\(parts[1])` is not a prefix length: 0 to \(longest)",
                consequence: parts[1].isEmpty
                    ? "keepalived would take it for /0" : "keepalived would take it for /\(longest)",
                fix: "\(address)/\(address.family == .v4 ? 24 : 64)", passesKeepalived: parts[1].isEmpty ? true : nil)
            guard portable else { return false }
            draft.destination = (address, longest, word)
            return true
        }
        let network = address.network(length: length)
        if network != address {
            report(
                .error, "bad-prefix", at: word.location, "\(address)/\(length) is an address, not a network",
                consequence: "the kernel would refuse the route", fix: "\(network)/\(length)",
                passesKeepalived: true)
            // Where keepalived is asked for, the rest of the line is to be judged too.
            if !portable { return false }
        }
        draft.destination = (address, length, word)
        return true
    }

    /// `10.0.0.0/8 10.1.0.0/16`, or a netmask in place of a prefix.
    private mutating func reportSecondDestination(_ word: Word, after first: IPAddress?, _ line: Statement) {
        let consequence = "keepalived takes it in place of the first"
        if let first, first.family == .v4, word.text.hasPrefix("255."), let mask = IPv4Address(word.text)?.maskLength {
            return report(
                .error, "bad-prefix", at: word.location, "`\(word.text)` belongs to the network as `/\(mask)`",
                consequence: consequence, fix: "\(first)/\(mask)", passesKeepalived: true)
        }
        if IPAddress(word.text) != nil, !line.arguments.contains(where: { $0.text == "via" }) {
            return report(
                .error, "two-on-a-line", at: word.location,
                "`\(word.text)` after a network is no second network; is `via \(word.text)` meant?",
                consequence: consequence, fix: Self.text(of: line, with: "via \(word.text)", for: word),
                passesKeepalived: true)
        }
        report(
            .error, "two-on-a-line", at: word.location, "`\(word.text)` must stand on a line of its own",
            consequence: consequence, fix: word.text, passesKeepalived: true)
    }

    private mutating func reportUnknownRouteWord(_ word: Word, _ line: Statement) -> Bool {
        guard isPlain(word, of: Statement(keyword: word, arguments: [], rawLine: "")) else { return false }
        let near = KeywordTable.nearest(
            to: word.text, among: KeywordTable.keywords(in: .routes).map(\.name) + ["default"])
        report(
            .error, "unknown-keyword", at: word.location,
            "`\(word.text)` is not known in a route" + (near.map { "; is `\($0)` meant?" } ?? ""),
            consequence: "keepalived would leave this route out",
            fix: near.map { Self.text(of: line, with: $0, for: word) }
                ?? "NETWORK/PREFIX via ADDRESS dev INTERFACE")
        return false
    }

    // MARK: The whole line

    private mutating func finished(_ draft: RouteDraft, _ line: Statement) -> VirtualRoute? {
        guard let destination = draft.destination else {
            report(
                .error, "route-incomplete", at: line.location, "the route says no network that it leads to",
                consequence: "keepalived would leave this route out",
                fix: "NETWORK/PREFIX or default, then \(rest(line))")
            return nil
        }
        let family = draft.impliedFamily
        let everything: IPAddress = family == .v4 ? .v4(.any) : .v6(.any)
        var route = VirtualRoute(
            kind: draft.kind, destination: destination.address ?? everything, prefixLength: destination.length)
        guard isOneFamily(draft, family), leadsSomewhere(draft, line) else { return nil }
        route.gateway = draft.gateway?.address
        route.source = draft.source?.address
        route.interface = draft.interface?.text
        route.table = draft.table
        route.metric = draft.metric
        (route.metrics, route.lockedMetrics) = (draft.metrics, draft.lockedMetrics)
        route.typeOfService = draft.typeOfService?.number ?? 0
        route.preference = draft.preference?.number ?? 0
        route.isOnLink = draft.isOnLink
        route.isTracked = draft.isTracked
        take(draft.marks, into: &route)
        // The kernel takes no wider one for these.
        if family == .v4 { route.scope = draft.kind.narrowestScope }
        if let scope = draft.scope {
            if family == .v4 { route.scope = scope.number } else { reportScopeIgnored(scope.word) }
        }
        place(draft.ways.map(\.way), in: &route)
        return route
    }

    /// What the line says for all ways goes for each of them; a single one is an ordinary route.
    private func place(_ ways: [VirtualRoute.Way], in route: inout VirtualRoute) {
        let whole = ways.map { way in
            var whole = VirtualRoute.Way(
                gateway: way.gateway, interface: way.interface ?? route.interface, weight: way.weight,
                isOnLink: way.isOnLink || route.isOnLink)
            whole.realms = way.realms == 0 ? route.realms : way.realms
            whole.tunnel = way.tunnel ?? route.tunnel
            return whole
        }
        if whole.count > 1 {
            (route.ways, route.interface, route.isOnLink) = (whole, nil, false)
            (route.realms, route.tunnel) = (0, nil)
        } else if let only = whole.first {
            (route.gateway, route.interface, route.isOnLink) = (only.gateway, only.interface, only.isOnLink)
            (route.realms, route.tunnel) = (only.realms, only.tunnel)
        }
    }

    private func rest(_ line: Statement) -> String {
        ([line.keyword] + line.arguments).map(\.text).joined(separator: " ")
    }

    private mutating func reportScopeIgnored(_ word: Word) {
        report(
            .warning, "attribute-for-ipv4", at: word.location, "`scope \(word.text)` is ignored on an IPv6 route",
            consequence: "only IPv4 routes have a scope", fix: "remove `scope \(word.text)`")
    }

    private mutating func leadsSomewhere(_ draft: RouteDraft, _ line: Statement) -> Bool {
        let hasWay = draft.gateway != nil || draft.interface != nil || !draft.ways.isEmpty
        if draft.kind.hasWay, draft.kind != .local, !hasWay {
            report(
                .error, "route-incomplete", at: line.location,
                "the route leads nowhere: it has neither `via` nor `dev`",
                consequence: "the kernel would refuse it", fix: "\(rest(line)) via ADDRESS dev INTERFACE")
            return false
        }
        // This host's own is on one of its interfaces, and behind no router.
        let surplus =
            draft.gateway?.word ?? draft.ways.first?.word
            ?? (draft.kind == .local ? nil : draft.interface ?? draft.marks.tunnel?.word)
        if draft.kind == .local || !draft.kind.hasWay, let word = surplus {
            report(
                .error, "route-incomplete", at: word.location,
                "a route of type \(draft.kind) has no way, and `\(word.text)` names one",
                consequence: "the kernel would refuse it, or pass over the word", fix: "remove `via` and `dev`")
            return false
        }
        if let gateway = draft.gateway, !draft.ways.isEmpty {
            report(
                .error, "route-incomplete", at: gateway.word.location, "`via` and `nexthop` are two ways to say it",
                consequence: "the kernel would refuse the route",
                fix: "nexthop via \(gateway.address)   # as one more way")
            return false
        }
        if draft.isOnLink, draft.ways.isEmpty, draft.gateway == nil || draft.interface == nil {
            report(
                .error, "route-incomplete", at: line.location, "`onlink` needs both `via` and `dev`",
                consequence: "the kernel would refuse the route", fix: "via ADDRESS dev INTERFACE onlink")
            return false
        }
        return true
    }
}
