internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// No virtual router is run by two daemons of one network namespace.
///
/// They would not hear each other, because both send from the host's own address: both would be active, and each would take
/// the addresses away from the other when it stops.
extension Daemon {
    /// Takes the virtual routers of a model; returns a sentence that says which of them another daemon has.
    ///
    /// Nothing is taken then.
    /// - Parameter patience: how long to wait for whoever has one.
    func claim(_ model: Model, waiting patience: Interval = .zero) throws(SystemError) -> String? {
        let deadline = (now + patience).nanoseconds
        var taken: [String: NamespaceLock] = [:]
        // By name: a virtual router that changes from multicast to unicast stays ours.
        for instance in model.instances where claims[instance.identity.claim] == nil {
            guard let lock = try NamespaceLock.acquire(instance.identity.claim, until: deadline) else {
                return "another understudyd on this host runs virtual router \(instance.virtualRouterID.rawValue) on "
                    + "\(instance.interface) already (pgrep -a understudyd shows it; understudy status asks it)"
            }
            taken[instance.identity.claim] = lock
        }
        claims.merge(taken) { _, new in new }
        return nil
    }

    /// Lets others have the virtual routers that have left.
    func giveUpClaims() {
        let wanted = Set((routers + leaving).map(\.instance.identity.claim))
        claims = claims.filter { wanted.contains($0.key) }
    }
}

extension InstanceIdentity {
    /// The name that stands for it among the daemons of a network namespace.
    fileprivate var claim: String {
        let source = unicastSource.map { " \($0)" } ?? ""
        return "understudyd \(virtualRouterID.rawValue) \(family == .v4 ? "IPv4" : "IPv6") \(interface)\(source)"
    }
}
