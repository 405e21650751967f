/// What a daemon knows of itself and its virtual routers at one instant.
package struct Status: Codable, Equatable, Sendable {
    /// When the configuration that runs was read.
    package var loadedAt: Timestamp
    /// Maintenance mode; nil when this host takes part as configured.
    package var standby: Standby?
    package var instances: [InstanceStatus]
    /// What is wrong with the daemon itself: no history file, no second control socket; a sentence each.
    package var remarks: [String]
    /// Nil without sync groups.
    package var groups: [GroupStatus]?
    /// Nil without BFD sessions.
    package var sessions: [SessionStatus]?
    /// Nil without static addresses, routes and rules.
    package var statics: [StaticStatus]?

    package init(loadedAt: Timestamp, standby: Standby?, instances: [InstanceStatus], remarks: [String]) {
        self.loadedAt = loadedAt
        self.standby = standby
        self.instances = instances
        self.remarks = remarks
    }
}

/// Instances that move together (`vrrp_sync_group`).
package struct GroupStatus: Codable, Equatable, Sendable {
    package var name: String
    /// The least that a member is: `active` when all are.
    package var state: RouterState
    package var members: [String]

    package init(name: String, state: RouterState, members: [String]) {
        self.name = name
        self.state = state
        self.members = members
    }
}

/// The states of a virtual router, as people see them.
package enum RouterState: String, Codable, Sendable, CaseIterable {
    /// It has the addresses (keepalived: MASTER).
    case active
    /// It could take them (keepalived: BACKUP).
    case standby
    /// It took part, and cannot at present (keepalived: FAULT).
    case fault
    /// It has not taken part yet, and waits for something (keepalived: INIT).
    case waiting
    /// It is active and handing over.
    case handingOver = "handing_over"
    case stopped
}

/// One virtual router.
package struct InstanceStatus: Codable, Equatable, Sendable {
    package var name: String
    package var interface: String
    package var virtualRouterID: Int
    /// 4 or 6.
    package var ipVersion: Int
    /// 2 or 3.
    package var vrrpVersion: Int
    /// `multicast` or `unicast`.
    package var transport: String
    package var state: RouterState
    package var since: Timestamp
    package var sinceSeconds: Double
    /// Why it is in this state, one sentence.
    package var cause: String
    /// What stands in the way, in words; empty when nothing does.
    package var obstacles: [String]
    package var priority: PrioritySum
    package var sourceAddress: String?
    package var advertisementIntervalSeconds: Double
    /// How many adverts may be missed; nil from a daemon that knew three only.
    package var downTimerAdverts: Int?
    package var preempts: Bool
    /// Who has the addresses; nil when nobody was heard.
    package var activeRouter: ActiveRouter?
    /// Others that were heard for this VRID since the daemon started, the last first.
    package var peers: [Peer]
    /// Who has said that it would take over, the best first; nil where nobody is asked to (`standby_notice`), not us, or not for
    /// long enough.
    package var standbys: [StandbySeen]?
    package var addresses: [AddressStatus]
    /// Nil without `virtual_routes`.
    package var routes: [RouteStatus]?
    /// Nil without `virtual_rules`.
    package var rules: [RuleStatus]?
    package var checks: [CheckStatus]
    /// What would happen next, a sentence each.
    package var next: [String]
    package var counters: [String: Int]
    /// Others that claim addresses which this router holds; nil when none do.
    package var otherOwners: [OtherOwner]?
    /// What somebody removed and was put back; nil when nothing was.
    package var repairs: RepairStatus?
    /// Nil without `auth_hmac`.
    package var hmac: KeyedStatus?
    /// The sync group that it is a member of; nil when it moves alone.
    package var syncGroup: String?
    /// Nil where packets to the addresses are let in.
    package var packetFilter: PacketFilterStatus?
    /// The interface that `use_vmac` made, and its MAC address; nil without.
    package var virtualInterface: String?
    package var virtualHardwareAddress: String?
    /// The interfaces of `use_vmac_addr`, and of `use_vmac` after an address; nil without.
    package var addressInterfaces: [VirtualInterfaceStatus]?
    /// Its interfaces that do not count yet as they are; nil while there is none.
    package var pendingLinks: [PendingLink]?
    /// Why its adverts go nowhere although it goes on (`dont_track_primary`); nil while they go somewhere.
    package var unheard: String?

    package init(
        name: String, interface: String, virtualRouterID: Int, ipVersion: Int, vrrpVersion: Int, transport: String,
        state: RouterState, since: Timestamp, sinceSeconds: Double, cause: String, obstacles: [String],
        priority: PrioritySum, sourceAddress: String?, advertisementIntervalSeconds: Double, preempts: Bool
    ) {
        self.name = name
        self.interface = interface
        self.virtualRouterID = virtualRouterID
        self.ipVersion = ipVersion
        self.vrrpVersion = vrrpVersion
        self.transport = transport
        self.state = state
        self.since = since
        self.sinceSeconds = sinceSeconds
        self.cause = cause
        self.obstacles = obstacles
        self.priority = priority
        self.sourceAddress = sourceAddress
        self.advertisementIntervalSeconds = advertisementIntervalSeconds
        self.preempts = preempts
        downTimerAdverts = nil
        activeRouter = nil
        peers = []
        standbys = nil
        addresses = []
        routes = nil
        rules = nil
        checks = []
        next = []
        counters = [:]
        hmac = nil
    }
}

/// The priority in force as a sum: `107 = 101 + 6 chk_lb`.
package struct PrioritySum: Codable, Equatable, Sendable {
    package var effective: Int
    package var base: Int
    package var terms: [Term]
    /// True when maintenance mode puts 1 in place of the sum.
    package var isOverruled: Bool

    package struct Term: Codable, Equatable, Sendable {
        package var points: Int
        package var name: String
        package init(points: Int, name: String) {
            self.points = points
            self.name = name
        }
    }

    package init(effective: Int, base: Int, terms: [Term], isOverruled: Bool) {
        self.effective = effective
        self.base = base
        self.terms = terms
        self.isOverruled = isOverruled
    }

    /// `107 = 101 + 6 chk_lb`; `1 (standby; 107 = 101 + 6 chk_lb otherwise)`.
    package var text: String {
        let terms = terms.map { $0.points < 0 ? " - \($0.points.magnitude) \($0.name)" : " + \($0.points) \($0.name)" }
            .joined()
        let whole = terms.isEmpty ? "\(base)" : "\(isOverruled ? total : effective) = \(base)\(terms)"
        return isOverruled ? "\(effective) (standby; \(whole) otherwise)" : whole
    }
}

package struct ActiveRouter: Codable, Equatable, Sendable {
    /// Nil when it is this host and has no address to send from any more.
    package var address: String?
    package var isSelf: Bool
    package var priority: Int
    /// Since its last advert; nil for ourselves.
    package var lastHeardSeconds: Double?

    package init(address: String?, isSelf: Bool, priority: Int, lastHeardSeconds: Double?) {
        self.address = address
        self.isSelf = isSelf
        self.priority = priority
        self.lastHeardSeconds = lastHeardSeconds
    }
}

/// Another router that was heard.
package struct Peer: Codable, Equatable, Sendable {
    package var address: String
    /// Of its last advert; 0 said that it was leaving, nil that it could not be read.
    package var priority: Int?
    package var lastHeardSeconds: Double
    /// Why its adverts are not believed; nil when they are.
    package var refusal: String?
    /// What is not as here although its adverts are believed; nil when nothing is.
    package var difference: String?
    /// Whether an advert of it was as ours are at some time: then it is the other host of a pair; nil when none was.
    package var hasAgreed: Bool?

    package init(address: String, priority: Int?, lastHeardSeconds: Double, refusal: String?) {
        self.address = address
        self.priority = priority
        self.lastHeardSeconds = lastHeardSeconds
        self.refusal = refusal
    }
}

/// A standby that has made itself known.
package struct StandbySeen: Codable, Equatable, Sendable {
    package var address: String
    package var priority: Int
    package var lastHeardSeconds: Double
    /// With `auth_hmac`: what it says of itself is not signed, as adverts are; nil without.
    package var isUnsigned: Bool?

    package init(address: String, priority: Int, lastHeardSeconds: Double) {
        self.address = address
        self.priority = priority
        self.lastHeardSeconds = lastHeardSeconds
    }
}

/// A virtual address, and whether it is really there.
package struct AddressStatus: Codable, Equatable, Sendable {
    package var address: String
    package var prefixLength: Int
    package var interface: String
    /// False for `virtual_ipaddress_excluded`.
    package var isAdvertised: Bool
    /// On this host now, as the kernel says.
    package var isPresent: Bool
    /// What the kernel said when it refused it; nil when it did not.
    package var refusal: String?

    package init(address: String, prefixLength: Int, interface: String, isAdvertised: Bool, isPresent: Bool) {
        self.address = address
        self.prefixLength = prefixLength
        self.interface = interface
        self.isAdvertised = isAdvertised
        self.isPresent = isPresent
    }
}

/// A route that goes with the addresses, and whether it is really there.
package struct RouteStatus: Codable, Equatable, Sendable {
    /// As it is written in a file: `10.0.0.0/8 via 192.0.2.254 dev eth0`.
    package var route: String
    /// On this host now, as the kernel says.
    package var isPresent: Bool
    /// It has an end (`expires`), after which it is not there, and nothing is wrong; nil without one.
    package var hasEnd: Bool?

    package init(route: String, isPresent: Bool) {
        self.route = route
        self.isPresent = isPresent
    }
}

/// A rule that goes with the addresses, and whether it is really there.
package struct RuleStatus: Codable, Equatable, Sendable {
    /// As it is written in a file: `from 192.0.2.10/32 preference 300 lookup 100`.
    package var rule: String
    /// On this host now, as the kernel says.
    package var isPresent: Bool

    package init(rule: String, isPresent: Bool) {
        self.rule = rule
        self.isPresent = isPresent
    }
}

/// An interface that the daemon has made above another one for the MAC address of a virtual router.
package struct VirtualInterfaceStatus: Codable, Equatable, Sendable {
    package var interface: String
    /// The interface below.
    package var above: String
    package var hardwareAddress: String

    package init(interface: String, above: String, hardwareAddress: String) {
        self.interface = interface
        self.above = above
        self.hardwareAddress = hardwareAddress
    }
}

/// Whether packets to the addresses are dropped, as `no_accept` says.
package struct PacketFilterStatus: Codable, Equatable, Sendable {
    /// Of nftables, with its family: `inet understudy`; nil while there is none.
    package var table: String?
    /// All packets to addresses that are here are dropped.
    package var isInForce: Bool
    /// Why they are not; nil when nothing stands in the way.
    package var refusal: String?

    package init(table: String?, isInForce: Bool) {
        self.table = table
        self.isInForce = isInForce
    }
}

/// Something that moves the priority or stops the router.
package struct CheckStatus: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable { case script, process, interface, file, bfd }
    package enum Result: String, Codable, Sendable { case unknown, working, failed }
    package var name: String
    package var kind: Kind
    /// After rise and fall.
    package var result: Result
    /// 0: failure stops the router.
    package var weight: Int
    package var isReversed: Bool
    /// What it adds to the priority now.
    package var points: Int
    /// What the last run gave: `exited with status 0`, `2 running`, `has no carrier`.
    package var lastOutcome: String?
    /// Since the last run ended.
    package var lastRunSeconds: Double?
    /// How long the last run took.
    package var durationSeconds: Double?
    /// Since the result was last another one; nil when it never was.
    package var changedSeconds: Double?

    package init(
        name: String, kind: Kind, result: Result, weight: Int, isReversed: Bool, points: Int
    ) {
        self.name = name
        self.kind = kind
        self.result = result
        self.weight = weight
        self.isReversed = isReversed
        self.points = points
    }
}
