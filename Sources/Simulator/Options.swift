public import VRRPCore

/// What the caller decides; everything else comes from the seed.
public struct Options: Sendable {
    /// How many hosts share the addresses; the seed picks one of these.
    public var hosts: ClosedRange<Int> = 2...5
    /// How long things go wrong before everything is mended.
    public var turmoil = Interval.seconds(20)
    /// Planned moves, deaths and returns that are played and judged one by one after the turmoil.
    public var calmMoves = 3
    /// True when a crash ends the daemon alone, and the kernel goes on answering for the addresses until the restart.
    public var addressesOutliveDaemon = false
    /// True when daemons die and are replaced by processes that go on in their state, addresses are leases, machines are
    /// suspended, and somebody deletes addresses.
    public var absences = true
    /// True when, besides, clocks run at different rates, kernels refuse for a while what they are asked, daemons and
    /// machines are away for up to half a minute, and a change of the configuration reaches one host after the other.
    public var hardships = true
    /// True when an owner asks the link whether somebody else has the addresses too, and defends them, as the daemon does.
    public var watchesOwners = true
    /// True when some seeds have models of keepalived and FRR among the routers.
    public var models = true
    /// True when some seeds have a sync group, whose story follows the first one.
    public var groups = true
    /// True to keep one line per event in ``Report/log``.
    public var keepsLog = false
    /// Guarantees that are judged although the protocol as specified does not give them: see ``Guarantee``.
    public var beyondTheProtocol: Guarantee = []

    public init() {}

    /// What the core gives without the daemon's questions to the link, among routers of its own kind.
    ///
    /// A fault of the core shows here that the daemon would make up for.
    public static let coreAlone = {
        var options = demanding
        (options.hardships, options.models, options.watchesOwners) = (false, false, false)
        return options
    }()

    /// Everything is demanded that the core promises, which is more than RFC 9568 does.
    public static let demanding = {
        var options = Options()
        options.beyondTheProtocol = [.linkLeavesUnheardRivals, .linkLeavesLateRivals]
        return options
    }()
}

/// Promises about traffic that need more than RFC 9568, so that each can be demanded when the core gives it.
public struct Guarantee: OptionSet, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The link follows the owner although the rival it believed in yielded before the owner heard it.
    public static let linkLeavesUnheardRivals = Guarantee(rawValue: 1)
    /// The link follows the owner although a rival announced after it was answered, and second bursts are off.
    public static let linkLeavesLateRivals = Guarantee(rawValue: 2)
}
