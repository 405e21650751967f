internal import Configuration
internal import VRRPCore

// `garp_extra_if all`: adverts keep a switch's memory of our own interface fresh, and nothing does so for the others.

extension RouterRunner {
    /// When addresses on other interfaces are announced again; nil for never.
    var extraDeadline: MonotonicInstant? {
        guard instance.extraAnnouncements > .zero, router.holdsAddresses, let extraAnnouncedAt,
            everyAddress.contains(where: { $0.interface != instance.interface })
        else { return nil }
        return extraAnnouncedAt + instance.extraAnnouncements
    }

    /// Announces one address on each of them: a frame is all that a switch needs.
    func tickExtraAnnouncements(at now: MonotonicInstant) {
        guard let extraDeadline, extraDeadline <= now else { return }
        extraAnnouncedAt = now
        var seen: Set<String> = [instance.interface]
        let addresses = everyAddress.filter { seen.insert($0.interface).inserted }
        surroundings.announcer.announce(addresses, times: 1, for: name, at: now, in: surroundings.interfaces)
    }
}
