internal import LinuxKernel
internal import Rehearsal
internal import VRRPWire

/// What is measured in one row of the table.
struct Setting {
    var version: ProtocolVersion
    var interval: Centiseconds
    var isLoaded: Bool

    static let priority: UInt8 = 100

    var intervalNanoseconds: Int64 { Int64(interval.count) * 10_000_000 }

    /// Skew_Time: of a second in version 2, of the interval in version 3 (RFC 3768 and RFC 9568, section 6.1).
    private var skew: Int64 {
        let unit = version == .v2 ? 1_000_000_000 : intervalNanoseconds
        return unit * (256 - Int64(Self.priority)) / 256
    }

    /// After this silence a Backup is to take over.
    var deadline: Int64 { 3 * intervalNanoseconds + skew }

    var name: String {
        let milliseconds = interval.count * 10
        let length = milliseconds >= 1000 ? "\(milliseconds / 1000) s" : "\(milliseconds) ms"
        return "v\(version.rawValue), \(length), " + (isLoaded ? "loaded" : "idle")
    }

    /// The same for every candidate.
    var configuration: String {
        let hundredths = interval.count % 100
        let seconds = "\(interval.count / 100).\(hundredths < 10 ? "0" : "")\(hundredths)"
        return """
            global_defs {
                router_id benchmark
            }
            vrrp_instance TAKEOVER {
                state BACKUP
                interface eth0
                virtual_router_id 51
                priority \(Self.priority)
                version \(version.rawValue)
                advert_int \(version == .v2 ? "\(interval.count / 100)" : seconds)
                virtual_ipaddress {
                    10.77.0.100/16
                }
            }

            """
    }

    /// An advert of a router with a higher priority, as an Ethernet frame.
    var stimulus: [UInt8] {
        guard let id = VirtualRouterID(51) else { preconditionFailure("51 is a VRID") }
        let source = IPv4Address(10, 77, 0, 9)
        let carrier = Carrier(source: .v4(source), destination: .v4(.vrrpGroup))
        let addresses = [IPAddress.v4(IPv4Address(10, 77, 0, 100))]
        let advert = Advertisement(
            version: version, virtualRouterID: id, priority: Priority(200), interval: interval, addressCount: 1)
        let size = advert.encodedSize(addresses: addresses)
        let header: [UInt8] = [0x01, 0, 0x5E, 0, 0, 0x12, 0x02, 0, 0, 0, 0, 0x09, 0x08, 0]
        return [UInt8](capacity: header.count + IPv4Header.size + size) { output in
            for octet in header { output.append(octet) }
            IPv4Header.emit(
                into: &output, source: source, destination: .vrrpGroup, payloadSize: size, identification: 1)
            advert.emit(into: &output, addresses: addresses, carrier: carrier, checksum: .pseudoHeader)
        }
    }
}

/// One takeover of one candidate.
struct Takeover {
    /// How long after the protocol's deadline the first advert was on the wire.
    var lateness: Int64
    /// From the first advert to the first gratuitous ARP.
    var announcement: Int64?
}

/// Plays the Active Router for both lanes and lets it die again and again.
struct TakeoverRounds {
    let arena: Arena
    let setting: Setting
    /// How much later the second lane hears the same as the first.
    ///
    /// The two programs shall not compete for a processor at the very instant that is measured. They take turns in being
    /// the second.
    static let apart: UInt64 = 3_000_000
    /// Fewer rounds than this give no verdict, however few the seconds: see `Distribution.medianBounds`.
    private static let leastTurns = 16
    /// The first rounds bring programs and caches into their stride.
    private static let warmUp = 2
    /// How many adverts the Active Router sends before it dies.
    private var adverts: Int { setting.interval.count >= 10 ? 2 : 4 }

    /// Plays rounds for `seconds`; the takeovers of each lane, by round, and how many rounds did not count.
    func run(seconds: Int) throws(SystemError) -> (rounds: [[Takeover]], discarded: Int) {
        let frame = setting.stimulus
        try startUp()
        var rounds: [[Takeover]] = []
        var discarded = 0
        let end = monotonicNanoseconds() + UInt64(seconds) * 1_000_000_000
        var turn = 0
        while monotonicNanoseconds() < end || turn < Self.leastTurns {
            let order = turn.isMultiple(of: 2) ? arena.lanes : arena.lanes.reversed()
            let seen = try round(frame, order)
            if turn >= Self.warmUp {
                if let takeovers = judge(seen) { rounds.append(takeovers) } else { discarded += 1 }
            }
            turn += 1
        }
        for lane in arena.lanes { try lane.stop() }
        return (rounds, discarded)
    }

    /// Starts both programs and waits until both are Active, because nobody else is.
    private func startUp() throws(SystemError) {
        _ = try arena.collect()
        for lane in arena.lanes { try lane.start(setting.configuration) }
        let wanted = Set(arena.lanes.map(\.interfaceIndex))
        let seen = try arena.collect(seconds: 20) { seen in
            wanted.isSubset(of: seen.filter { !$0.isOurs && $0.kind == .advert }.map(\.interfaceIndex))
        }
        for lane in arena.lanes where !seen.contains(where: { $0.interfaceIndex == lane.interfaceIndex }) {
            throw SystemError("wait for the first advert of \(lane.candidate.path): \(lane.output)", 110)
        }
    }

    /// One life and death of the Active Router; what was seen of it.
    private func round(_ frame: [UInt8], _ order: [Lane]) throws(SystemError) -> [Seen] {
        _ = try arena.collect()
        let start = monotonicNanoseconds() + 1_000_000
        var last = start
        for index in 0..<adverts {
            last = start + UInt64(index) * UInt64(setting.intervalNanoseconds)
            for (place, lane) in order.enumerated() {
                try Arena.pause(until: last + UInt64(place) * Self.apart)
                try arena.send(frame, to: lane)
            }
        }
        // Asleep until it is over: the measuring must not take a processor from those who are measured.
        try Arena.pause(until: last + Self.apart + UInt64(setting.deadline) + 25_000_000)
        return try arena.collect(seconds: 2) { seen in
            arena.lanes.allSatisfy { takeover(of: $0, in: seen)?.announcement != nil }
        }
    }

    private func takeover(of lane: Lane, in seen: [Seen]) -> Takeover? {
        let own = seen.filter { $0.interfaceIndex == lane.interfaceIndex }
        guard let last = own.lastIndex(where: { $0.isOurs && $0.kind == .advert }) else { return nil }
        let after = own[(last + 1)...]
        guard let advert = after.firstIndex(where: { $0.kind == .advert }) else { return nil }
        let announcement = after[(advert + 1)...].first { $0.kind == .announcement }
        return Takeover(
            lateness: own[advert].nanoseconds - own[last].nanoseconds - setting.deadline,
            announcement: announcement.map { $0.nanoseconds - own[advert].nanoseconds })
    }

    /// Nil when a candidate did not take over, or took over from an Active Router that was only late.
    private func judge(_ seen: [Seen]) -> [Takeover]? {
        var takeovers: [Takeover] = []
        for lane in arena.lanes {
            let adverts = seen.filter { $0.interfaceIndex == lane.interfaceIndex && $0.kind == .advert }
            guard let second = adverts.indices.filter({ adverts[$0].isOurs }).dropFirst().first,
                let last = adverts.lastIndex(where: \.isOurs),
                adverts[second...last].allSatisfy(\.isOurs),
                let takeover = takeover(of: lane, in: seen)
            else { return nil }
            takeovers.append(takeover)
        }
        return takeovers
    }
}
