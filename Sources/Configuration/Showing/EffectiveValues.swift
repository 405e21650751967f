internal import VRRPCore
internal import VRRPWire

// The values that count, as they would be written; nil where the model has none.

extension Bool {
    fileprivate var word: String { self ? "on" : "off" }
}

extension Interval {
    /// Whole seconds, as announcement keywords take them.
    fileprivate var wholeSeconds: String { String(nanoseconds / 1_000_000_000) }
}

extension LeasePolicy {
    fileprivate var written: String? {
        switch self {
        case .automatic: nil
        case .off: "off"
        case .seconds(let count): "\(count)"
        }
    }
}

extension UserName {
    fileprivate var written: String {
        group != nil || hasEveryGroup ? "\(user) \(hasEveryGroup ? ":" : "")\(group ?? "")" : user
    }
}

extension GlobalSettings {
    func value(of keyword: String) -> String? {
        switch keyword {
        case "script_user": scriptUser?.written
        case "vrrp_garp_interval": gratuitousARPSpacing.decimalSeconds
        case "vrrp_gna_interval": neighborAdvertisementSpacing.decimalSeconds
        case "vrrp_startup_delay": startupDelay.decimalSeconds
        case "vrrp_delay_after_boot": delayAfterBoot.decimalSeconds
        case "min_auto_priority_delay": "\(scheduling.automaticPriorityDelay.nanoseconds / 1000)"
        case "nftables_priority": "\(packetFilter.priority)"
        case "vmac_prefix": virtualMACPrefix
        case "vmac_addr_prefix": addressLinkPrefix ?? virtualMACPrefix
        case "smtp_connect_timeout": mail.timeout.wholeSeconds
        default: nil
        }
    }

    /// A line of a block that belongs to no instance, with what it leaves open, and whether it counts.
    func effective(_ line: EffectiveLine, of keyword: String) -> EffectiveLine {
        guard keyword == "static_ipaddress" else { return line }
        guard let index = staticLocations.firstIndex(of: line.place) else { return line.idle }
        return line.withDefaults(interface: staticAddresses[index].interface)
    }
}

extension Instance {
    func value(of keyword: String) -> String? {
        switch keyword {
        case "state": initialState == .master ? "MASTER" : "BACKUP"
        case "interface": interface
        case "track_src_ip": self.tracksSource.word
        case "kernel_rx_buf_size": "\(self.receiveBuffer ?? 1_048_576)"
        case "virtual_router_id": "\(virtualRouterID.rawValue)"
        case "priority": "\(priority.rawValue)"
        case "advert_int": Interval(self.advertisementInterval).decimalSeconds
        case "down_timer_adverts": "\(self.downTimerAdverts)"
        case "version": "\(version.rawValue)"
        case "mcast_dst_ip": self.transport == .multicast ? group.description : nil
        case "unicast_ttl": self.transport == .multicast ? nil : "\(self.unicastHopLimit ?? 255)"
        case "accept", "no_accept": acceptanceWord(of: keyword)
        case "vmac_xmit_base": self.virtualMAC.map(\.sendsFromBase.word) ?? "off"
        case "nopreempt": (!self.preempts).word
        case "preempt": self.preempts.word
        case "preempt_delay": self.preemptDelay.decimalSeconds
        case "lease": self.lease.written
        case "standby_notice": self.standbyNotice.word
        case "lower_prio_no_advert": (!self.answersLowerPriority).word
        case "owner_ignore_adverts": (!self.ownerListens).word
        case "v3_checksum_as_v2": checksumWord
        case "notify_priority_changes": self.notifications.priorityChanges.word
        case "smtp_alert": self.notifications.sendsMail.word
        case "notify_timeout": self.notifications.timeout.wholeSeconds
        default: self.announcements.value(of: keyword)
        }
    }

    /// Nil where an owner's packets are dropped by the words, and not in fact.
    private func acceptanceWord(of keyword: String) -> String? {
        dropsPackets == !self.acceptsPackets ? (self.acceptsPackets == (keyword == "accept")).word : nil
    }

    private var checksumWord: String? {
        switch self.checksum {
        case .messageOnly: "on"
        case .pseudoHeader: "off"
        case .follow, .pseudoHeaderOfGroup: nil
        }
    }

    /// The lines of a block with what they leave open, and whether they count.
    func effective(_ lines: [EffectiveLine], of keyword: String) -> [EffectiveLine] {
        switch keyword {
        case "virtual_ipaddress", "virtual_ipaddress_excluded":
            return lines.map { line in
                marked(line, among: addressLocations) { $0.withDefaults(interface: usualInterface(of: $0)) }
            }
        // A router's address has no prefix, and what is written as one does not count.
        case "unicast_peer": return lines.map(\.withoutPrefix)
        case "virtual_routes": return lines.map { marked($0, among: self.routeLocations) { $0 } }
        case "virtual_rules": return lines.map { marked($0, among: self.ruleLocations) { $0 } }
        case "track_script": return lines.map { tracked($0, trackedScripts) }
        case "track_process": return lines.map { tracked($0, trackedProcesses) }
        case "track_interface": return lines.map { tracked($0, trackedInterfaces) }
        case "track_file": return lines.map { tracked($0, trackedFiles) }
        case "track_bfd": return lines.map { tracked($0, trackedSessions) }
        // Strict mode knows no password.
        case "authentication": return self.password == nil ? lines.map(\.idle) : lines
        default: return lines
        }
    }

    /// What a line of an address would say of its interface where it says nothing; an interface of `use_vmac_addr` has no name there.
    private func usualInterface(of line: EffectiveLine) -> String {
        guard let own = self.virtualMAC?.interface else { return interface }
        let held = placedAddresses.first { $0.1 == line.place }
        return held?.0.interface == own ? own : interface
    }

    private func marked(
        _ line: EffectiveLine, among places: [SourceLocation], or describe: (EffectiveLine) -> EffectiveLine
    ) -> EffectiveLine {
        places.contains(line.place) ? describe(line) : line.idle
    }

    private func tracked(_ line: EffectiveLine, _ list: [Tracked]) -> EffectiveLine {
        marked(line, among: list.map(\.location)) { line in
            guard !line.text.contains(" weight "), let tracked = list.first(where: { $0.location == line.place }) else {
                return line
            }
            var line = line
            line.description = "weight \(tracked.weight.written)"
            return line
        }
    }
}

extension EffectiveLine {
    fileprivate var idle: EffectiveLine {
        var line = self
        line.description = "does not count"
        return line
    }

    fileprivate var withoutPrefix: EffectiveLine {
        var line = self
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard let first = words.first, let slash = first.firstIndex(of: "/") else { return line }
        line.text = ([first[..<slash]] + words.dropFirst()).joined(separator: " ")
        return line
    }

    /// Adds the interface of an address and its prefix, where its line does not name them.
    fileprivate func withDefaults(interface: String) -> EffectiveLine {
        var line = self
        let words = text.split(separator: " ")
        guard let first = words.first else { return line }
        var defaults: [String] = []
        if !first.contains("/"), let address = IPAddress(String(first)) {
            defaults.append("/\(address.family.hostPrefixLength)")
        }
        if !words.contains("dev") { defaults.append("dev \(interface)") }
        if !defaults.isEmpty { line.description = "default: " + defaults.joined(separator: " ") }
        return line
    }
}

extension AnnouncementPolicy {
    /// The keywords of an instance.
    fileprivate func value(of keyword: String) -> String? {
        switch keyword {
        case "garp_master_delay": delay.wholeSeconds
        case "garp_master_repeat": "\(repeats)"
        case "garp_master_refresh": refresh.wholeSeconds
        case "garp_master_refresh_repeat": "\(refreshRepeats)"
        case "garp_lower_prio_delay": contestedDelay.wholeSeconds
        case "garp_lower_prio_repeat": "\(contestedRepeats)"
        default: nil
        }
    }
}

extension SyncGroupSettings {
    func value(of keyword: String) -> String? {
        switch keyword {
        case "sync_group_tracking_weight": countsWeights.word
        case "smtp_alert": notifications.sendsMail.word
        case "notify_timeout": notifications.timeout.wholeSeconds
        default: nil
        }
    }
}

extension ScriptCheck {
    func value(of keyword: String) -> String? {
        switch keyword {
        case "interval": interval.decimalSeconds
        case "timeout": (timeout ?? interval).decimalSeconds
        case "weight": weight.written
        case "rise": "\(rise)"
        case "fall": "\(fall)"
        case "user": user?.written
        default: nil
        }
    }
}

extension ProcessCheck {
    func value(of keyword: String) -> String? {
        switch keyword {
        case "process": parameters.isEmpty ? process : nil
        case "weight": weight.written
        case "quorum": "\(quorum)"
        case "fork_delay": forkDelay.decimalSeconds
        case "terminate_delay": terminateDelay.decimalSeconds
        case "full_command": fullCommand.word
        default: nil
        }
    }
}

extension FileCheck {
    func value(of keyword: String) -> String? { keyword == "weight" ? weight.written : nil }
}

extension BFDCheck {
    func value(of keyword: String) -> String? {
        switch keyword {
        case "source_ip": source?.description
        case "min_rx": requiredMinRx.decimalMilliseconds
        case "min_tx": desiredMinTx.decimalMilliseconds
        case "idle_tx": idleTx.decimalMilliseconds
        case "multiplier": "\(multiplier)"
        case "passive": isPassive.word
        case "ttl": "\(sentHopLimit)"
        case "max_hops": maxHops.map { "\($0)" } ?? (isMultihop ? "255" : "0")
        case "multihop": isMultihop.word
        case "weight": weight.written
        default: nil
        }
    }
}
