internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Who removed an address, as far as the kernel tells.
struct Culprit {
    /// The netlink port that the request came from; 0 when the kernel acted by itself, and of IPv6 addresses always.
    var port: UInt32
    var family = AddressFamily.v4
    /// Its program's name, if the port is a process that still runs.
    var name: String?
    var at: MonotonicInstant

    /// For people: who did it.
    var words: String {
        if port == 0, family == .v6 {
            return "somebody, or the kernel itself, which does not tell of IPv6 addresses who it was"
        }
        if port == 0 { return "the kernel itself (its interface went down, or its lease ran out)" }
        if let name { return "\(name) (process \(port))" }
        return "a program that is gone (netlink port \(port))"
    }

    static let unknown = "somebody unknown"
}

extension Surroundings {
    /// Remembers who took off an address that a router here holds; asked at once, because many such programs are short.
    func noteRemoval(_ change: RouteChange, by port: UInt32, at now: MonotonicInstant) {
        guard case .addressGone(let gone) = change,
            held.values.contains(where: { addresses in
                addresses.contains { $0.address == gone.address }
            })
        else { return }
        // One that flushes an interface is looked up once.
        let last = culprits.values.first { $0.port == port && now.since($0.at) < .seconds(1) }
        let name = last?.name ?? (port == 0 ? nil : Int32(exactly: port).flatMap { processName(of: $0) })
        culprits[gone.address] = Culprit(port: port, family: gone.address.family, name: name, at: now)
    }
}
