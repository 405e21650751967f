import Glibc
import Testing
import VRRPWire

@testable import LinuxKernel

private let ours: UInt8 = 112
/// RTM_NEWRULE.
private let newRule = 32

private func address(_ text: String) -> IPAddress { IPAddress(text)! }

@Suite(.serialized) struct `Routing rules` {
    private static let samples = [
        KernelRule(
            family: .v4, preference: 300, table: 1000, source: address("192.0.2.10"), sourceLength: 32,
            protocolMark: ours),
        KernelRule(
            family: .v4, preference: 301, table: 100, isInverted: true, destination: address("10.0.0.0"),
            destinationLength: 8, inputInterface: "left0", protocolMark: ours),
        KernelRule(
            family: .v4, preference: 302, action: 8, outputInterface: "left0", mark: 0x10, markMask: 0xF0,
            protocolMark: ours),
        KernelRule(
            family: .v6, preference: 300, table: 254, source: address("2001:db8::"), sourceLength: 32,
            protocolMark: ours),
        KernelRule(family: .v6, preference: 301, action: 6, protocolMark: ours),
    ]

    @Test func `are written octet by octet as Linux defines them`() {
        var request = NetlinkRequest(type: newRule, flags: 0x600, sequence: 9)
        request.append(ruleMessage: Self.samples[1])
        #expect(
            request.finished() == [
                72, 0, 0, 0, 32, 0, 1, 6, 9, 0, 0, 0, 0, 0, 0, 0,
                // AF_INET, to /8, from anywhere, table, FR_ACT_TO_TBL, FIB_RULE_INVERT
                2, 8, 0, 0, 100, 0, 0, 1, 2, 0, 0, 0,
                8, 0, 6, 0, 45, 1, 0, 0,
                8, 0, 1, 0, 10, 0, 0, 0,
                10, 0, 3, 0, 108, 101, 102, 116, 48, 0, 0, 0,
                8, 0, 15, 0, 100, 0, 0, 0,
                5, 0, 21, 0, 112, 0, 0, 0,
            ])
    }

    @Test func `that are damaged are read without leaving their bounds`() {
        // A read out of bounds would end the process.
        var understood = 0
        for rule in Self.samples {
            var request = NetlinkRequest(type: newRule, flags: 0, sequence: 9)
            request.append(ruleMessage: rule)
            let message = request.finished()
            for position in message.indices {
                for octet in [0, 1, 3, 4, 16, 127, 128, 255] as [UInt8] {
                    var bytes = message
                    bytes[position] = octet
                    guard let header = NetlinkHeader(bytes.span, at: 0) else { continue }
                    if KernelRule(bytes.span, header.payload) != nil { understood += 1 }
                }
            }
        }
        #expect(understood > 0)
    }

    @Test(.enabled(if: isRoot)) func `come back as they were added, and go again, but those of others stay`() throws {
        let cable = try Cable()
        try cable.left.enter {
            let (socket, monitor) = (try RouteSocket(), try ForwardingMonitor())
            for rule in Self.samples { try socket.add(rule) }
            #expect(try Set(socket.rules(marked: ours)) == Set(Self.samples))
            for rule in Self.samples {
                let failure = #expect(throws: SystemError.self) { try socket.add(rule) }
                #expect(failure?.code == EEXIST, "\(rule)")
            }
            try shell("ip rule add from 10.9.0.0/16 lookup 7 pref 500 && ip rule del pref 500")
            #expect(try monitor.drain(mark: ours, ignoring: [socket.port]) == nil)
            try shell("ip rule del pref 300")
            #expect(try monitor.drain(mark: ours, ignoring: [socket.port]) != nil)
            try socket.add(Self.samples[0])
            for rule in Self.samples {
                try socket.remove(rule)
                let failure = #expect(throws: SystemError.self) { try socket.remove(rule) }
                #expect(failure?.code == ENOENT, "\(rule)")
            }
            #expect(try socket.rules(marked: ours).isEmpty)
            try shell("ip rule add from 192.0.2.10 lookup 1000 pref 300")
            let failure = #expect(throws: SystemError.self) { try socket.remove(Self.samples[0]) }
            #expect(failure?.code == ENOENT)
            #expect(try shell("ip rule").contains("from 192.0.2.10 lookup 1000"))
        }
    }
}
