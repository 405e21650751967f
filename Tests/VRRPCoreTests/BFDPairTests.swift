import Testing
import VRRPCore
import VRRPWire

/// Two ends and a network between them that loses and delays, decided by one seed.
private struct Pair {
    struct Flight {
        var control: BFDControl
        var to: Int
        var at: MonotonicInstant
    }

    var ends: [BFDSession]
    var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    var random: SplitMix64
    var flights: [Flight] = []
    /// Of a hundred packets.
    var lost: UInt64 = 0
    var isDead = [false, false]
    var changes: [[BFDSession.Change]] = [[], []]

    init(seed: UInt64) {
        random = SplitMix64(seed: seed)
        var draw = random
        let start = now
        ends = [1, 2].map { name in
            BFDSession(
                discriminator: UInt32(name),
                configuration: BFDSession.Configuration(
                    desiredMinTx: .milliseconds(10 + draw.next() % 200),
                    requiredMinRx: .milliseconds(10 + draw.next() % 200),
                    idleTx: .milliseconds(1000 + draw.next() % 1000), detectMultiplier: UInt8(3 + draw.next() % 3),
                    isPassive: name == 2 && draw.next().isMultiple(of: 3)),
                at: start)
        }
        random = draw
    }

    mutating func deliver(_ event: BFDSession.Event, to index: Int) {
        var actions = BFDActionBuffer()
        let chance = UInt32(truncatingIfNeeded: random.next())
        ends[index].handle(event, at: now, chance: chance, into: &actions)
        var sent: [BFDControl] = []
        actions.drain { action in
            switch action {
            case .send(let control): sent.append(control)
            case .report(let change): changes[index].append(change)
            }
        }
        for control in sent where random.next() % 100 >= lost {
            let delay = Interval.microseconds(random.next() % 2000)
            flights.append(Flight(control: control, to: 1 - index, at: now + delay))
        }
    }

    /// Lets so much time pass.
    mutating func run(_ interval: Interval) {
        let end = now + interval
        while true {
            var next: (at: MonotonicInstant, flight: Int?, end: Int?) = (end, nil, nil)
            for (index, flight) in flights.enumerated() where flight.at < next.at { next = (flight.at, index, nil) }
            for (index, session) in ends.enumerated() where !isDead[index] {
                if let due = session.deadline, due < next.at { next = (max(due, now), nil, index) }
            }
            now = next.at
            if let index = next.flight {
                let flight = flights.remove(at: index)
                if !isDead[flight.to] { deliver(.received(flight.control), to: flight.to) }
            } else if let index = next.end {
                deliver(.timer, to: index)
            } else {
                return
            }
        }
    }

    var states: [BFDState] { ends.map(\.state) }
}

@Suite struct `Two ends of a BFD session` {
    @Test(arguments: UInt64(0)..<60)
    func `come up, stay up while a packet is lost now and then, notice a death in time, and come up again`(
        seed: UInt64
    ) throws {
        var pair = Pair(seed: seed)
        pair.run(.seconds(10))
        #expect(pair.states == [.up, .up])
        #expect(pair.ends.allSatisfy { !$0.isPolling })
        // Each waits for what the other really does.
        for (own, other) in [(0, 1), (1, 0)] {
            let detection = try #require(pair.ends[own].detectionTime)
            #expect(
                detection >= pair.ends[other].transmitInterval * UInt64(pair.ends[other].configuration.detectMultiplier)
            )
        }
        let died = pair.now
        let detection = try #require(pair.ends[0].detectionTime)
        pair.isDead[1] = true
        pair.run(detection + .milliseconds(3))
        #expect(pair.ends[0].state == .down && pair.ends[0].diagnostic == .detectionTimeExpired, "after \(died)")
        // It begins anew, with another name.
        pair.ends[1] = BFDSession(discriminator: 77, configuration: pair.ends[1].configuration, at: pair.now)
        pair.isDead[1] = false
        pair.run(.seconds(10))
        #expect(pair.states == [.up, .up])
        let seen = pair.changes[0].count
        pair.lost = 1
        pair.run(.seconds(5))
        pair.lost = 0
        pair.run(.seconds(15))
        #expect(pair.states == [.up, .up])
        // Three in a row of a hundred each are rare, and then it is down and comes back.
        #expect(pair.changes[0].count - seen <= 6)
    }

    @Test(arguments: UInt64(0)..<40)
    func `whatever is lost, both are up once nothing is, and never up with somebody that does not know them`(
        seed: UInt64
    ) {
        var pair = Pair(seed: seed &+ 1000)
        pair.lost = 60
        for _ in 0..<20 {
            pair.run(.seconds(2))
            for index in 0..<2 where pair.ends[index].state == .up {
                #expect(pair.ends[index].remote.discriminator == UInt32(2 - index))
            }
        }
        pair.lost = 0
        pair.run(.seconds(20))
        #expect(pair.states == [.up, .up])
        // A change of parameters moves nothing.
        let counts = pair.changes.map(\.count)
        for (index, milliseconds) in [(0, 400), (1, 10)] {
            var new = pair.ends[index].configuration
            (new.desiredMinTx, new.requiredMinRx) = (.milliseconds(UInt64(milliseconds)), .milliseconds(30))
            pair.deliver(.reconfigured(new), to: index)
        }
        pair.run(.seconds(10))
        #expect(pair.changes.map(\.count) == counts)
        #expect(pair.ends.allSatisfy { !$0.isPolling })
        pair.deliver(.shutdown, to: 0)
        pair.run(.milliseconds(10))
        #expect(pair.states == [.adminDown, .down])
        #expect(pair.ends[1].diagnostic == .neighbourSignalledDown)
    }

    @Test func `whoever dies and begins anew at once is noticed by its own word`() {
        var pair = Pair(seed: 5)
        pair.run(.seconds(10))
        #expect(pair.states == [.up, .up])
        pair.ends[0] = BFDSession(discriminator: 99, configuration: pair.ends[0].configuration, at: pair.now)
        let seen = pair.changes[1].count
        pair.run(.seconds(10))
        #expect(pair.states == [.up, .up])
        let changes = pair.changes[1].dropFirst(seen)
        #expect(changes.first?.to == .down && changes.first?.diagnostic == .neighbourSignalledDown)
        #expect(pair.ends[1].remote.discriminator == 99)
    }
}
