internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// What only shows when all instances are known: one VRID or one address claimed by two of them.
    mutating func checkBetweenInstances() {
        // Most pairs have nothing in common: with hundreds of instances only that makes it fast.
        let held = model.instances.map { Set(($0.addresses + $0.excludedAddresses).map(\.address)) }
        for (index, instance) in model.instances.enumerated() {
            for (place, earlier) in model.instances[..<index].enumerated() {
                checkIdentity(instance, earlier)
                if !held[index].isDisjoint(with: held[place]) { checkShared(instance, earlier) }
            }
        }
    }

    private mutating func checkIdentity(_ instance: Instance, _ earlier: Instance) {
        guard instance.virtualRouterID == earlier.virtualRouterID, instance.interface == earlier.interface,
            instance.family == earlier.family
        else { return }
        let id = instance.virtualRouterID.rawValue
        let used = Set(model.instances.filter { $0.interface == instance.interface }.map(\.virtualRouterID.rawValue))
        let free = (id..<255).first { !used.contains($0) } ?? (1..<id).first { !used.contains($0) } ?? id
        report(
            .error, "duplicate-virtual-router-id", at: instance.location,
            "instances `\(earlier.name)` and `\(instance.name)` both use virtual_router_id \(id) on "
                + instance.interface,
            consequence: "neither could tell its adverts from the other's; keepalived would exit",
            fix: "virtual_router_id \(free)   # in `\(instance.name)`, on all routers")
    }

    private mutating func checkShared(_ instance: Instance, _ earlier: Instance) {
        let mine = Array(zip(instance.addresses + instance.excludedAddresses, instance.addressLocations))
        let theirs = earlier.addresses + earlier.excludedAddresses
        for (held, location) in mine {
            guard let other = theirs.first(where: { $0.address == held.address }) else { continue }
            let sameInterface = other.interface == held.interface
            if !sameInterface, held.address.isLinkLocal { continue }
            report(
                sameInterface ? .error : .warning, "address-in-two-instances", at: location,
                "\(held.address) is in instance `\(earlier.name)` too",
                consequence: sameInterface
                    ? "when one of them becomes BACKUP it removes the address from under the other"
                    : "the host may hold it on two interfaces at once",
                fix: "remove the line from one of the two instances")
        }
    }
}
