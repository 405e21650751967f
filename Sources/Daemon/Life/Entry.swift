internal import Configuration
internal import LinuxKernel

/// Exit codes of `understudyd`.
///
/// An interface: documented, tested.
enum ExitCode {
    static let success: Int32 = 0
    /// The system refused something that the daemon cannot do without.
    static let failure: Int32 = 1
    /// keepalived: EXIT_CONFIG.
    ///
    /// The configuration has errors, or the command line has.
    static let configuration: Int32 = 2
    /// keepalived: MISSING_PERMISSION.
    static let permission: Int32 = 4
    /// The working process ended again and again, and was not replaced once more.
    static let crashed: Int32 = 6
}

/// The whole life of `understudyd`; returns its exit code.
///
/// - Parameter arguments: the command line, the program's name first.
package func runDaemon(_ arguments: [String]) -> Int32 {
    if arguments.count == 3, arguments[1] == Recorder.argument { return Recorder.run(arguments[2]) }
    if arguments.count == 2, arguments[1] == FileReader.argument { return FileReader.run() }
    if arguments.count == 2, arguments[1] == MailSender.argument { return MailSender.run() }
    if arguments.count == 2, arguments[1] == DumpWriter.argument { return DumpWriter.run() }
    if arguments.count == 2, arguments[1] == Succession.question {
        writeStandardOutput(Succession.answer)
        return ExitCode.success
    }
    let isWorker = arguments.count > 1 && arguments[1] == Worker.argument
    let arguments = isWorker ? [arguments[0]] + arguments.dropFirst(2) : arguments
    let program = arguments.first?.split(separator: "/").last.map(String.init) ?? "understudyd"
    switch Options.parse(arguments) {
    case .help:
        writeStandardError(Options.help(calledAs: program))
        return ExitCode.success
    case .version:
        writeStandardError("Understudy \(understudyVersion)\n")
        return ExitCode.success
    case .signal(let number):
        writeStandardOutput("\(number)\n")
        return ExitCode.success
    case .mistake(let sentence):
        writeStandardError("\(program): \(sentence)\n")
        return ExitCode.configuration
    case .run(let options):
        setUmask(options.umask ?? Options.usualUmask)
        if options.testOnly { return test(options, calledAs: program) }
        guard isWorker else { return guardian(options, program, arguments) }
        var worker = Worker(options, program)
        return worker.run()
    }
}

extension Log {
    /// - Parameter tag: what tells this daemon from others on the host (keepalived: added to its name in the log).
    convenience init(_ options: Options, calledAs program: String, tag: String = "") {
        self.init(
            Log.Settings(
                facility: options.noSyslog ? nil : options.facility, console: options.logToConsole,
                detailed: options.detailed, identity: tag.isEmpty ? program : "\(program)_\(tag)"))
    }

    /// Says why there is no start, to the log and to whoever started us; once, when both end in the journal.
    func explain(_ line: String, _ options: Options) {
        error(line)
        let isInLog = options.logToConsole || reachesSystemLog && standardErrorIsJournal
        if !isInLog { writeStandardError(line + "\n") }
    }
}

/// Leaves the terminal, if it shall, and guards the worker until the end.
private func guardian(_ options: Options, _ program: String, _ arguments: [String]) -> Int32 {
    let inherited = environmentVariable(Worker.memoryVariable).flatMap { Int32($0) }
    removeEnvironmentVariable(Worker.memoryVariable)
    let path = executablePath()
    // Later, the directory is another one: everything that is read again is named in full.
    var options = options.withFullPaths()
    // One that an upgrade has started knows already.
    let identity = inherited == nil ? readIdentity(options) : nil
    if let identity { options = options.withPIDFile(of: identity, calledAs: program) }
    let arguments = arguments + ["-f", options.configurationFile, "-p", options.pidFile]
    do throws(SystemError) {
        // After an upgrade this process has left its terminal already.
        let start = options.foreground || inherited != nil ? nil : try DaemonStart.begin()
        let code = guarded(
            options, program, start,
            Guardian.Program(path: path, arguments: arguments, replacesWorker: !options.replacesNobody), inherited,
            identity)
        if code != ExitCode.success { start?.failed(code) }
        return code
    } catch {
        writeStandardError("\(program): \(error)\n")
        return ExitCode.failure
    }
}

private func guarded(
    _ options: Options, _ name: String, _ start: DaemonStart?, _ program: Guardian.Program, _ inherited: Int32?,
    _ identity: DaemonIdentity?
) -> Int32 {
    var log = Log(options, calledAs: name, tag: identity?.tag ?? "")
    do throws(SystemError) {
        if options.pidFile.hasPrefix(Options.pidDirectory(calledAs: name) + "/") {
            try LocalFiles.makeDirectories(Options.pidDirectory(calledAs: name))
        }
        // Whoever reads the file may send a signal at once, and one that ended us here would leave the file behind.
        Signals.ignorePipe()
        let signals = try SignalSocket(Signals.forDaemon + [Guardian.readySignal])
        // A process that was just killed may take a moment to let go.
        let pidFile = try PIDFile.acquire(options.pidFile, until: monotonicNanoseconds() + 3_000_000_000)
        defer { pidFile.release() }
        let memory = try memory(inherited, log)
        if let identity { memory.tag = identity.tag } else { log = Log(options, calledAs: name, tag: memory.tag) }
        // A guardian that an upgrade has started has said it already, and has the limit.
        if inherited == nil { prepare(options, log) }
        return try Guardian(program, log: log, memory: memory, signals: signals, start: start).run()
    } catch {
        let denied = error.code == 1 || error.code == 13
        let isFile = error.operation.contains(options.pidFile)
        let advice =
            if denied, isFile { "; run it as root, or name a file that may be written with -p" } else { "" }
        log.explain("cannot start: \(error)\(advice)", options)
        return denied ? ExitCode.permission : ExitCode.failure
    }
}

/// Says which flags change nothing, and has the processes leave core dumps if they shall.
private func prepare(_ options: Options, _ log: Log) {
    for remark in options.remarks { log.notice(remark) }
    guard options.allowsCoreDumps else { return }
    do throws(SystemError) {
        try allowCoreDumps()
    } catch {
        log.warning("-m: no core dump can be left: \(error); LimitCORE of the service sets how large one may be")
    }
}

/// The memory of the worker that ran before an upgrade, or a fresh one.
private func memory(_ inherited: Int32?, _ log: Log) throws(SystemError) -> WorkerMemory {
    if let inherited {
        let memory = WorkerMemory(try SharedMemory(inherited: inherited), log: log)
        if memory.isOfThisVersion { return memory }
        log.warning("the process before this one left a memory of another version: this one starts from nothing")
    }
    let memory = WorkerMemory(try SharedMemory(named: "understudyd"), log: log)
    memory.claim()
    return memory
}

/// `-t`: what `start` would find, on standard error.
private func test(_ options: Options, calledAs program: String) -> Int32 {
    let loader: Loader
    do throws(SystemError) {
        loader = try Loader(reader: DiskReader(), namespace: options.networkNamespace)
    } catch {
        writeStandardError("\(program): cannot look at this host: \(error)\n")
        return ExitCode.failure
    }
    switch loader.load(options.configurationFile, configurationID: options.configurationID) {
    case .failure(let refused):
        for line in refused.lines { writeStandardError(line + "\n") }
        return ExitCode.configuration
    case .success(let loaded):
        for line in loaded.remarks { writeStandardError(line + "\n") }
        return loaded.hostLacks ? ExitCode.configuration : ExitCode.success
    }
}
