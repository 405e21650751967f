import Testing
import VRRPWire

@Suite struct `BFD control packet` {
    /// As FRR's bfdd sends it while its session is up, with a poll.
    private let up = octets("20 E8 03 18 | 8F2A3B4C | 00000007 | 00 01 86 A0 | 00 00 C3 50 | 00000000")

    private func parse(_ packet: [UInt8]) throws(BFDError) -> BFDControl { try BFDControl.parse(packet.span) }

    private func problem(_ packet: [UInt8]) -> BFDError? {
        do throws(BFDError) {
            _ = try parse(packet)
            return nil
        } catch {
            return error
        }
    }

    private func changed(_ offset: Int, _ value: UInt8) -> [UInt8] {
        var packet = up
        packet[offset] = value
        return packet
    }

    @Test func `says what its octets say`() throws {
        let control = try parse(up)
        #expect(control.state == .up)
        #expect((control.isPoll, control.isFinal, control.isControlPlaneIndependent) == (true, false, true))
        #expect((control.isDemand, control.diagnostic) == (false, .none))
        #expect((control.detectMultiplier, control.myDiscriminator, control.yourDiscriminator) == (3, 0x8F2A_3B4C, 7))
        #expect((control.desiredMinTx, control.requiredMinRx, control.requiredMinEchoRx) == (100_000, 50_000, 0))
        #expect([UInt8](capacity: BFDControl.size) { control.emit(into: &$0) } == up)
    }

    @Test(arguments: BFDState.allCases)
    func `comes back from its octets in every state, with every flag and diagnostic`(state: BFDState) throws {
        for flags in 0..<16 {
            for diagnostic in 0..<32 {
                var control = BFDControl(
                    state: state, detectMultiplier: 255, myDiscriminator: .max, yourDiscriminator: 1,
                    desiredMinTx: .max, requiredMinRx: 0)
                control.diagnostic = BFDDiagnostic(rawValue: UInt8(diagnostic))
                control.isPoll = flags & 1 != 0
                control.isFinal = flags & 2 != 0
                control.isControlPlaneIndependent = flags & 4 != 0
                control.isDemand = flags & 8 != 0
                control.requiredMinEchoRx = 0x0102_0304
                let packet = [UInt8](capacity: BFDControl.size) { control.emit(into: &$0) }
                #expect(packet.count == 24)
                #expect(try parse(packet) == control)
            }
        }
    }

    /// RFC 5880 section 6.8.6.
    @Test func `is discarded by the rule that it breaks`() {
        for count in up.indices { #expect(problem(Array(up[..<count])) == .truncated(count)) }
        #expect(problem(changed(0, 0x00)) == .unsupportedVersion(0))
        #expect(problem(changed(0, 0x40)) == .unsupportedVersion(2))
        #expect(problem(changed(3, 23)) == .shortLength(23))
        #expect(problem(changed(3, 25)) == .longLength(25, got: 24))
        #expect(problem(changed(2, 0)) == .zeroMultiplier)
        #expect(problem(changed(1, 0xC1)) == .multipoint)
        #expect(problem(octets("20 C0 03 18 00000000 00000007 000186A0 0000C350 00000000")) == .zeroDiscriminator)
        for (flags, state) in [(0x80, BFDState.initializing), (0xC0, .up)] {
            var packet = changed(1, UInt8(flags))
            packet.replaceSubrange(8..<12, with: [0, 0, 0, 0])
            #expect(problem(packet) == .unaddressed(state))
        }
        for flags in [0x00, 0x40] {
            var packet = changed(1, UInt8(flags))
            packet.replaceSubrange(8..<12, with: [0, 0, 0, 0])
            #expect(problem(packet) == nil)
        }
        // With the flag of authentication it must be longer, and is then not believed.
        #expect(problem(changed(1, 0xC4)) == .shortLength(24))
        var authenticated = changed(1, 0xC4) + [1, 3, 1]
        authenticated[3] = 27
        #expect(problem(authenticated) == .authenticated)
        // What follows does not count.
        #expect(problem(up + [0, 1, 2]) == nil)
    }

    @Test func `has a reason for people in every case`() {
        let problems: [BFDError] = [
            .truncated(1), .unsupportedVersion(0), .shortLength(1), .longLength(30, got: 24), .zeroMultiplier,
            .multipoint,
            .zeroDiscriminator, .unaddressed(.up), .authenticated,
        ]
        #expect(Set(problems.map(\.description)).count == problems.count)
        #expect(problems.allSatisfy { $0.description.hasPrefix("it") })
        #expect(BFDState.allCases.map(\.word) == ["AdminDown", "Down", "Init", "Up"])
        #expect(BFDDiagnostic.detectionTimeExpired.description == "Control Detection Time Expired")
        #expect(BFDDiagnostic(rawValue: 9).description == "Unknown")
    }
}
