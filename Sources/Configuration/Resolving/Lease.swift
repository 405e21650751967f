internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// `lease off|SECONDS`; nil when the block does not say, or not well.
    mutating func lease(_ contents: BlockContents) -> LeasePolicy? {
        guard let setting = contents["lease"], let word = contents.words("lease")?.first else { return nil }
        if word.text == "off" { return .off }
        guard let seconds = UInt32(word.text), Self.leases.contains(seconds) else {
            report(
                .error, "bad-lease", at: setting.valueLocation,
                "`\(word.text)` is not a lease: `off`, or whole seconds from 1 to \(Self.leases.upperBound)",
                consequence: "it would not be known for how long addresses outlive the daemon", fix: "remove the line")
            return nil
        }
        return .seconds(seconds)
    }

    /// What the instance says itself, else what `global_defs` says.
    mutating func resolveLease(_ instance: inout Instance, _ contents: BlockContents) {
        instance.lease = lease(contents) ?? defaults.lease
        if instance.lease == .off { instance.leaseLocation = contents["lease"]?.location ?? defaults.leaseLocation }
        guard case .seconds(let seconds) = instance.lease, let needed = instance.leastLease, seconds < needed else {
            return
        }
        let place = contents["lease"]?.valueLocation ?? instance.location
        report(
            .error, "lease-too-short", at: place,
            "a lease of \(seconds) s ends before a standby has taken over, which may take \(needed) s with this `advert_int`"
                + (instance.downTimerAdverts == 3 ? "" : " and `down_timer_adverts`"),
            consequence: "after a crash nobody would have the addresses for a while",
            fix: "lease \(needed)")
    }

    /// The kernel counts in 32 bits, and more than a day is no lease.
    private static let leases: ClosedRange<UInt32> = 1...86400
}

extension Instance {
    /// The shortest lease that outlasts every takeover, in seconds.
    var leastLease: UInt32? {
        var configuration = VirtualRouter.Configuration(
            version: version, advertisementInterval: self.advertisementInterval)
        configuration.downTimerAdverts = self.downTimerAdverts
        return configuration.lease(.automatic)?.seconds
    }
}

extension LeasePolicy {
    /// As it is written.
    var text: String {
        switch self {
        case .automatic: "automatic"
        case .off: "off"
        case .seconds(let seconds): "\(seconds)"
        }
    }
}
