import Testing

@testable import VRRPWire

/// The digest as octets, as the standards print it.
private func octets(of words: SIMD8<UInt32>) -> [UInt8] {
    (0..<32).map { UInt8(truncatingIfNeeded: words[$0 / 4] >> UInt32(24 - $0 % 4 * 8)) }
}

@Suite struct `SHA-256` {
    private func digest(_ message: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(message.span)
        return octets(of: hash.finish())
    }

    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `gives the digests of FIPS 180-4's examples`(message: String, expected: String) {
        #expect(digest(Array(message.utf8)) == VRRPWireTests.octets(expected))
    }

    @Test func `gives the digest of a million letters a`() {
        let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
        #expect(digest([UInt8](repeating: 0x61, count: 1_000_000)) == VRRPWireTests.octets(expected))
    }

    /// Where padding needs a block of its own, and where it does not (computed with another implementation).
    @Test(arguments: [
        (55, "9f4390f8d30c2dd92ec9f095b65e2b9ae9b0a925a5258e241c9f1e910f734318"),
        (56, "b35439a4ac6f0948b6d6f9e3c6af0f5f590ce20f1bde7090ef7970686ec6738a"),
        (63, "7d3e74a05d7db15bce4ad9ec0658ea98e3f06eeecf16b4c6fff2da457ddc2f34"),
        (64, "ffe054fe7ae0cb6dc65c3af9b61d5209f439851db43d0ba5997337df154668eb"),
        (119, "31eba51c313a5c08226adf18d4a359cfdfd8d2e816b13f4af952f7ea6584dcfb"),
    ])
    func `pads right around the end of a block`(length: Int, expected: String) {
        #expect(digest([UInt8](repeating: 0x61, count: length)) == VRRPWireTests.octets(expected))
    }
}

@Suite struct MD5Tests {
    private func octets(of words: SIMD4<UInt32>) -> [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: words[$0 / 4] >> UInt32($0 % 4 * 8)) }
    }

    /// RFC 1321, appendix A.5.
    @Test(arguments: [
        ("", "d41d8cd98f00b204e9800998ecf8427e"), ("a", "0cc175b9c0f1b6a831c399e269772661"),
        ("abc", "900150983cd24fb0d6963f7d28e17f72"), ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
        ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
        (
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
            "d174ab98d277d9f5a5611c2c9f419d9f"
        ),
        (
            "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
            "57edf4a22be3c955ac49da2e2107b67a"
        ),
    ])
    func `gives the digests of RFC 1321's test suite`(message: String, expected: String) {
        var hash = MD5()
        for octet in message.utf8 { hash.update(octet) }
        #expect(octets(of: hash.finish()) == VRRPWireTests.octets(expected))
    }

    /// RFC 2202, test case 2: a key of four octets, which zeros fill up.
    @Test func `gives the code of RFC 2202`() {
        let key = SimplePassword("Jefe")
        var hash = key.begun(masked: 0x36)
        for octet in "what do ya want for nothing?".utf8 { hash.update(octet) }
        #expect(octets(of: key.finish(hash)) == VRRPWireTests.octets("750c783e6ab0b503eaa86e310a5db738"))
    }
}

@Suite struct `IP authentication header` {
    /// A datagram of 192.0.2.2 with the password "secret", as keepalived builds it.
    private static let datagram = octets(
        """
        45c0004000010000ff3318b5c0000202e0000012 | 70040000c000020200000001d85baf1563cb1765b57aed6c \
        | 213364010201b6c8c00002010000000000000000
        """)

    private func isGenuine(_ datagram: [UInt8], _ password: String = "secret", isUnicast: Bool = false) -> Bool {
        AuthenticationHeader.isGenuine(
            datagram.span, headerLength: 20, key: SimplePassword(password), isUnicast: isUnicast)
    }

    private func parsed(_ payload: [UInt8]) -> AuthenticationHeader? { AuthenticationHeader.parse(payload.span) }

    private func built(isUnicast: Bool, sequence: UInt32 = 1) -> [UInt8] {
        let advertisement = Advertisement(
            version: .v2, virtualRouterID: routerID(51), priority: Priority(100), interval: .oneSecond, addressCount: 1,
            authentication: .header)
        let (source, list) = (address("192.0.2.2"), [address("192.0.2.1")])
        let destination = isUnicast ? address("192.0.2.3") : address("224.0.0.18")
        guard case (.v4(let from), .v4(let to)) = (source, destination) else { return [] }
        return [UInt8](capacity: 64) { output in
            IPv4Header.emit(
                into: &output, source: from, destination: to, payloadSize: 44, identification: 1,
                protocolNumber: AuthenticationHeader.protocolNumber)
            AuthenticationHeader(index: from, sequence: sequence).emit(into: &output)
            advertisement.emit(
                into: &output, addresses: list, carrier: Carrier(source: source, destination: destination),
                checksum: .messageOnly)
            AuthenticationHeader.seal(&output, key: SimplePassword("secret"), isUnicast: isUnicast)
        }
    }

    @Test func `is written and read octet by octet as keepalived does`() throws {
        #expect(built(isUnicast: false) == Self.datagram)
        #expect(isGenuine(Self.datagram))
        let payload = Array(Self.datagram.dropFirst(20))
        let header = try #require(parsed(payload))
        #expect(IPAddress.v4(header.index) == address("192.0.2.2") && header.sequence == 1)
        let message = Array(payload.dropFirst(AuthenticationHeader.size))
        let carrier = Carrier(source: address("192.0.2.2"), destination: address("224.0.0.18"))
        let (advertisement, _) = try Advertisement.parse(message.span, carrier: carrier)
        #expect(advertisement.authentication == .header)
    }

    @Test func `covers every bit but those that routers change`() {
        #expect(!isGenuine(Self.datagram, "Secret"))
        for position in Self.datagram.indices {
            for bit in 0..<8 {
                var changed = Self.datagram
                changed[position] ^= 1 << UInt8(bit)
                #expect(isGenuine(changed) == [1, 6, 7, 10, 11].contains(position), "octet \(position), bit \(bit)")
            }
        }
    }

    @Test func `leaves the time to live out with unicast`() {
        var unicast = built(isUnicast: true)
        #expect(isGenuine(unicast, isUnicast: true) && !isGenuine(unicast))
        unicast[8] = 64
        #expect(isGenuine(unicast, isUnicast: true))
    }

    @Test func `of something else, or cut short, is none`() {
        let payload = Array(Self.datagram.dropFirst(20))
        for count in 0..<AuthenticationHeader.size { #expect(parsed(Array(payload.prefix(count))) == nil) }
        for position in [0, 1] {
            var other = payload
            other[position] ^= 1
            #expect(parsed(other) == nil)
        }
    }
}

@Suite struct `HMAC-SHA-256` {
    private func code(key: [UInt8], _ message: [UInt8]) -> [UInt8] {
        octets(of: AuthenticationKey(key.span).code { $0.update(message.span) })
    }

    /// RFC 4231, test cases 1, 2, 3, 4, 6 and 7.
    @Test func `gives the codes of RFC 4231`() {
        let cases: [([UInt8], [UInt8], String)] = [
            (
                [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 20), [UInt8](repeating: 0xDD, count: 50),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
            ),
            (
                Array(1...25), [UInt8](repeating: 0xCD, count: 50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                Array(
                    "This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm."
                        .utf8), "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"
            ),
        ]
        for (key, message, expected) in cases {
            #expect(code(key: key, message) == VRRPWireTests.octets(expected))
        }
    }

    @Test func `shows nothing of a key`() {
        let secret = Array("a secret that nobody may ever see".utf8)
        let key = AuthenticationKey(secret.span)
        var dumped = ""
        dump(key, to: &dumped)
        for text in ["\(key)", String(reflecting: key), "\([key])", dumped] {
            #expect(text.contains("(not shown)"))
            #expect(!text.contains("SIMD"))
        }
    }
}

@Suite struct `The authentication trailer` {
    static let key = AuthenticationKey(Array<UInt8>(0...31).span)
    /// keepalived's two published images: VRID 51, priority 200, key 1.
    static let v4 = octets(
        "3133c80100644402c0000264 010100006800000080000000 1b84bc4e8e43892dc6d98448f8ee2265")
    static let v6 = octets(
        "3133c8010064a2e9fe800000000000000000000000000100 010100006800000080000000 c8c56146ebfd66ee10ec4d8186461b78")
    static let v4Source = address("198.51.100.10")
    static let v6Source = address("fe80::10")

    private func hasTrailer(_ message: [UInt8], _ family: AddressFamily) -> Bool {
        AuthenticationTrailer.isPresent(in: message.span, family: family)
    }

    private func isGenuine(
        _ message: [UInt8], from source: IPAddress, _ key: AuthenticationKey = Self.key
    ) throws -> Bool {
        let trailer = try AuthenticationTrailer.parse(message.span)
        return AuthenticationTrailer.code(over: message.span, from: source, key: key).matches(trailer.code)
    }

    private func emit(_ list: [IPAddress], from source: IPAddress, to destination: IPAddress) -> [UInt8] {
        let advertisement = Advertisement(
            version: .v3, virtualRouterID: routerID(51), priority: Priority(200), interval: centiseconds(100),
            addressCount: list.count)
        return [UInt8](capacity: 200) { output in
            advertisement.emit(
                into: &output, addresses: list, carrier: Carrier(source: source, destination: destination),
                checksum: .messageOnly, keyID: 1, key: Self.key,
                sequence: AuthenticationSequence(rawValue: 0x6800_0000_8000_0000))
        }
    }

    @Test func `of keepalived's published IPv4 advert is made and believed`() throws {
        #expect(emit([address("192.0.2.100")], from: Self.v4Source, to: .vrrpGroup(.v4)) == Self.v4)
        #expect(try isGenuine(Self.v4, from: Self.v4Source))
    }

    @Test func `of keepalived's published IPv6 advert is made and believed`() throws {
        #expect(emit([address("fe80::100")], from: Self.v6Source, to: address("fe80::20")) == Self.v6)
        #expect(try isGenuine(Self.v6, from: Self.v6Source))
        let carrier = Carrier(source: Self.v6Source, destination: address("fe80::20"))
        let (advertisement, _) = try Advertisement.parse(
            Self.v6.span, carrier: carrier, trailer: AuthenticationTrailer.size)
        #expect(advertisement.priority == Priority(200))
    }

    @Test func `notices every bit that is turned, but for the checksum's`() throws {
        for (message, source) in [(Self.v4, Self.v4Source), (Self.v6, Self.v6Source)] {
            for bit in 0..<message.count * 8 {
                var damaged = message
                damaged[bit / 8] ^= 1 << (bit % 8)
                let isChecksum = (6...7).contains(bit / 8)
                let answer = Result { try isGenuine(damaged, from: source) }
                switch answer {
                case .success(let genuine): #expect(genuine == isChecksum, "bit \(bit)")
                // The type and the reserved field are looked at first.
                case .failure: #expect([0, 2, 3].contains(bit / 8 - (message.count - 28)), "bit \(bit)")
                }
            }
        }
    }

    @Test func `is bound to its sender, virtual router and key`() throws {
        #expect(try !isGenuine(Self.v4, from: address("198.51.100.11")))
        #expect(try !isGenuine(Self.v6, from: address("fe80::11")))
        let other = AuthenticationKey(Array<UInt8>(1...32).span)
        #expect(try !isGenuine(Self.v4, from: Self.v4Source, other))
    }

    @Test func `is an error at every length that is not one`() {
        for message in [Self.v4, Self.v6] {
            let family: AddressFamily = message.count == 40 ? .v4 : .v6
            for length in 0..<message.count {
                let cut = Array(message[..<length])
                #expect(!hasTrailer(cut, family), "length \(length)")
                if length < AuthenticationTrailer.size {
                    #expect(
                        wireError { _ = try AuthenticationTrailer.parse(cut.span) }
                            == .truncated(needed: 28, got: length))
                }
            }
            #expect(!hasTrailer(message + [0], family))
            #expect(hasTrailer(message, family))
        }
    }

    @Test func `sequences grow through the field's end, and carry their time`() {
        let last = AuthenticationSequence(rawValue: UInt64.max)
        #expect(last.next.isAfter(last) && !last.isAfter(last.next) && !last.isAfter(last))
        let half = AuthenticationSequence(seconds: 0x6800_0000, nanoseconds: 500_000_000)
        #expect(half.rawValue == 0x6800_0000_8000_0000)
        let earlier = AuthenticationSequence(seconds: 0xFFFF_FFFE, nanoseconds: 0)
        #expect(AuthenticationSequence(seconds: 0x1_0000_0002, nanoseconds: 0).secondsSince(earlier) == 4)
    }
}
