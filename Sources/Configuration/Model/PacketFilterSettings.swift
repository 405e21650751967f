internal import VRRPWire

/// The table of nftables that drops packets for `no_accept`; it is made only where an instance needs it.
public struct PacketFilterSettings: Equatable, Sendable {
    /// `nftables`: its name; it is of the family inet.
    public var table = "understudy"
    /// `nftables_priority`: the place of its chains among others of the same hook.
    public var priority: Int32 = -1
    /// `nftables_counters`: each rule counts its packets.
    public var countsPackets = false
    /// `nftables_ifindex`: link-local addresses go with the number of an interface, not with its name.
    public var matchesIndex = false

    public init() {}
}

extension Instance {
    /// Whether packets to and from its addresses are dropped while it has them.
    ///
    /// An owner's addresses are the host's own (RFC 9568 section 6.1: Accept_Mode counts for others only).
    public var dropsPackets: Bool { !self.acceptsPackets && priority != .owner }
}
