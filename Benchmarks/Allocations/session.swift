// Walks BFD sessions through every state and event, and judges packets, as often as the argument says. Two runs with different
// arguments must allocate the same: scripts/allocations compares them.

internal import VRRPCore
internal import VRRPWire

/// A small pseudo-random generator, so that every run takes the same way.
private struct Dice {
    private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

    mutating func next(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }
}

/// One session and what it is told.
private struct Walk {
    private static let configurations = [50, 300].map { milliseconds in
        BFDSession.Configuration(
            desiredMinTx: .milliseconds(milliseconds), requiredMinRx: .milliseconds(milliseconds), idleTx: .seconds(1),
            detectMultiplier: 3)
    }

    private var session = BFDSession(
        discriminator: 7, configuration: configurations[0], at: MonotonicInstant(nanoseconds: 1_000_000_000))
    private var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    /// In every state, plain, as a poll and as an answer; and some that are refused.
    private let packets: [[UInt8]]
    /// The states that it was in, and the packets that were refused.
    private(set) var states: UInt8 = 0
    private(set) var refused = 0
    private(set) var sent = 0

    init() {
        var packets: [[UInt8]] = []
        for state in BFDState.allCases {
            for kind in 0..<3 {
                var control = BFDControl(
                    state: state, detectMultiplier: 3, myDiscriminator: 9, yourDiscriminator: 7, desiredMinTx: 50_000,
                    requiredMinRx: kind == 2 ? 0 : 50_000)
                (control.isPoll, control.isFinal) = (kind == 1, kind == 2)
                packets.append([UInt8](capacity: BFDControl.size) { control.emit(into: &$0) })
            }
        }
        var damaged = packets[0]
        damaged[2] = 0
        packets += [damaged, Array(packets[0].prefix(20))]
        self.packets = packets
    }

    mutating func turn(_ dice: inout Dice) {
        now = now + .milliseconds(UInt64(dice.next(100)))
        var actions = BFDActionBuffer()
        let chance = UInt32(dice.next(Int(UInt32.max)))
        switch dice.next(40) {
        case 0:
            session.handle(.reconfigured(Self.configurations[dice.next(2)]), at: now, chance: chance, into: &actions)
        case 1:
            session.handle(.shutdown, at: now, chance: chance, into: &actions)
            states |= 1 << session.state.rawValue
            session = BFDSession(discriminator: 7, configuration: session.configuration, at: now)
        case 2: session = BFDSession(session.saved, configuration: session.configuration, at: now)
        case 3...15: session.handle(.timer, at: now, chance: chance, into: &actions)
        default:
            do throws(BFDError) {
                let packet = packets[dice.next(packets.count)]
                let control = try BFDControl.parse(packet.span)
                session.handle(.received(control), at: now, chance: chance, into: &actions)
            } catch {
                refused += 1
            }
        }
        states |= 1 << session.state.rawValue
        actions.drain { action in
            if case .send = action { sent += 1 }
        }
    }
}

@main
private enum Session {
    static func main() {
        guard let argument = CommandLine.arguments.dropFirst().first, let count = Int(argument)
        else { preconditionFailure("usage: session COUNT") }
        var (dice, walk) = (Dice(), Walk())
        for _ in 0..<count { walk.turn(&dice) }
        precondition(walk.states == 0b1111, "some state was never reached: \(walk.states)")
        precondition(walk.refused > 0 && walk.sent > count / 10, "too little came of it: \(walk.sent)")
    }
}
