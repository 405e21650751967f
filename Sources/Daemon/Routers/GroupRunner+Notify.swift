internal import Configuration
internal import Control
internal import VRRPCore
internal import VRRPWire

// Telling commands and pipes what becomes of a whole group: after its members, and once all of them are the same.

extension GroupRunner {
    /// keepalived: a group has no priority.
    private static let priority = 0

    func configureNotifications(_ settings: Notifications) {
        let addresses = members.flatMap(\.everyAddress).map { "\($0.address)/\($0.prefixLength)" }.joined(
            separator: " ")
        notifications.configure(
            settings, name: name,
            facts: ["UNDERSTUDY_MEMBERS=\(members.map(\.name).joined(separator: " "))"]
                + (addresses.utf8.count <= RouterRunner.longestVariable ? ["UNDERSTUDY_ADDRESSES=\(addresses)"] : []),
            particulars: [
                "Members: \(members.map(\.name).joined(separator: ", "))",
                "Addresses: \(members.flatMap(\.everyAddress).listed)",
            ])
    }

    /// What all members are, while they are the same: on the way from one state to the other a group is neither.
    private var notifyWord: NotifyWord? {
        guard let first = members.first?.notifyWord, members.allSatisfy({ $0.notifyWord == first }) else { return nil }
        return first
    }

    /// Tells what it is now, if that is something else than what was told last.
    func tellState(at now: MonotonicInstant) {
        // Members that a reload removed say so themselves, and keepalived says nothing of their group.
        guard let word = notifyWord, word != notifications.lastState, !members.contains(where: \.isRemoved) else {
            return
        }
        let cause = members.first { !$0.isMovedByGroup } ?? members.first
        notifications.become(
            word, priority: Self.priority, because: cause.map { "\($0.name): \($0.life.cause)" } ?? "",
            active: cause?.knownActive(after: notifications.lastState, at: now), at: now)
    }

    /// Writes its state to the pipes once more.
    func repeatState(at now: MonotonicInstant) { notifications.repeatState(priority: Self.priority, at: now) }
}

extension RouterRunner {
    /// Another member stands in its way, and nothing else.
    fileprivate var isMovedByGroup: Bool { router.obstacles == .memberFailed }
}
