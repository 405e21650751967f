internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Two owners, noticed, said and healed: docs/design/0010-two-owners.md.
extension RouterRunner {
    /// Begins or ends to watch for others, as the state has it; called after every event.
    func attendOwners(at now: MonotonicInstant) {
        // A router that hands over waits for the very announcements that would be a rival's otherwise.
        let isWatching = if case .active = router.state { true } else { false }
        guard isWatching != (owners.deadline != nil) else { return }
        isWatching ? owners.begin(at: now) : owners.end()
        surroundings.listenForClaims(self, isWatching ? everyAddress : [])
    }

    /// A reload may have brought addresses, or taken them to another interface: their rivals are heard as well.
    func watchOwners(after old: Instance) {
        guard owners.deadline != nil, old.addresses + old.excludedAddresses != everyAddress else { return }
        surroundings.listenForClaims(self, everyAddress)
    }

    // MARK: Seeing

    /// Another host may claim an address of ours.
    func noticeClaim(_ claim: Claim, at now: MonotonicInstant) {
        guard case .active = router.state, let index = everyAddress.firstIndex(where: { $0.address == claim.address }),
            !surroundings.interfaces.isOurs(claim.hardwareAddress)
        else { return }
        // When it is us who must yield, the advert that says so is on its way: no announcement of ours may follow it.
        defer { owners.defend([index], at: now, after: OwnerWatch.hearing) }
        // Whoever had the addresses before may still be letting go.
        if let activeSince, now.since(activeSince) < OwnerWatch.settling { return }
        guard owners.saw(claim.address, at: claim.hardwareAddress, now: now) else { return }
        // A rival that speaks VRRP yields to an advert. One that does not yield is told again when the next is due anyway.
        deliver(.successorAnnounced, at: now)
    }

    /// Whoever was just taken over from says its last; nothing is contested by that.
    func isSettling(at now: MonotonicInstant) -> Bool {
        activeSince.map { now.since($0) < Interval(instance.advertisementInterval) } ?? false
    }

    /// An advert of a lower claim came: whoever sent it may have announced the addresses, and now lets go of them.
    func answerRival(at now: MonotonicInstant) {
        if isSettling(at: now) { return }
        owners.hasSeenStubbornRival = true
        guard instance.announcements.contestedRepeats > 0 else { return }
        owners.defend(everyAddress.indices, at: now)
    }

    private func tellOfRival(_ claim: Claim, at now: MonotonicInstant) {
        let who = rivalName(claim, at: now)
        surroundings.statusChanged()
        guard let more = limiter.pass(.rival, at: now, most: 6) else { return }
        log.warning(
            "(\(name)) TWO OWNERS: \(who) has \(claim.address) as well, while this host is MASTER: clients may reach either; "
                + "our addresses are announced again. Take the address off there, or make the two hear each other's adverts"
                + more)
        var record = HistoryRecord(
            at: surroundings.wall, sequence: 0, boot: nil, instance: name, event: .twoOwners,
            cause: "\(who) has \(claim.address) as well: the addresses were announced again")
        record.peer = rivalPeer(claim, at: now)
        record.priority = Int(router.priority.rawValue)
        surroundings.chronicle.add(record, at: now)
    }

    private func rivalName(_ claim: Claim, at now: MonotonicInstant) -> String {
        let peer = rivalPeer(claim, at: now).map { ", probably \($0)," } ?? ""
        return "\(claim.hardwareAddress)\(peer)"
    }

    /// The address by which a rival is known: a VRRP router that was heard just now, or whoever the neighbour table has.
    private func rivalPeer(_ claim: Claim, at now: MonotonicInstant) -> String? {
        let bound = (Interval(instance.advertisementInterval) * instance.downTimerAdverts).inSeconds
        let peer = peers.candidates(except: router.primaryAddress, at: now).first { $0.lastHeardSeconds < bound }
        return neighbour(at: claim.hardwareAddress) ?? peer?.address
    }

    /// Its own address; what it claims of ours is known, and says nothing about who it is.
    private func neighbour(at hardware: HardwareAddress) -> String? {
        let ours = Set(everyAddress.map { "\($0.address)" })
        return neighbours(at: hardware).first { !ours.contains($0) }
    }

    // MARK: Answering and asking

    /// Does what is due; called after the adverts of the turn.
    func tickOwners(at now: MonotonicInstant) {
        guard let due = owners.deadline, due <= now, case .active = router.state else { return }
        let defended = owners.dueDefence(at: now)
        if !defended.isEmpty {
            let addresses = everyAddress.enumerated().filter { defended.contains($0.offset) }.map(\.element)
            surroundings.announcer.announce(
                addresses, times: 1, for: name, at: now, in: surroundings.interfaces)
        }
        for claim in owners.dueNews(at: now) { tellOfRival(claim, at: now) }
        let (ask, gone) = owners.dueSuspicions(at: now)
        for address in everyAddress where ask.contains(address.address) { probe(address, of: .everybody) }
        for (address, rival) in gone { tellOfPeace(address, rival, at: now) }
        for index in owners.dueProbes(of: everyAddress.count, jitter: Double.random(in: 0..<1), at: now) {
            probe(everyAddress[index], of: .everybody)
        }
    }

    /// Asks the other VRRP routers for an address just before an advert tells them to let go of it.
    ///
    /// One that we never heard yields without a word, and leaves the clients of its side with its hardware address. Its
    /// kernel answers this question before the program reads our advert, and so we know whom to win back.
    func accompanyAdvert(at now: MonotonicInstant) {
        guard case .active = router.state, let activeSince, now.since(activeSince) >= OwnerWatch.settling,
            let address = everyAddress.first
        else { return }
        let isMulticast = instance.transport == .multicast
        guard owners.mayAccompany(at: now, spacing: isMulticast ? .zero : .milliseconds(900)) else { return }
        probe(address, of: isMulticast ? .routers(group: instance.group) : .everybody)
    }

    private func probe(_ address: VirtualAddress, of audience: Prober.Audience) {
        if surroundings.prober.ask(about: address, of: audience, in: surroundings.interfaces) { owners.probesSent += 1 }
    }

    private func tellOfPeace(_ address: IPAddress, _ rival: OwnerWatch.Rival, at now: MonotonicInstant) {
        surroundings.statusChanged()
        let sentence =
            "nobody else has \(address) any more: \(rival.hardwareAddress) claimed it for "
            + "\(rounded(rival.lastSeen.since(rival.since))), and did not answer when asked"
        log.notice("(\(name)) \(sentence)")
        surroundings.chronicle.add(
            HistoryRecord(
                at: surroundings.wall, sequence: 0, boot: nil, instance: name, event: .oneOwner, cause: sentence),
            at: now)
    }

    // MARK: Status

    /// Nil while nobody else claims anything.
    func otherOwners(at now: MonotonicInstant) -> [OtherOwner]? {
        let list = everyAddress.compactMap { address -> OtherOwner? in
            guard let rival = owners.rivals[address.address] else { return nil }
            var other = OtherOwner(
                address: "\(address.address)", hardwareAddress: "\(rival.hardwareAddress)",
                sinceSeconds: now.since(rival.since).inSeconds, lastSeenSeconds: now.since(rival.lastSeen).inSeconds,
                announcements: Int(clamping: rival.announcements))
            other.peer = neighbour(at: rival.hardwareAddress)
            return other
        }
        return list.isEmpty ? nil : list
    }
}

extension Surroundings {
    /// Hears who claims these addresses of a router, and no longer others.
    func listenForClaims(_ router: RouterRunner, _ addresses: [VirtualAddress]) {
        let before = Set(claimed[ObjectIdentifier(router)]?.map(\.interface) ?? [])
        claimed[ObjectIdentifier(router)] = addresses.isEmpty ? nil : addresses
        for interface in before.union(addresses.map(\.interface)) {
            let everybodys = claimed.values.flatMap(\.self).filter { $0.interface == interface }.map(\.address)
            let isWanted = addresses.contains { $0.interface == interface }
            guard let index = interfaces.link(named: interface)?.index else { continue }
            do throws(SystemError) {
                if isWanted {
                    try claimListener(on: index).join(router, for: everybodys)
                } else {
                    claimListeners[index]?.leave(router, leaving: everybodys)
                }
            } catch {
                router.log.warning(
                    "(\(router.name)) cannot watch \(interface) for others that claim our addresses: \(error); two owners are "
                        + "noticed by their adverts only")
            }
        }
    }

    private func claimListener(on index: UInt32) throws(SystemError) -> ClaimListener {
        if let kept = claimListeners[index] { return kept }
        // Those of interfaces that are gone hear nothing any more.
        for (gone, listener) in claimListeners where interfaces.link(at: gone) == nil {
            listener.end()
            claimListeners[gone] = nil
        }
        let fresh = ClaimListener(try AnnouncementListener(interfaceIndex: index), readiness)
        claimListeners[index] = fresh
        return fresh
    }
}

/// The IPv4 addresses that the kernel's neighbour table has at a hardware address.
private func neighbours(at hardware: HardwareAddress) -> [String] {
    guard case .success(let bytes) = readFile("/proc/thread-self/net/arp", limit: 1 << 20) else { return [] }
    let wanted = "\(hardware)"
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().compactMap { line in
        // proc(5): address, hardware type, flags, hardware address, mask, device.
        let words = line.split(separator: " ")
        return words.count > 3 && words[3] == wanted ? String(words[0]) : nil
    }
}

extension InterfaceTable {
    /// Whether an interface of this host has this hardware address, one above or below another included.
    func isOurs(_ hardware: HardwareAddress) -> Bool { everyLink.contains { $0.hardwareAddress == hardware } }
}
