import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// A planned stop loses nothing: what a client with 250 connections a second sees of it.
@Suite(.serialized) struct PlannedStopTests {
    private static let address = "192.0.2.10"
    private static let gapLimit: UInt64 = 20_000_000
    /// From here on the machine, not the service, is what was measured.
    private static let disturbance: UInt64 = 12_000_000

    /// One stop, as the client saw it, and what it saw of a server that had no part in it.
    private struct Measurement: CustomStringConvertible {
        var stopped: String
        var service: ProbeStatistics
        var control: ProbeStatistics
        /// When the longest gap began, in nanoseconds from the stop; negative for before it.
        var gapBegan: Int64 = 0
        /// The requests that failed, with their times from the stop.
        var failed: [String] = []
        /// From the stop until it was over, in nanoseconds.
        var duration: UInt64

        private var hasGap: Bool { service.longestGap >= PlannedStopTests.gapLimit }
        private var hasFailures: Bool { service.failures > 1 }
        var isGood: Bool { !hasGap && !hasFailures }
        /// Whether what is wrong was wrong with the bystander too.
        var isDisturbed: Bool {
            let isLate = max(control.longestGap, control.clientDelay) >= PlannedStopTests.disturbance
            return (!hasGap || isLate) && (!hasFailures || control.failures > 0)
        }

        var description: String {
            "\(stopped) stops in \(milliseconds(duration)) ms: longest gap \(milliseconds(service.longestGap)) ms from "
                + "\(gapBegan / 1_000_000) ms on, \(service.failures) of "
                + "\(service.requests) failed; bystander: gap \(milliseconds(control.longestGap)) ms, "
                + "\(control.failures) failed; client late by \(milliseconds(control.clientDelay)) ms"
                + (failed.isEmpty ? "" : "; failed: \(failed.prefix(5).joined(separator: ", "))")
        }

        private func milliseconds(_ nanoseconds: UInt64) -> String { (Double(nanoseconds) / 1e6).thousandths }
    }

    /// Two hosts behind one address, a bystander that serves its own, and a client that asks both.
    private final class Stage {
        let laboratory: Laboratory
        let observer: Observer
        let members: [Member]
        let probe: Probe

        init(_ first: Program, _ second: Program) throws {
            let laboratory = try Laboratory(visible: [Program.binaries])
            self.laboratory = laboratory
            observer = Observer(laboratory)
            members = try [first, second].enumerated().map { number, program in
                // Who restarts stays Backup, so that the next stop need not wait for a failback.
                let configuration = """
                    vrrp_instance service {
                     interface eth0
                     virtual_router_id 51
                     priority \(number == 0 ? 101 : 100)
                     advert_int 1
                     nopreempt
                     virtual_ipaddress {
                      \(PlannedStopTests.address)
                     }
                    }

                    """
                let name = "\(program)-\(number + 1)"
                let interface = Interface("eth0", addresses: [try .init("192.0.2.\(number + 1)", 24)])
                let member = try Member(name, program, configuration, [interface], in: laboratory)
                member.prepare = { try Self.serve(PlannedStopTests.address, name, on: $0) }
                try member.boot()
                return member
            }
            let bystander = try laboratory.addHost("bystander", "192.0.2.3")
            try Self.serve("192.0.2.3", "bystander", on: bystander)
            let servers = members.compactMap(\.host) + [bystander]
            #expect(try observer.wait(seconds: 10) { try servers.allSatisfy { try $0.listens(on: 80) } })
            let client = try laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.100", 24)])])
            let targets = [Probe.Target(try ip(PlannedStopTests.address)), Probe.Target(try ip("192.0.2.3"))]
            probe = try Probe(in: client, targets: targets, timeout: 250_000_000)
        }

        private static func serve(_ address: String, _ name: String, on host: Host) throws {
            try host.writeFile("/run/haproxy.cfg", haproxyConfiguration(address, name: name))
            // Before others on a busy machine: a server that waits for a processor is no gap of the address.
            _ = try host.start("nice", ["-n", "-20", "haproxy", "-db", "-f", "/run/haproxy.cfg"])
        }

        func isOwned(by owner: Int) throws -> Bool {
            let address = try ip(PlannedStopTests.address)
            return members.indices.allSatisfy { members[$0].holds(address) == ($0 == owner) }
        }

        /// Starts the first, and once it is Active and serves, the second.
        func open() throws {
            try members[0].start()
            try #require(
                try observer.wait(seconds: 10) {
                    try isOwned(by: 0) && probe.latestAnswer(from: 0)?.host == members[0].name
                }, "\(members[0].log.tail())")
            try startAgain(1)
        }

        func startAgain(_ number: Int) throws {
            let member = members[number]
            try member.start()
            try #require(
                try observer.wait(seconds: 10) { member.hasSaid("Entering BACKUP STATE") },
                "\(member.name) does not start\n\(member.log.tail())")
        }

        /// Stops the owner, measures, and starts it again.
        func stop(_ owner: Int) throws -> Measurement {
            let (leaving, successor) = (members[owner], members[1 - owner])
            let begin = monotonicNanoseconds()
            try leaving.stop()
            let moved = try observer.wait(seconds: 10) { try isOwned(by: 1 - owner) && leaving.hasStopped }
            try #require(moved, "\(leaving.log.tail())\n\(successor.log.tail())")
            let end = monotonicNanoseconds() + 100_000_000
            try startAgain(owner)
            // The fate of every request of that time must be known.
            try observer.wait(seconds: 2) { monotonicNanoseconds() > end + 300_000_000 }
            let measurement = Measurement(
                stopped: leaving.name, service: probe.statistics(of: 0, from: begin, to: end),
                control: probe.statistics(of: 1, from: begin, to: end), gapBegan: longestGap(from: begin, to: end),
                failed: failures(from: begin, to: end), duration: end - begin)
            print("PLANNED", measurement)
            return measurement
        }

        private func failures(from start: UInt64, to end: UInt64) -> [String] {
            probe.samples(since: start).filter {
                $0.target == 0 && !$0.isAnswer && $0.started >= start && $0.started < end
            }
            .map { sample in
                let times = [sample.started, sample.ended].map { (Double($0 - start) / 1e6).thousandths }
                return "\(times[0]) to \(times[1]) ms \(sample.outcome)"
            }
        }

        /// When the longest gap that ends in the span began, relative to the span.
        private func longestGap(from start: UInt64, to end: UInt64) -> Int64 {
            let answers = probe.samples(since: start - 2_000_000_000)
                .filter { $0.target == 0 && $0.isAnswer && $0.ended <= end }.map(\.ended)
            let gaps = zip(answers, answers.dropFirst()).filter { $0.1 >= start }
            let longest = gaps.max { $0.1 - $0.0 < $1.1 - $1.0 }
            return longest.map { Int64($0.0) - Int64(start) } ?? 0
        }

        func close() {
            probe.stop()
            laboratory.close()
        }
    }

    /// Measures stops of our own daemon until ten of them were measured on a machine that kept up.
    private func measureStops(_ first: Program, _ second: Program) throws -> [Measurement] {
        let stage = try Stage(first, second)
        defer { stage.close() }
        try stage.open()
        var measurements: [Measurement] = []
        var discarded = 0
        var owner = 0
        while measurements.count < 10 {
            let measurement = try stage.stop(owner)
            let isOurs = stage.members[owner].program == .understudy
            owner = 1 - owner
            guard isOurs else { continue }
            if !measurement.isGood, measurement.isDisturbed {
                // A server that did not move was not answered in time either: nothing was learned about the stop.
                discarded += 1
                try #require(discarded <= 10, "this machine is too busy to measure a gap of 20 ms")
            } else {
                measurements.append(measurement)
            }
        }
        return measurements
    }

    @Test(arguments: [Program.understudy, .keepalived])
    func `ten planned stops of ten leave no gap of 20 ms and fail at most one request`(peer: Program) throws {
        let measurements = try measureStops(.understudy, peer)
        #expect(measurements.count == 10)
        for measurement in measurements { #expect(measurement.isGood, "\(measurement)") }
    }

    @Test func `keepalived's own planned stop leaves a gap of more than half a second`() throws {
        let stage = try Stage(.keepalived, .keepalived)
        defer { stage.close() }
        try stage.open()
        let measurement = try stage.stop(0)
        #expect(measurement.service.longestGap > 500_000_000)
    }
}
