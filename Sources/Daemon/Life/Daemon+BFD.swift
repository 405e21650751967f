internal import Configuration
internal import VRRPCore

// BFD sessions with neighbours, for the instances that track them: docs/design/0024-bfd.md.

extension Daemon {
    /// Makes the sessions, each where its predecessor ended when there was one; nothing is sent before they are started.
    func keepSessions(at now: MonotonicInstant) {
        guard !model.sessions.isEmpty else { return }
        bfd = keeper(model.sessions, isHeir ? memory.sessions : nil, at: now)
    }

    func replaceSessions(at now: MonotonicInstant) {
        if let bfd { return bfd.reconfigure(model.sessions, at: now) }
        guard !model.sessions.isEmpty else { return }
        let keeper = keeper([], nil, at: now)
        bfd = keeper
        keeper.start(at: now)
        keeper.reconfigure(model.sessions, at: now)
    }

    private func keeper(_ checks: [BFDCheck], _ predecessors: [BFDMemory]?, at now: MonotonicInstant) -> BFDKeeper {
        BFDKeeper(checks, surroundings: surroundings, predecessors: predecessors, at: now) {
            [unowned self] name, status, cause, instant in
            // Who leaves does so whatever becomes of its neighbours.
            if isStopping { return }
            tell(.session(name), .status(status), because: cause, at: instant)
        }
    }
}
