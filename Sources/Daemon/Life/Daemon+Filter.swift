internal import Configuration
internal import LinuxKernel
internal import VRRPCore

// The table of the packet filter that `no_accept` needs: who hears what becomes of it, and what an earlier run left.

extension Daemon {
    /// Takes up what the configuration says of the packet filter.
    func configureFilter(at now: MonotonicInstant) {
        let isNeeded = model.instances.contains(where: \.dropsPackets)
        // Listen before reading, so that nothing falls between.
        if isNeeded { watchFilter() }
        surroundings.filter.configure(
            PacketFilter.Form(model.global.packetFilter), isNeeded: isNeeded, at: now, in: surroundings.interfaces)
    }

    /// `promote_secondaries`, of the interfaces of instances that have it.
    func promoteSecondaries(at now: MonotonicInstant) {
        surroundings.promotion.configure(
            Set(model.instances.filter(\.promotesSecondaries).map(\.interface)), at: now, in: surroundings.interfaces)
    }

    /// Interfaces have changed.
    func lookAtSettings(at now: MonotonicInstant) {
        surroundings.filter.refresh(at: now, in: surroundings.interfaces)
        surroundings.promotion.look(at: now, in: surroundings.interfaces)
    }

    /// Lets go of the news when there is no table any more.
    func forgetFilter() {
        guard surroundings.filter.table == nil, let (monitor, token) = filterNews else { return }
        readiness.forget(monitor.descriptor, token)
        filterNews = nil
    }

    private func watchFilter() {
        guard filterNews == nil else { return }
        do throws(SystemError) {
            let monitor = try FilterMonitor()
            filterNews = (monitor, try readiness.watch(monitor.descriptor, as: .filter))
        } catch {
            log.error("\(error): when somebody removes the table that no_accept needs, packets are let in from then on")
        }
    }

    /// Takes in what happened to the table, and puts it back.
    func readFilter(at now: MonotonicInstant) {
        guard let (monitor, _) = filterNews else { return }
        let filter = surroundings.filter
        do throws(SystemError) {
            guard let culprit = try monitor.drain(table: filter.table ?? "", ignoring: filter.port ?? 0) else { return }
            filter.noticeChange(by: culprit, at: now, in: surroundings.interfaces)
        } catch {
            log.warning("reading news of the packet filter: \(error); looking at our table again")
            filter.noticeChange(
                by: FilterMonitor.Culprit(port: 0, name: nil), at: now, in: surroundings.interfaces)
        }
    }

    /// Every router has its place: what an earlier run left in our table, or as a table that nobody needs, goes.
    func settleFilter(at now: MonotonicInstant) {
        surroundings.filter.settle(at: now, in: surroundings.interfaces)
        // An heir's configuration is that of the process before it.
        if isAlone, !isHeir {
            surroundings.filter.removeLeftovers([PacketFilterSettings().table, model.global.packetFilter.table])
        }
        forgetFilter()
    }
}

extension PacketFilter.Form {
    init(_ settings: PacketFilterSettings) {
        self.init(
            table: settings.table, priority: settings.priority, counts: settings.countsPackets,
            matchesIndex: settings.matchesIndex)
    }
}
