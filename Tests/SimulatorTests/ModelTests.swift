import Simulator
import Testing

/// Routers of another make: what they are known to do is what their models do, and ours beside them keep their promises.
@Suite struct `Models of other programs` {
    private func play(_ text: String) throws -> Report { Simulator.play(try Scenario(reading: text)) }

    private func expectKept(_ text: String) throws {
        let report = try play(text)
        #expect(report.violations.isEmpty, "\(report.story)")
    }

    /// keepalived 2.2.7: an address deleted by hand costs 0.6 s, because it resigns first and then takes over again.
    @Test func `keepalived loses the service for Skew_Time when somebody deletes an address`() throws {
        let nodes = "version 2\nnode a priority 100 kind keepalived\nat 10s delete a\nexpect owner a at 15s\n"
        try expectKept(nodes + "expect time without owner at most 620ms")
        #expect(try !play(nodes + "expect time without owner at most 600ms").violations.isEmpty)
    }

    /// keepalived has no lease: what a killed daemon held stays until somebody starts it again.
    @Test func `keepalived leaves its addresses behind when it is killed`() throws {
        let nodes = """
            node a priority 150 kind keepalived
            node b priority 100
            at 10s kill a
            end 60s
            """
        #expect(try !play(nodes + "\nexpect time with two owners at most 40s").violations.isEmpty)
        try expectKept(nodes.replacing("kind keepalived", with: "") + "\nexpect time with two owners at most 2s")
    }

    /// FRR 8.4: priority 100 waits 600 ms after a resignation, where the formula says 609.375 ms.
    @Test func `FRR counts Skew_Time in whole centiseconds`() throws {
        let nodes =
            "version 2\nnode a priority 150 preempt no\nnode b priority 100 kind KIND preempt no\nat 10s stop a\n"
        let early = "expect owner none at 0ms\nexpect owner b at 10.9s\nexpect time without owner at most 0ms"
        for kind in ["frr", "keepalived"] { try expectKept(nodes.replacing("KIND", with: kind) + early) }
        let stopped = try play(nodes.replacing("KIND", with: "frr") + early).log
        #expect(stopped.contains { $0.hasPrefix("  10.60") && $0.hasSuffix("b acquires") }, "\(stopped)")
    }

    @Test func `keepalived and FRR follow and preempt as the standard says`() throws {
        for kind in ["frr", "keepalived"] {
            try expectKept(
                """
                node a priority 100
                node b priority 150 kind \(kind) stopped
                at 10s start b
                expect owner a at 12.9s
                expect owner b at 14s
                expect owner changes at most 1
                """)
        }
    }

    /// 1774, 18357, 36584, 44095, 56627, 81414, 89839: found faults of the models and of their judges.
    @Test(arguments: [1774, 5899, 14_935, 18_357, 36_584, 44_095, 56_627, 81_414, 89_839] as [UInt64])
    func `leave our routers their promises`(seed: UInt64) {
        var simulator = Simulator(seed: seed, options: .demanding)
        let report = simulator.run()
        #expect(report.violations.isEmpty, "\(report.violations)")
    }
}
