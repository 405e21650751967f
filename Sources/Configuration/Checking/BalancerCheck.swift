internal import VRRPCore
public import VRRPWire

/// One address that the load balancer of a host listens on, and the line that says so.
public struct BalancerBind: Equatable, Sendable {
    public enum Address: Equatable, Sendable {
        case ip(IPAddress)
        /// Every address, those that come later as well.
        case wildcard
        /// It cannot be told without running it: a variable, or a name to be resolved.
        case unclear
    }

    public var line: Int
    public var address: Address

    public init(line: Int, address: Address) {
        self.line = line
        self.address = address
    }
}

/// A configuration file of a load balancer: what it listens on.
public struct BalancerFile: Equatable, Sendable {
    public var file: String
    public var binds: [BalancerBind]

    public init(file: String, binds: [BalancerBind]) {
        self.file = file
        self.binds = binds
    }
}

/// Whether the load balancer of a host answers for its virtual addresses, and whether anybody notices when it fails.
///
/// - Parameters:
///   - model: of the host's file.
///   - file: the host's file, as it was named.
func checkBalancer(_ balancer: BalancerFile, _ model: Model, file: String) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    let start = SourceLocation(file: balancer.file, line: balancer.binds.first?.line ?? 1, column: 1)
    let bound = balancer.binds.compactMap { bind -> IPAddress? in
        if case .ip(let address) = bind.address { address } else { nil }
    }
    let isOpen = balancer.binds.contains { $0.address == .wildcard || $0.address == .unclear }
    for instance in model.instances {
        let virtual = (instance.addresses + instance.excludedAddresses).map(\.address)
        for address in virtual where !isOpen && !bound.contains(address) {
            // A link-local address is there for VRRP itself.
            if case .v6(let own) = address, own.isLinkLocal { continue }
            diagnostics.append(
                Diagnostic(
                    .warning, "balancer-not-bound", at: start,
                    "no `bind` line covers \(address), a virtual address of `\(instance.name)` in \(file)",
                    consequence: "where this host is MASTER, clients of that address are refused",
                    fix: address.family == .v6 ? "bind [\(address)]:PORT" : "bind \(address):PORT"))
        }
        let isWatched = !instance.trackedScripts.isEmpty || !instance.trackedProcesses.isEmpty
        guard !isWatched, virtual.contains(where: { isOpen || bound.contains($0) }) else { continue }
        diagnostics.append(
            Diagnostic(
                .error, "balancer-unwatched", at: instance.location,
                "\(balancer.file) serves the addresses of `\(instance.name)`, which watches no process and runs no check",
                consequence: "when the load balancer fails, the addresses stay where nobody answers",
                fix: """
                    vrrp_track_process chk_lb {
                        process haproxy
                    }
                    # and in the instance:
                    track_process {
                        chk_lb
                    }
                    """))
    }
    return diagnostics
}
