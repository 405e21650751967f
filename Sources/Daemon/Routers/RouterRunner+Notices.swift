internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Who has said that it stands by, and whether its absence has been told.
///
/// Bounded, whatever a stranger sends: the one that was silent longest makes room.
struct StandbyWatch {
    private struct Entry {
        var source: IPAddress
        var priority: Priority
        var at: MonotonicInstant
    }

    private var entries: [Entry] = []
    /// True while nobody is heard and that has been told.
    var isTold = false
    /// When a reload switched it on; nil when it was on from the start.
    private(set) var switchedOnAt: MonotonicInstant?
    private static let most = 8
    /// Before the other hosts have been reloaded too, none can be heard: so long after it was switched on nobody is missed.
    static let reloading = Interval.seconds(60)

    init(switchedOnAt: MonotonicInstant? = nil) { self.switchedOnAt = switchedOnAt }

    mutating func heard(_ notice: StandbyNotice, from source: IPAddress, at now: MonotonicInstant) {
        let entry = Entry(source: source, priority: notice.priority, at: now)
        if let index = entries.firstIndex(where: { $0.source == source }) {
            entries[index] = entry
        } else if entries.count < Self.most {
            entries.append(entry)
        } else if let oldest = entries.indices.min(by: { entries[$0].at < entries[$1].at }) {
            entries[oldest] = entry
        }
    }

    var lastHeardAt: MonotonicInstant? { entries.map(\.at).max() }

    /// When nobody will have been heard for too long.
    ///
    /// - Parameters:
    ///   - active: since when we are who is told.
    ///   - patience: for how long one that stands by may be silent.
    func missedAt(activeSince active: MonotonicInstant, patience: Interval) -> MonotonicInstant {
        let heard = max(active, lastHeardAt ?? active)
        // Whoever has not been heard since may not have been reloaded.
        guard let switchedOnAt, lastHeardAt == nil else { return heard + patience }
        return max(heard + patience, switchedOnAt + max(patience, Self.reloading))
    }

    /// What it means that nobody is heard, to follow "no standby has been heard".
    func silence(patience: Interval) -> String {
        if lastHeardAt != nil { return "for \(patience): nobody would take over" }
        guard switchedOnAt != nil else {
            return "for \(patience): nobody would take over, unless one is there that has no standby_notice on"
        }
        return
            "since a reload switched standby_notice on, \(max(patience, Self.reloading)) ago or more: nobody would take over, "
            + "unless one is there that has not been reloaded with it"
    }

    /// Those who were heard within `patience`, the best first.
    func present(at now: MonotonicInstant, patience: Interval) -> [StandbySeen] {
        entries.filter { now.since($0.at) < patience }.sorted { $0.priority > $1.priority }.map {
            StandbySeen(
                address: "\($0.source)", priority: Int($0.priority.rawValue),
                lastHeardSeconds: now.since($0.at).inSeconds)
        }
    }
}

extension RouterRunner {
    /// How often a standby says that it is there.
    private var noticeInterval: Interval { max(Interval(instance.advertisementInterval), .seconds(1)) }
    /// How long nobody may be heard until that is told.
    var noticePatience: Interval { noticeInterval * 5 }

    /// When this router has something to say, or to miss.
    var noticeDeadline: MonotonicInstant? {
        guard instance.standbyNotice else { return nil }
        switch router.state {
        case .backup(let backup): return backup.lastHeard == nil ? nil : noticeDueAt
        case .active: return standbys.isTold ? nil : standbyMissedAt
        case .initialize, .resigning: return nil
        }
    }

    /// When no standby will have been heard for too long; nil while we are not who is told.
    private var standbyMissedAt: MonotonicInstant? {
        activeSince.map { standbys.missedAt(activeSince: $0, patience: noticePatience) }
    }

    /// A reload may have switched it on or off.
    func noteReloadedNotices(_ old: Instance, at now: MonotonicInstant) {
        guard old.standbyNotice != instance.standbyNotice else { return }
        standbys = StandbyWatch(switchedOnAt: instance.standbyNotice ? now : nil)
    }

    func tickNotices(at now: MonotonicInstant) {
        guard let noticeDeadline, noticeDeadline <= now else { return }
        if case .active = router.state { return missStandby(at: now) }
        guard case .backup(let backup) = router.state, let heard = backup.lastHeard, heard.priority != .resigning else {
            noticeDueAt = now + noticeInterval
            return
        }
        noticeDueAt = now + noticeInterval
        let notice = StandbyNotice(
            virtualRouterID: virtualRouterID, priority: router.priority,
            interval: Centiseconds(Int(noticeInterval.nanoseconds / 10_000_000)) ?? .oneSecond)
        sendNotice(notice, to: heard.source)
    }

    private func missStandby(at now: MonotonicInstant) {
        standbys.isTold = true
        let what = "no standby has been heard \(standbys.silence(patience: noticePatience))"
        log.warning("(\(name)) \(what)")
        recordStandby(what, peer: nil, at: now)
        surroundings.statusChanged()
    }

    /// Takes a notice that came to us; false when it was none, or not for us to believe.
    func takeNotice(_ message: Span<UInt8>, carrier: Carrier, at now: MonotonicInstant) -> Bool {
        guard instance.standbyNotice, let notice = StandbyNotice.parse(message),
            notice.virtualRouterID == virtualRouterID
        else { return false }
        switch instance.transport {
        case .multicast: guard carrier.isOnLink else { return false }
        case .unicast(let peers): guard peers.contains(carrier.source) else { return false }
        }
        standbys.heard(notice, from: carrier.source, at: now)
        guard standbys.isTold else { return true }
        standbys.isTold = false
        let what = "\(carrier.source) stands by, with priority \(notice.priority.rawValue)"
        log.notice("(\(name)) \(what)")
        recordStandby(what, peer: carrier.source, at: now)
        surroundings.statusChanged()
        return true
    }

    /// Opens the socket for what is sent to this host alone, which one that is bound to the group does not hear.
    func openNoticeSocket(at now: MonotonicInstant) {
        let wanted = link.flatMap { link in
            instance.standbyNotice && instance.transport == .multicast
                ? SharedSocket.Key(interfaceIndex: link.index, family: instance.family, mode: .unicast(local: nil))
                : nil
        }
        guard noticeSocket?.key != wanted else { return }
        if let old = noticeSocket { surroundings.sockets.leave(old, as: self) }
        noticeSocket = nil
        guard let wanted, let link else { return }
        do throws(SystemError) {
            noticeSocket = try surroundings.sockets.join(wanted, interfaceName: link.name, as: self)
        } catch {
            guard let more = limiter.pass(.opening(error.code), at: now) else { return }
            log.error("(\(name)) cannot listen for standbys on \(link.name): \(error)\(more)")
        }
    }

    private func sendNotice(_ notice: StandbyNotice, to destination: IPAddress) {
        guard let socket, let source = router.primaryAddress else { return }
        let packet = [UInt8](capacity: IPv4Header.size + StandbyNotice.size) { output in
            if case (.v4(let from), .v4(let to)) = (source, destination) {
                IPv4Header.emit(
                    into: &output, source: from, destination: to, payloadSize: StandbyNotice.size, identification: 0)
            }
            notice.emit(into: &output)
        }
        do throws(SystemError) {
            try socket.raw.send(packet.span, from: source, to: destination)
        } catch {
            // The active router says that it misses us; our own log is for what matters here.
            log.debug("(\(name)) cannot tell \(destination) that we stand by: \(error)")
        }
    }

    private func recordStandby(_ what: String, peer: IPAddress?, at now: MonotonicInstant) {
        var record = HistoryRecord(
            at: surroundings.wall, sequence: 0, boot: nil, instance: name,
            event: peer == nil ? .standbyMissing : .standbyPresent, cause: what)
        record.peer = peer.map { "\($0)" }
        surroundings.chronicle.add(record, at: now)
    }

    /// Who stands by; nil when nobody is asked to say so, when we are not the one who is told, or while nobody had the time to.
    func standbysSeen(at now: MonotonicInstant) -> [StandbySeen]? {
        guard instance.standbyNotice, router.holdsAddresses else { return nil }
        let present = standbys.present(at: now, patience: noticePatience)
        return present.isEmpty && isAwaitingStandbys(at: now) ? nil : present
    }

    /// Nobody has been heard, and nobody is missed yet.
    func isAwaitingStandbys(at now: MonotonicInstant) -> Bool {
        instance.standbyNotice && standbyMissedAt.map { now < $0 } ?? false
    }
}
