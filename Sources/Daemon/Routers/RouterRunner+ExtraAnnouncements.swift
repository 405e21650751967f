internal import Configuration
internal import VRRPCore

// `garp_extra_if`: adverts keep a switch's memory of our own interface fresh, and nothing does so for the others.

extension RouterRunner {
    /// When addresses on other interfaces are announced again; nil for never, as by one whose successor announces them.
    var extraDeadline: MonotonicInstant? {
        guard instance.extraAnnouncements > .zero, router.holdsAddresses, !isResigning, let extraAnnouncedAt,
            everyAddress.contains(where: isExtra)
        else { return nil }
        return extraAnnouncedAt + instance.extraAnnouncements
    }

    private func isExtra(_ address: VirtualAddress) -> Bool {
        instance.announcesVirtualMACOnly
            ? instance.isSilentVirtualLink(address.interface) : address.interface != instance.interface
    }

    /// Announces one address on each of them: a frame is all that a switch needs.
    func tickExtraAnnouncements(at now: MonotonicInstant) {
        guard let extraDeadline, extraDeadline <= now else { return }
        extraAnnouncedAt = now
        var seen: Set<String> = []
        let addresses = everyAddress.filter { isExtra($0) && seen.insert($0.interface).inserted }
        surroundings.announcer.announce(addresses, times: 1, for: name, at: now, in: surroundings.interfaces)
    }
}
