package import VRRPCore
package import VRRPWire

/// What stood before an advert of `auth_type AH`, and the datagram that it vouches for.
package struct ProtectedAdvert: Equatable, Sendable {
    package var header: AuthenticationHeader
    package var carrier: Carrier
    /// The whole IPv4 datagram.
    package var datagram: [UInt8]
    package var ipHeaderLength: Int

    /// The VRRP message.
    package var message: [UInt8] { Array(datagram.dropFirst(ipHeaderLength + AuthenticationHeader.size)) }

    /// Nil for what the kernel would not give to anyone, and for what is no VRRP behind such a header.
    package init?(datagram: [UInt8]) {
        let ip: IPv4Header
        do throws(WireError) { ip = try IPv4Header.parse(datagram.span) } catch { return nil }
        guard ip.protocolNumber == AuthenticationHeader.protocolNumber, !ip.isFragment,
            PartialChecksum().adding(datagram.span.extracting(0..<ip.headerLength)).isValid,
            let header = AuthenticationHeader.parse(datagram.span.extracting(ip.headerLength..<datagram.count))
        else { return nil }
        self.header = header
        self.datagram = datagram
        ipHeaderLength = ip.headerLength
        carrier = Carrier(source: .v4(ip.source), destination: .v4(ip.destination), hopLimit: ip.timeToLive)
    }

    /// From a frame that a packet socket saw.
    init?(_ dissection: Dissection) {
        guard case .undelivered(_, _, .authenticationHeader) = dissection.content else { return nil }
        // Short frames are padded: the datagram ends where its header says.
        let rest = dissection.octets.dropFirst(EthernetFrame.headerSize)
        guard rest.count >= IPv4Header.size else { return nil }
        let length = Int(rest[rest.startIndex + 2]) << 8 | Int(rest[rest.startIndex + 3])
        self.init(datagram: Array(rest.prefix(length)))
    }

    /// What it proves to whoever has the password.
    package func proof(_ password: SimplePassword?) -> HeaderProof {
        guard let password, carrier.source == .v4(header.index),
            AuthenticationHeader.isGenuine(
                datagram.span, headerLength: ipHeaderLength, key: password,
                isUnicast: !carrier.destination.isMulticast)
        else { return .forged }
        return .genuine(sequence: header.sequence)
    }
}
