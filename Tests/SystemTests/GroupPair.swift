import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// What two hosts with a sync group of an outside and an inside address do.
@Suite(.serialized) enum Groups {}

/// Two hosts, an outside and an inside interface each, and a group of the two virtual routers there.
final class GroupPair {
    /// The virtual addresses, outside and inside.
    static let addresses = ["192.0.2.10", "198.51.100.10"]

    let name: String
    let members: [Member]
    let laboratory: Laboratory

    /// Everything that a pair can be told to be.
    struct Plan {
        /// Of each host, outside and inside.
        var priorities = [[150, 150], [100, 100]]
        /// Further lines of each instance.
        var lines = ""
        /// Further blocks of the file.
        var blocks = ""
        /// Further lines of the instance inside.
        var inside = ""
    }

    init(_ first: Program, _ second: Program, _ plan: Plan = Plan(), in laboratory: Laboratory) throws {
        name = "\(first) over \(second)"
        self.laboratory = laboratory
        let segment = "\(first)-\(second)"
        members = try [first, second].enumerated().map { number, program in
            try Member(
                "\(segment)-\(number + 1)", program, Self.configuration(number, plan),
                [
                    Interface("eth0", segment: segment + "-out", addresses: [try .init("192.0.2.\(number + 1)", 24)]),
                    Interface("eth1", segment: segment + "-in", addresses: [try .init("198.51.100.\(number + 1)", 24)]),
                ], in: laboratory)
        }
    }

    static func configuration(_ host: Int, _ plan: Plan = Plan()) -> String {
        let priorities = plan.priorities[host]
        return plan.blocks + "vrrp_sync_group G {\n group {\n  OUT\n  IN\n }\n}\n"
            + instance(
                "OUT", id: 51, priority: priorities[0], addresses: ["\(addresses[0])/24"], plan.lines)
            + instance(
                "IN", id: 52, priority: priorities[1], interface: "eth1", addresses: ["\(addresses[1])/24"],
                plan.lines + "\n" + plan.inside)
    }

    /// Switches both on and starts what they run.
    func start(_ order: [Int] = [0, 1]) throws {
        for number in order {
            try members[number].boot()
            try members[number].start()
        }
    }

    /// Whether one host has every address and the other none.
    func isOwned(by owner: Int) throws -> Bool {
        try Self.addresses.allSatisfy { text in
            let address = try ip(text)
            return members.indices.allSatisfy { members[$0].holds(address) == ($0 == owner) }
        }
    }

    /// How often a host got an address after `instant`.
    func moves(in observations: [Observer.Observation], since instant: UInt64) throws -> Int {
        let virtual = try Self.addresses.map(ip)
        return observations.count { observation in
            guard observation.instant > instant, case .added(let address) = observation.change else { return false }
            return virtual.contains(address) && members.contains { $0.name == observation.host }
        }
    }

    /// How long the two addresses were on different hosts alone, in milliseconds.
    func split(in observations: [Observer.Observation], since start: UInt64) throws -> Double {
        let virtual = try Self.addresses.map(ip)
        var held = virtual.map { _ in Set<String>() }
        var (since, total): (UInt64?, UInt64) = (nil, 0)
        for observation in observations where members.contains(where: { $0.name == observation.host }) {
            switch observation.change {
            case .added(let address):
                if let index = virtual.firstIndex(of: address) { held[index].insert(observation.host) }
            case .removed(let address):
                if let index = virtual.firstIndex(of: address) { held[index].remove(observation.host) }
            default: break
            }
            let isSplit = !held[0].isEmpty && !held[1].isEmpty && held[0].isDisjoint(with: held[1])
            if let began = since {
                total += observation.instant > start ? observation.instant - max(began, start) : 0
            }
            since = isSplit ? observation.instant : nil
        }
        return Double(total) / 1e6
    }

    /// Who has what and said what, for a report.
    var situation: String {
        let lines = members.map { member in
            let held = Self.addresses.filter { IPAddress($0).map(member.holds) ?? false }
            return "\(member.name) holds \(held.joined(separator: " ")); its log ends\n\(member.log.tail(30))"
        }
        return lines.joined(separator: "\n")
    }

    /// How often a host was told to do something else.
    func transitions(_ number: Int) -> Int {
        members[number].log.text.split(separator: "\n").count { $0.contains(") Entering ") }
    }

    /// A group that moves: what was done, and who has to own everything then.
    func step(
        _ what: String, owner: Int, within bound: Double = 8, steady: Double = 0.5, stays: Bool = false,
        _ act: @escaping () throws -> Void = {}
    ) -> Step {
        Step(what, within: bound, steady: steady, mayNotChange: stays, act) { [self] in try isOwned(by: owner) }
    }

    /// A planned stop; keepalived takes a second to end.
    func stopStep(of number: Int, owner: Int) -> Step {
        Step("stop of \(number + 1)", within: 8) { [self] in
            try members[number].stop()
        } until: { [self] in
            try isOwned(by: owner) && members[number].hasStopped
        }
    }

    func script(_ steps: [Step]) -> Script { Script(name, steps) { [self] in situation } }
}
