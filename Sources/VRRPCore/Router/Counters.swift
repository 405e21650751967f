/// What RFC 6527 and RFC 8347 count for one virtual router.
///
/// Every member only grows.
public struct Counters: Equatable, Sendable {
    /// vrrpv3StatisticsMasterTransitions, master-transitions.
    public internal(set) var becameActive: UInt64 = 0
    /// keepalived: release_master.
    public internal(set) var leftActive: UInt64 = 0
    /// vrrpv3StatisticsRcvdAdvertisements, advertisement-rcvd.
    public internal(set) var received: UInt64 = 0
    /// advertisement-sent.
    public internal(set) var sent: UInt64 = 0
    /// vrrpv3StatisticsRcvdPriZeroPackets, priority-zero-pkts-rcvd.
    public internal(set) var priorityZeroReceived: UInt64 = 0
    /// vrrpv3StatisticsSentPriZeroPackets, priority-zero-pkts-sent.
    public internal(set) var priorityZeroSent: UInt64 = 0
    /// Adverts with our own address and priority: our echo, or a second host with our address.
    public internal(set) var ownAddressHeard: UInt64 = 0
    /// Times an Active Router heard a rival that must yield.
    public internal(set) var contested: UInt64 = 0

    /// vrrpv3StatisticsAdvIntervalErrors, interval-errors.
    public internal(set) var intervalErrors: UInt64 = 0
    /// vrrpv3StatisticsIpTtlErrors, ip-ttl-errors.
    public internal(set) var hopLimitErrors: UInt64 = 0
    /// vrrpv3StatisticsRcvdInvalidTypePackets, invalid-type-pkts-rcvd.
    public internal(set) var invalidTypes: UInt64 = 0
    /// vrrpv3StatisticsAddressListErrors, address-list-errors.
    public internal(set) var addressListErrors: UInt64 = 0
    /// vrrpv3StatisticsPacketLengthErrors, packet-length-errors.
    public internal(set) var lengthErrors: UInt64 = 0
    /// vrrpv3RouterVersionErrors, as seen by this router's VRID.
    public internal(set) var versionErrors: UInt64 = 0
    /// vrrpv3RouterChecksumErrors, as seen by this router's VRID.
    public internal(set) var checksumErrors: UInt64 = 0
    /// vrrpStatsInvalidAuthType (RFC 2787).
    public internal(set) var invalidAuthenticationTypes: UInt64 = 0
    /// vrrpStatsAuthTypeMismatch (RFC 2787).
    public internal(set) var authenticationTypeMismatches: UInt64 = 0
    /// vrrpStatsAuthFailures (RFC 2787).
    public internal(set) var authenticationFailures: UInt64 = 0
    /// Unicast adverts from an address that is not a configured peer.
    public internal(set) var unknownPeers: UInt64 = 0
    /// `auth_hmac` in mode enforce: adverts without a trailer.
    public internal(set) var trailersMissing: UInt64 = 0
    /// Adverts whose time is too far from ours.
    public internal(set) var trailersStale: UInt64 = 0
    /// Adverts signed with a key that is not configured.
    public internal(set) var trailerKeysUnknown: UInt64 = 0
    /// Adverts whose HMAC is wrong.
    public internal(set) var trailersForged: UInt64 = 0
    /// Adverts with a good HMAC that are not newer than the last of their sender.
    public internal(set) var trailersReplayed: UInt64 = 0

    public init() {}
}
