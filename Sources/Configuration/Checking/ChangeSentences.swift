internal import VRRPCore
internal import VRRPWire

/// Collects the lines that say what changed about one thing.
struct Sentences {
    let subject: String
    private(set) var lines: [String] = []

    init(subject: String) { self.subject = subject }

    func presence(added: Bool) -> [String] { ["\(subject): \(added ? "added" : "removed")"] }

    mutating func add(_ what: String, _ old: String, _ new: String) {
        if old != new { lines.append("\(subject): \(what) \(old) -> \(new)") }
    }

    mutating func add(_ what: String, _ old: Interval, _ new: Interval) {
        add(what, old.decimalSeconds, new.decimalSeconds)
    }

    private mutating func addItems<Item: Hashable>(
        _ what: String, _ old: [Item], _ new: [Item], text: (Item) -> String
    ) {
        for item in old where !new.contains(item) { lines.append("\(subject): \(what) \(text(item)) removed") }
        for item in new where !old.contains(item) { lines.append("\(subject): \(what) \(text(item)) added") }
    }

    mutating func compare(_ old: Instance, _ new: Instance) {
        add("name", old.name, new.name)
        add(
            "state", old.initialState == .master ? "MASTER" : "BACKUP",
            new.initialState == .master ? "MASTER" : "BACKUP")
        add("version", String(old.version.rawValue), String(new.version.rawValue))
        add("priority", String(old.priority.rawValue), String(new.priority.rawValue))
        add("advert_int", Interval(old.advertisementInterval), Interval(new.advertisementInterval))
        add("source address", old.sourceAddress?.description ?? "none", new.sourceAddress?.description ?? "none")
        if case .unicast(let oldPeers) = old.transport, case .unicast(let newPeers) = new.transport {
            addItems("peer", oldPeers, newPeers) { $0.description }
        }
        // A password is never written to a log.
        if old.password != new.password {
            let change = old.password == nil ? "added" : new.password == nil ? "removed" : "changed"
            lines.append("\(subject): auth_pass \(change)")
        }
        compareKeys(old.keyed, new.keyed)
        add("v3_checksum_as_v2", old.checksum.text, new.checksum.text)
        add("preemption", old.preempts.onOff, new.preempts.onOff)
        add("preempt_delay", old.preemptDelay, new.preemptDelay)
        add("lease", old.lease.text, new.lease.text)
        add("standby_notice", old.standbyNotice.onOff, new.standbyNotice.onOff)
        addItems("address", old.addresses, new.addresses, text: \.text)
        addItems("excluded address", old.excludedAddresses, new.excludedAddresses, text: \.text)
        if Set(old.addresses) == Set(new.addresses), old.addresses != new.addresses {
            lines.append("\(subject): order of addresses changed")
        }
        compareAnnouncements(old.announcements, new.announcements)
        compareTracked("track_interface", old.trackedInterfaces, new.trackedInterfaces)
        compareTracked("track_script", old.trackedScripts, new.trackedScripts)
        compareTracked("track_process", old.trackedProcesses, new.trackedProcesses)
    }

    /// Says that keys changed, never what they are.
    private mutating func compareKeys(_ old: KeyedAuthentication?, _ new: KeyedAuthentication?) {
        guard let old, let new else {
            if (old == nil) != (new == nil) {
                lines.append("\(subject): auth_hmac \(old == nil ? "added" : "removed")")
            }
            return
        }
        for key in old.keys where new.key(key.id) == nil { lines.append("\(subject): auth_hmac key \(key.id) removed") }
        for key in new.keys where old.key(key.id) != key.key {
            lines.append("\(subject): auth_hmac key \(key.id) \(old.key(key.id) == nil ? "added" : "changed")")
        }
        add("auth_hmac active_key", String(old.activeKey), String(new.activeKey))
        add("auth_hmac mode", old.mode.rawValue, new.mode.rawValue)
        add("auth_hmac anti_replay", old.replayProtection.rawValue, new.replayProtection.rawValue)
        add("auth_hmac time_window", String(old.window), String(new.window))
    }

    private mutating func compareAnnouncements(_ old: AnnouncementPolicy, _ new: AnnouncementPolicy) {
        add("garp_master_repeat", String(old.repeats), String(new.repeats))
        add("garp_master_delay", old.delay, new.delay)
        add("garp_master_refresh", old.refresh, new.refresh)
        add("garp_master_refresh_repeat", String(old.refreshRepeats), String(new.refreshRepeats))
        add("garp_lower_prio_repeat", String(old.contestedRepeats), String(new.contestedRepeats))
        add("garp_lower_prio_delay", old.contestedDelay, new.contestedDelay)
    }

    private mutating func compareTracked(_ what: String, _ old: [Tracked], _ new: [Tracked]) {
        for tracked in old where !new.contains(where: { $0.name == tracked.name }) {
            lines.append("\(subject): \(what) \(tracked.name) removed")
        }
        for tracked in new {
            if let before = old.first(where: { $0.name == tracked.name }) {
                add("\(what) \(tracked.name) weight", before.weight.text, tracked.weight.text)
            } else {
                lines.append("\(subject): \(what) \(tracked.name) weight \(tracked.weight.text) added")
            }
        }
    }
}

extension Bool {
    var onOff: String { self ? "on" : "off" }
}

extension Weight {
    /// As it is written in a file.
    var text: String { reverse ? "\(value) reverse" : "\(value)" }
}

extension Optional where Wrapped == Int {
    /// A number that need not be given.
    var text: String { map(String.init) ?? "default" }
}

extension Optional where Wrapped == UserName {
    var text: String {
        guard let self else { return "default" }
        return self.group.map { "\(self.user) \($0)" } ?? self.user
    }
}

extension ProcessCheck.ParameterMatch {
    var text: String {
        switch self {
        case .ignored: "ignored"
        case .exact: "exact"
        case .initial: "initial"
        case .partial: "partial"
        }
    }
}

extension Instance.ChecksumPreference {
    var text: String {
        switch self {
        case .follow: "follow"
        case .messageOnly: "on"
        case .pseudoHeader: "off"
        }
    }
}

extension VirtualAddress {
    /// As it is written in a file, with what differs from the defaults.
    var text: String {
        var text = "\(address)/\(prefixLength) dev \(interface)"
        if let broadcast { text += " brd \(broadcast)" }
        if scope != 0 { text += " scope \(scope)" }
        if let label { text += " label \(label)" }
        return text
    }
}
