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

    mutating func addItems<Item: Hashable>(
        _ what: String, _ old: [Item], _ new: [Item], text: (Item) -> String
    ) {
        for item in old where !new.contains(item) { lines.append("\(subject): \(what) \(text(item)) removed") }
        for item in new where !old.contains(item) { lines.append("\(subject): \(what) \(text(item)) added") }
    }

    mutating func compare(_ old: Instance, _ new: Instance) {
        add("name", old.name, new.name)
        add("virtual_router_id", String(old.virtualRouterID.rawValue), String(new.virtualRouterID.rawValue))
        add("interface", old.interface, new.interface)
        add(
            "transport", old.transport == .multicast ? "multicast" : "unicast",
            new.transport == .multicast ? "multicast" : "unicast")
        add(
            "state", old.initialState == .master ? "MASTER" : "BACKUP",
            new.initialState == .master ? "MASTER" : "BACKUP")
        add("version", String(old.version.rawValue), String(new.version.rawValue))
        add("priority", String(old.priority.rawValue), String(new.priority.rawValue))
        add("advert_int", Interval(old.advertisementInterval), Interval(new.advertisementInterval))
        add("down_timer_adverts", String(old.downTimerAdverts), String(new.downTimerAdverts))
        add("track_src_ip", old.tracksSource.onOff, new.tracksSource.onOff)
        add("source address", old.sourceAddress?.description ?? "none", new.sourceAddress?.description ?? "none")
        addItems("peer", old.transport.peers, new.transport.peers) { $0.description }
        if case .unicast(let oldPeers) = old.transport, case .unicast(let newPeers) = new.transport {
            add("unicast_ttl", Int(old.unicastHopLimit ?? 255).description, Int(new.unicastHopLimit ?? 255).description)
            for peer in newPeers where oldPeers.contains(peer) {
                add("peer \(peer) TTL", old.hopLimits(of: peer), new.hopLimits(of: peer))
            }
        }
        if old.transport == .multicast, new.transport == .multicast {
            add("mcast_dst_ip", old.group.description, new.group.description)
        }
        // A password is never written to a log.
        if old.password != new.password {
            let change = old.password == nil ? "added" : new.password == nil ? "removed" : "changed"
            lines.append("\(subject): auth_pass \(change)")
        }
        add("auth_type AH", old.usesAuthenticationHeader.onOff, new.usesAuthenticationHeader.onOff)
        compareKeys(old.keyed, new.keyed)
        add("v3_checksum_as_v2", old.checksum.text, new.checksum.text)
        add("old_unicast_checksum never", (!old.followsOldPeers).onOff, (!new.followsOldPeers).onOff)
        add("lower_prio_no_advert", (!old.answersLowerPriority).onOff, (!new.answersLowerPriority).onOff)
        add("owner_ignore_adverts", (!old.ownerListens).onOff, (!new.ownerListens).onOff)
        add("kernel_rx_buf_size", old.receiveBuffer.text, new.receiveBuffer.text)
        compareTold(old, new)
        add("no_virtual_ipaddress", old.hasNoAddresses.onOff, new.hasNoAddresses.onOff)
        add("preemption", old.preempts.onOff, new.preempts.onOff)
        add("preempt_delay", old.preemptDelay, new.preemptDelay)
        add("lease", old.lease.text, new.lease.text)
        add("standby_notice", old.standbyNotice.onOff, new.standbyNotice.onOff)
        addItems("address", old.addresses, new.addresses, text: \.text)
        addItems("excluded address", old.excludedAddresses, new.excludedAddresses, text: \.text)
        if Set(old.addresses) == Set(new.addresses), old.addresses != new.addresses {
            lines.append("\(subject): order of addresses changed")
        }
        addItems("route", old.routes, new.routes, text: \.description)
        addItems("rule", old.rules, new.rules, text: \.description)
        add("no_accept", (!old.acceptsPackets).onOff, (!new.acceptsPackets).onOff)
        add("promote_secondaries", old.promotesSecondaries.onOff, new.promotesSecondaries.onOff)
        compareAnnouncements(old.announcements, new.announcements)
        compareVirtualMAC(old, new)
        compareNotifications(old.notifications, new.notifications)
        compareTrackers(old, new)
    }

    private mutating func compareTrackers(_ old: Instance, _ new: Instance) {
        compareTracked("track_interface", old.trackedInterfaces, new.trackedInterfaces)
        compareTracked("track_script", old.trackedScripts, new.trackedScripts)
        compareTracked("track_process", old.trackedProcesses, new.trackedProcesses)
        compareTracked("track_file", old.trackedFiles, new.trackedFiles)
        compareTracked("track_bfd", old.trackedSessions, new.trackedSessions)
    }

    private mutating func compareVirtualMAC(_ old: Instance, _ new: Instance) {
        add("garp_extra_if all", old.extraToAll, new.extraToAll)
        add("garp_extra_if", old.extraToVirtualMAC, new.extraToVirtualMAC)
        add("use_vmac", old.virtualMAC?.text ?? "off", new.virtualMAC?.text ?? "off")
        add(
            "vmac_xmit_base", (old.virtualMAC?.sendsFromBase ?? false).onOff,
            (new.virtualMAC?.sendsFromBase ?? false).onOff)
        addItems("virtual MAC interface", old.addressLinks.map(\.text), new.addressLinks.map(\.text)) { $0 }
    }

    mutating func compare(_ old: SyncGroupSettings, _ new: SyncGroupSettings) {
        addItems("member", old.members, new.members) { $0 }
        if Set(old.members) == Set(new.members) {
            add("order of members", old.members.joined(separator: ", "), new.members.joined(separator: ", "))
        }
        add("sync_group_tracking_weight", old.countsWeights.onOff, new.countsWeights.onOff)
        compareNotifications(old.notifications, new.notifications)
        compareTracked("track_interface", old.trackedInterfaces, new.trackedInterfaces)
        compareTracked("track_script", old.trackedScripts, new.trackedScripts)
        compareTracked("track_process", old.trackedProcesses, new.trackedProcesses)
        compareTracked("track_file", old.trackedFiles, new.trackedFiles)
        compareTracked("track_bfd", old.trackedSessions, new.trackedSessions)
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

extension Instance {
    fileprivate var extraToAll: Interval { self.announcesVirtualMACOnly ? .zero : self.extraAnnouncements }
    fileprivate var extraToVirtualMAC: Interval { self.announcesVirtualMACOnly ? self.extraAnnouncements : .zero }

    /// `min_ttl` to `max_ttl`.
    fileprivate func hopLimits(of peer: IPAddress) -> String {
        self.peerHopLimits[peer].map { "\($0.lowerBound) to \($0.upperBound)" } ?? "any"
    }
}

extension Instance.Transport {
    fileprivate var peers: [IPAddress] {
        if case .unicast(let peers) = self { peers } else { [] }
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
        return ([self.user] + (self.group.map { [$0] } ?? [])).joined(separator: " ")
            + (self.hasEveryGroup ? " with all groups" : "")
    }
}

extension Optional where Wrapped == FileCheck.Beginning {
    var text: String { map { "\($0.value)" + ($0.overwrites ? " overwrite" : "") } ?? "off" }
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
        case .pseudoHeaderOfGroup: "old_unicast_checksum"
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
        if let peer { text += " peer \(peer)" }
        let usual = VirtualAddress(address: address, prefixLength: prefixLength, interface: interface)
        if preferredSeconds != usual.preferredSeconds {
            text += " preferred_lft " + (preferredSeconds.map(String.init) ?? "forever")
        }
        if marks.contains(.noPrefixRoute) { text += " noprefixroute" }
        if marks.contains(.home) { text += " home" }
        if marks.contains(.managesTemporaries) { text += " mngtmpaddr" }
        if !isTracked { text += " no_track" }
        return text
    }
}
