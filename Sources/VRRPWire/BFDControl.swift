/// The state of one end of a BFD session, as it is sent (RFC 5880 section 4.1).
public enum BFDState: UInt8, Hashable, Sendable, CaseIterable {
    case adminDown = 0
    case down = 1
    /// The other end is heard, and does not hear us yet as far as is known.
    case initializing = 2
    case up = 3
}

/// Why the sender's session was last not up (RFC 5880 section 4.1); those that are not named here are numbers.
public struct BFDDiagnostic: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8
    /// Five bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue & 0x1F }

    public static let none = BFDDiagnostic(rawValue: 0)
    public static let detectionTimeExpired = BFDDiagnostic(rawValue: 1)
    public static let neighbourSignalledDown = BFDDiagnostic(rawValue: 3)
    public static let administrativelyDown = BFDDiagnostic(rawValue: 7)
}

/// A BFD control packet without authentication (RFC 5880 section 4.1).
public struct BFDControl: Hashable, Sendable {
    public var state: BFDState
    public var diagnostic = BFDDiagnostic.none
    /// Asks for an answer with ``isFinal``, because parameters have changed.
    public var isPoll = false
    /// Answers ``isPoll``.
    public var isFinal = false
    /// Forwarding goes on while the sender's control plane is away.
    public var isControlPlaneIndependent = false
    /// The sender asks us to be silent while both are up.
    public var isDemand = false
    /// How many of its packets in a row may be lost before the receiver gives up.
    public var detectMultiplier: UInt8
    /// The sender's name for the session; never 0.
    public var myDiscriminator: UInt32
    /// The receiver's, as the sender knows it; 0 while it does not.
    public var yourDiscriminator: UInt32
    /// Microseconds, as are the two that follow: the shortest interval at which the sender would like to send.
    public var desiredMinTx: UInt32
    /// The shortest interval at which it is able to receive; 0 when it wants nothing at all.
    public var requiredMinRx: UInt32
    /// The same of echo packets; 0 when it takes none.
    public var requiredMinEchoRx: UInt32 = 0

    public init(
        state: BFDState, detectMultiplier: UInt8, myDiscriminator: UInt32, yourDiscriminator: UInt32,
        desiredMinTx: UInt32, requiredMinRx: UInt32
    ) {
        self.state = state
        self.detectMultiplier = detectMultiplier
        self.myDiscriminator = myDiscriminator
        self.yourDiscriminator = yourDiscriminator
        self.desiredMinTx = desiredMinTx
        self.requiredMinRx = requiredMinRx
    }

    /// The octets of a packet without authentication.
    public static let size = 24
    /// RFC 5881 section 4.
    public static let singleHopPort: UInt16 = 3784
    /// RFC 5883 section 5.
    public static let multihopPort: UInt16 = 4784
    /// The UDP ports from which packets may come (RFC 5881 section 4).
    public static let sourcePorts: ClosedRange<UInt16> = 49152...65535

    private static let version: UInt8 = 1
    private static let authenticatedSize = 26

    private enum Flag {
        static let poll: UInt8 = 0x20
        static let final: UInt8 = 0x10
        static let controlPlaneIndependent: UInt8 = 0x08
        static let authentication: UInt8 = 0x04
        static let demand: UInt8 = 0x02
        static let multipoint: UInt8 = 0x01
    }

    /// Appends the packet; the caller provides ``size`` free octets.
    public func emit(into output: inout OutputSpan<UInt8>) {
        precondition(output.freeCapacity >= Self.size, "the buffer must have room for the whole packet")
        output.append(Self.version << 5 | diagnostic.rawValue)
        var flags = state.rawValue << 6
        if isPoll { flags |= Flag.poll }
        if isFinal { flags |= Flag.final }
        if isControlPlaneIndependent { flags |= Flag.controlPlaneIndependent }
        if isDemand { flags |= Flag.demand }
        output.append(flags)
        output.append(detectMultiplier)
        output.append(UInt8(Self.size))
        output.appendBigEndian(myDiscriminator)
        output.appendBigEndian(yourDiscriminator)
        output.appendBigEndian(desiredMinTx)
        output.appendBigEndian(requiredMinRx)
        output.appendBigEndian(requiredMinEchoRx)
    }

    /// Reads a packet by the rules of RFC 5880 section 6.8.6 that need no session, in their order.
    ///
    /// What comes behind the length that the packet says is not looked at.
    public static func parse(_ packet: Span<UInt8>) throws(BFDError) -> BFDControl {
        guard packet.count >= size else { throw .truncated(packet.count) }
        guard packet[0] >> 5 == version else { throw .unsupportedVersion(packet[0] >> 5) }
        let (flags, length) = (packet[1], Int(packet[3]))
        let isAuthenticated = flags & Flag.authentication != 0
        guard length >= (isAuthenticated ? authenticatedSize : size) else { throw .shortLength(length) }
        guard length <= packet.count else { throw .longLength(length, got: packet.count) }
        guard packet[2] != 0 else { throw .zeroMultiplier }
        guard flags & Flag.multipoint == 0 else { throw .multipoint }
        let (mine, yours) = (packet.bigEndian32(at: 4), packet.bigEndian32(at: 8))
        guard mine != 0 else { throw .zeroDiscriminator }
        guard let state = BFDState(rawValue: flags >> 6) else { preconditionFailure("two bits have four values") }
        guard yours != 0 || state == .down || state == .adminDown else { throw .unaddressed(state) }
        // Nobody here has agreed to authentication.
        guard !isAuthenticated else { throw .authenticated }
        var control = BFDControl(
            state: state, detectMultiplier: packet[2], myDiscriminator: mine, yourDiscriminator: yours,
            desiredMinTx: packet.bigEndian32(at: 12), requiredMinRx: packet.bigEndian32(at: 16))
        control.diagnostic = BFDDiagnostic(rawValue: packet[0])
        control.isPoll = flags & Flag.poll != 0
        control.isFinal = flags & Flag.final != 0
        control.isControlPlaneIndependent = flags & Flag.controlPlaneIndependent != 0
        control.isDemand = flags & Flag.demand != 0
        control.requiredMinEchoRx = packet.bigEndian32(at: 20)
        return control
    }
}

/// Why octets are no BFD control packet that may be believed: one case for each rule of RFC 5880 section 6.8.6.
public enum BFDError: Error, Hashable, Sendable {
    case truncated(Int)
    case unsupportedVersion(UInt8)
    case shortLength(Int)
    case longLength(Int, got: Int)
    case zeroMultiplier
    case multipoint
    case zeroDiscriminator
    /// It is in a state that it can only have reached by hearing us, and does not say whom it has heard.
    case unaddressed(BFDState)
    case authenticated
}

extension BFDError: CustomStringConvertible {
    /// The reason as the end of a sentence about the packet, for a log line.
    public var description: String {
        switch self {
        case .truncated(let got): "it has \(got) octets where at least \(BFDControl.size) are needed"
        case .unsupportedVersion(let version): "its BFD version is \(version), not 1"
        case .shortLength(let length): "it says that it has \(length) octets, fewer than a control packet has"
        case .longLength(let length, let got): "it says that it has \(length) octets, and \(got) arrived"
        case .zeroMultiplier: "its detection multiplier is 0"
        case .multipoint: "it is for several receivers, which no session here is"
        case .zeroDiscriminator: "its own discriminator is 0"
        case .unaddressed(let state): "its state is \(state.word), and it names no session"
        case .authenticated: "it is authenticated, which keepalived's language has no words for"
        }
    }
}

extension BFDState {
    /// keepalived's word, which is that of the standard.
    public var word: String {
        switch self {
        case .adminDown: "AdminDown"
        case .down: "Down"
        case .initializing: "Init"
        case .up: "Up"
        }
    }
}

extension BFDDiagnostic: CustomStringConvertible {
    /// keepalived's words, which are those of the standard.
    public var description: String {
        switch rawValue {
        case 0: "No Diagnostic"
        case 1: "Control Detection Time Expired"
        case 2: "Echo Function Failed"
        case 3: "Neighbor Signaled Session Down"
        case 4: "Forwarding Plane Reset"
        case 5: "Path Down"
        case 6: "Concatenated Path Down"
        case 7: "Administratively Down"
        case 8: "Reverse Concatenated Path Down"
        default: "Unknown"
        }
    }
}
