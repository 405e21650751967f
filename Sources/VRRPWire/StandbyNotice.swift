/// A Backup's word that it is there and could take over: Understudy's own, docs/design/0013-standby-notice.md.
///
/// Type 8 of version 3, which the standard does not know and every other router drops (RFC 9568 section 5.2.2).
public struct StandbyNotice: Hashable, Sendable {
    public var virtualRouterID: VirtualRouterID
    /// With which it would take over.
    public var priority: Priority
    /// How often it is sent.
    public var interval: Centiseconds

    public init(virtualRouterID: VirtualRouterID, priority: Priority, interval: Centiseconds) {
        self.virtualRouterID = virtualRouterID
        self.priority = priority
        self.interval = interval
    }

    /// The octets of every notice.
    public static let size = 16
    public static let type: UInt8 = 8

    private static let revision: UInt8 = 1
    private static let mark: UInt32 = 0x5553_5442

    /// True when `message` says that it is one, whatever else it holds.
    public static func isOne(_ message: Span<UInt8>) -> Bool {
        !message.isEmpty && message[0] == ProtocolVersion.v3.rawValue << 4 | type
    }

    /// Appends the notice; the caller provides ``size`` free octets.
    public func emit(into output: inout OutputSpan<UInt8>) {
        precondition(output.freeCapacity >= Self.size, "the buffer must have room for the whole notice")
        let start = output.count
        output.append(ProtocolVersion.v3.rawValue << 4 | Self.type)
        output.append(virtualRouterID.rawValue)
        output.append(priority.rawValue)
        output.append(Self.revision)
        output.appendBigEndian(UInt16(interval.count))
        output.appendBigEndian(UInt16(0))
        output.appendBigEndian(UInt16(Self.mark >> 16))
        output.appendBigEndian(UInt16(truncatingIfNeeded: Self.mark))
        output.appendBigEndian(UInt16(0))
        output.appendBigEndian(UInt16(0))
        let sum = PartialChecksum().adding(output.span.extracting(start..<start + Self.size))
        output.replaceBigEndian(sum.finished, at: start + MessageField.checksum)
    }

    /// Reads exactly one notice; nil for everything else, damaged ones and those of other revisions included.
    public static func parse(_ message: Span<UInt8>) -> StandbyNotice? {
        guard isOne(message), message.count == size, message[3] == revision,
            message.bigEndian16(at: 8) == UInt16(mark >> 16),
            message.bigEndian16(at: 10) == UInt16(truncatingIfNeeded: mark),
            PartialChecksum().adding(message).isValid, let identifier = VirtualRouterID(message[1]),
            message[2] != Priority.resigning.rawValue, let interval = Centiseconds(Int(message.bigEndian16(at: 4)))
        else { return nil }
        return StandbyNotice(virtualRouterID: identifier, priority: Priority(message[2]), interval: interval)
    }
}
