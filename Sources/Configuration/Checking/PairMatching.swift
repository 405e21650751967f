internal import VRRPCore
internal import VRRPWire

/// Which instance of one file is which of the other, found without a search: there may be twenty thousand.
private struct PairMatch {
    /// What makes two instances one virtual router, wherever their interfaces are.
    private struct Key: Hashable {
        var id: VirtualRouterID
        var family: AddressFamily

        init(_ instance: Instance) { (id, family) = (instance.virtualRouterID, instance.family) }
    }

    private struct Mark<Value: Hashable>: Hashable {
        var key: Key
        var value: Value

        init(_ instance: Instance, _ value: Value) { (key, self.value) = (Key(instance), value) }
    }

    private let a: [Instance]
    private let b: [Instance]
    /// By position in one file, that of the partner in the other.
    private(set) var inB: [Int?]
    private(set) var inA: [Int?]

    /// The interface may have another name on the other host, so the addresses decide first, where several have a number.
    init(_ first: Model, _ second: Model) {
        a = first.instances
        b = second.instances
        inB = Array(repeating: nil, count: a.count)
        inA = Array(repeating: nil, count: b.count)
        let byPlace = table { [Mark($0, $0.interface)] }
        let sources = b
        claim { instance in
            byPlace[Mark(instance, instance.interface)].flatMap { instance.isTwin(of: sources[$0]) ? $0 : nil }
        }
        if !inB.contains(nil) { return }
        let byAddress = table { instance in instance.addresses.map { Mark(instance, $0.address) } }
        claim { instance in instance.addresses.lazy.compactMap { byAddress[Mark(instance, $0.address)] }.first }
        claim { byPlace[Mark($0, $0.interface)] }
        let byName = table { [Mark($0, $0.name)] }
        claim { byName[Mark($0, $0.name)] }
        var left: [Key: [Int]] = [:]
        for index in b.indices.reversed() where inA[index] == nil { left[Key(b[index]), default: []].append(index) }
        claim { left[Key($0)]?.popLast() }
    }

    /// Of the other file's instances that have no partner yet the first of each kind.
    private func table<Value: Hashable>(_ marks: (Instance) -> [Mark<Value>]) -> [Mark<Value>: Int] {
        var table: [Mark<Value>: Int] = [:]
        for (index, instance) in b.enumerated() where inA[index] == nil {
            for mark in marks(instance) where table[mark] == nil { table[mark] = index }
        }
        return table
    }

    private mutating func claim(_ partner: (Instance) -> Int?) {
        for index in a.indices where inB[index] == nil {
            guard let found = partner(a[index]), inA[found] == nil else { continue }
            (inB[index], inA[found]) = (found, index)
        }
    }
}

/// The instances of one file that have no partner in the other.
private struct LonelyInstances {
    private var instances: [Instance] = []
    /// Of each the first in the file.
    private var byAddress: [IPAddress: Int] = [:]
    private var byName: [String: Int] = [:]

    init(_ all: [Instance], _ partners: [Int?]) {
        for (instance, partner) in zip(all, partners) where partner == nil {
            if byName[instance.name] == nil { byName[instance.name] = instances.count }
            for held in instance.addresses where byAddress[held.address] == nil {
                byAddress[held.address] = instances.count
            }
            instances.append(instance)
        }
    }

    /// One that advertises an address of `instance`: the two are to be one.
    func twin(of instance: Instance) -> Instance? {
        instance.addresses.compactMap { byAddress[$0.address] }.min().map { instances[$0] }
    }

    /// One that has the name of `instance`.
    func namesake(of instance: Instance) -> Instance? { byName[instance.name].map { instances[$0] } }
}

extension Instance {
    /// Whether it advertises an address that another one does as well.
    fileprivate func isTwin(of other: Instance) -> Bool {
        self.addresses.contains { held in other.addresses.contains { $0.address == held.address } }
    }
}

extension PairCheck {
    /// Says what does not match, and returns what does.
    mutating func match(_ a: Model, _ b: Model) -> Partners {
        var partners = Partners()
        partners.mutual = (a.sessions(with: b), b.sessions(with: a))
        let match = PairMatch(a, b)
        let lonely = (a: LonelyInstances(a.instances, match.inB), b: LonelyInstances(b.instances, match.inA))
        for (instance, partner) in zip(a.instances, match.inB) {
            if let partner {
                let before = errors
                compare(instance, b.instances[partner])
                if errors > before { partners.broken.insert(partners.pairs.count) }
                partners.pairs.append((instance, b.instances[partner]))
            } else if let twin = lonely.b.twin(of: instance) ?? lonely.b.namesake(of: instance) {
                reportUnlike(instance, twin)
            } else {
                reportAlone(instance, file: fileA, other: fileB)
            }
        }
        for (instance, partner) in zip(b.instances, match.inA) where partner == nil {
            // That the one has another number than the other has been said.
            if lonely.a.twin(of: instance) != nil { continue }
            if let namesake = lonely.a.namesake(of: instance), lonely.b.twin(of: namesake) == nil { continue }
            reportAlone(instance, file: fileB, other: fileA)
        }
        return partners
    }

    private mutating func reportAlone(_ instance: Instance, file: String, other: String) {
        if instance.syncGroup == nil { unproved.append("`\(instance.name)`") }
        report(
            .error, "no-counterpart", at: instance.location,
            "instance `\(instance.name)` (\(instance.family.title), virtual_router_id "
                + "\(instance.virtualRouterID.rawValue)) is not in \(other)",
            consequence: "nothing takes over for it: the host of \(file) alone would hold what it has",
            fix: "add the instance to \(other)")
    }

    /// Two instances that are to be one: they have an address in common, or their name.
    private mutating func reportUnlike(_ a: Instance, _ b: Instance) {
        if a.syncGroup == nil { unproved.append("`\(a.name)`") }
        guard a.family == b.family else {
            return report(
                .error, "pair-family", at: b.location,
                "`\(a.name)` has \(a.family.title) addresses in \(fileA) and \(b.family.title) addresses in \(fileB)",
                consequence: "these are two virtual routers, whatever their numbers are: nothing takes over for either",
                fix: "the same virtual_ipaddress block in both files; for both families an instance of each, in both")
        }
        let shared = Set(a.addresses.map(\.address)).intersection(b.addresses.map(\.address)).sorted()
        report(
            .error, "pair-vrid", at: b.location,
            "`\(a.name)` has virtual_router_id \(a.virtualRouterID.rawValue) in \(fileA), and `\(b.name)`"
                + (shared.first.map { " with \($0)" } ?? "") + " has \(b.virtualRouterID.rawValue) in \(fileB)",
            consequence: "neither listens to the other: both become MASTER and hold "
                + (shared.isEmpty ? "what they have" : "the address"),
            fix: "virtual_router_id \(a.virtualRouterID.rawValue)")
    }
}
