// A libFuzzer target for one virtual router: any events at any time, adverts among them. See scripts/fuzz.

import VRRPCore
import VRRPWire

/// Takes the input apart, octet by octet; zeros follow its end.
private struct Script {
    var octets: ArraySlice<UInt8>

    mutating func next() -> UInt8 { octets.popFirst() ?? 0 }

    mutating func priority() -> Priority { Priority(max(next(), 1)) }

    mutating func interval() -> Interval { .milliseconds(UInt64(next()) * UInt64(next())) }

    mutating func heard() -> Heard {
        let priority = Priority(next())
        let interval = Centiseconds(Int(next() & 0x0F) << 8 | Int(next()))
        return Heard(
            priority: priority, interval: interval ?? .oneSecond, source: .v4(IPv4Address(192, 0, 2, next() & 3)))
    }

    mutating func configuration() -> VirtualRouter.Configuration {
        let flags = next()
        return VirtualRouter.Configuration(
            version: flags & 1 == 0 ? .v3 : .v2, advertisementInterval: flags & 2 == 0 ? .oneSecond : .maximumV3,
            preempts: flags & 4 == 0, preemptDelay: .milliseconds(flags & 8 == 0 ? 0 : 3000))
    }

    mutating func event(for router: VirtualRouter) -> Event {
        switch next() % 14 {
        case 0: .startup
        case 1: .shutdown
        case 2: .switchOver
        case 3: .resumed
        case 4: .successorAnnounced
        case 5: .obstaclesChanged(Obstacles(rawValue: UInt16(next() & next())))
        case 6: .priorityChanged(priority())
        case 7: .primaryAddressChanged(next() & 1 == 0 ? nil : .v4(IPv4Address(192, 0, 2, next() & 3)))
        case 8: .reconfigured(configuration())
        case 9: .wasAway(interval())
        case 10, 11: .received(heard())
        default: .timer
        }
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    var script = Script(octets: Array(UnsafeBufferPointer(start: data, count: count))[...])
    var router = VirtualRouter(
        script.configuration(), priority: script.priority(), primaryAddress: .v4(IPv4Address(192, 0, 2, 1)))
    var now = MonotonicInstant(nanoseconds: 1_000_000_000)
    var holds = false
    while !script.octets.isEmpty {
        let event = script.event(for: router)
        let jump = script.next()
        // Often exactly when it asked for it, sometimes early, seldom very late.
        if jump & 1 == 0, let deadline = router.deadline { now = max(now, deadline) }
        if jump & 0x0E == 2 { now = now + script.interval() }
        var actions = ActionBuffer()
        let before = router.counters
        router.handle(event, at: now, into: &actions)
        actions.drain { action in
            switch action {
            case .acquireAddresses: holds = true
            case .releaseAddresses: holds = false
            case .announceAddresses: precondition(holds, "announced what it does not hold")
            case .report(.becameBackup): precondition(!holds, "Backup with addresses")
            case .advertise, .report: break
            }
        }
        precondition(holds == router.holdsAddresses, "\(event) in \(router.state)")
        precondition(router.counters.sent >= before.sent && router.counters.received >= before.received)
        if case .backup(let backup) = router.state {
            precondition(backup.takeOverAt >= now || event != .timer)
        }
    }
    return 0
}
