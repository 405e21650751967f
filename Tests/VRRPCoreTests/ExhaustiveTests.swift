import Testing
import VRRPCore
import VRRPWire

/// Walks every sequence of events of a small alphabet from a fresh router, and checks what must hold after any event.
@Suite struct `Every state and every event` {
    private static let alphabet: [Event] = [
        .startup, .shutdown, .switchOver, .resumed, .timer, .successorAnnounced,
        .received(Heard(priority: Priority(0), interval: .oneSecond, source: IPAddress("10.0.0.9")!)),
        .received(Heard(priority: Priority(50), interval: .oneSecond, source: IPAddress("10.0.0.9")!)),
        .received(Heard(priority: Priority(100), interval: .oneSecond, source: IPAddress("10.0.0.9")!)),
        .received(Heard(priority: Priority(200), interval: .oneSecond, source: IPAddress("10.0.0.1")!)),
        .obstaclesChanged([]), .obstaclesChanged(.interfaceDown), .obstaclesChanged(.firstCheckPending),
        .priorityChanged(Priority(40)), .primaryAddressChanged(IPAddress("10.0.0.3")),
        .reconfigured(VirtualRouter.Configuration(version: .v2, advertisementInterval: .oneSecond, preempts: false)),
    ]

    private struct Walk {
        var router: VirtualRouter
        var now: MonotonicInstant
        /// What the actions so far did to the world.
        var addressesHeld = false
        var depth = 0
    }

    @Test(arguments: [UInt8(100), 255], [ProtocolVersion.v2, .v3])
    func `keeps its promises for every sequence of four`(priority: UInt8, version: ProtocolVersion) {
        let configuration = VirtualRouter.Configuration(version: version, advertisementInterval: .oneSecond)
        var stack = [
            Walk(
                router: VirtualRouter(
                    configuration, priority: Priority(priority), primaryAddress: IPAddress("10.0.0.2")),
                now: MonotonicInstant(nanoseconds: 1_000_000_000))
        ]
        var visited = 0
        while let walk = stack.popLast() {
            guard walk.depth < 4 else { continue }
            for event in Self.alphabet {
                var next = walk
                next.depth += 1
                // The clock: just before, exactly at, and well after the deadline.
                let deadline = walk.router.deadline ?? walk.now
                let late = MonotonicInstant(nanoseconds: deadline.nanoseconds + 2_000_000_000)
                for instant in event == .timer ? [walk.now, deadline, late] : [walk.now] {
                    var branch = next
                    branch.now = max(instant, walk.now)
                    check(&branch, event)
                    visited += 1
                    stack.append(branch)
                }
            }
        }
        #expect(visited > 50_000)
    }

    private func check(_ walk: inout Walk, _ event: Event) {
        let before = walk.router
        var actions = ActionBuffer()
        walk.router.handle(event, at: walk.now, into: &actions)
        let after = walk.router
        var adverts = 0
        var acquiredFirst = false
        var held = walk.addressesHeld
        var announced = false
        var reports = 0
        actions.drain { action in
            switch action {
            case .advertise: adverts += 1
            case .acquireAddresses:
                #expect(!held, "acquired twice")
                acquiredFirst = adverts == 0
                held = true
            case .announceAddresses:
                #expect(held, "announced without holding")
                announced = true
            case .releaseAddresses:
                #expect(held, "released without holding")
                held = false
            case .report(.becameActive(.preemption)):
                #expect(acquiredFirst && adverts == 1, "whoever is overruled serves until everything is ready")
                reports += 1
            case .report(.becameActive):
                #expect(!acquiredFirst, "the advert goes first")
                reports += 1
            case .report: reports += 1
            }
        }
        #expect(held == after.holdsAddresses, "held addresses and state disagree after \(event)")
        if !before.holdsAddresses, after.holdsAddresses { #expect(announced, "acquired in silence") }
        if kind(before.state) != kind(after.state), kind(before.state) != -1 {
            #expect(reports == 1 || event == .startup, "every transition is reported once: \(event)")
        }
        if let deadline = after.deadline, event == .timer {
            #expect(deadline > walk.now, "a delivered timer is due again at once")
        }
        if !after.obstacles.subtracting(.firstCheckPending).isEmpty {
            #expect(!after.holdsAddresses, "holds addresses despite \(after.obstacles)")
        }
        walk.addressesHeld = held
    }

    private func kind(_ state: VirtualRouter.State) -> Int {
        switch state {
        case .initialize: 0
        case .backup: 1
        case .active: 2
        case .resigning: 3
        }
    }
}
