public import VRRPCore

/// What a configuration file means: defaults applied, names resolved, every value in range.
///
/// Made only by the resolver. A model exists even when there are errors, so that lints can go on; nothing runs from
/// a model that came with an error.
public struct Model: Equatable, Sendable {
    public var global = GlobalSettings()
    public var scripts: [ScriptCheck] = []
    public var processes: [ProcessCheck] = []
    public var instances: [Instance] = []

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
    public var scheduling = Scheduling()

    public init() {}
}

/// How the process that speaks VRRP is scheduled; what is not said stays as the service manager decided.
public struct Scheduling: Equatable, Sendable {
    /// `vrrp_priority`, -20 to 19.
    public var niceValue: Int?
    /// `vrrp_rt_priority`, 1 to 99.
    public var realTimePriority: Int?
    /// `vrrp_no_swap`.
    public var locksMemory = false

    public init() {}
}

/// `USER [GROUP]` as written; the group is the user's own when absent.
public struct UserName: Hashable, Sendable {
    public var user: String
    public var group: String?
    public init(user: String, group: String? = nil) {
        self.user = user
        self.group = group
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

/// A reference from an instance to something that is watched, with the weight that applies there.
public struct Tracked: Equatable, Sendable {
    /// The name of the script, process check or interface.
    public var name: String
    public var weight: Weight
    public var location: SourceLocation
    public init(name: String, weight: Weight, location: SourceLocation) {
        self.name = name
        self.weight = weight
        self.location = location
    }
}
