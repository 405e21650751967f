import Console
import Control
import Glibc
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// The control socket, the history, maintenance mode and hand-over: asked of the real daemon, from outside its host.
    @Suite(.serialized) enum Controlled {}
}

extension Host {
    /// As this process sees it.
    var controlSocket: String { namespaces.outside("/run/understudy/control.sock") }
}

extension RunningDaemon {
    func ask(_ request: Request, within seconds: Double = 10) throws(ClientError) -> Answer {
        try Console.ask(request, at: host.controlSocket, within: seconds)
    }

    /// Waits until somebody listens at the control socket: its path is there a moment earlier (bind, then listen).
    func listens() throws {
        try trial.waitFor("the control socket") { try hasListener(host.controlSocket) }
    }

    func status() throws -> Control.Status { try #require(try ask(Request(.status)).status) }

    func instance(_ name: String = "VI_1") throws -> InstanceStatus {
        try #require(try status().instances.first { $0.name == name })
    }

    func becomes(_ state: RouterState, _ name: String = "VI_1", seconds: Double = 10) throws {
        try listens()
        var last: InstanceStatus?
        let isReached = try trial.observer.wait(seconds: seconds) {
            last = try instance(name)
            return last?.state == state
        }
        guard isReached else {
            throw DidNotHappen(
                description:
                    "\(host.name) \(name) is not \(state) but \(String(describing: last))\n\(text().suffix(2000))")
        }
    }

    func history(of name: String? = nil, limit: Int = 1000) throws -> [HistoryRecord] {
        var request = Request(.history)
        request.instance = name
        request.limit = limit
        return try #require(try ask(request).history)
    }

    func switchOver(
        _ name: String? = "VI_1", toPeer: Bool? = nil, within seconds: Double = 20
    ) throws(ClientError) -> Answer {
        var request = Request(.switchover)
        request.instance = name
        request.toPeer = toPeer
        return try ask(request, within: seconds)
    }

    func standby(seconds: Int? = nil) throws -> StandbyReport {
        var request = Request(.standby)
        request.seconds = seconds
        return try #require(try ask(request).standby)
    }

    func resume() throws -> StandbyReport { try #require(try ask(Request(.resume)).standby) }

    /// Writes `configuration` and asks for a reload, or what one would do.
    func reloads(_ configuration: String, dryRun: Bool) throws -> Answer {
        try host.writeFile("/run/vrrp.conf", configuration)
        var request = Request(.reload)
        request.dryRun = dryRun
        return try ask(request)
    }

    /// Ends it without a word, and its recorder gets to its end.
    func isKilled() throws {
        process.sendToAll(.kill, sparing: "understudyd-rec")
        _ = try process.wait(until: monotonicNanoseconds() + 5_000_000_000)
        try trial.waitFor("the end of the recorder") { try recorders(of: host).isEmpty }
    }
}

/// The recorders that run in a host, as the host numbers them.
func recorders(of host: Host) throws -> [Int32] {
    let found = try host.run("sh", ["-c", "grep -lx understudyd-rec /proc/[0-9]*/comm"])
    return found.output.split(separator: "\n").compactMap { Int32($0.split(separator: "/")[1]) }
}

/// Two hosts, a client that hears their adverts, and a daemon on each.
final class ControlledPair {
    let trial: Trial
    let client: NetworkNamespace
    let recorder: AdvertRecorder
    let hosts: [Host]
    private(set) var daemons: [RunningDaemon] = []

    var active: RunningDaemon { daemons[0] }
    var backup: RunningDaemon { daemons[1] }

    /// - Parameters:
    ///   - configuration: of each host, by its priority.
    ///   - follows: true of each instance of the second host when it knows the active router.
    ///   - isSettled: true of the instances of both.
    init(
        _ priorities: [Int] = [150, 100], _ configuration: (Int) -> String = { instance(priority: $0) },
        follows: (InstanceStatus) -> Bool = { $0.state == .standby && $0.activeRouter?.address == "192.0.2.1" },
        isSettled: ([InstanceStatus], [InstanceStatus]) -> Bool = { _, _ in true }
    ) throws {
        trial = try Trial()
        hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
        client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
        recorder = try AdvertRecorder(in: client)
        for (host, priority) in zip(hosts, priorities) {
            let daemon = try trial.start(host, configuration(priority))
            daemons.append(daemon)
            if daemons.count == 1 { try daemon.becomesMaster() }
        }
        try backup.listens()
        try trial.waitFor("the pair to settle") {
            let instances = try backup.status().instances
            return try instances.allSatisfy(follows) && isSettled(active.status().instances, instances)
        }
    }

    /// Waits until a standby follows whoever has `address`.
    func hears(_ daemon: RunningDaemon, _ address: String, _ name: String = "VI_1") throws {
        try daemon.listens()
        try trial.waitFor("\(daemon.host.name) to follow \(address)") {
            let instance = try daemon.instance(name)
            return instance.state == .standby && instance.activeRouter?.address == address
        }
    }

    /// Starts the daemon of a host again.
    func restart(_ number: Int, _ configuration: String) throws {
        let daemon = try trial.start(hosts[number], configuration)
        daemons[number] = daemon
        try daemon.says("Startup complete")
    }
}

/// A client of the control socket that need not behave.
final class RawClient {
    let stream: LocalStream
    private(set) var received: [UInt8] = []
    private(set) var isOver = false

    init(_ host: Host) throws { stream = try LocalStream(connectingTo: host.controlSocket) }

    /// Sends as much as is taken at once; false when the other side is gone.
    @discardableResult
    func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    @discardableResult
    func send(_ octets: [UInt8]) -> Bool {
        var rest = octets[...]
        while !rest.isEmpty {
            guard let count = stream.send(rest) else { return false }
            if count == 0 { return true }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Takes what has come.
    func read() {
        while !isOver {
            switch stream.receive(atMost: 65536) {
            case .bytes(let bytes): received += bytes
            case .nothingYet: return
            case .end: isOver = true
            }
        }
    }

    var lines: [String] { String(decoding: received, as: UTF8.self).split(separator: "\n").map(String.init) }
}

/// Whether somebody listens at a socket; what is neither yes nor no is an error.
func hasListener(_ socket: String) throws(SystemError) -> Bool {
    do throws(SystemError) {
        _ = try LocalStream(connectingTo: socket)
        return true
    } catch {
        guard [ENOENT, ECONNREFUSED].contains(error.code) else { throw error }
        return false
    }
}
