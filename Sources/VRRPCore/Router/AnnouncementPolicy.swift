/// When gratuitous ARP requests and unsolicited neighbour advertisements are sent, and how many.
///
/// Source: keepalived: the `garp_*` keywords and their `vrrp_garp_*` defaults.
public struct AnnouncementPolicy: Hashable, Sendable {
    /// Announcements of each address at once on becoming Active (`garp_master_repeat`).
    public var repeats = 5
    /// When the second burst follows the first; zero for never (`garp_master_delay`).
    public var delay = Interval.seconds(5)
    /// How often to announce while Active; zero for never (`garp_master_refresh`).
    public var refresh = Interval.zero
    /// Announcements of each address at each refresh (`garp_master_refresh_repeat`).
    public var refreshRepeats = 1
    /// Second burst after a lower-priority router was heard; zero for never (`garp_lower_prio_delay`).
    public var contestedDelay = Interval.seconds(5)
    /// Announcements at once after a lower-priority router was heard; zero for none (`garp_lower_prio_repeat`).
    public var contestedRepeats = 5

    public init() {}
}
