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
    /// `virtual_ipaddress`: held and advertised.
    public var addresses: [VirtualAddress] = []
    public var trackedScripts: [Tracked] = []
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

    /// Likewise of one.
    private var ties = Self.noTies

    private static let noTies = [Ties()]

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
    /// What most instances of a large file have not: it takes no place in those.
    private struct Ties: Equatable, Sendable {
        var sourceLocation: SourceLocation?
        var syncGroup: String?
        var groupHold: Interval?
        var trackedInterfaces: [Tracked] = []
        var trackedProcesses: [Tracked] = []
        var trackedFiles: [Tracked] = []
        var trackedSessions: [Tracked] = []
    }

    /// Writing what is there already would make a copy for this instance alone.
    private mutating func tie<Value: Equatable>(_ property: WritableKeyPath<Ties, Value>, to new: Value) {
        if ties[0][keyPath: property] != new { ties[0][keyPath: property] = new }
    }

    /// Where `unicast_src_ip` or `mcast_src_ip` stands.
    public var sourceLocation: SourceLocation? {
        get { ties[0].sourceLocation }
        set { tie(\.sourceLocation, to: newValue) }
    }
    /// The `vrrp_sync_group` that it is in.
    public var syncGroup: String? {
        get { ties[0].syncGroup }
        set { tie(\.syncGroup, to: newValue) }
    }
    /// In a sync group, how long one that resigned waits for its successor; nil outside.
    public var groupHold: Interval? {
        get { ties[0].groupHold }
        set { tie(\.groupHold, to: newValue) }
    }
    public var trackedInterfaces: [Tracked] {
        get { ties[0].trackedInterfaces }
        set { tie(\.trackedInterfaces, to: newValue) }
    }
    public var trackedProcesses: [Tracked] {
        get { ties[0].trackedProcesses }
        set { tie(\.trackedProcesses, to: newValue) }
    }
    public var trackedFiles: [Tracked] {
        get { ties[0].trackedFiles }
        set { tie(\.trackedFiles, to: newValue) }
    }
    public var trackedSessions: [Tracked] {
        get { ties[0].trackedSessions }
        set { tie(\.trackedSessions, to: newValue) }
    }
}

extension Instance {
    /// Where multicast adverts are sent to and heard from.
    public var group: IPAddress { self.multicastGroup ?? .vrrpGroup(family) }

    /// `unicast_peer`; none with multicast.
    var unicastPeers: [IPAddress] { if case .unicast(let peers) = self.transport { peers } else { [] } }
}
