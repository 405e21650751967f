import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import struct Foundation.Data
import class Foundation.FileManager
import class Foundation.JSONSerialization
import class Foundation.ProcessInfo

/// How `understudyd` behaves on a host: every question here is asked of the real program in namespaces.
///
/// One after the other, because most of them measure.
@Suite(.serialized) enum Behaviour {}

struct NeedsRoot: Error, CustomStringConvertible {
    var description: String { "these tests make namespaces and interfaces: run them as root" }
}

struct DidNotHappen: Error, CustomStringConvertible {
    var description: String
}

/// One laboratory with daemons in it; it is gone at the end of the test.
final class Trial {
    /// UNDERSTUDY_BIN, or where the tests themselves were built.
    static let programs = ProcessInfo.processInfo.environment["UNDERSTUDY_BIN"] ?? BuiltPrograms.directory
    static let daemon = programs + "/understudyd"
    static let command = programs + "/understudy"

    let laboratory: Laboratory
    let observer: Observer

    init() throws {
        guard currentUserID() == 0 else { throw NeedsRoot() }
        laboratory = try Laboratory(visible: [Self.programs])
        observer = Observer(laboratory)
    }

    deinit { laboratory.close() }

    /// A host with `eth0` and one address.
    func host(_ name: String = "lb1", _ address: String = "192.0.2.1") throws -> Host {
        try laboratory.addHost(name, address)
    }

    /// Starts the daemon in the foreground, its words in a log.
    func start(
        _ host: Host, _ configuration: String, flags: [String] = ["-D"], environment: [String] = []
    ) throws -> RunningDaemon {
        try host.writeFile("/run/vrrp.conf", configuration)
        let log = try OutputLog("daemon")
        let arguments = ["-f", "/run/vrrp.conf", "-n", "-l", "-G", "-p", "/run/vrrp.pid"] + flags
        let process = try host.start(Self.daemon, arguments, environment: environment, log: log)
        return RunningDaemon(trial: self, host: host, process: process, log: log)
    }

    /// Waits for something; throws, with what was waited for, when it does not come.
    func waitFor(_ what: String, seconds: Double = 5, _ condition: () throws -> Bool) throws {
        guard try observer.wait(seconds: seconds, condition) else { throw DidNotHappen(description: what) }
    }
}

/// A daemon under test.
final class RunningDaemon {
    let trial: Trial
    let host: Host
    let process: SpawnedProcess
    let log: OutputLog

    init(trial: Trial, host: Host, process: SpawnedProcess, log: OutputLog) {
        self.trial = trial
        self.host = host
        self.process = process
        self.log = log
    }

    deinit { log.showsNoCrash(host.name) }

    /// Where the log ends now, so that what comes later can be told from what came before.
    var mark: Int { log.text.utf8.count }

    func text(since mark: Int = 0) -> String { String(decoding: Array(log.text.utf8.dropFirst(mark)), as: UTF8.self) }

    func lines(since mark: Int = 0) -> [String] { text(since: mark).split(separator: "\n").map(String.init) }

    /// Waits until the log holds `words` after `mark`.
    func says(_ words: String, since mark: Int = 0, seconds: Double = 5) throws {
        guard try trial.observer.wait(seconds: seconds, { text(since: mark).contains(words) }) else {
            throw DidNotHappen(description: "\(host.name) never said \(words)\n\(text(since: mark).suffix(4000))")
        }
    }

    func becomesMaster(since mark: Int = 0) throws { try says("Entering MASTER STATE", since: mark) }

    /// Writes a new configuration, sends SIGHUP and waits for the outcome.
    @discardableResult
    func reload(_ configuration: String? = nil, saying words: String = "Reload finished") throws -> Int {
        if let configuration { try host.writeFile("/run/vrrp.conf", configuration) }
        let start = mark
        try process.send(.reload)
        try says(words, since: start)
        return start
    }

    /// SIGUSR1, and what it wrote.
    func state() throws -> String {
        let start = mark
        try process.send(.user1)
        try says("not VRRP at all", since: start)
        return text(since: start)
    }

    /// The number after `name` in the counters of SIGUSR1's answer.
    func counter(_ name: String) throws -> Int {
        let state = try state()
        // The errors come last, and their names are other things' names as well.
        guard let range = state.range(of: name + " ", options: .backwards) else {
            throw DidNotHappen(description: "no \(name) in \(state)")
        }
        return Int(state[range.upperBound...].prefix { $0.isNumber }) ?? -1
    }

    func stop() throws -> LinuxKernel.ExitStatus? {
        try process.send(.terminate)
        return try process.wait(until: monotonicNanoseconds() + 10_000_000_000)
    }

    /// Kills each process that does the work once it has begun, until the guardian gives up.
    func exhaustGuardian(in trial: Trial) throws {
        var killed: Set<Int32> = []
        try trial.waitFor("the guardian to give up", seconds: 20) {
            for child in SpawnedProcess.children(of: process.pid)
            where !killed.contains(child) && processName(of: child) == "understudyd-run" {
                // One that has not begun is another story.
                guard lines().count(where: { $0.contains("Startup complete") }) > killed.count else { continue }
                sendSignal(Signals.kill, to: child)
                killed.insert(child)
            }
            return process.status != nil
        }
    }

    /// The process that does the work, which the one that was started guards.
    var worker: Int32 {
        get throws {
            let children = SpawnedProcess.children(of: process.pid)
            return try #require(children.first { processName(of: $0) == "understudyd-run" })
        }
    }

    /// What its descriptors are.
    var descriptors: [String] {
        get throws {
            let directory = "/proc/\(try worker)/fd"
            return try FileManager.default.contentsOfDirectory(atPath: directory).compactMap { name in
                do {
                    return try FileManager.default.destinationOfSymbolicLink(atPath: "\(directory)/\(name)")
                } catch {
                    return nil  // Closed between the listing and the look.
                }
            }
        }
    }

    /// The processes whose parent it is, with their states, but for those that write its history and its dump files.
    var children: [(pid: Int32, state: String)] {
        get throws {
            let worker = try worker
            return try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { name in
                // No content: the process ended between the listing and the look.
                guard let pid = Int32(name), let content = FileManager.default.contents(atPath: "/proc/\(name)/stat")
                else { return nil }
                let stat = String(decoding: content, as: UTF8.self)
                let isWriter = stat.contains("(understudyd-rec)") || stat.contains("(understudyd-dmp)")
                guard let end = stat.lastIndex(of: ")"), !isWriter else { return nil }
                let words = stat[end...].split(separator: " ")
                return words.count > 2 && words[2] == "\(worker)" ? (pid, String(words[1])) : nil
            }
        }
    }
}

/// An instance of version 3 that takes over after a third of a second.
func instance(
    _ name: String = "VI_1", id: Int = 51, priority: Int = 100, interface: String = "eth0",
    addresses: [String] = ["192.0.2.10/24"], _ more: String = ""
) -> String {
    """
    vrrp_instance \(name) {
        version 3
        interface \(interface)
        virtual_router_id \(id)
        priority \(priority)
        advert_int 0.1
        virtual_ipaddress {
            \(addresses.joined(separator: "\n        "))
        }
        \(more)
    }

    """
}

/// A check that runs `command` ten times a second.
func check(_ name: String = "chk", _ command: String, _ more: String = "") -> String {
    """
    vrrp_script \(name) {
        script "\(command)"
        interval 0.1
        user root
        \(more)
    }

    """
}

extension Host {
    /// `ip ADDRESS...`, which must succeed.
    func ip(_ arguments: String...) throws {
        let result = try run("ip", arguments)
        guard result.status == .exited(code: 0) else {
            throw DidNotHappen(description: "ip \(arguments.joined(separator: " ")): \(result.output)")
        }
    }

    /// An interface that is plugged into nothing but has a carrier once it is up.
    func addCable(_ name: String) throws {
        try self.ip("link", "add", name, "type", "veth", "peer", "name", "far-\(name)")
        try self.ip("link", "set", "far-\(name)", "up")
    }

    /// What the kernel says of `address`; nil when it is not there.
    func details(_ address: String) throws -> [String: Any]? {
        let result = try run("ip", ["-d", "-j", "addr"])
        let links = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]] ?? []
        for link in links {
            for entry in link["addr_info"] as? [[String: Any]] ?? [] where entry["local"] as? String == address {
                return entry.merging(["interface": link["ifname"] ?? ""]) { first, _ in first }
            }
        }
        return nil
    }

    func has(_ address: String) throws -> Bool {
        guard let address = IPAddress(address) else { return false }
        return try holds(address)
    }
}

extension Trial {
    /// 192.0.2.10 and 192.0.2.11 without an end, of a daemon that was killed.
    func leaveAddresses(on host: Host) throws {
        let daemon = try start(host, instance(addresses: ["192.0.2.10/24", "192.0.2.11/24"], "lease off"))
        try daemon.becomesMaster()
        try waitFor("the addresses") { try host.has("192.0.2.11") }
        let worker = try daemon.worker
        daemon.process.sendToAll(.kill)
        _ = try daemon.process.wait(until: nil)
        try waitFor("the end of all of it") { hasEnded(worker) }
    }
}
