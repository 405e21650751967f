import Testing
import VRRPWire

@Suite struct `Advertisements as octets` {
    @Test(arguments: Vector.all)
    func `a vector parses to what it says`(vector: Vector) throws {
        #expect(try Decoded(parsing: vector.message, vector.carrier) == vector.decoded)
    }

    @Test(arguments: Vector.all)
    func `what a vector says is emitted as its octets`(vector: Vector) {
        #expect(vector.decoded.encoded(vector.carrier) == vector.message)
        #expect(vector.decoded.advertisement.encodedSize(addresses: vector.decoded.addresses) == vector.message.count)
    }

    @Test(arguments: Vector.all)
    func `the preamble names the router before the rest is judged`(vector: Vector) throws {
        let preamble = try Preamble.parse(octets: vector.message)
        #expect(preamble.version == vector.decoded.advertisement.version.rawValue)
        #expect(preamble.type == 1)
        #expect(preamble.virtualRouterID == vector.decoded.advertisement.virtualRouterID)
    }

    @Test(arguments: Vector.all)
    func `every truncation is refused`(vector: Vector) {
        for count in 0..<vector.message.count {
            let error = wireError { _ = try Decoded(parsing: Array(vector.message.prefix(count)), vector.carrier) }
            if count < Advertisement.headerSize {
                #expect(error == .truncated(needed: Advertisement.headerSize, got: count))
            } else {
                let addresses = vector.decoded.addresses.count
                #expect(error == .lengthMismatch(addressCount: addresses, expected: vector.message.count, got: count))
            }
        }
    }

    /// No flip can pass.
    ///
    /// It changes the sum of the octets by a power of two, and no two forms' pseudo-headers differ by
    /// a power of two in these vectors. The bits of the reserved nibble are ignored but summed, so a flip there fails too.
    @Test(arguments: Vector.all)
    func `every single flipped bit is refused`(vector: Vector) {
        for bit in 0..<vector.message.count * 8 {
            var damaged = vector.message
            damaged[bit / 8] ^= 0x80 >> (bit % 8)
            #expect(wireError { _ = try Decoded(parsing: damaged, vector.carrier) } != nil, "bit \(bit)")
        }
    }

    /// With the checksum repaired, a flip must change what is read or be refused; only reserved bits may pass unseen.
    @Test(arguments: Vector.all)
    func `every flipped bit under a right checksum is seen, except the reserved ones`(vector: Vector) throws {
        let version = vector.decoded.advertisement.version
        for bit in 0..<vector.message.count * 8 where !(48..<64).contains(bit) {
            var changed = vector.message
            changed[bit / 8] ^= 0x80 >> (bit % 8)
            repairChecksum(of: &changed, vector.carrier, vector.decoded.form)
            let isReserved = version == .v3 && (32..<36).contains(bit)
            let isUnusedAuthentication =
                version == .v2 && vector.decoded.advertisement.authentication == .none
                && bit >= (vector.message.count - SimplePassword.size) * 8
            do {
                let decoded = try Decoded(parsing: changed, vector.carrier)
                #expect((decoded == vector.decoded) == (isReserved || isUnusedAuthentication), "bit \(bit)")
            } catch {
                #expect(!isReserved && !isUnusedAuthentication, "bit \(bit): \(error)")
            }
        }
    }

    @Test(arguments: 0..<200)
    func `whatever can be said survives the wire`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let (decoded, carrier) = Self.sample(&random)
        let message = decoded.encoded(carrier)
        #expect(message.count <= Advertisement.maximumSize)
        var parsed = try Decoded(parsing: message, carrier)
        // To the group, both pseudo-headers are the same octets, and the usual name is given.
        if carrier.destination == .v4(.vrrpGroup), decoded.form == .pseudoHeaderOfGroup {
            #expect(parsed.form == .pseudoHeader)
            parsed.form = .pseudoHeaderOfGroup
        }
        #expect(parsed == decoded)
    }

    @Test(arguments: 0..<50)
    func `damage anywhere is refused or says something that emits the same octets`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            let (original, carrier) = Self.sample(&random)
            var message = original.encoded(carrier)
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<message.count, using: &random)
                message[place] = UInt8.random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) { repairChecksum(of: &message, carrier, original.form) }
            guard let decoded = Self.parse(message, carrier) else { continue }
            #expect(try Decoded(parsing: decoded.encoded(carrier), carrier) == decoded)
        }
    }

    private static func parse(_ message: [UInt8], _ carrier: Carrier) -> Decoded? {
        do { return try Decoded(parsing: message, carrier) } catch { return nil }
    }

    /// Any advertisement that can exist, with a carrier that could bring it.
    private static func sample(_ random: inout SplitMix64) -> (Decoded, Carrier) {
        let version: ProtocolVersion = Bool.random(using: &random) ? .v2 : .v3
        let family: AddressFamily = version == .v3 && Bool.random(using: &random) ? .v6 : .v4
        var addresses = (0..<Int.random(in: (version == .v3 ? 1 : 0)...255, using: &random)).map { _ in
            randomAddress(family, &random)
        }
        if family == .v6 { addresses[0] = .v6(IPv6Address(high: 0xFE80_0000_0000_0000, low: random.next())) }
        let interval =
            version == .v2 ? Int.random(in: 1...255, using: &random) * 100 : Int.random(in: 1...4095, using: &random)
        let hasPassword = version == .v2 && Bool.random(using: &random)
        let advertisement = Advertisement(
            version: version, virtualRouterID: routerID(UInt8.random(in: 1...255, using: &random)),
            priority: Priority(UInt8.random(in: 0...255, using: &random)), interval: centiseconds(interval),
            addressCount: addresses.count,
            authentication: hasPassword ? .password(SimplePassword(bigEndian: random.next())) : .none)
        let carrier = Carrier(
            source: randomAddress(family, &random),
            destination: Bool.random(using: &random) ? .vrrpGroup(family) : randomAddress(family, &random),
            hopLimit: 255)
        let forms: [ChecksumForm] =
            version == .v2
            ? [.messageOnly]
            : family == .v6 ? [.pseudoHeader] : [.pseudoHeader, .messageOnly, .pseudoHeaderOfGroup]
        let form = forms[Int.random(in: 0..<forms.count, using: &random)]
        return (Decoded(advertisement, form, addresses), carrier)
    }

    private static func randomAddress(_ family: AddressFamily, _ random: inout SplitMix64) -> IPAddress {
        switch family {
        case .v4: .v4(IPv4Address(bigEndian: UInt32(truncatingIfNeeded: random.next())))
        case .v6: .v6(IPv6Address(high: random.next(), low: random.next()))
        }
    }
}
