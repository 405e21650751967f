public import VRRPCore

/// One of the two hosts of a pair, by its file.
public enum PairSide: Int, CaseIterable, Hashable, Sendable {
    case first
    case second

    var other: PairSide { self == .first ? .second : .first }
}

/// Something that can fail.
public enum ProofThing: Hashable, Sendable {
    /// The machine, or its power.
    case host(PairSide)
    /// Every process of the daemon, killed at once.
    case daemon(PairSide)
    /// Its carrier.
    case interface(PairSide, String)
    case script(PairSide, String)
    case process(PairSide, String)
    /// It holds a number that is a fault: with a weight one that is as bad as any.
    case file(PairSide, String)
    /// A BFD session with somebody that is not the other host.
    case session(PairSide, String)
    /// What carries the adverts of the two to each other; clients reach both.
    case network

    /// What an instance watches to no effect.
    init(_ check: UncountedCheck, _ side: PairSide) {
        self =
            switch check.kind {
            case .interface: .interface(side, check.name)
            case .script: .script(side, check.name)
            case .process: .process(side, check.name)
            case .file: .file(side, check.name)
            case .session: .session(side, check.name)
            }
    }

    /// Nil for what is between them.
    public var side: PairSide? {
        switch self {
        case .host(let side), .daemon(let side): side
        case .interface(let side, _), .script(let side, _), .process(let side, _), .file(let side, _),
            .session(let side, _):
            side
        case .network: nil
        }
    }

    /// What kind of thing it is, an interface: documented, not changed casually.
    public var kind: String {
        switch self {
        case .host: "host"
        case .daemon: "daemon"
        case .interface: "interface"
        case .script: "script"
        case .process: "process"
        case .file: "file"
        case .session: "session"
        case .network: "network"
        }
    }

    /// Nil for what there is one of.
    public var name: String? {
        switch self {
        case .host, .daemon, .network: nil
        case .interface(_, let name), .script(_, let name), .process(_, let name), .file(_, let name),
            .session(_, let name):
            name
        }
    }

    /// Whether the failure of `self` leaves nothing of `other` to fail.
    func comprises(_ other: ProofThing) -> Bool {
        switch self {
        case .host(let side): other.side == side
        case .daemon(let side):
            switch other {
            case .script(side, _), .process(side, _), .file(side, _), .session(side, _): true
            default: false
            }
        case .interface, .script, .process, .file, .session, .network: false
        }
    }
}

/// Who has the addresses.
public enum ProofOwner: Hashable, Sendable {
    case side(PairSide)
    case nobody
    case both
    /// Members of a sync group are on different hosts.
    case split
}

/// What a failure does, and what its end does: the worst that was found.
public struct ProofOutcome: Equatable, Sendable {
    /// Who has the addresses in the end.
    public var owner = ProofOwner.nobody
    /// How long that takes from the failure, until it is noticed included; zero when nothing moves.
    public var within = Interval.zero
    /// How much longer it takes when a script hangs in place of failing.
    public var hanging = Interval.zero
    /// For how long both had them.
    public var overlap = Interval.zero
    /// Who has them when it is well again, and how long that takes.
    public var mendedOwner = ProofOwner.nobody
    public var mendedWithin = Interval.zero
    /// How often they moved from one host to the other: by the failure, and by its end.
    public var moves = 0
    public var mendedMoves = 0

    /// Neither the failure nor its end changed anything.
    var isCalm: Bool { within == .zero && mendedWithin == .zero && moves == 0 && mendedMoves == 0 }
}
