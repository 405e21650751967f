internal import Configuration
internal import VRRPCore
internal import VRRPWire

// Gratuitous ARP and neighbour advertisements, as far as they are about virtual addresses.
extension SniffSession {
    /// Who claims an address by turns with another within this time is a second owner, in nanoseconds.
    private static let dispute: Int64 = 10_000_000_000

    mutating func observe(_ packet: ARPPacket, _ context: Context) -> Sighting? {
        // A probe asks without claiming anything.
        guard packet.senderAddress != .any else { return nil }
        let form = packet.operation == .request ? "gratuitous ARP" : "gratuitous ARP reply"
        return observe(
            .v4(packet.senderAddress), at: packet.senderHardwareAddress, isAnnouncement: packet.isAnnouncement,
            words: packet.isAnnouncement ? form : "ordinary ARP", form: "arp", context)
    }

    mutating func observe(_ packet: NeighborAdvertisement, _ context: Context) -> Sighting? {
        observe(
            .v6(packet.target), at: packet.hardwareAddress, isAnnouncement: !packet.isSolicited,
            words: packet.isSolicited ? "answer to a solicitation" : "neighbour advertisement",
            form: "neighbor_advertisement", context)
    }

    private mutating func observe(
        _ address: IPAddress, at hardwareAddress: HardwareAddress, isAnnouncement: Bool, words: String, form: String,
        _ context: Context
    ) -> Sighting? {
        guard concerns(address, hardwareAddress, isAnnouncement, context) else {
            if isAnnouncement { unrelated += 1 }
            return nil
        }
        let place = Place(context.interface, address)
        let previous = claims[place]
        let verdict = claim(place, by: hardwareAddress, at: context.nanoseconds)
        // Ordinary traffic is worth a line only when it says something new.
        guard isAnnouncement || verdict != nil else { return nil }
        var sighting = context.sighting(
            .announcement, "\(name(hardwareAddress, context)) announces \(address) (\(words)).")
        sighting.announcement = AnnouncementFacts(
            address: String(describing: address), hardwareAddress: hardwareAddress.description, form: form,
            previousHardwareAddress: previous.flatMap {
                $0.hardwareAddress == hardwareAddress ? nil : $0.hardwareAddress.description
            })
        if let verdict { sighting.verdicts.append(verdict) }
        let sender = Sender(
            interface: context.interface, vlans: context.ethernet.vlans, announced: address,
            source: hardwareAddress.description, family: address.family)
        note(&sighting, from: sender, at: context.nanoseconds)
        return sighting
    }

    /// True for virtual addresses, and for whatever a VRRP router announces: it may keep addresses that it does not advertise.
    private func concerns(
        _ address: IPAddress, _ hardwareAddress: HardwareAddress, _ isAnnouncement: Bool, _ context: Context
    ) -> Bool {
        let ids = advertised[Place(context.interface, address)]
        let isConfigured = judge.configuredAddresses(on: context.interface).contains(address)
        if let only = onlyVirtualRouterID {
            return ids?.contains(only) ?? false
                || judge.instances(on: [context.interface]).contains {
                    $0.virtualRouterID.rawValue == only
                        && ($0.addresses + $0.excludedAddresses).contains { $0.address == address }
                }
        }
        return ids != nil || isConfigured
            || isAnnouncement && (speaks(hardwareAddress) || hardwareAddress.isOfVirtualRouter)
    }

    private func speaks(_ hardwareAddress: HardwareAddress) -> Bool { speakers[hardwareAddress] != nil }

    private func name(_ hardwareAddress: HardwareAddress, _ context: Context) -> String {
        if context.isOutgoing { return "\(hardwareAddress) (this host)" }
        return speakers[hardwareAddress].map { "\(hardwareAddress) (\($0))" } ?? hardwareAddress.description
    }

    /// Remembers where the address is now; what it was before is worth a sentence.
    private mutating func claim(_ place: Place, by hardwareAddress: HardwareAddress, at now: Int64) -> Verdict? {
        guard var claim = claims[place] else {
            if claims.count < Self.mostAddresses { claims[place] = Claim(hardwareAddress: hardwareAddress, at: now) }
            return nil
        }
        defer { claims[place] = claim }
        guard claim.hardwareAddress != hardwareAddress else {
            claim.at = now
            return nil
        }
        let old = claim.hardwareAddress
        let returned =
            claim.before.map { $0.hardwareAddress == hardwareAddress && now - $0.at <= Self.dispute } ?? false
        claim.before = (old, claim.at)
        (claim.hardwareAddress, claim.at) = (hardwareAddress, now)
        claim.moves += 1
        guard returned else { return Verdict(.moved, "Until now it was announced by \(who(old)).") }
        claim.isDisputed = true
        return Verdict(
            .twoOwners, isProblem: true,
            "It and \(who(old)) announce the address by turns: two hosts believe that they have it.")
    }

    func who(_ hardwareAddress: HardwareAddress) -> String {
        speakers[hardwareAddress].map { "\(hardwareAddress) (\($0))" } ?? hardwareAddress.description
    }

    mutating func bad(isARP: Bool, _ error: WireError, _ context: Context) -> Sighting? {
        // A damaged announcement matters when it comes from someone who speaks VRRP.
        guard onlyVirtualRouterID == nil, speaks(context.ethernet.source) || context.ethernet.source.isOfVirtualRouter
        else {
            unrelated += 1
            return nil
        }
        let kind = isARP ? "ARP" : "a neighbour advertisement"
        var sighting = context.sighting(
            .announcement, "\(who(context.ethernet.source)) sends \(kind) that cannot be read.")
        sighting.verdicts = [Verdict(.unsound, isProblem: true, "Every host ignores it: \(error).")]
        return sighting
    }
}
