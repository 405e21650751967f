public import VRRPCore
public import VRRPWire

/// What instances say that most of them say alike; for the things that each says for itself see `Instance`.
public struct InstanceSettings: Equatable, Sendable {
    /// `dont_track_primary`: that its interface is down, or has no carrier, does not count.
    public var ignoresOwnLink = false
    public var ownLinkLocation: SourceLocation?
    /// `use_vmac`; nil is none.
    public var virtualMAC: VirtualMAC?
    /// `use_vmac_addr`, and `use_vmac` after an address: the interfaces that such addresses are on.
    public var addressLinks: [VirtualLink] = []
    public var advertisementInterval = Centiseconds.oneSecond
    /// `down_timer_adverts`: how many adverts of the MASTER may be missed, 1 to 100.
    public var downTimerAdverts = VirtualRouter.Configuration.usualDownTimerAdverts
    /// `mcast_src_ip` or `unicast_src_ip`; nil means the interface's own address.
    public var sourceAddress: IPAddress?
    /// `track_src_ip`: a source address that is not here is a fault even where none is needed to send.
    public var tracksSource = false
    public var transport = Instance.Transport.multicast
    /// `mcast_dst_ip` or `vrrp_mcast_group4`, `vrrp_mcast_group6`; nil is that of the protocol.
    public var multicastGroup: IPAddress?
    /// `unicast_ttl`: TTL or hop limit of unicast adverts; nil is 255.
    public var unicastHopLimit: UInt8?
    /// `min_ttl` and `max_ttl` of those peers that have them.
    public var peerHopLimits: [IPAddress: ClosedRange<UInt8>] = [:]
    /// VRRPv2 simple text authentication (`auth_type PASS`).
    public var password: SimplePassword?
    /// `auth_type AH`: the password is the key of an IP authentication header, and is not sent.
    public var usesAuthenticationHeader = false
    /// `auth_hmac`; nil is none.
    public var keyed: KeyedAuthentication?
    public var keyedLocation: SourceLocation?
    public var checksum = Instance.ChecksumPreference.follow
    /// Whether a peer that sends as keepalived before 1.3.7 is answered in the same form; not with `old_unicast_checksum never`.
    public var followsOldPeers = true
    public var preempts = true
    public var preemptDelay = Interval.zero
    /// `lease`: how long the kernel keeps the virtual addresses when the daemon no longer renews them.
    public var lease = LeasePolicy.automatic
    /// Where `lease off` was written; nil without it.
    public var leaseLocation: SourceLocation?
    /// `virtual_ipaddress_excluded`: held, not advertised.
    public var excludedAddresses: [VirtualAddress] = []
    /// `virtual_routes`, in the order of the file.
    public var routes: [VirtualRoute] = []
    public var routeLocations: [SourceLocation] = []
    /// `virtual_rules`, in the order of the file.
    public var rules: [VirtualRule] = []
    public var ruleLocations: [SourceLocation] = []
    /// `no_virtual_ipaddress`: that there is no address is meant.
    public var hasNoAddresses = false
    /// False with `no_accept`, or in strict mode: packets to the addresses are not for this host.
    public var acceptsPackets = true
    /// `promote_secondaries`.
    public var promotesSecondaries = false
    public var announcements = AnnouncementPolicy()
    /// `garp_extra_if`: how often addresses on other interfaces than its own are announced; zero for never.
    public var extraAnnouncements = Interval.zero
    /// Without `all`: only those on the interface of `use_vmac`.
    public var announcesVirtualMACOnly = false
    /// False with `lower_prio_no_advert`: a MASTER of lower priority is not answered by an advert.
    public var answersLowerPriority = true
    /// False with `owner_ignore_adverts`: as MASTER with priority 255 it listens to nobody.
    public var ownerListens = true
    /// `kernel_rx_buf_size`: octets that may wait for the daemon; nil is as much as it chooses.
    public var receiveBuffer: Int?
    /// `standby_notice`: as Backup, tell the Active Router that we are there; as Active, expect to be told.
    public var standbyNotice = false
    /// What it was to watch with a weight, and does not, because no weight counts there.
    public var uncountedChecks: [UncountedCheck] = []
    public var notifications = Notifications()
    public var told = ToldSettings()

    public init() {}
}

/// A line of a track block whose weight does not count: with priority 255, or in a sync group.
public struct UncountedCheck: Hashable, Sendable {
    public enum Kind: String, Sendable {
        case interface, script, process, file, session

        /// The block whose lines name such checks.
        var block: String { self == .session ? "track_bfd" : "track_\(rawValue)" }
    }

    public var kind: Kind
    public var name: String
}
