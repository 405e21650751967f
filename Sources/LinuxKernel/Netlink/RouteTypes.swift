package import VRRPWire

/// A network interface as the kernel describes it.
package struct LinkInfo: Equatable, Sendable {
    package var index: UInt32
    package var name: String
    /// The administrator wants it up (IFF_UP).
    package var isUp: Bool
    /// It can carry packets (IFF_RUNNING and IFF_LOWER_UP).
    package var isRunning: Bool
    package var isLoopback: Bool
    package var supportsMulticast: Bool
    package var isPointToPoint: Bool
    /// Nil when the address has not six octets, as on tunnels.
    package var hardwareAddress: HardwareAddress?
    package var mtu: UInt32
    /// The bridge, bond, team or VRF it belongs to.
    package var masterIndex: UInt32?
    /// The device it was made on: the parent of a macvlan or VLAN, the other end of a veth pair.
    package var parentIndex: UInt32?
    /// The driver's name for virtual devices: `macvlan`, `veth`, `bond`.
    package var kind: String?
    /// How one of kind `macvlan` treats those beside it (IFLA_MACVLAN_MODE).
    package var macvlanMode: UInt32?
    /// What somebody has written on it (IFLA_IFALIAS).
    package var alias: String?

    package init(
        index: UInt32, name: String, isUp: Bool, isRunning: Bool, isLoopback: Bool = false,
        supportsMulticast: Bool = true, isPointToPoint: Bool = false, hardwareAddress: HardwareAddress? = nil,
        mtu: UInt32 = 1500, masterIndex: UInt32? = nil, parentIndex: UInt32? = nil, kind: String? = nil
    ) {
        self.index = index
        self.name = name
        self.isUp = isUp
        self.isRunning = isRunning
        self.isLoopback = isLoopback
        self.supportsMulticast = supportsMulticast
        self.isPointToPoint = isPointToPoint
        self.hardwareAddress = hardwareAddress
        self.mtu = mtu
        self.masterIndex = masterIndex
        self.parentIndex = parentIndex
        self.kind = kind
    }
}

/// An address on an interface as the kernel describes it.
package struct AddressInfo: Hashable, Sendable {
    package var interfaceIndex: UInt32
    package var address: IPAddress
    package var prefixLength: UInt8
    /// The far end, when it is not of a subnet but of a point-to-point link; `prefixLength` is then that of the far end.
    package var peer: IPAddress?
    /// 0 global, 253 link, 254 host.
    package var scope: UInt8
    /// IPv4 only.
    package var label: String?
    package var broadcast: IPv4Address?
    package var isTentative: Bool
    package var isDADFailed: Bool
    package var isSecondary: Bool
    package var isDeprecated: Bool
    /// Who put it there (IFA_PROTO); nil on kernels before 5.18.
    package var protocolMark: UInt8?
    /// Seconds until the kernel removes it; nil means never.
    package var validSeconds: UInt32?

    package init(
        interfaceIndex: UInt32, address: IPAddress, prefixLength: UInt8, scope: UInt8 = 0, label: String? = nil,
        broadcast: IPv4Address? = nil, isTentative: Bool = false, isDADFailed: Bool = false,
        isSecondary: Bool = false, isDeprecated: Bool = false, protocolMark: UInt8? = nil, validSeconds: UInt32? = nil
    ) {
        self.interfaceIndex = interfaceIndex
        self.address = address
        self.prefixLength = prefixLength
        self.scope = scope
        self.label = label
        self.broadcast = broadcast
        self.isTentative = isTentative
        self.isDADFailed = isDADFailed
        self.isSecondary = isSecondary
        self.isDeprecated = isDeprecated
        self.protocolMark = protocolMark
        self.validSeconds = validSeconds
    }
}

/// What the kernel announced about interfaces and addresses.
package enum RouteChange: Equatable, Sendable {
    /// Appeared, or is now like this.
    case link(LinkInfo)
    case linkGone(index: UInt32, name: String?)
    /// Appeared, or is now like this.
    case address(AddressInfo)
    case addressGone(AddressInfo)
}

/// An address to put on an interface.
package struct AddressRequest: Hashable, Sendable {
    package var interfaceIndex: UInt32
    package var address: IPAddress
    package var prefixLength: UInt8
    /// The far end (IFA_ADDRESS), where that is not the address itself.
    package var peer: IPAddress?
    /// IPv4 only.
    package var broadcast: IPv4Address?
    /// 0 global, 253 link, 254 host.
    package var scope: UInt8
    /// IPv4 only, at most 15 octets.
    package var label: String?
    /// IFA_PROTO: our mark, so that leftovers can be told from other people's addresses.
    package var protocolMark: UInt8?
    /// Skips duplicate address detection, so that the address answers at once.
    package var noDAD: Bool
    /// Adds no route for the prefix.
    package var noPrefixRoute: Bool
    /// Metric of the route for the prefix (IFA_RT_PRIORITY); nil is the kernel's.
    package var prefixMetric: UInt32?
    /// IFA_F_HOMEADDRESS and IFA_F_MANAGETEMPADDR, of IPv6.
    package var isHome = false
    package var managesTemporaries = false
    /// Seconds until the kernel removes the address by itself; nil means never.
    package var validSeconds: UInt32?
    /// Seconds until it is no longer chosen as a source; nil means as long as it is valid.
    package var preferredSeconds: UInt32?
    /// True to change an address that exists; false to fail with EEXIST.
    package var replaces: Bool

    package init(
        interfaceIndex: UInt32, address: IPAddress, prefixLength: UInt8, broadcast: IPv4Address? = nil,
        scope: UInt8 = 0, label: String? = nil, protocolMark: UInt8? = nil, noDAD: Bool = false,
        noPrefixRoute: Bool = false, validSeconds: UInt32? = nil, preferredSeconds: UInt32? = nil,
        replaces: Bool = false
    ) {
        self.interfaceIndex = interfaceIndex
        self.address = address
        self.prefixLength = prefixLength
        self.broadcast = broadcast
        self.scope = scope
        self.label = label
        self.protocolMark = protocolMark
        self.noDAD = noDAD
        self.noPrefixRoute = noPrefixRoute
        self.validSeconds = validSeconds
        self.preferredSeconds = preferredSeconds
        self.replaces = replaces
    }
}

/// What is asked of the kernel about one address.
package enum AddressChange: Hashable, Sendable {
    case add(AddressRequest)
    /// By its interface, address, prefix length and peer.
    case remove(AddressRequest)
}
