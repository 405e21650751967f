internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

// What the daemon is and changes on its host beside what it does for its routers.

extension Daemon {
    /// Takes up what the configuration says of the processes and of the host.
    func settle(from old: ProcessSettings, to new: ProcessSettings, at now: MonotonicInstant) {
        if old.workerName != new.workerName { nameProcess(new.workerName ?? workerName) }
        memory.guardianName = new.guardianName ?? ""
        // At a start it is told anyway, when everything runs.
        if old.guardianName != new.guardianName, memory.pulse.phase == .running {
            sendSignal(Guardian.readySignal, to: guardian)
        }
        surroundings.sockets.stranger =
            new.logsUnknownRouters
            ? { [unowned self] id, source, interface in noteStranger(id, source, on: interface) } : nil
        silenceLocalReports(new.silencesLocalReports)
        watchReloadTime(new)
    }

    private func watchReloadTime(_ settings: ProcessSettings) {
        if let reloadTimer, reloadTimer.path == settings.reloadTimeFile, reloadTimer.repeats == settings.repeatsReload {
            return
        }
        reloadTimer?.close()
        reloadTimer = nil
        guard let path = settings.reloadTimeFile, !surroundings.notifier.isRehearsal else { return }
        do throws(SystemError) {
            reloadTimer = try ReloadTimer(path, repeats: settings.repeatsReload, readiness, log)
        } catch {
            log.warning("reload_time_file: \(error); nothing is reloaded by the clock until the next reload")
        }
    }

    private func noteStranger(_ id: VirtualRouterID, _ source: IPAddress, on interface: String) {
        guard let more = strangerLimiter.pass("\(interface) \(id.rawValue)", at: now) else { return }
        log.notice("Unknown VRID(\(id.rawValue)) received on interface(\(interface)) from \(source): ignored\(more)")
    }

    /// Why the running daemon cannot take up who it would be; nil when it stays who it is.
    func unchangeable(_ new: Model) -> String? {
        let (running, wanted) = (model.global.process.identity, new.global.process.identity)
        // The command line decides for as long as it runs.
        let names = [
            ("net_namespace", options.networkNamespace == nil && running.networkNamespace != wanted.networkNamespace),
            ("instance", running.instance != wanted.instance),
            ("use_pid_dir", running.usesPIDDirectory != wanted.usesPIDDirectory),
        ].filter(\.1).map(\.0)
        return names.isEmpty
            ? nil : "\(names.joined(separator: ", ")) cannot change while the daemon runs: stop it and start it again"
    }

    // MARK: Buffers

    /// How much may wait between the kernel and us; sockets that are new have the usual size.
    func fitBuffers(from old: BufferSizes, to new: BufferSizes) {
        fit("vrrp_netlink_cmd_rcv_bufs", old.answers, new.answers) { dump.setReceiveBuffer($0, isForced: $1) }
        fit("vrrp_netlink_monitor_rcv_bufs", old.news, new.news) { octets, isForced in
            _ = forwarding?.0.setReceiveBuffer(octets, isForced: isForced)
            return routes.setReceiveBuffer(octets, isForced: isForced)
        }
        fit("process_monitor_rcv_bufs", old.processes, new.processes) {
            processes?.setReceiveBuffer($0, isForced: $1)
        }
    }

    private func fit(
        _ keyword: String, _ before: BufferSizes.Size?, _ size: BufferSizes.Size?, _ set: (Int, Bool) -> Int?
    ) {
        if before == nil, size == nil { return }
        let wanted = size ?? BufferSizes.Size(octets: Self.usualBuffer, isForced: true)
        guard let given = set(wanted.octets, wanted.isForced), let size, size != before else { return }
        if size.octets <= given { return log.info("\(keyword): \(given) octets") }
        log.warning(
            "\(keyword) \(size.octets): the kernel gives \(given) octets; "
                + (size.isForced
                    ? "it needs CAP_NET_ADMIN" : "\(keyword)_force on, or a larger net.core.rmem_max, gives more"))
    }

    /// What the sockets have when nobody says anything.
    private static let usualBuffer = 1 << 20

    // MARK: Files and settings

    private var reloadMarker: String? {
        // In a rehearsal the files are those of the machine on which it is played.
        if surroundings.notifier.isRehearsal { return nil }
        return switch model.global.process.reloadMarker {
        case nil: nil
        case .path(let path)?: path
        case .usual?: Options.runFile("reload", of: memory.tag, calledAs: programName)
        }
    }

    private var programName: String {
        arguments(of: currentProcessID()).first?.split(separator: "/").last.map(String.init) ?? "understudyd"
    }

    /// `reload_file`: while it is there, nobody changes the configuration.
    func makeReloadMarker() {
        guard let reloadMarker else { return }
        do throws(SystemError) {
            try LocalFiles.makeEmpty(reloadMarker)
        } catch {
            log.warning("reload_file: \(error); the configuration is read without it")
        }
    }

    func removeReloadMarker() {
        guard let reloadMarker else { return }
        do throws(SystemError) { try LocalFiles.remove(reloadMarker) } catch { log.warning("reload_file: \(error)") }
    }

    /// `disable_local_igmp`: the kernel's reports of memberships in 224.0.0.0/24, which are ours to switch on again if we have
    /// switched them off.
    func silenceLocalReports(_ isSilent: Bool) {
        guard isSilent != memory.hasSilencedReports else { return }
        do throws(SystemError) {
            if isSilent, try LocalFiles.read(Self.localReports).first != UInt8(ascii: "1") { return }
            memory.hasSilencedReports = isSilent
            try LocalFiles.set(Self.localReports, isSilent ? "0" : "1")
            log.info("igmp_link_local_mcast_reports is \(isSilent ? "off" : "on again")")
        } catch {
            log.error(
                "disable_local_igmp: \(error); sysctl net.ipv4.igmp_link_local_mcast_reports=\(isSilent ? "0" : "1")")
        }
    }

    private static let localReports = "/proc/sys/net/ipv4/igmp_link_local_mcast_reports"
}
