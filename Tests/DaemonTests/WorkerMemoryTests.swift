import Configuration
import LinuxKernel
import Testing
import VRRPCore
import VRRPWire

@testable import Daemon

/// What a worker leaves for its successor comes out as it went in, or not at all.
@Suite struct `The memory of a worker` {
    private static let heard = Heard(
        priority: Priority(120), interval: Centiseconds(30)!, source: IPAddress("fe80::1:2")!)

    private static func at(_ nanoseconds: UInt64) -> MonotonicInstant { MonotonicInstant(nanoseconds: nanoseconds) }

    private static let states: [VirtualRouter.State] = {
        var backup = Backup(takeOverAt: at(7), learnedInterval: Centiseconds(30)!)
        backup.lastHeard = heard
        backup.lastHeardAt = at(6)
        backup.preemptAt = at(9)
        backup.handedOver = true
        backup.hasListenedAgain = true
        var active = Active(
            advertisedAt: at(1), advertiseAt: at(2), announceAgain: .init(at: at(3), times: 5), refreshAt: at(4))
        active.answerRivalsAt = at(5)
        var resigning = Resigning(purpose: .switchOver, giveUpAt: at(11))
        resigning.successor = heard
        resigning.letGoAt = at(12)
        var announced = Resigning(purpose: .stop, giveUpAt: at(11))
        announced.announcementAwaited = false
        var resumed = resigning
        resumed.isResumed = true
        var resumedLate = resumed
        resumedLate.announcementAwaited = false
        return [
            .initialize(Initialize(isWanted: true)), .initialize(Initialize(isWanted: false)), .backup(backup),
            .backup(Backup(takeOverAt: at(1), learnedInterval: .oneSecond)), .active(active),
            .active(Active(advertisedAt: at(1), advertiseAt: at(2))), .resigning(resigning),
            .resigning(Resigning(purpose: .stop, giveUpAt: at(11))), .resigning(announced),
            .resigning(resumed), .resigning(resumedLate),
        ]
    }()

    private func router(_ state: VirtualRouter.State) -> RouterMemory {
        RouterMemory(
            key: "eth0 51 v4", state: state, checksumForm: .messageOnly, since: Self.at(3), hasTakenPart: true,
            cause: "nobody else was heard — ü",
            keyed: KeyedMemory(
                sent: AuthenticationSequence(rawValue: 7),
                marks: [
                    KeyedMemory.Mark(
                        source: IPAddress("192.0.2.3")!, sequence: AuthenticationSequence(rawValue: 9), at: Self.at(2),
                        believed: [8, 9].map { AuthenticationSequence(rawValue: $0) }),
                    KeyedMemory.Mark(
                        source: IPAddress("fe80::3")!, sequence: AuthenticationSequence(rawValue: .max), at: Self.at(3)),
                ]))
    }

    /// Work that waits is due "at once", which is an instant long past.
    ///
    /// A successor of a Backup that was killed then added the time since the boot to its wait, and never took over.
    @Test(arguments: [0, 1, 999, 1000, 1001, .max])
    func `says that nobody was deaf before the last turn of the loop, whatever was due then`(due: UInt64) throws {
        let memory = WorkerMemory(try SharedMemory(named: "test"), log: nil)
        memory.beat(at: Self.at(1000), dueAt: due == .max ? nil : Self.at(due))
        #expect(memory.pulse.dueAt == Self.at(max(due, 1000)))
        #expect(memory.pulse.aliveAt == Self.at(1000))
    }

    /// A guardian that looked during the millisecond of a reload slept for ten seconds, and a worker that was stopped then was not
    /// replaced (soak, seed 11261, 47 minutes).
    @Test func `the guardian looks again soon, whatever it was told to tolerate when it looked`() {
        let now = Self.at(5_000_000_000)
        func look(_ tolerance: Interval, dueIn due: Interval) -> Interval {
            let pulse = WorkerMemory.Pulse(phase: .running, aliveAt: now, dueAt: now + due, tolerance: tolerance)
            return pulse.nextLook(at: now, limit: now + due + tolerance).since(now)
        }
        #expect(look(.milliseconds(300), dueIn: .milliseconds(100)) == .milliseconds(401))
        #expect(look(WorkerMemory.leisure, dueIn: .milliseconds(100)) == .milliseconds(50))
        #expect(look(.seconds(1), dueIn: .seconds(3)) == .seconds(1))
        #expect(look(.seconds(1), dueIn: .seconds(100_000)) == .seconds(1))
    }

    @Test(arguments: states.indices)
    func `gives back every state, and nothing that is cut off`(index: Int) throws {
        let memory = router(Self.states[index])
        #expect(RouterMemory(memory.octets + [1, 2, 3]) == memory)
        for count in 0..<memory.octets.count { #expect(RouterMemory(Array(memory.octets.prefix(count))) == nil) }
    }

    @Test func `never crashes on damage`() {
        for state in Self.states {
            let octets = router(state).octets
            for index in octets.indices {
                var damaged = octets
                damaged[index] ^= 0xFF
                _ = RouterMemory(damaged)
            }
        }
    }

    @Test func `keeps the files of a configuration as they were`() throws {
        var snapshot = SourceSnapshot()
        snapshot.files = ["/etc/a.conf": Array("include b".utf8), "/etc/b": []]
        snapshot.matches = ["/etc/*.conf": ["/etc/a.conf", "/etc/c.conf"], "/nothing/*": []]
        snapshot.includable = ["/etc/b"]
        let again = try #require(SourceSnapshot(snapshot.octets))
        #expect(again == snapshot)
        #expect(try again.read("/etc/a.conf").get() == Array("include b".utf8))
        #expect(again.glob("/etc/*.conf") == ["/etc/a.conf", "/etc/c.conf"] && again.isIncludable("/etc/b"))
        for count in 0..<snapshot.octets.count { #expect(SourceSnapshot(Array(snapshot.octets.prefix(count))) == nil) }
    }

    @Test func `keeps last orders whole`() throws {
        var orders = LastOrders(
            name: "VI_1", interface: "eth0", interfaceIndex: 7, source: IPAddress("192.0.2.1")!,
            packets: [.init(destination: IPAddress("224.0.0.18")!, octets: [1, 2, 3])],
            addresses: [.init(interfaceIndex: 7, address: IPAddress("192.0.2.10")!, prefixLength: 24)],
            hold: .milliseconds(1246))
        orders.hopLimit = 64
        #expect(LastOrders(orders.octets) == orders)
        for count in 0..<orders.octets.count { #expect(LastOrders(Array(orders.octets.prefix(count))) == nil) }
    }

    @Test func `keeps what finds the routes of last orders again, and reads orders without any`() throws {
        var orders = LastOrders(
            name: "VI_1", interface: "eth0", interfaceIndex: 7, source: IPAddress("192.0.2.1")!, packets: [],
            addresses: [
                .init(interfaceIndex: 7, address: IPAddress("192.0.2.10")!, prefixLength: 24),
                .init(interfaceIndex: 7, address: IPAddress("192.0.2.11")!, prefixLength: 32),
            ], hold: .milliseconds(1246))
        let short = orders.octets.count
        orders.routes = [
            KernelRoute(
                destination: IPAddress("0.0.0.0")!, prefixLength: 0, metric: 50, protocolMark: 112,
                gateway: IPAddress("192.0.2.254"), interfaceIndex: 7),
            KernelRoute(
                kind: 6, destination: IPAddress("2001:db8:1::")!, prefixLength: 48, table: 1000, metric: 1024,
                protocolMark: 112),
        ]
        orders.rules = [
            KernelRule(
                family: .v4, preference: 300, table: 1000, isInverted: true, source: IPAddress("192.0.2.10"),
                sourceLength: 32, inputInterface: "eth0", mark: 1, markMask: 3, protocolMark: 112),
            KernelRule(
                family: .v6, preference: 301, action: 6, destination: IPAddress("2001:db8::"), destinationLength: 32,
                outputInterface: "eth1", protocolMark: 112),
        ]
        #expect(LastOrders(orders.octets) == orders)
        #expect(LastOrders(Array(orders.octets.prefix(short)))?.routes == [])
        // Earlier versions wrote no places of routes and addresses that have another network; a number has eight octets.
        let earlier = [orders.octets.count - 16, orders.octets.count - 8]
        for count in earlier { #expect(LastOrders(Array(orders.octets.prefix(count))) == orders) }
        for count in (short + 1)..<orders.octets.count where !earlier.contains(count) {
            #expect(LastOrders(Array(orders.octets.prefix(count))) == nil)
        }
        orders.filterTable = "understudy"
        orders.routes[0].typeOfService = 8
        #expect(LastOrders(orders.octets) == orders)
        let whole = orders.octets.count - 16
        (orders.routes[1].origin, orders.routes[1].originLength) = (IPAddress("2001:db8:2::"), 48)
        #expect(LastOrders(orders.octets) == orders)
        #expect(LastOrders(Array(orders.octets.prefix(whole)))?.routes[1].origin == nil)
        let withOrigins = orders.octets.count - 8
        orders.addresses[1].peer = IPAddress("198.51.100.1")
        #expect(LastOrders(orders.octets) == orders)
        #expect(LastOrders(Array(orders.octets.prefix(withOrigins)))?.addresses[1].peer == nil)
        for count in (whole + 1)..<orders.octets.count where count != withOrigins {
            #expect(LastOrders(Array(orders.octets.prefix(count))) == nil)
        }
        (orders.routes, orders.rules) = ([], [])
        #expect(LastOrders(orders.octets) == orders)
    }

    @Test func `keeps the sequence numbers of authentication headers`() {
        var memory = RouterMemory(
            key: "eth0 51", state: .initialize(Initialize(isWanted: true)), checksumForm: .messageOnly,
            since: MonotonicInstant(nanoseconds: 5), hasTakenPart: true, cause: "")
        #expect(RouterMemory(memory.octets) == memory)
        memory.header = HeaderMemory(sent: 7, marks: [.init(source: IPAddress("192.0.2.2")!, sequence: .max)])
        #expect(RouterMemory(memory.octets) == memory)
        memory.header = HeaderMemory(sent: nil, marks: [.init(source: IPAddress("192.0.2.2")!, sequence: 1)])
        #expect(RouterMemory(memory.octets) == memory)
    }

    @Test func `keeps the type of service that a route is found by`() {
        var orders = LastOrders(
            name: "VI_1", interface: "eth0", interfaceIndex: 7, source: IPAddress("192.0.2.1")!, packets: [],
            addresses: [], hold: .milliseconds(1246))
        orders.routes = [8, 16].map {
            KernelRoute(destination: IPAddress("10.0.0.0")!, prefixLength: $0, protocolMark: 112)
        }
        orders.routes[1].typeOfService = 16
        #expect(LastOrders(orders.octets) == orders)
    }

    @Test func `carries all of it from one process's view to another's`() throws {
        let memory = WorkerMemory(try SharedMemory(named: "test"), log: nil)
        #expect(!memory.isOfThisVersion)
        memory.claim()
        #expect(memory.isOfThisVersion && memory.routers.isEmpty && memory.snapshot == nil && memory.succession == "")
        memory.keep(routers: Self.states.map(router))
        #expect(memory.routers.map(\.state) == Self.states)
        memory.quietUntil = Self.at(77)
        memory.keep(router(Self.states[2]), at: 0)
        #expect(memory.routers.first?.state == Self.states[2])
        memory.keep(checks: [
            CheckMemory(key: "script chk", state: .init(status: .failed, counter: 1)),
            CheckMemory(key: "file load", state: .init(status: .working, counter: -2_147_483_648)),
        ])
        #expect(memory.checks.map(\.key) == ["script chk", "file load"])
        #expect(memory.checks.map(\.state.counter) == [1, -2_147_483_648])
        memory.succession = "process 7"
        #expect(memory.succession == "process 7")
        #expect(memory.beginnings == nil && memory.maintenance == .unknown)
        memory.beginnings = .init(began: Self.at(7), startedAt: 1_700_000_000_000, loadedAt: 1_700_000_000_001)
        #expect(memory.beginnings?.loadedAt == 1_700_000_000_001 && memory.beginnings?.began == Self.at(7))
        #expect(memory.quietUntil == Self.at(77))
        #expect(memory.promotingInterfaces == [])
        memory.promotingInterfaces = ["eth0", "eth1.7"]
        #expect(memory.promotingInterfaces == ["eth0", "eth1.7"])
        for maintenance in [WorkerMemory.Maintenance.off, .on(since: 5, until: 0), .on(since: 6, until: 9)] {
            memory.maintenance = maintenance
            #expect(memory.maintenance == maintenance)
        }
        for text in ["one", "two, longer", "3"] {
            var snapshot = SourceSnapshot()
            snapshot.files = ["a": Array(text.utf8)]
            memory.snapshot = snapshot
            #expect(memory.snapshot == snapshot)
        }
        memory.beat(at: Self.at(50_000_000), dueAt: Self.at(60_000_000))
        memory.goOn(at: Self.at(55_000_000))
        #expect(memory.pulse.aliveAt == Self.at(50_000_000), "not after every little thing")
        #expect(memory.pulse.expectedAt == Self.at(60_000_000))
        memory.goOn(at: Self.at(61_000_000))
        #expect(memory.pulse.aliveAt == Self.at(61_000_000) && memory.pulse.dueAt == Self.at(60_000_000))
        #expect(memory.pulse.expectedAt == Self.at(61_000_000), "at work it is no later than its last sign")
    }

    @Test func `reads what a process does, whatever its name is`() {
        func line(_ name: String, _ state: String) -> [UInt8] {
            Array("12 (\(name)) \(state) 1 12 12 0 -1 4194304 100 0 0 0 7 5 0 0 20 0 1 0 100 1000 50".utf8)
        }
        #expect(ProcessActivity(line("understudyd-run", "S")) == ProcessActivity(state: .sleeping, ticks: 12))
        #expect(ProcessActivity(line(") R 9 (", "T"))?.state == .stopped)
        #expect(ProcessActivity(line("x", "t"))?.state == .traced)
        #expect(ProcessActivity(line("x", "D"))?.state == .uninterruptible)
        #expect(ProcessActivity(line("x", "Z"))?.state == .ended)
        #expect(ProcessActivity([]) == nil && ProcessActivity(Array("12 (x) R 1".utf8)) == nil)
    }
}
