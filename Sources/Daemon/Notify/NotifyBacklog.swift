internal import Configuration

/// What has to be told about one instance or group, and in which order: one thing at a time, the newest state never lost.
///
/// A state that is not true any more when its turn comes is left out: telling a command BACKUP while the router is MASTER would
/// make it undo what is needed. What a command has begun to be told, it and the one for every change are told to the end.
struct NotifyBacklog: Equatable {
    /// What is being told.
    struct Delivery: Equatable {
        var event: NotifyEvent
        /// Which of the event's occasions is next, or runs.
        var step = 0
        /// The command of that step, once it has been started.
        var running: RunningCommand?
    }

    /// The state that was said last, delivered or not; nil before the first.
    private(set) var lastState: NotifyWord?
    private(set) var sequence: UInt64 = 0
    /// The state that mail was last sent about.
    private(set) var lastMailed: NotifyWord?
    private(set) var current: Delivery?
    private(set) var waitingState: NotifyEvent?
    private(set) var waitingContest: NotifyEvent?

    var isEmpty: Bool { current == nil && waitingState == nil && waitingContest == nil }

    /// Takes the newest event, its number and the state before it filled in; returns the one that it overtook.
    @discardableResult
    mutating func add(_ event: NotifyEvent) -> NotifyEvent? {
        sequence += 1
        var event = event
        event.sequence = sequence
        event.previous = lastState
        guard event.word.isState else {
            waitingContest = event
            return nil
        }
        lastState = event.word
        // What was contested was the state before.
        waitingContest = nil
        defer { waitingState = event }
        return waitingState
    }

    /// Whether this state is worth a mail: keepalived: not when the last one was about the same, as after a fault that nobody
    /// is to hear of.
    mutating func noteMail(about word: NotifyWord, sparingFaults: Bool) -> Bool {
        guard word != lastMailed, !sparingFaults || word != .fault else { return false }
        lastMailed = word
        return true
    }

    /// The step that is next, when nothing runs; nil when there is nothing to tell.
    mutating func next() -> (event: NotifyEvent, occasion: Notifications.Occasion)? {
        while true {
            if current == nil {
                guard let event = waitingState ?? waitingContest else { return nil }
                if waitingState == nil { waitingContest = nil } else { waitingState = nil }
                current = Delivery(event: event)
            }
            guard let delivery = current, delivery.running == nil else { return nil }
            let occasions = delivery.event.occasions
            if delivery.step < occasions.count { return (delivery.event, occasions[delivery.step]) }
            current = nil
        }
    }

    /// The command of the present step has been started.
    mutating func begin(_ command: RunningCommand) { current?.running = command }

    /// The present step is over, or has no command.
    mutating func finishStep() {
        current?.running = nil
        current?.step += 1
    }

    /// Nothing more will be told.
    mutating func abandon() { (current, waitingState, waitingContest) = (nil, nil, nil) }

    // MARK: For a successor of this process

    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.put(lastState?.rawValue ?? "")
        writer.put(sequence)
        writer.put(current != nil)
        if let current {
            current.event.write(to: &writer)
            writer.put(UInt64(current.step))
            writer.put(UInt64(current.running?.pid ?? 0))
            writer.put(current.running?.startTime ?? 0)
        }
        for event in [waitingState, waitingContest] {
            writer.put(event != nil)
            event?.write(to: &writer)
        }
        writer.put(lastMailed?.rawValue ?? "")
        return writer.octets
    }

    init() {}

    init?(_ octets: [UInt8]) {
        var reader = OctetReader(octets)
        lastState = NotifyWord(rawValue: reader.text())
        sequence = reader.number()
        if reader.flag() {
            guard let event = NotifyEvent(from: &reader) else { return nil }
            var delivery = Delivery(event: event, step: Int(clamping: reader.number()))
            let (pid, startTime) = (Int32(clamping: reader.number()), reader.number())
            if pid > 0 { delivery.running = RunningCommand(pid: pid, startTime: startTime) }
            current = delivery
        }
        if reader.flag() { waitingState = NotifyEvent(from: &reader) }
        if reader.flag() { waitingContest = NotifyEvent(from: &reader) }
        // A process of an earlier version sent no mail.
        if !reader.isAtEnd { lastMailed = NotifyWord(rawValue: reader.text()) }
        if reader.isDamaged { return nil }
    }
}
