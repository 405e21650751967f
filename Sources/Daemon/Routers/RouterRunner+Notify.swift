internal import Configuration
internal import Control
internal import VRRPCore
internal import VRRPWire

// Telling commands and pipes, docs/design/0015-notify.md. What is told is read from the state after an event, not from what
// led to it: so nothing is forgotten, and a successor of this process finds out what is left to tell.

extension RouterRunner {
    func configureNotifications() {
        // Longer than the kernel takes as one variable, and nothing that a command would read.
        let addresses = everyAddress.map { "\($0.address)/\($0.prefixLength)" }.joined(separator: " ")
        notifications.configure(
            instance.notifications, name: name,
            facts: [
                "UNDERSTUDY_INTERFACE=\(instance.interface)", "UNDERSTUDY_VRID=\(virtualRouterID.rawValue)",
            ] + (addresses.utf8.count <= Self.longestVariable ? ["UNDERSTUDY_ADDRESSES=\(addresses)"] : []),
            particulars: [
                "Instance: \(name) on \(instance.interface), virtual router \(virtualRouterID.rawValue)",
                "Addresses: \(everyAddress.listed)",
            ])
    }

    static let longestVariable = 100_000

    /// keepalived's word for what this router is; nil while there is nothing to say of it.
    var notifyWord: NotifyWord? {
        switch router.state {
        case .initialize(let initialize):
            guard initialize.isWanted else {
                // Before it was started it is nothing yet.
                if leavingReason.isEmpty { return nil }
                guard isRemoved else { return .stop }
                return instance.notifications.saysDeleted ? .deleted : .fault
            }
            // keepalived: INIT, of which nobody is told.
            return router.obstacles.isEmpty || router.obstacles == .firstCheckPending ? nil : .fault
        case .backup: return .backup
        case .active, .resigning: return .master
        }
    }

    /// Tells what it is now, if that is something else than what was told last.
    func tellState(at now: MonotonicInstant) {
        if isReplaced { return }
        guard let word = notifyWord, word != notifications.lastState else { return }
        notifications.become(
            word, priority: Int(router.priority.rawValue), because: life.cause,
            active: knownActive(after: notifications.lastState, at: now), isRemoval: isGone(word), at: now)
    }

    /// The address of the Active Router as far as it is known, also by who does not listen any more.
    ///
    /// - Parameter previous: what was told before.
    func knownActive(after previous: NotifyWord?, at now: MonotonicInstant) -> String? {
        activeRouter(at: now)?.address ?? successor(at: now) ?? followedUntilNow(after: previous, at: now)
    }

    /// Whom a Backup followed that has just stopped listening: nobody has said that it is gone.
    private func followedUntilNow(after previous: NotifyWord?, at now: MonotonicInstant) -> String? {
        guard case .initialize = router.state, previous != .master else { return nil }
        let patience = router.activeDownInterval(for: instance.advertisementInterval).inSeconds
        let last = peers.candidates(except: router.primaryAddress, at: now).first
        return last.flatMap { $0.lastHeardSeconds < patience ? $0.address : nil }
    }

    /// It was removed, after which there is nothing more to tell.
    private func isGone(_ word: NotifyWord) -> Bool { isRemoved && (word == .fault || word == .deleted) }

    /// Who took over from us just now.
    private func successor(at now: MonotonicInstant) -> String? {
        guard case .initialize = router.state, let handover, let ended = handover.ended, now.since(ended) < .seconds(1)
        else { return nil }
        return handover.successor.map { "\($0)" }
    }

    func tellContest(with rival: Heard, at now: MonotonicInstant) {
        notifications.contested(
            priority: Int(router.priority.rawValue),
            because:
                "\(rival.source) advertised priority \(rival.priority.rawValue), ours is \(router.priority.rawValue)",
            active: router.primaryAddress.map { "\($0)" }, at: now)
    }

    /// Writes its state to the pipes once more.
    func repeatState(at now: MonotonicInstant) {
        notifications.repeatState(priority: Int(router.priority.rawValue), at: now)
    }
}

extension [VirtualAddress] {
    /// For people: the first of them, and how many more.
    var listed: String {
        let shown = prefix(10).map { "\($0.address)/\($0.prefixLength)" }.joined(separator: ", ")
        return isEmpty ? "none" : count > 10 ? "\(shown) and \(count - 10) more" : shown
    }
}
