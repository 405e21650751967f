internal import VRRPCore
internal import VRRPWire

/// What a line of `virtual_routes` says of the packets that take the route, and of its life.
struct RouteMarks {
    /// `from`.
    var origin: (network: VirtualRule.Network, word: Word)?
    var realms: (number: UInt32, word: Word)?
    var congestionControl: (name: String, isLocked: Bool)?
    /// `expires`.
    var lifetime: (seconds: UInt32, word: Word)?
    var tunnel: (tunnel: RouteTunnel, word: Word)?
    var placement = VirtualRoute.Placement.before
}

extension Resolver {
    /// Takes in a word with its value; nil when the word is another's, and false, reported, when the value is none.
    mutating func takeMark(
        _ name: String, _ value: Word, _ quoted: Statement, _ isLocked: Bool, into marks: inout RouteMarks
    ) -> Bool? {
        switch name {
        case "from":
            marks.origin = routeOrigin(value, quoted).map { ($0, value) }
            return marks.origin != nil
        case "realms":
            marks.realms = realms(value, quoted).map { ($0, value) }
            return marks.realms != nil
        case "congctl":
            // TCP_CA_NAME_MAX, with the NUL at the end.
            guard value.text.utf8.count < 16 else {
                reportBadValue(value, of: quoted, expected: "the name of a congestion control, 15 octets at most")
                return false
            }
            marks.congestionControl = (value.text, isLocked)
        case "expires":
            guard let seconds = integer(value, 1...2_147_483_647, of: quoted) else { return false }
            marks.lifetime = (UInt32(clamping: seconds), value)
        case "ttl-propagate": return reportPropagation(value, quoted)
        default: return nil
        }
        return true
    }

    /// keepalived: an address with a prefix, whose other bits the kernel passes over.
    private mutating func routeOrigin(_ word: Word, _ quoted: Statement) -> VirtualRule.Network? {
        let parts = word.text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let address = IPAddress(parts[0]),
            let length = parts.count > 1 ? UInt8(parts[1]) : address.family.hostPrefixLength,
            (1...address.family.hostPrefixLength).contains(length)
        else {
            reportBadValue(word, of: quoted, expected: "an IPv6 network, as 2001:db8::/32")
            return nil
        }
        return VirtualRule.Network(address: address.network(length: length), prefixLength: length)
    }

    /// The kernel passes over it on a route of IP.
    private mutating func reportPropagation(_ word: Word, _ quoted: Statement) -> Bool {
        guard ["enabled", "disabled"].contains(word.text) else {
            reportBadValue(word, of: quoted, expected: "enabled or disabled")
            return false
        }
        report(
            .warning, "no-effect", at: word.location, "`ttl-propagate \(word.text)` has no effect",
            consequence: "Linux knows it of routes of MPLS only, and passes over what keepalived tells it of this one",
            fix: "net.mpls.ip_ttl_propagate of sysctl, for the whole host")
        return true
    }

    func take(_ marks: RouteMarks, into route: inout VirtualRoute) {
        route.origin = marks.origin?.network
        route.realms = marks.realms?.number ?? 0
        route.congestionControl = marks.congestionControl?.name
        route.isCongestionControlLocked = marks.congestionControl?.isLocked ?? false
        route.lifetime = marks.lifetime?.seconds
        route.tunnel = marks.tunnel?.tunnel
        route.placement = marks.placement
    }

    // MARK: Families

    mutating func isOneFamily(_ draft: RouteDraft, _ family: AddressFamily) -> Bool {
        if let wanted = draft.family, wanted != family, let word = draft.destination?.word {
            report(
                .error, "family-mismatch", at: word.location,
                "`\(word.text)` is no \(wanted.title) network, and the line says `\(wanted == .v4 ? "inet" : "inet6")`",
                consequence: "keepalived would leave this route out", fix: word.text)
            return false
        }
        let routers: [(address: IPAddress, word: Word)] = draft.ways.compactMap { way, word in
            way.gateway.map { ($0, word) }
        }
        for (address, word) in [draft.gateway, draft.source].compactMap({ $0 }) + routers
        where address.family != family {
            report(
                .error, "family-mismatch", at: word.location,
                "\(address) is \(address.family.title), and the route is \(family.title)",
                consequence: "the kernel would refuse the route", fix: "an \(family.title) address")
            return false
        }
        return hasWordsOfItsFamily(draft, family)
    }

    private mutating func hasWordsOfItsFamily(_ draft: RouteDraft, _ family: AddressFamily) -> Bool {
        if let origin = draft.marks.origin, family == .v4 || origin.network.address.family == .v4 {
            report(
                .error, "family-mismatch", at: origin.word.location, "only an IPv6 route has `from`, an IPv6 network",
                consequence: "keepalived would leave this route out",
                fix: "virtual_rules { from \(origin.word.text) lookup 100 preference 300 }, and `table 100` here")
            return false
        }
        let strangers =
            family == .v6
            ? [
                draft.typeOfService.map { ("tos", $0.word) }, draft.marks.realms.map { ("realms", $0.word) },
                draft.ways.first { $0.way.realms != 0 }.map { ("realms", $0.word) },
            ] : [draft.preference.map { ("pref", $0.word) }, draft.marks.lifetime.map { ("expires", $0.word) }]
        for (name, word) in strangers.compactMap({ $0 }) {
            report(
                .error, "family-mismatch", at: word.location, "an \(family.title) route has no `\(name)`",
                consequence: "keepalived would leave this route out, or the kernel refuse it",
                fix: "remove `\(name)\(word.text == "nexthop" ? "" : " \(word.text)")`")
            return false
        }
        return true
    }
}

extension VirtualRoute.Kind {
    /// RT_SCOPE_*: host of this host's own, link of what goes to a link, else global.
    var narrowestScope: UInt8 {
        switch self {
        case .local: 254
        case .broadcast, .anycast: 253
        default: 0
        }
    }
}
