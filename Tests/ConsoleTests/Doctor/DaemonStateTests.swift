import Configuration
import Console
import Control
import Testing
import VRRPWire

private struct SessionFile: SourceReader {
    static let text = """
        bfd_instance ROUTER {
            neighbor_ip 192.0.2.254
        }
        \(configuration("track_bfd {\n ROUTER\n }"))
        """
    func read(_ path: String) -> Result<[UInt8], ReadFailure> { .success(Array(Self.text.utf8)) }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { true }
}

/// What the doctor makes of the daemon's program, and of what the daemon says of routes and sessions.
@Suite struct `The daemon in the doctor` {
    private func answer(failure: String? = nil) -> Answer {
        let now = Timestamp(milliseconds: 1_764_057_783_123)
        var daemon = Control.DaemonIdentity(
            pid: 7, version: "1.0", startedAt: now, uptimeSeconds: 60, configuration: "/etc/understudy/understudy.conf")
        daemon.upgradeFailure = failure
        return Answer(at: now, daemon: daemon)
    }

    private func program(_ isReplaced: Bool, _ installed: ProgramState.Installed? = nil) -> ProgramState {
        ProgramState(path: "/usr/sbin/understudyd", isReplaced: isReplaced, installed: installed)
    }

    @Test func `whose program is the one that is installed is in order`() {
        #expect(judgeProgram(program(false), answer()).map(\.code) == [.daemonCurrent])
        // Whoever may not look says nothing.
        #expect(judgeProgram(nil, answer()).isEmpty)
    }

    @Test func `whose program was replaced is to be upgraded`() {
        let found = judgeProgram(program(true, .runs(version: "1.1")), answer())
        #expect(found.map(\.code) == [.daemonNotUpgraded] && found.first?.severity == .warning)
        #expect(found.first?.remedy?.commands == ["understudy upgrade"])
        #expect(
            found.first?.evidence == [
                "process 7 runs version 1.0", "/usr/sbin/understudyd is version 1.1",
            ])
    }

    @Test func `whose upgrade failed is told of, and is a problem where the installed program does not run`() {
        let failed = answer(failure: "it cannot go on here")
        for state in [nil, program(false), program(false, .runs(version: "1.0")), program(true, .runs(version: "1.1"))]
        {
            let found = judgeProgram(state, failed)
            #expect(found.map(\.severity) == [.warning], "\(String(describing: state))")
            #expect(found.first?.evidence.contains("the last upgrade failed: it cannot go on here") == true)
        }
        let broken = judgeProgram(program(true, .fails(reason: "Exec format error")), failed)
        #expect(broken.map(\.severity) == [.problem])
        #expect(broken.first?.consequence == "when the daemon or this host is started again, no daemon runs here")
        #expect(broken.first?.remedy?.commands == [])
    }

    private func status(_ state: RouterState) -> Status {
        let now = Timestamp(milliseconds: 1_764_057_783_123)
        var instance = InstanceStatus(
            name: "VI_1", interface: "eth0", virtualRouterID: 51, ipVersion: 4, vrrpVersion: 2, transport: "multicast",
            state: state, since: now, sinceSeconds: 9, cause: "", obstacles: [],
            priority: PrioritySum(effective: 100, base: 100, terms: [], isOverruled: false), sourceAddress: nil,
            advertisementIntervalSeconds: 1, preempts: true)
        var ended = RouteStatus(route: "10.2.0.0/16 via 192.0.2.254", isPresent: false)
        ended.hasEnd = true
        instance.routes = [RouteStatus(route: "10.0.0.0/8 via 192.0.2.254", isPresent: false), ended]
        instance.rules = [RuleStatus(rule: "from 192.0.2.10/32 lookup 100", isPresent: true)]
        return Status(loadedAt: now, standby: nil, instances: [instance], remarks: [])
    }

    @Test func `whose virtual route is missing while it is active is told of`() {
        let found = judgeVirtualRoutes(status(.active))
        #expect(found.map(\.code) == [.virtualRouteMissing])
        #expect(found.first?.title == "the route 10.0.0.0/8 via 192.0.2.254 is missing, although this host is active")
        #expect(found.first?.remedy?.advice?.hasSuffix("ip route add 10.0.0.0/8 via 192.0.2.254") == true)
        #expect(judgeVirtualRoutes(status(.standby)).isEmpty)
        var whole = status(.active)
        whole.instances[0].routes?[0].isPresent = true
        #expect(judgeVirtualRoutes(whole).map(\.code) == [.virtualRoutesPresent])
    }

    private func sessions(_ state: SessionStatus.State, asked: Bool = true, answers: Bool = false) -> [Finding] {
        let model = check(
            file: "a.conf", reading: SessionFile(), configurationID: "", host: nil, hostIsAuthoritative: false
        ).model
        var status = status(.active)
        status.sessions = [
            SessionStatus(
                name: "ROUTER", neighbour: "192.0.2.254", isMultihop: false, state: state, outcome: "down: silence")
        ]
        var wire = WireFacts(seconds: 3)
        if asked { wire.asked = [ip("192.0.2.254")] }
        if answers {
            let hardware = HardwareAddress(rawValue: 0x0200_0000_0002)
            wire.answers[
                AddressAnswer(interface: "eth0", address: ip("192.0.2.254"), hardwareAddress: hardware)] = 0...1
        }
        return judgeSessions(status, model, wire)
    }

    @Test func `whose BFD session is down says whether the neighbour is there at all`() {
        #expect(sessions(.up).map(\.code) == [.bfdSessionUp])
        let alone = sessions(.down)
        #expect(alone.map(\.code) == [.bfdSessionDown] && alone.first?.severity == .problem)
        #expect(alone.first?.title == "the BFD session with 192.0.2.254 is down: the neighbour is not reachable")
        #expect(alone.first?.consequence == "vrrp_1 counts it as failed")
        let silent = sessions(.initializing, answers: true)
        #expect(silent.first?.title == "the BFD session with 192.0.2.254 is down")
        #expect(silent.first?.evidence.last == "192.0.2.254 answers on the link")
        #expect(silent.first?.remedy?.advice?.contains("UDP port 3784") == true)
        #expect(sessions(.down, asked: false).first?.title == "the BFD session with 192.0.2.254 is down")
    }
}
