import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// The client measures what a client would see.
@Suite(.serialized) struct LabProbeTests {
    private let service = "192.0.2.1"

    /// A laboratory with a host that answers, and a client that asks.
    private func stage() throws -> (lab: Laboratory, host: Rehearsal.Host, server: SpawnedProcess, probe: Probe) {
        let lab = try Laboratory.forTests()
        let host = try lab.addHost("lb1", service)
        let server = try host.start(BuiltPrograms.understudy, ["rehearse-part", "respond", "lb1", service])
        #expect(try Observer(lab).wait(seconds: 10) { try host.listens(on: 80) })
        let client = try lab.addClient([Interface("eth0", addresses: [try .init("192.0.2.9", 24)])])
        let probe = try Probe(in: client, targets: [Probe.Target(try ip(service))])
        return (lab, host, server, probe)
    }

    @Test func `an undisturbed service has no failures and 250 answers a second`() throws {
        let (lab, _, _, probe) = try stage()
        defer { lab.close() }
        let observer = Observer(lab)
        #expect(try observer.wait(seconds: 10) { probe.latestAnswer(from: 0)?.host == "lb1" })
        let start = monotonicNanoseconds()
        try observer.wait(seconds: 1) { false }
        let seen = probe.statistics(of: 0, from: start, to: start + 1_000_000_000)
        #expect(seen.failures == 0)
        #expect(seen.responders == ["lb1"])
        // Fewer only by the time in which this machine did not run the client.
        #expect(seen.requests >= 200 || seen.clientDelay > 20_000_000)
        #expect(seen.longestGap < 20_000_000 + 2 * seen.clientDelay)
    }

    @Test func `a pause of the service is a gap of that length and fails nothing`() throws {
        let (lab, _, server, probe) = try stage()
        defer { lab.close() }
        let observer = Observer(lab)
        #expect(try observer.wait(seconds: 10) { probe.latestAnswer(from: 0) != nil })
        let start = monotonicNanoseconds()
        try server.send(.stop)
        try observer.wait(seconds: 0.4) { false }
        try server.send(.continue)
        let resumed = monotonicNanoseconds()
        #expect(try observer.wait(seconds: 10) { (probe.latestAnswer(from: 0)?.instant ?? 0) > resumed })
        let seen = probe.statistics(of: 0, from: start, to: monotonicNanoseconds())
        #expect(seen.failures == 0)
        #expect(seen.longestGap >= 380_000_000)
    }

    @Test func `a dead service refuses each request once`() throws {
        let (lab, _, server, probe) = try stage()
        defer { lab.close() }
        let observer = Observer(lab)
        #expect(try observer.wait(seconds: 10) { probe.latestAnswer(from: 0) != nil })
        try server.send(.kill)
        _ = try server.wait(until: nil)
        let start = monotonicNanoseconds()
        try observer.wait(seconds: 0.5) { false }
        let end = monotonicNanoseconds()
        let seen = probe.statistics(of: 0, from: start, to: end)
        #expect(seen.requests > 0)
        #expect(seen.failures == seen.requests)
        #expect(seen.longestGap == end - start)
        #expect(probe.samples(since: start).allSatisfy { !$0.isAnswer })
    }

    @Test func `silence is a timeout and counts once for each request`() throws {
        let (lab, host, _, probe) = try stage()
        defer { lab.close() }
        let observer = Observer(lab)
        #expect(try observer.wait(seconds: 10) { probe.latestAnswer(from: 0) != nil })
        try lab.setForwarding(of: host, "eth0", false)
        let start = monotonicNanoseconds()
        #expect(try observer.wait(seconds: 10) { probe.samples(since: start).contains { $0.outcome == .timedOut } })
        let timedOut = probe.samples(since: start).filter { $0.outcome == .timedOut }
        #expect(timedOut.allSatisfy { $0.ended - $0.started >= 1_000_000_000 })
        #expect(Set(timedOut.map(\.started)).count == timedOut.count)
    }
}
