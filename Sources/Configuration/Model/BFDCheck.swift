public import VRRPCore
public import VRRPWire

/// A `bfd_instance` block: a session with a neighbour that notices within milliseconds when it is gone (RFC 5880).
public struct BFDCheck: Equatable, Sendable {
    public var name: String
    public var location: SourceLocation
    public var neighbour: IPAddress
    public var neighbourLocation: SourceLocation
    /// `source_ip`; nil leaves it to the kernel.
    public var source: IPAddress?
    public var sourceLocation: SourceLocation?
    /// `min_rx` and `min_tx`.
    public var requiredMinRx = Interval.milliseconds(10)
    public var desiredMinTx = Interval.milliseconds(10)
    public var idleTx = Interval.seconds(1)
    public var multiplier = 5
    public var isPassive = false
    /// `ttl` or `hoplimit`.
    public var hopLimit: UInt8?
    public var maxHops: Int?
    public var isMultihop = false
    /// False for one that is for the IPVS checker only.
    public var isForInstances = true
    public var weight = Weight(0)

    public init(name: String, location: SourceLocation, neighbour: IPAddress, neighbourLocation: SourceLocation) {
        self.name = name
        self.location = location
        self.neighbour = neighbour
        self.neighbourLocation = neighbourLocation
    }

    /// What makes it the same session across a reload, whatever it is called.
    public struct Identity: Hashable, Sendable {
        public var neighbour: IPAddress
        public var source: IPAddress?
        public var isMultihop: Bool

        public init(neighbour: IPAddress, source: IPAddress?, isMultihop: Bool) {
            self.neighbour = neighbour
            self.source = source
            self.isMultihop = isMultihop
        }
    }

    public var identity: Identity { Identity(neighbour: neighbour, source: source, isMultihop: isMultihop) }

    /// The TTL or hop limit of its packets: RFC 5881 section 5 wants no other than 255.
    public var sentHopLimit: UInt8 { hopLimit ?? 255 }

    /// What must be left of that of packets that arrive.
    ///
    /// keepalived: its own packets have 64 over IPv6, and others need no more.
    public var leastHopLimit: UInt8 {
        if maxHops == -1 || maxHops == 255 || (isMultihop && maxHops == nil) { return 0 }
        let whole = hopLimit ?? (neighbour.family == .v4 ? 255 : 64)
        return UInt8(clamping: Int(whole) - (maxHops ?? 0))
    }

    /// Whether it is up, for all that its definition says, on a host that does its work.
    public var isUpInService: Bool { weight != Weight(0, reverse: true) }

    /// After how long a failure is noticed, when the neighbour is configured alike.
    public var usualDetectionTime: Interval { max(requiredMinRx, desiredMinTx) * UInt64(multiplier) }
}
