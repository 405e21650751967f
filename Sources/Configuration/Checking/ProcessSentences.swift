extension Sentences {
    /// What changed of the daemon's processes and of what is run around their life.
    mutating func compareProcess(_ old: ProcessSettings, _ new: ProcessSettings) {
        add("net_namespace", old.identity.networkNamespace ?? "none", new.identity.networkNamespace ?? "none")
        add("instance", old.identity.instance ?? "none", new.identity.instance ?? "none")
        add("use_pid_dir", old.identity.usesPIDDirectory.onOff, new.identity.usesPIDDirectory.onOff)
        add("process_name", old.guardianName ?? "usual", new.guardianName ?? "usual")
        add("vrrp_process_name", old.workerName ?? "usual", new.workerName ?? "usual")
        add("startup_script", old.startupScript.inWords, new.startupScript.inWords)
        add("startup_script_timeout", "\(old.startupSeconds)", "\(new.startupSeconds)")
        add("shutdown_script", old.shutdownScript.inWords, new.shutdownScript.inWords)
        add("shutdown_script_timeout", "\(old.shutdownSeconds)", "\(new.shutdownSeconds)")
        add("set_supplementary_groups", old.givesEveryGroup.onOff, new.givesEveryGroup.onOff)
        add("reload_file", old.reloadMarker.text, new.reloadMarker.text)
        add("reload_time_file", old.reloadTimeFile ?? "none", new.reloadTimeFile ?? "none")
        add("reload_repeat", old.repeatsReload.onOff, new.repeatsReload.onOff)
        add("log_unknown_vrids", old.logsUnknownRouters.onOff, new.logsUnknownRouters.onOff)
        add("disable_local_igmp", old.silencesLocalReports.onOff, new.silencesLocalReports.onOff)
        add("vrrp_netlink_cmd_rcv_bufs", old.buffers.answers.text, new.buffers.answers.text)
        add("vrrp_netlink_monitor_rcv_bufs", old.buffers.news.text, new.buffers.news.text)
        add("process_monitor_rcv_bufs", old.buffers.processes.text, new.buffers.processes.text)
    }
}

extension ProcessSettings.Marker? {
    fileprivate var text: String {
        switch self {
        case nil: "none"
        case .usual?: "beside the pid file"
        case .path(let path)?: path
        }
    }
}

extension BufferSizes.Size? {
    fileprivate var text: String { map { "\($0.octets)\($0.isForced ? " forced" : "")" } ?? "usual" }
}
