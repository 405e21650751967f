import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import class Foundation.ProcessInfo

/// Crashes, hangs and pauses of a pair: who has the address, when, and what a client sees of it.
@Suite(.serialized) enum OneOwner {
    /// How often each question is asked; UNDERSTUDY_RUNS asks it as often as that.
    static func runs(_ usual: Int) -> Int {
        ProcessInfo.processInfo.environment["UNDERSTUDY_RUNS"].flatMap { Int($0) } ?? usual
    }

    /// Whether UNDERSTUDY_LONG asks for the questions that take minutes.
    static var isLong: Bool { ProcessInfo.processInfo.environment["UNDERSTUDY_LONG"] != nil }

    /// Prints what was measured: the median and the worst of it.
    static func tell(_ what: String, _ values: [Double], _ unit: String = "ms") {
        let sorted = values.sorted()
        guard let worst = sorted.last, let least = sorted.first else { return }
        print(
            "OWNER \(what): \(sorted.count) runs, median \(sorted[sorted.count / 2].thousandths) \(unit), least "
                + "\(least.thousandths) \(unit), worst \(worst.thousandths) \(unit)")
    }
}

/// Two hosts that share an address, a client that asks for it 250 times a second, and everything that is seen of them.
final class OwnerTrial {
    static let address = "192.0.2.10"

    let laboratory: Laboratory
    let observer: Observer
    let members: [Member]
    let probe: Probe
    let adverts: AdvertRecorder
    let holders: [HoldingRecorder]
    let interval: Double
    let client: NetworkNamespace

    init(interval: String = "1", second: String = "", programs: [Program] = [.understudy, .understudy]) throws {
        let laboratory = try Laboratory(visible: [Program.binaries])
        self.laboratory = laboratory
        observer = Observer(laboratory)
        self.interval = Double(interval) ?? 1
        members = try programs.enumerated().map { number, program in
            let configuration = """
                vrrp_instance service {
                 version 3
                 interface eth0
                 virtual_router_id 51
                 priority \(number == 0 ? 150 : 100)
                 advert_int \(interval)
                 \(number == 0 ? "" : second)
                 virtual_ipaddress {
                  \(Self.address)/24
                 }
                }

                """
            let name = "lb\(number + 1)"
            let eth0 = Interface("eth0", addresses: [try .init("192.0.2.\(number + 1)", 24)])
            let member = try Member(name, program, configuration, [eth0], in: laboratory)
            member.prepare = { host in
                try host.writeFile("/run/haproxy.cfg", haproxyConfiguration(Self.address, name: name))
                _ = try host.start("nice", ["-n", "-20", "haproxy", "-db", "-f", "/run/haproxy.cfg"])
            }
            try member.boot()
            return member
        }
        client = try laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.100", 24)])])
        adverts = try AdvertRecorder(in: client)
        holders = try members.map {
            try HoldingRecorder(try ip(Self.address), in: #require($0.host).namespaces.network)
        }
        let hosts = members.compactMap(\.host)
        #expect(try observer.wait(seconds: 10) { try hosts.allSatisfy { try $0.listens(on: 80) } })
        probe = try Probe(in: client, targets: [Probe.Target(try ip(Self.address))], timeout: 250_000_000)
    }

    /// Starts both; the first becomes Active and serves.
    ///
    /// Begun at the same moment, the second would be faster now and then, and keep what it has without preemption.
    func open() throws {
        try members[0].start()
        try waitFor("the first to serve", seconds: 10) {
            holders[0].isHolding && probe.latestAnswer(from: 0)?.host == "lb1"
        }
        try members[1].start()
        try waitFor("the second to hear it") { members[1].hasSaid("Entering BACKUP STATE") }
        try rest(0.3)
    }

    func waitFor(_ what: String, seconds: Double = 8, _ condition: () throws -> Bool) throws {
        guard try observer.wait(seconds: seconds, condition) else {
            throw DidNotHappen(
                description: "\(what)\nlb1: \(members[0].log.tail())\nlb2: \(members[1].log.tail())")
        }
    }

    /// Lets so much time pass, because that is what the question is about.
    func rest(_ seconds: Double) throws {
        let end = monotonicNanoseconds() + UInt64(seconds * 1e9)
        try observer.wait(seconds: seconds + 5) { monotonicNanoseconds() >= end }
    }

    func daemon(_ number: Int) throws -> SpawnedProcess { try #require(members[number].daemon) }

    /// The process that works for the guardian.
    func worker(_ number: Int) throws -> Int32 {
        let guardian = try daemon(number).pid
        return try #require(
            SpawnedProcess.children(of: guardian).first { processName(of: $0) == "understudyd-run" },
            "no worker\n\(members[number].log.tail())")
    }

    func hasWorker(_ number: Int, otherThan old: Int32) throws -> Bool {
        SpawnedProcess.children(of: try daemon(number).pid)
            .contains { $0 != old && processName(of: $0) == "understudyd-run" }
    }

    /// How often the second one was told to do something else.
    func transitions(_ number: Int) -> Int {
        members[number].log.text.split(separator: "\n").count { $0.contains(") Entering ") }
    }

    func close() {
        probe.stop()
        adverts.stop()
        for holder in holders { holder.stop() }
        laboratory.close()
    }

    deinit { close() }
}
