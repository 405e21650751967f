package import Control

/// What `understudy status` prints of one answer: when it was true, what is wrong, then each instance.
package struct StatusReport {
    private let answer: Answer
    private let status: Status

    package init(_ answer: Answer, _ status: Status) {
        self.answer = answer
        self.status = status
    }

    /// 1 when an instance neither serves nor could, or an address is not where it should be.
    package var commandStatus: CommandStatus { status.problems.isEmpty ? .good : .wrong }

    package func lines(width: Int?) -> [StyledText] {
        var layout = Layout(width: width)
        addHead(to: &layout)
        addFindings(to: &layout)
        if status.instances.count > 1 { addOverview(to: &layout) }
        for instance in status.instances {
            layout.addEmptyLine()
            add(instance, to: &layout)
        }
        return layout.lines
    }

    private var now: Timestamp { answer.at }

    private func addHead(to layout: inout Layout) {
        let daemon = answer.daemon
        layout.add(
            StyledText("\(now.words)", .strong)
                + ": understudyd \(daemon.version), pid \(daemon.pid), up \(spoken(seconds: daemon.uptimeSeconds)), since "
                + daemon.startedAt.words(at: now))
        let age = spoken(ago: now.seconds(since: status.loadedAt))
        layout.add("configuration \(daemon.configuration), read at \(status.loadedAt.words(at: now)) (\(age))", .faint)
        if let replaced = daemon.replaced, let since = daemon.processStartedAt {
            let text =
                "its process was replaced at \(since.words(at: now)): it has the place of \(replaced); "
                + "counters begin there, and so does what was heard of others"
            layout.add(StyledText(text, .faint), hanging: 2)
        }
        for group in status.groups ?? [] {
            layout.add("sync group \(group.name): \(group.state.rawValue), \(group.members.joined(separator: ", "))")
        }
        for session in status.sessions ?? [] { add(session, to: &layout) }
        layout.add(label: "static", labelWidth: 8, StatusReport.statics(status.statics ?? []), indent: 0)
    }

    private func addFindings(to layout: inout Layout) {
        for problem in status.problems { layout.add(StyledText("problem: ", .bad) + problem, hanging: 9) }
        if let failure = answer.daemon.upgradeFailure {
            layout.add(
                StyledText("look at: ", .doubtful)
                    + "the last upgrade failed: \(failure); version \(answer.daemon.version) runs on",
                hanging: 9)
        }
        for doubt in status.doubts(at: now) { layout.add(StyledText("look at: ", .doubtful) + doubt, hanging: 9) }
    }

    // MARK: - Several instances at a glance

    private func addOverview(to layout: inout Layout) {
        layout.addEmptyLine()
        let head = ["INSTANCE", "STATE", "FOR", "PRIORITY", "ACTIVE", "ADDRESSES", "CHECKS"]
        layout.add(rows: [head.map { StyledText($0, .faint) }] + status.instances.map(overview))
    }

    private func overview(_ instance: InstanceStatus) -> [StyledText] {
        [
            StyledText(instance.name, .strong), instance.state.styled,
            StyledText(spoken(seconds: instance.sinceSeconds)),
            StyledText("\(instance.priority.effective)"), activeName(instance), addressCount(instance),
            checkCount(instance),
        ]
    }

    private func activeName(_ instance: InstanceStatus) -> StyledText {
        guard let active = instance.activeRouter else {
            return instance.advertisingPeer.map { StyledText($0.address) } ?? StyledText("not known", .doubtful)
        }
        return active.isSelf ? "this host" : StyledText(active.address ?? "another")
    }

    private func addressCount(_ instance: InstanceStatus) -> StyledText {
        let wrong = instance.addresses.filter { [.missing, .surplus].contains($0.presence(in: instance)) }
        if !wrong.isEmpty { return StyledText("\(wrong.count) of \(instance.addresses.count) wrong", .bad) }
        return StyledText("\(instance.addresses.count) \(instance.state.holdsAddresses ? "here" : "not here")")
    }

    private func checkCount(_ instance: InstanceStatus) -> StyledText {
        if instance.checks.isEmpty { return StyledText("none", .faint) }
        let counts: [(CheckStatus.Result, String, Tone)] = [
            (.failed, "failed", .bad), (.unknown, "without result", .doubtful), (.working, "working", .plain),
        ]
        return counts.compactMap { result, word, tone in
            let count = instance.checks.count { $0.result == result }
            return count == 0 ? nil : StyledText("\(count) \(word)", tone)
        }.joined(by: ", ")
    }

    // MARK: - One instance

    private static let labelWidth = 12

    private func add(_ instance: InstanceStatus, to layout: inout Layout) {
        layout.add(
            StyledText(instance.name, .strong) + "  " + instance.state.styled
                + " since \(instance.since.words(at: now)) (\(spoken(seconds: instance.sinceSeconds))): \(instance.cause)",
            hanging: 2)
        func add(_ label: String, _ values: [StyledText]) {
            layout.add(label: label, labelWidth: Self.labelWidth, values)
        }
        add("obstacles", instance.obstacles.map { StyledText($0, .bad) })
        add("router", [StyledText(routerWords(instance))])
        add("interface", StatusReport.pendingLinks(instance.pendingLinks ?? []))
        let priority = StyledText(instance.priority.text, instance.priority.isOverruled ? .doubtful : .plain)
        if let hmac = instance.hmac { add("signed", [StyledText(hmac.text)]) }
        add("priority", [priority + (instance.preempts ? "" : " (does not preempt)")])
        add("active", [activeWords(instance)])
        if let standbys = instance.standbys { add("standby", aligned(standbyRows(standbys)).map(\.text)) }
        add("others", aligned(othersRows(instance)).map(\.text))
        add("addresses", aligned(instance.addresses.map { addressRow($0, instance) }).map(\.text))
        add(
            "virtual MAC",
            (instance.addressInterfaces ?? []).map {
                StyledText("\($0.interface) above \($0.above), MAC address \($0.hardwareAddress)")
            })
        add(
            "routes",
            aligned((instance.routes ?? []).map { way($0.route, $0.isPresent, instance, hasEnd: $0.hasEnd == true) })
                .map(\.text))
        add("rules", aligned((instance.rules ?? []).map { way($0.rule, $0.isPresent, instance) }).map(\.text))
        add("no_accept", instance.packetFilter.map { [filterWords($0, instance)] } ?? [])
        add("two owners", (instance.otherOwners ?? []).map(StatusReport.otherOwner))
        add("repairs", instance.repairs.map { [StatusReport.repairs($0)] } ?? [])
        add("checks", aligned(instance.checks.map(checkRow)).map(\.text))
        add("next", instance.next.map { StyledText($0) })
        add("counters", counters(instance))
    }

    private func routerWords(_ instance: InstanceStatus) -> String {
        let source = instance.sourceAddress.map { "from \($0)" } ?? "without an address to send from"
        let interval = spoken(seconds: instance.advertisementIntervalSeconds)
        let missable = instance.downTimerAdverts ?? 3
        let patience = missable == 3 ? "" : ", down_timer_adverts \(missable)"
        return "\(instance.interface), VRID \(instance.virtualRouterID), IPv\(instance.ipVersion), VRRP version "
            + "\(instance.vrrpVersion), \(instance.transport) every \(interval), \(source)\(patience)"
            + (instance.syncGroup.map { ", in sync group \($0)" } ?? "")
            + (instance.virtualHardwareAddress.map { ", MAC address \($0) on \(instance.virtualInterface ?? "")" } ?? "")
    }

    private func activeWords(_ instance: InstanceStatus) -> StyledText {
        guard let active = instance.activeRouter else {
            guard let peer = instance.advertisingPeer else { return StyledText("not known", .doubtful) }
            return StyledText("\(peer.address), as it says itself (\(peer.priorityWords))")
        }
        let name = active.address ?? "without an address"
        let heard = active.lastHeardSeconds.map { ", heard \(spoken(ago: $0))" } ?? ""
        let who = active.isSelf ? "this host (\(name))" : name
        let words = "\(who), priority \(active.priority)\(heard)"
        // One advert may be lost; after three a standby takes over.
        let isLate = (active.lastHeardSeconds ?? 0) > 2 * instance.advertisementIntervalSeconds
        return StyledText(words, isLate ? .doubtful : .plain)
    }

    private func standbyRows(_ standbys: [StandbySeen]) -> [[StyledText]] {
        if standbys.isEmpty { return [[StyledText("NONE is heard: nobody would take over", .bad)]] }
        return standbys.map { standby in
            let isUnsigned = standby.isUnsigned == true
            let heard = "heard \(spoken(ago: standby.lastHeardSeconds))"
            return [
                StyledText(standby.address), StyledText("priority \(standby.priority)"),
                isUnsigned ? StyledText("\(heard) (unsigned)", .doubtful) : StyledText(heard, .good),
            ]
        }
    }

    private func othersRows(_ instance: InstanceStatus) -> [[StyledText]] {
        if instance.peers.isEmpty {
            let since =
                answer.daemon.replaced == nil ? "since the daemon started" : "since the daemon's process was replaced"
            return [[StyledText("none heard \(since) (a standby is silent)", .faint)]]
        }
        return instance.peers.map { peer in
            let heard = StyledText("heard \(spoken(ago: peer.lastHeardSeconds))")
            let refusal = peer.refusal.map { StyledText("; NOT BELIEVED: \($0)", .bad) } ?? ""
            // Who agreed with us before is of this pair, and was edited.
            let before = peer.hasAgreed == true ? ", unlike before" : ""
            let difference = peer.difference.map { StyledText("; \($0)\(before)", .doubtful) } ?? ""
            return [StyledText(peer.address), StyledText(peer.priorityWords), heard + refusal + difference]
        }
    }

    private func addressRow(_ address: AddressStatus, _ instance: InstanceStatus) -> [StyledText] {
        let presence: StyledText =
            switch address.presence(in: instance) {
            case .present: StyledText("here", .good)
            case .absent: "not here"
            case .missing:
                StyledText("MISSING" + (address.refusal.map { ": the kernel refused it: \($0)" } ?? ""), .bad)
            case .surplus: StyledText("SURPLUS: it must not be here", .bad)
            }
        let note = address.isAdvertised ? "" : " (not in adverts)"
        return [StyledText(address.text), StyledText("on \(address.interface)"), presence + StyledText(note, .faint)]
    }

    /// A route or a rule.
    private func way(
        _ text: String, _ isPresent: Bool, _ instance: InstanceStatus, hasEnd: Bool = false
    ) -> [StyledText] {
        let isWanted = instance.state.holdsAddresses
        let presence: StyledText =
            switch (isWanted, isPresent) {
            case (true, true): StyledText("here", .good)
            case (true, false): hasEnd ? "ended" : StyledText("MISSING", .bad)
            case (false, true): StyledText("here", .doubtful)
            case (false, false): "not here"
            }
        return [StyledText(text), presence]
    }

    private func filterWords(_ filter: PacketFilterStatus, _ instance: InstanceStatus) -> StyledText {
        let details = (filter.table.map { ", by the table \($0)" } ?? "") + (filter.refusal.map { ": \($0)" } ?? "")
        return switch (instance.state.holdsAddresses, filter.isInForce) {
        case (true, true): StyledText("packets to the addresses are dropped\(details)", .good)
        case (true, false): StyledText("packets to the addresses are NOT dropped\(details)", .bad)
        case (false, true): StyledText("packets to the addresses will be dropped\(details)")
        case (false, false): StyledText("packets to the addresses could not be dropped\(details)", .doubtful)
        }
    }

    private func checkRow(_ check: CheckStatus) -> [StyledText] {
        let result: StyledText =
            switch check.result {
            case .unknown: StyledText("no result", .doubtful)
            case .working: StyledText("working", .good)
            case .failed: StyledText("FAILED", .bad)
            }
        let length = check.changedSeconds.map { StyledText(" for \(spoken(seconds: $0))") } ?? ""
        let points = check.points > 0 ? "+\(check.points)" : "\(check.points)"
        let reversed = check.isReversed ? " reversed" : ""
        let weight =
            check.weight == 0
            ? (check.isReversed ? "its success stops the router" : "its failure stops the router")
            : "\(points) (weight \(check.weight)\(reversed))"
        var run = check.lastOutcome ?? ""
        if let seconds = check.durationSeconds { run += "\(run.isEmpty ? "" : ", ")took \(spoken(seconds: seconds))" }
        if let seconds = check.lastRunSeconds { run += "\(run.isEmpty ? "" : ", ")\(spoken(ago: seconds))" }
        return [
            StyledText(check.name), StyledText(check.kind.rawValue, .faint), result + length, StyledText(weight),
            StyledText(run),
        ]
    }

    /// Those that have counted; none of them is worth a line of its own.
    private func counters(_ instance: InstanceStatus) -> [StyledText] {
        let counted = instance.counters.filter { $0.value != 0 }.sorted { $0.key < $1.key }
        return counted.isEmpty
            ? [] : [StyledText(counted.map { "\($0.key) \($0.value)" }.joined(separator: ", "), .faint)]
    }
}

extension RouterState {
    /// Its word, in the colour that says how bad it is.
    package var styled: StyledText {
        switch self {
        case .active: StyledText(word, .good)
        case .standby: StyledText(word, .strong)
        case .handingOver, .waiting: StyledText(word, .doubtful)
        case .fault, .stopped: StyledText(word, .bad)
        }
    }
}
