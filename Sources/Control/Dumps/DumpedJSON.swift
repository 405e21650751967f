// The texts of `keepalived.json`. keepalived's own writer has no blanks, a backslash before each slash, and numbers as printf(3)
// has them by `%g`.

/// An object whose members are written one after the other.
struct DumpedObject {
    private var members: [String] = []

    var text: String { "{" + members.joined(separator: ",") + "}" }

    mutating func add(_ name: String, written value: String) { members.append("\"\(name)\":\(value)") }
    mutating func add(_ name: String, _ value: String) { add(name, written: Self.quoted(value)) }
    mutating func add(_ name: String, _ value: Int) { add(name, written: "\(value)") }
    mutating func add(_ name: String, _ value: UInt64) { add(name, written: "\(value)") }
    mutating func add(_ name: String, _ value: Bool) { add(name, written: value ? "true" : "false") }
    /// 0 or 1, where keepalived has a number.
    mutating func add(_ name: String, flag: Bool) { add(name, flag ? 1 : 0) }
    mutating func add(_ name: String, microseconds: Int) { add(name, written: Self.seconds(microseconds)) }

    /// An empty list is left out.
    mutating func add(_ name: String, list: [String]) {
        if list.isEmpty { return }
        add(name, written: "[" + list.map(Self.quoted).joined(separator: ",") + "]")
    }

    static func quoted(_ text: String) -> String { JSON.quoted(text).replacing("/", with: "\\/") }

    /// As in `1`, `0.2` or `40.95`.
    static func seconds(_ microseconds: Int) -> String {
        var digits = (microseconds % 1_000_000).padded(to: 6)
        while digits.hasSuffix("0") { digits.removeLast() }
        return "\(microseconds / 1_000_000)" + (digits.isEmpty ? "" : ".\(digits)")
    }
}

extension DumpedInstance {
    /// Its element of the array in `keepalived.json`.
    package var json: String {
        var object = DumpedObject()
        object.add("data", written: data.text)
        object.add("stats", written: counters.object.text)
        return object.text
    }

    private var data: DumpedObject {
        var object = DumpedObject()
        object.add("iname", name)
        object.add("dont_track_primary", flag: ignoresOwnLink)
        object.add("skip_check_adv_addr", flag: skipsAddressCheck)
        object.add("strict_mode", flag: isStrict)
        object.add("vmac_ifname", virtualInterface)
        object.add("ifp_ifname", virtualInterface.isEmpty ? interface : virtualInterface)
        object.add("master_priority", masterPriority)
        object.add("last_transition", written: lastTransition.number)
        addAnnouncements(to: &object)
        object.add("vrid", virtualRouterID)
        object.add("base_priority", basePriority)
        object.add("effective_priority", effectivePriority)
        object.add("vipset", hasAddresses)
        object.add("promote_secondaries", promotesSecondaries)
        object.add("adver_int", microseconds: interval)
        object.add("master_adver_int", microseconds: masterInterval)
        object.add("accept", flag: accepts)
        object.add("nopreempt", !preempts)
        object.add("preempt_delay", preemptDelay / 1_000_000)
        object.add("state", state.rawValue)
        object.add("wantstate", wanted.rawValue)
        object.add("version", version)
        object.add("smtp_alert", sendsMail)
        object.add("notify_deleted", notifications.saysDeleted)
        addCommands(to: &object)
        object.add("vips", list: addresses)
        object.add("evips", list: excludedAddresses)
        object.add("vroutes", list: routes)
        object.add("vrules", list: rules)
        object.add("track_ifp", list: interfaces.map(\.name))
        object.add("track_script", list: scripts.map { $0.command ?? $0.name })
        object.add("auth_type", authentication.rawValue)
        // A password is in no file of ours.
        if authentication != .none { object.add("auth_data", DumpedInstance.hiddenPassword) }
        return object
    }

    /// What stands in place of a password.
    static let hiddenPassword = "********"

    private func addAnnouncements(to object: inout DumpedObject) {
        object.add("garp_delay", announcements.delay)
        object.add("garp_refresh", announcements.refresh)
        object.add("garp_rep", announcements.repeats)
        object.add("garp_refresh_rep", announcements.refreshRepeats)
        object.add("garp_lower_prio_delay", announcements.lowerPriorityDelay)
        object.add("garp_lower_prio_rep", announcements.lowerPriorityRepeats)
        object.add("lower_prio_no_advert", flag: !answersLowerPriority)
        object.add("higher_prio_send_advert", flag: answersHigherPriority)
    }

    private func addCommands(to object: inout DumpedObject) {
        let commands: [(String, DumpedNotifications.Command?)] = [
            ("script_backup", notifications.backup), ("script_master", notifications.master),
            ("script_fault", notifications.fault), ("script_stop", notifications.stop),
            ("script_deleted", notifications.deleted), ("script", notifications.everyChange),
            ("script_master_rx_lower_pri", notifications.lowerPriorityHeard),
        ]
        for case (let name, let command?) in commands { object.add(name, command.text) }
    }
}

extension DumpedCounters {
    fileprivate var object: DumpedObject {
        var object = DumpedObject()
        object.add("advert_rcvd", received)
        object.add("advert_sent", sent)
        object.add("become_master", becameMaster)
        object.add("release_master", releasedMaster)
        object.add("packet_len_err", lengthErrors)
        object.add("advert_interval_err", intervalErrors)
        object.add("ip_ttl_err", hopLimitErrors)
        object.add("invalid_type_rcvd", invalidTypes)
        object.add("addr_list_err", addressListErrors)
        object.add("invalid_authtype", invalidAuthenticationTypes)
        object.add("authtype_mismatch", authenticationTypeMismatches)
        object.add("auth_failure", authenticationFailures)
        object.add("pri_zero_rcvd", priorityZeroReceived)
        object.add("pri_zero_sent", priorityZeroSent)
        return object
    }
}
