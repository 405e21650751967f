internal import Configuration
internal import LinuxKernel
internal import VRRPCore

/// `startup_script` and `shutdown_script`: each is waited for, and nobody depends on us meanwhile.
enum LifeScript {
    /// From SIGTERM to SIGKILL (keepalived).
    private static let killDelay = Interval.seconds(2)

    static func runAtStart(
        _ settings: ProcessSettings, _ global: GlobalSettings, _ host: any HostInspector, _ memory: WorkerMemory,
        _ log: Log
    ) {
        guard let script = settings.startupScript else { return }
        run(script, "startup_script", for: .seconds(UInt64(settings.startupSeconds)), global, host, memory, log)
    }

    static func runAtEnd(_ global: GlobalSettings, _ host: any HostInspector, _ memory: WorkerMemory, _ log: Log) {
        guard let script = global.process.shutdownScript else { return }
        let limit = Interval.seconds(UInt64(global.process.shutdownSeconds))
        run(script, "shutdown_script", for: limit, global, host, memory, log)
    }

    private static func run(
        _ script: NotifyCommand, _ name: String, for limit: Interval, _ global: GlobalSettings,
        _ host: any HostInspector, _ memory: WorkerMemory, _ log: Log
    ) {
        // It would act on the machine on which the rehearsal is played.
        if environmentVariable(Notifier.rehearsalVariable) != nil { return }
        var launch = ProgramLaunch(script.command, as: script.user, global, host)
        if let problem = launch.problem {
            return log.error("\(name) cannot run, so its work is not done: \(problem)")
        }
        let began = MonotonicInstant(nanoseconds: monotonicNanoseconds())
        // The guardian knows for how long nothing else is to be expected of us.
        let longest = limit + killDelay + killDelay
        memory.beat(at: began, dueAt: began + longest)
        notifyServiceManager("EXTEND_TIMEOUT_USEC=\(longest.nanoseconds / 1000)")
        do throws(SystemError) {
            let child = try Child.spawn(try launch.request())
            log.info("\(name): \(script.text)")
            let poller = try Poller()
            try poller.watch(child.descriptor, as: Token(rawValue: 0))
            var status = try end(of: child, poller, until: began + limit)
            for signal in [Signals.terminate, Signals.kill] where status == nil {
                log.error("\(name) takes longer than \(limit): it is ended by \(signalName(signal))")
                child.signalGroup(signal)
                let now = MonotonicInstant(nanoseconds: monotonicNanoseconds())
                status = try end(of: child, poller, until: now + killDelay)
            }
            // What it left in its group, when it was ended.
            if status != .exited(code: 0) { complain(name, status, log) }
        } catch {
            log.error("\(name) cannot run, so its work is not done: \(error)")
        }
    }

    private static func complain(_ name: String, _ status: ExitStatus?, _ log: Log) {
        guard let status else { return log.error("\(name) does not end; it is left alone") }
        log.warning("\(name) ended \(status.inWords): what it is for may not be done")
    }

    private static func end(
        of child: Child, _ poller: borrowing Poller, until end: MonotonicInstant
    ) throws(SystemError) -> ExitStatus? {
        while true {
            if let status = child.reap() { return status }
            if monotonicNanoseconds() >= end.nanoseconds { return nil }
            try poller.wait(untilNanoseconds: end.nanoseconds) { _ in }
        }
    }
}
