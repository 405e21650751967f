internal import Configuration
internal import Control
internal import VRRPCore
internal import VRRPWire

/// What a reload would mean for a router, from what is known now.
extension RouterRunner {
    /// - Parameters:
    ///   - new: its configuration after the reload; nil when it is removed.
    ///   - known: the results of checks that it does not track yet.
    func consequence(
        of new: Instance?, at now: MonotonicInstant, known: (TrackerName) -> Tracker.Finding
    ) -> ReloadReport.Consequence {
        func says(_ givesUp: Bool, _ sentence: String) -> ReloadReport.Consequence {
            .init(instance: new?.name ?? name, givesUpAddresses: givesUp, sentence: sentence)
        }
        let holds = router.holdsAddresses
        guard let new else {
            return holds
                ? says(true, "is removed: its addresses are handed to whoever takes them, then removed here")
                : says(false, "is removed; it has no addresses here")
        }
        let future = tracking(configuredBy: new, known)
        let rest = disagreement(with: new).map { "; \($0)" } ?? ""
        if let obstacle = obstacle(to: new, future) {
            if !holds { return says(false, "waits: \(obstacle)") }
            return new.identity == instance.identity
                ? says(true, "gives up its addresses at once: \(obstacle)")
                : says(true, "hands its addresses to whoever takes them, and waits: \(obstacle)")
        }
        let priority = surroundings.effectivePriority(of: future)
        if isResigning { return says(true, "is handing its addresses over already, reload or not\(rest)") }
        if holds {
            if let loss = loss(with: priority, at: now) { return says(true, loss + rest) }
            if let removal = removal(by: new) { return says(true, "stays active, but \(removal)\(rest)") }
            let unproved = unproved(by: new, known)
            let proviso =
                unproved.isEmpty
                ? "" : ", unless \(unproved.joined(separator: " or ")) fails, of which nothing is known yet"
            var stays = says(false, "stays active and keeps its addresses\(proviso)\(rest)")
            if let interruption = interruption(by: new) {
                stays.sentence = "stays active\(proviso); \(interruption)\(rest)"
            }
            if !unproved.isEmpty { stays.unlessFails = unproved }
            return stays
        }
        if new.identity != instance.identity {
            return says(false, "becomes another virtual router, and listens first\(rest)")
        }
        if let gain = gain(with: priority, new, at: now) { return says(false, gain + rest) }
        if case .initialize = router.state {
            return says(false, "takes part as soon as nothing stands in its way\(rest)")
        }
        return says(false, "keeps its state; it has no addresses here\(rest)")
    }

    /// Why it could not go on as `new`, another virtual router on the wire; nil when it could.
    func hindrance(to new: Instance, known: (TrackerName) -> Tracker.Finding) -> String? {
        obstacle(to: new, tracking(configuredBy: new, known))
            ?? (hasSource(as: new) ? nil : "there is no address on \(new.interface) to send from")
    }

    /// What it knows of what it tracks.
    private var findings: [TrackerName: Tracker.Finding] {
        Dictionary(zip(trackers, tracking.trackers.map(\.finding)), uniquingKeysWith: { first, _ in first })
    }

    /// The arithmetic that it would have, as far as results are known.
    private func tracking(
        configuredBy new: Instance, _ known: (TrackerName) -> Tracker.Finding
    ) -> PriorityTracking {
        let own = findings
        var future = new.freshTracking
        for (index, tracker) in new.trackerNames.enumerated() {
            if case .interface(let interface) = tracker {
                future.set(isUsable(interface) ? .working : .failed, at: index)
            } else {
                // A check that is new runs at once, long before a peer could act on the points that are missing until then.
                let finding = own[tracker] ?? known(tracker)
                let isNew = if case .file = tracker { false } else { finding == .status(.unknown) }
                future.set(isNew ? .status(.working) : finding, at: index)
            }
        }
        return future
    }

    /// What it would track without a weight, and nobody has looked at yet: its failure would be a fault.
    private func unproved(by new: Instance, _ known: (TrackerName) -> Tracker.Finding) -> [String] {
        let own = findings
        return zip(new.trackerNames, new.freshTracking.trackers).filter { name, tracker in
            if case .interface = name { return false }
            return tracker.weight.isFault && (own[name] ?? known(name)) == .status(.unknown)
        }.map(\.0.description)
    }

    private func isUsable(_ interface: String) -> Bool {
        surroundings.interfaces.link(named: interface)?.isUsable ?? false
    }

    /// What would end its participation.
    private func obstacle(to new: Instance, _ future: PriorityTracking) -> String? {
        // That of `use_vmac` is made when it is needed.
        let interfaces = Set((new.addresses + new.excludedAddresses).map(new.wire(of:))).union([new.interface])
        let unusable = interfaces.sorted().first { interface in
            if new.ignoresOwnLink, interface == new.interface {
                return surroundings.interfaces.link(named: interface) == nil
            }
            return !isUsable(interface)
        }
        if let unusable {
            return "interface \(unusable) does not exist, is down, or has no carrier"
        }
        for (tracker, name) in zip(future.trackers, new.trackerNames) where tracker.isFault {
            return name.fault(tracker)
        }
        return nil
    }

    /// Which addresses leave for good.
    private func removal(by new: Instance) -> String? {
        let stays = Set((new.addresses + new.excludedAddresses).map(\.address))
        let gone = everyAddress.filter { !stays.contains($0.address) }
        return gone.isEmpty ? nil : "removes " + gone.map { "\($0.address)" }.joined(separator: ", ")
    }

    /// Which address is away for a moment.
    private func interruption(by new: Instance) -> String? {
        let moved = everyAddress.first { before in
            (new.addresses + new.excludedAddresses).contains {
                $0.address == before.address && $0.interface != before.interface
            }
        }
        if let moved { return "\(moved.address) is away for a moment, because it goes to another interface" }
        let replaced = everyAddress.first { before in
            before.address.family == .v6
                && (new.addresses + new.excludedAddresses).contains {
                    $0.address == before.address && $0.interface == before.interface
                        && $0.prefixLength != before.prefixLength
                }
        }
        return replaced.map { "\($0.address) is away for a moment, because an IPv6 prefix cannot change in place" }
    }

    /// Why an active router will probably lose its addresses to a peer; nil when nothing suggests it.
    private func loss(with priority: Priority, at now: MonotonicInstant) -> String? {
        guard priority < router.priority, let rival = bestCandidate(at: now), let theirs = rival.priority,
            theirs > Int(priority.rawValue)
        else { return nil }
        return "its priority falls from \(router.priority.rawValue) to \(priority.rawValue), below the \(theirs) that "
            + "\(rival.address) last had: that one takes over, in a few seconds, unless it has nopreempt"
    }

    /// Why a standby will take the addresses; nil when nothing suggests it.
    private func gain(with priority: Priority, _ new: Instance, at now: MonotonicInstant) -> String? {
        guard case .backup(let backup) = router.state, let active = activeRouter(at: now) else { return nil }
        let overrules = active.priority > 0 && active.priority < Int(priority.rawValue)
        guard overrules, new.preempts, !backup.handedOver else { return nil }
        let delay = new.preemptDelay == .zero ? "in a few seconds" : "after preempt_delay, \(new.preemptDelay)"
        return "its priority is \(priority.rawValue) then, higher than the \(active.priority) of "
            + "\(active.address ?? "the active router"): it takes over, \(delay)"
    }

    private func bestCandidate(at now: MonotonicInstant) -> Peer? {
        peers.candidates(except: router.primaryAddress, at: now).max { ($0.priority ?? 0) < ($1.priority ?? 0) }
    }

    /// What all routers of a VRID must have in common, and would not until the others are reloaded too.
    private func disagreement(with new: Instance) -> String? {
        let (before, after) = (instance.receptionRules, new.receptionRules)
        var changed: [String] = []
        if new.virtualRouterID != virtualRouterID { changed.append("virtual_router_id") }
        if (new.transport == .multicast) != (instance.transport == .multicast) { changed.append("transport") }
        if before.version != after.version { changed.append("version") }
        if before.authentication != after.authentication { changed.append("authentication") }
        if after.version == .v2, before.interval != after.interval { changed.append("advert_int") }
        if after.keyed?.mode == .enforce, before.keyed?.mode != .enforce { changed.append("auth_hmac, signing") }
        if let key = after.keyed?.signingKey, before.keyed?.key(key.id) != key.key { changed.append("auth_hmac key") }
        if changed.isEmpty, new.interface != instance.interface {
            return
                "unless \(new.interface) leads to the same network as \(instance.interface), the others do not hear this "
                + "one, and more than one becomes active"
        }
        if changed.isEmpty { return nil }
        return
            "until the others have the same \(changed.joined(separator: " and ")), they and this one do not believe each "
            + "other, and more than one becomes active"
    }
}
