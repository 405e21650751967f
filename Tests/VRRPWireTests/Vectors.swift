import Testing
import VRRPWire

/// A packet whose octets packet analysers agree about, with what it says.
struct Vector: Sendable, CustomTestStringConvertible {
    var name: String
    /// The IP header.
    var header: [UInt8]
    /// The VRRP message.
    var message: [UInt8]
    var carrier: Carrier
    var decoded: Decoded

    var testDescription: String { name }

    init(_ name: String, _ header: String, _ message: String, _ carrier: Carrier, _ decoded: Decoded) {
        self.name = name
        self.header = octets(header)
        self.message = octets(message)
        self.carrier = carrier
        self.decoded = decoded
    }

    private static func multicast(_ source: String) -> Carrier {
        let source = address(source)
        return Carrier(source: source, destination: .vrrpGroup(source.family), hopLimit: 255)
    }

    private static let unicast = Carrier(source: address("192.0.2.2"), destination: address("192.0.2.3"), hopLimit: 255)

    /// Virtual router 51 and 192.0.2.1 unless said otherwise.
    private static func v2(_ priority: UInt8, _ authentication: Authentication = .none) -> Decoded {
        Decoded(
            Advertisement(
                version: .v2, virtualRouterID: routerID(51), priority: Priority(priority), interval: .oneSecond,
                addressCount: 1, authentication: authentication),
            .messageOnly, [address("192.0.2.1")])
    }

    private static func v3(_ priority: UInt8, _ interval: Int, _ form: ChecksumForm) -> Decoded {
        Decoded(
            Advertisement(
                version: .v3, virtualRouterID: routerID(51), priority: Priority(priority),
                interval: centiseconds(interval), addressCount: 1),
            form, [address("192.0.2.1")])
    }

    private static func v3IPv6(_ priority: UInt8) -> Decoded {
        Decoded(
            Advertisement(
                version: .v3, virtualRouterID: routerID(51), priority: Priority(priority), interval: .oneSecond,
                addressCount: 2),
            .pseudoHeader, [address("fe80::1"), address("2001:db8::1")])
    }

    private static let three = Decoded(
        Advertisement(
            version: .v2, virtualRouterID: routerID(1), priority: Priority(200), interval: .oneSecond, addressCount: 3),
        .messageOnly, [address("10.0.0.1"), address("10.0.0.2"), address("10.0.0.3")])

    private static let v2Header = "45c0002800010000ff701890c0000202e0000012"
    private static let v3Header = "45c0002000010000ff701898c0000202e0000012"
    private static let unicastHeader = "45c0002000010000ff7036a7c0000202c0000203"
    private static let v6Header =
        "6c000000002870fffe800000000000000000000000000002ff020000000000000000000000000012"

    static let all: [Vector] = [
        Vector(
            "A: v2", v2Header, "213364010001b8c8 c0000201 0000000000000000", multicast("192.0.2.2"), v2(100)),
        Vector(
            "B: v2, three addresses", "45c0003000010000ff70d07f0a00000be0000012",
            "2101c8030001f8f3 0a000001 0a000002 0a000003 0000000000000000", multicast("10.0.0.11"), three),
        Vector(
            "C: v2, password 1111", v2Header, "2133640101015566 c0000201 3131313100000000", multicast("192.0.2.2"),
            v2(100, .password(SimplePassword("1111")))),
        Vector(
            "D: v2, priority 0", v2Header, "2133000100011cc9 c0000201 0000000000000000", multicast("192.0.2.2"), v2(0)),
        Vector(
            "E: v2, owner", "45c0002800010000ff701891c0000201e0000012",
            "2133ff0100011dc8 c0000201 0000000000000000", multicast("192.0.2.1"), v2(255)),
        Vector(
            "F: v3, pseudo-header", v3Header, "31336401006405d4 c0000201", multicast("192.0.2.2"),
            v3(100, 100, .pseudoHeader)),
        Vector(
            "G: v3, message only", v3Header, "313364010064a865 c0000201", multicast("192.0.2.2"),
            v3(100, 100, .messageOnly)),
        Vector(
            "H: v3, pseudo-header, priority 0", v3Header, "31330001006469d4 c0000201", multicast("192.0.2.2"),
            v3(0, 100, .pseudoHeader)),
        Vector(
            "I: v3, message only, priority 0", v3Header, "3133000100640c66 c0000201", multicast("192.0.2.2"),
            v3(0, 100, .messageOnly)),
        Vector(
            "J: v3 over IPv6", v6Header,
            "3133640200643ffa fe800000000000000000000000000001 20010db8000000000000000000000001",
            multicast("fe80::2"), v3IPv6(100)),
        Vector(
            "K: v3 over IPv6, priority 0", v6Header,
            "313300020064a3fa fe800000000000000000000000000001 20010db8000000000000000000000001",
            multicast("fe80::2"), v3IPv6(0)),
        Vector(
            "L: v3, pseudo-header, 10 cs", v3Header, "3133fe01000a6c2d c0000201", multicast("192.0.2.2"),
            v3(254, 10, .pseudoHeader)),
        Vector(
            "M: v3, message only, 10 cs", v3Header, "3133fe01000a0ebf c0000201", multicast("192.0.2.2"),
            v3(254, 10, .messageOnly)),
        Vector(
            "N: v3 unicast", unicastHeader, "31336401006423e3 c0000201", unicast, v3(100, 100, .pseudoHeader)),
        Vector(
            "O: v3 unicast, the group's pseudo-header", unicastHeader, "31336401006405d4 c0000201", unicast,
            v3(100, 100, .pseudoHeaderOfGroup)),
    ]

    /// The vector with this letter.
    static func named(_ letter: Character) -> Vector {
        guard let vector = all.first(where: { $0.name.first == letter }) else { preconditionFailure("no \(letter)") }
        return vector
    }
}

/// The frames of the neighbour protocols, all for virtual router 51.
enum FrameVector {
    static let garpRequest = octets(
        "ffffffffffff00005e0001330806 | 000108000604000100005e000133c0000201ffffffffffffc0000201")
    static let garpReply = octets(
        "ffffffffffff00005e0001330806 | 000108000604000200005e000133c000020100005e000133c0000201")
    static let neighborAdvertisement = octets(
        """
        33330000000100005e00023386dd | 6000000000203aff20010db8000000000000000000000001ff020000000000000000000000000001 | \
        88001af8a000000020010db8000000000000000000000001020100005e000233
        """)
    static let probe = octets(
        "ffffffffffff00005e0001330806 | 000108000604000100005e00013300000000000000000000c0000201")

    static let v4 = HardwareAddress.virtual(routerID(51), .v4)
    static let v6 = HardwareAddress.virtual(routerID(51), .v6)
}
