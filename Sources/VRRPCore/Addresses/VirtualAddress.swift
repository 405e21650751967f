public import VRRPWire

/// One address that the Active Router holds, as the operator wrote it.
///
/// Source: keepalived: `virtual_ipaddress` lines, `IP[/PREFIX] [brd ADDR|+|-] [dev IF] [scope NAME] [label NAME]
/// [peer ADDR] [preferred_lft SECONDS|forever]`.
public struct VirtualAddress: Hashable, Sendable {
    public var address: IPAddress
    /// 32 or 128 unless written otherwise.
    public var prefixLength: UInt8
    /// The interface that carries the address.
    public var interface: String
    /// Broadcast address of an IPv4 subnet (`brd`); nil for none, which is also the default.
    public var broadcast: IPv4Address?
    /// Linux's RT_SCOPE_*: 0 global, 200 site, 253 link, 254 host.
    ///
    /// IPv4 only.
    public var scope: UInt8
    /// IFA_LABEL, at most 15 octets.
    ///
    /// IPv4 only; nil for the interface's own name.
    public var label: String? {
        get { rare?.label }
        set { rare = Rare(label: newValue, peer: peer) }
    }
    /// The far end of a point-to-point address (`peer`), which takes the subnet's place; nil for none.
    public var peer: IPAddress? {
        get { rare?.peer }
        set { rare = Rare(label: label, peer: newValue) }
    }
    private var rare: Rare?
    /// For how long after it came here the kernel chooses it as a source by itself (preferred_lft); nil for ever, 0 not at all.
    ///
    /// IPv6 only. keepalived: a host address of IPv6 is deprecated from the start.
    public var preferredSeconds: UInt32?

    /// What else the kernel is told of it.
    public var marks: Marks = []
    /// False with `no_track`: one that somebody removes stays away until the next change of state.
    public var isTracked = true

    /// Words after an address that are bits of the kernel's.
    public struct Marks: OptionSet, Hashable, Sendable {
        public var rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// `noprefixroute`: the kernel makes no route for its subnet.
        public static let noPrefixRoute = Marks(rawValue: 1)
        /// `home`: a Mobile IPv6 home address.
        public static let home = Marks(rawValue: 2)
        /// `mngtmpaddr`: the kernel makes temporary addresses from an IPv6 address of /64.
        public static let managesTemporaries = Marks(rawValue: 4)
    }

    public init(
        address: IPAddress, prefixLength: UInt8, interface: String, broadcast: IPv4Address? = nil,
        scope: UInt8 = 0, label: String? = nil
    ) {
        self.address = address
        self.prefixLength = prefixLength
        self.interface = interface
        self.broadcast = broadcast
        self.scope = scope
        rare = Rare(label: label, peer: nil)
        preferredSeconds = address.family == .v6 && prefixLength == 128 ? 0 : nil
    }

    /// What few addresses have, in a place of its own: there may be tens of thousands.
    private indirect enum Rare: Hashable, Sendable {
        case words(label: String?, peer: IPAddress?)

        init?(label: String?, peer: IPAddress?) {
            if label == nil, peer == nil { return nil }
            self = .words(label: label, peer: peer)
        }

        var label: String? {
            switch self {
            case .words(let label, _): label
            }
        }
        var peer: IPAddress? {
            switch self {
            case .words(_, let peer): peer
            }
        }
    }

    /// It without what the kernel changes in place: two of one form need no taking away in between.
    public var form: VirtualAddress {
        var form = self
        form.preferredSeconds = nil
        form.isTracked = true
        return form
    }
}
