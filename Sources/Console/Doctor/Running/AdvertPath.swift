internal import Configuration
internal import VRRPCore
package import VRRPWire

/// A way that adverts take through this host: one interface, one family, multicast or unicast; instances share it.
package struct AdvertPath: Equatable, Sendable {
    package var interface: String
    package var family: AddressFamily
    /// The others of a unicast group; nil when adverts are multicast.
    package var peers: [IPAddress]?
    /// Where multicast adverts go.
    package var group: IPAddress
    /// The instances that use it.
    package var instances: [String]
    /// Where our adverts come from, as far as it is known.
    package var ownAddresses: [AddressRange]
    /// The subnets of the interface, which a peer's address is in.
    package var subnets: [AddressRange]
    /// VRRP's, or that of the IP authentication header before it (`auth_type AH`).
    package var protocolNumber = Carrier.protocolNumber

    package init(
        interface: String, family: AddressFamily, peers: [IPAddress]?, group: IPAddress? = nil,
        instances: [String], ownAddresses: [AddressRange], subnets: [AddressRange]
    ) {
        self.interface = interface
        self.family = family
        self.peers = peers
        self.group = group ?? .vrrpGroup(family)
        self.instances = instances
        self.ownAddresses = ownAddresses
        self.subnets = subnets
    }

    /// What a socket hears, whoever sends it where.
    struct Kind: Hashable {
        var family: AddressFamily
        var protocolNumber: UInt8
    }

    var kind: Kind { Kind(family: family, protocolNumber: protocolNumber) }

    package var isProtected: Bool { protocolNumber == AuthenticationHeader.protocolNumber }

    /// `eth0 IPv4`, `eth0 IPv4 unicast`, `eth0 IPv4 to 224.0.0.77`, `eth0 IPv4 AH`.
    package var name: String {
        let kind = peers != nil ? " unicast" : group == .vrrpGroup(family) ? "" : " to \(group)"
        return "\(interface) \(family == .v4 ? "IPv4" : "IPv6")\(isProtected ? " AH" : "")\(kind)"
    }

    /// Whether an advert of its interface and family goes this way.
    func isOf(_ advert: SeenAdvert) -> Bool {
        advert.isMulticast == (peers == nil) && (advert.protection != nil) == isProtected
    }

    /// An advert on this path.
    ///
    /// - Parameter senders: who was seen to send on the interface, so that rules about addresses can be judged.
    package func packet(_ direction: HypotheticalPacket.Direction, senders: [IPAddress] = []) -> HypotheticalPacket {
        let group = [AddressRange(group)]
        let others = peers?.map { AddressRange($0) }
        let heard = senders.filter { $0.family == family }.map { AddressRange($0) }
        var packet =
            switch direction {
            case .incoming:
                HypotheticalPacket(
                    .incoming, interface: interface, family: family,
                    sources: others ?? (heard.isEmpty ? subnets : heard),
                    destinations: peers == nil ? group : ownAddresses, isMulticast: peers == nil)
            case .outgoing:
                HypotheticalPacket(
                    .outgoing, interface: interface, family: family, sources: ownAddresses,
                    destinations: others ?? group, isMulticast: peers == nil)
            }
        packet.protocolNumber = protocolNumber
        return packet
    }
}
