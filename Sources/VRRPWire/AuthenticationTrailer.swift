/// When an advert was signed, and which it was of that moment: grows from one advert of a sender to the next.
///
/// Seconds since 1970 in 32 bits, the fraction in units of 1/65536 s, and a counter; compared as serial numbers (RFC 1982),
/// so that it outlives the year 2106.
public struct AuthenticationSequence: Hashable, Sendable {
    public var rawValue: UInt64

    public init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The first of its moment; `nanoseconds` is below one second.
    public init(seconds: UInt64, nanoseconds: UInt64) {
        rawValue = seconds << 32 | (nanoseconds << 16 / 1_000_000_000) << 16
    }

    public var seconds: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) }
    public var next: AuthenticationSequence { AuthenticationSequence(rawValue: rawValue &+ 1) }

    public func isAfter(_ other: AuthenticationSequence) -> Bool {
        Int64(bitPattern: rawValue &- other.rawValue) > 0
    }

    /// Whole seconds from `other` to this, negative when this is earlier.
    public func secondsSince(_ other: AuthenticationSequence) -> Int {
        Int(Int32(bitPattern: seconds &- other.seconds))
    }
}

/// What `auth_hmac` adds to the end of an advertisement (draft-cassen-vrrp-auth-hmac; keepalived: from 2.4.1 on).
///
///      0                   1                   2                   3
///      0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///     |    Type = 1   |    Key ID     |         Reserved = 0          |
///     |                            Seconds                            |
///     |       Seconds / 65536         |            Counter            |
///     |                                                               |
///     |      HMAC-SHA-256, the first 16 octets of it                  |
///     |                                                               |
///     +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
///
/// The code covers a pseudo-header that names the sender and the virtual router, the message with its checksum taken as
/// zero, and the trailer up to the code, whose sixteen octets count as zero.
public struct AuthenticationTrailer: Equatable, Sendable {
    public static let size = 28
    static let type: UInt8 = 1
    static let codeSize = 16

    public var keyID: UInt8
    public var sequence: AuthenticationSequence
    public var code: AuthenticationCode

    /// Whether `message`, the whole IP payload, is one trailer longer than the advertisement it begins with.
    public static func isPresent(in message: Span<UInt8>, family: AddressFamily) -> Bool {
        guard message.count > size, message.count >= Advertisement.headerSize,
            let version = ProtocolVersion(rawValue: message[MessageField.versionAndType] >> 4)
        else { return false }
        let count = Int(message[MessageField.addressCount])
        return message.count
            == Advertisement.size(version: version, family: family, addressCount: count) + size
    }

    /// Decodes the last ``size`` octets of `message`.
    public static func parse(_ message: Span<UInt8>) throws(WireError) -> AuthenticationTrailer {
        guard message.count >= size else { throw .truncated(needed: size, got: message.count) }
        let start = message.count - size
        let reserved = message.bigEndian16(at: start + 2)
        guard message[start] == type, reserved == 0 else {
            throw .unknownTrailer(type: message[start], reserved: reserved)
        }
        return AuthenticationTrailer(
            keyID: message[start + 1],
            sequence: AuthenticationSequence(rawValue: message.bigEndian64(at: start + 4)),
            code: AuthenticationCode(
                high: message.bigEndian64(at: start + 12), low: message.bigEndian64(at: start + 20)))
    }

    /// What the code of `message`, which ends in a trailer, must be if `key` made it.
    ///
    /// Each octet that is covered counts, whether a parser would look at it or not.
    public static func code(
        over message: Span<UInt8>, from source: IPAddress, key: AuthenticationKey
    ) -> AuthenticationCode {
        precondition(message.count >= Advertisement.headerSize + size, "an advertisement comes before its trailer")
        let checksum = MessageField.checksum
        let digest = key.code { hash in
            hash.update(source.family == .v4 ? 4 : 6)
            hash.update(message[MessageField.versionAndType] >> 4)
            hash.update(message[MessageField.virtualRouterID])
            hash.update(0)
            switch source {
            case .v4(let address):
                hash.update(bigEndian: UInt64(address.bigEndianValue) << 32)
                hash.update(zeros: 8)
            case .v6(let address):
                hash.update(bigEndian: address.high)
                hash.update(bigEndian: address.low)
            }
            hash.update(message.extracting(0..<checksum))
            hash.update(zeros: 2)
            hash.update(message.extracting(checksum + 2..<message.count - codeSize))
            hash.update(zeros: codeSize)
        }
        return AuthenticationCode(
            high: UInt64(digest[0]) << 32 | UInt64(digest[1]), low: UInt64(digest[2]) << 32 | UInt64(digest[3]))
    }
}

extension Advertisement {
    /// As ``emit(into:addresses:carrier:checksum:)``, followed by a trailer that proves who sent it; the caller provides
    /// ``AuthenticationTrailer/size`` octets more.
    ///
    /// The checksum does not cover the trailer over IPv4 and does over IPv6, as in the draft.
    public func emit(
        into output: inout OutputSpan<UInt8>, addresses: [IPAddress], carrier: Carrier, checksum: ChecksumForm,
        keyID: UInt8, key: AuthenticationKey, sequence: AuthenticationSequence
    ) {
        let start = output.count
        emit(into: &output, addresses: addresses, carrier: carrier, checksum: checksum)
        precondition(output.freeCapacity >= AuthenticationTrailer.size, "the buffer must have room for the trailer")
        output.append(AuthenticationTrailer.type)
        output.append(keyID)
        output.appendBigEndian(UInt16(0))
        output.appendBigEndian(sequence.rawValue)
        output.appendBigEndian(UInt64(0))
        output.appendBigEndian(UInt64(0))
        let code = AuthenticationTrailer.code(
            over: output.span.extracting(start..<output.count), from: carrier.source, key: key)
        output.removeLast(AuthenticationTrailer.codeSize)
        output.appendBigEndian(code.high)
        output.appendBigEndian(code.low)
        guard carrier.family == .v6 else { return }
        output.replaceBigEndian(UInt16(0), at: start + MessageField.checksum)
        let size = output.count - start
        let sum = Self.coveredBefore(message: size, version: version, carrier: carrier, form: checksum)
            .adding(output.span.extracting(start..<start + size))
        output.replaceBigEndian(sum.finished, at: start + MessageField.checksum)
    }
}
