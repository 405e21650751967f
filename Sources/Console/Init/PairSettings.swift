package import VRRPWire

/// Everything that the two files of a pair say, decided.
package struct PairSettings: Equatable, Sendable {
    /// An address with the length of its subnet's prefix.
    package struct Address: Equatable, Sendable, CustomStringConvertible {
        package var address: IPAddress
        package var prefixLength: UInt8

        package init(_ address: IPAddress, _ prefixLength: UInt8) {
            self.address = address
            self.prefixLength = prefixLength
        }

        package var description: String { "\(address)/\(prefixLength)" }
    }

    /// What is watched besides the network.
    package enum Check: Equatable, Sendable {
        case none
        /// A process of this name, as `ps -e` calls it.
        case process(String)
    }

    /// The `vrrp_instance`.
    package var name = "vrrp_1"
    /// Of this host, and of the other.
    package var interface: String
    package var peerInterface: String
    /// Virtual, in the order in which they were given.
    package var addresses: [Address]
    package var virtualRouterID: UInt8
    /// Of this host, 1 to ``highestPriority``.
    package private(set) var priority = Self.activePriority
    package private(set) var peerPriority = Self.standbyPriority
    package var transport = Transport.multicast
    /// VRRPv2's password, at most eight octets.
    package var password: String?
    package var check = Check.none
    /// The other host's address, for the instructions at least.
    package var peer: IPAddress?

    package enum Transport: Equatable, Sendable {
        case multicast
        /// Adverts go from `own` to `peer` and back.
        case unicast(own: IPAddress, peer: IPAddress)
    }

    package static let activePriority: UInt8 = 101
    package static let standbyPriority: UInt8 = 100
    /// More than the distance between the priorities, and the guide's number.
    static let weight: UInt8 = 6
    /// With the check's points it reaches 254, beyond which all are equal.
    package static let highestPriority = 254 - weight

    package init(interface: String, addresses: [Address], virtualRouterID: UInt8) {
        self.interface = interface
        peerInterface = interface
        self.addresses = addresses
        self.virtualRouterID = virtualRouterID
    }

    /// Gives this host a priority, and the other one that is so near that any check can turn the order round.
    package mutating func setPriority(_ priority: UInt8) {
        self.priority = priority
        peerPriority = priority > Self.standbyPriority ? priority - 1 : priority + 1
    }

    /// The family that adverts travel in: one instance has one, and the other's addresses go along unadvertised.
    package var family: AddressFamily { addresses.contains { $0.address.family == .v4 } ? .v4 : .v6 }

    /// The settings as the other host sees them.
    package var mirrored: PairSettings {
        var other = self
        (other.interface, other.peerInterface) = (peerInterface, interface)
        (other.priority, other.peerPriority) = (peerPriority, priority)
        if case .unicast(let own, let peer) = transport { other.transport = .unicast(own: peer, peer: own) }
        return other
    }

    var isActive: Bool { priority > peerPriority }

    /// What `virtual_ipaddress` and `virtual_ipaddress_excluded` list.
    var advertised: [Address] {
        let own = addresses.filter { $0.address.family == family }
        guard family == .v6, !own.contains(where: { Self.isLinkLocal($0.address) }) else { return own }
        return [linkLocal] + own
    }

    var unadvertised: [Address] { addresses.filter { $0.address.family != family } }

    /// What RFC 9568 section 5.2.9 (erratum 8300) wants first in an IPv6 advert.
    ///
    /// The number in it is the VRID's, written in its decimal digits, so that pairs on one network differ.
    private var linkLocal: Address {
        let digits = UInt64(String(virtualRouterID), radix: 16) ?? UInt64(virtualRouterID)
        return Address(.v6(IPv6Address(high: 0xFE80_0000_0000_0000, low: 0x1_0000 | digits)), 64)
    }

    private static func isLinkLocal(_ address: IPAddress) -> Bool {
        if case .v6(let address) = address { address.isLinkLocal } else { false }
    }
}
