import VRRPCore
import VRRPWire

/// Interprets the scenario language.
///
///     router priority=100 address=10.0.0.2 [version=3] [interval=100] [preempt=off] [preempt_delay=5s] [garp_delay=5s]
///            [garp_refresh=0s] [down_adverts=3] [answers=off] [owner_listens=off] [quiet=5s]
///            [obstacles=interfaceMissing,noAddress]
///     at 1200ms startup | shutdown | switchover | timer | announced
///     at 1200ms hear priority=200 from=10.0.0.9 [interval=100]
///     at 1200ms priority 90
///     at 1200ms obstacles noAddress,interfaceDown | none
///     at 1200ms address 10.0.0.7
///     at 1200ms set interval=10 preempt=off ...        a reload
///     at 1200ms away 5s                                 the machine stood still
///     at 1200ms working | preparing                     in the middle of much work, after or before its first advert
///     at 1200ms adopt 50ms                              a new process takes the state over, deaf meanwhile
///     run until 9000ms                                 delivers timers exactly when they are due
struct ScenarioRunner {
    private var router: VirtualRouter?
    private var now: UInt64 = 0

    static func run(_ script: String) -> String {
        var runner = ScenarioRunner()
        var result: [String] = []
        var skipping = false
        for line in script.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line == "----" { continue }
            if line.isEmpty { skipping = false }
            if !line.isEmpty, !line.hasPrefix("#") {
                if skipping { continue }
                skipping = true
                result += [line, "----"] + runner.execute(line)
                continue
            }
            result.append(line)
        }
        return result.joined(separator: "\n")
    }

    private mutating func execute(_ command: String) -> [String] {
        let words = command.split(separator: " ").map(String.init)
        let named = named(words)
        switch words[0] {
        case "router":
            router = VirtualRouter(
                configuration(named, over: nil), priority: Priority(UInt8(named["priority"]!)!),
                primaryAddress: IPAddress(named["address"]!), obstacles: obstacles(named["obstacles"] ?? "none"))
            router!.quietUntil = named["quiet"].map { MonotonicInstant(nanoseconds: nanoseconds($0)) }
            now = 0
            return []
        case "run":
            return run(until: nanoseconds(words[2]))
        case "at":
            now = nanoseconds(words[1])
            if ["working", "preparing"].contains(words[2]) { return work(isReady: words[2] == "working") }
            let event = event(words, named)
            if case .adopted = event, let old = router {
                router = VirtualRouter(
                    old.configuration, priority: old.priority, primaryAddress: old.primaryAddress,
                    obstacles: old.obstacles)
                router!.quietUntil = old.quietUntil
            }
            return deliver(event, stamp: false)
        default:
            return ["unknown command"]
        }
    }

    private func event(_ words: [String], _ named: [String: String]) -> Event {
        switch words[2] {
        case "startup": .startup
        case "shutdown": .shutdown
        case "switchover": .switchOver
        case "resume": .resumed
        case "timer": .timer
        case "announced": .successorAnnounced
        case "away": .wasAway(Interval(nanoseconds: nanoseconds(words[3])))
        case "adopt": .adopted(router!.state, deafFor: Interval(nanoseconds: nanoseconds(words[3])))
        case "hear":
            .received(
                Heard(
                    priority: Priority(UInt8(named["priority"]!)!),
                    interval: Centiseconds(Int(named["interval"] ?? "100")!)!,
                    source: IPAddress(named["from"]!)!))
        case "priority": .priorityChanged(Priority(UInt8(words[3])!))
        case "obstacles": .obstaclesChanged(obstacles(words[3]))
        case "address": .primaryAddressChanged(IPAddress(words[3]))
        case "set": .reconfigured(configuration(named, over: router!.configuration))
        default: fatalError("scenario: what is '\(words[2])'?")
        }
    }

    private mutating func run(until end: UInt64) -> [String] {
        var lines: [String] = []
        while let deadline = router!.deadline, deadline.nanoseconds <= end {
            now = deadline.nanoseconds
            lines += deliver(.timer, stamp: true).dropLast(router!.deadline == nil ? 0 : 1)
        }
        now = end
        return lines + deadlineLine()
    }

    private mutating func deliver(_ event: Event, stamp: Bool) -> [String] {
        var actions = ActionBuffer()
        router!.handle(event, at: MonotonicInstant(nanoseconds: now), into: &actions)
        return lines(of: &actions, stamp: stamp)
    }

    private func lines(of actions: inout ActionBuffer, stamp: Bool) -> [String] {
        var lines: [String] = []
        let prefix = stamp ? milliseconds(now) + " " : ""
        actions.drain { lines.append(prefix + describe($0)) }
        return lines + deadlineLine()
    }

    private mutating func work(isReady: Bool) -> [String] {
        var actions = ActionBuffer()
        router!.advertiseMeanwhile(isReady, at: MonotonicInstant(nanoseconds: now), into: &actions)
        return lines(of: &actions, stamp: false)
    }

    private func deadlineLine() -> [String] {
        router!.deadline.map { ["deadline " + milliseconds($0.nanoseconds)] } ?? []
    }

    // MARK: Reading

    private func named(_ words: [String]) -> [String: String] {
        var result: [String: String] = [:]
        for word in words {
            let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { result[parts[0]] = parts[1] }
        }
        return result
    }

    private func configuration(
        _ named: [String: String], over old: VirtualRouter.Configuration?
    ) -> VirtualRouter.Configuration {
        var result = old ?? VirtualRouter.Configuration(version: .v3, advertisementInterval: .oneSecond)
        if let text = named["version"] { result.version = text == "2" ? .v2 : .v3 }
        if let text = named["interval"] { result.advertisementInterval = Centiseconds(Int(text)!)! }
        if let text = named["down_adverts"] { result.downTimerAdverts = UInt64(text)! }
        if let text = named["answers"] { result.answersLowerPriority = text != "off" }
        if let text = named["owner_listens"] { result.ownerListens = text != "off" }
        if let text = named["preempt"] { result.preempts = text != "off" }
        if let text = named["preempt_delay"] { result.preemptDelay = Interval(nanoseconds: nanoseconds(text)) }
        if let text = named["garp_delay"] { result.announcements.delay = Interval(nanoseconds: nanoseconds(text)) }
        if let text = named["garp_refresh"] { result.announcements.refresh = Interval(nanoseconds: nanoseconds(text)) }
        return result
    }

    private func obstacles(_ text: String) -> Obstacles {
        let names: [String: Obstacles] = [
            "interfaceMissing": .interfaceMissing, "interfaceDown": .interfaceDown, "noAddress": .noAddress,
            "addressClash": .addressClash, "firstCheckPending": .firstCheckPending, "checkFailed": .checkFailed,
            "trackedInterfaceDown": .trackedInterfaceDown, "socketFailed": .socketFailed,
        ]
        return text.split(separator: ",").reduce(into: Obstacles()) { result, name in
            if let obstacle = names[String(name)] { result.insert(obstacle) }
        }
    }

    private func nanoseconds(_ text: String) -> UInt64 {
        if text.hasSuffix("ms") { return UInt64(text.dropLast(2))! * 1_000_000 }
        if text.hasSuffix("us") { return UInt64(text.dropLast(2))! * 1_000 }
        return UInt64(text.dropLast(1))! * 1_000_000_000
    }

    // MARK: Writing

    private func milliseconds(_ nanoseconds: UInt64) -> String {
        let micro = nanoseconds / 1_000 % 1_000
        let digits = String(micro)
        let fraction = micro == 0 ? "" : "." + String(repeating: "0", count: 3 - digits.count) + digits
        return "\(nanoseconds / 1_000_000)\(fraction)ms"
    }

    private func describe(_ action: Action) -> String {
        switch action {
        case .advertise(let priority): "advertise \(priority.rawValue)"
        case .acquireAddresses: "acquireAddresses"
        case .announceAddresses(let times): "announceAddresses \(times)"
        case .releaseAddresses: "releaseAddresses"
        case .report(let transition): "report " + describe(transition)
        }
    }

    private func describe(_ transition: Transition) -> String {
        switch transition {
        case .becameBackup(.startup): "becameBackup startup"
        case .becameBackup(.higherPriority(let heard)): "becameBackup higherPriority \(describe(heard))"
        case .becameBackup(.switchOver(let successor)):
            "becameBackup switchOver to \(successor?.description ?? "nobody")"
        case .becameBackup(.syncGroup(let successor)):
            "becameBackup syncGroup to \(successor?.description ?? "nobody")"
        case .becameBackup(.away(let absence)): "becameBackup away for \(absence)"
        case .becameActive(.ownsAddresses): "becameActive ownsAddresses"
        case .becameActive(.nobodyElse): "becameActive nobodyElse"
        case .becameActive(.silence(let source)): "becameActive silence of \(source)"
        case .becameActive(.resignation(let source)): "becameActive resignation of \(source)"
        case .becameActive(.preemption(let heard)): "becameActive preemption of \(describe(heard))"
        case .resigned(let purpose): "resigned \(purpose)"
        case .remainedActive: "remainedActive"
        case .waiting(let obstacles): "waiting \(describe(obstacles))"
        case .faulted(let obstacles): "faulted \(describe(obstacles))"
        case .stopped(let successor): "stopped, successor \(successor?.description ?? "none")"
        case .carriedOn: "carriedOn"
        case .contested(let heard): "contested by \(describe(heard))"
        }
    }

    private func describe(_ heard: Heard) -> String { "\(heard.priority.rawValue) from \(heard.source)" }

    private func describe(_ obstacles: Obstacles) -> String {
        let names: [(Obstacles, String)] = [
            (.interfaceMissing, "interfaceMissing"), (.interfaceDown, "interfaceDown"), (.noAddress, "noAddress"),
            (.addressClash, "addressClash"), (.firstCheckPending, "firstCheckPending"), (.checkFailed, "checkFailed"),
            (.trackedInterfaceDown, "trackedInterfaceDown"), (.socketFailed, "socketFailed"),
        ]
        return names.filter { obstacles.contains($0.0) }.map(\.1).joined(separator: ",")
    }
}
