internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Repair, not failover: an address that somebody takes off is put back, docs/design/0010-two-owners.md.
extension RouterRunner {
    /// Somebody else removed an address of ours, or one of ours is here that should not be.
    func noticeWrongAddresses(at now: MonotonicInstant) {
        warnOfCompany(at: now)
        guard repairsNow else { return }
        makeWay(at: now)
        let wrong = wrongAddresses
        if !wrong.isEmpty, repairs.mayRepair(wrong, at: now) { repair(at: now) }
    }

    /// False while what is missing is to be left alone.
    ///
    /// Of one that hands over the addresses are somebody else's by now, or soon: it was away when its lease ended. The
    /// first address of a subnet takes the others with it when it goes: that has to be the host's own, not ours. And an
    /// interface whose fall does not count yet takes IPv6 addresses away that it would not take back.
    var repairsNow: Bool { sourceLostAt == nil && !isResigning && !isLinkHeldUp }

    private var wrongAddresses: [IPAddress] {
        plan(for: everyAddress, desired: desiredAddresses).filter(\.isRepair).map {
            switch $0 {
            case .add(let address): address.address
            case .remove(let present): present.address
            }
        }
    }

    /// Puts addresses of ours behind the host's own, where those came to their subnet after them.
    ///
    /// They would go with ours otherwise, at the next failover or when a lease ends.
    private func makeWay(at now: MonotonicInstant) {
        guard router.holdsAddresses else { return }
        let first = surroundings.keeper.preceding(everyAddress, in: surroundings.interfaces)
        guard !first.isEmpty, repairs.mayRepair(first.map(\.address), at: now) else { return }
        let own = Set(
            first.flatMap { address in
                surroundings.interfaces.link(named: address.interface).map { link in
                    surroundings.keeper.ownAddresses(
                        behind: address.address, address.prefixLength, on: link.index, in: surroundings.interfaces)
                } ?? []
            })
        surroundings.keeper.cover(first.map(\.address), at: now, in: surroundings.interfaces) {
            drop(first, at: now)
            reconcileAddresses(at: now)
        }
        repairs.tried(first.map(\.address), at: now)
        log.notice(
            "(\(name)) \(list(first)) had come to its subnet before this host's own \(own.sorted().map(\.description).joined(separator: ", ")), "
                + "which would have gone with it: put behind it")
    }

    func tickRepairs(at now: MonotonicInstant) {
        if repairsNow, repairs.isDue(at: now) {
            makeWay(at: now)
            repair(at: now)
        }
        guard repairs.calmedDown(at: now) else { return }
        surroundings.statusChanged()
        log.notice("(\(name)) nobody took our addresses off for a minute: the fight for them is over")
    }

    /// Puts back what somebody else removed, and says where it is.
    private func repair(at now: MonotonicInstant) {
        let wrong = wrongAddresses
        let restored = reconcileAddresses(at: now, isRepair: true)
        repairs.tried(wrong, at: now)
        let wasRefused = repairs.wasRefused
        noteRefusedAddresses(at: now)
        guard !restored.isEmpty else { return }
        surroundings.announcer.announce(restored, times: 2, for: name, at: now, in: surroundings.interfaces)
        if wasRefused {
            return log.notice(
                "(\(name)) \(list(restored)) is in place now: the kernel had refused it, and took it when asked again")
        }
        let culprit = culprit(of: restored)
        repairedAfter = culprit
        let list = list(restored)
        let isNewFight = repairs.repaired(at: now)
        if isNewFight {
            surroundings.statusChanged()
            log.error(
                "(\(name)) \(culprit) takes our addresses off again and again: they are put back each time, at most ten times "
                    + "a second, and this host stays MASTER; keep it from doing so")
        }
        let more = limiter.pass(.repaired, at: now, most: 6)
        if let more {
            log.warning("(\(name)) \(list) was removed by someone else: \(culprit); put back and announced\(more)")
        }
        guard more != nil || isNewFight else { return }
        var record = HistoryRecord(
            at: surroundings.wall, sequence: 0, boot: nil, instance: name, event: .addressRestored,
            cause: "\(culprit) took \(list) off" + (isNewFight ? ", again and again" : ""))
        record.priority = Int(router.priority.rawValue)
        surroundings.chronicle.add(record, at: now)
    }

    private func list(_ addresses: [VirtualAddress]) -> String {
        addresses.map(\.address.description).shortList
    }

    /// What the kernel refuses to change is tried again.
    func noteRefusedAddresses(at now: MonotonicInstant) { repairs.noteRefusal(!wrongAddresses.isEmpty, at: now) }

    private func culprit(of restored: [VirtualAddress]) -> String {
        var words: String?
        for address in restored {
            guard let culprit = surroundings.culprits.removeValue(forKey: address.address) else { continue }
            words = words ?? culprit.words
        }
        return words ?? Culprit.unknown
    }

    /// Nil when nothing had to be put back.
    func repairStatus(at now: MonotonicInstant) -> RepairStatus? {
        repairs.lastAt.map { last in
            RepairStatus(
                count: Int(clamping: repairs.count), lastSeconds: now.since(last).inSeconds,
                culprit: repairedAfter ?? Culprit.unknown, isFight: repairs.isFight)
        }
    }
}

extension AddressOperation {
    /// False for the addition of an address with `no_track`, which stays away when somebody has removed it.
    var isRepair: Bool { if case .add(let address) = self { address.isTracked } else { true } }
}
