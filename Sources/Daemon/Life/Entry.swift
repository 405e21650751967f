internal import Configuration
internal import LinuxKernel

/// Exit codes of `understudyd`.
///
/// An interface: documented, tested.
private enum ExitCode {
    static let success: Int32 = 0
    /// The system refused something that the daemon cannot do without.
    static let failure: Int32 = 1
    /// keepalived: EXIT_CONFIG.
    ///
    /// The configuration has errors, or the command line has.
    static let configuration: Int32 = 2
    /// keepalived: MISSING_PERMISSION.
    static let permission: Int32 = 4
}

/// The whole life of `understudyd`; returns its exit code.
///
/// - Parameter arguments: the command line, the program's name first.
package func runDaemon(_ arguments: [String]) -> Int32 {
    if arguments.count == 3, arguments[1] == Recorder.argument { return Recorder.run(arguments[2]) }
    let program = arguments.first?.split(separator: "/").last.map(String.init) ?? "understudyd"
    switch Options.parse(arguments) {
    case .help:
        writeStandardError(Options.help(calledAs: program))
        return ExitCode.success
    case .version:
        writeStandardError("Understudy \(understudyVersion)\n")
        return ExitCode.success
    case .mistake(let sentence):
        writeStandardError("\(program): \(sentence)\n")
        return ExitCode.configuration
    case .run(let options):
        return run(options, calledAs: program)
    }
}

private func run(_ options: Options, calledAs program: String) -> Int32 {
    setUmask(options.umask ?? 0o022)
    let loader: Loader
    do throws(SystemError) {
        loader = try Loader(reader: DiskReader())
    } catch {
        writeStandardError("\(program): cannot look at this host: \(error)\n")
        return ExitCode.failure
    }
    let outcome = loader.load(options.configurationFile, configurationID: options.configurationID)
    if options.testOnly { return test(outcome, options) }
    let log = Log(
        Log.Settings(
            facility: options.noSyslog ? nil : options.facility, console: options.logToConsole,
            detailed: options.detailed, identity: program))
    switch outcome {
    case .failure(let refused):
        for line in refused.lines { say(line, log, options) }
        writeStandardError("\(program): \(options.configurationFile) has errors; not started\n")
        return ExitCode.configuration
    case .success(let loaded):
        do throws(SystemError) {
            let start = options.foreground ? nil : try DaemonStart.begin()
            return live(loaded, loader, options, log, start)
        } catch {
            writeStandardError("\(program): \(error)\n")
            return ExitCode.failure
        }
    }
}

/// Says why there is no start, to the log and to whoever started us; once, when both end in the journal.
private func say(_ line: String, _ log: Log, _ options: Options) {
    log.error(line)
    let isInLog = options.logToConsole || log.reachesSystemLog && standardErrorIsJournal
    if !isInLog { writeStandardError(line + "\n") }
}

/// Opens everything, runs, and cleans up.
private func live(
    _ loaded: Loaded, _ loader: Loader, _ options: Options, _ log: Log, _ start: consuming DaemonStart?
) -> Int32 {
    do throws(SystemError) {
        log.notice("Starting Understudy \(understudyVersion), configuration \(options.configurationFile)")
        let pidFile = try PIDFile.acquire(options.pidFile)
        defer { pidFile.release() }
        let daemon = try Daemon(options, log: log, loader: loader)
        for line in loaded.remarks { log.warning(line) }
        daemon.start(loaded)
        start?.ready()
        let code = daemon.run()
        log.notice("Stopped")
        return code
    } catch {
        let denied = error.code == 1 || error.code == 13
        let isFile = error.operation.contains(options.pidFile)
        let advice =
            if denied, isFile {
                "; run it as root, or name a file that may be written with -p"
            } else {
                denied ? "; run it as root, or with CAP_NET_ADMIN and CAP_NET_RAW" : ""
            }
        say("cannot start: \(error)\(advice)", log, options)
        let code = denied ? ExitCode.permission : ExitCode.failure
        start?.failed(code)
        return code
    }
}

/// `-t`: what `start` would find, on standard error.
private func test(_ outcome: Result<Loaded, Refused>, _ options: Options) -> Int32 {
    switch outcome {
    case .failure(let refused):
        for line in refused.lines { writeStandardError(line + "\n") }
        return ExitCode.configuration
    case .success(let loaded):
        for line in loaded.remarks { writeStandardError(line + "\n") }
        return loaded.hostLacks ? ExitCode.configuration : ExitCode.success
    }
}
