public import VRRPCore
public import VRRPWire

/// A `vrrp_instance` block: one virtual router on one interface.
public struct Instance: Equatable, Sendable {
    public enum InitialState: Hashable, Sendable { case master, backup }

    /// How adverts travel.
    public enum Transport: Hashable, Sendable {
        /// To the family's VRRP group.
        case multicast
        /// To each peer by itself (`unicast_peer`).
        case unicast(peers: [IPAddress])
    }

    /// `v3_checksum_as_v2`: which bytes the checksum of an IPv4 VRRPv3 advert covers.
    public enum ChecksumPreference: Hashable, Sendable {
        /// Begin with the pseudo-header as keepalived does, then as the present Active sends.
        case follow
        /// The message alone, RFC 9568 section 5.2.8.
        case messageOnly
        /// With an IPv4 pseudo-header, as keepalived and FRR send by default (`v3_checksum_as_v2 off`).
        case pseudoHeader
        /// As keepalived before 1.3.7: with a pseudo-header that names the group although the advert goes to one host
        /// (`old_unicast_checksum`).
        case pseudoHeaderOfGroup
    }

    public var name: String
    public var location: SourceLocation
    public var interface: String
    public var interfaceLocation: SourceLocation
    /// `dont_track_primary`: that its interface is down, or has no carrier, does not count.
    public var ignoresOwnLink = false
    public var ownLinkLocation: SourceLocation?
    /// `use_vmac`; nil is none.
    public var virtualMAC: VirtualMAC?
    public var initialState = InitialState.backup
    public var virtualRouterID: VirtualRouterID
    public var family: AddressFamily
    public var version: ProtocolVersion
    /// The base priority, before trackers.
    public var priority: Priority
    public var advertisementInterval = Centiseconds.oneSecond
    /// `down_timer_adverts`: how many adverts of the MASTER may be missed, 1 to 100.
    public var downTimerAdverts = VirtualRouter.Configuration.usualDownTimerAdverts
    /// `mcast_src_ip` or `unicast_src_ip`; nil means the interface's own address.
    public var sourceAddress: IPAddress?
    public var sourceLocation: SourceLocation?
    /// `track_src_ip`: a source address that is not here is a fault even where none is needed to send.
    public var tracksSource = false
    public var transport = Transport.multicast
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
    public var checksum = ChecksumPreference.follow
    /// Whether a peer that sends as keepalived before 1.3.7 is answered in the same form; not with `old_unicast_checksum never`.
    public var followsOldPeers = true
    public var preempts = true
    public var preemptDelay = Interval.zero
    /// `lease`: how long the kernel keeps the virtual addresses when the daemon no longer renews them.
    public var lease = LeasePolicy.automatic
    /// `virtual_ipaddress`: held and advertised.
    public var addresses: [VirtualAddress] = []
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
    /// The `vrrp_sync_group` that it is in.
    public var syncGroup: String?
    /// In a sync group, how long one that resigned waits for its successor; nil outside.
    public var groupHold: Interval?
    public var notifications = Notifications()
    public var told = ToldSettings()
    public var trackedInterfaces: [Tracked] = []
    public var trackedScripts: [Tracked] = []
    public var trackedProcesses: [Tracked] = []
    public var trackedFiles: [Tracked] = []
    public var trackedSessions: [Tracked] = []
    /// Where each virtual address was written, in the order of `addresses` then `excludedAddresses`.
    public var addressLocations: [SourceLocation] = []

    public init(
        name: String, location: SourceLocation, interface: String, interfaceLocation: SourceLocation,
        virtualRouterID: VirtualRouterID, family: AddressFamily, version: ProtocolVersion, priority: Priority
    ) {
        self.name = name
        self.location = location
        self.interface = interface
        self.interfaceLocation = interfaceLocation
        self.virtualRouterID = virtualRouterID
        self.family = family
        self.version = version
        self.priority = priority
    }
}

extension Instance {
    /// Where multicast adverts are sent to and heard from.
    public var group: IPAddress { multicastGroup ?? .vrrpGroup(family) }
}
