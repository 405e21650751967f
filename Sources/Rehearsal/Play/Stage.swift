internal import Configuration
internal import LinuxKernel
internal import VRRPWire

/// The cluster on which the rehearsal plays: hosts, their programs, the switch, the client.
final class Stage {
    let plan: Plan
    let laboratory: Laboratory
    let observer: Observer
    private(set) var situation = Situation()
    /// What each host's daemon says.
    let logs: [OutputLog]
    private(set) var hosts: [Host?] = [nil, nil]
    private(set) var probe: Probe?
    private var daemons: [SpawnedProcess?] = [nil, nil]
    private var balancers: [SpawnedProcess?] = [nil, nil]
    private static let configurationPath = "/run/rehearsal/vrrp.cfg"

    init(_ plan: Plan, work: String?) throws {
        self.plan = plan
        let programs = [plan.programs.daemon, plan.programs.own, plan.programs.haproxy].compactMap { $0 }
        let files = programs + plan.files.compactMap(\.path)
        // Hosts hide /tmp and /run, where a build or an operator's file may well be.
        var visible: [String] = []
        for directory in files.map(LocalFiles.directory(of:)) where !visible.contains(directory) {
            visible.append(directory)
        }
        laboratory = try Laboratory(visible: visible)
        observer = Observer(laboratory)
        logs = try plan.hostNames.map { name in
            try OutputLog(name, keptAt: work.map { "\($0)/\(name).log" })
        }
    }

    /// Who holds an address where a client could reach it, by number.
    func holders(of address: IPAddress, _ pair: Pair) -> [Int] {
        hosts.indices.filter { number in
            guard let host = hosts[number], host.watch.holds(address) else { return false }
            return !situation.hosts[number].cut.contains(pair.instances[number].interface)
        }
    }

    // MARK: Whole hosts

    /// Switches on a host: the machine and its ordinary programs, not the daemon.
    func bootHost(_ number: Int) throws {
        let host = try laboratory.addHost(plan.hostNames[number], plan.topology.hosts[number])
        hosts[number] = host
        situation.hosts[number] = Situation.State(isAlive: true)
        try host.setSysctl("net/ipv4/ip_nonlocal_bind", "1")
        try host.setSysctl("net/ipv6/ip_nonlocal_bind", "1")
        try LocalFiles.makeDirectory(host.namespaces.outside("/run/rehearsal"))
        if let text = plan.files[number].text { try host.writeFile(Self.configurationPath, text) }
        for program in plan.standIns[number] { try placeStandIn(program, on: host) }
        for name in plan.watched[number].others {
            _ = try host.start(plan.programs.own, ["rehearse-part", "stand-in"], as: name)
        }
        try startBalancer(number)
    }

    private func placeStandIn(_ program: String, on host: Host) throws {
        let result = try host.run(plan.programs.own, ["rehearse-part", "place", program])
        guard result.status == .exited(code: 0) else {
            throw CannotRehearse("\(program) cannot be stood in for: \(result.output)")
        }
    }

    /// Pulls the plug of a host.
    func killHost(_ number: Int) throws {
        guard let host = hosts[number] else { return }
        try laboratory.kill(host)
        hosts[number] = nil
        daemons[number] = nil
        balancers[number] = nil
        situation.hosts[number] = Situation.State()
    }

    // MARK: Programs

    /// Tells the daemon to leave notify commands and pipes alone: they would act on this machine.
    private static let withoutCommands = "UNDERSTUDY_REHEARSAL=1"

    func startDaemon(_ number: Int) throws {
        guard let host = hosts[number] else { return }
        let path = plan.files[number].path ?? Self.configurationPath
        daemons[number] = try host.start(
            plan.programs.daemon, ["-f", path, "-n", "-l", "-D", "-p", "/run/rehearsal/vrrp.pid"],
            environment: [Self.withoutCommands], log: logs[number])
        situation.hosts[number].isGuarded = true
    }

    /// Asks the daemon to end, as the service manager does.
    func stopDaemon(_ number: Int) throws {
        try daemons[number]?.send(.terminate)
        situation.hosts[number].isGuarded = false
    }

    /// Whether the daemon of a host that should have one has ended, and how.
    func unexpectedEnd(_ number: Int) -> ExitStatus? {
        situation.hosts[number].isGuarded ? daemons[number]?.status : nil
    }

    func startBalancer(_ number: Int) throws {
        guard let host = hosts[number] else { return }
        let addresses = plan.pairs.flatMap(\.serviceAddresses)
        let name = plan.balancer(number)
        if let haproxy = plan.programs.haproxy {
            let path = "/run/rehearsal/haproxy.cfg"
            try host.writeFile(path, Self.haproxyConfiguration(addresses, host: host.name))
            balancers[number] = try host.start(haproxy, ["-db", "-f", path], as: name)
        } else {
            balancers[number] = try host.start(
                plan.programs.own, ["rehearse-part", "respond", host.name] + addresses.map(\.description), as: name)
        }
        guard try observer.wait(seconds: 10, { try host.listens(on: Plan.port) }) else {
            throw CannotRehearse("the load balancer on \(host.name) does not start")
        }
        situation.hosts[number].balancerRuns = true
    }

    func killBalancer(_ number: Int) throws {
        try balancers[number]?.send(.kill)
        _ = try balancers[number]?.wait(until: nil)
        situation.hosts[number].balancerRuns = false
    }

    private static func haproxyConfiguration(_ addresses: [IPAddress], host: String) -> String {
        let binds = addresses.map { address in
            let text = address.family == .v6 ? "[\(address)]" : address.description
            return "    bind \(text):\(Plan.port)\n"
        }
        return """
            defaults
                mode http
                timeout client 5s
                timeout connect 5s
                timeout server 5s
            frontend rehearsal
            \(binds.joined())
                http-request return status 200 content-type text/plain string \(host)

            """
    }

    // MARK: Network

    /// Cuts or mends the cable between the switch and the interface of the first pair.
    func setCable(_ number: Int, cut isCut: Bool) throws {
        guard let host = hosts[number] else { return }
        let interface = plan.pairs[0].instances[number].interface
        if isCut { situation.hosts[number].cut.insert(interface) }
        try laboratory.setPort(of: host, interface, up: !isCut)
        if !isCut { situation.hosts[number].cut.remove(interface) }
    }

    /// Lets the client begin to ask.
    func startClient() throws {
        let network = try laboratory.addClient(plan.topology.client)
        let targets = plan.targets.map { Probe.Target($0.address, port: Plan.port) }
        if !targets.isEmpty { probe = try Probe(in: network, targets: targets) }
    }

    func close() {
        probe?.stop()
        laboratory.close()
    }
}
