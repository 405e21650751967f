internal import VRRPCore
internal import VRRPWire

/// A router of another make on the same link, as far as others can tell: what it says, when, and when it has the addresses.
///
/// A model, written from what these programs were seen to do, and apart from our own state machine.
protocol ForeignRouter: Sendable {
    var make: Make { get }
    var priority: Priority { get }
    var role: Role { get }
    /// The last advert that it did not throw away.
    var lastHeard: Heard? { get }
    var preempts: Bool { get }
    var deadline: MonotonicInstant? { get }

    /// - Parameter actions: what it does, in order; transitions are nobody's business.
    mutating func handle(_ event: Event, at now: MonotonicInstant, into actions: inout [Action])
    /// Somebody deleted its addresses.
    mutating func loseAddresses(at now: MonotonicInstant, into actions: inout [Action])
}

/// Which program a host runs.
enum Make: String, Sendable, CaseIterable {
    case understudy, keepalived
    case frr = "FRR"
}

/// What a router is, in words that hold for every make.
enum Role: Sendable {
    /// Not taking part: not started, at fault, or stopped.
    case away
    case backup
    case active
    /// Ours alone: it said that it leaves, and serves until it is replaced.
    case resigning
}

/// What these programs are known to do to their users, which no router beside them can prevent.
enum KnownFlaw: String, Sendable {
    case yieldsInSilence = "keepalived and FRR yield without a word, and only an Understudy looks whom that misled"
    case announcesOnce = "FRR announces its addresses once, when it becomes Active, and never again"
    case neverAsks = "keepalived does not ask who else has its addresses"
    case resignationUnanswered = "keepalived announces nothing when somebody who had the addresses too leaves"
    case rivalUnanswered =
        "FRR does not answer a rival that has to yield, so those who follow the rival's faster adverts take over from it again"
}
