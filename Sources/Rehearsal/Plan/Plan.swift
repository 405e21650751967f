internal import Configuration
internal import LinuxKernel
internal import VRRPCore
package import VRRPWire

/// Everything that is decided before the first namespace is made.
package struct Plan {
    package let files: [ConfigurationFile]
    package let hostNames = ["lb1", "lb2"]
    package let pairs: [Pair]
    package let topology: Topology
    package let watched: [WatchedProcesses]
    package let programs: Programs
    /// What is not as it would be on the real hosts, in sentences for the operator.
    package private(set) var notes: [String] = []
    /// Checks whose program this machine lacks, by host: paths of stand-ins that always succeed.
    package private(set) var standIns: [[String]] = [[], []]
    /// Where the load balancers listen.
    package static let port: UInt16 = 80
    /// So many addresses are asked by the client; more would only load the machine.
    private static let mostTargets = 4

    /// The programs of the rehearsal.
    package struct Programs {
        /// `understudyd`, or what is to play its part.
        package var daemon: String
        /// This program, which plays several small parts.
        package var own: String
        /// HAProxy, when the machine has it.
        package var haproxy: String?

        package init(daemon: String, own: String, haproxy: String?) {
            self.daemon = daemon
            self.own = own
            self.haproxy = haproxy
        }
    }

    package init(_ files: [ConfigurationFile], _ programs: Programs) throws(CannotRehearse) {
        self.files = files
        self.programs = programs
        pairs = try Pair.match(files)
        let complaints = Complaints(files)
        try complaints.requirePair()
        notes = complaints.notes
        // What `use_vmac` and `use_vmac_addr` make is made by the daemons.
        topology = try Topology(
            pairs.map { Pair(instances: $0.instances.map(\.onTheWire)) }, files.map(\.model.onTheWire))
        watched = files.map { WatchedProcesses($0.model) }
        for pair in pairs where pair.addresses.isEmpty {
            throw CannotRehearse("`\(pair.name)` has no address that both files list: nothing could move")
        }
        try findMissingPrograms()
        describeWhatDiffers()
    }

    /// The process that is killed as the load balancer of a host.
    package func balancer(_ host: Int) -> String { watched[host].balancer ?? "haproxy" }

    /// The addresses that the client asks, and to which pair each belongs.
    package var targets: [(pair: Int, address: IPAddress)] {
        // One of every pair first, then the others.
        let firsts = pairs.indices.compactMap { pair in pairs[pair].serviceAddresses.first.map { (pair, $0) } }
        let others = pairs.indices.flatMap { pair in pairs[pair].serviceAddresses.dropFirst().map { (pair, $0) } }
        return Array((firsts + others).prefix(max(firsts.count, Self.mostTargets)))
    }

    /// Why these files can only be rehearsed by root: in a user namespace there is one user, and no file is root's.
    package var reasonsForRoot: [String] {
        var reasons: [String] = []
        for (file, name) in zip(files, hostNames) {
            let model = file.model
            if model.global.scriptSecurity {
                reasons.append("\(name): enable_script_security asks who owns the checks' programs")
            }
            let users = ([model.global.scriptUser] + model.scripts.map(\.user)).compactMap { $0?.user }
            for user in Set(users).sorted() where user != "root" {
                reasons.append("\(name): checks run as user \(user)")
            }
            if model.global.scriptUser == nil, !model.scripts.isEmpty, lookUpUser("keepalived_script") != nil {
                reasons.append("\(name): checks run as user keepalived_script, which this machine has")
            }
        }
        return reasons
    }

    private mutating func findMissingPrograms() throws(CannotRehearse) {
        for host in files.indices {
            for check in files[host].model.scripts {
                guard let program = check.command.first else { continue }
                if LocalFiles.program(program, in: Host.searchPath) != nil { continue }
                guard program.hasPrefix("/") else {
                    throw CannotRehearse(
                        "\(check.commandLocation): `\(program)` is not installed on this machine, so check "
                            + "`\(check.name)` cannot be run here; install it, or rehearse on one of the load balancers"
                    )
                }
                if LocalFiles.exists(program) {
                    throw CannotRehearse(
                        "\(check.commandLocation): `\(program)` cannot be executed, so check `\(check.name)` would "
                            + "always fail; chmod +x \(program)")
                }
                guard !standIns[host].contains(program) else { continue }
                standIns[host].append(program)
                notes.append(
                    "\(hostNames[host]): \(program) (check \(check.name)) is not on this machine. A stand-in that "
                        + "always succeeds runs in its place: this check is NOT rehearsed.")
            }
        }
    }

    private mutating func describeWhatDiffers() {
        if programs.haproxy == nil {
            notes.append("Without HAProxy, a small web server plays the load balancer.")
        }
        for host in files.indices where watched[host].balancer == nil {
            notes.append(
                "\(files[host].name): no check asks for a load balancer by name (pkill -0, killall -0, pidof, pgrep, "
                    + "vrrp_track_process). What is killed as the load balancer is called `\(balancer(host))`.")
        }
        for host in files.indices where files[host].model.tellsSomebody {
            notes.append(
                "\(files[host].name): notify commands and pipes are left alone, for they would act on this machine, and no mail is sent: they are "
                    + "NOT rehearsed.")
        }
        for host in files.indices {
            let numbers = files[host].model.files.map { "\($0.name) holds \($0.numberInService)" }
            if numbers.isEmpty { continue }
            notes.append(
                "\(files[host].name): tracked files are neither read nor written, for they are this machine's: "
                    + "\(numbers.joined(separator: ", ")) throughout. They are NOT rehearsed.")
        }
        for host in files.indices {
            let sessions = files[host].model.sessions.map { "\($0.name) is \($0.isUpInService ? "up" : "down")" }
            if sessions.isEmpty { continue }
            notes.append(
                "\(files[host].name): neighbours of BFD sessions are not asked, for they are this machine's: "
                    + "\(sessions.joined(separator: ", ")) throughout. They are NOT rehearsed.")
        }
        let all = pairs.reduce(0) { $0 + $1.serviceAddresses.count }
        if targets.count < all {
            notes.append("The client asks \(targets.count) of \(all) addresses; where all of them are is watched.")
        }
    }
}

extension Model {
    /// Somebody is told of changes, who would do something.
    fileprivate var tellsSomebody: Bool {
        !global.fifos.isEmpty
            || (instances.map(\.notifications) + groups.map(\.notifications)).contains {
                !$0.commands.isEmpty || $0.sendsMail
            }
    }
}
