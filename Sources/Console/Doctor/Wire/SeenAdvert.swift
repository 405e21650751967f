internal import LinuxKernel
internal import VRRPWire

extension SeenAdvert {
    private static let ethernetHeader = 14
    private static let ipv6Header = 40

    /// From a packet socket: a whole Ethernet frame, perhaps padded.
    init?(frame: Span<UInt8>, _ direction: FrameListener.Direction, on interface: String) {
        guard frame.count > Self.ethernetHeader + 20 else { return nil }
        let place = direction == .incoming ? Place.wire : .leaving
        let sender = HardwareAddress(rawValue: (6..<12).reduce(0) { $0 << 8 | UInt64(frame[$1]) })
        let packet = frame.extracting(Self.ethernetHeader..<frame.count)
        if packet[0] >> 4 == 6 {
            self.init(place, v6: packet, on: interface, from: sender)
        } else {
            let length = min(Int(packet[2]) << 8 | Int(packet[3]), packet.count)
            self.init(place, v4: packet.extracting(0..<length), on: interface, from: sender)
        }
    }

    /// From a raw socket: an IPv4 packet, or what an IPv6 packet carries.
    init?(_ bytes: Span<UInt8>, _ received: VRRPSocket.Received, _ family: AddressFamily, on interface: String) {
        guard family == .v6 else {
            self.init(.socket, v4: bytes, on: interface, from: nil)
            return
        }
        guard let destination = received.destination, let hopLimit = received.hopLimit else { return nil }
        self.init(
            .socket, on: interface, octets(bytes),
            carrier: Carrier(source: received.source, destination: destination, hopLimit: hopLimit), from: nil)
    }

    private init?(_ place: Place, v4 packet: Span<UInt8>, on interface: String, from sender: HardwareAddress?) {
        do throws(WireError) {
            let header = try IPv4Header.parse(packet)
            self.init(
                place, on: interface, octets(packet.extracting(header.headerLength..<header.totalLength)),
                carrier: Carrier(
                    source: .v4(header.source), destination: .v4(header.destination), hopLimit: header.timeToLive),
                from: sender)
        } catch {
            return nil
        }
    }

    private init?(_ place: Place, v6 packet: Span<UInt8>, on interface: String, from sender: HardwareAddress?) {
        guard packet.count > Self.ipv6Header else { return nil }
        let length = Int(packet[4]) << 8 | Int(packet[5])
        let end = min(Self.ipv6Header + length, packet.count)
        self.init(
            place, on: interface, octets(packet.extracting(Self.ipv6Header..<end)),
            carrier: Carrier(
                source: .v6(Self.address(packet, at: 8)), destination: .v6(Self.address(packet, at: 24)),
                hopLimit: packet[7]), from: sender)
    }

    private static func address(_ packet: Span<UInt8>, at offset: Int) -> IPv6Address {
        func half(_ start: Int) -> UInt64 { (start..<start + 8).reduce(0) { $0 << 8 | UInt64(packet[$1]) } }
        return IPv6Address(high: half(offset), low: half(offset + 8))
    }
}

private func octets(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }
