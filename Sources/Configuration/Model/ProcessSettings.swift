/// Who a daemon is among others on its host.
public struct DaemonIdentity: Equatable, Sendable {
    /// `net_namespace`: where everything is done; nil for the one that it is started in.
    public var networkNamespace: String?
    /// `instance`.
    public var instance: String?
    /// `use_pid_dir`.
    public var usesPIDDirectory = false

    public init(networkNamespace: String? = nil, instance: String? = nil, usesPIDDirectory: Bool = false) {
        self.networkNamespace = networkNamespace
        self.instance = instance
        self.usesPIDDirectory = usesPIDDirectory
    }

    /// What tells its files and its lines in the log from those of others; empty for the only one.
    ///
    /// keepalived: the namespace, then the instance.
    public var tag: String { [networkNamespace, instance].compactMap(\.self).joined(separator: "_") }
}

/// What the daemon is on its host, beside what it does there.
public struct ProcessSettings: Equatable, Sendable {
    /// A file that is there while the configuration is read.
    public enum Marker: Equatable, Sendable {
        /// Beside the pid file.
        case usual
        case path(String)
    }

    public var identity = DaemonIdentity()
    /// `process_name` and `vrrp_process_name`; nil for the usual ones.
    public var guardianName: String?
    public var workerName: String?
    /// `startup_script` and `shutdown_script`, and how long each may take.
    public var startupScript: NotifyCommand?
    public var shutdownScript: NotifyCommand?
    public var startupSeconds = 10
    public var shutdownSeconds = 10
    /// `reload_file`.
    public var reloadMarker: Marker?
    /// `reload_time_file`, and whether a time without a date comes again every day (`reload_repeat`).
    public var reloadTimeFile: String?
    public var repeatsReload = false
    /// `set_supplementary_groups`: commands have every group of their user.
    public var givesEveryGroup = false
    /// `log_unknown_vrids`.
    public var logsUnknownRouters = false
    /// `disable_local_igmp`.
    public var silencesLocalReports = false
    public var buffers = BufferSizes()

    public init() {}
}

/// How much may wait between the kernel and the daemon; nil for as much as the daemon chooses.
public struct BufferSizes: Equatable, Sendable {
    public struct Size: Equatable, Sendable {
        public var octets: Int
        /// Beyond the administrator's limit too.
        public var isForced: Bool

        public init(octets: Int, isForced: Bool) {
            self.octets = octets
            self.isForced = isForced
        }
    }

    /// `vrrp_netlink_cmd_rcv_bufs`: answers.
    public var answers: Size?
    /// `vrrp_netlink_monitor_rcv_bufs`: news of interfaces, addresses and routes.
    public var news: Size?
    /// `process_monitor_rcv_bufs`: news of processes.
    public var processes: Size?

    public init() {}
}

extension GlobalSettings {
    /// Who runs a command for which `user` is named, or nobody; nil when nobody is at all.
    public func runner(of user: UserName?) -> UserName? {
        var runner = user ?? scriptUser
        if process.givesEveryGroup { runner?.hasEveryGroup = true }
        return runner
    }
}
