import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// Pairs with keepalived, and without it, whose addresses have a virtual MAC address: one owner, and clients that see one address.
@Suite(.serialized) struct VirtualMACPairTests {
    /// What the two say of it; the number is the VRID.
    enum Kind: UInt8, CaseIterable {
        case v4 = 31
        case v4Below = 32
        case v6 = 33
        case v6Below = 34
        case v4Unicast = 35
        /// An address on another interface, by `use_vmac_addr`.
        case elsewhere = 36

        var isIPv6: Bool { self == .v6 || self == .v6Below }

        /// What clients ask for.
        var address: String {
            if self == .elsewhere { return "198.51.100.\(rawValue)" }
            return isIPv6 ? "2001:db8::\(rawValue)" : "192.0.2.1\(rawValue)"
        }
        var hardware: String {
            "00:00:5e:00:0\(isIPv6 ? 2 : 1):" + String(rawValue, radix: 16)
        }

        func instance(priority: Int, own: Int) -> String {
            if self == .elsewhere {
                return Self.block(
                    "\(self)", rawValue, priority, ["192.0.2.1\(rawValue)/24"],
                    ["use_vmac_addr", "virtual_ipaddress_excluded {\n \(address)/24 dev eth1\n }"])
            }
            var lines = ["use_vmac"]
            if self != .v4, self != .v6 { lines.append("vmac_xmit_base") }
            if self == .v4Unicast {
                lines.append("unicast_src_ip 192.0.2.\(own)\n unicast_peer {\n 192.0.2.\(3 - own)\n }")
            }
            return Self.block(
                "\(self)", rawValue, priority, isIPv6 ? ["fe80::\(rawValue)", address] : ["\(address)/24"], lines)
        }

        static func block(
            _ name: String, _ id: UInt8, _ priority: Int, _ addresses: [String], _ lines: [String]
        ) -> String {
            """
            vrrp_instance \(name) {
             interface eth0
             version 3
             virtual_router_id \(id)
             priority \(priority)
             advert_int 0.5
             \(lines.joined(separator: "\n "))
             virtual_ipaddress {
              \(addresses.joined(separator: "\n  "))
             }
            }

            """
        }
    }

    /// Those that the hosts of Understudy have had.
    private final class OwnAddresses {
        var list: [String] = []
    }

    /// Two hosts and a client on one switch.
    private struct Couple {
        var name: String
        var kinds: [Kind]
        var members: [Member]
        let client: Host
        let neighbours: OutputLog
        let own = OwnAddresses()

        init(_ first: Program, _ second: Program, _ kinds: [Kind], in lab: Laboratory) throws {
            name = "\(first) over \(second)"
            self.kinds = kinds
            let segment = "\(first)-\(second)"
            members = try [first, second].enumerated().map { number, program in
                try Member(
                    "\(segment)-\(number + 1)", program,
                    kinds.map { $0.instance(priority: number == 0 ? 150 : 100, own: number + 1) }.joined(),
                    [
                        Interface(
                            "eth0", segment: segment,
                            addresses: [
                                try .init("192.0.2.\(number + 1)", 24), try .init("2001:db8::\(number + 1)", 64),
                            ]),
                        Interface(
                            "eth1", segment: "\(segment)-back", addresses: [try .init("198.51.100.\(number + 1)", 24)]),
                    ], in: lab)
            }
            for member in members where member.program == .understudy {
                member.prepare = { [own] host in
                    own.list += try ["eth0", "eth1"].compactMap { try host.virtualLink($0)?.address }
                }
            }
            client = try lab.addHost(
                "\(segment)-client",
                [
                    Interface(
                        "eth0", segment: segment,
                        addresses: [try .init("192.0.2.9", 24), try .init("2001:db8::9", 64)]),
                    Interface("eth1", segment: "\(segment)-back", addresses: [try .init("198.51.100.9", 24)]),
                ])
            neighbours = try OutputLog("neighbours")
            _ = try client.start("ip", ["monitor", "neigh"], log: neighbours)
            for kind in kinds { _ = try client.start("ping", ["-n", "-q", "-i", "0.2", kind.address]) }
        }

        /// Whether exactly `owner` has the addresses, and the client finds them at their virtual MAC address.
        func isOwned(by owner: Int) throws -> Bool {
            for kind in kinds {
                let address = try ip(kind.address)
                guard members.indices.allSatisfy({ members[$0].holds(address) == ($0 == owner) }) else { return false }
            }
            // After a takeover the client may ask again before it knows.
            return try kinds.allSatisfy { try client.neighbour($0.address) == $0.hardware }
        }

        /// Where the client found the addresses at the MAC address of an interface of ours below; keepalived lets that happen.
        var strangers: [String] {
            neighbours.text.split(separator: "\n").map(String.init).filter { line in
                kinds.contains { line.hasPrefix("\($0.address) ") }
                    && own.list.contains { line.contains("lladdr \($0)") }
            }
        }

        /// How often somebody got an address after `instant`.
        func moves(in observations: [Observer.Observation], since instant: UInt64) throws -> Int {
            let addresses = try kinds.map { try ip($0.address) }
            return observations.filter { observation in
                guard observation.instant > instant, case .added(let address) = observation.change else { return false }
                return addresses.contains(address) && members.contains { $0.name == observation.host }
            }.count
        }

        var situation: String {
            members.map { member in
                let held = kinds.map(\.address).filter { IPAddress($0).map(member.holds) ?? false }
                return "\(member.name) holds \(held.joined(separator: " ")); its log ends\n\(member.log.tail(25))"
            }.joined(separator: "\n") + "\nthe client: "
                + kinds.map { "\($0.address) at \(neighbourInWords($0.address))" }.joined(separator: ", ")
        }

        private func neighbourInWords(_ address: String) -> String {
            do { return try client.neighbour(address) ?? "nothing" } catch { return "what cannot be read: \(error)" }
        }

        func script(within bound: Double) -> Script {
            let (first, second) = (members[0], members[1])
            let steps = [
                Step("start", within: bound, steady: 2) {
                    for member in members {
                        try member.boot()
                        try member.start()
                    }
                } until: {
                    try isOwned(by: 0)
                },
                Step("standby ends", within: bound) {
                    try second.stop()
                } until: {
                    try isOwned(by: 0) && second.hasStopped
                },
                Step("standby returns", within: bound, steady: 2.5, mayNotChange: true) {
                    try second.start()
                } until: {
                    try isOwned(by: 0)
                },
                Step("stop", within: bound) {
                    try first.stop()
                } until: {
                    try isOwned(by: 1) && first.hasStopped
                },
                Step("failback", within: bound, steady: 2) {
                    try first.start()
                } until: {
                    try isOwned(by: 0)
                },
                Step("death", within: bound) {
                    try first.die()
                } until: {
                    try isOwned(by: 1)
                },
                Step("return", within: bound, steady: 1) {
                    try first.boot()
                    try first.start()
                } until: {
                    try isOwned(by: 0)
                },
            ]
            return Script(name, steps) { situation }
        }
    }

    @Test(arguments: [
        (Program.understudy, Program.keepalived), (.keepalived, .understudy), (.understudy, .understudy),
    ])
    func `share the MAC address in both roles`(first: Program, second: Program) throws {
        let lab = try Laboratory(visible: [Program.binaries])
        defer { lab.close() }
        let couple = try Couple(first, second, Kind.allCases, in: lab)
        let script = couple.script(within: 15)
        let observer = Observer(lab)
        try Script.play([script], observer: observer)
        let begin = try #require(script.firstStepEnded)
        // Standby, first, standby, first.
        let moves = try couple.moves(in: observer.observations, since: begin)
        print("VIRTUAL MAC \(script.summary); moves of \(couple.kinds.count) instances: \(moves)")
        #expect(moves == 4 * couple.kinds.count, "an address moved for no reason")
        #expect(!couple.own.list.isEmpty && couple.strangers == [], "\(couple.strangers)")
        for member in couple.members where member.program == .understudy {
            #expect(!member.hasSaid("TWO OWNERS"), "\(member.log.text.suffix(3000))")
        }
    }

    /// keepalived hears adverts on one interface only, which may not be the one that the other's come to.
    @Test(arguments: [
        (Program.understudy, Program.keepalived, true), (.understudy, .keepalived, false),
        (.keepalived, .understudy, true), (.keepalived, .understudy, false), (.understudy, .understudy, true),
        (.understudy, .understudy, false),
    ])
    func `find to one owner where only one of the two sends from below`(
        first: Program, second: Program, isFirst: Bool
    ) throws {
        let lab = try Laboratory(visible: [Program.binaries])
        defer { lab.close() }
        let members = try [first, second].enumerated().map { number, program in
            try Member(
                "lb\(number + 1)", program,
                Kind.block(
                    "VI", 41, number == 0 ? 150 : 100, ["192.0.2.41/24"],
                    (number == 0) == isFirst ? ["use_vmac", "vmac_xmit_base"] : ["use_vmac"]),
                [Interface("eth0", addresses: [try .init("192.0.2.\(number + 1)", 24)])], in: lab)
        }
        let address = try ip("192.0.2.41")
        let observer = Observer(lab)
        func isOwned(by owner: Int) -> Bool {
            members.indices.allSatisfy { members[$0].holds(address) == ($0 == owner) }
        }
        func words() -> String { members.map { "\($0.name)\n\($0.log.tail(20))" }.joined(separator: "\n") }
        for member in members {
            try member.boot()
            try member.start()
        }
        let script = Script(
            "one sends from below",
            [
                Step("start", within: 12, steady: 4) {
                } until: {
                    isOwned(by: 0)
                },
                Step("stop", within: 12, steady: 1) {
                    try members[0].stop()
                } until: {
                    isOwned(by: 1)
                },
                Step("return", within: 12, steady: 4) {
                    try members[0].start()
                } until: {
                    isOwned(by: 0)
                },
            ]
        ) { words() }
        try Script.play([script], observer: observer)
    }
}
