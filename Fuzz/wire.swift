// A libFuzzer target for everything that VRRPWire reads. Compiled together with its sources: see scripts/fuzz.

@testable import VRRPWire

/// What the first octet of an input selects, so that one target reaches every parser with every kind of carrier.
private struct Mode {
    var octet: UInt8

    var parser: UInt8 { octet & 0x07 }
    var isIPv6: Bool { octet & 0x08 != 0 }
    var isUnicast: Bool { octet & 0x10 != 0 }
    /// Chance alone seldom makes a right checksum, so half of the inputs get one.
    var repairsChecksum: Bool { octet & 0x20 != 0 }

    var carrier: Carrier {
        isIPv6
            ? Carrier(
                source: .v6(IPv6Address(high: 0xFE80_0000_0000_0000, low: 2)),
                destination: isUnicast ? .v6(IPv6Address(high: 0xFE80_0000_0000_0000, low: 3)) : .v6(.vrrpGroup))
            : Carrier(
                source: .v4(IPv4Address(192, 0, 2, 2)),
                destination: .v4(isUnicast ? IPv4Address(192, 0, 2, 3) : .vrrpGroup))
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    guard count > 0 else { return 0 }
    let mode = Mode(octet: data[0])
    var input = Array(UnsafeBufferPointer(start: data + 1, count: count - 1))
    do throws(WireError) {
        switch mode.parser {
        case 0: _ = try IPv4Header.parse(input.span)
        case 1: _ = try Preamble.parse(input.span)
        case 2: try checkARP(input)
        case 3: try checkNeighborAdvertisement(&input, mode)
        case 6: checkSession(input)
        case 7: try checkDissection(&input, mode)
        default: try checkAdvertisement(&input, mode)
        }
    } catch {
        // Refusing is what most inputs deserve; the reason must be printable.
        precondition(!error.description.isEmpty)
    }
    return 0
}

/// A BFD control packet that was accepted is these octets, but for what follows and for the length and the flags that say so.
private func checkSession(_ input: [UInt8]) {
    do throws(BFDError) {
        let control = try BFDControl.parse(input.span)
        let emitted = [UInt8](capacity: BFDControl.size) { control.emit(into: &$0) }
        precondition(emitted[..<3] == input[..<3] && emitted[4...] == input[4..<BFDControl.size])
        let again = try BFDControl.parse(emitted.span)
        precondition(again == control)
    } catch {
        precondition(!error.description.isEmpty)
    }
}

/// What was accepted must mean the same when it is emitted again.
private func checkAdvertisement(_ input: inout [UInt8], _ mode: Mode) throws(WireError) {
    let carrier = mode.carrier
    if mode.repairsChecksum, input.count >= Advertisement.headerSize {
        (input[6], input[7]) = (0, 0)
        var sum = PartialChecksum().adding(input.span)
        if input[0] >> 4 == 3 {
            sum = sum.adding(
                .pseudoHeader(
                    source: carrier.source, destination: carrier.destination,
                    protocolNumber: Carrier.protocolNumber, length: input.count))
        }
        (input[6], input[7]) = (UInt8(sum.finished >> 8), UInt8(sum.finished & 0xFF))
    }
    let (advertisement, form) = try Advertisement.parse(input.span, carrier: carrier)
    var addresses: [IPAddress] = []
    for index in 0..<advertisement.addressCount {
        addresses.append(Advertisement.address(at: index, in: input.span, family: carrier.family))
    }
    precondition(
        Advertisement.addresses(
            in: input.span, family: carrier.family, count: addresses.count, equalAsSetTo: addresses.reversed()))
    let emitted = [UInt8](capacity: advertisement.encodedSize(addresses: addresses)) { output in
        advertisement.emit(into: &output, addresses: addresses, carrier: carrier, checksum: form)
    }
    precondition(emitted.count == input.count)
    let (again, sameForm) = try Advertisement.parse(emitted.span, carrier: carrier)
    precondition(again == advertisement && sameForm == form)
}

private func checkARP(_ input: [UInt8]) throws(WireError) {
    let packet = try ARPPacket.parse(input.span)
    precondition(!(packet.isAnnouncement && packet.isProbe))
    let emitted = [UInt8](capacity: ARPPacket.frameSize) { packet.emitFrame(into: &$0) }
    precondition(emitted.dropFirst(12) == input[12..<ARPPacket.frameSize])
}

private func checkNeighborAdvertisement(_ input: inout [UInt8], _ mode: Mode) throws(WireError) {
    if mode.repairsChecksum, input.count >= 78, input.count < 1500 {
        let length = input.count - 54
        (input[18], input[19]) = (UInt8(length >> 8), UInt8(length & 0xFF))
        (input[56], input[57]) = (0, 0)
        let sum = PartialChecksum.pseudoHeader(
            source: .v6(input.span.ipv6Address(at: 22)), destination: .v6(input.span.ipv6Address(at: 38)),
            protocolNumber: 58, length: length
        ).adding(input.span.extracting(54..<input.count))
        (input[56], input[57]) = (UInt8(sum.finished >> 8), UInt8(sum.finished & 0xFF))
    }
    let advertisement = try NeighborAdvertisement.parse(input.span)
    let emitted = [UInt8](capacity: NeighborAdvertisement.frameSize) { advertisement.emitFrame(into: &$0) }
    let again = try NeighborAdvertisement.parse(emitted.span)
    precondition(again == advertisement)
}

/// Whatever is in a frame, its message lies within it and can be judged.
private func checkDissection(_ input: inout [UInt8], _ mode: Mode) throws(WireError) {
    if mode.repairsChecksum, input.count >= 34 {
        (input[24], input[25]) = (0, 0)
        let length = min(max(Int(input[14] & 0x0F) * 4, 20), input.count - 14)
        let sum = PartialChecksum().adding(input.span.extracting(14..<14 + length)).finished
        (input[24], input[25]) = (UInt8(sum >> 8), UInt8(sum & 0xFF))
    }
    let dissection = try Dissection.dissect(input)
    precondition(dissection.octets.count <= input.count && dissection.frame.vlans.count <= EthernetFrame.mostTags)
    guard case .message(let carrier, let range) = dissection.content else { return }
    precondition(range.lowerBound <= range.upperBound && range.upperBound <= dissection.octets.count)
    _ = try Advertisement.parse(dissection.octets.span.extracting(range), carrier: carrier)
}
