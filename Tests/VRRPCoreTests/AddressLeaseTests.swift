import Testing
import VRRPCore
import VRRPWire

@Suite struct `Address lease` {
    private func configuration(_ version: ProtocolVersion, _ interval: Int) -> VirtualRouter.Configuration {
        VirtualRouter.Configuration(version: version, advertisementInterval: Centiseconds(interval)!)
    }

    /// Adverts of every length; a router may die just after one, or just before the next.
    @Test(
        arguments: [ProtocolVersion.v2, .v3], [1, 2, 5, 10, 20, 24, 25, 26, 30, 50, 70, 100, 150, 200, 400, 1000, 4095])
    func `is never shorter than a takeover and at most two seconds longer`(version: ProtocolVersion, interval: Int)
        throws
    {
        if version == .v2, interval % 100 != 0 { return }
        let configuration = configuration(version, interval)
        let lease = try #require(configuration.lease(.automatic))
        let whole = Interval.seconds(UInt64(lease.seconds))
        let advert = Interval(configuration.advertisementInterval)
        // Renewals go with adverts: the last one before the last advert is this old at most.
        let oldest = lease.renewalSpacing <= advert ? Interval.zero : lease.renewalSpacing + advert
        #expect(whole >= oldest + configuration.longestSuccession, "gone before the lowest priority took over")
        let shortest = advert * 3
        // The highest priority takes over first; the kernel may round up by a quarter of a second.
        if advert <= .seconds(1) { #expect(whole + .milliseconds(250) <= shortest + .seconds(2)) }
        #expect(whole <= configuration.longestSuccession + .seconds(2))
    }

    @Test func `outlasts as many adverts as may be missed`() {
        var patient = configuration(.v2, 100)
        patient.downTimerAdverts = 6
        #expect(patient.lease(.automatic)?.seconds == 7)
        #expect(patient.longestSuccession > .seconds(6))
    }

    @Test func `follows the operator`() {
        let second = configuration(.v2, 100)
        #expect(second.lease(.off) == nil)
        #expect(second.lease(.seconds(30))?.seconds == 30)
        #expect(second.lease(.automatic)?.seconds == 4)
        #expect(configuration(.v3, 10).lease(.automatic)?.seconds == 1)
    }
}
