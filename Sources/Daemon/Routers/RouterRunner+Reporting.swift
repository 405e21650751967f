internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// keepalived's words for our states, and the log lines that operators look for. The one place where they are.
///
/// The heads of these lines (up to a colon or bracket) are an interface: docs/log-lines.md lists them.
extension RouterRunner {
    func report(_ transition: Transition, at now: MonotonicInstant) {
        switch transition {
        case .becameBackup(let cause): reportBackup(cause)
        case .becameActive(let cause):
            reportActive(cause)
            activeSince = now
            ignored = nil
        case .resigned(.stop):
            log.notice("(\(name)) sent priority 0; holding the addresses until a successor has them")
        case .resigned(.switchOver):
            log.notice("(\(name)) handing over: sent priority 0; holding the addresses until a successor has them")
        case .resigned(.yield):
            log.notice(
                "(\(name)) sent priority 0\(becauseOfGroup); holding the addresses until a successor has them")
        case .remainedActive:
            log.warning("(\(name)) nobody took over; remaining MASTER")
            // Their lease may have ended meanwhile.
            reconcileAddresses(at: now)
        case .waiting(let obstacles):
            let reasons = explain(obstacles)
            // The last member to find that nothing is in the way any more, a moment before its group lets it go on.
            if !reasons.isEmpty { log.warning("(\(name)) Waiting: \(reasons)") }
        case .faulted(let obstacles):
            log.error("(\(name)) Entering FAULT STATE: \(explain(obstacles))")
        case .stopped(let successor):
            // What goes on under its name was in FAULT, and says itself what it is now.
            if isReplaced, !hasReleased { return }
            log.notice("(\(name)) Stopped" + (successor.map { "; \($0) took over" } ?? ""))
        case .carriedOn:
            if router.holdsAddresses { activeSince = now }
            log.notice(
                "(\(name)) goes on "
                    + (router.state.isResigning
                        ? "handing over: the process was replaced, and the addresses are still held"
                        : "as \(stateName): the process was replaced, the state is the same"))
        case .contested(let rival):
            // Whoever we have just taken over from says its last; nothing is contested by that.
            guard !isSettling(at: now) else { return }
            tellContest(with: rival, at: now)
            guard let more = limiter.pass(.contested, at: now) else { return }
            recordContest(with: rival, at: now)
            log.notice(
                "(\(name)) Received advert from \(rival.source) with lower priority \(rival.priority.rawValue), "
                    + "ours \(router.priority.rawValue), forcing new election\(more)")
        }
    }

    private func reportBackup(_ cause: Transition.BackupCause) {
        switch cause {
        case .startup:
            log.notice("(\(name)) Entering BACKUP STATE (init)")
        case .higherPriority(let heard):
            let ours = router.priority.rawValue
            if heard.priority.rawValue == ours {
                log.notice(
                    "(\(name)) Master received advert from \(heard.source) with same priority \(ours) "
                        + "but higher IP address than ours")
            } else {
                log.notice(
                    "(\(name)) Master received advert from \(heard.source) with higher priority "
                        + "\(heard.priority.rawValue), ours \(ours)")
            }
            log.notice("(\(name)) Entering BACKUP STATE")
        case .away(let absence):
            log.warning(
                "(\(name)) Entering BACKUP STATE: nothing was advertised for \(inSeconds(absence)), so another router may be "
                    + "active by now; listening before claiming anything")
        case .switchOver(let successor):
            log.notice("(\(name)) Entering BACKUP STATE: handed over to \(successor?.description ?? "a successor")")
        case .syncGroup(let successor):
            log.notice(
                "(\(name)) Entering BACKUP STATE: its sync group moved to \(successor?.description ?? "another router")"
            )
        }
    }

    private var becauseOfGroup: String { groupReason.map { ": \($0)" } ?? "" }

    private func reportActive(_ cause: Transition.ActiveCause) {
        switch cause {
        case .ownsAddresses:
            log.notice("(\(name)) owns its addresses (priority 255)")
        case .nobodyElse:
            log.notice("(\(name)) Receive advertisement timeout: " + (ignoredInstead ?? "no other router was heard"))
        case .silence(let source):
            log.notice("(\(name)) Receive advertisement timeout: " + (ignoredInstead ?? "\(source) fell silent"))
        case .resignation(let source):
            log.notice("(\(name)) Backup received priority 0 advertisement: \(source) is leaving")
        case .preemption(let heard):
            log.notice(
                "(\(name)) Taking over from \(heard.source): its priority \(heard.priority.rawValue) is lower than ours "
                    + "\(router.priority.rawValue)")
        }
        log.notice("(\(name)) Entering MASTER STATE")
        log.info("(\(name)) setting VIPs.")
    }

    /// Somebody was there all the time, and was not believed: that is not silence.
    var ignoredInstead: String? {
        ignored.map { "\($0.count) adverts were ignored, the last from \($0.source): \($0.reason)" }
    }

    /// What to do about a failed send, where there is something.
    static func advice(_ error: SystemError) -> String {
        switch error.code {
        case 1: "; a local firewall drops protocol 112 going out: accept it (see docs/operating.md, firewall)"
        case 99: "; the source address is not on this host"
        case 100, 101, 19: "; the interface is down or gone, or has no route to there"
        default: ""
        }
    }

    /// keepalived's word for the present state.
    var stateName: String {
        switch router.state {
        case .initialize(let initialize):
            if !initialize.isWanted {
                "STOP"
            } else if router.obstacles == .firstCheckPending {
                "INIT"
            } else {
                "FAULT"
            }
        case .backup: "BACKUP"
        case .active, .resigning: "MASTER"
        }
    }

    /// The state for SIGUSR1, a line per fact.
    func describeState(at now: MonotonicInstant) -> [String] {
        let counters = router.counters
        var lines = [
            "(\(name)) state \(stateName), VRID \(virtualRouterID.rawValue), version \(instance.version.rawValue), "
                + "interface \(instance.interface), source \(router.primaryAddress?.description ?? "none")",
            "(\(name)) priority \(prioritySum.text)",
        ]
        switch router.state {
        case .initialize:
            if !router.obstacles.isEmpty { lines.append("(\(name)) waiting: \(explain(router.obstacles))") }
        case .backup(let backup):
            lines.append(
                "(\(name)) takes over in \(inSeconds(backup.takeOverAt.since(now))) unless the active router is heard")
            if let heard = backup.lastHeard, let heardAt = backup.lastHeardAt {
                lines.append(
                    "(\(name)) last heard \(heard.source), priority \(heard.priority.rawValue), "
                        + "\(inSeconds(now.since(heardAt))) ago")
            }
        case .active, .resigning:
            lines.append(
                "(\(name)) holds "
                    + everyAddress.map { "\($0.address)/\($0.prefixLength) on \($0.interface)" }.joined(separator: ", ")
            )
        }
        lines.append(
            "(\(name)) adverts sent \(counters.sent), received \(counters.received); became master \(counters.becameActive), "
                + "left \(counters.leftActive), contested \(counters.contested), own address heard \(counters.ownAddressHeard); errors: ttl \(counters.hopLimitErrors), checksum \(counters.checksumErrors), "
                + "version \(counters.versionErrors), length \(counters.lengthErrors), type \(counters.invalidTypes), "
                + "interval \(counters.intervalErrors), addresses \(counters.addressListErrors), "
                + "unknown peers \(counters.unknownPeers), authentication \(counters.authenticationFailures + counters.authenticationTypeMismatches + counters.invalidAuthenticationTypes)"
        )
        return lines
    }

    private func inSeconds(_ interval: Interval) -> String {
        Interval.milliseconds(interval.nanoseconds / 1_000_000).description
    }
}
