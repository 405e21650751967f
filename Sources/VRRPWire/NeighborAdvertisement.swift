/// Octet offsets of a neighbour advertisement in an Ethernet frame (RFC 8200 section 3, RFC 4861 section 4.4).
///
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |     Type      |     Code      |          Checksum             |
///     |R|S|O|                     Reserved                            |
///     |                   Target Address, 16 octets                   |
///     |   Options: type, length in units of 8 octets, value ...
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
private enum Field {
    static let versionAndFlow = Ethernet.payload
    static let payloadLength = versionAndFlow + 4
    static let nextHeader = versionAndFlow + 6
    static let hopLimit = versionAndFlow + 7
    static let source = versionAndFlow + 8
    static let destination = versionAndFlow + 24
    static let message = versionAndFlow + 40
    static let checksum = message + 2
    static let flags = message + 4
    static let target = message + 8
    static let options = message + 24
}

private enum Value {
    static let icmpv6: UInt8 = 58
    static let neighborAdvertisement: UInt8 = 136
    static let hopLimit: UInt8 = 255
    static let router: UInt8 = 0x80
    static let solicited: UInt8 = 0x40
    static let override: UInt8 = 0x20
    static let targetLinkLayerAddress: UInt8 = 2
    /// 33:33:00:00:00:01, the Ethernet group of ff02::1 (RFC 2464 section 7).
    static let allNodes = HardwareAddress(rawValue: 0x3333_0000_0001)
    /// The message that is emitted: fixed part and one option.
    static let messageSize = 32
}

/// The multicast that tells a link where an IPv6 address now is (RFC 9568 section 6.4.2).
public struct NeighborAdvertisement: Equatable, Sendable {
    /// The octets of the frame that ``emitFrame(into:)`` appends.
    public static let frameSize = Field.message + Value.messageSize

    public var target: IPv6Address
    /// Where `target` is: the target link-layer address option, or the frame's source when a peer sent none.
    public var hardwareAddress: HardwareAddress
    /// The sender forwards packets.
    ///
    /// Clearing it makes hosts drop their default routes through `target`.
    public var isRouter: Bool
    /// An answer to one host's question, rather than an announcement to all.
    public var isSolicited: Bool
    /// Neighbours shall replace what they know, as they must after a takeover.
    public var isOverride: Bool

    public init(
        target: IPv6Address, hardwareAddress: HardwareAddress, isRouter: Bool, isSolicited: Bool = false,
        isOverride: Bool = true
    ) {
        self.target = target
        self.hardwareAddress = hardwareAddress
        self.isRouter = isRouter
        self.isSolicited = isSolicited
        self.isOverride = isOverride
    }

    /// Appends the whole Ethernet frame to all nodes, sent from `target` itself.
    public func emitFrame(into output: inout OutputSpan<UInt8>) {
        precondition(output.freeCapacity >= Self.frameSize, "the buffer must have room for the whole frame")
        let start = output.count
        output.append(Value.allNodes)
        output.append(hardwareAddress)
        output.appendBigEndian(Ethernet.ipv6)
        output.appendBigEndian(UInt32(6) << 28)
        output.appendBigEndian(UInt16(Value.messageSize))
        output.append(Value.icmpv6)
        output.append(Value.hopLimit)
        output.append(target)
        output.append(IPv6Address.allNodes)

        output.append(Value.neighborAdvertisement)
        output.append(0)
        output.appendBigEndian(UInt16(0))
        output.append(flags)
        output.append(0)
        output.appendBigEndian(UInt16(0))
        output.append(target)
        output.append(Value.targetLinkLayerAddress)
        output.append(1)
        output.append(hardwareAddress)

        let sum = PartialChecksum.pseudoHeader(
            source: .v6(target), destination: .v6(.allNodes), protocolNumber: Value.icmpv6, length: Value.messageSize
        ).adding(output.span.extracting(start + Field.message..<start + Self.frameSize))
        output.replaceBigEndian(sum.finished, at: start + Field.checksum)
    }

    /// Decodes a whole Ethernet frame without a VLAN tag; padding after the packet is ignored.
    ///
    /// Extension headers make it something else: RFC 4861 messages that matter here have none.
    public static func parse(_ frame: Span<UInt8>) throws(WireError) -> NeighborAdvertisement {
        guard frame.count >= Field.options else { throw .truncated(needed: Field.options, got: frame.count) }
        guard frame.bigEndian16(at: Ethernet.type) == Ethernet.ipv6, frame[Field.versionAndFlow] >> 4 == 6,
            frame[Field.nextHeader] == Value.icmpv6, frame[Field.message] == Value.neighborAdvertisement,
            frame[Field.message + 1] == 0
        else { throw .notNeighborAdvertisement }
        guard frame[Field.hopLimit] == Value.hopLimit else { throw .neighborHopLimit(frame[Field.hopLimit]) }
        let end = Field.message + Int(frame.bigEndian16(at: Field.payloadLength))
        guard end >= Field.options, end <= frame.count else { throw .truncated(needed: end, got: frame.count) }
        try checkChecksum(of: frame, end: end)
        let flags = frame[Field.flags]
        return NeighborAdvertisement(
            target: frame.ipv6Address(at: Field.target),
            hardwareAddress: try linkLayerAddress(in: frame, end: end) ?? frame.hardwareAddress(at: Ethernet.source),
            isRouter: flags & Value.router != 0,
            isSolicited: flags & Value.solicited != 0,
            isOverride: flags & Value.override != 0)
    }

    /// True when an untagged IPv6 frame says that it is one, sound or not.
    static func isNamed(in frame: Span<UInt8>) -> Bool {
        frame.count > Field.message && frame[Field.nextHeader] == Value.icmpv6
            && frame[Field.message] == Value.neighborAdvertisement
    }

    private var flags: UInt8 {
        (isRouter ? Value.router : 0) | (isSolicited ? Value.solicited : 0) | (isOverride ? Value.override : 0)
    }

    private static func checkChecksum(of frame: Span<UInt8>, end: Int) throws(WireError) {
        let sum = PartialChecksum.pseudoHeader(
            source: .v6(frame.ipv6Address(at: Field.source)),
            destination: .v6(frame.ipv6Address(at: Field.destination)),
            protocolNumber: Value.icmpv6, length: end - Field.message
        ).adding(frame.extracting(Field.message..<end))
        guard !sum.isValid else { return }
        let found = frame.bigEndian16(at: Field.checksum)
        throw .checksum(found: found, expected: sum.adding(~found).finished)
    }

    /// The value of the first target link-layer address option.
    ///
    /// An option without length would never end: RFC 4861 section 7.1.2 drops the packet.
    private static func linkLayerAddress(in frame: Span<UInt8>, end: Int) throws(WireError) -> HardwareAddress? {
        var offset = Field.options
        while offset < end {
            guard offset + 8 <= end else { throw .truncated(needed: offset + 8, got: end) }
            let length = Int(frame[offset + 1]) * 8
            guard length > 0, offset + length <= end else {
                throw .truncated(needed: offset + max(length, 8), got: end)
            }
            if frame[offset] == Value.targetLinkLayerAddress { return frame.hardwareAddress(at: offset + 2) }
            offset += length
        }
        return nil
    }
}
