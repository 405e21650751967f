package import VRRPCore
package import VRRPWire

extension Linter {
    /// Programs that cannot be run and users that do not exist.
    mutating func checkPrograms(_ host: any HostInspector) {
        checkDefaultUser(host)
        checkNotifyCommands(host)
        checkServiceCommands(host)
        let used = Set(model.instances.flatMap { $0.trackedScripts.map(\.name) })
        for script in model.scripts {
            let user = model.global.runner(of: script.user)
            if let user, !host.exists(user) {
                let near = nearUser(user, host)
                report(
                    missing, "no-such-user", at: script.location,
                    "`\(script.name)` is to run as \(inWords(user))" + (near.map { "; is `\($0)` meant?" } ?? ""),
                    consequence: "the check cannot run, so it counts as failed",
                    fix: near.map { script.user == nil ? "script_user \($0)   # in global_defs" : "user \($0)" }
                        ?? "useradd --system --no-create-home \(user.user)")
                continue
            }
            checkProgram(
                script.command.first, of: script.text, as: user, at: script.commandLocation, host,
                consequence: used.contains(script.name)
                    ? "the check cannot run, so it counts as failed"
                    : "nothing runs it; keepalived looks for it all the same")
        }
    }

    /// A user of this host with a name like that of one who does not exist.
    func nearUser(_ user: UserName, _ host: any HostInspector) -> String? {
        guard user.group == nil else { return nil }
        let usual = "root nobody keepalived_script keepalived haproxy hapee-lb nginx www-data".split(separator: " ")
        let here = usual.map(String.init).filter { host.exists(UserName(user: $0)) }
        return KeywordTable.nearest(to: user.user, among: here)
    }

    /// Whether a program that the configuration names can be run; what security alone forbids runs unless it is asked for.
    ///
    /// - Parameter text: the command that it is the first word of.
    mutating func checkProgram(
        _ program: String?, of text: String, as user: UserName?, at location: SourceLocation, _ host: any HostInspector,
        consequence: String, isNotify: Bool = false
    ) {
        guard let program else { return }
        if program.isAssignment {
            return report(
                missing, "cannot-run", at: location,
                "`\(program)` is no program: a command is not a line of the shell's, which would set a variable",
                consequence: consequence, fix: "\"/usr/bin/env \(text)\"", passesKeepalived: isNotify ? true : nil)
        }
        let use = ProgramUse(program: program, user: user)
        let found = programProblems[use] ?? host.problem(running: program, as: user)
        programProblems[use] = .some(found)
        guard let problem = found else { return }
        if problem.isSecurityOnly, !model.global.scriptSecurity {
            report(
                .note, "insecure-program", at: location, problem.sentence,
                consequence: "it runs all the same, because `enable_script_security` is not set", fix: problem.fix)
        } else {
            report(
                missing, problem.isSecurityOnly ? "insecure-program" : "cannot-run", at: location, problem.sentence,
                consequence: consequence, fix: problem.fix,
                // keepalived looks for the programs of checks, and removes in silence what it cannot run to tell somebody.
                passesKeepalived: isNotify || (problem.isThere && !problem.isSecurityOnly) ? true : nil)
        }
    }

    /// With script security keepalived runs nothing as root merely because nobody else is named.
    private mutating func checkDefaultUser(_ host: any HostInspector) {
        guard model.global.scriptSecurity, model.global.scriptUser == nil,
            let (name, location) = firstWithoutUser,
            !host.exists(UserName(user: "keepalived_script"))
        else { return }
        report(
            .warning, "no-script-user", at: location,
            "`\(name)` names no user, and neither `script_user` nor a user `keepalived_script` exists",
            consequence: "it runs as root; keepalived with `enable_script_security` would drop it",
            fix: "script_user root   # or another user, in global_defs")
    }

    private var firstWithoutUser: (name: String, location: SourceLocation)? {
        if let script = model.scripts.first(where: { $0.user == nil }) { return (script.name, script.location) }
        if let notify = model.notifyCommands.first(where: { $0.command.user == nil })?.command {
            return (notify.text, notify.location)
        }
        return model.global.serviceCommands.first { $0.user == nil }.map { ($0.text, $0.location) }
    }

    mutating func checkHost(_ instance: Instance, _ facts: HostFacts) {
        checkInterfaces(instance, facts)
        checkSource(instance, facts)
        checkPeers(instance, facts)
        for (held, location) in instance.placedAddresses { checkSubnet(held, location, instance, facts) }
    }

    private mutating func checkInterfaces(_ instance: Instance, _ facts: HostFacts) {
        if let interface = facts.interface(instance.interface) {
            // The name `lo` is refused without asking the host.
            if interface.isLoopback, interface.name != "lo" {
                report(
                    .error, "loopback-interface", at: instance.interfaceLocation,
                    "`\(interface.name)` is a loopback interface",
                    consequence: "adverts on it reach nobody, so every router would become MASTER",
                    fix: facts.suggestion)
            } else if !interface.supportsMulticast, instance.transport == .multicast {
                report(
                    missing, "no-multicast", at: instance.interfaceLocation,
                    "`\(interface.name)` carries no multicast, and adverts are sent to a multicast group",
                    consequence: "the routers do not hear each other, so both become MASTER",
                    fix: "unicast_peer { ADDRESS }")
            }
        } else {
            reportMissing(instance.interface, at: instance.interfaceLocation, facts)
        }
        // A macvlan may be what the daemon made, or keepalived before it.
        if let virtual = instance.virtualMAC, let taken = facts.interface(virtual.interface), taken.kind != "macvlan" {
            report(
                missing, "virtual-interface-taken", at: virtual.location,
                "`\(taken.name)` is an interface of this host, and no macvlan",
                consequence:
                    "the instance would wait, and the interface stays as it is; keepalived makes one of another name",
                fix: "use_vmac vrrp.\(instance.virtualRouterID.rawValue)", passesKeepalived: false)
        }
        // Those of `use_vmac` and `use_vmac_addr` are made by the daemon.
        var reported = Set([instance.interface] + instance.virtualLinks.map(\.interface))
        for (held, location) in instance.placedAddresses {
            let name = instance.wire(of: held)
            guard facts.interface(name) == nil, reported.insert(name).inserted else { continue }
            reportMissing(name, after: "dev ", at: location, facts)
        }
        for (route, location) in zip(instance.routes, instance.routeLocations) {
            for name in route.everyWay.compactMap(\.interface)
            where facts.interface(name) == nil && reported.insert(name).inserted {
                reportMissing(name, after: "dev ", at: location, facts)
            }
        }
        for tracked in instance.trackedInterfaces
        where facts.interface(tracked.name) == nil && reported.insert(tracked.name).inserted {
            reportMissing(tracked.name, at: tracked.location, facts)
        }
    }

    /// The interfaces that are named beside those of instances.
    mutating func checkNamedInterfaces(_ facts: HostFacts) {
        let made = Set(model.instances.flatMap { $0.virtualLinks.map(\.interface) })
        for named in model.global.namedInterfaces
        where facts.interface(named.name) == nil && !made.contains(named.name) {
            let near = nearInterface(to: named.name, facts)
            report(
                .warning, "no-such-interface", at: named.location,
                "this host has no interface `\(named.name)`" + (near.map { "; is `\($0)` meant?" } ?? ""),
                consequence: "\(named.use) until there is one", fix: near ?? facts.suggestion,
                passesKeepalived: model.global.expectsAbsentInterfaces ? true : nil)
        }
    }

    /// Addresses and routes that are there in every state, as soon as their interface is.
    mutating func checkStatics(_ facts: HostFacts) {
        // Those of `use_vmac` are made by the daemon.
        let made = Set(model.instances.flatMap { $0.virtualLinks.map(\.interface) })
        func isAbsent(_ name: String) -> Bool { facts.interface(name) == nil && !made.contains(name) }
        for (address, location) in zip(model.global.staticAddresses, model.global.staticLocations)
        where isAbsent(address.interface) {
            reportMissing(address.interface, of: "\(address.address)", at: location, facts)
        }
        for (route, location) in zip(model.global.staticRoutes, model.global.staticRouteLocations) {
            guard let name = route.everyWay.compactMap(\.interface).first(where: isAbsent) else { continue }
            reportMissing(name, of: "the route to \(route.destination)/\(route.prefixLength)", at: location, facts)
        }
    }

    private mutating func reportMissing(
        _ name: String, of what: String, at location: SourceLocation, _ facts: HostFacts
    ) {
        report(
            .warning, "no-such-interface", at: location, "this host has no interface `\(name)`",
            consequence: "\(what) is set when there is one, and missing until then", fix: facts.suggestion,
            passesKeepalived: model.global.expectsAbsentInterfaces ? true : nil)
    }

    /// - Parameter keyword: what stands before the name in its line.
    private mutating func reportMissing(
        _ name: String, after keyword: String = "", at location: SourceLocation, _ facts: HostFacts
    ) {
        let near = nearInterface(to: name, facts)
        let isExpected = model.global.expectsAbsentInterfaces
        report(
            isExpected ? near == nil ? .note : .warning : missing, "no-such-interface", at: location,
            "this host has no interface `\(name)`" + (near.map { "; is `\($0)` meant?" } ?? ""),
            consequence: isExpected
                ? "Understudy waits for it, as `dynamic_interfaces` says, and protects nothing until it is there"
                : "Understudy would wait for it and protect nothing; keepalived would exit",
            fix: near.map { keyword + $0 } ?? facts.suggestion, passesKeepalived: isExpected ? true : nil)
    }

    private func nearInterface(to name: String, _ facts: HostFacts) -> String? {
        // Another number is another interface, not a misspelling.
        let others = facts.interfaces.filter { !$0.isLoopback && $0.name.withoutDigits != name.withoutDigits }
        return KeywordTable.nearest(to: name, among: others.map(\.name))
    }

    private mutating func checkSource(_ instance: Instance, _ facts: HostFacts) {
        guard let source = instance.sourceAddress, facts.interface(instance.interface) != nil else { return }
        if facts.interfaces.contains(where: { $0.addresses.contains { $0.address == source } }) { return }
        let own = facts.interface(instance.interface)?.addresses.first {
            $0.address.family == source.family
        }
        report(
            missing, "source-not-here", at: instance.sourceLocation ?? instance.location,
            "instance `\(instance.name)`: the source address \(source) is not on this host",
            consequence: "no advert can be sent before it is there",
            fix: own.map {
                "\(instance.transport == .multicast ? "mcast_src_ip" : "unicast_src_ip") \($0.address)"
                    + (missing == .error ? "" : "   # if the file is this host's")
            })
    }

    /// Whether the interface has an address beside a virtual one that nobody gives to virtual routers.
    private mutating func hasOther(than held: VirtualAddress, on interface: HostFacts.Interface) -> Bool {
        interface.addresses.contains { other in
            other.address.family == held.address.family && !other.address.isLinkLocal
                && !virtualAddresses.contains(other.address)
        }
    }

    private mutating func checkSubnet(
        _ held: VirtualAddress, _ location: SourceLocation, _ instance: Instance, _ facts: HostFacts
    ) {
        for interface in facts.interfaces {
            for assigned in interface.addresses where assigned.address == held.address {
                guard instance.priority != .owner else { return }
                if hasOther(than: held, on: interface) {
                    return report(
                        missing, "own-address", at: location,
                        "\(held.address) is on `\(interface.name)` already, and Understudy has not put it there",
                        consequence:
                            "another daemon, such as keepalived, holds it or has left it there; or it is the host's "
                            + "own, and would be removed whenever this host is BACKUP",
                        fix: "systemctl stop keepalived   # where that runs; "
                            + "ip addr del \(held.address)/\(assigned.prefixLength) dev \(interface.name) where it was killed"
                    )
                }
                report(
                    .error, "own-address", at: location,
                    "\(held.address) is the host's own address on `\(interface.name)`",
                    consequence: "it would be removed whenever this host is BACKUP, and the host cut off with it",
                    fix: "an address that no host has; or priority 255, if this host is to own it")
                return
            }
        }
        guard let interface = facts.interface(instance.wire(of: held)) else { return }
        checkScope(held, location, interface)
        let subnets = interface.addresses.filter { $0.address.family == held.address.family }
        guard !subnets.isEmpty, !held.address.isLinkLocal,
            !subnets.contains(where: { held.address.shares(prefixOf: $0.address, length: $0.prefixLength) })
        else { return }
        let list = subnets.map { "\($0.address)/\($0.prefixLength)" }.joined(separator: ", ")
        report(
            .warning, "outside-subnet", at: location,
            "\(held.address) is in no subnet of `\(interface.name)` (\(list))",
            consequence: "neighbours do not look for it on this network unless a route says so",
            fix: held.missingNeighbour(on: interface.name, beside: subnets.map(\.address))
                ?? "an unused address of \(list)")
    }
}

extension Linter {
    /// Addresses of one IPv4 subnet and prefix have one scope on an interface, or the kernel refuses the later one.
    private mutating func checkScope(
        _ held: VirtualAddress, _ location: SourceLocation, _ interface: HostFacts.Interface
    ) {
        guard case .v4 = held.address,
            let other = interface.addresses.first(where: {
                !$0.isOurs && $0.scope != held.scope && $0.prefixLength == held.prefixLength
                    && held.address.shares(prefixOf: $0.address, length: $0.prefixLength)
            })
        else { return }
        report(
            .warning, "scope-of-subnet", at: location,
            "\(held.address)/\(held.prefixLength) has another scope than \(other.address), the host's own address of the subnet",
            consequence: "the kernel takes only one scope for a subnet and refuses this address, for keepalived too",
            fix: "\(held.address)/32 scope \(held.scope)   # or without `scope`", passesKeepalived: true)
    }
}

extension VirtualAddress {
    /// How to give an interface, which has nothing but link-local addresses, an address of this one's subnet; nil when it has others.
    ///
    /// The part that names the host is that of its link-local address, so that two hosts do not get the same one.
    /// - Parameter others: those of the interface, of the same family.
    package func missingNeighbour(on interface: String, beside others: [IPAddress]) -> String? {
        guard case .v6(let address) = address, case .v6(let own)? = others.first,
            others.allSatisfy(\.isLinkLocal)
        else { return nil }
        guard (1...64).contains(prefixLength) else {
            return "on `\(interface)`, an address of the subnet that \(address) is in"
        }
        let subnet = UInt64.max << (64 - UInt64(prefixLength))
        let neighbour = IPv6Address(high: address.high & subnet | own.high & ~subnet, low: own.low)
        return
            "ip -6 addr add \(neighbour)/\(prefixLength) dev \(interface)   # and in the host's network configuration"
    }
}

extension HostFacts {
    func interface(_ name: String) -> Interface? { interfaces.first { $0.name == name } }

    /// What to write where an interface is wanted.
    var suggestion: String? {
        let names = interfaces.filter { !$0.isLoopback }.map(\.name)
        return names.isEmpty ? nil : "one of: " + names.joined(separator: ", ")
    }
}

extension String {
    /// `NAME=value`, as a shell sets a variable before a command.
    fileprivate var isAssignment: Bool {
        guard let equals = firstIndex(of: "="), let first, first.isLetter || first == "_" else { return false }
        return self[..<equals].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
    }

    fileprivate var withoutDigits: String { filter { !("0"..."9").contains($0) } }
}
