/// A `vrrp_script` as keepalived's files tell it.
package struct DumpedScript: Equatable, Sendable {
    package enum Status: String, Sendable {
        case initial = "INIT"
        case good = "GOOD"
        case bad = "BAD"
    }

    package var name: String
    package var command: String
    /// Microseconds.
    package var interval: Int
    package var timeout: Int
    package var weight: Int
    package var isReversed = false
    package var rise = 1
    package var fall = 1
    /// keepalived's counter: from `rise` on it is good.
    package var result = 0
    package var status = Status.initial
    package var isRunning = false
    package var user = 0
    package var group = 0
    /// The instances that track it.
    package var trackers: [DumpedInstance.Tracked] = []

    package init(name: String, command: String, interval: Int, timeout: Int, weight: Int) {
        self.name = name
        self.command = command
        self.interval = interval
        self.timeout = timeout
        self.weight = weight
    }
}

/// A `track_file`.
package struct DumpedFile: Equatable, Sendable {
    package var name: String
    package var path: String
    package var number: Int
    package var weight: Int
    package var isReversed = false
    package var trackers: [DumpedInstance.Tracked] = []

    package init(name: String, path: String, number: Int, weight: Int) {
        self.name = name
        self.path = path
        self.number = number
        self.weight = weight
    }
}

/// A `vrrp_track_process`.
package struct DumpedProcess: Equatable, Sendable {
    package var name: String
    package var path: String
    package var parameters: [String] = []
    /// `none`, `exact`, `initial` or `partial`.
    package var match = "none"
    package var least = 1
    package var most: Int?
    package var count = 0
    package var hasQuorum = false
    package var weight = 0
    package var isReversed = false
    /// Microseconds.
    package var terminateDelay = 0
    package var forkDelay = 0
    package var isFullCommand = false
    package var trackers: [DumpedInstance.Tracked] = []

    package init(name: String, path: String) {
        self.name = name
        self.path = path
    }
}

/// A `vrrp_sync_group`.
package struct DumpedGroup: Equatable, Sendable {
    package var name: String
    package var state = DumpedState.initial
    package var members: [String] = []
    package var faultyMembers = 0
    package var pendingMembers = 0
    package var countsWeights = false
    package var sendsMail = false
    package var interfaces: [DumpedInstance.Tracked] = []
    package var scripts: [DumpedInstance.Tracked] = []
    package var files: [DumpedInstance.Tracked] = []
    package var processes: [DumpedInstance.Tracked] = []
    package var notifications = DumpedNotifications()

    package init(name: String) { self.name = name }
}

extension DumpedProcess {
    /// Its element of the array `track_process` in the second version of `keepalived.json`.
    package var json: String {
        var object = DumpedObject()
        object.add("process", name)
        if !parameters.isEmpty { object.add("parameters", parameters.joined(separator: " ")) }
        object.add("param_match", match)
        object.add("min_processes", least)
        if let most { object.add("max_processes", most) }
        object.add("current_processes", count)
        object.add("have_quorum", hasQuorum)
        object.add("weight", isReversed ? -weight : weight)
        object.add("terminate_delay", microseconds: terminateDelay)
        object.add("fork_delay", microseconds: forkDelay)
        object.add("fork_delay_timer_running", false)
        object.add("terminate_delay_timer_running", false)
        object.add("full_command", isFullCommand)
        return object.text
    }
}
