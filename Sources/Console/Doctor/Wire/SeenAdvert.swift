internal import LinuxKernel
package import VRRPWire

extension SeenAdvert {
    /// From a packet socket.
    init?(_ dissection: Dissection, of frame: CapturedFrame, on interface: String) {
        guard dissection.frame.vlans.isEmpty else { return nil }
        let (place, hardware) = (frame.isOutgoing ? Place.leaving : .wire, dissection.frame.source)
        if let protected = ProtectedAdvert(dissection) {
            self.init(place, on: interface, protected, from: hardware)
            return
        }
        guard case .message(let carrier, let range) = dissection.content else { return nil }
        self.init(place, on: interface, Array(dissection.octets[range]), carrier: carrier, from: hardware)
    }

    /// From a raw socket: an IPv4 packet, or what an IPv6 packet carries.
    init?(_ bytes: Span<UInt8>, _ received: VRRPSocket.Received, _ family: AddressFamily, on interface: String) {
        switch family {
        case .v6:
            guard let destination = received.destination, let hopLimit = received.hopLimit else { return nil }
            let carrier = Carrier(source: received.source, destination: destination, hopLimit: hopLimit)
            self.init(.socket, on: interface, octets(bytes), carrier: carrier, from: nil)
        case .v4:
            if let protected = ProtectedAdvert(datagram: octets(bytes)) {
                self.init(.socket, on: interface, protected, from: nil)
                return
            }
            do throws(WireError) {
                let header = try IPv4Header.parse(bytes)
                guard header.protocolNumber == Carrier.protocolNumber else { return nil }
                let carrier = Carrier(
                    source: .v4(header.source), destination: .v4(header.destination), hopLimit: header.timeToLive)
                self.init(
                    .socket, on: interface, octets(bytes.extracting(header.headerLength..<header.totalLength)),
                    carrier: carrier, from: nil)
            } catch {
                return nil
            }
        }
    }
}

extension SeenAdvert {
    /// Behind an authentication header.
    package init?(
        _ place: Place, on interface: String, _ protected: ProtectedAdvert, from hardwareAddress: HardwareAddress?
    ) {
        self.init(place, on: interface, protected.message, carrier: protected.carrier, from: hardwareAddress)
        protection = protected
    }
}

private func octets(_ span: Span<UInt8>) -> [UInt8] { span.indices.map { span[$0] } }

extension AddressAnswer {
    /// From a frame by which somebody says that an address is his.
    init?(_ dissection: Dissection, on interface: String) {
        switch dissection.content {
        case .arp(let packet):
            guard packet.operation == .reply || packet.isAnnouncement, packet.senderAddress != .any else { return nil }
            self.init(
                interface: interface, address: .v4(packet.senderAddress), hardwareAddress: packet.senderHardwareAddress)
        case .neighborAdvertisement(let advertisement):
            self.init(
                interface: interface, address: .v6(advertisement.target), hardwareAddress: advertisement.hardwareAddress
            )
        case .message, .undelivered, .badAnnouncement, .other: return nil
        }
    }
}
