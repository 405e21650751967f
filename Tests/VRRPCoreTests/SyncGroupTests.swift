import Testing
import VRRPCore
import VRRPWire

/// Hosts with the same members, one link a member, on which every advert arrives at once.
private struct World {
    var hosts: [[VirtualRouter]]
    var groups: [SyncGroup]
    var now: UInt64 = 1_000_000_000
    /// Members whose link carries nothing.
    var cut: Set<Int> = []
    private var inFlight: [(host: Int, member: Int, priority: Priority)] = []

    init(priorities: [[UInt8]]) {
        var configuration = VirtualRouter.Configuration(version: .v3, advertisementInterval: .oneSecond)
        configuration.groupHold = configuration.successionBound
        let shared = configuration
        hosts = priorities.enumerated().map { host, list in
            list.enumerated().map { member, priority in
                VirtualRouter(
                    shared, priority: Priority(priority),
                    primaryAddress: IPAddress("10.0.\(member).\(host + 1)")!)
            }
        }
        groups = priorities.map { SyncGroup(significance: Array($0.indices)) }
    }

    mutating func deliver(_ event: Event, to host: Int, _ member: Int) {
        var actions = ActionBuffer()
        hosts[host][member].handle(event, at: MonotonicInstant(nanoseconds: now), into: &actions)
        var adverts: [Priority] = []
        actions.drain { if case .advertise(let priority) = $0 { adverts.append(priority) } }
        for priority in adverts where !cut.contains(member) { inFlight.append((host, member, priority)) }
    }

    mutating func settle(_ host: Int) {
        let instant = MonotonicInstant(nanoseconds: now)
        var steps = 0
        while true {
            let members = hosts[host]
            guard let step = groups[host].next(at: instant, member: { members[$0].memberView(at: instant) }) else {
                return
            }
            steps += 1
            guard steps < 50 else {
                Issue.record("the group of host \(host) goes round in circles")
                return
            }
            deliver(step.event, to: host, step.member)
        }
    }

    /// Does what happens at once after an event.
    mutating func flush() {
        for host in hosts.indices { settle(host) }
        while !inFlight.isEmpty {
            let advert = inFlight.removeFirst()
            let sender = hosts[advert.host][advert.member]
            for host in hosts.indices where host != advert.host {
                deliver(
                    .received(
                        Heard(priority: advert.priority, interval: .oneSecond, source: sender.primaryAddress!)),
                    to: host, advert.member)
                settle(host)
            }
        }
    }

    mutating func start() {
        for host in hosts.indices { for member in hosts[host].indices { deliver(.startup, to: host, member) } }
        flush()
    }

    mutating func run(milliseconds: UInt64) {
        let end = now + milliseconds * 1_000_000
        while true {
            let deadlines =
                hosts.flatMap { $0.compactMap(\.deadline) } + groups.compactMap(\.deadline)
            guard let next = deadlines.map(\.nanoseconds).min(), next <= end else { break }
            // A hair late, as in life.
            now = max(next, now) + 1_000
            for host in hosts.indices {
                for member in hosts[host].indices {
                    if let due = hosts[host][member].deadline, due.nanoseconds <= now {
                        deliver(.timer, to: host, member)
                    }
                }
            }
            flush()
        }
        now = end
    }

    /// For each host, which members hold their addresses.
    var holders: [[Bool]] { hosts.map { $0.map(\.holdsAddresses) } }
}

@Suite struct `Sync groups` {
    @Test func `the host with the higher priorities has every address`() {
        var world = World(priorities: [[150, 150], [100, 100]])
        world.start()
        world.run(milliseconds: 5_000)
        #expect(world.holders == [[true, true], [false, false]])
    }

    @Test func `hosts that disagree settle with one owner of everything and stay so`() {
        var world = World(priorities: [[150, 90], [90, 150]])
        world.start()
        world.run(milliseconds: 6_000)
        #expect(world.holders == [[true, true], [false, false]])
        let before = world.hosts.map { $0.map(\.counters.becameActive) }
        world.run(milliseconds: 60_000)
        #expect(world.holders == [[true, true], [false, false]])
        #expect(world.hosts.map { $0.map(\.counters.becameActive) } == before, "nobody moved")
    }

    @Test func `a failing member takes the others along, and all come back when it is well`() {
        var world = World(priorities: [[150, 150], [100, 100]])
        world.start()
        world.run(milliseconds: 5_000)
        world.deliver(.obstaclesChanged(.checkFailed), to: 0, 1)
        world.flush()
        #expect(world.holders[0] == [false, false])
        // Both members said priority 0: Skew_Time is enough.
        world.run(milliseconds: 700)
        #expect(world.holders == [[false, false], [true, true]])
        let left = world.hosts[0][1].obstacles.subtracting(.checkFailed)
        world.deliver(.obstaclesChanged(left), to: 0, 1)
        world.flush()
        world.run(milliseconds: 5_000)
        #expect(world.holders == [[true, true], [false, false]])
    }

    @Test func `a host whose link has died is replaced after one interval and Skew_Time`() {
        var world = World(priorities: [[150, 150], [100, 100]])
        world.start()
        world.run(milliseconds: 5_000)
        world.cut = [1]
        world.deliver(.obstaclesChanged(.interfaceDown), to: 0, 1)
        world.flush()
        world.run(milliseconds: 1_700)
        #expect(world.holders == [[false, false], [true, true]])
    }

    @Test func `silence on one link alone moves nothing`() {
        var world = World(priorities: [[150, 150], [100, 100]])
        world.start()
        world.run(milliseconds: 5_000)
        world.cut = [0]
        world.run(milliseconds: 20_000)
        #expect(world.holders == [[true, true], [false, false]])
    }

    @Test(arguments: [[[UInt8(150), 90], [90, 150]], [[90, 150], [150, 90]], [[100, 100], [100, 100]]])
    func `two groups that meet after a partition leave one owner`(priorities: [[UInt8]]) {
        for healedFirst in 0...1 {
            var world = World(priorities: priorities)
            world.cut = [0, 1]
            world.start()
            world.run(milliseconds: 6_000)
            #expect(world.holders == [[true, true], [true, true]])
            world.cut = [1 - healedFirst]
            world.run(milliseconds: 300)
            world.cut = []
            world.run(milliseconds: 8_000)
            #expect(world.holders.contains([true, true]) && world.holders.contains([false, false]))
        }
    }

    @Test func `a switch-over of one member is one of all, and undone when nobody takes over`() {
        var world = World(priorities: [[150, 150], [100, 100]])
        world.start()
        world.run(milliseconds: 5_000)
        world.deliver(.switchOver, to: 0, 0)
        world.flush()
        world.run(milliseconds: 3_000)
        #expect(world.holders == [[false, false], [true, true]])

        var alone = World(priorities: [[150, 150]])
        alone.start()
        alone.run(milliseconds: 5_000)
        alone.deliver(.switchOver, to: 0, 1)
        alone.flush()
        alone.run(milliseconds: 3_000)
        #expect(alone.holders == [[true, true]])
        let isActive = alone.hosts[0].allSatisfy { if case .active = $0.state { true } else { false } }
        #expect(isActive, "it went on")
    }

    /// It may have let go of the member unheard, and its interval is longer there.
    @Test func `a rival that has been silent on every member since does not take the group`() throws {
        var world = World(priorities: [[150, 150]])
        world.start()
        world.run(milliseconds: 5_000)
        let slow = try #require(Centiseconds(200))
        let lower = Heard(priority: Priority(100), interval: .oneSecond, source: IPAddress("10.0.0.9")!)
        let higher = Heard(priority: Priority(200), interval: slow, source: IPAddress("10.0.1.9")!)
        world.deliver(.received(lower), to: 0, 0)
        world.deliver(.received(higher), to: 0, 1)
        world.flush()
        world.run(milliseconds: 10_000)
        #expect(world.holders == [[true, true]])
    }

    @Test func `a rival that is ahead on one member only, and is heard there alone, takes the group`() {
        var world = World(priorities: [[150, 150]])
        world.start()
        world.run(milliseconds: 5_000)
        for _ in 0..<3 {
            world.deliver(
                .received(Heard(priority: Priority(200), interval: .oneSecond, source: IPAddress("10.0.1.9")!)), to: 0,
                1)
            world.flush()
            world.run(milliseconds: 1_000)
        }
        #expect(world.holders == [[false, false]])
    }
}
