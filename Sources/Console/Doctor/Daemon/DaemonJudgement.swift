package import Control
internal import LinuxKernel

/// Whether the daemon runs as it should, with the file that it should, and starts by itself.
///
/// - Parameters:
///   - file: the file that was named for the examination; nil when none was.
///   - usual: the usual file, when there is one.
package func judgeDaemon(_ facts: DaemonFacts, _ answer: Answer?, file: String?, usual: String?) -> [Finding] {
    var findings: [Finding] = []
    if let answer {
        findings += otherFile(answer.daemon.configuration, facts, named: file, usual: usual)
        findings.append(pending(facts, answer))
        findings += answer.status.map { statusFindings($0, answer, facts) } ?? []
    }
    findings.append(boot(facts))
    return findings
}

/// A daemon that runs, where nobody listens at the control socket; nil when none runs.
func judgeSocket(_ facts: DaemonFacts, _ socket: String) -> Finding? {
    guard !facts.processes.isEmpty else { return nil }
    let seen = facts.processes.map { process in
        "process \(process.pid) is understudyd"
            + (process.directory.map { ", and would listen at \($0)/control.sock" } ?? "")
    }
    let elsewhere = facts.processes.compactMap { $0.directory.map { "\($0)/control.sock" } }
        .first { $0 != socket && LocalFiles.exists($0) }
    let remedy =
        elsewhere.map {
            Remedy(["understudy doctor --socket \(shellWord($0))"], isSafe: false, advice: "it listens there")
        }
        ?? Remedy(
            ["systemctl restart \(facts.service)"], isSafe: false,
            advice:
                "its log says why it has no control socket; a daemon that was started by hand has to be stopped by hand"
        )
    return Finding(
        .daemonNoSocket, .problem, of: socket, "a daemon runs, and does not answer at \(socket)", evidence: seen,
        consequence: "understudy status, switchover and the like cannot reach it", remedy: remedy)
}

private func otherFile(_ running: String, _ facts: DaemonFacts, named: String?, usual: String?) -> [Finding] {
    func isSame(_ path: String) -> Bool { LocalFiles.absolute(path) == LocalFiles.absolute(running) }
    if let named, !isSame(named) {
        return [
            Finding(
                .daemonOtherFile, .warning, of: named,
                "the daemon runs \(running), and not \(named), which is examined here",
                evidence: ["the daemon says that it reads \(running)"],
                consequence: "what is found below need not be true of what runs",
                remedy: Remedy(
                    ["understudy doctor -f \(shellWord(running))"], isSafe: false,
                    advice: "or have \(facts.service) started with \(named)"))
        ]
    }
    guard named == nil, let usual, !isSame(usual) else { return [] }
    return [
        Finding(
            .daemonOtherFile, .warning, of: usual, "the daemon runs \(running), and not \(usual)",
            evidence: ["the daemon says that it reads \(running)", "\(usual) is there as well"],
            consequence: "changes of \(usual) have no effect",
            remedy: .advice("remove one of the two files, or correct -f among the options of \(facts.service)"))
    ]
}

private func pending(_ facts: DaemonFacts, _ answer: Answer) -> Finding {
    let running = answer.daemon.configuration
    let loaded = answer.status?.loadedAt
    let newer = facts.newestFile.flatMap { newest in loaded.map { $0 < newest.at } == true ? newest : nil }
    let times =
        (loaded.map { ["what runs was read at \($0)"] } ?? [])
        + (newer.map { ["\($0.path) was written at \($0.at)"] } ?? [])
    switch facts.pending {
    case .changes(let changes) where !changes.isEmpty:
        let shown = changes.prefix(5).map { "not in force: \($0)" }
        let more = changes.count > 5 ? ["and \(changes.count - 5) more"] : []
        return Finding(
            .configurationNotLoaded, .warning, of: running, "the file has changed since the daemon read it",
            evidence: times + shown + more,
            consequence: "it takes effect at the next reload, or when the host restarts",
            remedy: Remedy(
                ["understudy reload"], isSafe: false,
                advice: "understudy reload --dry-run says first which addresses would move"))
    case .changes:
        return Finding(
            .configurationLoaded, .ok, of: running, "what is in the file is what runs",
            evidence: ["the daemon read it again, and found nothing to change"])
    case .refused(let lines):
        return Finding(
            .configurationNotLoaded, .warning, of: running, "the daemon would not take the file as it is now",
            evidence: times + lines.prefix(5), consequence: "what ran goes on, until the daemon is started again",
            remedy: .advice("correct what is said of the file; then understudy reload"))
    case .unknown(let reason):
        guard newer != nil else {
            return Finding(
                .configurationLoaded, .unknown, of: running, "it is not known whether the file is what runs",
                evidence: times + [reason])
        }
        return Finding(
            .configurationNotLoaded, .warning, of: running, "the file was written after the daemon read it",
            evidence: times + [reason], consequence: "what was changed in it is not in force",
            remedy: Remedy(["understudy reload"], isSafe: false))
    }
}

/// What mends what the daemon says of itself.
private func remedy(for remark: String, _ configuration: String, _ facts: DaemonFacts) -> Remedy {
    if remark.hasPrefix("the reload at ") {
        return .advice(
            "correct the file: understudy check \(shellWord(configuration)) says what is wrong and how to mend it; then: "
                + "understudy reload")
    }
    let isOfDirectory = remark.contains("history") || remark.hasPrefix("maintenance mode is not kept")
    return .advice(
        (isOfDirectory
            ? "look at the directory where the daemon keeps its history (/var/lib/understudy): is it there, is there room, may "
                + "it be written?"
            : "mend what it says.")
            + " The daemon's log may say more: journalctl -u \(facts.service)")
}

private func statusFindings(_ status: Status, _ answer: Answer, _ facts: DaemonFacts) -> [Finding] {
    var findings = status.remarks.map {
        Finding(
            .daemonRemark, .warning, "the daemon says: \($0)", evidence: ["understudy status"],
            remedy: remedy(for: $0, answer.daemon.configuration, facts))
    }
    for instance in status.instances {
        guard let reason = instance.reasonToLetIn else { continue }
        findings.append(
            Finding(
                .packetsLetIn, .problem, of: instance.name,
                "packets to the addresses of \(instance.name) are let in, although no_accept is set",
                evidence: ["understudy status: \(reason)"],
                consequence: "the addresses answer, and what listens on this host can be reached by them",
                remedy: .advice("mend what it says, or remove no_accept; the daemon tries again by itself")))
    }
    if let standby = status.standby {
        findings.append(
            Finding(
                .maintenanceMode, .note, "this host is in maintenance mode",
                evidence: [
                    "since \(standby.since), "
                        + (standby.until.map { "until \($0)" } ?? "until somebody ends it")
                ],
                consequence: "it takes an address only when nobody else does",
                remedy: Remedy(
                    ["understudy resume"], isSafe: false, advice: "as soon as the work on this host is done")))
    }
    return findings
}

// MARK: - Start of the host

private func boot(_ facts: DaemonFacts) -> Finding {
    let unit = "\(facts.service).service"
    func finding(_ title: String, _ evidence: String, _ commands: [String], _ advice: String? = nil) -> Finding {
        Finding(
            .daemonNotEnabled, .warning, of: facts.service, title, evidence: [evidence],
            consequence: "after a restart of this host nobody here takes over, until somebody notices",
            remedy: Remedy(commands, isSafe: false, advice: advice))
    }
    switch facts.boot {
    case .state("masked"), .state("masked-runtime"):
        return finding(
            "\(unit) is masked, so that nothing can start it", "systemctl is-enabled says masked",
            ["systemctl unmask \(facts.service)", "systemctl enable \(facts.service)"])
    case .state("disabled"), .state("enabled-runtime"), .state("linked"), .state("linked-runtime"),
        .state("indirect"):
        return finding(
            "the daemon is not started when this host starts", "systemctl is-enabled says that \(unit) is not enabled",
            ["systemctl enable \(facts.service)"])
    case .noService:
        return finding(
            "no service starts the daemon when this host starts", "systemd knows no \(unit)", [],
            "install the package, or a unit of your own, and enable it")
    case .state(let state):
        return Finding(
            .daemonEnabled, .ok, of: facts.service, "the daemon is started when this host starts",
            evidence: ["systemctl is-enabled says \(state)"])
    case .otherSystem:
        return Finding(
            .daemonEnabled, .note, of: facts.service, "systemd does not run here; what starts the daemon is not known",
            evidence: ["there is no /run/systemd/system"],
            remedy: .advice("make sure that whatever starts services here starts understudyd as well"))
    case .unknown(let reason):
        return Finding(
            .daemonEnabled, .unknown, of: facts.service,
            "it is not known whether the daemon is started when this host starts", evidence: [reason])
    }
}
