import LinuxKernel
import Rehearsal
import Testing

/// The end of many containers: the kernel removes thousands of interfaces, and whoever configures a network waits meanwhile, in
/// whatever network namespace it is.
@Suite(.serialized) struct BusyKernelTests {
    /// A host that makes as many interfaces as it takes to keep the kernel at their removal.
    private final class Hog {
        let host: Host
        private var pairs = 2000

        /// - Parameter least: for how many milliseconds a removal shall last.
        init(_ trial: Trial, _ least: Double) throws {
            host = try trial.laboratory.addHost("hog", "198.51.100.1")
            while try hold({}) < least {
                try #require(pairs < 64_000, "this kernel is never long at it")
                pairs += pairs / 2
            }
        }

        /// Does `body` while they are removed, and returns for how many milliseconds that went on.
        @discardableResult
        func hold(_ body: () throws -> Void = {}) throws -> Double {
            try make(5)
            let start = monotonicNanoseconds()
            let removal = try remove(5)
            try body()
            _ = try removal.wait(until: nil)
            return Double(monotonicNanoseconds() - start) / 1e6
        }

        /// Does it twice, so that the second one waits for the first one, `delay` seconds after that has begun.
        func holdTwice(after delay: Double = 0) throws {
            for group in [5, 6] { try make(group) }
            let first = try remove(5)
            try BusyKernelTests.rest(delay)
            let second = try remove(6)
            for removal in [first, second] { _ = try removal.wait(until: nil) }
        }

        private func make(_ group: Int) throws {
            let line = "link add a\(group).$i group \(group) type veth peer name b\(group).$i group \(group)"
            let script = "for i in $(seq \(pairs)); do echo \(line); done | ip -batch -"
            let made = try host.run("sh", ["-c", script], seconds: 60)
            try #require(made.status == .exited(code: 0), "\(made.output)")
        }

        private func remove(_ group: Int) throws -> SpawnedProcess {
            try host.start("ip", ["link", "del", "group", "\(group)"])
        }
    }

    /// Without a look at any network, which would wait for the kernel as well.
    private static func rest(_ seconds: Double) throws {
        var nothing: [Readiness] = []
        try Readiness.wait(&nothing, until: monotonicNanoseconds() + UInt64(seconds * 1e9))
    }

    private func rest(_ seconds: Double) throws { try Self.rest(seconds) }

    /// What the kernel says now: its news may be behind.
    private func listed(_ host: Host) throws -> Set<String> {
        let list = try host.run("ip", ["-o", "-4", "address", "show", "dev", "eth0"]).output
        return Set(list.split(whereSeparator: { $0.isWhitespace || $0 == "/" }).map(String.init))
    }

    @Test func `adverts go on while the kernel is at something else, and the addresses stay`() throws {
        let trial = try Trial()
        let (near, far) = (try trial.host(), try trial.host("lb2", "192.0.2.2"))
        let hog = try Hog(trial, 1100)
        let recorder = try AdvertRecorder(in: far.namespaces.network)
        let configuration = instance(priority: 150)
        let (active, standby) = (try trial.start(near, configuration), try trial.start(far, instance()))
        try active.becomesMaster()
        try standby.says("Entering BACKUP STATE")
        let (mark, standbyMark) = (active.mark, standby.mark)
        let start = monotonicNanoseconds()
        // Longer than a standby waits for the next advert, several times; and again as soon as it is over, when there is
        // something to repair.
        try hog.hold()
        try hog.holdTwice()
        // When the lease has ended, and the kernel waits for itself: it takes the address back between the two.
        try hog.holdTwice(after: 0.95)
        let text = active.text(since: mark)
        #expect(text.contains("put back"), "nothing had to be repaired\n\(text)")
        let gaps = recorder.gaps(since: start, from: "192.0.2.1").sorted()
        #expect(recorder.isSteady(gaps), "\(gaps.suffix(5)) of \(gaps.count)\n\(active.text(since: mark))")
        #expect(!active.text(since: mark).contains("BACKUP STATE"), "\(active.text(since: mark))")
        #expect(!standby.text(since: standbyMark).contains("MASTER STATE"), "\(standby.text(since: standbyMark))")
        #expect(try near.holds(try ip("192.0.2.10")))
        try active.says("to renew addresses: something else on this host", since: mark)
        print("BUSY KERNEL: longest gap between adverts \(gaps.last ?? 0) ms of 100")
    }

    /// The two hosts have one kernel here; what it does to the standby is asked.
    ///
    /// The first member of a sync group waits, and the others after it.
    @Test func `a standby that takes over while the kernel is at something else advertises, and stays MASTER`() throws {
        let trial = try Trial()
        let (near, far) = (try trial.host(), try trial.host("lb2", "192.0.2.2"))
        let hog = try Hog(trial, 1200)
        let recorder = try AdvertRecorder(in: near.namespaces.network)
        func group(_ priority: Int) -> String {
            let members = (1...3).map {
                instance("VI_\($0)", id: 50 + $0, priority: priority, addresses: ["192.0.2.1\($0)/24"])
            }
            return members.joined() + "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n VI_3\n }\n}\n"
        }
        let (active, standby) = (try trial.start(near, group(150)), try trial.start(far, group(100)))
        try active.says("(VI_3) Entering MASTER STATE")
        try standby.says("(VI_3) Entering BACKUP STATE")
        let (mark, start) = (standby.mark, monotonicNanoseconds())
        try hog.hold {
            try rest(0.1)
            active.process.sendToAll(.kill)
        }
        let end = monotonicNanoseconds()
        let addresses = try (1...3).map { try ip("192.0.2.1\($0)") }
        try trial.waitFor("the standby to have the addresses\n\(standby.text(since: mark))") {
            try addresses.allSatisfy { try far.holds($0) }
        }
        try rest(1)
        let first = try #require(recorder.adverts(since: start, from: "192.0.2.2").first)
        #expect(first.instant < end, "it did not take over while the kernel was busy")
        for id in UInt8(51)...53 {
            let gaps = recorder.gaps(since: start, id: id, from: "192.0.2.2").sorted()
            #expect(recorder.isSteady(gaps), "\(id): \(gaps.suffix(5)) of \(gaps.count)\n\(standby.text(since: mark))")
        }
        #expect(!standby.text(since: mark).contains("BACKUP STATE"), "\(standby.text(since: mark))")
        #expect(try addresses.allSatisfy { try far.holds($0) })
    }

    /// A process whose thread waits in the kernel does not end: nobody would advertise between it and its successor.
    @Test func `an upgrade while the kernel is at something else is no silence, and moves nothing`() throws {
        let trial = try Trial()
        let (near, far) = (try trial.host(), try trial.host("lb2", "192.0.2.2"))
        let hog = try Hog(trial, 900)
        let recorder = try AdvertRecorder(in: far.namespaces.network)
        let (active, standby) = (try trial.start(near, instance(priority: 150)), try trial.start(far, instance()))
        try active.becomesMaster()
        try standby.says("Entering BACKUP STATE")
        let (mark, standbyMark, start) = (active.mark, standby.mark, monotonicNanoseconds())
        var upgrade: SpawnedProcess?
        try hog.hold {
            // A renewal waits by then.
            try rest(0.4)
            upgrade = try near.start(Trial.command, ["upgrade"])
        }
        #expect(try upgrade?.wait(until: monotonicNanoseconds() + 10_000_000_000) == .exited(code: 0))
        try active.says("which made room for an upgrade", since: mark)
        try rest(1)
        let gaps = recorder.gaps(since: start, from: "192.0.2.1").sorted()
        #expect(recorder.isSteady(gaps), "\(gaps.suffix(5)) of \(gaps.count)\n\(active.text(since: mark))")
        #expect(!active.text(since: mark).contains("BACKUP STATE"), "\(active.text(since: mark))")
        #expect(!standby.text(since: standbyMark).contains("MASTER STATE"), "\(standby.text(since: standbyMark))")
        #expect(try near.holds(try ip("192.0.2.10")))
    }

    /// So many that the kernel lets the removal in between two addresses of one renewal.
    @Test(arguments: [false, true])
    func `addresses that are given up meanwhile are gone for good`(byReload: Bool) throws {
        let trial = try Trial()
        let (near, far) = (try trial.host(), try trial.host("lb2", "192.0.2.2"))
        let hog = try Hog(trial, 900)
        let recorder = try AdvertRecorder(in: far.namespaces.network)
        let addresses = (10..<90).map { "192.0.2.\($0)" }
        func file(_ addresses: some Sequence<String>) -> String {
            instance(priority: 150, addresses: addresses.map { $0 + "/24" })
        }
        let daemon = try trial.start(near, file(addresses))
        try daemon.becomesMaster()
        let (mark, start) = (daemon.mark, monotonicNanoseconds())
        let stays = byReload ? Set(addresses.prefix(75)) : []
        try hog.hold {
            // One renewal waits for the kernel by then, and another one for that.
            try rest(0.6)
            try near.writeFile("/run/vrrp.conf", file(addresses.filter(stays.contains)))
            try daemon.process.send(byReload ? .reload : .terminate)
        }
        if byReload {
            try daemon.says("Reload finished", since: mark)
        } else {
            #expect(try daemon.process.wait(until: monotonicNanoseconds() + 10_000_000_000) == .exited(code: 0))
        }
        // What a renewal puts back stays for a second.
        for _ in 0..<8 {
            let held = try listed(near).intersection(addresses)
            #expect(held == stays, "\(held.symmetricDifference(stays).sorted())\n\(daemon.text(since: mark))")
            try rest(0.25)
        }
        if byReload {
            let gaps = recorder.gaps(since: start, from: "192.0.2.1").sorted()
            #expect(recorder.isSteady(gaps), "\(gaps.suffix(5)) of \(gaps.count)\n\(daemon.text(since: mark))")
        }
    }

    /// The order that matters: what is renewed while the removal waits must not come after it.
    @Test func `whoever removes an address waits for renewals first, and can do something else meanwhile`() throws {
        let trial = try Trial()
        let near = try trial.host()
        let hog = try Hog(trial, 400)
        let renewer = try near.inNetwork { () throws(SystemError) in try Renewer() }
        let index = try #require(try near.namespaces.network.interfaceIndex("eth0"))
        let address = try ip("192.0.2.10")
        var request = AddressRequest(interfaceIndex: UInt32(index), address: address, prefixLength: 24)
        request.validSeconds = 60
        var patience = 0
        try hog.hold {
            // The kernel is at it, and then the first one at its door.
            try rest(0.1)
            renewer.renew([request], for: "V")
            try rest(0.1)
            let waited = renewer.renew([request], for: "V")
            #expect(waited > 50_000_000)
            let refusals = renewer.change([.remove(request), .remove(request)]) { _ in
                patience += 1
                // As the next advert does.
                renewer.renew([request], for: "V")
            }
            #expect(refusals.map { $0?.code } == [nil, 99])
            renewer.resume(withoutOrdersOf: "another") { $0.address == address }
            renewer.hold { _ in }
        }
        #expect(try !near.holds(address))
        #expect(patience > 20)
    }

    /// The removal waits behind one renewal and before the next, which puts the address back before the daemon hears of it.
    @Test func `an address that somebody removes meanwhile is back, and stays`() throws {
        let trial = try Trial()
        let near = try trial.host()
        let hog = try Hog(trial, 900)
        let daemon = try trial.start(near, instance(priority: 150))
        try daemon.becomesMaster()
        let address = try ip("192.0.2.10")
        for _ in 0..<2 {
            let mark = daemon.mark
            try hog.hold {
                try rest(0.3)
                _ = try near.start("ip", ["address", "del", "192.0.2.10/24", "dev", "eth0"])
            }
            try trial.waitFor("the address to be put back\n\(daemon.text(since: mark))") {
                daemon.text(since: mark).contains("gratuitous ARPs on eth0 for 192.0.2.10")
            }
            // Longer than its lease. Whoever believes that it is gone, and cannot add it, lets it end.
            let isRefused = try trial.observer.wait(seconds: 1.5) {
                daemon.text(since: mark).contains("cannot add") || daemon.text(since: mark).contains("had refused it")
            }
            #expect(!isRefused, "\(daemon.text(since: mark))")
            #expect(try near.holds(address))
        }
    }
}
