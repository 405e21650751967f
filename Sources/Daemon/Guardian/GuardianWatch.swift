internal import LinuxKernel
internal import VRRPCore

/// Whether the guardian looks at the worker, as seen from the worker: it writes down when it does, once a second at least.
struct GuardianWatch {
    enum News: Equatable {
        /// It does not look any more; what it does, as the kernel says.
        case silent(ProcessActivity.State)
        /// It looks again, after so long.
        case back(after: Interval)
    }

    private var nextAt = MonotonicInstant(nanoseconds: 0)
    /// What was there at the last look.
    private var lastBeat: MonotonicInstant?
    /// How many looks in a row found the same.
    private var repeats = 0
    /// What it was found to do when it was silent, and since when it is; nil while it looks.
    private(set) var silence: (activity: ProcessActivity.State, since: MonotonicInstant)?

    private static let spacing = Interval.seconds(2)
    /// Who was found stopped is silent for certain; who gets no processor may have it a moment later.
    private static let mostRepeats = 3
    private static let patience = Interval.seconds(5)

    /// - Parameters:
    ///   - beat: when it looked last.
    ///   - activity: asks the kernel what it does; nil when it is gone, which is told otherwise.
    mutating func look(
        _ beat: MonotonicInstant, at now: MonotonicInstant, activity: () -> ProcessActivity.State?
    ) -> News? {
        guard nextAt <= now else { return nil }
        nextAt = now + Self.spacing
        let isSame = beat == lastBeat
        lastBeat = beat
        repeats = isSame ? repeats + 1 : 0
        if let silence {
            guard !isSame else { return nil }
            self.silence = nil
            return .back(after: now.since(silence.since))
        }
        // We may have slept ourselves between two looks.
        guard isSame || now.since(beat) > Self.patience, let state = activity(), state != .ended else { return nil }
        guard state == .stopped || state == .traced || repeats >= Self.mostRepeats else { return nil }
        silence = (state, beat)
        return .silent(state)
    }
}

extension Daemon {
    /// Says when nobody looks after this process, and when somebody does again.
    func watchGuardian(at now: MonotonicInstant) {
        guard !isOrphan else { return }
        switch guardianWatch.look(memory.guardianLook, at: now, activity: { activity(of: guardian)?.state }) {
        case nil: return
        case .silent: log.error(guardianTrouble ?? "")
        case .back(let time):
            log.notice(
                "the guardian, process \(guardian), looks after this process again, after "
                    + "\(Interval.seconds(time.nanoseconds / 1_000_000_000))")
        }
    }

    /// That nobody looks after this process; nil while somebody does.
    var guardianTrouble: String? {
        guard let silence = guardianWatch.silence else { return nil }
        let (what, remedy) =
            switch silence.activity {
            case .stopped: ("is stopped", "kill -CONT \(guardian) lets it go on")
            case .traced: ("is held by a debugger", "end the debugger")
            default:
                (
                    "does not look after this process any more: it hangs, or gets no processor",
                    "find out what it waits for"
                )
            }
        return
            "the guardian, process \(guardian), \(what). Nobody replaces this process if it dies or hangs, and a reload or a stop that "
            + "the guardian is asked for has to wait; \(remedy)"
    }
}
