internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// No virtual router is run by two daemons of one network namespace, and no address is held by two on one interface.
///
/// They would not hear each other, because both send from the host's own address: both would be active, and each would take
/// the addresses away from the other when it stops.
extension Daemon {
    /// What says that a daemon runs here; nil when another one has said so.
    ///
    /// One that has just been killed may be a tenth of a second about its end; who goes on in a place has nobody before him.
    static func presence(isHeir: Bool) throws(SystemError) -> NamespaceLock? {
        let patience: UInt64 = isHeir ? 0 : 250_000_000
        return try NamespaceLock.acquire("understudyd", until: monotonicNanoseconds() + patience)
    }

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
                    + "\(instance.interface) already (\(Self.otherDaemons))"
            }
            taken[instance.identity.claim] = lock
        }
        if let place = claimAddresses(of: model, until: deadline) {
            return
                "another understudyd on this host has \(place.address) on \(place.interface) already, for another virtual "
                + "router: both would be MASTER, and clients would reach either; give it to one of them (\(Self.otherDaemons))"
        }
        claims.merge(taken) { _, new in new }
        return nil
    }

    /// No other daemon has addresses here, whoever of the two began first.
    ///
    /// The presence that a daemon takes at its start is free when its process is replaced: that the successor has it says nothing.
    var isAlone: Bool {
        guard hasPresence else { return false }
        do throws(SystemError) {
            return try marks?.othersHaveAny() != true
        } catch {
            log.warning("\(error): what an earlier run left behind is not looked for")
            return false
        }
    }

    /// Lets others have the virtual routers that have left, and the addresses.
    func giveUpClaims() {
        let present = (routers + leaving).map(\.instance)
        let wanted = Set(present.map(\.identity.claim))
        claims = claims.filter { wanted.contains($0.key) }
        do throws(SystemError) {
            try marks?.keep(Set(present.flatMap(\.places).map(\.number)))
        } catch {
            log.warning(
                "\(error): other daemons of this host cannot have the addresses that have left until this one ends")
        }
    }

    /// Takes the addresses; returns the first that another daemon has.
    private func claimAddresses(of model: Model, until deadline: UInt64) -> AddressPlace? {
        let places = model.instances.flatMap(\.places)
        do throws(SystemError) {
            if marks == nil { marks = try NamespaceMarks() }
            guard let taken = try marks?.take(places.map(\.number), until: deadline) else { return nil }
            return places.first { $0.number == taken }
        } catch {
            log.warning("\(error): another daemon on this host that has the same addresses is not noticed")
            return nil
        }
    }

    /// The other daemons of this network namespace, by their guardians, as far as they can be seen.
    private static var otherDaemons: String {
        let (own, here) = (currentProcessID(), fileNumber(of: "/proc/self/ns/net"))
        let others = runningProcesses().map(\.pid).filter { pid in
            guard pid != own, isWorker(pid), let there = fileNumber(of: "/proc/\(pid)/ns/net") else { return false }
            return here.map { $0 == there } ?? false
        }
        if others.isEmpty || others.count > mostNamed {
            return "pgrep -a understudyd shows it; understudy status asks it"
        }
        return others.map { pid in
            let file = configurationFile(ofWorker: pid).map { " with \($0)" } ?? ""
            return "process \(parentProcessID(of: pid) ?? pid)\(file)"
        }.joined(separator: " or ")
    }

    private static let mostNamed = 3
}

/// An address on an interface of this host.
private struct AddressPlace {
    var address: IPAddress
    var interface: String

    /// The number that stands for it among the daemons of a network namespace (FNV-1a, 64 bits).
    var number: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in "\(address) \(interface)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return hash
    }
}

extension Instance {
    /// Where its addresses are, by the interfaces that lead to the network.
    fileprivate var places: [AddressPlace] {
        (addresses + self.excludedAddresses).map { AddressPlace(address: $0.address, interface: wire(of: $0)) }
    }
}

extension InstanceIdentity {
    /// The name that stands for it among the daemons of a network namespace.
    fileprivate var claim: String {
        let source = unicastSource.map { " \($0)" } ?? ""
        return "understudyd \(virtualRouterID.rawValue) \(family == .v4 ? "IPv4" : "IPv6") \(interface)\(source)"
    }
}
