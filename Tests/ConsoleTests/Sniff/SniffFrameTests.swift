import Console
import LinuxKernel
import Testing
import VRRPWire

/// Frames as networks and strangers make them.
@Suite struct `What is said of odd frames` {
    private func sentence(_ frame: [UInt8], _ configuration: String? = nil) throws -> String {
        var listener = try Listener(configuration)
        let sighting = listener.hear(frame)
        return ([sighting?.sentence ?? "nothing"] + (sighting?.verdicts.map(\.text) ?? [])).joined(separator: " ")
    }

    private let advert = TestAdvert()

    /// The datagram of an advert, changed, its header's checksum right again.
    private func datagram(_ change: (inout [UInt8]) -> Void) -> [UInt8] {
        var packet = Array(advert.frame().dropFirst(14).prefix(40))
        change(&packet)
        let length = Int(packet[0] & 0x0F) * 4
        (packet[10], packet[11]) = (0, 0)
        let sum = PartialChecksum().adding(packet.span.extracting(0..<length)).finished
        (packet[10], packet[11]) = (UInt8(sum >> 8), UInt8(sum & 0xFF))
        return packet
    }

    @Test func `a VLAN tag makes it another network's`() throws {
        let frame = ethernet(0x0800, from: 0x0200_0000_0002, datagram { _ in }, tags: [5])
        #expect(
            try sentence(frame, configuration()).hasSuffix(
                "vrrp_1 would not get it: it is tagged for VLAN 5, and eth0 without a tag is another network."))
        #expect(try sentence(frame).hasPrefix("VLAN 5: 192.0.2.2 advertises VRID 51"))
        let stacked = ethernet(0x0800, from: 0x0200_0000_0002, datagram { _ in }, tags: [5, 0x6006])
        #expect(try sentence(stacked).hasPrefix("VLAN 5/6: 192.0.2.2 advertises VRID 51"))
        // A tag with VLAN 0 has a priority in it and nothing else.
        let priority = ethernet(0x0800, from: 0x0200_0000_0002, datagram { _ in }, tags: [0xE000])
        #expect(try sentence(priority, configuration()).hasSuffix("vrrp_1 accepts it."))
    }

    @Test func `IP options are no obstacle`() throws {
        let packet = datagram {
            $0[0] = 0x47
            $0[3] += 8
            $0.insert(contentsOf: [0x94, 4, 0, 0, 1, 1, 1, 0], at: 20)
        }
        #expect(
            try sentence(ethernet(0x0800, from: 2, packet), configuration()).hasSuffix("(VRRPv2). vrrp_1 accepts it."))
    }

    @Test func `a fragment is not judged`() throws {
        let packet = datagram { $0[6] = 0x20 }
        #expect(
            try sentence(ethernet(0x0800, from: 2, packet))
                == "192.0.2.2 sends a piece of a VRRP datagram. It is judged as a whole, once the kernel has put the pieces together."
        )
        let rest = datagram { $0[7] = 3 }
        #expect(try sentence(ethernet(0x0800, from: 2, rest)).hasPrefix("192.0.2.2 sends a piece"))
        let piece =
            ipv6(next: 44, hopLimit: 255, ip("fe80::2"), ip("ff02::12")) + [112, 0, 0, 1, 0, 0, 0, 9]
            + [UInt8](repeating: 0, count: 24)
        #expect(try sentence(ethernet(0x86DD, from: 2, piece)).hasPrefix("fe80::2 sends a piece"))
    }

    @Test func `a damaged IP header is named`() throws {
        var wrong = datagram { _ in }
        wrong[10] ^= 0x40
        #expect(
            try sentence(ethernet(0x0800, from: 2, wrong))
                == "192.0.2.2 sends VRRP with a wrong checksum of the IP header. No VRRP router gets it: the kernel drops such datagrams."
        )
        let long = datagram { $0[2] = 9 }
        #expect(
            try sentence(ethernet(0x0800, from: 2, long))
                == "00:00:00:00:00:02 sends VRRP in a damaged datagram. No VRRP router gets it: "
                + "its IP header claims a length of 2344 octets, but 46 arrived.")
    }

    @Test func `a damaged authentication header is named`() throws {
        var frame = try CapturedVectors.frames()[15]
        // The length of the authentication header.
        frame[14 + 20 + 1] = 5
        #expect(
            try sentence(frame)
                == "192.0.2.2 sends VRRP behind an IP authentication header (auth_type AH). No VRRP router believes it: the "
                + "header is damaged, or not of the kind that auth_type AH has.")
    }

    @Test func `extension headers of IPv6 are passed over`() throws {
        let advert = TestAdvert(source: "fe80::2", version: .v3, addresses: ["fe80::10"])
        let packet =
            ipv6(next: 0, hopLimit: 255, ip("fe80::2"), ip("ff02::12")) + [112, 0, 5, 2, 0, 0, 1, 0] + advert.message
        let ours = configuration("version 3", addresses: "fe80::10")
        #expect(try sentence(ethernet(0x86DD, from: 2, packet), ours).hasSuffix("(VRRPv3). vrrp_1 accepts it."))
    }

    @Test func `a message that is no advert, or too short for one`() throws {
        let other = TestAdvert(version: .v3).frame {
            $0[0] = 0x32
            $0[6] &-= 1
        }
        #expect(
            try sentence(other, configuration("version 3")).hasSuffix(
                "vrrp_1 drops it quietly: its VRRP type is 2, not 1."))
        let short = datagram {
            $0.removeLast(16)
            $0[3] -= 16
        }
        #expect(
            try sentence(ethernet(0x0800, from: 2, short), configuration())
                == "192.0.2.2 sends 4 octets of VRRP, less than a header. Nobody can tell whom it is for.")
    }

    @Test func `what was not captured whole is said to be so`() throws {
        var listener = try Listener()
        let sighting = listener.hear(advert.frame(), missing: 40)
        #expect(sighting?.sentence.hasSuffix("(40 octets of the frame were not captured)") == true)
    }

    @Test func `other traffic is nothing`() throws {
        #expect(try sentence(ethernet(0x0800, from: 2, datagram { $0[9] = 6 })) == "nothing")
        #expect(try sentence(ethernet(0x88CC, from: 2, [1, 2, 3])) == "nothing")
        #expect(try sentence([]) == "nothing")
    }

    /// Every frame of the capture, as golden text.
    @Test func `the reference capture, line for line`() throws {
        var listener = try Listener(configuration(addresses: "192.0.2.1"))
        let lines = try CapturedVectors.frames().map { listener.line($0) }
        #expect(lines == Golden.vectors)
    }

    /// No frame, however spoilt, ends the program or makes two lines of one.
    @Test func `nothing that can be done to a frame breaks anything`() throws {
        var listener = try Listener(configuration(addresses: "192.0.2.1"))
        var generator = Chance(state: 51)
        var said = 0
        func check(_ frame: [UInt8]) {
            guard let line = listener.line(frame, after: 10).nonEmpty else { return }
            said += 1
            #expect(!line.contains("\n") && line.utf8.count < 1200 && line.utf8.allSatisfy { (32..<127).contains($0) })
        }
        for frame in try CapturedVectors.frames() {
            for length in 0..<frame.count { check(Array(frame.prefix(length))) }
            for bit in 0..<frame.count * 8 {
                var spoilt = frame
                spoilt[bit / 8] ^= 1 << UInt8(bit % 8)
                check(spoilt)
            }
            for _ in 0..<300 {
                var spoilt = frame
                for _ in 0..<Int.random(in: 1...6, using: &generator) {
                    spoilt[Int.random(in: 12..<spoilt.count, using: &generator)] = .random(
                        in: 0...255, using: &generator)
                }
                check(spoilt)
            }
        }
        #expect(said > 10_000)
        #expect(!listener.session.summary(interfaces: ["eth0"], seconds: 100).lines.isEmpty)
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}

/// Sebastiano Vigna's SplitMix64, so that a failure can be repeated.
private struct Chance: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
