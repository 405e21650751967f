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
    }

    public var name: String
    public var location: SourceLocation
    public var interface: String
    public var interfaceLocation: SourceLocation
    public var initialState = InitialState.backup
    public var virtualRouterID: VirtualRouterID
    public var family: AddressFamily
    public var version: ProtocolVersion
    /// The base priority, before trackers.
    public var priority: Priority
    public var advertisementInterval = Centiseconds.oneSecond
    /// `mcast_src_ip` or `unicast_src_ip`; nil means the interface's own address.
    public var sourceAddress: IPAddress?
    public var sourceLocation: SourceLocation?
    public var transport = Transport.multicast
    /// VRRPv2 simple text authentication (`auth_type PASS`).
    public var password: SimplePassword?
    /// `auth_hmac`; nil is none.
    public var keyed: KeyedAuthentication?
    public var keyedLocation: SourceLocation?
    public var checksum = ChecksumPreference.follow
    public var preempts = true
    public var preemptDelay = Interval.zero
    /// `lease`: how long the kernel keeps the virtual addresses when the daemon no longer renews them.
    public var lease = LeasePolicy.automatic
    /// `virtual_ipaddress`: held and advertised.
    public var addresses: [VirtualAddress] = []
    /// `virtual_ipaddress_excluded`: held, not advertised.
    public var excludedAddresses: [VirtualAddress] = []
    public var announcements = AnnouncementPolicy()
    /// `standby_notice`: as Backup, tell the Active Router that we are there; as Active, expect to be told.
    public var standbyNotice = false
    public var trackedInterfaces: [Tracked] = []
    public var trackedScripts: [Tracked] = []
    public var trackedProcesses: [Tracked] = []
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
