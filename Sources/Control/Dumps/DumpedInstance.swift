// What keepalived writes about itself when it is sent a signal, for the exporters that read it. Names and units are
// keepalived's.

/// keepalived's states of a virtual router, by their numbers.
package enum DumpedState: Int, Sendable {
    case initial = 0
    case backup
    case master
    case fault

    var word: String {
        switch self {
        case .initial: "INIT"
        case .backup: "BACKUP"
        case .master: "MASTER"
        case .fault: "FAULT"
        }
    }
}

/// An instant of the wall clock.
package struct DumpedMoment: Equatable, Sendable {
    /// Since 1970.
    package var microseconds: Int
    /// In local time, as ctime(3) has it without its line feed: `Sat Jan 14 06:41:32 2023`.
    package var localText: String

    package init(microseconds: Int, localText: String) {
        self.microseconds = microseconds
        self.localText = localText
    }

    /// As in `1673674892.348360`.
    var number: String { "\(microseconds / 1_000_000).\(fraction)" }

    /// As in `1673674892.348360 (Sat Jan 14 06:41:32.348360 2023)`.
    var text: String { "\(number) (\(localText.prefix(19)).\(fraction)\(localText.dropFirst(19)))" }

    private var fraction: String { (microseconds % 1_000_000).padded(to: 6) }
}

/// One virtual router.
package struct DumpedInstance: Equatable, Sendable {
    /// The `garp_*` keywords; delays in seconds.
    package struct Announcements: Equatable, Sendable {
        package var delay = 5
        package var repeats = 5
        package var refresh = 0
        package var refreshRepeats = 1
        package var lowerPriorityDelay = 5
        package var lowerPriorityRepeats = 5
        package init() {}
    }

    /// Something that is watched, and what it is worth here.
    package struct Tracked: Equatable, Sendable {
        package var name: String
        package var weight: Int
        package var isReversed: Bool
        /// What the JSON form tells in place of the name.
        package var command: String?
        package init(name: String, weight: Int, isReversed: Bool, command: String? = nil) {
            self.name = name
            self.weight = weight
            self.isReversed = isReversed
            self.command = command
        }
    }

    package enum Authentication: Int, Sendable {
        case none = 0
        case password
        case header
    }

    /// Where adverts go; `hopLimit` is that of our adverts.
    package enum Transport: Equatable, Sendable {
        case multicast(group: String)
        case unicast(peers: [UnicastPeer], hopLimit: Int)
    }

    package struct UnicastPeer: Equatable, Sendable {
        package var address: String
        package var leastHopLimit: Int
        package var largestHopLimit: Int
        package init(address: String, leastHopLimit: Int, largestHopLimit: Int) {
            self.address = address
            self.leastHopLimit = leastHopLimit
            self.largestHopLimit = largestHopLimit
        }
    }

    package var name: String
    package var version: Int
    package var interface: String
    /// That of `use_vmac`; empty for none.
    package var virtualInterface = ""
    /// 0 while it does not exist.
    package var interfaceIndex = 0
    package var virtualRouterID: Int
    package var isIPv6 = false
    package var syncGroup: String?

    package var state = DumpedState.initial
    package var wanted = DumpedState.initial
    package var lastTransition: DumpedMoment
    /// The MASTER that was heard last.
    package var masterAddress = "0.0.0.0"
    package var masterPriority = 0
    /// Its interval, or ours; microseconds.
    package var masterInterval = 0
    /// How many things keep it from taking part, and how many checks have no result yet.
    package var faults = 0
    package var pendingChecks = 0
    /// When it next acts on what it has not heard, or has to say; nil when it waits for nothing.
    package var nextDeadline: DumpedMoment?
    /// Microseconds without an advert until a BACKUP takes over.
    package var masterDownTimer = 0
    package var hasAddresses = false

    package var ignoresOwnLink = false
    package var skipsAddressCheck = false
    package var isStrict = false
    package var source: String?
    package var isSourceConfigured = false
    package var transport = Transport.multicast(group: "224.0.0.18")
    package var checksUnicastSource = false
    package var announcements = Announcements()
    package var downTimerAdverts = 3
    package var answersLowerPriority = true
    package var answersHigherPriority = false
    package var basePriority = 100
    package var effectivePriority = 100
    /// The sum, before it is cut to what a priority can be.
    package var totalPriority = 100
    /// Microseconds.
    package var interval = 1_000_000
    package var accepts = true
    package var preempts = true
    /// Microseconds.
    package var preemptDelay = 0
    package var promotesSecondaries = false
    package var authentication = Authentication.none
    /// 0 where it is not configured.
    package var receiveBuffer = 0

    /// In keepalived's notation, as are the lists below.
    package var addresses: [String] = []
    package var excludedAddresses: [String] = []
    package var routes: [String] = []
    package var rules: [String] = []
    package var interfaces: [Tracked] = []
    package var scripts: [Tracked] = []
    package var files: [Tracked] = []
    package var processes: [Tracked] = []
    package var sendsMail = false
    package var notifications = DumpedNotifications()
    package var counters = DumpedCounters()

    package init(
        name: String, version: Int, interface: String, virtualRouterID: Int, lastTransition: DumpedMoment
    ) {
        self.name = name
        self.version = version
        self.interface = interface
        self.virtualRouterID = virtualRouterID
        self.lastTransition = lastTransition
    }
}

/// Who is told of changes.
package struct DumpedNotifications: Equatable, Sendable {
    /// What is run, in keepalived's notation, and as whom.
    package struct Command: Equatable, Sendable {
        package var text: String
        package var user: Int
        package var group: Int
        package init(text: String, user: Int, group: Int) {
            self.text = text
            self.user = user
            self.group = group
        }
    }

    package var backup: Command?
    package var master: Command?
    package var fault: Command?
    package var stop: Command?
    package var deleted: Command?
    package var everyChange: Command?
    package var lowerPriorityHeard: Command?
    package var saysDeleted = false
    package var priorityChanges = false

    package init() {}
}

/// What an instance has counted.
package struct DumpedCounters: Equatable, Sendable {
    package var received: UInt64 = 0
    package var sent: UInt64 = 0
    package var becameMaster: UInt64 = 0
    package var releasedMaster: UInt64 = 0
    package var lengthErrors: UInt64 = 0
    package var hopLimitErrors: UInt64 = 0
    package var invalidTypes: UInt64 = 0
    package var intervalErrors: UInt64 = 0
    package var addressListErrors: UInt64 = 0
    package var invalidAuthenticationTypes: UInt64 = 0
    package var authenticationTypeMismatches: UInt64 = 0
    package var authenticationFailures: UInt64 = 0
    package var priorityZeroReceived: UInt64 = 0
    package var priorityZeroSent: UInt64 = 0

    package init() {}
}

extension Int {
    /// In decimal, with leading zeros.
    func padded(to length: Int) -> String {
        let text = String(self)
        return String(repeating: "0", count: Swift.max(0, length - text.utf8.count)) + text
    }
}
