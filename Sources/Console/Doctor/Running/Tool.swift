internal import Daemon
internal import LinuxKernel

/// What came of running a program of this host.
package enum ToolOutcome: Equatable, Sendable {
    case missing
    /// It ended: with which status (-1 when a signal ended it), and what it printed.
    case ended(status: Int32, output: String, errors: String)
    case failed(reason: String)

    /// What it printed, when all went well.
    package var output: String? {
        if case .ended(0, let output, _) = self { output } else { nil }
    }

    /// Why there is no output, as the end of a sentence.
    package var failure: String {
        switch self {
        case .missing: "it is not installed"
        case .failed(let reason): reason
        case .ended(let status, _, let errors):
            errors.split(separator: "\n").last.map { "\($0)" } ?? "it ended with status \(status)"
        }
    }
}

/// Runs programs of this host; tests put others in their place.
package protocol Tools {
    func run(_ program: String, _ arguments: [String]) -> ToolOutcome
    func has(_ program: String) -> Bool
}

/// The programs that are installed, each given a bounded time.
package struct InstalledTools: Tools {
    /// Firewalls with very many rules take a while to list; what takes longer hangs.
    private static let boundSeconds: UInt64 = 20

    package init() {}

    package func has(_ program: String) -> Bool { findProgram(program).map { LocalFiles.isProgram($0) } ?? false }

    package func run(_ program: String, _ arguments: [String]) -> ToolOutcome {
        guard let path = findProgram(program), LocalFiles.isProgram(path) else { return .missing }
        do throws(SystemError) {
            return try Self.run(path, [program] + arguments)
        } catch {
            return .failed(reason: "\(error)")
        }
    }

    private static func run(_ path: String, _ arguments: [String]) throws(SystemError) -> ToolOutcome {
        let (output, errors) = (try OutputLog("output"), try OutputLog("errors"))
        // Words in the language that is read here, and no colours.
        let environment = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/"]
        let child = try Child.spawn(
            SpawnRequest(
                path: path, arguments: arguments, environment: environment,
                standardOutput: .descriptor(output.rawDescriptor), standardError: .descriptor(errors.rawDescriptor)))
        let deadline = monotonicNanoseconds() + boundSeconds * 1_000_000_000
        var status = child.reap()
        while status == nil {
            var items = [Readiness(child.descriptor)]
            try Readiness.wait(&items, until: deadline)
            status = child.reap()
            guard status == nil, monotonicNanoseconds() >= deadline else { continue }
            child.signalGroup(9)
            try Readiness.wait(&items, until: nil)
            _ = child.reap()
            return .failed(reason: "it did not end within \(boundSeconds) s")
        }
        guard case .exited(let code)? = status else {
            return .ended(status: -1, output: output.text, errors: errors.text)
        }
        return .ended(status: code, output: output.text, errors: errors.text)
    }
}
