internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// What only shows when all instances are known: one VRID or one address claimed by two of them.
    ///
    /// Each is held against the first one that claims the same, so that ten thousand instances take no longer than they must.
    mutating func checkBetweenInstances() {
        var byIdentity: [Claim: Int] = [:]
        var byAddress: [IPAddress: Int] = [:]
        // A link-local address may be on every interface, once.
        var byPlace: [Place: Int] = [:]
        var usedIDs: [String: Set<UInt8>] = [:]
        let instances = model.instances
        for instance in instances {
            usedIDs[instance.interface, default: []].insert(instance.virtualRouterID.rawValue)
        }
        for (index, instance) in instances.enumerated() {
            checkVirtualMAC(instance, among: instances[..<index])
            if let first = byIdentity[Claim(instance)] {
                reportIdentity(instance, instances[first], used: usedIDs[instance.interface] ?? [])
            } else {
                byIdentity[Claim(instance)] = index
            }
            let held = instance.addresses + instance.excludedAddresses
            let others = held.flatMap { [byAddress[$0.address], byPlace[Place($0)]] }.compactMap(\.self)
            for first in Set(others).sorted() { checkShared(instance, instances[first]) }
            for address in held {
                if byAddress[address.address] == nil { byAddress[address.address] = index }
                if byPlace[Place(address)] == nil { byPlace[Place(address)] = index }
            }
        }
    }

    /// What tells a virtual router from another on the wire (RFC 9568 section 1.3).
    private struct Claim: Hashable {
        var id: VirtualRouterID
        var interface: String
        var family: AddressFamily

        init(_ instance: Instance) {
            (id, interface, family) = (instance.virtualRouterID, instance.interface, instance.family)
        }
    }

    private struct Place: Hashable {
        var address: IPAddress
        var interface: String

        init(_ held: VirtualAddress) { (address, interface) = (held.address, held.interface) }
    }

    private mutating func reportIdentity(_ instance: Instance, _ earlier: Instance, used: Set<UInt8>) {
        let id = instance.virtualRouterID.rawValue
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
