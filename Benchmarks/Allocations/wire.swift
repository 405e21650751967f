// Does what the daemon does for each packet, as often as the argument says. Two runs with different arguments must allocate the
// same: scripts/allocations compares them.

internal import VRRPWire

/// The packets of one virtual router: sent, heard in every form, compared; and what announces its addresses.
private struct Traffic {
    static let bufferSize = Advertisement.maximumSize

    let v4 = Carrier(source: .v4(IPv4Address(192, 0, 2, 2)), destination: .v4(IPv4Address(192, 0, 2, 3)))
    let v6 = Carrier(source: .v6(IPv6Address(high: 0xFE80_0000_0000_0000, low: 2)), destination: .v6(.vrrpGroup))
    let v4Addresses = (1...20).map { IPAddress.v4(IPv4Address(192, 0, 2, $0)) }
    let v6Addresses = (1...20).map { IPAddress.v6(IPv6Address(high: 0xFE80_0000_0000_0000, low: $0)) }
    let advertisement: Advertisement
    let garp: GratuitousARP
    let neighbor: NeighborAdvertisement
    /// The addresses in an order that a peer would not use, so that comparing takes the slow way too.
    let shuffled: [IPAddress]

    init?() {
        guard let id = VirtualRouterID(51) else { return nil }
        advertisement = Advertisement(
            version: .v3, virtualRouterID: id, priority: Priority(100), interval: .oneSecond, addressCount: 20)
        garp = GratuitousARP(address: IPv4Address(192, 0, 2, 1), hardwareAddress: .virtual(id, .v4))
        neighbor = NeighborAdvertisement(
            target: IPv6Address(high: 0x2001_0DB8_0000_0000, low: 1), hardwareAddress: .virtual(id, .v6),
            isRouter: true)
        shuffled = v4Addresses.reversed()
    }

    /// One packet of each kind; the result depends on all of them, so that none is optimised away.
    func turn(_ priority: UInt8, _ buffer: inout [UInt8]) -> Int {
        var mine = advertisement
        mine.priority = Priority(priority)
        var accepted = exchange(mine, v4Addresses, v4, .pseudoHeader, &buffer)
        accepted += exchange(mine, v4Addresses, v4, .messageOnly, &buffer)
        accepted += exchange(mine, v4Addresses, v4, .pseudoHeaderOfGroup, &buffer)
        accepted += exchange(mine, v6Addresses, v6, .pseudoHeader, &buffer)
        mine.version = .v2
        mine.authentication = .password(SimplePassword(bigEndian: 0x3131_3131_0000_0000))
        accepted += exchange(mine, v4Addresses, v4, .messageOnly, &buffer)
        return accepted + announce(&buffer)
    }

    /// Emits an advertisement, hears it, compares its addresses, and hears it damaged.
    private func exchange(
        _ mine: Advertisement, _ addresses: [IPAddress], _ carrier: Carrier, _ form: ChecksumForm,
        _ buffer: inout [UInt8]
    ) -> Int {
        emit(mine.encodedSize(addresses: addresses), &buffer) { output in
            mine.emit(into: &output, addresses: addresses, carrier: carrier, checksum: form)
        }
        let heard = hear(buffer, carrier, addresses)
        buffer[8] ^= 0xFF
        return heard + hear(buffer, carrier, addresses)
    }

    private func hear(_ message: [UInt8], _ carrier: Carrier, _ addresses: [IPAddress]) -> Int {
        do throws(WireError) {
            let (heard, form) = try Advertisement.parse(message.span, carrier: carrier)
            let isSame = Advertisement.addresses(
                in: message.span, family: carrier.family, count: heard.addressCount, equalAsSetTo: addresses)
            let isShuffled = Advertisement.addresses(
                in: message.span, family: carrier.family, count: heard.addressCount, equalAsSetTo: shuffled)
            return (isSame ? 2 : 0) + (isShuffled ? 1 : 0) + (form == .messageOnly ? 4 : 0)
        } catch {
            return 1
        }
    }

    /// Emits and hears an IPv4 header, gratuitous ARP in both forms, a probe, and a neighbour advertisement.
    private func announce(_ buffer: inout [UInt8]) -> Int {
        do throws(WireError) {
            emit(IPv4Header.size, &buffer) { output in
                IPv4Header.emit(
                    into: &output, source: garp.address, destination: .vrrpGroup, payloadSize: 0, identification: 1)
            }
            var accepted = Int(try IPv4Header.parse(buffer.span).timeToLive)
            emit(GratuitousARP.frameSize, &buffer) { garp.emitFrame(into: &$0, form: .request) }
            accepted += try ARPPacket.parse(buffer.span).isAnnouncement ? 1 : 0
            emit(GratuitousARP.frameSize, &buffer) { garp.emitFrame(into: &$0, form: .reply) }
            accepted += try ARPPacket.parse(buffer.span).isAnnouncement ? 1 : 0
            emit(GratuitousARP.frameSize, &buffer) { garp.emitProbeFrame(into: &$0) }
            accepted += try ARPPacket.parse(buffer.span).isProbe ? 1 : 0
            emit(NeighborAdvertisement.frameSize, &buffer) { neighbor.emitFrame(into: &$0) }
            accepted += try NeighborAdvertisement.parse(buffer.span).isRouter ? 1 : 0
            return accepted
        } catch {
            return 0
        }
    }

    private func emit(_ size: Int, _ buffer: inout [UInt8], _ body: (inout OutputSpan<UInt8>) -> Void) {
        buffer.removeAll(keepingCapacity: true)
        buffer.append(addingCapacity: size, initializingWith: body)
    }
}

@main
private enum Wire {
    static func main() {
        guard let argument = CommandLine.arguments.dropFirst().first, let count = Int(argument), let traffic = Traffic()
        else { preconditionFailure("usage: wire COUNT") }
        var buffer: [UInt8] = []
        buffer.reserveCapacity(Traffic.bufferSize)
        let expected = traffic.turn(1, &buffer)
        for turn in 0..<count {
            // The priority changes nothing about how a packet is judged, but keeps the turns from being the same.
            let accepted = traffic.turn(UInt8(truncatingIfNeeded: turn), &buffer)
            precondition(accepted == expected, "turn \(turn): \(accepted), not \(expected)")
        }
    }
}
