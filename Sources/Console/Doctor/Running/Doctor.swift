internal import Configuration
internal import Control
internal import Daemon
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Looks at this host, its network and its daemon, and says what is wrong, what proves it, and what mends it.
///
/// It changes nothing, and sends no more than the question who has the virtual addresses.
package func examine(_ options: DoctorOptions, tools: some Tools) -> DoctorReport {
    var examination = Examination(options)
    examination.lookAtDaemon()
    examination.lookAtFile()
    let isInPlace = examination.enterNetwork()
    examination.lookAtService(tools)
    examination.lookAtPrograms()
    examination.lookAtProcess(tools)
    // What is in another network namespace than the daemon's says nothing about it.
    guard isInPlace else { return examination.report }
    examination.lookAtInterfaces()
    examination.lookAtRoutes()
    examination.lookAtKernel()
    examination.lookAtNeighbours(tools)
    examination.listen()
    examination.lookAtFirewall(tools)
    examination.lookAtReception(tools)
    examination.lookAtOwners()
    examination.lookAtAddresses()
    examination.lookAtCompanions()
    examination.lookAtBinds()
    return examination.report
}

/// What is known so far.
private struct Examination {
    private let options: DoctorOptions
    private var findings: [Finding] = []
    private var answer: Answer?
    private var file: String
    private var checked: CheckedFile?
    private var model = Model()
    private var daemon = DaemonFacts()
    /// Nobody listens at the socket; one who hangs, or may not be asked, does.
    private var hasNoListener = false
    private var interfaces = InterfaceFacts(links: [], addresses: [])
    private var addressesBefore: [AddressInfo] = []
    private var paths: [AdvertPath] = []
    private var wire = WireFacts(seconds: 0)
    /// What the firewall does to what comes in, by path.
    private var blocked: [String: [Finding]] = [:]

    init(_ options: DoctorOptions) {
        self.options = options
        file = options.file ?? DoctorOptions.usualFile
    }

    var report: DoctorReport {
        let now = wallClock()
        return DoctorReport(
            at: Timestamp(seconds: now.seconds, nanoseconds: Int64(now.nanoseconds)), host: hostName(),
            configuration: file,
            asRoot: currentUserID() == 0, listenedSeconds: wire.seconds, findings: findings)
    }

    // MARK: Daemon and file

    mutating func lookAtDaemon() {
        do throws(ClientError) {
            let answer = try ask(Request(.status), at: options.socket)
            self.answer = answer
            if options.file == nil { file = answer.daemon.configuration }
            findings.append(
                Finding(
                    .daemonRunning, .ok, "the daemon runs",
                    evidence: [
                        "process \(answer.daemon.pid), version \(answer.daemon.version), up for "
                            + secondsInWords(answer.daemon.uptimeSeconds)
                    ]))
        } catch {
            if case .notRunning = error { hasNoListener = true }
            findings.append(daemonFinding(error))
        }
    }

    private func daemonFinding(_ error: ClientError) -> Finding {
        switch error {
        case .notPermitted:
            return Finding(
                .daemonRunning, .unknown, "the daemon could not be asked", evidence: ["\(error)"])
        case .silent, .garbled, .hungUp:
            return Finding(
                .daemonNotRunning, .problem, "the daemon does not answer", evidence: ["\(error)"],
                consequence: "it may not advertise either, and another host takes over",
                remedy: Remedy(["systemctl restart understudy"], isSafe: false))
        case .notRunning:
            return Finding(
                .daemonNotRunning, .problem, "no daemon runs on this host", evidence: ["\(error)"],
                consequence: "this host takes over nothing",
                remedy: Remedy(["systemctl start understudy"], isSafe: false))
        }
    }

    mutating func lookAtFile() {
        let checked = check(
            file: file, reading: DiskReader(), configurationID: options.configurationID, host: nil,
            hostIsAuthoritative: false)
        model = checked.model
        self.checked = checked
        findings.append(judgeFile(checked, file))
        guard let peer = options.peerFile else { return }
        // The peer's `@ID` lines are the peer's, and its name is not known here.
        let other = check(
            file: peer, reading: DiskReader(), configurationID: options.peerID ?? "", host: nil,
            hostIsAuthoritative: false)
        findings += judgePair(checked, file: file, other, peerFile: peer)
    }

    /// Goes into the network namespace that the file names.
    ///
    /// - Returns: false when that is not possible.
    mutating func enterNetwork() -> Bool {
        guard let name = model.global.process.identity.networkNamespace else { return true }
        let finding = judgeNamespace(name, Console.enterNetwork(name), file)
        findings.append(finding)
        return finding.severity <= .note
    }

    mutating func lookAtService(_ tools: some Tools) {
        daemon = gatherDaemon(answer, files: checked?.parsed.files ?? [], socket: options.socket, tools: tools)
        let usual = LocalFiles.exists(DoctorOptions.usualFile) ? DoctorOptions.usualFile : nil
        if hasNoListener, let finding = judgeSocket(daemon, options.socket) {
            // It runs after all.
            findings.removeAll { $0.code == .daemonNotRunning }
            findings.append(finding)
        }
        findings += judgeDaemon(daemon, answer, file: options.file, usual: usual)
        if let answer { findings += judgeProgram(gatherProgram(answer, tools: tools), answer) }
    }

    mutating func lookAtPrograms() {
        do throws(SystemError) {
            findings += judgePrograms(
                check(
                    file: file, reading: DiskReader(), configurationID: options.configurationID,
                    host: try LiveHost(looksAtFiles: true), hostIsAuthoritative: true))
        } catch {
            findings.append(
                Finding(.checksCanRun, .unknown, "the checks could not be looked at", evidence: ["\(error)"]))
        }
    }

    mutating func lookAtProcess(_ tools: some Tools) {
        let guardian = answer.map { Int32(clamping: $0.daemon.pid) } ?? daemon.processes.first?.pid
        // The process that works is its child.
        let pid = guardian.map { guardian in
            SpawnedProcess.children(of: guardian).first { isWorker($0) } ?? guardian
        }
        if let pid {
            findings += judgeResources(
                readResources(of: pid), pid: pid, service: daemon.service, checks: model.scripts.count)
        }
        let programs = unique(model.scripts.compactMap { $0.command.first.flatMap { findProgram($0) } })
        findings += judgeSELinux(gatherSELinux(pid: pid, programs: programs, tools: tools))
    }

    // MARK: Host and wire

    mutating func lookAtKernel() {
        let facts = KernelFacts.read()
        findings += judgeKernel(facts, interfaces, model)
        findings.append(judgeClock(facts))
    }

    mutating func lookAtNeighbours(_ tools: some Tools) {
        findings += judgeNetworkServices(
            gatherNetworkServices(interfaces.links, processes: runningProcesses().map(\.name), tools: tools), model)
        findings += judgeNeighbours(model, interfaces, NeighbourFacts.read)
    }

    mutating func lookAtInterfaces() {
        do throws(SystemError) {
            let socket = try RouteSocket()
            interfaces = InterfaceFacts(links: try socket.links(), addresses: try socket.addresses())
            findings += judgeInterfaces(interfaces, model.onTheWire)
        } catch {
            findings.append(
                Finding(.interfaceUsable, .unknown, "the interfaces could not be listed", evidence: ["\(error)"]))
        }
        paths = advertPaths(model, interfaces)
    }

    mutating func lookAtRoutes() {
        do throws(SystemError) {
            let facts = try ConnectedRouteFacts.read(routedLinks(model, interfaces).map(\.index))
            findings += judgeConnectedRoutes(model, interfaces, facts)
        } catch {
            findings.append(
                Finding(.subnetRoutesPresent, .unknown, "the routes could not be listed", evidence: ["\(error)"]))
        }
    }

    mutating func listen() {
        guard !paths.isEmpty else { return }
        addressesBefore = interfaces.addresses
        let longest = model.instances.map { Double($0.advertisementInterval.count) / 100 }.max() ?? 1
        // Twice what is due, so that one lost advert is not taken for silence; nobody waits for minutes.
        let seconds = options.seconds ?? min(max(3, longest * 2.2), 12)
        var session = WireSession(
            paths, links: interfaces.links, questions: addressQuestions(model.onTheWire, interfaces), seconds: seconds)
        wire = session.run()
        // What the daemon says and what is on the interfaces shall be of one time.
        do throws(ClientError) {
            if answer != nil { answer = try ask(Request(.status), at: options.socket) }
        } catch {
            findings.append(daemonFinding(error))
        }
        do throws(SystemError) {
            interfaces.addresses = try RouteSocket().addresses()
        } catch {
            findings.append(
                Finding(.interfaceUsable, .unknown, "the addresses could not be listed", evidence: ["\(error)"]))
        }
    }

    mutating func lookAtFirewall(_ tools: some Tools) {
        guard !paths.isEmpty else { return }
        let facts = gatherFirewalls(interfaces: unique(paths.map(\.interface)), tools: tools)
        for path in paths {
            let proof = FirewallProof(
                arrived: unique(others(.socket, path).map(\.source)),
                output: wire.outputs[path.name]
                    ?? .notTried(reason: wire.failure(path.interface) ?? "it was not possible"),
                left: wire.adverts(.leaving, path.interface, path.family).count { path.isOf($0) })
            let senders = unique((others(.wire, path) + others(.socket, path)).map(\.source))
            let found = judgeFirewall(facts, path, senders: senders, proof: proof)
            blocked[path.name] = found.filter { $0.code == .firewallBlocksIn }
            findings += found
        }
    }

    /// Adverts of others on a path.
    private func others(_ place: SeenAdvert.Place, _ path: AdvertPath) -> [SeenAdvert] {
        let own = ownAddresses
        return wire.adverts(place, path.interface, path.family).filter {
            !own.contains($0.source) && path.isOf($0)
        }
    }

    private var ownAddresses: Set<IPAddress> { Set(interfaces.addresses.map(\.address)) }

    mutating func lookAtReception(_ tools: some Tools) {
        for path in paths {
            let instances = model.instances.filter { path.instances.contains($0.name) }
            let settings = reversePathFilter(path, tools)
            for instance in instances {
                let carriers = [instance.interface] + instance.virtualLinks.map(\.interface)
                let held = Set(carriers.flatMap { interfaces.addresses(of: $0) }.map(\.address))
                var context = ReceptionContext(
                    instance: instance, path: path, ownAddresses: ownAddresses,
                    holdsAddresses: (instance.addresses + instance.excludedAddresses).contains {
                        held.contains($0.address)
                    },
                    firewall: blocked[path.name] ?? [], reversePath: settings,
                    status: answer?.status?.instances.first { $0.name == instance.name },
                    configuredIDs: Set(
                        model.instances.filter { $0.interface == path.interface && $0.family == path.family }
                            .map(\.virtualRouterID.rawValue)))
                context.virtualAddresses = Set(model.instances.flatMap(\.addresses).map(\.address))
                context.clock = AuthenticationClock(
                    wall: presentSequence(), now: MonotonicInstant(nanoseconds: monotonicNanoseconds()))
                findings += judgeReception(wire, context)
            }
        }
    }

    private func reversePathFilter(_ path: AdvertPath, _ tools: some Tools) -> ReversePathFilter {
        guard path.family == .v4, wire.reversePathDrops > 0 else { return ReversePathFilter() }
        let senders = unique(others(.wire, path).map(\.source))
        let unreachable = senders.filter {
            // It ends with an error where no route leads.
            if case .ended(let status, _, _) = tools.run("ip", ["route", "get", "\($0)"]) {
                status != 0
            } else {
                false
            }
        }
        func value(_ name: String) -> Int { runningSysctlOfInterface(name, "rp_filter").flatMap { Int($0) } ?? 0 }
        return ReversePathFilter(
            all: value("all"), interface: value(path.interface), unreachable: Set(unreachable))
    }

    mutating func lookAtOwners() {
        let before = InterfaceFacts(links: interfaces.links, addresses: addressesBefore)
        // A virtual MAC address is another host's while the interface that has it here is down.
        let hardware = Set(interfaces.links.filter(\.isUp).compactMap(\.hardwareAddress))
        for instance in model.instances {
            var context = OwnerContext(
                instance: instance.onTheWire, assigned: interfaces.assigned(asSeenBy: instance),
                ownHardware: hardware, assignedBefore: before.assigned(asSeenBy: instance))
            context.status = answer?.status?.instances.first { $0.name == instance.name }
            findings += judgeOwners(wire, context)
        }
    }

    /// What goes with the addresses, and who watches the way there.
    mutating func lookAtCompanions() {
        guard let status = answer?.status else { return }
        findings += judgeVirtualRoutes(status)
        findings += judgeSessions(status, model, wire)
    }

    mutating func lookAtAddresses() {
        findings += judgeAddressStates(model, interfaces, answer?.status)
    }

    mutating func lookAtBinds() {
        findings += judgeBinds(gatherBinds(files: options.haproxyFiles), model)
    }
}
