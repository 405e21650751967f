// Walks virtual routers through every state and event, judges every kind of packet, and counts checks, as often as the argument
// says. Two runs with different arguments must allocate the same: scripts/allocations compares them.

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

/// What has been met, as bits: a benchmark that never came to a place says nothing about it.
private struct Coverage {
    var places: UInt64 = 0
    var actions: UInt64 = 0
    var verdicts: UInt64 = 0

    mutating func note(_ state: VirtualRouter.State, _ event: Event) {
        let row =
            switch state {
            case .initialize: 0
            case .backup: 1
            case .active: 2
            case .resigning: 3
            }
        places |= 1 << UInt64(row * Self.events + Self.number(event))
    }

    mutating func note(_ action: Action) { actions |= 1 << UInt64(Self.number(action)) }
    mutating func note(_ refusal: Refusal?) { verdicts |= 1 << UInt64(Self.number(refusal)) }

    func check() {
        precondition(places == 1 << UInt64(4 * Self.events) - 1, "some state never met some event: \(places)")
        precondition(actions == 1 << 16 - 1, "some action or transition never came: \(actions)")
        precondition(verdicts == 1 << 9 - 1, "some verdict on a packet never came: \(verdicts)")
    }

    private static let events = 14

    private static func number(_ event: Event) -> Int {
        switch event {
        case .startup: 0
        case .shutdown: 1
        case .switchOver: 2
        case .timer: 3
        case .received: 4
        case .successorAnnounced: 5
        case .obstaclesChanged: 6
        case .priorityChanged: 7
        case .primaryAddressChanged: 8
        case .reconfigured: 9
        case .resumed: 10
        case .wasAway: 11
        case .adopted: 12
        case .syncGroup: 13
        }
    }

    private static func number(_ action: Action) -> Int {
        switch action {
        case .advertise(.resigning): 0
        case .advertise: 1
        case .acquireAddresses: 2
        case .announceAddresses: 3
        case .releaseAddresses: 4
        case .report(.becameBackup): 5
        case .report(.becameActive): 6
        case .report(.resigned(.stop)): 7
        case .report(.resigned(.switchOver)): 8
        case .report(.remainedActive): 9
        case .report(.waiting): 10
        case .report(.faulted): 11
        case .report(.stopped): 12
        case .report(.contested): 13
        case .report(.carriedOn): 14
        case .report(.resigned(.yield)): 15
        }
    }

    private static func number(_ refusal: Refusal?) -> Int {
        switch refusal {
        case nil: 0
        case .malformed: 1
        case .hopLimit: 2
        case .version: 3
        case .authenticationType: 4
        case .password: 5
        case .interval: 6
        case .unknownPeer: 7
        case .trailer: 8
        case .peerHopLimit: 9
        case .header: 10
        }
    }
}

/// Routers of every kind, and everything that can happen to them.
private struct Walk {
    private static let source = IPAddress.v4(IPv4Address(192, 0, 2, 2))
    private static let rivals = [IPAddress.v4(IPv4Address(192, 0, 2, 1)), .v4(IPv4Address(192, 0, 2, 9)), source]

    private var routers: [VirtualRouter] = []
    private var configurations: [VirtualRouter.Configuration] = []
    private var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    private let heard: [Heard]
    /// Of the first two routers.
    private var group = SyncGroup(significance: [1, 0])
    private let orders: [SyncGroup.Order] = [.takeOver, .yield, .remain, .speakUp]
    private let simple: [Event] = [.startup, .shutdown, .switchOver, .resumed, .successorAnnounced]

    init() {
        for version in [ProtocolVersion.v2, .v3] {
            for preempts in [true, false] {
                for delay in [Interval.zero, .seconds(3)] {
                    var configuration = VirtualRouter.Configuration(
                        version: version, advertisementInterval: .oneSecond, preempts: preempts, preemptDelay: delay)
                    if delay == .zero { configuration.groupHold = .seconds(2) }
                    configurations.append(configuration)
                }
            }
        }
        for configuration in configurations {
            for priority in [UInt8(100), 255] {
                routers.append(
                    VirtualRouter(configuration, priority: Priority(priority), primaryAddress: Self.source))
            }
        }
        heard = [0, 50, 100, 200, 255].flatMap { priority in
            Self.rivals.map { Heard(priority: Priority(priority), interval: .oneSecond, source: $0) }
        }
    }

    /// One event for each router.
    mutating func turn(_ dice: inout Dice, _ coverage: inout Coverage) {
        now = now + .milliseconds(UInt64(dice.next(400)))
        for index in routers.indices {
            let event = event(&dice)
            // Half of the ticks come when they are due.
            var instant = now
            if case .timer = event, dice.next(2) == 0, let due = routers[index].deadline { instant = max(due, now) }
            deliver(event, to: index, at: instant, &coverage)
        }
        settle(&coverage)
    }

    private mutating func deliver(
        _ event: Event, to index: Int, at instant: MonotonicInstant, _ coverage: inout Coverage
    ) {
        coverage.note(routers[index].state, event)
        var actions = ActionBuffer()
        routers[index].handle(event, at: instant, into: &actions)
        actions.drain { coverage.note($0) }
    }

    /// What a sync group makes of it.
    private mutating func settle(_ coverage: inout Coverage) {
        var group = self.group
        for _ in 0..<24 {
            guard let step = group.next(at: now, member: { routers[$0].memberView(at: now) }) else { break }
            deliver(step.event, to: step.member, at: now, &coverage)
        }
        self.group = group
    }

    private func event(_ dice: inout Dice) -> Event {
        switch dice.next(19) {
        case 0...4: .timer
        case 5...8: .received(heard[dice.next(heard.count)])
        case 9: simple[dice.next(simple.count)]
        case 10: .startup
        case 11: .switchOver
        case 12: .obstaclesChanged(dice.next(4) == 0 ? .interfaceDown : [])
        case 13: .priorityChanged(Priority(UInt8(1 + dice.next(255))))
        case 14: .primaryAddressChanged(dice.next(4) == 0 ? nil : Self.source)
        case 15: .wasAway(.milliseconds(UInt64(dice.next(5000))))
        case 16: .adopted(routers[dice.next(routers.count)].state, deafFor: .milliseconds(UInt64(dice.next(200))))
        case 17: .syncGroup(orders[dice.next(orders.count)])
        default: .reconfigured(configurations[dice.next(configurations.count)])
        }
    }
}

/// Packets of every kind of verdict, and a router that judges them.
private struct Reception {
    private struct Packet {
        var bytes: [UInt8]
        var carrier: Carrier
        var rules: ReceptionRules
    }

    private static let source = IPAddress.v4(IPv4Address(192, 0, 2, 9))
    private static let addresses = (1...20).map { IPAddress.v4(IPv4Address(192, 0, 2, 100 + $0)) }
    private static let keyed = KeyedAuthentication(
        keys: [.init(id: 1, key: AuthenticationKey([UInt8](repeating: 1, count: 32).span))], activeKey: 1, window: 5)
    private static let password = Authentication.password(SimplePassword("secret"))

    private var router: VirtualRouter
    private var packets: [Packet] = []

    init() {
        router = VirtualRouter(
            VirtualRouter.Configuration(version: .v3, advertisementInterval: .oneSecond), priority: Priority(100))
        let good = Self.message(.v3, .none, .oneSecond)
        let old = Self.message(.v2, .none, .oneSecond)
        let secret = Self.message(.v2, Self.password, .oneSecond)
        let slow = Centiseconds(300) ?? .oneSecond
        var damaged = good
        damaged[6] ^= 0xFF
        add(good, Self.rules(.v3))
        add(Self.message(.v3, .none, slow), Self.rules(.v3))
        add(good, Self.rules(.v3, addresses: Array(Self.addresses.reversed())))
        add(good, Self.rules(.v3, addresses: Array(Self.addresses.dropFirst())))
        add(good, Self.rules(.v3, peers: [Self.source]))
        add(secret, Self.rules(.v2, Self.password))
        add(damaged, Self.rules(.v3))
        add(Array(good.prefix(11)), Self.rules(.v3))
        add(good, Self.rules(.v3), hopLimit: 254)
        add(old, Self.rules(.v3))
        add(old, Self.rules(.v2, Self.password))
        add(secret, Self.rules(.v2))
        add(secret, Self.rules(.v2, .password(SimplePassword("other"))))
        add(Self.message(.v2, .none, slow), Self.rules(.v2))
        add(good, Self.rules(.v3, peers: [.v4(IPv4Address(192, 0, 2, 8))]))
        var enforcing = Self.rules(.v3)
        enforcing.keyed = Self.keyed
        add(good, enforcing)
        // Believed once, and the same again is a replay: the whole of the HMAC is computed each time.
        add(Self.message(.v3, .none, .oneSecond, isSigned: true), enforcing)
    }

    private mutating func add(_ bytes: [UInt8], _ rules: ReceptionRules, hopLimit: UInt8 = 255) {
        let carrier = Carrier(source: Self.source, destination: .v4(.vrrpGroup), hopLimit: hopLimit)
        packets.append(Packet(bytes: bytes, carrier: carrier, rules: rules))
    }

    private static func rules(
        _ version: ProtocolVersion, _ authentication: Authentication = .none, addresses: [IPAddress] = addresses,
        peers: [IPAddress]? = nil
    ) -> ReceptionRules {
        ReceptionRules(
            version: version, interval: .oneSecond, authentication: authentication, addresses: addresses, peers: peers)
    }

    private static func message(
        _ version: ProtocolVersion, _ authentication: Authentication, _ interval: Centiseconds, isSigned: Bool = false
    ) -> [UInt8] {
        guard let id = VirtualRouterID(51) else { preconditionFailure("51 is a VRID") }
        let advertisement = Advertisement(
            version: version, virtualRouterID: id, priority: Priority(100), interval: interval,
            addressCount: addresses.count, authentication: authentication)
        let carrier = Carrier(source: source, destination: .v4(.vrrpGroup))
        let size = advertisement.encodedSize(addresses: addresses) + (isSigned ? AuthenticationTrailer.size : 0)
        return [UInt8](capacity: size) { output in
            if let key = keyed.signingKey, isSigned {
                return advertisement.emit(
                    into: &output, addresses: addresses, carrier: carrier, checksum: .pseudoHeader, keyID: key.id,
                    key: key.key, sequence: AuthenticationSequence(seconds: 1, nanoseconds: 0))
            }
            advertisement.emit(
                into: &output, addresses: addresses, carrier: carrier, checksum: .pseudoHeader)
        }
    }

    /// Judges every packet once.
    mutating func turn(_ coverage: inout Coverage) {
        for packet in packets {
            do throws(Refusal) {
                _ = try router.admit(packet.bytes.span, carrier: packet.carrier, rules: packet.rules)
                coverage.note(nil)
            } catch {
                coverage.note(error)
            }
        }
    }
}

/// Trackers, checks and quorums.
private struct Tracking {
    private var tracking = PriorityTracking(
        base: Priority(100),
        trackers: [Weight(6), Weight(-20), Weight(0), Weight(9, reverse: true)].map { Tracker(weight: $0) })
    private var check = CheckState(rise: 2, fall: 3)
    private var quorum = ProcessQuorum(
        minimum: 1, maximum: 3, forkDelay: .milliseconds(100), terminateDelay: .seconds(1))
    private var now = MonotonicInstant(nanoseconds: 0)

    /// One result of each; how many of them changed something.
    mutating func turn(_ dice: inout Dice) -> Int {
        now = now + .milliseconds(50)
        var changes = check.record(success: dice.next(3) != 0) ? 1 : 0
        changes += quorum.observe(dice.next(5), at: now) ? 1 : 0
        changes += quorum.settle(at: now) ? 1 : 0
        let before = tracking.effectivePriority
        tracking.set(check.status, at: dice.next(tracking.trackers.count))
        return changes + (tracking.effectivePriority == before ? 0 : 1)
    }
}

@main
private enum Core {
    static func main() {
        guard let argument = CommandLine.arguments.dropFirst().first, let count = Int(argument)
        else { preconditionFailure("usage: core COUNT") }
        var (dice, coverage) = (Dice(), Coverage())
        var (walk, reception, tracking) = (Walk(), Reception(), Tracking())
        var changes = 0
        for _ in 0..<count {
            walk.turn(&dice, &coverage)
            reception.turn(&coverage)
            changes += tracking.turn(&dice)
        }
        coverage.check()
        precondition(changes > count / 10, "checks and trackers hardly ever changed: \(changes)")
    }
}
