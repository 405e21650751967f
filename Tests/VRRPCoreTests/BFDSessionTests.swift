import Testing
import VRRPCore
import VRRPWire

/// One end of a session with what it has done, and a clock.
private struct End {
    var session: BFDSession
    var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    var chance: UInt32 = .max

    init(_ change: (inout BFDSession.Configuration) -> Void = { _ in }) {
        var configuration = BFDSession.Configuration(
            desiredMinTx: .milliseconds(50), requiredMinRx: .milliseconds(60), idleTx: .seconds(1), detectMultiplier: 3)
        change(&configuration)
        session = BFDSession(discriminator: 7, configuration: configuration, at: now)
    }

    @discardableResult
    mutating func handle(_ event: BFDSession.Event) -> [BFDSession.Action] {
        var buffer = BFDActionBuffer()
        session.handle(event, at: now, chance: chance, into: &buffer)
        var actions: [BFDSession.Action] = []
        buffer.drain { actions.append($0) }
        return actions
    }

    @discardableResult
    mutating func hear(_ state: BFDState, _ change: (inout BFDControl) -> Void = { _ in }) -> [BFDSession.Action] {
        var control = BFDControl(
            state: state, detectMultiplier: 4, myDiscriminator: 9, yourDiscriminator: state == .down ? 0 : 7,
            desiredMinTx: state == .up ? 40_000 : 1_000_000, requiredMinRx: 30_000)
        change(&control)
        return handle(.received(control))
    }

    mutating func pass(_ interval: Interval) { now = now + interval }

    /// Up, with its first poll answered.
    mutating func comeUp() {
        hear(.down)
        hear(.up)
        hear(.up) { $0.isFinal = true }
        #expect(session.state == .up && !session.isPolling)
    }
}

extension [BFDSession.Action] {
    fileprivate var sent: [BFDControl] {
        compactMap { if case .send(let control) = $0 { control } else { nil } }
    }

    fileprivate var changes: [BFDSession.Change] {
        compactMap { if case .report(let change) = $0 { change } else { nil } }
    }
}

@Suite struct `BFD session` {
    /// RFC 5880 section 6.2, and the reception of section 6.8.6: ours, theirs, ours afterwards.
    private static let table: [(BFDState, BFDState, BFDState)] = [
        (.down, .adminDown, .down), (.down, .down, .initializing), (.down, .initializing, .up), (.down, .up, .down),
        (.initializing, .adminDown, .down), (.initializing, .down, .initializing),
        (.initializing, .initializing, .up), (.initializing, .up, .up),
        (.up, .adminDown, .down), (.up, .down, .down), (.up, .initializing, .up), (.up, .up, .up),
        (.adminDown, .adminDown, .adminDown), (.adminDown, .down, .adminDown),
        (.adminDown, .initializing, .adminDown), (.adminDown, .up, .adminDown),
    ]

    private func end(in state: BFDState) -> End {
        var end = End()
        switch state {
        case .down: break
        case .initializing: end.hear(.down)
        case .up: end.comeUp()
        case .adminDown: end.handle(.shutdown)
        }
        #expect(end.session.state == state)
        return end
    }

    @Test func `moves as the standard's table says`() {
        for (ours, theirs, after) in Self.table {
            var end = end(in: ours)
            let actions = end.hear(theirs)
            #expect(end.session.state == after, "\(ours) hears \(theirs)")
            #expect(actions.changes.map(\.to) == (ours == after ? [] : [after]), "\(ours) hears \(theirs)")
            // A change is told at once, and once.
            #expect(actions.sent.map(\.state) == (ours == after ? [] : [after]), "\(ours) hears \(theirs)")
            if after == .down, ours != .down { #expect(end.session.diagnostic == .neighbourSignalledDown) }
        }
    }

    @Test func `goes down when nothing came for the detection time, and forgets the neighbour`() {
        var end = end(in: .up)
        // Its multiplier, and the longer of our min_rx and its min_tx.
        #expect(end.session.detectionTime == .milliseconds(4 * 60))
        end.hear(.up) { $0.desiredMinTx = 90_000 }
        #expect(end.session.detectionTime == .milliseconds(4 * 90))
        end.pass(.milliseconds(359))
        while let deadline = end.session.deadline, deadline <= end.now { end.handle(.timer) }
        #expect(end.session.state == .up)
        end.pass(.milliseconds(1))
        let actions = end.handle(.timer)
        let change = actions.changes.first
        #expect(change?.from == .up && change?.to == .down && change?.diagnostic == .detectionTimeExpired)
        #expect(change?.silence == .milliseconds(360))
        #expect(actions.sent.map(\.yourDiscriminator) == [0])
        #expect(actions.sent.map(\.diagnostic) == [.detectionTimeExpired])
        #expect(actions.sent.map(\.desiredMinTx) == [1_000_000])
    }

    @Test func `what is down forgets a neighbour that falls silent as well`() {
        var end = end(in: .up)
        end.hear(.down)
        #expect(end.session.remote.discriminator == 9)
        // keepalived announces the fast interval while it sends slowly.
        end.hear(.adminDown) { $0.desiredMinTx = 50_000 }
        #expect(end.session.detectionTime == .seconds(4))
        end.pass(.seconds(4))
        let actions = end.handle(.timer)
        #expect(actions.isEmpty && end.session.state == .down && end.session.remote.discriminator == 0)
    }

    @Test func `waits for a slow neighbour until it is up, whatever interval that announces`() {
        var end = End()
        end.hear(.down) { $0.desiredMinTx = 50_000 }
        #expect(end.session.state == .initializing)
        end.pass(.milliseconds(3900))
        while let deadline = end.session.deadline, deadline <= end.now { end.handle(.timer) }
        #expect(end.session.state == .initializing)
    }

    @Test func `sends slowly until it is up, and then at the longer of both intervals`() {
        var end = End()
        #expect(end.handle(.timer).sent.map(\.desiredMinTx) == [1_000_000])
        #expect(end.session.deadline == end.now + Interval(nanoseconds: 999_999_999))
        #expect(end.handle(.timer).isEmpty, "early is harmless")
        end.comeUp()
        #expect(end.session.transmitInterval == .milliseconds(50))
        end.hear(.up) { $0.requiredMinRx = 80_000 }
        #expect(end.session.transmitInterval == .milliseconds(80))
        end.pass(.milliseconds(80))
        #expect(end.handle(.timer).sent.map(\.desiredMinTx) == [50_000])
        // It asks for more again: the next packet does not wait as long as was meant.
        end.hear(.up) { $0.requiredMinRx = 1 }
        #expect(end.session.deadline ?? end.now <= end.now + .milliseconds(50))
    }

    @Test(arguments: [(3, 75, 100), (1, 75, 90)])
    func `every interval is shortened by chance`(multiplier: Int, least: Int, most: Int) {
        for chance in [UInt32.min, 1 << 31, .max] {
            var end = End { $0.detectMultiplier = UInt8(multiplier) }
            end.comeUp()
            end.pass(.milliseconds(100))
            end.chance = chance
            end.hear(.up)
            end.handle(.timer)
            let next = (end.session.deadline ?? end.now).since(end.now)
            let (shortest, longest) = (
                Interval.microseconds(UInt64(500 * least)), Interval.microseconds(UInt64(500 * most))
            )
            #expect(next >= shortest && next <= longest)
            if chance == 0 { #expect(next == shortest) }
        }
    }

    @Test func `a passive end is silent until it knows the neighbour, and after it has lost it`() {
        var end = End { $0.isPassive = true }
        #expect(end.session.deadline == nil && end.handle(.timer).isEmpty)
        #expect(end.hear(.down).sent.map(\.state) == [.initializing])
        end.hear(.up)
        end.pass(.seconds(1))
        let actions = end.handle(.timer)
        #expect(actions.changes.map(\.to) == [.down] && actions.sent.isEmpty)
        #expect(end.session.deadline == nil)
    }

    @Test func `every poll is answered at once, with the state that it led to`() {
        var end = End()
        let actions = end.hear(.initializing) { $0.isPoll = true }
        #expect(actions.sent.map(\.isFinal) == [true, false] && actions.sent.map(\.isPoll) == [false, true])
        #expect(actions.sent.map(\.state) == [.up, .up])
        #expect(end.hear(.up) { $0.isPoll = true }.sent.map(\.isFinal) == [true])
    }

    @Test func `polls when it comes up until it is answered, and when intervals change`() {
        var end = End()
        end.hear(.down)
        #expect(end.hear(.up).sent.map(\.isPoll) == [true])
        end.pass(.milliseconds(50))
        #expect(end.handle(.timer).sent.map(\.isPoll) == [true])
        end.hear(.up) { $0.isFinal = true }
        end.pass(.milliseconds(50))
        #expect(end.handle(.timer).sent.map(\.isPoll) == [false])
        // Slower, and more often heard: neither counts before the neighbour knows (RFC 5880 section 6.8.3).
        var slower = end.session.configuration
        slower.desiredMinTx = .milliseconds(500)
        slower.requiredMinRx = .milliseconds(20)
        let actions = end.handle(.reconfigured(slower))
        #expect(actions.sent.map(\.isPoll) == [true] && actions.sent.map(\.desiredMinTx) == [500_000])
        #expect(end.session.transmitInterval == .milliseconds(50))
        #expect(end.session.detectionTime == .milliseconds(4 * 60))
        // Changed once more before the answer, which is about the first change then.
        var again = slower
        again.desiredMinTx = .milliseconds(400)
        end.handle(.reconfigured(again))
        end.hear(.up) { $0.isFinal = true }
        #expect(end.session.isPolling && end.session.transmitInterval == .milliseconds(50))
        end.hear(.up) { $0.isFinal = true }
        #expect(!end.session.isPolling && end.session.transmitInterval == .milliseconds(400))
        #expect(end.session.detectionTime == .milliseconds(4 * 40))
        #expect(end.handle(.reconfigured(again)).isEmpty, "nothing has changed")
    }

    @Test func `is silent at intervals for who wants nothing, or nothing while both are up`() {
        var end = End()
        end.comeUp()
        end.hear(.up) { $0.isDemand = true }
        end.pass(.milliseconds(100))
        #expect(end.handle(.timer).isEmpty)
        #expect(end.hear(.up) { ($0.isDemand, $0.isPoll) = (true, true) }.sent.map(\.isFinal) == [true])
        end.hear(.up) { $0.requiredMinRx = 0 }
        end.pass(.milliseconds(100))
        #expect(end.handle(.timer).isEmpty)
        end.hear(.up)
        #expect(end.handle(.timer).sent.count == 1)
    }

    @Test func `the end that is shut down says so and stays so`() {
        var end = end(in: .up)
        let actions = end.handle(.shutdown)
        #expect(actions.sent.map(\.state) == [.adminDown])
        #expect(actions.sent.map(\.diagnostic) == [.administrativelyDown])
        #expect(end.handle(.shutdown).isEmpty)
        #expect(end.hear(.up) { $0.isPoll = true }.isEmpty)
        end.pass(.seconds(60))
        #expect(end.handle(.timer).changes.isEmpty)
        #expect(end.session.state == .adminDown)
    }

    @Test func `a successor goes on in the same state, with the same names and the whole time`() {
        var end = end(in: .up)
        end.pass(.milliseconds(200))
        let successor = BFDSession(end.session.saved, configuration: end.session.configuration, at: end.now)
        #expect(successor.saved == end.session.saved)
        #expect(successor.deadline == end.now, "it says at once that it is there")
        end.session = successor
        #expect(end.handle(.timer).sent.map(\.yourDiscriminator) == [9])
        end.pass(.milliseconds(239))
        while let deadline = end.session.deadline, deadline <= end.now { end.handle(.timer) }
        #expect(end.session.state == .up)
        end.pass(.milliseconds(1))
        #expect(end.handle(.timer).changes.map(\.to) == [.down])
    }
}
