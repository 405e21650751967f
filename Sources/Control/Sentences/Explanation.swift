/// Why one virtual router is in its present state, in sentences that say no more than the values show.
package struct Explanation: Codable, Equatable, Sendable {
    package var instance: String
    package var state: RouterState
    /// The state and its age: `VI_1 is STANDBY since 03:12:06 UTC (4 min)`.
    package var headline: String
    /// What led to the state, the newest first.
    package var chain: [String]
    /// Why the addresses are not on this host; empty when they are.
    package var whyNotActive: [String]
    /// What would end this state.
    package var wouldChange: [String]
    /// What does not fit the state, or what an operator should look at.
    package var doubts: [String]

    /// - Parameters:
    ///   - history: records of this host, in any order, those of other instances included.
    ///   - now: when `instance` was true.
    package init(
        of instance: InstanceStatus, standby: Standby?, history: [HistoryRecord], at now: Timestamp
    ) {
        let chain = CauseChain(of: instance, history: history, at: now)
        let outlook = Outlook(of: instance, standby: standby, handedOver: chain.handedOver, at: now)
        self.instance = instance.name
        state = instance.state
        headline =
            "\(instance.name) is \(instance.state.word) since \(instance.since.words(at: now)) "
            + "(\(spoken(seconds: instance.sinceSeconds)))."
        self.chain = chain.sentences
        whyNotActive = outlook.whyNotActive
        wouldChange = outlook.wouldChange
        doubts = instance.addressProblems + instance.ownerProblems + instance.doubts
    }
}

/// The way to the present state, backwards through the history.
struct CauseChain {
    private let instance: InstanceStatus
    private let now: Timestamp
    /// Of this instance and of the daemon, the newest first.
    private let records: [HistoryRecord]
    private(set) var sentences: [String] = []
    /// The record of a hand-over that ended in the present state, when nobody has resumed since.
    private(set) var handedOver: HistoryRecord?

    /// More than this would be a history, which is another command.
    private static let mostBetween = 6
    private static let mostSince = 3
    /// The state and the record of its beginning are written in one turn of the daemon.
    private static let tolerance = 2.0

    init(of instance: InstanceStatus, history: [HistoryRecord], at now: Timestamp) {
        self.instance = instance
        self.now = now
        records = history.filter { $0.instance == nil || $0.instance == instance.name }
            .sorted { $0.sequence > $1.sequence }
        guard let latest = records.firstIndex(where: Self.isTransition), let beginning = beginning(from: latest) else {
            sentences = withoutRecord()
            return
        }
        // The daemon may have learnt more about the state since it was recorded.
        if instance.cause != records[latest].cause { sentences.append(closed("Now: \(instance.cause)")) }
        let record = records[beginning]
        let fits = abs(record.at.seconds(since: instance.since)) <= Self.tolerance
        if !fits {
            sentences.append(
                "The newest record of this state is from \(record.at.words(at: now)), which does not fit its age: the clock "
                    + "was set since, or records are missing. As recorded:")
        }
        tellOfProcesses(before: latest)
        if latest != beginning { sentences.append(transition(records[latest])) }
        sentences.append(transition(record))
        walk(from: beginning)
        handedOver = fits ? handOver(endingWith: beginning) : nil
    }

    /// What became of the daemon's process since the state began, which another process has gone on with.
    private mutating func tellOfProcesses(before latest: Int) {
        let since = records[..<latest].filter { [.processReplaced, .wasAway].contains($0.event) }
        for record in since.prefix(Self.mostSince) {
            sentences.append(closed("At \(record.at.words(at: now)): \(record.cause)"))
        }
        let more = since.count - Self.mostSince
        if more > 0 {
            sentences.append("Before that, the daemon was replaced or away \(more) more times in this state.")
        }
    }

    private static func isTransition(_ record: HistoryRecord) -> Bool { record.instance != nil && record.to != nil }

    /// The record with which the present state began; nil when the history does not have it.
    private func beginning(from latest: Int) -> Int? {
        for index in records[latest...].indices where Self.isTransition(records[index]) {
            guard records[index].to == instance.state else { return nil }
            // What else stood in the way meanwhile is recorded, and does not begin the state anew.
            if records[index].from != instance.state { return index }
        }
        return nil
    }

    private func withoutRecord() -> [String] {
        let last = records.first(where: Self.isTransition)
        let gap =
            switch last {
            case nil: "The history tells of no transition of \(instance.name)."
            case let last?:
                "The history does not tell how it came to be: its last record of \(instance.name) is from "
                    + "\(last.at.words(at: now))" + (last.to.map { " (\($0.word))." } ?? ".")
            }
        return [closed(instance.cause), gap]
    }

    private func transition(_ record: HistoryRecord) -> String {
        let change =
            switch (record.event, record.from, record.to) {
            case (.remainedActive, _, _): "it remained ACTIVE"
            case (_, let from?, let to?) where from == to: "it was still in state \(to.word)"
            case (_, let from?, let to?): "it went from \(from.word) to \(to.word)"
            case (_, nil, let to?): "it became \(to.word)"
            case (_, _, nil): record.event.words
            }
        return closed("At \(record.at.words(at: now)) \(change): \(record.cause)")
    }

    /// Goes back to the state before this one and says why that began; states that only lead on are passed through.
    private mutating func walk(from latest: Int) {
        var later = records[latest]
        var between = 0
        var seen: Set<HistoryRecord.Event> = []
        for (index, record) in zip(records.indices, records).dropFirst(latest + 1) {
            if Self.isTransition(record) {
                sentences.append(transition(record))
                if record.to != .handingOver { return }
                later = record
                seen = []
            } else if record.event == .daemonStarted {
                // What was before is another life of the daemon.
                sentences.append(start(index))
                return
            } else if between < Self.mostBetween, let sentence = contribution(record, to: later, seen: seen) {
                sentences.append(sentence)
                seen.insert(record.event)
                between += 1
            }
        }
    }

    private func start(_ index: Int) -> String {
        let record = records[index]
        let isFirst =
            if let boot = record.boot, index + 1 < records.count, let before = records[index + 1].boot {
                boot != before
            } else {
                false
            }
        return closed(
            "At \(record.at.words(at: now)): \(record.cause)"
                + (isFirst ? ", the first time since the host booted" : ""))
    }

    /// What happened between two transitions; nil when it can have had no part in the later one.
    private func contribution(
        _ record: HistoryRecord, to later: HistoryRecord, seen: Set<HistoryRecord.Event>
    ) -> String? {
        let time = "At \(record.at.words(at: now))"
        switch record.event {
        case .priorityChanged:
            // The one that was in force, and those that led to it.
            if !seen.contains(.priorityChanged), let decided = later.priority, decided != record.priority { return nil }
            return closed("\(time): \(record.cause)")
        case .reloaded: return closed("\(time) the configuration was reloaded: \(record.cause)")
        case .standbyOn: return closed("\(time) maintenance mode began: \(record.cause)")
        case .standbyOff: return closed("\(time) maintenance mode ended: \(record.cause)")
        // It repeats itself; the last one is enough.
        case .contested where !seen.contains(.contested): return closed("\(time) it was contested: \(record.cause)")
        case .processReplaced, .gaveUp, .wasAway, .twoOwners, .oneOwner, .addressRestored, .resignationHeard:
            return closed("\(time): \(record.cause)")
        case .contested, .reloadRefused, .daemonStarted, .daemonStopped, .standbyMissing, .standbyPresent: return nil
        case .becameActive, .becameStandby, .faulted, .waiting, .resigned, .remainedActive, .stopped: return nil
        }
    }

    /// After a hand-over a router leaves the addresses with whoever has them, until it is told to resume.
    private func handOver(endingWith latest: Int) -> HistoryRecord? {
        guard records[latest].event == .becameStandby, records[latest].from == .handingOver,
            !records[..<latest].contains(where: { $0.event == .standbyOff })
        else { return nil }
        return records[latest]
    }
}
