internal import Control
internal import LinuxKernel
internal import VRRPCore

// The end of the daemon: because somebody asked for it, or because the guardian is gone.

extension Daemon {
    /// A signal to stop, by an operator, the service manager, or the kernel when the guardian has ended (PR_SET_PDEATHSIG).
    func askedToStop(at now: MonotonicInstant) {
        if parentProcessID() == guardian || isOrphan { return stop(because: "the daemon was asked to stop", at: now) }
        isOrphan = true
        // The kernel's signal is nobody's wish to hurry.
        if isStopping { return log.error("\(orphaned); the stop goes on") }
        orphanedStopAt = now + Self.lastMoment
    }

    private var orphaned: String { "the guardian, process \(guardian), has ended: it was killed, or it crashed" }

    /// Who kills everything begins with the guardian, or not: to resign in that last moment would call the standby while the
    /// addresses are lent for longer than it takes.
    private static let lastMoment = Interval.milliseconds(100)

    func stopAsOrphan(at now: MonotonicInstant) {
        orphanedStopAt = nil
        log.error("\(orphaned); this process hands over and ends")
        lastWords = "understudyd ends: \(orphaned)"
        stop(because: orphaned, at: now)
    }

    private func stop(because reason: String, at now: MonotonicInstant) {
        if !isStopping {
            isStopping = true
            memory.enter(.stopping)
            log.notice("Stopping")
            notifyServiceManager("STOPPING=1")
            for script in scripts { script.cancel() }
            scripts = []
            processes?.stop()
            processes = nil
            files?.stop()
            files = nil
        } else {
            surroundings.notifier.hurry(at: now)
            surroundings.mailer.hurry(at: now)
        }
        for runner in routers + leaving { runner.shutDown(because: reason, at: now) }
    }

    /// The last words, after the last address is gone.
    func finish() {
        if isUpgrading { return makeRoom(at: now) }
        statics.remove(at: now)
        // Who ends for another reason leaves it to the next process, with the addresses.
        if isStopping {
            // Not before: neighbours may be the routers that take over, and the loss of the session would move them.
            bfd?.end(at: now)
            surroundings.filter.close()
            surroundings.promotion.restore(at: now)
            surroundings.virtualLinks.close(at: now, in: &surroundings.interfaces)
            silenceLocalReports(false)
        }
        surroundings.chronicle.add(
            HistoryRecord(
                at: surroundings.wall, sequence: 0, boot: nil, instance: nil, event: .daemonStopped,
                cause: lastWords), at: now)
        // Who waits for an outcome is told it before the socket goes.
        settleSwitchovers(at: now)
        surroundings.chronicle.finish(at: now)
        settleStandbyRequests()
        control?.close()
    }
}
