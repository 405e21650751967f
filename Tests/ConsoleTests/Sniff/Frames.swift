import Foundation
import LinuxKernel
import Testing
import VRRPWire

/// The frames of a capture whose octets packet analysers agree about; see VRRPWireTests.
enum CapturedVectors {
    static func frames() throws -> [[UInt8]] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        var rest = [UInt8](try Data(contentsOf: tests.appending(path: "VRRPWireTests/Captures/vectors.pcap")))
            .dropFirst(24)
        var frames: [[UInt8]] = []
        while rest.count > 16 {
            let header = Array(rest.prefix(16))
            let length = (8..<12).reversed().reduce(0) { $0 << 8 | Int(header[$1]) }
            frames.append(Array(rest.dropFirst(16).prefix(length)))
            rest = rest.dropFirst(16 + length)
        }
        try #require(frames.count == 20)
        return frames
    }
}

func ip(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("\(text) is no address") }
    return address
}

/// An advert as it is on the wire.
struct TestAdvert {
    var source = "192.0.2.2"
    var destination: String?
    var hardwareAddress: UInt64 = 0x0200_0000_0002
    var version = ProtocolVersion.v2
    var virtualRouterID: UInt8 = 51
    var priority: UInt8 = 101
    var centiseconds = 100
    var addresses = ["192.0.2.10"]
    var password: String?
    var hopLimit: UInt8 = 255
    var checksum: ChecksumForm?

    /// The message alone.
    var message: [UInt8] {
        guard let id = VirtualRouterID(virtualRouterID), let interval = Centiseconds(centiseconds) else {
            preconditionFailure("no such advert")
        }
        let advertisement = Advertisement(
            version: version, virtualRouterID: id, priority: Priority(priority), interval: interval,
            addressCount: addresses.count, authentication: password.map { .password(SimplePassword($0)) } ?? .none)
        let list = addresses.map(ip)
        let form = checksum ?? (version == .v2 ? .messageOnly : .pseudoHeader)
        let size = Advertisement.headerSize + list.count * carrier.family.addressSize + (version == .v2 ? 8 : 0)
        return [UInt8](capacity: size) {
            advertisement.emit(into: &$0, addresses: list, carrier: carrier, checksum: form)
        }
    }

    var carrier: Carrier {
        let from = ip(source)
        return Carrier(
            source: from, destination: destination.map(ip) ?? .vrrpGroup(from.family), hopLimit: hopLimit)
    }

    /// The whole frame; `change` may spoil the message.
    func frame(_ change: (inout [UInt8]) -> Void = { _ in }) -> [UInt8] {
        var message = message
        change(&message)
        return ethernet(carrier.family == .v4 ? 0x0800 : 0x86DD, from: hardwareAddress, datagram(message))
    }

    /// The datagram of the advert with `auth_type AH`.
    func protectedDatagram(_ password: String, sequence: UInt32 = 1) -> [UInt8] {
        guard case (.v4(let from), .v4(let to)) = (carrier.source, carrier.destination),
            let id = VirtualRouterID(virtualRouterID), let interval = Centiseconds(centiseconds)
        else { preconditionFailure("no such advert") }
        let list = addresses.map(ip)
        let advertisement = Advertisement(
            version: .v2, virtualRouterID: id, priority: Priority(priority), interval: interval,
            addressCount: list.count, authentication: .header)
        let size = AuthenticationHeader.size + advertisement.encodedSize(addresses: list)
        return [UInt8](capacity: IPv4Header.size + size) {
            IPv4Header.emit(
                into: &$0, source: from, destination: to, payloadSize: size, timeToLive: hopLimit, identification: 7,
                protocolNumber: AuthenticationHeader.protocolNumber)
            AuthenticationHeader(index: from, sequence: sequence).emit(into: &$0)
            advertisement.emit(into: &$0, addresses: list, carrier: carrier, checksum: .messageOnly)
            AuthenticationHeader.seal(&$0, key: SimplePassword(password), isUnicast: !carrier.destination.isMulticast)
        }
    }

    private func datagram(_ message: [UInt8]) -> [UInt8] {
        if case (.v4(let from), .v4(let to)) = (carrier.source, carrier.destination) {
            return [UInt8](capacity: IPv4Header.size) {
                IPv4Header.emit(
                    into: &$0, source: from, destination: to, payloadSize: message.count, timeToLive: hopLimit,
                    identification: 7)
            } + message
        }
        return ipv6(next: 112, hopLimit: hopLimit, carrier.source, carrier.destination) + message
    }
}

/// An IPv6 header whose length ``ethernet(_:from:_:tags:)`` enters.
func ipv6(next: UInt8, hopLimit: UInt8, _ source: IPAddress, _ destination: IPAddress) -> [UInt8] {
    [0x60, 0, 0, 0, 0, 0, next, hopLimit] + source.octets + destination.octets
}

/// A frame to a group, its IPv6 payload length filled in, padded as networks do.
func ethernet(_ type: UInt16, from source: UInt64, _ packet: [UInt8], tags: [UInt16] = []) -> [UInt8] {
    var packet = packet
    if type == 0x86DD {
        let length = packet.count - 40
        (packet[4], packet[5]) = (UInt8(length >> 8), UInt8(length & 0xFF))
    }
    let addresses = [1, 0, 0x5E, 0, 0, 18] + (0..<6).reversed().map { UInt8(truncatingIfNeeded: source >> ($0 * 8)) }
    let tagged = tags.flatMap { [0x81, 0x00, UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    let frame = addresses + tagged + [UInt8(type >> 8), UInt8(type & 0xFF)] + packet
    return frame + [UInt8](repeating: 0, count: max(0, 60 - frame.count))
}

extension IPAddress {
    var octets: [UInt8] {
        switch self {
        case .v4(let address): (0..<4).reversed().map { UInt8(truncatingIfNeeded: address.bigEndianValue >> ($0 * 8)) }
        case .v6(let address):
            [address.high, address.low].flatMap { half in
                (0..<8).reversed().map { UInt8(truncatingIfNeeded: half >> ($0 * 8)) }
            }
        }
    }
}

func gratuitousARP(_ address: String, _ hardwareAddress: UInt64) -> [UInt8] {
    guard case .v4(let address) = ip(address) else { preconditionFailure("ARP is for IPv4") }
    return [UInt8](capacity: GratuitousARP.frameSize) {
        GratuitousARP(address: address, hardwareAddress: HardwareAddress(rawValue: hardwareAddress))
            .emitFrame(into: &$0, form: .request)
    }
}

func neighborAdvertisement(_ address: String, _ hardwareAddress: UInt64) -> [UInt8] {
    guard case .v6(let address) = ip(address) else { preconditionFailure("neighbour advertisements are for IPv6") }
    return [UInt8](capacity: NeighborAdvertisement.frameSize) {
        NeighborAdvertisement(
            target: address, hardwareAddress: HardwareAddress(rawValue: hardwareAddress), isRouter: false
        ).emitFrame(into: &$0)
    }
}
