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
    /// Bound with IP_TRANSPARENT, for which the address need not be on the host.
    public var isTransparent: Bool
    public var hasPort: Bool

    public init(line: Int, address: Address, isTransparent: Bool = false, hasPort: Bool = true) {
        self.line = line
        self.address = address
        self.isTransparent = isTransparent
        self.hasPort = hasPort
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
///   - facts: of the host that it is checked on; nil when they are not known.
func checkBalancer(_ balancer: BalancerFile, _ model: Model, file: String, facts: HostFacts? = nil) -> [Diagnostic] {
    var diagnostics = missingPorts(balancer) + bindingElsewhere(balancer, model, facts)
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

/// `bind 10.0.0.100` without a port, which HAProxy refuses.
private func missingPorts(_ balancer: BalancerFile) -> [Diagnostic] {
    balancer.binds.filter { !$0.hasPort }.map { bind in
        let address =
            switch bind.address {
            case .ip(let address) where address.family == .v6: "[\(address)]"
            case .ip(let address): "\(address)"
            case .wildcard, .unclear: "ADDRESS"
            }
        return Diagnostic(
            .warning, "balancer-without-port", at: SourceLocation(file: balancer.file, line: bind.line, column: 1),
            "this `bind` line names no port", consequence: "HAProxy refuses the file, and does not start",
            fix: "bind \(address):80")
    }
}

/// A `bind` to a virtual address, which the standby does not have: whether the kernel lets it.
private func bindingElsewhere(_ balancer: BalancerFile, _ model: Model, _ facts: HostFacts?) -> [Diagnostic] {
    let virtual = Set(model.instances.flatMap { $0.addresses + $0.excludedAddresses }.map(\.address))
    return [AddressFamily.v4, .v6].compactMap { family in
        let first = balancer.binds.first { bind in
            guard case .ip(let address) = bind.address, !bind.isTransparent else { return false }
            return address.family == family && virtual.contains(address)
        }
        guard let first, case .ip(let address) = first.address else { return nil }
        let key = family == .v4 ? "net.ipv4.ip_nonlocal_bind" : "net.ipv6.ip_nonlocal_bind"
        let isAllowed = facts?.bindsElsewhere[family]
        guard isAllowed != true else { return nil }
        return Diagnostic(
            isAllowed == false ? .warning : .note, "balancer-cannot-bind",
            at: SourceLocation(file: balancer.file, line: first.line, column: 1),
            "HAProxy binds to \(address), which the standby does not have"
                + (isAllowed == false ? ", and \(key) is 0 on this host" : ""),
            consequence: "without \(key) = 1 HAProxy does not start on a host while the other one has the address",
            fix: "sysctl -w \(key)=1; echo '\(key) = 1' > /etc/sysctl.d/90-nonlocal-bind-\(family == .v4 ? 4 : 6).conf"
                + "   # on both hosts")
    }
}
