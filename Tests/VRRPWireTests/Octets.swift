import VRRPWire

/// The octets that `text` spells in hexadecimal; spaces and bars, which make it readable, are skipped.
func octets(_ text: String) -> [UInt8] {
    var result: [UInt8] = []
    var high: UInt8?
    for character in text where character != " " && character != "|" {
        guard let digit = character.hexDigitValue else { preconditionFailure("\(character) is not hexadecimal") }
        if let first = high {
            result.append(first << 4 | UInt8(digit))
            high = nil
        } else {
            high = UInt8(digit)
        }
    }
    precondition(high == nil, "an odd number of digits")
    return result
}

/// An address that is known to be one.
func address(_ text: String) -> IPAddress {
    guard let address = IPAddress(text) else { preconditionFailure("\(text) is not an address") }
    return address
}

func routerID(_ value: UInt8) -> VirtualRouterID {
    guard let id = VirtualRouterID(value) else { preconditionFailure("0 is not a virtual router identifier") }
    return id
}

func centiseconds(_ count: Int) -> Centiseconds {
    guard let interval = Centiseconds(count) else { preconditionFailure("\(count) cs cannot be said") }
    return interval
}

/// Why the body failed, or nil when it did not.
///
/// `#expect(throws:)` does not take closures that throw one type, so tests compare this.
func wireError(_ body: () throws -> Void) -> WireError? {
    do {
        try body()
        return nil
    } catch {
        return error as? WireError
    }
}

/// Everything that a message says, as one value that can be compared.
struct Decoded: Equatable {
    var advertisement: Advertisement
    var form: ChecksumForm
    var addresses: [IPAddress]

    init(_ advertisement: Advertisement, _ form: ChecksumForm, _ addresses: [IPAddress]) {
        self.advertisement = advertisement
        self.form = form
        self.addresses = addresses
    }

    init(parsing message: [UInt8], _ carrier: Carrier) throws {
        (advertisement, form) = try Advertisement.parse(message.span, carrier: carrier)
        addresses = []
        for index in 0..<advertisement.addressCount {
            addresses.append(Advertisement.address(at: index, in: message.span, family: carrier.family))
        }
    }

    func encoded(_ carrier: Carrier) -> [UInt8] {
        Array(capacity: advertisement.encodedSize(addresses: addresses)) { output in
            advertisement.emit(into: &output, addresses: addresses, carrier: carrier, checksum: form)
        }
    }
}

/// Sebastiano Vigna's SplitMix64: small, and the same everywhere, so that a failing seed can be repeated.
struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// Replaces the checksum of `message` by the right one for `form`.
func repairChecksum(of message: inout [UInt8], _ carrier: Carrier, _ form: ChecksumForm) {
    message[6] = 0
    message[7] = 0
    var sum = PartialChecksum()
    if form != .messageOnly {
        sum = .pseudoHeader(
            source: carrier.source,
            destination: form == .pseudoHeader ? carrier.destination : .v4(.vrrpGroup),
            protocolNumber: Carrier.protocolNumber, length: message.count)
    }
    let checksum = sum.adding(message.span).finished
    message[6] = UInt8(checksum >> 8)
    message[7] = UInt8(checksum & 0xFF)
}

// A span must not leave the statement that borrows it, which the macros of Swift Testing would make it do; arrays may.

extension IPv4Header {
    static func parse(octets: [UInt8]) throws -> IPv4Header { try parse(octets.span) }
}

extension Preamble {
    static func parse(octets: [UInt8]) throws -> Preamble { try parse(octets.span) }
}

extension ARPPacket {
    static func parse(octets: [UInt8]) throws -> ARPPacket { try parse(octets.span) }
}

extension NeighborAdvertisement {
    static func parse(octets: [UInt8]) throws -> NeighborAdvertisement { try parse(octets.span) }
}

extension PartialChecksum {
    func adding(octets: [UInt8]) -> PartialChecksum { adding(octets.span) }
}
