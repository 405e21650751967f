// What is not as it should be, in sentences: `understudy status` fails when there is a problem; a doubt is only shown.

extension Status {
    /// Why the exit code of `understudy status` is 1; empty when it is 0.
    package var problems: [String] {
        guard !instances.isEmpty else {
            return [
                "no virtual router is configured, so no address is protected: write one with understudy init, then: "
                    + "systemctl reload understudy"
            ]
        }
        return instances.flatMap { instance in
            let problems = [
                instance.stateProblems, instance.addressProblems, instance.filterProblems, instance.routeProblems,
                instance.ownerProblems,
            ]
            return problems.joined().map { "\(instance.name): \($0)" }
        }
    }

    /// What should be looked at, and is not proven to be wrong.
    package func doubts(at now: Timestamp) -> [String] {
        var doubts = remarks
        if let standby {
            let end = standby.until.map { " until \($0.words(at: now))" } ?? ""
            doubts.append(
                "maintenance mode is on since \(standby.since.words(at: now))\(end): this host is the last that takes an "
                    + "address; it ends with: understudy resume")
        }
        doubts += (statics ?? []).filter(\.isMissing).map {
            "static \($0.kind.rawValue) \($0.item) is missing: the kernel does not take it, or something takes it off (the log says "
                + "which); it is tried again"
        }
        return doubts + instances.flatMap { instance in instance.doubts.map { "\(instance.name): \($0)" } }
    }
}

extension InstanceStatus {
    /// Why it cannot serve and cannot take over.
    package var stateProblems: [String] {
        if let unheard, state.takesPart {
            return ["\(unheard): nobody hears this router, and it goes on as it is, because dont_track_primary says so"]
        }
        if state.takesPart { return [] }
        // The cause names what stood in the way at first; more may have come since.
        let reasons = [cause] + obstacles.filter { !cause.contains($0) }
        return ["\(state.word): \(closed(reasons.joined(separator: "; ")))"]
    }

    /// Addresses that are not where the state wants them.
    package var addressProblems: [String] {
        addresses.compactMap { address in
            switch address.presence(in: self) {
            case .missing:
                "\(address.text) is missing on \(address.interface), although this host is active: nobody serves it"
                    + closed(address.refusal.map { ", because the kernel refused it: \($0)" } ?? "")
            case .surplus:
                "\(address.text) is on \(address.interface), although this host is not active: two hosts may answer for it."
            case .present, .absent: nil
            }
        }
    }

    /// Why packets to its addresses are let in although `no_accept` says otherwise; nil when none are.
    package var reasonToLetIn: String? {
        guard state.holdsAddresses, let packetFilter, !packetFilter.isInForce else { return nil }
        return packetFilter.refusal ?? "the packet filter is not as it should be"
    }

    package var filterProblems: [String] {
        reasonToLetIn.map { ["packets to the addresses are let in, although no_accept is set: \(closed($0))"] } ?? []
    }

    /// Routes and rules that are missing where the addresses are.
    package var routeProblems: [String] {
        guard state.holdsAddresses else { return [] }
        let missing =
            (routes ?? []).filter { !$0.isPresent && $0.hasEnd != true }.map { "route \($0.route)" }
            + (rules ?? []).filter { !$0.isPresent }.map { "rule \($0.rule)" }
        return missing.map {
            "the \($0) is missing, although this host is active: what needs it goes another way, or none."
        }
    }

    /// Others that have its addresses as well, and programs here that take them off again and again.
    package var ownerProblems: [String] {
        var problems = (otherOwners ?? []).map { other in
            "\(other.address) is at \(other.hardwareAddress)\(other.peer.map { " (\($0))" } ?? "") as well, last seen "
                + "\(spoken(ago: other.lastSeenSeconds)): two hosts answer for it. \(remedy(for: other))"
        }
        if let repairs, repairs.isFight {
            problems.append(
                "\(repairs.culprit) takes our addresses off again and again, \(repairs.count) times so far: they are put back "
                    + "each time, at most ten times a second. Keep it from doing so.")
        }
        return problems
    }

    /// Which of the two does not hear the other.
    private func remedy(for other: OtherOwner) -> String {
        let isHeard = peers.contains {
            $0.address == other.peer && $0.refusal == nil && $0.priority != 0 && $0.lastHeardSeconds < silenceSeconds
        }
        return isHeard
            ? "This host hears its adverts, so it does not hear ours: look for what drops them there (understudy doctor)."
            : "Take it off there, or let the two hear each other's adverts."
    }

    /// Whoever says on the wire that it has the addresses, while this router does not take part and follows nobody.
    package var advertisingPeer: Peer? {
        guard activeRouter == nil else { return nil }
        return peers.first { peer in
            peer.refusal == nil && peer.priority != 0 && peer.lastHeardSeconds < silenceSeconds
        }
    }

    /// A standby takes over when it has heard nothing for so many intervals, and its skew.
    private var silenceSeconds: Double { Double(downTimerAdverts ?? 3) * advertisementIntervalSeconds }

    /// What an operator should look at although it may not be wrong.
    package var doubts: [String] {
        peers.flatMap { [doubt(of: $0), difference(from: $0)].compactMap(\.self) }
    }

    private func difference(from peer: Peer) -> String? {
        guard let difference = peer.difference, !isOver(peer) else { return nil }
        return
            "\(peer.address) was heard \(spoken(ago: peer.lastHeardSeconds)), and advertises \(difference): is it of this "
            + "pair? Then make \(whatDiffers(difference)) the same on both, otherwise give one of them another "
            + "virtual_router_id."
    }

    private func whatDiffers(_ difference: String) -> String {
        let keywords = [
            difference.contains("virtual addresses") ? "virtual_ipaddress" : nil,
            difference.contains("signed") ? "the keys of auth_hmac" : nil,
        ]
        return keywords.compactMap(\.self).joined(separator: " and ")
    }

    private func doubt(of peer: Peer) -> String? {
        let heard = "\(peer.address) was heard \(spoken(ago: peer.lastHeardSeconds))"
        if let refusal = peer.refusal {
            return isOver(peer) ? nil : closed("\(heard), and its adverts are not believed: \(refusal)")
        }
        // Only an active router advertises. One that still did so an interval after we began, which is time to hear
        // us, is a rival.
        let heardSince = sinceSeconds - peer.lastHeardSeconds
        let isRecent = peer.lastHeardSeconds < silenceSeconds
        guard state == .active, isRecent, heardSince > advertisementIntervalSeconds, peer.priority != 0 else {
            return nil
        }
        return
            "\(heard) with \(peer.priorityWords), while this host is active: both say that they have the addresses."
    }

    /// Whether whoever was not believed is gone, or is believed by now.
    ///
    /// A packet of another's in its name is not over as long as it keeps coming.
    private func isOver(_ heard: Peer) -> Bool {
        let silence = silenceSeconds
        if heard.lastHeardSeconds > max(60, silence) { return true }
        return heard.refusal != nil && heard.lastHeardSeconds > silence
            && peers.contains {
                $0.refusal == nil && $0.address == heard.address && $0.lastHeardSeconds < heard.lastHeardSeconds
            }
    }
}

extension AddressStatus {
    /// Whether an address is where the state of its router wants it.
    package enum Presence: Sendable {
        case present
        case absent
        /// It should be here.
        case missing
        /// It should not be here.
        case surplus
    }

    package func presence(in instance: InstanceStatus) -> Presence {
        switch (instance.state.holdsAddresses, isPresent) {
        case (true, true): .present
        case (true, false): .missing
        case (false, false): .absent
        // An owner (priority 255) has the addresses for its own.
        case (false, true): instance.priority.base == 255 ? .present : .surplus
        }
    }

    /// `192.0.2.10/24`.
    package var text: String { "\(address)/\(prefixLength)" }
}
