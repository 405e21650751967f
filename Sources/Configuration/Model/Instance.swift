public import VRRPCore
public import VRRPWire

/// A `vrrp_instance` block: one virtual router on one interface.
///
/// A file may have thousands of them, alike but for a few things. What they have in common is there once, in
/// `InstanceSettings`, whose properties are read and written as if they were here; only methods here need `self.`.
@dynamicMemberLookup
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
    public var initialState = InitialState.backup
    public var virtualRouterID: VirtualRouterID
    public var family: AddressFamily
    public var version: ProtocolVersion
    /// The base priority, before trackers.
    public var priority: Priority
    public var sourceLocation: SourceLocation?
    /// `virtual_ipaddress`: held and advertised.
    public var addresses: [VirtualAddress] = []
    /// The `vrrp_sync_group` that it is in.
    public var syncGroup: String?
    /// In a sync group, how long one that resigned waits for its successor; nil outside.
    public var groupHold: Interval?
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

    /// An array of one, because arrays are copied only when one of those who share it changes its own.
    @usableFromInline var settings = Self.usualSettings

    private static let usualSettings = [InstanceSettings()]

    @inlinable
    public subscript<Value>(dynamicMember property: WritableKeyPath<InstanceSettings, Value>) -> Value {
        get { settings[0][keyPath: property] }
        set { settings[0][keyPath: property] = newValue }
    }

    /// Has its settings in one place with those of another, if they are the same.
    mutating func shareSettings(with other: Instance) {
        if settings == other.settings { settings = other.settings }
    }
}

extension Instance {
    /// Where multicast adverts are sent to and heard from.
    public var group: IPAddress { self.multicastGroup ?? .vrrpGroup(family) }

    /// `unicast_peer`; none with multicast.
    var unicastPeers: [IPAddress] { if case .unicast(let peers) = self.transport { peers } else { [] } }
}
