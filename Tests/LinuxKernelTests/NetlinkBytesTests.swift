import Testing
import VRRPWire

@testable import LinuxKernel

/// An RTM_NEWADDR and an RTM_NEWLINK such as the kernel sends, one after the other.
private let datagram: [UInt8] = {
    var address = NetlinkRequest(type: 20, flags: 0, sequence: 1)
    for octet in [2, 24, 0x80, 253] as [UInt8] { address.append(octet) }
    address.append(UInt32(7))
    address.append(attribute: 1, [192, 0, 2, 1])
    address.append(attribute: 2, [192, 0, 2, 1])
    address.append(attribute: 3, Array("eth0:1".utf8) + [0])
    address.append(attribute: 4, [192, 0, 2, 255])
    address.append(attribute: 6, .max, 90, 0, 0)
    address.append(attribute: 8, 0x80)
    address.append(attribute: 11, [18])
    var link = NetlinkRequest(type: 16, flags: 0, sequence: 1)
    for value in [0, 7, 0x11043, 0] as [UInt32] { link.append(value) }
    link.append(attribute: 3, Array("eth0".utf8) + [0])
    link.append(attribute: 1, [2, 0, 0, 0, 0, 1])
    link.append(attribute: 18 | 0x8000, [9, 0, 1, 0] + Array("veth".utf8) + [0, 0, 0, 0])
    return address.finished() + link.finished()
}()

private func changes(_ bytes: [UInt8]) -> [RouteChange] {
    var changes: [RouteChange] = []
    var offset = 0
    while let header = NetlinkHeader(bytes.span, at: offset) {
        if let change = RouteChange(bytes.span, header) { changes.append(change) }
        offset = header.end
    }
    return changes
}

@Suite struct `Netlink messages` {
    @Test func `are read as they were written`() {
        let address = AddressInfo(
            interfaceIndex: 7, address: .v4(IPv4Address(192, 0, 2, 1)), prefixLength: 24, scope: 253, label: "eth0:1",
            broadcast: IPv4Address(192, 0, 2, 255), protocolMark: 18, validSeconds: 90)
        let link = LinkInfo(
            index: 7, name: "eth0", isUp: true, isRunning: true,
            hardwareAddress: HardwareAddress(rawValue: 0x0200_0000_0001), mtu: 0, kind: "veth")
        #expect(changes(datagram) == [.address(address), .link(link)])
    }

    @Test func `cut off anywhere never yield what the missing bytes would have said`() {
        let whole = changes(datagram)
        for length in 0..<datagram.count {
            let found = changes(Array(datagram[0..<length]))
            #expect(found == [] || found == [whole[0]], "cut to \(length) bytes")
        }
    }

    @Test func `with any octet replaced are read without leaving their bounds`() {
        // A read out of bounds would end the process.
        for position in datagram.indices {
            for octet in [0, 1, 3, 4, 5, 15, 16, 17, 127, 128, 255] as [UInt8] {
                var bytes = datagram
                bytes[position] = octet
                #expect(changes(bytes).count <= 2)
            }
        }
    }

    @Test func `with a length of zero or less than a header end the reading`() {
        for length in 0..<16 {
            var bytes = datagram
            bytes[0] = UInt8(length)
            #expect(changes(bytes) == [])
        }
        for offset in [-1, datagram.count - 8, datagram.count, .max] {
            let header = NetlinkHeader(datagram.span, at: offset)
            #expect(header == nil)
        }
    }
}
