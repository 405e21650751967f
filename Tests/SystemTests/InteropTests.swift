import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// Understudy shares addresses with Debian's keepalived and with itself: exactly one owner, and the right one.
@Suite(.serialized) struct InteropTests {
    /// A kind of instance that both daemons can run; its number is its VRID.
    enum Kind: UInt8, CaseIterable {
        case v2 = 11
        case v2Password = 12
        case v3 = 13
        case v3IPv6 = 14
        case v2Unicast = 15
        case v3Unicast = 16
        case v2Group = 17
        case v3Group = 18
        case v3IPv6Group = 19
        case v3OldUnicast = 20
        case v2Header = 21
        case v2HeaderUnicast = 22

        var addresses: [String] {
            self == .v3IPv6 || self == .v3IPv6Group
                ? ["fe80::\(rawValue)", "2001:db8::\(rawValue)"] : ["192.0.2.1\(rawValue)"]
        }

        var isVersion2: Bool { [.v2, .v2Password, .v2Unicast, .v2Group, .v2Header, .v2HeaderUnicast].contains(self) }

        /// Where it multicasts; nil is as usual.
        private var group: String? {
            switch self {
            case .v2Group, .v3Group: "224.0.0.77"
            case .v3IPv6Group: "ff02::77"
            default: nil
            }
        }

        func instance(priority: Int, interval: Double, own: String, peer: String) -> String {
            var lines = ["version \(isVersion2 ? 2 : 3)", "advert_int \(interval == 1 ? "1" : "\(interval)")"]
            if self == .v2Password { lines.append("authentication {\n auth_type PASS\n auth_pass s3cret\n }") }
            if [.v2Header, .v2HeaderUnicast].contains(self) {
                lines.append("authentication {\n auth_type AH\n auth_pass s3cret\n }")
            }
            if let group { lines.append("mcast_dst_ip \(group)") }
            if self == .v3OldUnicast { lines.append("old_unicast_checksum") }
            if [.v2Unicast, .v3Unicast, .v3OldUnicast, .v2HeaderUnicast].contains(self) {
                lines.append("unicast_src_ip \(own)\n unicast_peer {\n \(peer)\n }")
            }
            return """
                vrrp_instance \(self) {
                 interface eth0
                 virtual_router_id \(rawValue)
                 priority \(priority)
                 \(lines.joined(separator: "\n "))
                 virtual_ipaddress {
                  \(addresses.joined(separator: "\n  "))
                 }
                }

                """
        }
    }

    /// Two hosts that run the same kinds of instance, the first with the higher priority.
    private struct Couple {
        var name: String
        var kinds: [Kind]
        var members: [Member]
        /// At the shortest interval a daemon that does not run for 30 ms is dead, and back a moment later.
        let isSteady: Bool

        init(_ first: Program, _ second: Program, _ kinds: [Kind], interval: Double, in lab: Laboratory) throws {
            name = "\(first) over \(second) at \(interval) s"
            self.kinds = kinds
            isSteady = interval > 0.01
            let own = ["192.0.2.1", "192.0.2.2"]
            let segment = "\(first)-\(second)"
            members = try [first, second].enumerated().map { number, program in
                let configuration = kinds.map {
                    $0.instance(
                        priority: number == 0 ? 150 : 100, interval: interval, own: own[number], peer: own[1 - number])
                }
                return try Member(
                    "\(segment)-\(number + 1)", program, configuration.joined(),
                    [Interface("eth0", segment: segment, addresses: [try .init(own[number], 24)])], in: lab)
            }
        }

        /// Whether for each instance exactly `owner` has its addresses.
        func isOwned(by owner: Int) throws -> Bool {
            try kinds.flatMap(\.addresses).allSatisfy { text in
                let address = try ip(text)
                return members.indices.allSatisfy { members[$0].holds(address) == ($0 == owner) }
            }
        }

        /// How often somebody got the addresses of an instance after `instant`.
        func moves(in observations: [Observer.Observation], since instant: UInt64) throws -> Int {
            let advertised = try kinds.map { try ip($0.addresses[0]) }
            return observations.filter { observation in
                guard observation.instant > instant, case .added(let address) = observation.change else { return false }
                return advertised.contains(address) && members.contains { $0.name == observation.host }
            }.count
        }

        /// Who has what, for a report.
        var situation: String {
            let lines = members.map { member in
                let held = kinds.flatMap(\.addresses).filter { IPAddress($0).map(member.holds) ?? false }
                return "\(member.name) holds \(held.joined(separator: " ")); its log ends\n\(member.log.tail())"
            }
            return lines.joined(separator: "\n")
        }

        func script(settlesWithin bound: Double, staysFor stay: Double) -> Script {
            let (first, second) = (members[0], members[1])
            let steps = [
                Step("start", within: bound, steady: stay) {
                    for member in members {
                        try member.boot()
                        try member.start()
                    }
                } until: {
                    try isOwned(by: 0)
                },
                Step("standby stops", within: bound, mayNotChange: isSteady) {
                    try second.stop()
                } until: {
                    try isOwned(by: 0)
                },
                Step("standby ends", within: bound) {
                } until: {
                    try isOwned(by: 0) && second.hasStopped
                },
                Step("standby returns", within: bound, steady: stay, mayNotChange: isSteady) {
                    try second.start()
                } until: {
                    try isOwned(by: 0)
                },
                Step("stop", within: bound) {
                    try first.stop()
                } until: {
                    try isOwned(by: 1) && first.hasStopped
                },
                Step("failback", within: bound) {
                    try first.start()
                } until: {
                    try isOwned(by: 0)
                },
                Step("death", within: bound) {
                    try first.die()
                } until: {
                    try isOwned(by: 1)
                },
                Step("return", within: bound) {
                    try first.boot()
                    try first.start()
                } until: {
                    try isOwned(by: 0)
                },
            ]
            return Script(name, steps) { situation }
        }
    }

    @Test(arguments: [1, 0.1])
    func `with keepalived in either role, and without it, exactly the expected one has each address`(interval: Double)
        throws
    {
        try play(at: interval)
    }

    /// Asked alone: on a host that is busy otherwise each daemon is too late for the other again and again, keepalived too.
    @Test func `at ten milliseconds, too, exactly the expected one has each address`() throws { try play(at: 0.01) }

    private func play(at interval: Double) throws {
        // VRRPv2 knows whole seconds only.
        let kinds = Kind.allCases.filter { interval == 1 || !$0.isVersion2 }
        let lab = try Laboratory(visible: [Program.binaries])
        defer { lab.close() }
        let couples = try [
            Couple(.understudy, .keepalived, kinds, interval: interval, in: lab),
            Couple(.keepalived, .understudy, kinds, interval: interval, in: lab),
            Couple(.understudy, .understudy, kinds, interval: interval, in: lab),
        ]
        // Whoever does not accept the other's adverts takes over within four intervals.
        let scripts = couples.map { $0.script(settlesWithin: 12, staysFor: 4 * interval + 0.2) }
        let observer = Observer(lab)
        try Script.play(scripts, observer: observer)
        for (couple, script) in zip(couples, scripts) {
            guard let begin = script.firstStepEnded else { continue }
            let moves = try couple.moves(in: observer.observations, since: begin)
            print("INTEROP \(script.summary); moves of \(kinds.count) instances: \(moves)")
            // Standby, first, standby, first.
            if couple.isSteady { #expect(moves == 4 * kinds.count, "\(couple.name): an address moved for no reason") }
        }
    }
}
