/// Octet offsets of a neighbour solicitation in an Ethernet frame (RFC 8200 section 3, RFC 4861 section 4.3).
private enum Size {
    /// Fixed part and one option.
    static let message = 32
    static let frame = Ethernet.payload + 40 + message
}

/// The question which host has an IPv6 address (RFC 4861 section 4.3), asked of all who may.
public struct NeighborSolicitation: Equatable, Sendable {
    /// The octets of the frame that ``emitFrame(into:)`` appends.
    public static let frameSize = Size.frame

    public var target: IPv6Address
    /// Who asks: an address of the interface.
    ///
    /// Never the unspecified one, which would claim the target and make a host that is about to take it give up.
    public var source: IPv6Address
    public var hardwareAddress: HardwareAddress

    public init(target: IPv6Address, source: IPv6Address, hardwareAddress: HardwareAddress) {
        self.target = target
        self.source = source
        self.hardwareAddress = hardwareAddress
    }

    /// Appends the whole Ethernet frame, to the target's solicited-node group.
    public func emitFrame(into output: inout OutputSpan<UInt8>) {
        precondition(output.freeCapacity >= Self.frameSize, "the buffer must have room for the whole frame")
        precondition(source != .any, "a solicitation without a source is a claim")
        let start = output.count
        let group = target.solicitedNodeGroup
        // RFC 2464 section 7: 33:33 and the last four octets of the group.
        output.append(HardwareAddress.ofGroup(.v6(group)))
        output.append(hardwareAddress)
        output.appendBigEndian(Ethernet.ipv6)
        output.appendBigEndian(UInt32(6) << 28)
        output.appendBigEndian(UInt16(Size.message))
        output.append(58)  // ICMPv6
        output.append(255)
        output.append(source)
        output.append(group)

        let message = output.count
        output.append(135)
        output.append(0)
        output.appendBigEndian(UInt16(0))
        output.appendBigEndian(UInt32(0))
        output.append(target)
        output.append(1)  // source link-layer address
        output.append(1)
        output.append(hardwareAddress)

        let sum = PartialChecksum.pseudoHeader(
            source: .v6(source), destination: .v6(group), protocolNumber: 58, length: Size.message
        ).adding(output.span.extracting(message..<start + Self.frameSize))
        output.replaceBigEndian(sum.finished, at: message + 2)
    }
}
