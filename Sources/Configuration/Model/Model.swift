public import VRRPCore

/// What a configuration file means: defaults applied, names resolved, every value in range.
///
/// Made only by the resolver. A model exists even when there are errors, so that lints can go on; nothing runs from
/// a model that came with an error.
public struct Model: Equatable, Sendable {
    public var global = GlobalSettings()
    public var scripts: [ScriptCheck] = []
    public var processes: [ProcessCheck] = []
    public var files: [FileCheck] = []
    public var sessions: [BFDCheck] = []
    public var instances: [Instance] = []
    public var groups: [SyncGroupSettings] = []

    public init() {}
}

/// The `global_defs` block and everything else that belongs to no instance.
public struct GlobalSettings: Equatable, Sendable {
    /// `router_id`; nil means the host's name.
    public var routerID: String?
    /// `script_user USER [GROUP]`: who runs checks that name no user of their own; nil as keepalived: user
    /// keepalived_script if the host has it, else root.
    public var scriptUser: UserName?
    /// `enable_script_security`: refuse root-run scripts that someone other than root could change.
    public var scriptSecurity = false
    /// `vrrp_garp_interval` and `vrrp_gna_interval`: least space between two announcements on an interface.
    public var gratuitousARPSpacing = Interval.zero
    public var neighborAdvertisementSpacing = Interval.zero
    /// `default_interface`: that of instances which name none.
    public var defaultInterface: String?
    /// `dynamic_interfaces`: that an interface is absent is expected.
    public var expectsAbsentInterfaces = false
    /// `vrrp_startup_delay` and `vrrp_delay_after_boot`: how long after the daemon's start, and the host's, nobody listens.
    public var startupDelay = Interval.zero
    public var delayAfterBoot = Interval.zero
    /// `garp_group`: interfaces that share one pace.
    public var announcementGroups: [AnnouncementGroup] = []
    /// The interfaces that rules, `garp_group` and lines about links name.
    public var namedInterfaces: [NamedInterface] = []
    /// What keepalived's checker process would run; gathered for `--compat` only.
    var serviceCommands: [ServiceCommand] = []
    /// `interface_up_down_delays`, each interface once.
    public var interfaceDelays: [InterfaceDelay] = []
    public var scheduling = Scheduling()
    /// `notify_fifo` and `vrrp_notify_fifo`: each gets every line.
    public var fifos: [NotifyFIFO] = []
    /// `fifo_write_vrrp_states_on_reload`.
    public var writesStatesOnReload = false
    /// Mail about changes of state.
    public var mail = MailSettings()
    /// `static_ipaddress`, `static_routes` and `static_rules`, in the order of the file.
    public var staticAddresses: [VirtualAddress] = []
    /// Where each of the addresses was written.
    public var staticLocations: [SourceLocation] = []
    public var staticRoutes: [VirtualRoute] = []
    /// Likewise of the routes.
    public var staticRouteLocations: [SourceLocation] = []
    public var staticRules: [VirtualRule] = []
    /// `track_group`.
    public var trackGroups: [TrackGroup] = []
    /// `vmac_prefix`.
    public var virtualMACPrefix = "vrrp"
    /// `vmac_addr_prefix`; nil is that of `vmac_prefix`.
    public var addressLinkPrefix: String?
    /// `nftables` and its companions.
    public var packetFilter = PacketFilterSettings()
    /// `state_dump_file` and its companions.
    public var dumps = DumpSettings()
    /// `umask`: the permission bits that new files do not get; nil is what each file has by itself.
    public var umask: UInt32?
    /// What the daemon is on its host.
    public var process = ProcessSettings()

    public init() {}
}

/// A `garp_group` block: no two announcements on its interfaces are closer than this, zero for as close as they come.
public struct AnnouncementGroup: Hashable, Sendable {
    public var interfaces: [String]
    public var gratuitousARPSpacing: Interval
    public var neighborAdvertisementSpacing: Interval

    public init(interfaces: [String], gratuitousARPSpacing: Interval, neighborAdvertisementSpacing: Interval) {
        self.interfaces = interfaces
        self.gratuitousARPSpacing = gratuitousARPSpacing
        self.neighborAdvertisementSpacing = neighborAdvertisementSpacing
    }
}

/// An interface that is named beside those that instances are on.
public struct NamedInterface: Hashable, Sendable {
    public var name: String
    public var location: SourceLocation
    /// What becomes of the line while there is none of that name.
    public var use: String

    init(_ word: Word, _ use: String) {
        (name, location, self.use) = (word.text, word.location, use)
    }
}

/// A line of `interface_up_down_delays`: how long an interface must be down, or up, before that counts.
public struct InterfaceDelay: Hashable, Sendable {
    public var interface: String
    public var down: Interval
    public var up: Interval

    public init(interface: String, down: Interval, up: Interval) {
        self.interface = interface
        self.down = down
        self.up = up
    }
}

/// How the process that speaks VRRP is scheduled; what is not said stays as the service manager decided.
public struct Scheduling: Equatable, Sendable {
    /// `vrrp_priority`, -20 to 19.
    public var niceValue: Int?
    /// `vrrp_rt_priority`, 1 to 99.
    public var realTimePriority: Int?
    /// `vrrp_no_swap`.
    public var locksMemory = false
    /// `vrrp_rlimit_rttime`: microseconds that it may run without waiting while it is real-time.
    public var realTimeLimit: Int?
    /// `max_auto_priority`: the highest real-time priority that the daemon gives itself when it is late; 0 for none.
    public var highestAutomaticPriority = 0
    /// `min_auto_priority_delay`: how late that is.
    public var automaticPriorityDelay = Interval.seconds(1)
    /// `vrrp_cpu_affinity`: numbers of processors, ascending; nil for all that it was given.
    public var processors: [Int]?

    public init() {}
}

/// `USER [GROUP]` as written; the group is the user's own when absent.
public struct UserName: Hashable, Sendable {
    public var user: String
    public var group: String?
    /// `USER :[GROUP]`: with every other group that the user is a member of.
    public var hasEveryGroup: Bool
    public init(user: String, group: String? = nil, hasEveryGroup: Bool = false) {
        self.user = user
        self.group = group
        self.hasEveryGroup = hasEveryGroup
    }
}

/// A `vrrp_script` block: a command whose exit status says whether something works.
public struct ScriptCheck: Equatable, Sendable {
    public var name: String
    public var location: SourceLocation
    /// The command line as split by the language's quoting rules; the first word is the program.
    public var command: [String]
    /// The command as written, for messages.
    public var text: String
    public var commandLocation: SourceLocation
    public var interval = Interval.seconds(1)
    /// Nil means as long as the interval.
    public var timeout: Interval?
    public var weight = Weight(0)
    public var rise = 1
    public var fall = 1
    public var user: UserName?

    public init(
        name: String, location: SourceLocation, command: [String], text: String, commandLocation: SourceLocation
    ) {
        self.name = name
        self.location = location
        self.command = command
        self.text = text
        self.commandLocation = commandLocation
    }
}

/// A `vrrp_track_process` block: how many processes of a name must exist.
public struct ProcessCheck: Equatable, Sendable {
    public enum ParameterMatch: Hashable, Sendable {
        /// Only the program's name counts.
        case ignored
        /// The whole argument list is equal.
        case exact
        /// The argument list begins with these words, the last of them complete.
        case initial
        /// The argument list begins with these words, the last of them perhaps longer.
        case partial
    }

    public var name: String
    public var location: SourceLocation
    /// The name in /proc/PID/comm (15 octets at most) or, with `fullCommand`, the path as started.
    public var process: String
    public var parameters: [String] = []
    public var match = ParameterMatch.ignored
    public var fullCommand = false
    public var weight = Weight(0)
    /// At least this many processes.
    public var quorum = 1
    /// At most this many; nil is no limit, zero means that it must not run.
    public var quorumMaximum: Int?
    /// How long a gain must last before it counts (`fork_delay`, or `delay` for both).
    public var forkDelay = Interval.zero
    /// How long a loss must last before it counts (`terminate_delay`, or `delay` for both).
    public var terminateDelay = Interval.zero

    public init(name: String, location: SourceLocation, process: String) {
        self.name = name
        self.location = location
        self.process = process
    }
}

/// A `track_file` block: a file whose number moves priorities.
public struct FileCheck: Equatable, Sendable {
    /// `init_file`: what the file holds when the daemon has started.
    public struct Beginning: Equatable, Sendable {
        public var value = 0
        /// What is there is replaced; else it stays.
        public var overwrites = false

        public init(value: Int = 0, overwrites: Bool = false) {
            self.value = value
            self.overwrites = overwrites
        }
    }

    public var name: String
    public var location: SourceLocation
    /// Absolute.
    public var path: String
    public var pathLocation: SourceLocation
    /// What the number is multiplied with.
    public var weight = Weight(1)
    /// Nil leaves the file as it is found.
    public var beginning: Beginning?

    /// What it holds, for all that its definition says, on a host that does its work.
    public var numberInService: Int { beginning?.value ?? (weight == Weight(0, reverse: true) ? 1 : 0) }

    public init(name: String, location: SourceLocation, path: String, pathLocation: SourceLocation) {
        self.name = name
        self.location = location
        self.path = path
        self.pathLocation = pathLocation
    }
}

/// A reference from an instance to something that is watched, with the weight that applies there.
public struct Tracked: Equatable, Sendable {
    /// The name of the script, process check, file, BFD session or interface.
    public var name: String
    public var weight: Weight
    public var location: SourceLocation
    /// The sync group of the instance tracks it, and not the instance itself.
    public var isOfGroup = false
    public init(name: String, weight: Weight, location: SourceLocation) {
        self.name = name
        self.weight = weight
        self.location = location
    }
}
