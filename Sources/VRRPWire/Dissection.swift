/// What a captured frame says, as far as VRRP and the announcements around it are concerned.
public struct Dissection: Equatable, Sendable {
    public var frame: EthernetFrame
    /// The frame without VLAN tags, which the ranges of ``content`` are about.
    public var octets: [UInt8]
    public var content: Content

    public enum Content: Equatable, Sendable {
        /// A datagram of protocol 112 that a raw socket would be given; whether its message is sound is another matter.
        case message(Carrier, range: Range<Int>)
        /// VRRP that no raw socket would be given as VRRP.
        case undelivered(source: IPAddress?, destination: IPAddress?, Obstacle)
        case arp(ARPPacket)
        case neighborAdvertisement(NeighborAdvertisement)
        /// ARP or a neighbour advertisement that cannot be believed; `isARP` tells which.
        case badAnnouncement(isARP: Bool, WireError)
        /// Nothing that concerns VRRP.
        case other
    }

    /// Why the kernel does not deliver a frame's datagram to a VRRP socket.
    public enum Obstacle: Equatable, Sendable {
        case header(WireError)
        case headerChecksum
        /// A piece of a datagram: the kernel delivers the whole, once it has it.
        case fragment
        /// VRRPv2's authentication type 2, which RFC 3768 took out.
        case authenticationHeader
    }

    /// Takes a frame apart; anything at all may be in `bytes`.
    ///
    /// - Throws: only when the Ethernet header is cut off.
    public static func dissect(_ bytes: [UInt8]) throws(WireError) -> Dissection {
        let frame = try EthernetFrame.parse(bytes.span)
        let octets = frame.untagged(bytes)
        let content =
            switch frame.type {
            case Ethernet.ipv4: ipv4(octets.span)
            case Ethernet.ipv6: ipv6(octets.span)
            case Ethernet.arp: arp(octets.span)
            default: Content.other
            }
        return Dissection(frame: frame, octets: octets, content: content)
    }

    private static func arp(_ octets: Span<UInt8>) -> Content {
        do throws(WireError) {
            return .arp(try ARPPacket.parse(octets))
        } catch .truncated(let needed, let got) {
            return .badAnnouncement(isARP: true, .truncated(needed: needed, got: got))
        } catch {
            // Of another kind of network, or an operation that announces nothing.
            return .other
        }
    }

    /// Short frames are padded, so that the datagram ends where its header says.
    private static func ipv4(_ octets: Span<UInt8>) -> Content {
        let start = Ethernet.payload
        let rest = octets.extracting(start..<octets.count)
        // What is too short to say its protocol is not known to be VRRP.
        guard rest.count > 9, rest[9] == Carrier.protocolNumber || rest[9] == authenticationHeader else {
            return .other
        }
        let end = min(rest.count, Int(rest.bigEndian16(at: 2)))
        let header: IPv4Header
        do throws(WireError) {
            header = try IPv4Header.parse(rest.extracting(0..<end))
        } catch {
            let isVRRP = rest[9] == Carrier.protocolNumber
            return isVRRP ? .undelivered(source: nil, destination: nil, .header(error)) : .other
        }
        let carrier = Carrier(
            source: .v4(header.source), destination: .v4(header.destination), hopLimit: header.timeToLive)
        func undelivered(_ obstacle: Obstacle) -> Content {
            .undelivered(source: carrier.source, destination: carrier.destination, obstacle)
        }
        if header.protocolNumber == authenticationHeader {
            let carriesVRRP = header.headerLength < end && rest[header.headerLength] == Carrier.protocolNumber
            return carriesVRRP ? undelivered(.authenticationHeader) : .other
        }
        guard PartialChecksum().adding(rest.extracting(0..<header.headerLength)).isValid else {
            return undelivered(.headerChecksum)
        }
        if header.isFragment { return undelivered(.fragment) }
        return .message(carrier, range: start + header.headerLength..<start + end)
    }

    private static func ipv6(_ octets: Span<UInt8>) -> Content {
        let start = Ethernet.payload
        let rest = octets.extracting(start..<octets.count)
        guard rest.count > IPv6Header.nextHeaderOffset else { return .other }
        if rest[IPv6Header.nextHeaderOffset] == icmpv6 { return neighborAdvertisement(octets) }
        let chain = extensionHeaders(in: rest)
        guard chain.last == Carrier.protocolNumber else { return .other }
        do throws(WireError) {
            let header = try IPv6Header.parse(rest)
            let carrier = Carrier(
                source: .v6(header.source), destination: .v6(header.destination), hopLimit: header.hopLimit)
            if chain.isFragment {
                return .undelivered(source: carrier.source, destination: carrier.destination, .fragment)
            }
            let end = IPv6Header.size + header.payloadLength
            guard chain.end <= end else { throw .truncated(needed: chain.end, got: end) }
            return .message(carrier, range: start + chain.end..<start + end)
        } catch {
            return .undelivered(source: nil, destination: nil, .header(error))
        }
    }

    /// Walks over what may stand between the header and the message (RFC 8200 section 4), as the kernel does.
    private static func extensionHeaders(in packet: Span<UInt8>) -> (last: UInt8, end: Int, isFragment: Bool) {
        var (last, end, isFragment) = (packet[IPv6Header.nextHeaderOffset], IPv6Header.size, false)
        while skippedHeaders.contains(last) || last == fragmentHeader, end + 1 < packet.count {
            if last == fragmentHeader { isFragment = true }
            let length = last == fragmentHeader ? 8 : (Int(packet[end + 1]) + 1) * 8
            (last, end) = (packet[end], end + length)
        }
        return (last, end, isFragment)
    }

    private static func neighborAdvertisement(_ octets: Span<UInt8>) -> Content {
        guard NeighborAdvertisement.isNamed(in: octets) else { return .other }
        do throws(WireError) {
            return .neighborAdvertisement(try NeighborAdvertisement.parse(octets))
        } catch {
            return .badAnnouncement(isARP: false, error)
        }
    }

    private static let authenticationHeader: UInt8 = 51
    private static let fragmentHeader: UInt8 = 44
    private static let icmpv6: UInt8 = 58
    /// Hop-by-hop options, routing, destination options.
    private static let skippedHeaders: Set<UInt8> = [0, 43, 60]
}
