package import Control
internal import LinuxKernel

/// The program that a daemon was started from, and what is in its place now.
package struct ProgramState: Equatable, Sendable {
    package enum Installed: Equatable, Sendable {
        /// It runs, and says that it is this version.
        case runs(version: String)
        /// Why it does not.
        case fails(reason: String)
    }

    package var path: String
    /// The daemon runs from a file that is no longer there.
    package var isReplaced: Bool
    /// Nil when there was no need to try it.
    package var installed: Installed?

    package init(path: String, isReplaced: Bool, installed: Installed? = nil) {
        self.path = path
        self.isReplaced = isReplaced
        self.installed = installed
    }
}

/// Looks at the program of the daemon that answered, and tries what is in its place when that is another one; nil when it may
/// not be looked at.
func gatherProgram(_ answer: Answer, tools: some Tools) -> ProgramState? {
    let process = "/proc/\(answer.daemon.pid)"
    guard case .success(let link) = readLink("\(process)/exe"), link.hasPrefix("/"),
        let running = fileNumber(of: "\(process)/exe")
    else { return nil }
    let mark = " (deleted)"
    let path = link.hasSuffix(mark) ? String(link.dropLast(mark.count)) : link
    // As the process sees it, which may be in a container.
    let place = "\(process)/root\(path)"
    let present = fileNumber(of: place)
    var state = ProgramState(path: path, isReplaced: present.map { $0 != running } ?? true)
    if state.isReplaced || answer.daemon.upgradeFailure != nil { state.installed = version(of: place, tools) }
    return state
}

private func version(of program: String, _ tools: some Tools) -> ProgramState.Installed {
    switch tools.run(program, ["--version"]) {
    case .missing: return .fails(reason: "it is not there, or may not be executed")
    case .failed(let reason): return .fails(reason: reason)
    case .ended(let status, let output, let errors):
        let line = (output + errors).split(separator: "\n").first.map(String.init) ?? ""
        let name = "Understudy "
        guard status == 0, line.hasPrefix(name) else {
            return .fails(reason: "asked for its version, it ended with status \(status) and said: \(line.prefix(80))")
        }
        return .runs(version: String(line.dropFirst(name.count)))
    }
}

/// Whether the daemon that runs is the one that is installed.
package func judgeProgram(_ state: ProgramState?, _ answer: Answer) -> [Finding] {
    let (daemon, failure) = (answer.daemon, answer.daemon.upgradeFailure)
    let running = "process \(daemon.pid) runs version \(daemon.version)"
    let failed = failure.map { ["the last upgrade failed: \($0)"] } ?? []
    guard let state, state.isReplaced || failure != nil else {
        if state == nil, failure != nil {
            return [outdated("the last upgrade of the daemon failed", [running] + failed)]
        }
        return state.map { state in
            [
                Finding(
                    .daemonCurrent, .ok, "the daemon that runs is the program that is installed",
                    evidence: ["\(running), from \(state.path)"])
            ]
        } ?? []
    }
    switch state.installed {
    case .fails(let reason)?:
        return [
            Finding(
                .daemonNotUpgraded, .problem, of: state.path,
                "the program that is installed does not run, and the daemon goes on with the one before it",
                evidence: [running] + failed + ["\(state.path): \(reason)"],
                consequence: "when the daemon or this host is started again, no daemon runs here",
                remedy: .advice(
                    "install the package again (apt install --reinstall understudy, dnf reinstall understudy), then: "
                        + "understudy upgrade; until then neither restart the daemon nor this host"))
        ]
    case .runs(let version)?:
        let title =
            state.isReplaced
            ? "the daemon that runs is not the program that is installed" : "the last upgrade of the daemon failed"
        return [outdated(title, [running, "\(state.path) is version \(version)"] + failed)]
    case nil:
        return [outdated("the last upgrade of the daemon failed", [running] + failed)]
    }
}

private func outdated(_ title: String, _ evidence: [String]) -> Finding {
    Finding(
        .daemonNotUpgraded, .warning, title, evidence: evidence,
        consequence: "what the installed version does better is not in force",
        remedy: Remedy(
            ["understudy upgrade"], isSafe: false,
            advice: "the addresses stay where they are meanwhile; it says why when it fails again"))
}
