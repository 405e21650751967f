public import VRRPWire

/// Everything that can happen to a virtual router.
public enum Event: Equatable, Sendable {
    /// Take part from now on, as soon as nothing stands in the way.
    case startup
    /// Leave: an Active Router resigns, holds the addresses until it is replaced, then lets go. A second time means now.
    case shutdown
    /// Hand over to a Backup and become one; stay Active if nobody takes over.
    case switchOver
    /// The operator wants the election to decide again after a switch-over.
    case resumed
    /// The clock may have reached ``VirtualRouter/deadline``. Early, late or twice is harmless.
    case timer
    /// An advertisement passed every check of RFC 9568 section 7.1.
    case received(Heard)
    /// Every address we still hold was announced by someone else (gratuitous ARP, neighbour advertisement); while Active,
    /// any of them.
    case successorAnnounced
    /// What keeps the router from taking part has changed.
    case obstaclesChanged(Obstacles)
    /// Trackers or the operator moved the priority; never zero.
    case priorityChanged(Priority)
    /// The interface's primary address, which breaks ties, is another one.
    case primaryAddressChanged(IPAddress?)
    /// A reload changed parameters of this virtual router.
    case reconfigured(VirtualRouter.Configuration)
    /// The machine stood still for this long, and its monotonic clock with it; less than that if the clock went on.
    case wasAway(Interval)
    /// In place of ``startup``: the router goes on in the state in which its predecessor on this host ended, after nothing
    /// was heard for `deafFor`. What it was waiting for is in its obstacles.
    case adopted(VirtualRouter.State, deafFor: Interval)
    /// The sync group that the router is a member of has decided.
    case syncGroup(SyncGroup.Order)
}

/// What one valid advertisement said, and who sent it.
public struct Heard: Equatable, Sendable {
    public var priority: Priority
    /// The sender's advertisement interval.
    public var interval: Centiseconds
    public var source: IPAddress

    public init(priority: Priority, interval: Centiseconds, source: IPAddress) {
        self.priority = priority
        self.interval = interval
        self.source = source
    }
}

/// Why a router cannot take part.
///
/// While any is present its state is Initialize, whatever the network says.
public struct Obstacles: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// No interface has the configured name.
    public static let interfaceMissing = Obstacles(rawValue: 1 << 0)
    /// The interface is administratively down or has no carrier.
    public static let interfaceDown = Obstacles(rawValue: 1 << 1)
    /// The interface has no address of the family to send from.
    public static let noAddress = Obstacles(rawValue: 1 << 2)
    /// A virtual address is on this host already and we did not put it there.
    public static let addressClash = Obstacles(rawValue: 1 << 3)
    /// A check whose failure is a fault has not finished for the first time.
    public static let firstCheckPending = Obstacles(rawValue: 1 << 4)
    /// A check without weight failed.
    public static let checkFailed = Obstacles(rawValue: 1 << 5)
    /// A tracked interface without weight is down or missing.
    public static let trackedInterfaceDown = Obstacles(rawValue: 1 << 6)
    /// The sockets that the router needs could not be opened.
    public static let socketFailed = Obstacles(rawValue: 1 << 7)
    /// Another member of the router's sync group cannot take part.
    public static let memberFailed = Obstacles(rawValue: 1 << 8)
    /// A static address, route or rule that the router depends on (`track_group`) is not there.
    public static let staticItemLost = Obstacles(rawValue: 1 << 9)

    /// Those that end the participation of a running router; a check that a reload added may take its time.
    var endingParticipation: Obstacles { subtracting(.firstCheckPending) }
}

/// Everything a virtual router can ask of the world, in the imperative.
///
/// How it is done is the driver's business.
public enum Action: Equatable, Sendable {
    /// Send one advertisement with this priority.
    case advertise(Priority)
    /// Put the virtual addresses on their interfaces, those that are not there.
    case acquireAddresses
    /// Tell the link who has the addresses, each this many times.
    case announceAddresses(times: Int)
    /// Take the virtual addresses off their interfaces.
    case releaseAddresses
    /// Tell people and programs what happened.
    case report(Transition)
}

/// What happened to a router's state, and the cause.
///
/// Past tense; the same value feeds logs, history and tests.
public enum Transition: Equatable, Sendable {
    case becameBackup(BackupCause)
    case becameActive(ActiveCause)
    /// Priority 0 was sent; the addresses are held until someone else has them.
    case resigned(Resigning.Purpose)
    /// Nobody took over within the bound, so a switch-over was undone.
    case remainedActive
    /// The router wants to take part but cannot yet, or can no longer.
    case waiting(Obstacles)
    /// A running router had to stop taking part.
    case faulted(Obstacles)
    /// The router left; nil when nobody was heard to take over.
    case stopped(successor: IPAddress?)
    /// An Active Router heard a rival that must yield, and said so again (RFC 9568 section 6.4.3).
    case contested(Heard)
    /// It goes on in the state of its predecessor.
    case carriedOn

    public enum BackupCause: Equatable, Sendable {
        /// Started, or the last obstacle went away.
        case startup
        /// A better claim was heard: higher priority, or the same and a higher address.
        case higherPriority(Heard)
        /// Our own wish: a switch-over found its successor.
        case switchOver(successor: IPAddress?)
        /// The others have heard nothing from us for this long, and may have replaced us.
        case away(Interval)
        /// Another member of its sync group had to, and all move together.
        case syncGroup(successor: IPAddress?)
    }

    public enum ActiveCause: Equatable, Sendable {
        /// Priority 255: the addresses are our own (RFC 9568 section 6.4.1).
        case ownsAddresses
        /// Nobody was heard since startup.
        case nobodyElse
        /// The Active Router fell silent.
        case silence(IPAddress)
        /// The Active Router said that it is leaving.
        case resignation(IPAddress)
        /// The Active Router has a lower priority than ours.
        case preemption(Heard)
    }
}
