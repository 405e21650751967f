import Foundation
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

    @Test func `the client for scripts says in JSON what it saw of each address`() throws {
        let (lab, host, server, probe) = try stage()
        defer { lab.close() }
        probe.stop()
        let observer = Observer(lab)
        // The host asks itself.
        let log = try OutputLog("probe")
        let arguments = ["rehearse-part", "probe", "--timeout", "100", service]
        let client = try host.start(BuiltPrograms.understudy, arguments, log: log)
        #expect(try observer.wait(seconds: 10) { log.text == "serving\n" })
        try server.send(.kill)
        _ = try server.wait(until: nil)
        try observer.wait(seconds: 0.3) { false }
        try client.send(.terminate)
        #expect(try client.wait(until: monotonicNanoseconds() + 10_000_000_000) == .exited(code: 0))

        let line = try #require(log.text.split(separator: "\n").last)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let report = try decoder.decode(Seen.self, from: Data(line.utf8))
        let row = try #require(report.targets.first)
        #expect(report.targets.count == 1)
        #expect(row.address == service)
        #expect(row.failedRequests > 0 && row.failedRequests <= row.requests)
        #expect(row.longestGapSeconds >= 0.29 && row.longestGapSeconds <= report.seconds)
        #expect(row.clientDelaySeconds >= 0)
    }

    @Test func `the client for scripts says which address never answered`() throws {
        let (lab, host, _, probe) = try stage()
        defer { lab.close() }
        probe.stop()
        let arguments = ["rehearse-part", "probe", "--patience", "1", service, "192.0.2.77"]
        let result = try host.run(BuiltPrograms.understudy, arguments)
        #expect(result.status == .exited(code: 1))
        #expect(result.output == "probe: 192.0.2.77 does not answer\n")
    }

    /// What `rehearse-part probe` prints.
    private struct Seen: Decodable {
        struct Target: Decodable {
            var address: String
            var requests: Int
            var failedRequests: Int
            var longestGapSeconds: Double
            var clientDelaySeconds: Double
            var responders: [String]
        }
        var seconds: Double
        var targets: [Target]
    }
}
