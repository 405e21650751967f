public import VRRPCore

extension Instance {
    /// The parameters of its state machine.
    public var routerConfiguration: VirtualRouter.Configuration {
        var configuration = VirtualRouter.Configuration(
            version: version, advertisementInterval: self.advertisementInterval, preempts: self.preempts,
            preemptDelay: self.preemptDelay, announcements: self.announcements)
        configuration.downTimerAdverts = self.downTimerAdverts
        configuration.groupHold = groupHold
        configuration.answersLowerPriority = self.answersLowerPriority
        configuration.ownerListens = self.ownerListens
        return configuration
    }

    /// Whether it has anything to hold.
    public var hasAddresses: Bool { !addresses.isEmpty || !self.excludedAddresses.isEmpty }

    /// Where its addresses, routes and rules are, beside its own and those that are made for it: the loss of any is a fault.
    public var furtherInterfaces: Set<String> {
        let ways = self.routes.filter(\.isTracked).flatMap(\.everyWay).compactMap(\.interface)
        let ruled = self.rules.filter(\.isTracked).flatMap { [$0.inputInterface, $0.outputInterface] }.compactMap(
            \.self)
        let own = [interface, "lo"] + virtualLinks.map(\.interface)
        let places = (addresses + self.excludedAddresses).filter(\.isTracked).map(wire(of:))
        return Set(places + ways + ruled).subtracting(own)
    }
}
