internal import Configuration
internal import VRRPCore
internal import VRRPWire

/// What a line of the log is about, for the limiter: a fixed number of kinds, whatever strangers send.
enum LineKind: Hashable {
    case refused(Int)
    case addressesDiffer
    case addressesDifferAnew
    case intervalDiffers
    case contested
    case ownAddress
    case repaired
    case routeRepaired
    case ruleRepaired
    case rival
    case resignation
    case departure(Departure)
    case company
    case sending(Int32)
    case opening(Int32)
    case checksumForm
    case distrusted(Int)
}

extension RouterRunner {
    /// Judges one message for our VRID, and acts on it when it is believed.
    ///
    /// - Parameter header: what the authentication header before it proves; nil when there is none.
    /// - Returns: false when it was refused.
    func receive(
        _ message: Span<UInt8>, carrier: Carrier, at now: MonotonicInstant, header: HeaderProof? = nil
    ) -> Bool {
        // With multicast, what comes to ourselves comes by the notices' socket, and an advert there is nobody's.
        if StandbyNotice.isOne(message) { return takeNotice(message, carrier: carrier, at: now) }
        if instance.transport == .multicast, !carrier.destination.isMulticast { return false }
        do throws(Refusal) {
            let admitted = try router.admit(
                message, carrier: carrier, rules: rules, clock: authenticationClock(at: now), header: header)
            if admitted.remarks.contains(.intervalDiffers) { tellOfOtherInterval(admitted.heard, at: now) }
            if let distrust = admitted.distrust { warn(of: distrust, from: carrier.source, at: now) }
            // Before the event, so that an answer to a rival is one that it can read.
            follow(admitted, at: now)
            ignored = nil
            peers.heard(
                carrier.source, priority: admitted.heard.priority,
                difference: admitted.differenceInWords,
                at: now)
            endLoan(because: admitted.heard, from: carrier.source, at: now)
            let wasOwnAddressHeard = router.counters.ownAddressHeard
            let (wasActive, before) = (activeSource, router.state)
            deliver(.received(admitted.heard), at: now)
            if activeSource != wasActive { surroundings.statusChanged() }
            if router.counters.ownAddressHeard != wasOwnAddressHeard { warnOfOwnAddress(carrier.source, at: now) }
            // After the event, for what it means depends on who has the addresses now.
            if admitted.remarks.contains(.addressesDiffer) { tellOfOtherAddresses(carrier.source, at: now) }
            if admitted.heard.priority == .resigning { tellOfResignation(of: carrier.source, at: now) }
            noteDeparture(admitted.heard, after: before, at: now)
            return true
        } catch {
            refuse(error, from: carrier.source, at: now)
            return false
        }
    }

    /// Nobody but the Active Router has anything to resign, and that is us; whoever was just replaced says its last.
    private func tellOfResignation(of source: IPAddress, at now: MonotonicInstant) {
        guard case .active = router.state, source != router.primaryAddress,
            let activeSince, now.since(activeSince) >= OwnerWatch.settling,
            let more = limiter.pass(.resignation, at: now)
        else { return }
        log.notice(
            "(\(name)) \(source) says that it is leaving, although this host is MASTER: it was another one until now, or came "
                + "back from an absence, or somebody forges its adverts; the link was told again where the addresses are\(more)"
        )
    }

    /// Whom this Backup follows.
    private var activeSource: IPAddress? {
        if case .backup(let backup) = router.state { backup.lastHeard?.source } else { nil }
    }

    /// Sends the checksum form of whoever else speaks for this virtual router: one that reads only the other form would
    /// ignore us and become, or remain, a second owner, whatever its priority.
    private func follow(_ admitted: Admitted, at now: MonotonicInstant) {
        guard instance.followsChecksum, admitted.checksum != checksumForm,
            admitted.heard.source != router.primaryAddress,
            admitted.checksum != .pseudoHeaderOfGroup || instance.followsOldPeers && instance.transport != .multicast
        else { return }
        checksumForm = admitted.checksum
        // Two neighbours of different forms would fill the log.
        guard let more = limiter.pass(.checksumForm, at: now) else { return }
        log.notice(
            "(\(name)) \(admitted.heard.source) sends \(admitted.checksum.inWords); we shall do the same\(more)")
    }

    private func tellOfOtherInterval(_ heard: Heard, at now: MonotonicInstant) {
        guard let more = limiter.pass(.intervalDiffers, at: now) else { return }
        log.warning(
            "(\(name)) \(heard.source) advertises every \(Interval(heard.interval)), we are configured for "
                + "\(Interval(instance.advertisementInterval)); as Backup we follow it\(more)")
    }

    private func warnOfOwnAddress(_ source: IPAddress, at now: MonotonicInstant) {
        guard let more = limiter.pass(.ownAddress, at: now) else { return }
        log.warning(
            "(\(name)) WARNING - equal priority advert received from remote host with our IP address \(source): "
                + "another host has it too, or the network sends our packets back\(more)")
    }

    private func refuse(_ refusal: Refusal, from source: IPAddress, at now: MonotonicInstant) {
        // A later standard may define other types: they are counted and dropped quietly.
        if case .malformed(.unsupportedType) = refusal { return }
        peers.refused(source, because: refusal, at: now)
        ignored = ((ignored?.count ?? 0) + 1, source, refusal)
        guard let more = limiter.pass(.refused(refusal.kind), at: now) else { return }
        let consequence = refusal.isDisagreement ? "; while that is so, both of us become MASTER" : ""
        log.warning("(\(name)) ignored an advert from \(source): \(refusal)\(consequence)\(more)")
    }
}

extension Refusal {
    /// True when the two configurations disagree, rather than a packet being damaged or foreign.
    fileprivate var isDisagreement: Bool {
        switch self {
        case .version, .authenticationType, .password, .interval, .unknownPeer, .peerHopLimit, .header(.wrongCode): true
        case .trailer(let refusal): refusal.isDisagreement
        case .hopLimit, .malformed, .header(.replayed): false
        }
    }

    /// One number for each kind, whatever its details.
    fileprivate var kind: Int {
        switch self {
        case .hopLimit: 1
        case .version: 2
        case .authenticationType: 3
        case .password: 4
        case .interval: 5
        case .unknownPeer: 6
        case .malformed(.checksum): 7
        case .malformed(.zeroInterval): 8
        case .malformed(.truncated), .malformed(.lengthMismatch): 9
        case .malformed: 10
        case .trailer(let refusal): refusal.kind
        case .peerHopLimit: 11
        case .header(.wrongCode): 12
        case .header(.replayed): 13
        }
    }
}

extension ChecksumForm {
    fileprivate var inWords: String {
        switch self {
        case .messageOnly: "checksums over the message alone (RFC 9568)"
        case .pseudoHeader: "checksums with an IPv4 pseudo-header"
        case .pseudoHeaderOfGroup: "checksums with the group's pseudo-header (keepalived before 1.3.7)"
        }
    }
}
