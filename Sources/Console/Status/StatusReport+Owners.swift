internal import Control

/// Who else has the addresses, and who takes them off.
extension StatusReport {
    static func otherOwner(_ other: OtherOwner) -> StyledText {
        let peer = other.peer.map { " (\($0))" } ?? ""
        return StyledText(
            "\(other.address) is at \(other.hardwareAddress)\(peer) as well, for \(spoken(seconds: other.sinceSeconds)), last seen "
                + "\(spoken(ago: other.lastSeenSeconds)), claims heard: \(other.announcements)", .bad)
    }

    static func repairs(_ repairs: RepairStatus) -> StyledText {
        let fight = repairs.isFight ? ", again and again" : ""
        return StyledText(
            "\(repairs.count), the last \(spoken(ago: repairs.lastSeconds)): \(repairs.culprit) took addresses off\(fight)",
            repairs.isFight ? .bad : .doubtful)
    }
}
