import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// A pair under 250 requests a second, each host with two interfaces on the segment.
private final class MatrixPair {
    static let address = "192.0.2.10"

    let trial: Trial
    let hosts: [Host]
    let holders: [HoldingRecorder]
    let probe: Probe
    private(set) var daemons: [RunningDaemon] = []
    private(set) var files = [MatrixFile(priority: 150), MatrixFile(priority: 100)]

    init() throws {
        let trial = try Trial()
        self.trial = trial
        hosts = try (1...2).map { number in
            let interfaces = [
                Interface("eth0", addresses: [try .init("192.0.2.\(number)", 24)]),
                Interface("eth1", addresses: [try .init("192.0.2.2\(number)", 24)]),
            ]
            let host = try trial.laboratory.addHost("lb\(number)", interfaces)
            try host.setSysctl("net/ipv4/ip_nonlocal_bind", "1")
            // Each interface answers for its own addresses.
            try host.setSysctl("net/ipv4/conf/all/arp_ignore", "1")
            try host.setSysctl("net/ipv4/conf/all/arp_announce", "2")
            try host.writeFile("/run/haproxy.cfg", haproxyConfiguration(Self.address, name: "lb\(number)"))
            _ = try host.start("nice", ["-n", "-20", "haproxy", "-db", "-f", "/run/haproxy.cfg"])
            return host
        }
        let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.100", 24)])])
        holders = try hosts.map { try HoldingRecorder(try ip(Self.address), in: $0.namespaces.network) }
        let hosts = hosts
        #expect(try trial.observer.wait(seconds: 10) { try hosts.allSatisfy { try $0.listens(on: 80) } })
        probe = try Probe(in: client, targets: [Probe.Target(try ip(Self.address))], timeout: 250_000_000)
    }

    func open() throws {
        daemons = try zip(hosts, files).map { try trial.start($0, $1.text) }
        try settle("the start", owner: 0)
    }

    /// Ends when one host has had the address for a while, and serves.
    func settle(_ what: String, owner wanted: Int? = nil) throws {
        var since: UInt64?
        let isSettled = try trial.observer.wait(seconds: 15) {
            let now = monotonicNanoseconds()
            let owners = [0, 1].filter { holders[$0].isHolding }
            let answer = probe.latestAnswer(from: 0)
            let isServed = owners.count == 1 && answer?.host == "lb\(owners[0] + 1)" && wanted ?? owners[0] == owners[0]
            since = isServed ? since ?? now : nil
            return since.map { now - $0 > 600_000_000 } ?? false
        }
        guard isSettled else {
            throw DidNotHappen(
                description: "no single owner after \(what)\n"
                    + daemons.map { $0.log.tail() }.joined(separator: "\n"))
        }
    }

    /// Lets both hosts read what is written; they do at the same time.
    func reload(_ new: [MatrixFile]) throws {
        let marks = daemons.map(\.mark)
        let changed = [0, 1].filter { new[$0] != files[$0] }
        for number in changed { try hosts[number].writeFile("/run/vrrp.conf", new[number].text) }
        for number in changed { try daemons[number].process.send(.reload) }
        for number in changed { try daemons[number].says("Reload finished", since: marks[number]) }
        files = new
    }

    /// What a client saw from `start` until now.
    func seen(since start: UInt64) -> ProbeStatistics {
        probe.statistics(of: 0, from: start, to: monotonicNanoseconds() - 260_000_000)
    }

    func close() {
        probe.stop()
        for holder in holders { holder.stop() }
    }
}

/// What a reload may change while a host is MASTER, and what clients notice of it.
@Suite(.serialized) struct ReloadMatrixTests {
    /// What a loaded machine adds to a gap.
    private static let slack: UInt64 = 100

    @Test func `a reload of whatever kind costs clients nothing where the protocol asks for nothing`() throws {
        #expect(MatrixChange.all.count >= 30)
        let pair = try MatrixPair()
        defer { pair.close() }
        try pair.open()
        let base = pair.files
        for change in MatrixChange.all {
            var new = base
            change.change(&new[0])
            if change.ofBoth { change.change(&new[1]) }
            for (files, what) in [(new, change.name), (base, "\(change.name), and back")] {
                let (start, mark) = (monotonicNanoseconds(), pair.daemons[0].mark)
                try pair.reload(files)
                let mayMove = if case .gap = change.cost { true } else { false }
                try pair.settle(what, owner: mayMove && files == new ? nil : 0)
                let seen = pair.seen(since: start)
                print(
                    "MATRIX \(what): longest gap \((Double(seen.longestGap) / 1e6).thousandths) ms, \(seen.failures) of "
                        + "\(seen.requests) failed")
                switch change.cost {
                case .nothing:
                    #expect(seen.failures == 0, "\(what): \(seen.failures) of \(seen.requests) failed")
                    let said = pair.daemons[0].lines(since: mark).filter { $0.contains(") Entering ") }
                    #expect(said.allSatisfy { !$0.contains("(\(files[0].name))") }, "\(what): \(said)")
                case .gap(let milliseconds):
                    #expect(
                        seen.longestGap < (milliseconds + Self.slack) * 1_000_000,
                        "\(what): \(seen.longestGap / 1_000_000) ms")
                }
            }
        }
    }

    /// Everything that a fresh start with the same file would have made the same.
    private struct Picture: Equatable {
        var instances: [String]
        var addresses: [String]
        var routes: [String]
        var rules: [String]

        init(_ host: Host, _ daemon: RunningDaemon) throws {
            instances = try daemon.status().instances.map { instance in
                let addresses = instance.addresses.map { "\($0.address)/\($0.prefixLength) \($0.interface)" }
                return "\(instance.name) \(instance.interface) \(instance.virtualRouterID) \(instance.vrrpVersion) "
                    + "\(instance.transport) \(instance.state) \(instance.priority.text) \(instance.preempts) "
                    + "\(instance.advertisementIntervalSeconds) \(instance.downTimerAdverts ?? 3) "
                    + "\(instance.checks.map(\.name)) \(instance.syncGroup ?? "") \(instance.obstacles) \(addresses)"
            }.sorted()
            func lines(_ arguments: String...) throws -> [String] {
                try host.run("ip", arguments).output.split(separator: "\n").map(String.init)
            }
            // What is left of the lease changes by itself, and so does the order.
            addresses = try lines("-o", "addr").map { line in
                line.split(separator: " ").filter { $0 != "\\" && !$0.hasSuffix("sec") }.joined(separator: " ")
            }.sorted()
            routes = try lines("route", "show", "table", "all", "proto", "112").sorted()
            rules = try lines("rule").filter { $0.contains("112") }
        }
    }

    @Test(arguments: 1...3)
    func `ten random changes end where a fresh start ends`(seed: UInt64) throws {
        var random = SeededNumbers(seed: seed)
        let trial = try Trial()
        let host = try trial.laboratory.addHost(
            "lb1",
            [
                Interface("eth0", addresses: [try .init("192.0.2.1", 24)]),
                Interface("eth1", addresses: [try .init("192.0.2.21", 24)]),
            ])
        var file = MatrixFile(priority: 150)
        let daemon = try trial.start(host, file.text)
        try daemon.becomes(.active, "service")
        var made: [String] = []
        while made.count < 10 {
            guard let change = MatrixChange.all.randomElement(using: &random) else { break }
            var new = Int.random(in: 0...3, using: &random) == 0 ? MatrixFile(priority: 150) : file
            change.change(&new)
            try host.writeFile("/run/next.conf", new.text)
            // What contradicts an earlier change is no file that anybody runs.
            let checked = try host.run(Trial.command, ["check", "/run/next.conf"])
            guard checked.status != .exited(code: 2), new != file else { continue }
            made.append(change.name)
            file = new
            try daemon.reload(file.text)
        }
        func picture(_ daemon: RunningDaemon) throws -> Picture {
            try daemon.becomes(.active, file.name)
            var last: Picture?
            // Until nothing more happens.
            try trial.waitFor("an end of changes", seconds: 10) {
                let next = try Picture(host, daemon)
                defer { last = next }
                return next == last && next.instances.allSatisfy { $0.contains(" active ") }
            }
            return try #require(last)
        }
        let changed = try picture(daemon)
        _ = try daemon.stop()
        let fresh = try picture(try trial.start(host, file.text))
        #expect(changed == fresh, "\(made)\n\(file.text)")
    }
}
