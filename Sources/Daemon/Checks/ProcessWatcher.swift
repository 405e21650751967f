internal import Configuration
internal import LinuxKernel
internal import VRRPCore

/// Counts processes by name without starting any: a death is seen through its pidfd, a birth through the kernel's
/// process connector, or, where there is none (a container, another network namespace), by looking twice a second.
final class ProcessWatcher {
    private final class Watched {
        let check: ProcessCheck
        var quorum: ProcessQuorum
        var pids: Set<Int32> = []
        var changedAt: MonotonicInstant?
        /// The first result is not a change.
        var isTold = false
        init(_ check: ProcessCheck) {
            self.check = check
            quorum = ProcessQuorum(
                minimum: check.quorum, maximum: check.quorumMaximum, forkDelay: check.forkDelay,
                terminateDelay: check.terminateDelay)
        }
    }

    private let surroundings: Surroundings
    private let watched: [Watched]
    private let changed: (String, CheckState.Status, String, MonotonicInstant) -> Void
    private var events: ProcessEvents?
    private var eventsToken: Token?
    private var handles: [Int32: (handle: ProcessHandle, token: Token)] = [:]
    private var rescanAt: MonotonicInstant?

    private static let rescanInterval = Interval.milliseconds(500)

    /// - Parameter changed: called with the check's name, its status, and the cause in words.
    init(
        _ checks: [ProcessCheck], surroundings: Surroundings,
        changed: @escaping (String, CheckState.Status, String, MonotonicInstant) -> Void
    ) {
        self.surroundings = surroundings
        self.changed = changed
        watched = checks.map(Watched.init)
    }

    var deadline: MonotonicInstant? {
        watched.reduce(rescanAt) { earliest, item in
            guard let settles = item.quorum.settlesAt else { return earliest }
            return earliest.map { min($0, settles) } ?? settles
        }
    }

    /// What is known of every check.
    var statuses: [(name: String, status: CheckState.Status)] { watched.map { ($0.check.name, $0.quorum.status) } }

    /// What is known of one check, in words, and since when its status is what it is; nil when it is not watched.
    func outcome(of name: String) -> (text: String, changedAt: MonotonicInstant?)? {
        watched.first { $0.check.name == name }.map { (Self.number($0), $0.changedAt) }
    }

    /// How many there are, and whether that is enough; nil when it is not watched.
    func found(_ name: String) -> (count: Int, isEnough: Bool)? {
        watched.first { $0.check.name == name }.map { ($0.quorum.count, $0.quorum.status == .working) }
    }

    private static func number(_ item: Watched) -> String {
        let check = item.check
        let command = ([check.process] + check.parameters).joined(separator: " ")
        let wanted =
            switch (check.quorum, check.quorumMaximum) {
            // What anybody expects who says nothing.
            case (1, nil): ""
            case (let least, nil): ", at least \(least) wanted"
            case (let least, let most?) where least == most: ", \(most) wanted"
            case (let least, let most?): ", \(least) to \(most) wanted"
            }
        return "\(item.quorum.count) of \(command) running\(wanted)"
    }

    func start(at now: MonotonicInstant) {
        do throws(SystemError) {
            // The kernel tells of processes in its first network namespace only.
            let connector =
                if let home = surroundings.home {
                    try home.perform { () throws(SystemError) in try ProcessEvents() }
                } else { try ProcessEvents() }
            eventsToken = try surroundings.readiness.watch(connector.descriptor, as: .processEvents)
            events = connector
        } catch {
            surroundings.log.info(
                "process checks: no process connector here (\(error)); deaths are seen at once, "
                    + "births within \(Self.rescanInterval)")
        }
        rescan(at: now)
    }

    /// Sets how many octets of news may wait; nil when there are none to come.
    func setReceiveBuffer(_ octets: Int, isForced: Bool) -> Int? {
        events?.setReceiveBuffer(octets, isForced: isForced)
    }

    func stop() {
        if let events, let eventsToken { surroundings.readiness.forget(events.descriptor, eventsToken) }
        for (handle, token) in handles.values { surroundings.readiness.forget(handle.descriptor, token) }
        events = nil
        handles = [:]
        rescanAt = nil
    }

    /// Delivers the clock.
    func tick(at now: MonotonicInstant) {
        if let rescanAt, rescanAt <= now { rescan(at: now) }
        for item in watched where item.quorum.settle(at: now) { tell(item, at: now) }
    }

    /// Reads what the connector says.
    func readEvents(at now: MonotonicInstant) {
        guard let events else { return }
        do throws(SystemError) {
            let outcome = try events.drain { event in take(event) }
            if outcome == .overrun { return rescan(at: now) }
        } catch {
            surroundings.log.warning("process checks: the process connector failed (\(error)); looking twice a second")
            if let eventsToken { surroundings.readiness.forget(events.descriptor, eventsToken) }
            self.events = nil
            return rescan(at: now)
        }
        count(at: now)
    }

    /// A pidfd became readable: the process has ended.
    func processEnded(_ pid: Int32, at now: MonotonicInstant) {
        release(pid)
        for item in watched { item.pids.remove(pid) }
        count(at: now)
    }

    private func take(_ event: ProcessEvents.Event) {
        switch event {
        case .fork(let parent, let child):
            if watched.contains(where: { $0.pids.contains(parent) }) { consider(child) }
        case .exec(let pid), .renamed(let pid): consider(pid)
        case .exited: break  // The pidfd tells, and cannot be mistaken about whom.
        }
    }

    private func rescan(at now: MonotonicInstant) {
        let present = runningProcesses()
        for entry in present where interests(entry.name) { consider(entry.pid) }
        rescanAt = events == nil ? now + Self.rescanInterval : nil
        count(at: now)
    }

    private func interests(_ name: String) -> Bool {
        watched.contains { $0.check.fullCommand || $0.check.commandName == name }
    }

    /// Puts a process where it belongs, and out of where it no longer does.
    private func consider(_ pid: Int32) {
        guard let name = processName(of: pid), !hasEnded(pid) else { return }
        for item in watched {
            if matches(item.check, name: name, pid: pid) {
                if hold(pid) { item.pids.insert(pid) }
            } else {
                item.pids.remove(pid)
            }
        }
        if !watched.contains(where: { $0.pids.contains(pid) }) { release(pid) }
    }

    private func matches(_ check: ProcessCheck, name: String, pid: Int32) -> Bool {
        if !check.fullCommand, check.commandName != name { return false }
        if !check.fullCommand, check.match == .ignored { return true }
        let command = arguments(of: pid)
        if check.fullCommand, command.first != check.process { return false }
        let given = Array(command.dropFirst())
        switch check.match {
        case .ignored: return true
        case .exact: return given == check.parameters
        case .initial: return given.starts(with: check.parameters)
        case .partial:
            guard let last = check.parameters.last else { return true }
            let whole = check.parameters.dropLast()
            return given.starts(with: whole) && given.count > whole.count && given[whole.count].hasPrefix(last)
        }
    }

    private func hold(_ pid: Int32) -> Bool {
        if handles[pid] != nil { return true }
        do throws(SystemError) {
            let handle = try ProcessHandle(pid: pid)
            let token = try surroundings.readiness.watch(handle.descriptor, as: .process(pid: pid))
            handles[pid] = (handle, token)
            return true
        } catch {
            return false  // It ended between the look and the hold.
        }
    }

    private func release(_ pid: Int32) {
        guard let held = handles.removeValue(forKey: pid) else { return }
        surroundings.readiness.forget(held.handle.descriptor, held.token)
    }

    private func count(at now: MonotonicInstant) {
        for item in watched where item.quorum.observe(item.pids.count, at: now) { tell(item, at: now) }
    }

    private func tell(_ item: Watched, at now: MonotonicInstant) {
        let status = item.quorum.status
        let number = Self.number(item)
        if item.isTold { item.changedAt = now }
        item.isTold = true
        surroundings.log.notice(
            "VRRP_Process(\(item.check.name)) " + (status == .working ? "succeeded" : "failed") + " (\(number))")
        changed(item.check.name, status, "\(item.check.name): \(number)", now)
    }
}

extension ProcessCheck {
    /// The kernel keeps fifteen octets of a program's name.
    fileprivate var commandName: String { String(decoding: Array(process.utf8.prefix(15)), as: UTF8.self) }
}
