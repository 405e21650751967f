/// What precedes the packet in an Ethernet frame, VLAN tags included (IEEE 802.3 clause 3, IEEE 802.1Q clause 9).
public struct EthernetFrame: Equatable, Sendable {
    /// Two stacked tags are what networks use; more than this is not a frame that a host would look into.
    public static let mostTags = 4
    /// Octets before the packet when there is no tag.
    public static let headerSize = Ethernet.payload

    public var destination: HardwareAddress
    public var source: HardwareAddress
    /// VLAN identifiers, 0 to 4095, the outermost first; empty for an untagged frame.
    public var vlans: [UInt16]
    /// What it carries: 0x0800 for IPv4.
    public var type: UInt16
    /// Octets before the packet.
    public var headerLength: Int

    /// Decodes the header at the start of `bytes`.
    public static func parse(_ bytes: Span<UInt8>) throws(WireError) -> EthernetFrame {
        guard bytes.count >= headerSize else { throw .truncated(needed: headerSize, got: bytes.count) }
        var vlans: [UInt16] = []
        var end = headerSize
        var type = bytes.bigEndian16(at: Ethernet.type)
        while Ethernet.tags.contains(type), vlans.count < mostTags {
            guard bytes.count >= end + Ethernet.tagSize else {
                throw .truncated(needed: end + Ethernet.tagSize, got: bytes.count)
            }
            vlans.append(bytes.bigEndian16(at: end) & 0x0FFF)
            type = bytes.bigEndian16(at: end + 2)
            end += Ethernet.tagSize
        }
        return EthernetFrame(
            destination: bytes.hardwareAddress(at: Ethernet.destination),
            source: bytes.hardwareAddress(at: Ethernet.source), vlans: vlans, type: type, headerLength: end)
    }

    /// The same frame as a host sees it that belongs to the VLAN: without tags.
    public func untagged(_ bytes: [UInt8]) -> [UInt8] {
        vlans.isEmpty ? bytes : Array(bytes[..<Ethernet.type]) + Array(bytes[(headerLength - 2)...])
    }

    /// The whole frame that carries a multicast advert, sent from `hardware` and not from the interface's own address.
    ///
    /// RFC 9568 section 7.3: an advert comes from the virtual router's MAC address, by which switches learn the way.
    /// - Parameter datagram: with its header for IPv4, and the payload alone for IPv6.
    public static func advert(
        _ datagram: [UInt8], from source: IPAddress, to group: IPAddress, hardware: HardwareAddress
    ) -> [UInt8] {
        [UInt8](capacity: headerSize + IPv6Header.size + datagram.count) { output in
            output.append(HardwareAddress.ofGroup(group))
            output.append(hardware)
            if case (.v6(let from), .v6(let to)) = (source, group) {
                output.appendBigEndian(Ethernet.ipv6)
                IPv6Header.emit(into: &output, source: from, destination: to, payloadSize: datagram.count)
            } else {
                output.appendBigEndian(Ethernet.ipv4)
            }
            for octet in datagram { output.append(octet) }
        }
    }
}
