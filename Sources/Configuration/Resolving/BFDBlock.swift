internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// Reads a `bfd_instance` block.
    mutating func resolveSession(_ statement: Statement) {
        guard let name = name(of: statement, among: definedSessions) else { return }
        definedSessions.insert(name)
        let contents = read(statement.children ?? [], in: .bfd)
        guard checkLength(of: name, statement), let (neighbour, place) = neighbour(contents, of: name, at: statement)
        else { return }
        var session = BFDCheck(
            name: name, location: statement.location, neighbour: neighbour, neighbourLocation: place)
        guard resolveSource(&session, contents) else { return }
        session.requiredMinRx = contents.interval("min_rx") ?? session.requiredMinRx
        session.desiredMinTx = contents.interval("min_tx") ?? session.desiredMinTx
        session.idleTx = contents.interval("idle_tx") ?? session.idleTx
        session.multiplier = contents.integer("multiplier") ?? session.multiplier
        session.isPassive = contents.has("passive")
        session.isMultihop = contents.boolean("multihop") ?? false
        session.weight = contents.weight("weight") ?? session.weight
        resolveHopLimits(&session, contents)
        resolveAudience(&session, contents)
        if let earlier = model.sessions.first(where: { $0.identity == session.identity }) {
            // The name has said it already.
            if earlier.name == sharedName(of: "bfd_instance", name) { return }
            let source = session.source.map { " from \($0)" } ?? ""
            return report(
                .error, "duplicate-session", at: place,
                "bfd_instance `\(earlier.name)` is a session with \(neighbour)\(source) already",
                consequence: "packets of the neighbour would belong to both; keepalived would leave this one out",
                fix: "remove one of the two, or give each another source_ip")
        }
        model.sessions.append(session)
    }

    private mutating func checkLength(of name: String, _ statement: Statement) -> Bool {
        guard name.utf8.count > Self.longestSessionName, let word = statement.arguments.first else { return true }
        report(
            .error, "long-session-name", at: word.location,
            "`\(name)` has more than \(Self.longestSessionName) characters",
            consequence: "keepalived would leave the block out, and the instances that track it would run without it",
            fix: "bfd_instance \(name.prefix(Self.longestSessionName)) {")
        return false
    }

    private static let longestSessionName = 31

    private mutating func neighbour(
        _ contents: BlockContents, of name: String, at statement: Statement
    ) -> (IPAddress, SourceLocation)? {
        let settings = contents.all("neighbor_ip") + contents.all("neighbour_ip")
        guard let setting = settings.first, case .address(let address) = setting.value else {
            if !contents.wasAttempted("neighbor_ip"), !contents.wasAttempted("neighbour_ip") {
                reportMissing("neighbor_ip", of: "bfd_instance", name, at: statement)
            }
            return nil
        }
        if contents.has("neighbor_ip"), let other = contents["neighbour_ip"] {
            report(
                .error, "repeated-keyword", at: other.location, "`neighbour_ip` is another spelling of `neighbor_ip`",
                consequence: "which of the two is meant is not known", fix: "remove one of the two lines")
        }
        let place = setting.valueLocation
        guard address.isLinkLocal else { return (address, place) }
        report(
            .error, "bad-address", at: place,
            "`\(address)` is a link-local address, and a bfd_instance names no interface",
            consequence: "nothing says on which link the neighbour is, so no packet can be sent to it",
            fix: "neighbor_ip ADDRESS   # a global or unique local address of the neighbour")
        return nil
    }

    private mutating func resolveSource(_ session: inout BFDCheck, _ contents: BlockContents) -> Bool {
        guard let source = contents.address("source_ip"), let setting = contents["source_ip"] else { return true }
        if source.family != session.neighbour.family {
            report(
                .error, "family-mismatch", at: setting.valueLocation,
                "`\(source)` is an \(source.family.title) address, and the neighbour \(session.neighbour) is not",
                consequence: "no packet could be sent; keepalived would leave the block out",
                fix: "source_ip ADDRESS   # of \(session.neighbour.family.title)")
            return false
        }
        if source == session.neighbour {
            report(
                .error, "own-address-among-peers", at: setting.valueLocation,
                "`\(source)` is the neighbour's address and the own one",
                consequence: "the session would be with this host itself",
                fix: "source_ip ADDRESS   # of this host")
            return false
        }
        session.source = source
        session.sourceLocation = setting.valueLocation
        return true
    }

    private mutating func resolveHopLimits(_ session: inout BFDCheck, _ contents: BlockContents) {
        let setting = contents["ttl"] ?? contents["hoplimit"]
        if case .integer(let limit)? = setting?.value { session.hopLimit = UInt8(clamping: limit) }
        session.maxHops = contents.integer("max_hops")
        if let limit = session.hopLimit, let maxHops = session.maxHops, maxHops != 255, maxHops > Int(limit),
            let line = contents["max_hops"]
        {
            report(
                .warning, "session-ttl", at: line.valueLocation, "max_hops \(maxHops) is more than the TTL of \(limit)",
                consequence: "packets count however far they have come, in keepalived too", fix: "max_hops 255")
        }
        guard let limit = session.hopLimit, limit < 255, let setting else { return }
        if session.isMultihop {
            report(
                .note, "session-ttl", at: setting.valueLocation,
                "packets with TTL \(limit) pass \(limit - 1) routers at most",
                consequence: "a neighbour that is farther away, or checks for 255 less the distance, never answers",
                fix: "remove the line   # 255 is sent then")
        } else {
            report(
                .warning, "session-ttl", at: setting.valueLocation,
                "neighbours that follow the standard ignore packets whose TTL is not 255",
                consequence:
                    "the session comes up with keepalived that has the same line, and with no router (RFC 5881 section 5)",
                fix: "\(setting.statement.keyword.text) 255   # on both hosts")
        }
    }

    /// `vrrp` and `checker`: who is told.
    private mutating func resolveAudience(_ session: inout BFDCheck, _ contents: BlockContents) {
        guard let setting = contents["checker"], !contents.has("vrrp") else { return }
        session.isForInstances = false
        report(
            .note, "session-for-checker", at: setting.location,
            "`checker` without `vrrp`: the session is kept up, and nobody here is told of it",
            consequence: "Understudy does no IPVS, and instances may not track it, in keepalived neither",
            fix: "remove the line   # then instances may track it")
    }

    mutating func reportForChecker(_ session: BFDCheck, _ line: Statement) {
        report(
            .warning, "session-for-checker", at: line.location,
            "`\(session.name)` is for the IPVS checker only, and does not count for an instance",
            consequence: "the line is left out, in keepalived too",
            fix: "vrrp   # in bfd_instance \(session.name)", passesKeepalived: false)
    }

    /// Decimal milliseconds, kept exactly to a microsecond as keepalived keeps them.
    mutating func milliseconds(
        _ word: Word, _ range: ClosedRange<UInt64>, of statement: Statement
    ) -> Interval? {
        // Read as seconds, which have three decimals more than count.
        guard let parsed = DecimalSeconds(word.text) else {
            reportBadValue(
                word, of: statement, expected: "milliseconds, such as 50 or 3.3",
                meant: MeantValue.time(word.text, in: range, unit: 1000))
            return nil
        }
        let microseconds = parsed.microseconds / 1000
        let interval = Interval.microseconds(microseconds)
        if parsed.isRounded || !parsed.microseconds.isMultiple(of: 1000) {
            report(
                .warning, "rounded-value", at: word.location,
                "`\(word.text)` has more decimals than count: it becomes \(interval.decimalMilliseconds)",
                consequence: "times are kept in millionths of a second",
                fix: "\(statement.keyword.text) \(interval.decimalMilliseconds)", passesKeepalived: false)
        }
        guard range.contains(microseconds) else {
            let lower = Interval.microseconds(range.lowerBound).decimalMilliseconds
            let upper = Interval.microseconds(range.upperBound).decimalMilliseconds
            reportOutOfRange(
                word, of: statement, range: "\(lower) to \(upper)",
                nearest: microseconds < range.lowerBound ? lower : upper)
            return nil
        }
        return interval
    }
}

extension Interval {
    /// As keywords take them that count milliseconds.
    var decimalMilliseconds: String { Interval(nanoseconds: nanoseconds * 1000).decimalSeconds }
}
