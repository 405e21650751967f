internal import Daemon
package import LinuxKernel

/// What came of collecting something.
package enum Collected: Equatable, Sendable {
    /// The text, and what has to be said about it.
    case text(String, remark: String?)
    /// The reason why there is nothing.
    case nothing(String)
}

/// Gets the content of a bundle's files, each within its bounds.
package struct Collector {
    /// The path of this program.
    package var ownPath: String
    /// The most of one file, in octets: far more than any of them has on a sane host.
    package var sizeLimit = 2 << 20
    /// Ends what runs when the operator wants it.
    package var end: EndRequests?

    package init(ownPath: String, end: EndRequests? = nil) {
        self.ownPath = ownPath
        self.end = end
    }

    package func collect(_ item: BundleItem) -> Collected {
        switch item.source {
        case .command(let program, let arguments):
            guard let path = findProgram(program), LocalFiles.isProgram(path) else {
                return .nothing("\(program) is not installed")
            }
            return run(path, [program] + arguments, bound: item.bound)
        case .own(let arguments): return run(ownPath, ["understudy"] + arguments, bound: item.bound)
        case .file(let path): return read(path)
        case .values(let patterns): return values(patterns)
        case .daemonProcess: return daemonProcess()
        }
    }

    private func run(_ path: String, _ arguments: [String], bound: Double) -> Collected {
        do throws(SystemError) {
            let output = try OutputLog("output")
            // Words in the language that is read by those who get them.
            let environment = [
                "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C", "HOME=/",
            ]
            let child = try Child.spawn(
                SpawnRequest(
                    path: path, arguments: arguments, environment: environment,
                    standardOutput: .descriptor(output.rawDescriptor), standardError: .descriptor(output.rawDescriptor))
            )
            let (status, remark) = try wait(for: child, output, bound: bound)
            let text = cut(output.text)
            if let remark { return text.isEmpty ? .nothing(remark) : .text(text, remark: remark) }
            guard case .exited(let code)? = status else { return .text(text, remark: "it was ended by a signal") }
            if text.isEmpty { return .nothing(code == 0 ? "it says nothing" : "it ended with status \(code)") }
            return .text(text, remark: code == 0 ? nil : "it ended with status \(code)")
        } catch {
            return .nothing("\(error)")
        }
    }

    /// Waits for its end, as long as it keeps to its bounds.
    private func wait(
        for child: Child, _ output: OutputLog, bound: Double
    ) throws(SystemError) -> (ExitStatus?, remark: String?) {
        let deadline = monotonicNanoseconds() + UInt64(bound * 1e9)
        while true {
            if let status = child.reap() { return (status, nil) }
            var remark: String?
            if monotonicNanoseconds() >= deadline { remark = "it did not end within \(decimal(bound, places: 0)) s" }
            if try end?.isPending ?? false { remark = "it was interrupted" }
            if output.size > 2 * sizeLimit { remark = "it said more than \(2 * sizeLimit >> 20) MB" }
            guard remark == nil else {
                child.signalGroup(Signals.kill)
                var items = [Readiness(child.descriptor)]
                try Readiness.wait(&items, until: monotonicNanoseconds() + 5_000_000_000)
                return (child.reap(), remark)
            }
            // Its end shows at once; its size is looked at now and then.
            var items = [Readiness(child.descriptor)] + (end.map { [Readiness($0.rawDescriptor)] } ?? [])
            try Readiness.wait(&items, until: min(deadline, monotonicNanoseconds() + 100_000_000))
        }
    }

    /// The end is what counts of a log, and of everything else nobody reads two megabytes.
    private func cut(_ text: String) -> String {
        guard text.utf8.count > sizeLimit else { return text }
        let rest = text.utf8.suffix(sizeLimit)
        let whole = rest.firstIndex(of: 10).map { rest[rest.index(after: $0)...] } ?? rest
        return "... (the beginning was left out)\n" + String(decoding: whole, as: UTF8.self)
    }

    private func read(_ path: String) -> Collected {
        switch readFile(path, limit: 64 << 20) {
        case .failure(let error): .nothing(error.reason)
        case .success(let bytes): .text(cut(String(decoding: bytes, as: UTF8.self)), remark: nil)
        }
    }

    private func values(_ patterns: [String]) -> Collected {
        var lines: [String] = []
        for path in patterns.flatMap(globFiles) {
            guard case .success(let bytes) = readFile(path, limit: 4096) else { continue }
            let value = String(decoding: bytes, as: UTF8.self).split(separator: "\n").joined(separator: " ")
            lines.append("\(path) = \(value)")
        }
        return lines.isEmpty
            ? .nothing("/proc is not mounted") : .text(lines.joined(separator: "\n") + "\n", remark: nil)
    }

    private func daemonProcess() -> Collected {
        let daemons = runningProcesses().filter {
            ["understudyd", workerName, "hapee-vrrp"].contains($0.name) || isWorker($0.pid)
        }
        guard !daemons.isEmpty else { return .nothing("no daemon runs") }
        var text = ""
        for daemon in daemons {
            text += "process \(daemon.pid): \(daemon.arguments.joined(separator: " "))\n"
            for name in ["status", "limits", "cgroup", "oom_score_adj"] {
                text += "--- \(name)\n"
                switch readFile("/proc/\(daemon.pid)/\(name)", limit: 1 << 16) {
                case .success(let bytes): text += String(decoding: bytes, as: UTF8.self)
                case .failure(let error): text += "\(error.reason)\n"
                }
            }
            text += "--- open descriptors: \(globFiles("/proc/\(daemon.pid)/fd/*").count)\n"
        }
        return .text(text, remark: nil)
    }
}
