/// Octet offsets in an Ethernet frame (IEEE 802.3 clause 3): destination, source, then what it carries.
enum Ethernet {
    static let destination = 0
    static let source = 6
    static let type = 12
    static let payload = 14

    static let ipv4: UInt16 = 0x0800
    static let arp: UInt16 = 0x0806
    static let ipv6: UInt16 = 0x86DD
    /// What announces a VLAN tag: IEEE 802.1Q, 802.1ad, and the number that was used for stacked tags before it.
    static let tags: [UInt16] = [0x8100, 0x88A8, 0x9100]
    /// The VLAN identifier and the type of what follows.
    static let tagSize = 4
}

/// Octet offsets of an ARP packet for IPv4 over Ethernet (RFC 826), counted from the start of the frame.
private enum Field {
    static let hardwareType = Ethernet.payload
    static let protocolType = hardwareType + 2
    static let addressLengths = hardwareType + 4
    static let operation = hardwareType + 6
    static let senderHardwareAddress = hardwareType + 8
    static let senderAddress = hardwareType + 14
    static let targetHardwareAddress = hardwareType + 18
    static let targetAddress = hardwareType + 24
    static let end = hardwareType + 28
}

/// The values of the ARP header that mean IPv4 over Ethernet.
private enum Value {
    static let ethernet: UInt16 = 1
    static let ipv4: UInt16 = 0x0800
    static let addressLengths = UInt16(HardwareAddress.size) << 8 | UInt16(IPv4Address.size)
}

/// An ARP request or reply for IPv4 over Ethernet.
public struct ARPPacket: Equatable, Sendable {
    /// What the sender wants (RFC 826).
    public enum Operation: UInt16, Sendable {
        case request = 1
        case reply = 2
    }

    /// The octets of a whole frame without padding.
    public static let frameSize = Field.end

    public var operation: Operation
    public var senderHardwareAddress: HardwareAddress
    public var senderAddress: IPv4Address
    public var targetHardwareAddress: HardwareAddress
    public var targetAddress: IPv4Address

    public init(
        operation: Operation, senderHardwareAddress: HardwareAddress, senderAddress: IPv4Address,
        targetHardwareAddress: HardwareAddress, targetAddress: IPv4Address
    ) {
        self.operation = operation
        self.senderHardwareAddress = senderHardwareAddress
        self.senderAddress = senderAddress
        self.targetHardwareAddress = targetHardwareAddress
        self.targetAddress = targetAddress
    }

    /// True for a gratuitous request or reply, or an RFC 5227 announcement: "this address is here".
    public var isAnnouncement: Bool { senderAddress == targetAddress && senderAddress != .any }

    /// True for an RFC 5227 probe: "is this address anywhere?", asked without an address of one's own.
    public var isProbe: Bool { operation == .request && senderAddress == .any && targetAddress != .any }

    /// Decodes a whole Ethernet frame without a VLAN tag; padding after the packet is ignored.
    public static func parse(_ frame: Span<UInt8>) throws(WireError) -> ARPPacket {
        guard frame.count >= frameSize else { throw .truncated(needed: frameSize, got: frame.count) }
        guard frame.bigEndian16(at: Ethernet.type) == Ethernet.arp,
            frame.bigEndian16(at: Field.hardwareType) == Value.ethernet,
            frame.bigEndian16(at: Field.protocolType) == Value.ipv4,
            frame.bigEndian16(at: Field.addressLengths) == Value.addressLengths
        else { throw .notARP }
        let number = frame.bigEndian16(at: Field.operation)
        guard let operation = Operation(rawValue: number) else { throw .unsupportedARPOperation(number) }
        return ARPPacket(
            operation: operation,
            senderHardwareAddress: frame.hardwareAddress(at: Field.senderHardwareAddress),
            senderAddress: frame.ipv4Address(at: Field.senderAddress),
            targetHardwareAddress: frame.hardwareAddress(at: Field.targetHardwareAddress),
            targetAddress: frame.ipv4Address(at: Field.targetAddress))
    }

    /// Appends the frame, broadcast unless `destination` says otherwise, with the sender's hardware address as its source.
    func emitFrame(to destination: HardwareAddress = .broadcast, into output: inout OutputSpan<UInt8>) {
        precondition(output.freeCapacity >= Self.frameSize, "the buffer must have room for the whole frame")
        output.append(destination)
        output.append(senderHardwareAddress)
        output.appendBigEndian(Ethernet.arp)
        output.appendBigEndian(Value.ethernet)
        output.appendBigEndian(Value.ipv4)
        output.appendBigEndian(Value.addressLengths)
        output.appendBigEndian(operation.rawValue)
        output.append(senderHardwareAddress)
        output.append(senderAddress)
        output.append(targetHardwareAddress)
        output.append(targetAddress)
    }
}

/// The broadcast that tells a link where an IPv4 address now is (RFC 9568 section 6.4.2), or asks whether it is taken.
public struct GratuitousARP: Equatable, Sendable {
    /// Some neighbours learn from one form only; the request is what keepalived, FRR and others send.
    public enum Form: Sendable {
        case request
        case reply
    }

    /// The octets of every frame that this emits.
    public static let frameSize = ARPPacket.frameSize

    public var address: IPv4Address
    /// Where `address` is; also the source of the frame, which is what teaches the bridges.
    public var hardwareAddress: HardwareAddress

    public init(address: IPv4Address, hardwareAddress: HardwareAddress) {
        self.address = address
        self.hardwareAddress = hardwareAddress
    }

    /// Appends the whole Ethernet frame of the announcement.
    public func emitFrame(into output: inout OutputSpan<UInt8>, form: Form) {
        let packet =
            switch form {
            case .request:
                ARPPacket(
                    operation: .request, senderHardwareAddress: hardwareAddress, senderAddress: address,
                    targetHardwareAddress: .broadcast, targetAddress: address)
            case .reply:
                ARPPacket(
                    operation: .reply, senderHardwareAddress: hardwareAddress, senderAddress: address,
                    targetHardwareAddress: hardwareAddress, targetAddress: address)
            }
        packet.emitFrame(into: &output)
    }

    /// Appends the whole Ethernet frame of an RFC 5227 section 2.1.1 probe, which claims nothing.
    ///
    /// - Parameter destination: who is asked: everybody, or the members of an Ethernet group.
    public func emitProbeFrame(
        to destination: HardwareAddress = .broadcast, into output: inout OutputSpan<UInt8>
    ) {
        ARPPacket(
            operation: .request, senderHardwareAddress: hardwareAddress, senderAddress: .any,
            targetHardwareAddress: HardwareAddress(rawValue: 0), targetAddress: address
        ).emitFrame(to: destination, into: &output)
    }
}
