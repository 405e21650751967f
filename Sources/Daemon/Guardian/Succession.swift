internal import LinuxKernel
internal import VRRPCore

/// Whether the program in a file can go on where this one is: asked before this one makes room for good.
enum Succession {
    /// The only argument of the question.
    static let question = "--can-succeed"

    /// What a program of our kind says to it; others, and versions with another memory, say something else.
    static var answer: String { "understudyd \(WorkerMemory.version)\n" }

    /// Why the program at `path` is no successor; nil when it is one.
    ///
    /// - Parameter patience: for how long it may take to say so; nobody advertises meanwhile.
    static func objection(to path: String, within patience: Interval) -> String? {
        do throws(SystemError) {
            let paper = try SharedMemory(named: "understudyd-answer")
            let child = try Child.spawn(
                SpawnRequest(
                    path: path, arguments: [path, question], standardOutput: .descriptor(paper.descriptor)))
            guard let status = try end(of: child, within: patience) else {
                return "\(path) does not answer when it is asked whether it can go on here"
            }
            guard case .exited(0) = status else {
                return "\(path) cannot go on here: asked whether it can, it ended \(status.inWords)"
            }
            guard try paper.read(64, at: 0) == Array(answer.utf8) else {
                return "\(path) is another program, or a version that cannot go on where this one is"
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Waits for a child to end; ends it, and returns nil, when that takes too long.
    private static func end(of child: Child, within patience: Interval) throws(SystemError) -> ExitStatus? {
        let poller = try Poller()
        try poller.watch(child.descriptor, as: Token(rawValue: 0))
        for isPatient in [true, false] {
            let until = MonotonicInstant(nanoseconds: monotonicNanoseconds()) + patience
            while monotonicNanoseconds() < until.nanoseconds {
                if let status = child.reap() { return isPatient ? status : nil }
                try poller.wait(untilNanoseconds: until.nanoseconds) { _ in }
            }
            child.signalGroup(Signals.kill)
        }
        return nil
    }
}
