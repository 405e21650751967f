public import VRRPCore

extension Instance {
    /// The parameters of its state machine.
    public var routerConfiguration: VirtualRouter.Configuration {
        var configuration = VirtualRouter.Configuration(
            version: version, advertisementInterval: advertisementInterval, preempts: preempts,
            preemptDelay: preemptDelay, announcements: announcements)
        configuration.downTimerAdverts = downTimerAdverts
        configuration.groupHold = groupHold
        configuration.answersLowerPriority = answersLowerPriority
        configuration.ownerListens = ownerListens
        return configuration
    }

    /// Where its addresses and routes are, beside its own and the one that is made for it: the loss of any is a fault.
    public var furtherInterfaces: Set<String> {
        let ways = routes.filter(\.isTracked).flatMap(\.everyWay).compactMap(\.interface)
        let own = [interface, virtualMAC?.interface].compactMap(\.self)
        let places = (addresses + excludedAddresses).filter(\.isTracked).map(\.interface)
        return Set(places + ways).subtracting(own)
    }
}
