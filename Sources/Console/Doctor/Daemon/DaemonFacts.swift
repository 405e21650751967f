package import Control
internal import Daemon
internal import LinuxKernel

/// The daemon as a process and as a service of this host.
package struct DaemonFacts: Equatable, Sendable {
    package struct Process: Equatable, Sendable {
        package var pid: Int32
        /// Where it keeps its control socket; nil when that cannot be read.
        package var directory: String?
    }

    /// What the files on the disk would change.
    package enum Pending: Equatable, Sendable {
        case changes([String])
        /// They have errors.
        case refused([String])
        /// The daemon was not asked, or did not say.
        case unknown(reason: String)
    }

    /// What starts it when the host starts.
    package enum Boot: Equatable, Sendable {
        case state(String)
        /// There is no such service.
        case noService
        /// Something else than systemd starts the services of this host.
        case otherSystem
        case unknown(reason: String)
    }

    /// The daemons of our network namespace, whether they answer or not.
    package var processes: [Process] = []
    /// Without `.service`.
    package var service = "understudy"
    package var boot = Boot.otherSystem
    package var pending = Pending.unknown(reason: "no daemon answers")
    /// When the newest of the files was written.
    package var newestFile: (path: String, at: Timestamp)?

    package init() {}

    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.processes == rhs.processes && lhs.service == rhs.service && lhs.boot == rhs.boot
            && lhs.pending == rhs.pending && lhs.newestFile?.path == rhs.newestFile?.path
            && lhs.newestFile?.at == rhs.newestFile?.at
    }
}

/// Looks for daemons, for the service, and asks the daemon what a reload would do; it does not do it.
///
/// - Parameter files: what the configuration consists of.
func gatherDaemon(_ answer: Answer?, files: [String], socket: String, tools: some Tools) -> DaemonFacts {
    var facts = DaemonFacts()
    facts.processes = daemonProcesses()
    if let pid = answer.map({ Int32(clamping: $0.daemon.pid) }) ?? facts.processes.first?.pid,
        let service = systemService(of: pid)
    {
        facts.service = service
    }
    facts.boot = boot(facts.service, tools)
    if answer != nil { facts.pending = pendingChanges(socket) }
    for file in files {
        guard let time = modificationTime(of: file) else { continue }
        let at = Timestamp(seconds: time.seconds, nanoseconds: Int64(time.nanoseconds))
        if facts.newestFile.map({ $0.at < at }) ?? true { facts.newestFile = (file, at) }
    }
    return facts
}

private func daemonProcesses() -> [DaemonFacts.Process] {
    runningProcesses().compactMap { process -> DaemonFacts.Process? in
        let worker = SpawnedProcess.children(of: process.pid).first(where: isWorker)
        // The guardian may have another name, and stays outside the network namespace of its configuration.
        guard process.name == "understudyd" || worker != nil, isInOurNetwork(worker ?? process.pid),
            !hasEnded(process.pid)
        else { return nil }
        guard case .success(let bytes) = readFile("/proc/\(process.pid)/environ", limit: 4 << 20) else {
            return DaemonFacts.Process(pid: process.pid, directory: nil)
        }
        let variables = bytes.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
        let name = "RUNTIME_DIRECTORY="
        // systemd may name several; the daemon takes the first.
        let named = variables.first { $0.hasPrefix(name) }?.dropFirst(name.count).prefix { $0 != ":" }
        let directory = named.map(String.init) ?? "/run/understudy"
        return DaemonFacts.Process(
            pid: process.pid, directory: worker.map { runtimeDirectory(ofWorker: $0, below: directory) } ?? directory)
    }
}

/// True as well when it cannot be told, which needs root.
private func isInOurNetwork(_ pid: Int32) -> Bool {
    guard case .success(let its) = readLink("/proc/\(pid)/ns/net"),
        case .success(let ours) = readLink("/proc/self/ns/net")
    else { return true }
    return its == ours
}

/// The service of systemd that a process belongs to, by its control group.
private func systemService(of pid: Int32) -> String? {
    guard case .success(let bytes) = readFile("/proc/\(pid)/cgroup", limit: 64 << 10) else { return nil }
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
        let path = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
        if path.hasPrefix("/system.slice/"), let unit = path.split(separator: "/").last, unit.hasSuffix(".service") {
            return String(unit.dropLast(".service".count))
        }
    }
    return nil
}

private func boot(_ service: String, _ tools: some Tools) -> DaemonFacts.Boot {
    guard LocalFiles.exists("/run/systemd/system") else { return .otherSystem }
    // With a root directory it reads the files itself, and needs nobody to answer.
    switch tools.run("systemctl", ["--root=/", "is-enabled", "\(service).service"]) {
    case .missing: return .unknown(reason: "systemctl is not installed")
    case .failed(let reason): return .unknown(reason: reason)
    case .ended(_, let output, let errors):
        if let state = output.split(separator: "\n").first {
            return state == "not-found" ? .noService : .state(String(state))
        }
        if errors.contains("No such file") { return .noService }
        return .unknown(reason: errors.split(separator: "\n").last.map(String.init) ?? "systemctl said nothing")
    }
}

private func pendingChanges(_ socket: String) -> DaemonFacts.Pending {
    var request = Request(.reload)
    request.dryRun = true
    do throws(ClientError) {
        let answer = try ask(request, at: socket, within: 5)
        if let report = answer.reload { return .changes(report.changes) }
        guard let error = answer.error else { return .unknown(reason: "the daemon said neither what nor why not") }
        return error.code == .configuration ? .refused(error.details ?? []) : .unknown(reason: error.message)
    } catch {
        return .unknown(reason: "\(error)")
    }
}
