public import VRRPCore

/// What must hold.
///
/// The raw value is what a failing seed prints.
public enum Rule: String, Sendable {
    // At every event.
    case heldMatchesState = "the kernel is asked for the addresses just while the state says so"
    case acquisitionAnnounced =
        "an advert goes before every acquisition, or last where someone is overruled, and announcements after it"
    case actionsBounded = "no event yields more than four actions"
    case countersGrow = "counters only grow, and becameActive - leftActive says who holds"
    case deadHoldNothing = "a stopped or dead host holds no address"
    case deadlineAhead = "a timer that was delivered is not due again at once"
    case obstaclesRespected = "nobody holds addresses despite an obstacle"
    case advertHonest = "an advert says 0 or the priority in force"
    case spoiltRefused = "a damaged or foreign advert is refused, a whole one believed"
    case silentAfterAbsence =
        "an Active Router that was away for longer than the others wait claims nothing before it has listened"
    case rivalAnswered =
        "an Active Router that stays Active answers every advert it hears before a Backup could act on it"
    case storm = "answers to rivals die out"
    // Of a sync group.
    case groupRests = "a sync group comes to rest after every event, and moves for a reason only"
    // Once healed.
    case groupTogether = "all members of a sync group are Active on one and the same host"
    case oneOwner = "exactly one host has the addresses"
    case rightOwner = "no Backup that would preempt has a higher priority than the owner"
    case linkFollowsOwner = "the link sends to the owner"
    // In a scenario.
    case expected = "what the scenario expects"
    // During one move of a calm cluster.
    case neverNobody = "somebody holds the addresses at every instant"
    case linkNotMisled = "the link does not send to a host without the addresses for longer than allowed"
    case succession = "the standby with the shortest skew takes over, and no other router does"
    case prompt = "it takes over when the formulas of RFC 9568 section 6.1 say"
    case overlapBounded =
        "a host that was stopped keeps the addresses for no longer than its lease, and claims nothing afterwards"
    case standbyIsQuiet = "the end of a standby moves nothing"
}

extension Rule {
    /// True for what holds once healed and during moves, to which every router of the link contributes.
    var isAboutOrder: Bool {
        switch self {
        case .oneOwner, .groupTogether, .rightOwner, .linkFollowsOwner, .neverNobody, .linkNotMisled, .succession,
            .prompt,
            .standbyIsQuiet:
            true
        case .heldMatchesState, .acquisitionAnnounced, .actionsBounded, .countersGrow, .deadHoldNothing,
            .deadlineAhead, .obstaclesRespected, .advertHonest, .spoiltRefused, .silentAfterAbsence, .rivalAnswered,
            .storm, .overlapBounded, .groupRests, .expected:
            false
        }
    }
}

/// One rule that did not hold.
public struct Violation: Sendable, CustomStringConvertible {
    public var rule: Rule
    public var at: MonotonicInstant
    /// What was found instead.
    public var found: String

    /// Since the start of the story.
    public var nanoseconds: UInt64 { at.nanoseconds }

    public var description: String { "\(EventLog.stamp(at.nanoseconds)) broken: \(rule.rawValue): \(found)" }
}

/// What one seed did.
public struct Report: Sendable {
    public var seed: UInt64
    public var violations: [Violation] = []
    public var statistics = Statistics()
    /// One line per event, when ``Options/keepsLog``; the legend is at ``EventLog``.
    public var log: [String] = []
    /// The cluster that the seed drew, one line per host.
    public var cluster: [String] = []

    /// How much was tried, so that a test can demand that the checks had something to check.
    public struct Statistics: Sendable {
        public var events = 0
        public var adverts = 0
        public var acquisitions = 0
        public var refusals = 0
        public var pausesFelt = 0
        public var contests = 0
        public var remainedActive = 0
        /// Instants in turmoil at which a second host began to hold the addresses.
        public var doubleOwners = 0
        /// Daemons that died, suspended machines, addresses that somebody deleted.
        public var absences = 0
        /// States that a successor process went on in.
        public var adoptions = 0
        /// Addresses that the kernel removed because nobody renewed them.
        public var expiries = 0
        /// Additions and removals of addresses that a kernel refused.
        public var kernelRefusals = 0
        /// Pauses and suspensions of a second and more.
        public var longAbsences = 0
        /// Changes that every host got, one after the other.
        public var rollouts = 0
        /// Seeds in which other programs took part, and what is known of those and broke a promise, by name.
        public var mixed = 0
        public var knownFlaws: [String: Int] = [:]
        /// Seeds with a sync group, and how often an address of one got to a host.
        public var groups = 0
        public var groupTakeovers = 0
        /// Times an owner noticed that somebody else has the addresses too, and told the link again.
        public var defences = 0
        /// Moves played, by name.
        public var moves: [String: Int] = [:]
        /// Times the link stayed with a rival that the owner never heard: a gap of the protocol.
        public var unheardRivals = 0
        /// Times it stayed with somebody who had the addresses no more when the owner first asked for them.
        public var goneWhenAsked = 0
        /// Times it stayed with a rival that was answered too early, where the operator has turned second bursts off.
        public var lateRivals = 0
        /// Longest time in a planned move during which the link sent to a host without the addresses.
        public var longestMisled = Interval.zero
    }

    /// The whole story of a failing seed: its cluster, its log and what was broken.
    public var story: String {
        (["seed \(seed)"] + cluster + log + violations.map(\.description)).joined(separator: "\n")
    }
}
