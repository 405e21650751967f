// The lines of `keepalived.data`, in the order and with the blanks of keepalived 2.2.7. Programs find them by their beginnings;
// docs/exporters.md says which lines are there.

extension DumpedInstance {
    /// Its lines.
    package var text: String { (head + setup + priorities + lists + tail).map { $0 + "\n" }.joined() }

    private var head: [String] {
        var lines = [" VRRP Instance = \(name)", "   VRRP Version = \(version)"]
        if let syncGroup { lines.append("   Sync group = \(syncGroup)") }
        if isIPv6 { lines.append("   Using Native IPv6") }
        lines.append("   State = \(state.word)")
        if state == .backup {
            lines.append("   Master router = \(masterAddress)")
            lines.append("   Master priority = \(masterPriority)")
            if version == 3 {
                lines.append("   Master advert int = \(DumpedObject.hundredths(masterInterval)) sec")
            }
        }
        lines += flags
        lines.append("   Wantstate = \(wanted.word)")
        lines.append("   Number of config faults = 0")
        lines.append("   Number of interface and track script faults = \(faults)")
        lines.append("   Number of track scripts init = \(pendingChecks)")
        lines.append("   Last transition = \(lastTransition.text)")
        lines.append("   Read timeout = \(nextDeadline?.text ?? "DISABLED")")
        lines.append("   Master down timer = \(masterDownTimer) usecs")
        return lines
    }

    private var flags: [String] {
        let isUnicast = if case .unicast = transport { true } else { false }
        // Some of keepalived's flags have no words.
        let isSomething =
            isUnicast || ignoresOwnLink || skipsAddressCheck || !preempts || promotesSecondaries || isSourceConfigured
        return ["   Flags:" + (isSomething ? "" : " none")] + (isUnicast ? ["     Using unicast"] : [])
    }

    private var setup: [String] {
        var lines = ["   Interface = \(interface)"]
        if ignoresOwnLink { lines.append("   VRRP interface tracking disabled") }
        if skipsAddressCheck { lines.append("   Skip checking advert IP addresses") }
        if isStrict { lines.append("   Enforcing strict VRRP compliance") }
        lines.append("   Using src_ip = \(source ?? "(none)")\(isSourceConfigured ? " (from configuration)" : "")")
        if case .multicast(let group) = transport {
            lines.append("   Multicast address \(group)\(isIPv6 ? ", ifindex \(interfaceIndex)" : "")")
        }
        return lines + [
            "   Gratuitous ARP delay = \(announcements.delay)",
            "   Gratuitous ARP repeat = \(announcements.repeats)",
            "   Gratuitous ARP refresh = \(announcements.refresh)",
            "   Gratuitous ARP refresh repeat = \(announcements.refreshRepeats)",
            "   Gratuitous ARP lower priority delay = \(announcements.lowerPriorityDelay)",
            "   Gratuitous ARP lower priority repeat = \(announcements.lowerPriorityRepeats)",
            "   Down timer adverts = \(downTimerAdverts)",
            "   Send advert after receive lower priority advert = \(answersLowerPriority)",
            "   Send advert after receive higher priority advert = \(answersHigherPriority)",
        ]
    }

    private var priorities: [String] {
        var lines = [
            "   Virtual Router ID = \(virtualRouterID)", "   Priority = \(basePriority)",
            "   Effective priority = \(effectivePriority)", "   Total priority = \(totalPriority)",
            version == 2
                ? "   Advert interval = \(interval / 1_000_000) sec"
                : "   Advert interval = \(interval / 1000) milli-sec",
        ]
        if state == .backup, version == 3 {
            lines.append("   Master advert interval = \(masterInterval / 1000) milli-sec")
        }
        lines.append("   Accept = \(accepts ? "enabled" : "disabled")")
        lines.append("   Preempt = \(preempts ? "enabled" : "disabled")")
        if preemptDelay > 0 { lines.append("   Preempt delay = \(DumpedObject.seconds(preemptDelay)) secs") }
        lines.append("   Promote_secondaries = \(promotesSecondaries ? "enabled" : "disabled")")
        switch authentication {
        case .none: if version == 2 { lines.append("   Authentication type = none") }
        case .password:
            lines.append("   Authentication type = SIMPLE_PASSWORD")
            lines.append("   Password = \(Self.hiddenPassword)")
        case .header: lines.append("   Authentication type = IPSEC_AH")
        }
        if receiveBuffer > 0 { lines.append("   Kernel rx buffer size = \(receiveBuffer)") }
        return lines
    }

    private var lists: [String] {
        var lines: [String] = []
        func add(_ title: String, _ items: [String]) {
            if !items.isEmpty { lines += ["   \(title) :"] + items.map { "     \($0)" } }
        }
        if !addresses.isEmpty {
            lines += ["   Virtual IP (\(addresses.count)):"] + addresses.map { "     \($0)" }
        }
        add("Virtual IP Excluded", excludedAddresses)
        if case .unicast(let peers, let hopLimit) = transport {
            lines.append("   Unicast TTL = \(hopLimit)")
            lines.append("   Check unicast src : \(checksUnicastSource ? "yes" : "no")")
            add(
                "Unicast Peer",
                peers.map { "\($0.address) min_ttl \($0.leastHopLimit) max_ttl \($0.largestHopLimit)" })
            lines.append("   Unicast checksum compatibility = no")
        }
        add("Virtual Routes", routes)
        add("Virtual Rules", rules)
        return lines + trackedLines(interfaces: interfaces, scripts: scripts, files: files, processes: processes)
    }

    private var tail: [String] {
        ["   Using smtp notification = \(sendsMail ? "yes" : "no")"]
            + ["   Notify deleted = \(notifications.saysDeleted ? "Deleted" : "Fault")"] + notifications.lines
            + ["   Notify priority changes = \(notifications.priorityChanges)"]
    }
}

extension DumpedInstance.Tracked {
    fileprivate func weighted(after separator: String) -> String {
        "\(name)\(separator)weight \(weight)\(isReversed ? " reverse" : "")"
    }

    /// In the block of what is tracked.
    fileprivate var listed: String { "     " + weighted(after: ", ") }
}

extension DumpedNotifications {
    fileprivate var lines: [String] {
        let commands: [(String, Command?)] = [
            ("Backup", backup), ("Master", master), ("Fault", fault), ("Stop", stop), ("Deleted", deleted),
            ("Generic", everyChange), ("Master rx lower pri", lowerPriorityHeard),
        ]
        return commands.compactMap { occasion, command in
            command.map {
                "   \(occasion) state transition script = \($0.text), uid:gid \($0.user):\($0.group)"
            }
        }
    }
}

extension DumpedObject {
    /// `0.20`: seconds with two decimals.
    static func hundredths(_ microseconds: Int) -> String {
        let rounded = (microseconds + 5000) / 10_000
        return "\(rounded / 100).\((rounded % 100).padded(to: 2))"
    }
}

/// What an instance or a sync group tracks.
private func trackedLines(
    interfaces: [DumpedInstance.Tracked], scripts: [DumpedInstance.Tracked], files: [DumpedInstance.Tracked],
    processes: [DumpedInstance.Tracked]
) -> [String] {
    let lists = [
        ("interfaces", interfaces.map { $0.weighted(after: " ") }),
        ("scripts", scripts.map { $0.weighted(after: " ") }),
        ("files", files.map { $0.weighted(after: ", ") }),
        ("processes", processes.map { $0.weighted(after: ", ") }),
    ]
    return lists.flatMap { kind, items in
        items.isEmpty ? [] : ["   Tracked \(kind) :"] + items.map { "     \($0)" }
    }
}

extension DumpedGroup {
    /// Its lines.
    package var text: String {
        var lines = [
            " VRRP Sync Group = \(name), \(state.word)",
            "   Num member fault \(faultyMembers), num member init \(pendingMembers)",
            "   VRRP member instances :",
        ]
        lines += members.map { "     \($0)" }
        if countsWeights { lines.append("   sync group tracking weight set") }
        lines.append("   Using smtp notification = \(sendsMail ? "yes" : "no")")
        lines += trackedLines(interfaces: interfaces, scripts: scripts, files: files, processes: processes)
        return (lines + notifications.lines).map { $0 + "\n" }.joined()
    }
}

extension DumpedScript {
    /// Its lines.
    package var text: String {
        let lines =
            [
                " VRRP Script = \(name)", "   Command = \(command)", "   Interval = \(interval / 1_000_000) sec",
                "   Timeout = \(timeout / 1_000_000) sec", "   Weight = \(weight)\(isReversed ? " reverse" : "")",
                "   Rise = \(rise)", "   Fall = \(fall)", "   Result = \(result)", "   Insecure = no",
                "   Init state = \(status == .initial ? "INIT" : "unknown")", "   Status = \(status.rawValue)",
                "   Script uid:gid = \(user):\(group)", "   VRRP instances :", "   Tracking instances :",
            ] + trackers.map(\.listed) + ["   State = \(isRunning ? "running" : "idle")"]
        return lines.map { $0 + "\n" }.joined()
    }
}

extension DumpedFile {
    /// Its lines.
    package var text: String {
        let lines =
            [
                " Track file = \(name)", "   File = \(path)", "   Status = \(number)",
                "   Weight = \(weight)\(isReversed ? " reverse" : "")", "   Tracking instances :",
            ] + trackers.map(\.listed)
        return lines.map { $0 + "\n" }.joined()
    }
}

extension DumpedProcess {
    /// Its lines.
    package var text: String {
        var lines = [" VRRP Track process = \(name)", "   Process = \(path)"]
        if !parameters.isEmpty { lines.append("   Parameters = \(parameters.joined(separator: " "))") }
        if match != "none" { lines.append("   Param match\(match == "exact" ? "" : " = \(match)")") }
        lines.append("   Min processes = \(least)")
        if let most { lines.append("   Max processes = \(most)") }
        lines += [
            "   Current processes = \(count)", "   Have quorum = \(hasQuorum)",
            "   Weight = \(weight)\(isReversed ? " reverse" : "")",
            "   Terminate delay = \(Self.sixDecimals(terminateDelay))s",
            "   Fork delay = \(Self.sixDecimals(forkDelay))s", "   Fork delay timer not running",
            "   Terminate delay timer not running", "   Full command = \(isFullCommand)",
            "   Tracking instances :",
        ]
        return (lines + trackers.map(\.listed)).map { $0 + "\n" }.joined()
    }

    private static func sixDecimals(_ microseconds: Int) -> String {
        "\(microseconds / 1_000_000).\((microseconds % 1_000_000).padded(to: 6))"
    }
}
