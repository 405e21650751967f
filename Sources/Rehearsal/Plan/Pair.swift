package import Configuration
internal import VRRPCore
package import VRRPWire

/// A virtual router as both hosts configure it.
package struct Pair {
    /// Of the first host and of the second.
    package var instances: [Instance]

    package var name: String { instances[0].name }

    /// The virtual addresses that both hosts hold when they are Active.
    package var addresses: [IPAddress] {
        let second = Set(instances[1].allAddresses.map(\.address))
        return instances[0].allAddresses.map(\.address).filter { second.contains($0) }
    }

    /// Both hosts have the two in one sync group; a pair is together with itself.
    func isTogether(with other: Pair) -> Bool {
        zip(instances, other.instances).allSatisfy { mine, theirs in
            mine.identity == theirs.identity || mine.syncGroup != nil && mine.syncGroup == theirs.syncGroup
        }
    }

    /// Those of them that a client can ask: a link-local address means something else on every link.
    package var serviceAddresses: [IPAddress] { addresses.filter { !$0.isLinkLocal } }

    /// The pairs of two files, in the first file's order, or what does not fit.
    static func match(_ files: [ConfigurationFile]) throws(CannotRehearse) -> [Pair] {
        var pairs: [Pair] = []
        var rest = files[1].model.instances
        for instance in files[0].model.instances {
            guard
                let index = rest.firstIndex(where: {
                    $0.virtualRouterID == instance.virtualRouterID && $0.family == instance.family
                })
            else {
                let (id, family) = (instance.virtualRouterID.rawValue, instance.family == .v4 ? "IPv4" : "IPv6")
                throw CannotRehearse(
                    "\(instance.location): `\(instance.name)` has virtual_router_id \(id) for \(family), and "
                        + "\(files[1].name) has no instance with that: the two would never be a pair")
            }
            pairs.append(Pair(instances: [instance, rest.remove(at: index)]))
        }
        if let left = rest.first {
            throw CannotRehearse(
                "\(left.location): `\(left.name)` has virtual_router_id \(left.virtualRouterID.rawValue), and "
                    + "\(files[0].name) has no instance with that: the two would never be a pair")
        }
        if pairs.isEmpty { throw CannotRehearse("\(files[0].name) has no vrrp_instance: there is nothing to rehearse") }
        return pairs
    }
}

/// Why files cannot be rehearsed on this machine, in a sentence for their owner.
package struct CannotRehearse: Error {
    package var reason: String
    package init(_ reason: String) { self.reason = reason }
}

extension Instance {
    var allAddresses: [VirtualAddress] { addresses + self.excludedAddresses }

    var unicastPeers: [IPAddress] {
        if case .unicast(let peers) = self.transport { peers } else { [] }
    }
}
