/// Another host that says it has an address which a router here holds.
package struct OtherOwner: Codable, Equatable, Sendable {
    package var address: String
    /// Where it says the address is.
    package var hardwareAddress: String
    /// Another address that the neighbour table has for it; nil when it has none.
    package var peer: String?
    package var sinceSeconds: Double
    package var lastSeenSeconds: Double
    /// Its claims that were heard, answers to our questions among them.
    package var announcements: Int

    package init(
        address: String, hardwareAddress: String, sinceSeconds: Double, lastSeenSeconds: Double, announcements: Int
    ) {
        self.address = address
        self.hardwareAddress = hardwareAddress
        self.sinceSeconds = sinceSeconds
        self.lastSeenSeconds = lastSeenSeconds
        self.announcements = announcements
    }
}

/// Addresses that somebody on this host removed while they were needed.
package struct RepairStatus: Codable, Equatable, Sendable {
    /// Repairs since the daemon's process began.
    package var count: Int
    package var lastSeconds: Double
    /// Who removed what was put back last, as far as the kernel says.
    package var culprit: String
    /// Somebody removes them again and again.
    package var isFight: Bool

    package init(count: Int, lastSeconds: Double, culprit: String, isFight: Bool) {
        self.count = count
        self.lastSeconds = lastSeconds
        self.culprit = culprit
        self.isFight = isFight
    }
}
