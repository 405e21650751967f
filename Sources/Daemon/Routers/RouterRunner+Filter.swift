internal import Configuration
internal import Control
internal import VRRPCore
internal import VRRPWire

/// `no_accept`: packets to the addresses are dropped from before they come until after they have gone.
extension RouterRunner {
    /// Those that are here, or are about to be.
    private var filteredAddresses: [VirtualAddress] {
        instance.dropsPackets && (router.holdsAddresses || hasLoan) ? everyAddress : []
    }

    /// Does what changes addresses, with the packet filter ready for those that come.
    func filtering<Outcome>(at now: MonotonicInstant, _ change: () -> Outcome) -> Outcome {
        surroundings.filter.cover(
            filteredAddresses, for: ObjectIdentifier(self), at: now, in: surroundings.interfaces)
        defer { settleFilter(at: now) }
        return change()
    }

    /// Lets packets through to addresses that are here no more.
    func settleFilter(at now: MonotonicInstant) {
        surroundings.filter.want(filteredAddresses, for: ObjectIdentifier(self), at: now, in: surroundings.interfaces)
    }

    /// Nil where packets are let in.
    var filterStatus: PacketFilterStatus? {
        guard instance.dropsPackets else { return nil }
        let filter = surroundings.filter
        var status = PacketFilterStatus(
            table: filter.table.map { "inet \($0)" },
            isInForce: filter.covers(filteredAddresses, in: surroundings.interfaces))
        status.refusal = filter.refusal
        return status
    }
}
