internal import VRRPCore

/// Who the daemon of a file is, as far as the lines that say so can be read; nothing else of the file counts.
public func daemonIdentity(of statements: [Statement]) -> DaemonIdentity {
    var resolver = Resolver()
    let names = ["net_namespace", "instance", "use_pid_dir"]
    resolver.resolveIdentity(
        resolver.read(statements.filter { names.contains($0.keyword.text) && $0.children == nil }, in: .topLevel))
    return resolver.model.global.process.identity
}

extension Resolver {
    /// The lines at top level that say who the daemon is.
    mutating func resolveIdentity(_ contents: BlockContents) {
        model.global.process.identity = DaemonIdentity(
            networkNamespace: fileName("net_namespace", contents), instance: fileName("instance", contents),
            usesPIDDirectory: contents.has("use_pid_dir"))
    }

    /// A word that becomes a part of the names of files.
    private mutating func fileName(_ name: String, _ contents: BlockContents) -> String? {
        guard let setting = contents[name], let word = contents.words(name)?.first else { return nil }
        let isName =
            (1...64).contains(word.text.utf8.count) && !word.text.hasPrefix(".")
            && word.text.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "/") }
        if isName { return word.text }
        reportBadValue(
            word, of: setting.statement,
            expected: "1 to 64 characters without blanks and `/`, the first of them no point")
        return nil
    }

    /// What `global_defs` says of the processes, and of what is run around their life.
    mutating func resolveProcess(_ contents: BlockContents) {
        model.global.process.guardianName = processName("process_name", contents)
        model.global.process.workerName = processName("vrrp_process_name", contents)
        model.global.process.startupScript = lifeScript("startup_script", contents)
        model.global.process.shutdownScript = lifeScript("shutdown_script", contents)
        model.global.process.startupSeconds = contents.integer("startup_script_timeout") ?? 10
        model.global.process.shutdownSeconds = contents.integer("shutdown_script_timeout") ?? 10
        model.global.process.reloadMarker = reloadMarker(contents)
        model.global.process.reloadTimeFile = reloadTimeFile(contents)
        model.global.process.repeatsReload = contents.has("reload_repeat")
        model.global.process.givesEveryGroup = contents.boolean("set_supplementary_groups") ?? false
        model.global.process.logsUnknownRouters = contents.has("log_unknown_vrids")
        model.global.process.silencesLocalReports = contents.has("disable_local_igmp")
        model.global.process.buffers.answers = bufferSize("vrrp_netlink_cmd_rcv_bufs", contents)
        model.global.process.buffers.news = bufferSize("vrrp_netlink_monitor_rcv_bufs", contents)
        model.global.process.buffers.processes = bufferSize("process_monitor_rcv_bufs", contents)
        defaults.receiveBuffer = advertBuffer(contents)
        checkIncludeWords(contents)
        nameDirectories = [
            contents.word("iproute_usr_dir") ?? nameDirectories[0],
            contents.word("iproute_etc_dir") ?? nameDirectories[1],
        ]
    }

    private mutating func processName(_ name: String, _ contents: BlockContents) -> String? {
        guard let setting = contents[name], let word = contents.words(name)?.first else { return nil }
        if word.text.utf8.count > 15 {
            report(
                .warning, "long-name", at: word.location,
                "`\(word.text)` is longer than the kernel keeps: 15 characters",
                consequence: "`ps` and `pgrep` know the process by `\(word.text.prefix(15))`",
                fix: "\(setting.statement.keyword.text) \(word.text.prefix(15))")
        }
        return word.text
    }

    private mutating func lifeScript(_ name: String, _ contents: BlockContents) -> NotifyCommand? {
        guard let setting = contents[name] else {
            if let timeout = contents[name + "_timeout"], !contents.wasAttempted(name) {
                report(
                    .warning, "no-effect", at: timeout.location, "`\(name)_timeout` has no effect without `\(name)`",
                    consequence: "nothing is run", fix: "remove the line")
            }
            return nil
        }
        return notifyCommand(setting.statement, in: .globalDefs)
    }

    private mutating func reloadMarker(_ contents: BlockContents) -> ProcessSettings.Marker? {
        guard let setting = contents["reload_file"] else { return nil }
        guard let path = contents.words("reload_file")?.first else { return .usual }
        return absolutePath(path, of: setting).map { .path($0) }
    }

    private mutating func reloadTimeFile(_ contents: BlockContents) -> String? {
        guard let setting = contents["reload_time_file"], let path = contents.words("reload_time_file")?.first else {
            if let repetition = contents["reload_repeat"], !contents.wasAttempted("reload_time_file") {
                report(
                    .warning, "no-effect", at: repetition.location,
                    "`reload_repeat` has no effect without `reload_time_file`",
                    consequence: "nothing is reloaded by the clock", fix: "reload_time_file /run/understudy/reload-at")
            }
            return nil
        }
        return absolutePath(path, of: setting)
    }

    private mutating func absolutePath(_ path: Word, of setting: Setting) -> String? {
        guard isPlain(path, of: setting.statement) else { return nil }
        if path.text.hasPrefix("/") { return path.text }
        report(
            .error, "bad-path", at: path.location, "`\(path.text)` is a relative path, and the daemon runs in `/`",
            consequence: "the file would not be where others look for it",
            fix: "\(setting.statement.keyword.text) /run/understudy/\(path.text)")
        return nil
    }

    private mutating func bufferSize(_ name: String, _ contents: BlockContents) -> BufferSizes.Size? {
        let isForced = contents.boolean(name + "_force") ?? false
        if let octets = contents.integer(name) { return BufferSizes.Size(octets: octets, isForced: isForced) }
        if isForced, !contents.wasAttempted(name), let setting = contents[name + "_force"] {
            report(
                .warning, "no-effect", at: setting.location, "`\(name)_force` has no effect without `\(name)`",
                consequence: "the buffer has its usual size, for which the limit does not count", fix: "remove the line"
            )
        }
        return nil
    }

    /// `vrrp_rx_bufs_policy`: a number of octets; the words ask for less than there is.
    private mutating func advertBuffer(_ contents: BlockContents) -> Int? {
        guard let setting = contents["vrrp_rx_bufs_policy"], let word = contents.words("vrrp_rx_bufs_policy")?.first
        else { return nil }
        if ["MTU", "ADVERT"].contains(word.text.uppercased()) {
            report(
                .note, "no-effect", at: word.location, "`vrrp_rx_bufs_policy \(word.text)` has no effect",
                consequence:
                    "1 MiB of adverts may wait, which bounds the kernel's memory as this line would, and loses nothing in a pause",
                fix: "remove the line, or write a number of octets")
            return nil
        }
        return integer(word, 2048...1_073_741_824, of: setting.statement)
    }

    /// The parser has acted on them already, where they stand.
    private mutating func checkIncludeWords(_ contents: BlockContents) {
        for setting in contents.all("include_check") {
            for word in setting.statement.arguments {
                let bare = String(word.text.drop { $0 == "+" || $0 == "-" })
                if bare.isEmpty || IncludeChecks.words.contains(bare) { continue }
                reportBadValue(
                    word, of: setting.statement,
                    expected: "read, match, wildcard_match or brace_match, perhaps with + or - before it")
            }
        }
    }

    /// `timer_expired_backup` and its old name: the priority is looked at, and does not count.
    mutating func checkTimerExpiry(_ contents: BlockContents) {
        for name in ["timer_expired_backup", "thread_timer_expired"] {
            guard let setting = contents[name] else { continue }
            if let word = contents.words(name)?.first { _ = integer(word, 1...254, of: setting.statement) }
            guard name == "thread_timer_expired" else { continue }
            report(
                .note, "obsolete-keyword", at: setting.location, "`thread_timer_expired` has another name today",
                consequence: "it says the same", fix: "timer_expired_backup")
        }
    }
}

// Where the adverts of an instance come from.

extension Resolver {
    /// `track_src_ip`.
    mutating func resolveSourceTracking(_ instance: inout Instance, _ contents: BlockContents) {
        guard let setting = contents["track_src_ip"] else { return }
        instance.tracksSource = instance.sourceAddress != nil
        if instance.tracksSource || contents.wasAttempted("mcast_src_ip") || contents.wasAttempted("unicast_src_ip") {
            return
        }
        report(
            .warning, "no-effect", at: setting.location, "`track_src_ip` has no effect without a source address",
            consequence:
                "adverts come from the first address of the interface, and without any it is at fault in any case",
            fix: "mcast_src_ip ADDRESS   # or unicast_src_ip; or remove the line")
    }
}
