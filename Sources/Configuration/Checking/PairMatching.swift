internal import VRRPCore
internal import VRRPWire

/// The instances of one file of a pair, found without a search: there may be twenty thousand.
struct PairIndex {
    /// What makes two instances one virtual router, wherever their interfaces are.
    private struct Key: Hashable {
        var id: VirtualRouterID
        var family: AddressFamily

        init(_ instance: Instance) { (id, family) = (instance.virtualRouterID, instance.family) }
    }

    private struct Place: Hashable {
        var key: Key
        var interface: String
    }

    private let instances: [Instance]
    /// Of each the first in the file.
    private var byKey: [Key: Int] = [:]
    private var byPlace: [Place: Int] = [:]
    /// The same of those that have no partner in the other file.
    private var lonelyByAddress: [IPAddress: Int] = [:]
    private var lonelyByName: [String: Int] = [:]

    init(_ model: Model) {
        instances = model.instances
        for (index, instance) in instances.enumerated() {
            let key = Key(instance)
            if byKey[key] == nil { byKey[key] = index }
            let place = Place(key: key, interface: instance.interface)
            if byPlace[place] == nil { byPlace[place] = index }
        }
    }

    mutating func findLonely(beside other: PairIndex) {
        for (index, instance) in instances.enumerated() where other.partner(of: instance) == nil {
            if lonelyByName[instance.name] == nil { lonelyByName[instance.name] = index }
            for held in instance.addresses where lonelyByAddress[held.address] == nil {
                lonelyByAddress[held.address] = index
            }
        }
    }

    /// The same virtual router.
    ///
    /// The interface may have another name on the other host, so it only decides between several.
    func partner(of instance: Instance) -> Instance? {
        let key = Key(instance)
        let index = byPlace[Place(key: key, interface: instance.interface)] ?? byKey[key]
        return index.map { instances[$0] }
    }

    /// One without partner that advertises an address of `instance`: the two are to be one.
    func twin(of instance: Instance) -> Instance? {
        instance.addresses.compactMap { lonelyByAddress[$0.address] }.min().map { instances[$0] }
    }

    /// One without partner that has the name of `instance`.
    func namesake(of instance: Instance) -> Instance? { lonelyByName[instance.name].map { instances[$0] } }
}

extension PairCheck {
    /// Says what does not match, and returns what does.
    mutating func match(_ a: Model, _ b: Model) -> Partners {
        var partners = Partners()
        partners.mutual = (a.sessions(with: b), b.sessions(with: a))
        var (first, second) = (PairIndex(a), PairIndex(b))
        first.findLonely(beside: second)
        second.findLonely(beside: first)
        for instance in a.instances {
            if let partner = second.partner(of: instance) {
                let before = errors
                compare(instance, partner)
                if errors > before { partners.broken.insert(partners.pairs.count) }
                partners.pairs.append((instance, partner))
            } else if let twin = second.twin(of: instance) ?? second.namesake(of: instance) {
                reportUnlike(instance, twin)
            } else {
                reportAlone(instance, file: fileA, other: fileB)
            }
        }
        for instance in b.instances where first.partner(of: instance) == nil {
            // That the one has another number than the other has been said.
            if first.twin(of: instance) != nil { continue }
            if let namesake = first.namesake(of: instance), second.twin(of: namesake) == nil { continue }
            reportAlone(instance, file: fileB, other: fileA)
        }
        return partners
    }

    private mutating func reportAlone(_ instance: Instance, file: String, other: String) {
        report(
            .error, "no-counterpart", at: instance.location,
            "instance `\(instance.name)` (\(instance.family.title), virtual_router_id "
                + "\(instance.virtualRouterID.rawValue)) is not in \(other)",
            consequence: "nothing takes over for it: the host of \(file) alone would hold what it has",
            fix: "add the instance to \(other)")
    }

    /// Two instances that are to be one: they have an address in common, or their name.
    private mutating func reportUnlike(_ a: Instance, _ b: Instance) {
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
