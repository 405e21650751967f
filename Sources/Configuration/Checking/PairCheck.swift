internal import VRRPCore
internal import VRRPWire

/// Whether two models form a pair: the same virtual routers, told apart by priority only, and addresses that move.
///
/// Instances are matched by VRID and address family. Everything is said once, about the one or the other file.
public func checkPair(_ a: Model, _ b: Model, fileA: String, fileB: String) -> [Diagnostic] {
    provePair(a, b, fileA: fileA, fileB: fileB).diagnostics
}

/// The same, and what each failure does to the pair.
public func provePair(
    _ a: Model, _ b: Model, fileA: String, fileB: String
) -> (diagnostics: [Diagnostic], proofs: [Proof]) {
    let check = comparePair(a, b, fileA: fileA, fileB: fileB)
    return (check.diagnostics, check.proofs)
}

/// The same, with what could not be proved.
func comparePair(_ a: Model, _ b: Model, fileA: String, fileB: String) -> PairCheck {
    var check = PairCheck(fileA: fileA, fileB: fileB)
    var partners = check.match(a, b)
    check.compareGroups(&partners)
    for (index, pair) in partners.pairs.enumerated() {
        let before = check.errors
        check.checkMutual(pair.a, partners.mutual.a)
        check.checkMutual(pair.b, partners.mutual.b)
        if check.errors > before { partners.broken.insert(index) }
    }
    check.prove(a, b, partners)
    check.compareWeights(partners)
    return check
}

/// The state of one comparison.
struct PairCheck {
    let fileA: String
    let fileB: String
    private(set) var diagnostics: [Diagnostic] = []
    private var said: Set<Diagnostic> = []
    /// How many errors have been found, each as often as it was.
    private(set) var errors = 0
    var proofs: [Proof] = []
    /// What was not tried, because the two files do not fit together there.
    var unproved: [String] = []
    /// Where what was tried is watched.
    var judged: Set<SourceLocation> = []
    /// Where it has been said that a failure never moves anything.
    private(set) var immovable: Set<SourceLocation> = []

    init(fileA: String, fileB: String) {
        self.fileA = fileA
        self.fileB = fileB
    }

    mutating func report(
        _ severity: Diagnostic.Severity, _ code: String, at location: SourceLocation, _ message: String,
        consequence: String? = nil, fix: String? = nil
    ) {
        let diagnostic = Diagnostic(severity, code, at: location, message, consequence: consequence, fix: fix)
        if severity == .error { errors += 1 }
        if code == "pair-never-moves" { immovable.insert(location) }
        if said.insert(diagnostic).inserted { diagnostics.append(diagnostic) }
    }

    mutating func compare(_ a: Instance, _ b: Instance) {
        compareVersion(a, b)
        compareInterval(a, b)
        compareDownTimer(a, b)
        compareAuthentication(a, b)
        compareKeys(a, b)
        compareAddresses(a, b)
        comparePrefixes(a, b)
        compareRoutes(a, b)
        compareAcceptance(a, b)
        compareVirtualMAC(a, b)
        compareAddressLinks(a, b)
        compareTransport(a, b)
        compareStates(a, b)
        comparePriority(a, b)
        comparePreemption(a, b)
        compareWatching(a, b)
        compareNotices(a, b)
    }

    private mutating func compareNotices(_ a: Instance, _ b: Instance) {
        guard a.standbyNotice != b.standbyNotice else { return }
        report(
            .warning, "one-sided-standby-notice", at: (a.standbyNotice ? a : b).location,
            "`\(a.name)` has standby_notice on in \(a.standbyNotice ? fileA : fileB) only",
            consequence: "as MASTER that router complains that no standby is heard, although one may be there",
            fix: "standby_notice on   # in both files")
    }

    private mutating func compareVersion(_ a: Instance, _ b: Instance) {
        guard a.version != b.version else { return }
        report(
            .error, "pair-version", at: b.location,
            "`\(a.name)` uses VRRPv\(a.version.rawValue) in \(fileA) and VRRPv\(b.version.rawValue) in \(fileB)",
            consequence: "neither understands the other: both become MASTER", fix: "version \(a.version.rawValue)")
    }

    private mutating func compareInterval(_ a: Instance, _ b: Instance) {
        guard a.advertisementInterval != b.advertisementInterval else { return }
        let first = Interval(a.advertisementInterval).decimalSeconds
        let second = Interval(b.advertisementInterval).decimalSeconds
        let isFatal = a.version == .v2 || b.version == .v2
        report(
            isFatal ? .error : .warning, "pair-interval", at: b.location,
            "`\(a.name)` has advert_int \(first) in \(fileA) and \(second) in \(fileB)",
            consequence: isFatal
                ? "VRRPv2 drops adverts with another interval: both become MASTER"
                : "the BACKUP follows the MASTER's interval, so who is MASTER decides how soon a death is noticed",
            fix: "advert_int \(first)")
    }

    private mutating func compareDownTimer(_ a: Instance, _ b: Instance) {
        guard a.downTimerAdverts != b.downTimerAdverts else { return }
        report(
            .warning, "pair-down-timer", at: b.location,
            "`\(a.name)` has down_timer_adverts \(a.downTimerAdverts) in \(fileA) and \(b.downTimerAdverts) in \(fileB)",
            consequence:
                "who is MASTER decides how soon a death is noticed, and the one with fewer lets go of its addresses "
                + "after a crash before the other takes over",
            fix: "down_timer_adverts \(a.downTimerAdverts)")
    }

    /// Who would not believe whom, for `auth_hmac`.
    private mutating func compareKeys(_ a: Instance, _ b: Instance) {
        for (receiver, sender, file) in [(a, b, fileA), (b, a, fileB)] {
            guard let receiving = receiver.keyed, receiving.mode == .enforce else { continue }
            let problem: String
            if let key = sender.keyed?.signingKey {
                guard receiving.key(key.id) != key.key else { continue }
                problem =
                    receiving.key(key.id) == nil
                    ? "does not know key \(key.id), which the other signs with"
                    : "has another key \(key.id) than the other"
            } else {
                problem = "has `mode enforce`, and the other does not sign"
            }
            report(
                .error, "pair-keys", at: receiver.keyedLocation ?? receiver.location,
                "`\(receiver.name)` in \(file) \(problem)",
                consequence: "it does not believe the other's adverts: both become MASTER",
                fix: "the same keys in both files, and mode permissive until both sign")
        }
    }

    private mutating func compareAuthentication(_ a: Instance, _ b: Instance) {
        guard a.password != b.password || a.usesAuthenticationHeader != b.usesAuthenticationHeader else { return }
        let message: String
        if a.password != nil, b.password != nil, a.usesAuthenticationHeader != b.usesAuthenticationHeader {
            message = "`\(a.name)` has auth_type AH in \(a.usesAuthenticationHeader ? fileA : fileB) only"
        } else if a.password == nil || b.password == nil {
            message = "`\(a.name)` has a password in \(a.password == nil ? fileB : fileA) only"
        } else {
            message = "`\(a.name)` has another auth_pass in \(fileA) than in \(fileB)"
        }
        report(
            .error, "pair-authentication", at: b.location, message,
            consequence: "each drops the other's adverts: both become MASTER",
            fix: "the same authentication block in both files")
    }

    /// The gateway, the interface and the source may have other names on the other host; where they lead is one thing.
    private mutating func compareRoutes(_ a: Instance, _ b: Instance) {
        func goals(_ instance: Instance) -> Set<String> {
            Set(instance.routes.map { "\($0.destination)/\($0.prefixLength) in table \($0.table)" })
        }
        let difference = goals(a).symmetricDifference(goals(b)).sorted()
        guard let first = difference.first else { return }
        let more = difference.count > 1 ? " and \(difference.count - 1) more" : ""
        report(
            .warning, "pair-routes", at: b.location,
            "the route of `\(a.name)` to \(first)\(more) is in \(goals(a).contains(first) ? fileA : fileB) only",
            consequence: "after a takeover the routes that the new MASTER does not know are gone",
            fix: "a route to the same network in both files")
    }

    private mutating func compareAcceptance(_ a: Instance, _ b: Instance) {
        guard a.dropsPackets != b.dropsPackets, a.priority != .owner, b.priority != .owner else { return }
        report(
            .warning, "pair-accept", at: b.location,
            "`\(a.name)` drops packets to its addresses in \(a.dropsPackets ? fileA : fileB) only (no_accept, or strict mode)",
            consequence: "whether the addresses answer depends on which host is MASTER",
            fix: "the same in both files")
    }

    private mutating func compareAddresses(_ a: Instance, _ b: Instance) {
        let first = Set(a.addresses.map(\.address))
        let second = Set(b.addresses.map(\.address))
        if first != second {
            report(
                .error, "pair-addresses", at: b.location,
                "`\(a.name)` advertises \(difference(first, second))",
                // Measured with 2.2.7, in either version of the protocol.
                consequence:
                    "keepalived before 2.3.4 drops adverts with another list: both become MASTER; others lose the "
                    + "addresses that one side does not know",
                fix: "the same virtual_ipaddress block in both files")
        }
        let excludedA = Set(a.excludedAddresses.map(\.address))
        let excludedB = Set(b.excludedAddresses.map(\.address))
        guard excludedA != excludedB else { return }
        report(
            .warning, "pair-excluded-addresses", at: b.location,
            "`\(a.name)` holds excluded addresses \(difference(excludedA, excludedB))",
            consequence: "after a takeover the addresses that the new MASTER does not know are gone",
            fix: "the same virtual_ipaddress_excluded block in both files")
    }

    /// "192.0.2.1 in A only, 192.0.2.2 in B only".
    private func difference(_ first: Set<IPAddress>, _ second: Set<IPAddress>) -> String {
        func list(_ addresses: Set<IPAddress>) -> String {
            let shown = addresses.sorted().prefix(4).map(\.description).joined(separator: ", ")
            return addresses.count > 4 ? "\(shown) and \(addresses.count - 4) more" : shown
        }
        var parts: [String] = []
        let onlyFirst = first.subtracting(second)
        let onlySecond = second.subtracting(first)
        if !onlyFirst.isEmpty { parts.append("\(list(onlyFirst)) in \(fileA) only") }
        if !onlySecond.isEmpty { parts.append("\(list(onlySecond)) in \(fileB) only") }
        return parts.joined(separator: ", ")
    }

    private mutating func compareTransport(_ a: Instance, _ b: Instance) {
        if let source = a.sourceAddress, source == b.sourceAddress {
            // One file was copied, and nothing else that it says of the two hosts is worth a word.
            return report(
                .error, "pair-source", at: b.sourceLocation ?? b.location,
                "`\(a.name)` has the source address \(source) in both files",
                consequence: "each takes the other's adverts for its own",
                fix: b.transport == .multicast
                    ? "each host's own address" : "in one of the files unicast_src_ip and the peer change places")
        }
        switch (a.transport, b.transport) {
        case (.multicast, .multicast):
            guard a.group != b.group else { break }
            report(
                .error, "pair-group", at: b.location,
                "`\(a.name)` sends to the group \(a.group) in \(fileA) and to \(b.group) in \(fileB)",
                consequence: "they do not hear each other: both become MASTER", fix: "mcast_dst_ip \(a.group)")
        case (.unicast(let peersOfA), .unicast(let peersOfB)):
            requirePeer(peersOfA, contains: b, in: a, file: fileA, otherFile: fileB)
            requirePeer(peersOfB, contains: a, in: b, file: fileB, otherFile: fileA)
            requireTwoHosts(a, b, peersOfA, peersOfB)
        case (.multicast, .unicast), (.unicast, .multicast):
            let unicast = a.transport == .multicast ? fileB : fileA
            report(
                .error, "pair-transport", at: b.location, "`\(a.name)` sends unicast adverts in \(unicast) only",
                consequence: "they do not hear each other: both become MASTER",
                fix: "a unicast_peer block in both files")
        }
    }

    private mutating func requirePeer(
        _ peers: [IPAddress], contains other: Instance, in instance: Instance, file: String, otherFile: String
    ) {
        guard let source = other.sourceAddress else { return }
        if let bounds = instance.peerHopLimits[source], bounds.lowerBound > other.unicastHopLimit ?? 255 {
            report(
                .error, "pair-ttl", at: instance.location,
                "`\(instance.name)` in \(file) demands min_ttl \(bounds.lowerBound) of \(source), which sends with "
                    + "unicast_ttl \(other.unicastHopLimit ?? 255) in \(otherFile)",
                consequence: "it believes none of its adverts: both become MASTER",
                fix: "\(source) min_ttl \(other.unicastHopLimit ?? 255)")
        }
        guard !peers.contains(source) else { return }
        report(
            .error, "pair-peers", at: instance.location,
            "`\(instance.name)` in \(file) lacks the peer \(source), the unicast_src_ip in \(otherFile)",
            consequence: "that host hears no adverts and becomes MASTER too", fix: "unicast_peer { \(source) }")
    }

    /// What counts is the priority with what the weights add while all is well.
    private mutating func comparePriority(_ a: Instance, _ b: Instance) {
        let reached = b.effectivePriority(failed: nil)
        guard a.effectivePriority(failed: nil) == reached else { return }
        let (first, second) = (Int(a.priority.rawValue), Int(b.priority.rawValue))
        let isClamped = [a, b].allSatisfy { $0.priority != .owner && $0.weightedPriority(failed: []) > 254 }
        report(
            a.priority == .owner ? .error : .warning, "pair-equal-priority", at: b.location,
            first == second && !isClamped
                ? "`\(a.name)` has priority \(first) in both files"
                : "`\(a.name)` comes to priority \(reached) on both hosts while all is well: priority \(first) in \(fileA) "
                    + "and \(second) in \(fileB), and what the weights add",
            consequence: a.priority == .owner
                ? "both claim to own the addresses"
                : "whoever is MASTER first remains it; the higher IP address decides only where both are at once",
            fix: isClamped
                ? "smaller weights in both files: with the priority they are to stay below 254"
                : second > 1 ? "priority \(second - 1)" : "priority \(first + 1)   # in \(fileA)")
    }

    private mutating func comparePreemption(_ a: Instance, _ b: Instance) {
        guard a.preempts != b.preempts else { return }
        // A host that never takes over is what matters on the one with the higher priority.
        report(
            .warning, "pair-preemption", at: b.location,
            "`\(a.name)` has `nopreempt` in \(a.preempts ? fileB : fileA) only",
            consequence: "whether the address goes back after a repair depends on which host was repaired",
            fix: "the same in both files, with `state BACKUP`")
    }
}
