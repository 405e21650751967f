internal import Configuration
internal import Control
internal import VRRPCore
internal import VRRPWire

/// Somebody who advertises other addresses for our VRID, and what this host is beside it.
struct StrangeCluster: Equatable {
    var source: IPAddress
    var state: RouterState
}

extension RouterRunner {
    /// Says at once who it is, and when this host becomes another thing beside it: then other addresses have no owner.
    ///
    /// What goes on unchanged is said once a minute.
    func tellOfOtherAddresses(_ source: IPAddress, at now: MonotonicInstant) {
        let present = StrangeCluster(source: source, state: shownState)
        let isNew = present != stranger
        // Whoever sends under many addresses does not fill the log.
        let pass =
            isNew ? limiter.pass(.addressesDifferAnew, at: now, most: 6) : limiter.pass(.addressesDiffer, at: now)
        guard let more = pass else { return }
        if isNew { _ = limiter.pass(.addressesDiffer, at: now) }
        stranger = present
        let free = socket?.freeVirtualRouterID.map {
            " (\($0.rawValue) was heard from nobody on \(instance.interface))"
        }
        log.warning(
            "(\(name)) \(source) advertises other virtual addresses than ours for VRID \(virtualRouterID.rawValue): make "
                + "virtual_ipaddress the same on both if they are a pair; if it is another cluster, \(present.loss): give it "
                + "another virtual_router_id\(free ?? "")\(more)")
    }
}

extension StrangeCluster {
    /// What two clusters with one VRID come to, as things are.
    var loss: String {
        switch state {
        case .active, .handingOver: "its addresses are without an owner when it yields to us, who are MASTER"
        case .standby: "our addresses are without an owner now, because we are BACKUP and leave the VRID to it"
        case .fault, .waiting, .stopped: "one of the two is without an owner"
        }
    }
}

extension RouterRunner {
    /// Says that the Active Router resigned, and what came of it: anybody on the link can say so in its name.
    ///
    /// - Parameter before: the state in which the advert was heard.
    func noteDeparture(_ heard: Heard, after before: VirtualRouter.State, at now: MonotonicInstant) {
        guard case .backup(let earlier) = before, case .backup(let backup) = router.state,
            heard.source != router.primaryAddress, router.quietUntil.map({ $0 <= now }) ?? true
        else { return }
        let leaving = earlier.lastHeard.flatMap { $0.priority == .resigning ? $0.source : nil }
        if heard.priority != .resigning {
            guard let leaving, let at = earlier.lastHeardAt else { return }
            noteSuccession(heard, to: leaving, after: now.since(at), at: now)
        } else if backup.lastHeard?.priority != .resigning {
            tellOfDeparture(.doubted, heard.source, at: now) {
                "\(heard.source) says that it is leaving (priority 0), which is not believed: that was said a moment ago as well, and the "
                    + "active router went on. Somebody may forge its adverts"
            }
        } else if leaving != heard.source {
            tellOfDeparture(.believed, heard.source, at: now) {
                "\(heard.source) says that it is leaving (priority 0): this host takes over in "
                    + "\(inMilliseconds(backup.takeOverAt.since(now))) unless another router is heard"
            }
        }
    }

    /// Somebody is heard after a resignation that was believed.
    private func noteSuccession(_ heard: Heard, to leaving: IPAddress, after time: Interval, at now: MonotonicInstant) {
        guard heard.source == leaving else {
            return tellOfDeparture(.succeeded, heard.source, at: now) {
                "\(heard.source) is heard \(inMilliseconds(time)) after \(leaving) said that it is leaving: it has taken over"
            }
        }
        tellOfDeparture(.denied, heard.source, at: now) {
            "\(leaving) goes on \(inMilliseconds(time)) after it said that it is leaving: it was restarted, or somebody forges its "
                + "adverts. For ten advert intervals nobody is believed who says so"
        }
    }

    /// Into the log and the history, each kind once a minute: whoever forges adverts can make us count, not write.
    private func tellOfDeparture(
        _ kind: Departure, _ source: IPAddress, at now: MonotonicInstant, _ sentence: () -> String
    ) {
        guard let more = limiter.pass(.departure(kind), at: now) else { return }
        let sentence = sentence()
        log.notice("(\(name)) \(sentence)\(more)")
        var record = HistoryRecord(
            at: surroundings.wall, sequence: 0, boot: nil, instance: name, event: .resignationHeard, cause: sentence)
        record.peer = "\(source)"
        record.priority = Int(router.priority.rawValue)
        surroundings.chronicle.add(record, at: now)
    }

    private func inMilliseconds(_ interval: Interval) -> String {
        Interval.milliseconds(interval.nanoseconds / 1_000_000).description
    }
}

/// What a Backup has to say of a resignation.
enum Departure { case believed, doubted, denied, succeeded }
