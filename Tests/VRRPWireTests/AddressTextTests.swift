import Glibc
import Testing
import VRRPWire

@Suite struct `Addresses as text` {
    /// RFC 5952 sections 1, 2 and 4: the many ways to write an address, and the one to print.
    @Test(arguments: [
        ("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8::0:1", "2001:db8::1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:DB8:AAAA:BBBB:CCCC:DDDD:EEEE:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"),
        ("2001:db8:aaaa:bbbb:cccc:dddd::1", "2001:db8:aaaa:bbbb:cccc:dddd:0:1"),
        ("0:0:0:0:0:0:0:0", "::"),
        ("::", "::"),
        ("::1", "::1"),
        ("1::", "1::"),
        ("fe80::0001", "fe80::1"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:192.0.2.1", "1:2:3:4:5:6:c000:201"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("ff02::12", "ff02::12"),
    ])
    func `IPv6 is read in every form and printed in one`(text: String, canonical: String) {
        #expect(IPv6Address(text)?.description == canonical)
        #expect(IPv6Address(canonical) == IPv6Address(text))
    }

    @Test(arguments: [
        "", ":", ":::", "1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "1:::2", "12345::", "g::", "::g", ":1::",
        "1:2:3:4:5:6:7:", ":2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8",
        "fe80::1%eth0", "1.2.3.4::",
        "::1.2.3", "::1.2.3.4:5", "::1.2.3.256", "+1::", "-1::", " ::1", "::1 ", "1:2:3:4:5:6:7:1.2.3.4", "::/0",
        "[::1]",
        "::٣",
    ])
    func `what is not an IPv6 address is refused`(text: String) {
        #expect(IPv6Address(text) == nil)
    }

    @Test(arguments: ["0.0.0.0", "10.1.3.10", "192.0.2.1", "255.255.255.255"])
    func `IPv4 is read and printed in one form`(text: String) {
        #expect(IPv4Address(text)?.description == text)
        #expect(IPAddress(text)?.family == .v4)
    }

    @Test(arguments: [
        "", ".", "1", "1.2.3", "1.2.3.4.5", "1.2.3.", ".1.2.3", "1..2.3", "256.1.1.1", "1.2.3.04", "01.2.3.4",
        "+1.2.3.4",
        "1.2.3.-4", " 1.2.3.4", "1.2.3.4 ", "0x1.2.3.4", "1.2.3.4/24", "1.2.3.1000", "١.2.3.4",
    ])
    func `what is not an IPv4 address is refused`(text: String) {
        #expect(IPv4Address(text) == nil)
    }

    /// The C library reads the same language as we do: what it accepts is what operators' files already say.
    @Test(arguments: 0..<20)
    func `texts mean what they mean to the C library`(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let alphabet = Array("0123456789abcdefF::::...%g ")
        for _ in 0..<2000 {
            var text = Array(
                Bool.random(using: &random)
                    ? IPv6Address(high: random.next() & random.next(), low: random.next() & 0xFFFF).description
                    : IPv4Address(bigEndian: UInt32(truncatingIfNeeded: random.next())).description)
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0...text.count, using: &random)
                let character = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                switch Int.random(in: 0...2, using: &random) {
                case 0: text.insert(character, at: place)
                case 1 where place < text.count: text[place] = character
                default: if place < text.count { text.remove(at: place) }
                }
            }
            let string = String(text)
            #expect(IPv4Address(string)?.bigEndianValue == Self.systemIPv4(string), "\(string)")
            #expect(IPv6Address(string).map { [$0.high, $0.low] } == Self.systemIPv6(string), "\(string)")
        }
    }

    private static func systemIPv4(_ text: String) -> UInt32? {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1 ? UInt32(bigEndian: address.s_addr) : nil
    }

    private static func systemIPv6(_ text: String) -> [UInt64]? {
        var halves: [UInt64] = [0, 0]
        return inet_pton(AF_INET6, text, &halves) == 1 ? halves.map(UInt64.init(bigEndian:)) : nil
    }
}

@Suite struct `Addresses as values` {
    @Test func `are ordered as numbers within a family`() {
        #expect(address("10.0.0.9") < address("10.0.0.10"))
        #expect(address("9.255.255.255") < address("10.0.0.0"))
        #expect(address("fe80::9") < address("fe80::10"))
        #expect(address("127.0.0.1") < address("128.0.0.1"), "unsigned")
        #expect(address("7fff::") < address("8000::"), "unsigned")
    }

    @Test func `share a prefix of any length`() {
        #expect(address("10.0.1.5").shares(prefixOf: address("10.0.1.200"), length: 24))
        #expect(!address("10.0.1.5").shares(prefixOf: address("10.0.1.200"), length: 25))
        #expect(address("10.0.1.5").shares(prefixOf: address("192.0.2.1"), length: 0))
        #expect(address("fe80::1").shares(prefixOf: address("fe80::2"), length: 64))
        #expect(address("fe80::1").shares(prefixOf: address("fe80::2"), length: 126))
        #expect(!address("fe80::1").shares(prefixOf: address("fe80::2"), length: 127))
        #expect(!address("fe80::1").shares(prefixOf: address("fe81::1"), length: 64))
        #expect(!address("::1").shares(prefixOf: address("0.0.0.1"), length: 0))
    }

    @Test func `know their groups`() {
        #expect(address("224.0.0.18").isMulticast && address("ff02::12").isMulticast)
        #expect(!address("223.255.255.255").isMulticast && !address("240.0.0.0").isMulticast)
        #expect(IPv6Address("2001:db8::12:3456")?.solicitedNodeGroup.description == "ff02::1:ff12:3456")
        #expect(IPv6Address("fe80::1")?.isLinkLocal == true && IPv6Address("febf::1")?.isLinkLocal == true)
        #expect(IPv6Address("fec0::1")?.isLinkLocal == false)
    }

    @Test func `virtual hardware addresses are those of RFC 9568 section 7_3`() {
        #expect(HardwareAddress.virtual(routerID(51), .v4).description == "00:00:5e:00:01:33")
        #expect(HardwareAddress.virtual(routerID(255), .v6).description == "00:00:5e:00:02:ff")
    }

    @Test func `a password is eight octets, cut or padded`() {
        #expect(SimplePassword("1111").bigEndianValue == 0x3131_3131_0000_0000)
        #expect(SimplePassword("123456789") == SimplePassword("12345678"))
        #expect(SimplePassword("").bigEndianValue == 0)
        #expect(SimplePassword("abc").matches(SimplePassword("abc")))
        #expect(!SimplePassword("abc").matches(SimplePassword("abd")))
    }

    @Test func `intervals are what either version can say`() {
        #expect(Centiseconds(0) == nil && Centiseconds(-1) == nil && Centiseconds(25501) == nil)
        #expect(centiseconds(1) < centiseconds(25500))
        #expect(centiseconds(300).isWholeSeconds && !centiseconds(301).isWholeSeconds)
        #expect(VirtualRouterID(0) == nil && VirtualRouterID(255) != nil)
    }
}
