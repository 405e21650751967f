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
        return [
            .initialize(Initialize(isWanted: true)), .initialize(Initialize(isWanted: false)), .backup(backup),
            .backup(Backup(takeOverAt: at(1), learnedInterval: .oneSecond)), .active(active),
            .active(Active(advertisedAt: at(1), advertiseAt: at(2))), .resigning(resigning),
            .resigning(Resigning(purpose: .stop, giveUpAt: at(11))), .resigning(announced),
        ]
    }()

    private func router(_ state: VirtualRouter.State) -> RouterMemory {
        RouterMemory(
            key: "eth0 51 v4", state: state, checksumForm: .messageOnly, since: Self.at(3), hasTakenPart: true,
            cause: "nobody else was heard — ü")
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
        let orders = LastOrders(
            name: "VI_1", interface: "eth0", interfaceIndex: 7, source: IPAddress("192.0.2.1")!,
            packets: [.init(destination: IPAddress("224.0.0.18")!, octets: [1, 2, 3])],
            addresses: [.init(interfaceIndex: 7, address: IPAddress("192.0.2.10")!, prefixLength: 24)],
            hold: .milliseconds(1246))
        #expect(LastOrders(orders.octets) == orders)
        for count in 0..<orders.octets.count { #expect(LastOrders(Array(orders.octets.prefix(count))) == nil) }
    }

    @Test func `carries all of it from one process's view to another's`() throws {
        let memory = WorkerMemory(try SharedMemory(named: "test"), log: nil)
        #expect(!memory.isOfThisVersion)
        memory.claim()
        #expect(memory.isOfThisVersion && memory.routers.isEmpty && memory.snapshot == nil && memory.succession == "")
        memory.keep(routers: Self.states.map(router))
        #expect(memory.routers.map(\.state) == Self.states)
        memory.keep(router(Self.states[2]), at: 0)
        #expect(memory.routers.first?.state == Self.states[2])
        memory.keep(checks: [CheckMemory(key: "script chk", state: .init(status: .failed, counter: 1))])
        #expect(memory.checks.map(\.key) == ["script chk"])
        memory.succession = "process 7"
        #expect(memory.succession == "process 7")
        for text in ["one", "two, longer", "3"] {
            var snapshot = SourceSnapshot()
            snapshot.files = ["a": Array(text.utf8)]
            memory.snapshot = snapshot
            #expect(memory.snapshot == snapshot)
        }
        memory.beat(at: Self.at(50_000_000), dueAt: Self.at(60_000_000))
        memory.goOn(at: Self.at(55_000_000))
        #expect(memory.pulse.aliveAt == Self.at(50_000_000), "not after every little thing")
        memory.goOn(at: Self.at(61_000_000))
        #expect(memory.pulse.aliveAt == Self.at(61_000_000) && memory.pulse.dueAt == Self.at(60_000_000))
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
