public import VRRPWire

/// What an IP authentication header proves of the message behind it.
public enum HeaderProof: Equatable, Sendable {
    /// The code is right, and the index is the sender's.
    case genuine(sequence: UInt32)
    case forged
}

/// Why a message behind an IP authentication header was not believed.
public enum HeaderRefusal: Error, Equatable, Sendable {
    case wrongCode
    case replayed(sequence: UInt32, last: UInt32)
}

extension HeaderRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .wrongCode: "its authentication header is not made with our password (keyword 'auth_pass')"
        case .replayed(let sequence, let last):
            "its sequence number is \(sequence), and \(last) was heard from there already: it was sent a second time, or its "
                + "sender began anew, which ends when it hears us"
        }
    }
}

/// The sequence numbers of `auth_type AH`: what was sent and heard last, so that nothing is sent or believed a second time.
///
/// keepalived has one number for both, so each advert must be above all that was heard.
public struct HeaderMemory: Equatable, Sendable {
    public struct Mark: Equatable, Sendable {
        public var source: IPAddress
        public var sequence: UInt32

        public init(source: IPAddress, sequence: UInt32) {
            self.source = source
            self.sequence = sequence
        }
    }

    /// Senders that are kept in mind; others make the first one room.
    public static let senders = 16

    public private(set) var sent: UInt32?
    public private(set) var marks: [Mark] = []

    public init(sent: UInt32? = nil, marks: [Mark] = []) {
        self.sent = sent
        self.marks = marks
    }

    /// The number of the next advert.
    ///
    /// The first one is the time, so that a daemon that begins anew is above what it sent before: peers would refuse it else
    /// until they have become MASTER and are heard.
    /// - Parameter seconds: since 1970.
    public mutating func next(seconds: UInt64) -> UInt32 {
        let heard = marks.map(\.sequence).max() ?? 0
        let last = max(sent ?? UInt32(clamping: seconds), heard)
        let next = last == .max ? last : last + 1
        sent = next
        return next
    }

    func check(_ sequence: UInt32, from source: IPAddress) throws(HeaderRefusal) {
        guard let mark = marks.first(where: { $0.source == source }), sequence <= mark.sequence else { return }
        throw .replayed(sequence: sequence, last: mark.sequence)
    }

    mutating func note(_ sequence: UInt32, from source: IPAddress) {
        marks.removeAll { $0.source == source }
        if marks.count >= Self.senders { marks.removeFirst() }
        marks.append(Mark(source: source, sequence: sequence))
    }
}
