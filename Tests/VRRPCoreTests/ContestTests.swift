import Testing
import VRRPCore
import VRRPWire

/// Rivals that go on although they are answered, as a network has them that carries packets one way only.
@Suite struct `A contest that lasts` {
    private let own: IPAddress = .v4(IPv4Address(192, 0, 2, 1))

    /// An Active Router, and when it announced how often since it was made.
    private struct Owner {
        var router: VirtualRouter
        var now: UInt64
        var announced: [(at: UInt64, times: Int)] = []

        init(_ own: IPAddress, interval: Int, contestedDelay: UInt64 = 5) throws {
            var configuration = VirtualRouter.Configuration(
                version: .v3, advertisementInterval: try #require(Centiseconds(interval)))
            configuration.announcements.delay = .zero
            configuration.announcements.contestedDelay = .seconds(contestedDelay)
            router = VirtualRouter(configuration, priority: Priority(200), primaryAddress: own)
            now = 1
            deliver(.startup)
            run(until: 1000)
            while !router.holdsAddresses { run(until: now + 1000) }
            announced = []
        }

        mutating func deliver(_ event: Event) {
            var actions = ActionBuffer()
            router.handle(event, at: MonotonicInstant(nanoseconds: now * 1_000_000), into: &actions)
            actions.drain { if case .announceAddresses(let times) = $0 { announced.append((now, times)) } }
        }

        /// Milliseconds; timers are a millisecond late at most.
        mutating func run(until end: UInt64) {
            while let deadline = router.deadline, deadline.nanoseconds <= end * 1_000_000 {
                now = max(now, (deadline.nanoseconds + 999_999) / 1_000_000)
                deliver(.timer)
            }
            now = max(now, end)
        }

        func frames(since start: UInt64) -> Int {
            announced.filter { $0.at >= start }.reduce(0) { $0 + $1.times }
        }
    }

    private func heard(_ interval: Int, priority: UInt8 = 100, from last: UInt8 = 9) throws -> Event {
        .received(
            Heard(
                priority: Priority(priority), interval: try #require(Centiseconds(interval)),
                source: .v4(IPv4Address(192, 0, 2, last))))
    }

    @Test(arguments: [10, 100, 300], [UInt64(0), 1, 5])
    func `is announced against every few seconds, and not with every advert`(interval: Int, delay: UInt64) throws {
        var owner = try Owner(own, interval: interval, contestedDelay: delay)
        let (start, milliseconds) = (owner.now + 50, UInt64(interval) * 10)
        for number in 0..<(120_000 / milliseconds) {
            owner.run(until: start + number * milliseconds)
            owner.deliver(try heard(interval))
        }
        #expect(owner.announced.first?.at == start, "a new one is answered at once")
        // Twenty in a hundred seconds, one for each five.
        let later = owner.frames(since: start + 20_000)
        #expect((10...40).contains(later), "\(later)")
    }

    @Test func `its last word is answered at once, in whatever part of the interval it comes`() throws {
        for part in stride(from: UInt64(10), through: 850, by: 60) {
            var owner = try Owner(own, interval: 100)
            let start = owner.now + 50
            for number in 0..<UInt64(30) {
                owner.run(until: start + number * 1000)
                owner.deliver(try heard(100))
            }
            // Half a minute of it: the last answer may have been a moment ago.
            let last = start + 29_000 + part
            owner.run(until: last)
            let before = owner.announced.last?.at ?? 0
            owner.deliver(try heard(100))
            owner.run(until: last + 1000)
            let due = max(last, before + 1000)
            #expect(owner.announced.contains { $0.at == due && $0.times == 5 }, "\(part): \(owner.announced)")
        }
    }

    @Test func `a rival that falls silent, or says that it leaves, has left the link with its address`() throws {
        var owner = try Owner(own, interval: 100, contestedDelay: 0)
        let start = owner.now + 50
        for number in 0..<UInt64(22) {
            owner.run(until: start + number * 1000)
            owner.deliver(try heard(100))
        }
        let last = owner.now
        owner.run(until: last + 2000)
        #expect(owner.announced.contains { $0.at >= last + 1000 && $0.at <= last + 1300 && $0.times == 5 })
        // It comes back after three intervals, which is another contest.
        owner.run(until: last + 9000)
        owner.deliver(try heard(100))
        #expect(owner.announced.last?.at == owner.now)
        owner.run(until: owner.now + 2000)
        owner.deliver(try heard(100, priority: 0))
        #expect(owner.announced.last?.at == owner.now)
    }

    @Test func `a flood of forged rivals costs no more than a burst a second`() throws {
        var owner = try Owner(own, interval: 10)
        let start = owner.now + 50
        for number in 0..<UInt64(20_000) {
            owner.run(until: start + number)
            owner.deliver(try heard(10, priority: number % 2 == 0 ? 0 : 50, from: UInt8(10 + number % 50)))
        }
        let frames = owner.frames(since: start + 5000)
        #expect((15...85).contains(frames), "\(frames) in fifteen seconds")
    }
}
