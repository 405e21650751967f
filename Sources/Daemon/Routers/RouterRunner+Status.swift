internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

extension RouterRunner {
    /// Everything that is known of this router now.
    ///
    /// - Parameter checks: what is known of the checks that it tracks, beside its own arithmetic.
    func status(at now: MonotonicInstant, checks: (TrackerName) -> CheckFacts) -> InstanceStatus {
        var status = InstanceStatus(
            name: name, interface: instance.interface, virtualRouterID: Int(virtualRouterID.rawValue),
            ipVersion: instance.family == .v4 ? 4 : 6, vrrpVersion: Int(instance.version.rawValue),
            transport: instance.transport == .multicast ? "multicast" : "unicast", state: shownState,
            since: surroundings.wall(at: life.since), sinceSeconds: now.since(life.since).inSeconds, cause: life.cause,
            obstacles: obstacleTexts, priority: prioritySum, sourceAddress: router.primaryAddress.map { "\($0)" },
            advertisementIntervalSeconds: Interval(instance.advertisementInterval).inSeconds,
            preempts: instance.preempts)
        status.downTimerAdverts = Int(instance.downTimerAdverts)
        status.activeRouter = activeRouter(at: now)
        status.peers = peers.list(except: router.primaryAddress, at: now)
        status.standbys = standbysSeen(at: now)
        if instance.keyed != nil {
            // Whoever may send here can claim to stand by.
            for index in status.standbys?.indices ?? 0..<0 { status.standbys?[index].isUnsigned = true }
        }
        status.addresses = addressStatuses
        status.routes = routeStatuses
        status.rules = ruleStatuses
        status.checks = zip(trackers, tracking.trackers).map { checkStatus($0, $1, checks($0), at: now) }
        status.counters = counterTable
        status.next = outlook(at: now)
        status.otherOwners = otherOwners(at: now)
        status.repairs = repairStatus(at: now)
        status.hmac = keyedStatus
        status.syncGroup = instance.syncGroup
        status.packetFilter = filterStatus
        status.virtualInterface = instance.virtualMAC?.interface
        status.virtualHardwareAddress = instance.virtualMAC.map { "\($0.hardwareAddress)" }
        status.addressInterfaces = addressInterfaces
        status.pendingLinks = pendingLinks(at: now)
        status.unheard = unheard
        return status
    }

    private func pendingLinks(at now: MonotonicInstant) -> [PendingLink]? {
        let tracked = instance.trackedInterfaces.map(\.name)
        let names = instance.furtherInterfaces.union([instance.interface] + tracked).sorted()
        let pending = names.compactMap { surroundings.interfaces.pendingLink($0, at: now) }
        return pending.isEmpty ? nil : pending
    }

    private var obstacleTexts: [String] {
        guard case .initialize(let initialize) = router.state, initialize.isWanted, !router.obstacles.isEmpty else {
            return []
        }
        return reasons(for: router.obstacles)
    }

    var prioritySum: PrioritySum {
        let terms = zip(tracking.trackers, trackers).compactMap { tracker, name -> PrioritySum.Term? in
            tracker.contribution == 0 ? nil : .init(points: tracker.contribution, name: name.plainName)
        }
        return PrioritySum(
            effective: Int(router.priority.rawValue), base: Int(tracking.base.rawValue), terms: terms,
            isOverruled: router.priority != tracking.effectivePriority)
    }

    /// Who has the addresses; nil when nobody was heard.
    func activeRouter(at now: MonotonicInstant) -> ActiveRouter? {
        switch router.state {
        case .active, .resigning:
            return ActiveRouter(
                address: router.primaryAddress.map { "\($0)" }, isSelf: true, priority: Int(router.priority.rawValue),
                lastHeardSeconds: nil)
        case .backup(let backup):
            guard let heard = backup.lastHeard, heard.priority != .resigning, let at = backup.lastHeardAt else {
                return nil
            }
            return ActiveRouter(
                address: "\(heard.source)", isSelf: false, priority: Int(heard.priority.rawValue),
                lastHeardSeconds: now.since(at).inSeconds)
        case .initialize: return nil
        }
    }

    private var addressStatuses: [AddressStatus] {
        let advertised = Set(instance.addresses)
        return everyAddress.map { address in
            var status = AddressStatus(
                address: "\(address.address)", prefixLength: Int(address.prefixLength), interface: address.interface,
                isAdvertised: advertised.contains(address), isPresent: surroundings.interfaces.present(address) != nil)
            if !status.isPresent, router.holdsAddresses {
                status.refusal = surroundings.keeper.refusal(of: address, in: surroundings.interfaces)
            }
            return status
        }
    }

    private var addressInterfaces: [VirtualInterfaceStatus]? {
        let links = instance.addressLinks.map {
            VirtualInterfaceStatus(interface: $0.interface, above: $0.base, hardwareAddress: "\($0.hardwareAddress)")
        }
        return links.isEmpty ? nil : links
    }

    private func checkStatus(
        _ name: TrackerName, _ tracker: Tracker, _ facts: CheckFacts, at now: MonotonicInstant
    ) -> CheckStatus {
        let result: CheckStatus.Result =
            switch tracker.status {
            case .unknown: .unknown
            case .working: .working
            case .failed: .failed
            }
        var status = CheckStatus(
            name: name.plainName, kind: name.kind, result: result, weight: tracker.weight.value,
            isReversed: tracker.weight.reverse, points: tracker.contribution)
        status.lastOutcome = facts.outcome
        status.lastRunSeconds = facts.endedAt.map { now.since($0).inSeconds }
        status.durationSeconds = facts.duration?.inSeconds
        status.changedSeconds = facts.changedAt.map { now.since($0).inSeconds }
        return status
    }

    private var counterTable: [String: Int] {
        let counters = router.counters
        let table: [(String, UInt64)] = [
            ("became_active", counters.becameActive), ("left_active", counters.leftActive),
            ("adverts_received", counters.received), ("adverts_sent", counters.sent),
            ("priority_zero_received", counters.priorityZeroReceived),
            ("priority_zero_sent", counters.priorityZeroSent),
            ("own_address_heard", counters.ownAddressHeard), ("contested", counters.contested),
            ("foreign_announcements", owners.foreignAnnouncements), ("probes_sent", owners.probesSent),
            ("address_repairs", repairs.count), ("route_repairs", routeRepairs.count),
            ("rule_repairs", ruleRepairs.count),
            ("interval_errors", counters.intervalErrors),
            ("hop_limit_errors", counters.hopLimitErrors),
            ("invalid_types", counters.invalidTypes), ("address_list_errors", counters.addressListErrors),
            ("length_errors", counters.lengthErrors), ("version_errors", counters.versionErrors),
            ("checksum_errors", counters.checksumErrors),
            ("invalid_authentication_types", counters.invalidAuthenticationTypes),
            ("authentication_type_mismatches", counters.authenticationTypeMismatches),
            ("authentication_failures", counters.authenticationFailures), ("unknown_peers", counters.unknownPeers),
            ("hmac_missing", counters.trailersMissing), ("hmac_stale", counters.trailersStale),
            ("hmac_unknown_keys", counters.trailerKeysUnknown), ("hmac_failures", counters.trailersForged),
            ("hmac_replays", counters.trailersReplayed),
        ]
        return Dictionary(uniqueKeysWithValues: table.map { ($0.0, Int(clamping: $0.1)) })
    }
}

/// What a check runner knows beyond working or failed.
struct CheckFacts {
    var outcome: String?
    var endedAt: MonotonicInstant?
    var duration: Interval?
    var changedAt: MonotonicInstant?
}

extension TrackerName {
    /// As it is written in the file.
    var plainName: String {
        switch self {
        case .script(let name), .process(let name), .interface(let name), .file(let name), .session(let name): name
        }
    }

    fileprivate var kind: CheckStatus.Kind {
        switch self {
        case .script: .script
        case .process: .process
        case .interface: .interface
        case .file: .file
        case .session: .bfd
        }
    }
}
