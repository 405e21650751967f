internal import Configuration
internal import LinuxKernel
internal import VRRPCore

/// What ps and pgrep call the process that does the work.
package let workerName = "understudyd-run"

/// The process that does the work, started by the ``Guardian`` with the memory as its standard input.
struct Worker {
    static let argument = "--worker"
    /// Names the descriptor of the memory to the program that an upgrade has put in place of this one.
    static let memoryVariable = "UNDERSTUDY_MEMORY"

    private let options: Options
    private let program: String
    private var log: Log

    init(_ options: Options, _ program: String) {
        self.options = options
        self.program = program
        log = Log(options, calledAs: program)
    }

    /// Reads the configuration, opens everything, runs, and cleans up; returns the exit code.
    mutating func run() -> Int32 {
        do throws(SystemError) {
            let memory = WorkerMemory(try SharedMemory(standardInput: ()), log: log)
            guard memory.isOfThisVersion else {
                writeStandardError("\(program): \(Self.argument) is for understudyd itself\n")
                return ExitCode.configuration
            }
            nameProcess(workerName)
            if !memory.tag.isEmpty { log = Log(options, calledAs: program, tag: memory.tag) }
            return try run(with: memory)
        } catch {
            let denied = error.code == 1 || error.code == 13
            let advice = denied ? "; run it as root, or with CAP_NET_ADMIN and CAP_NET_RAW" : ""
            log.explain("cannot start: \(error)\(advice)", options)
            return denied ? ExitCode.permission : ExitCode.failure
        }
    }

    private func run(with memory: WorkerMemory) throws(SystemError) -> Int32 {
        let loader = try Loader(reader: DiskReader(), namespace: options.networkNamespace)
        let isHeir = !memory.succession.isEmpty
        let outcome = loader.load(
            options.configurationFile, configurationID: options.configurationID,
            from: isHeir ? memory.snapshot : nil)
        switch outcome {
        case .failure(let refused):
            for line in refused.lines { log.explain(line, options) }
            writeStandardError("\(program): \(options.configurationFile) has errors; not started\n")
            return ExitCode.configuration
        case .success(let loaded):
            let settings = loaded.model.global.process
            memory.networkNamespace =
                loader.home == nil ? "" : options.identity(settings.identity).networkNamespace ?? ""
            if !isHeir {
                waitForKilledProcesses(
                    named: settings.workerName ?? workerName, until: monotonicNanoseconds() + 3_000_000_000)
                log.notice("Starting Understudy \(understudyVersion), configuration \(options.configurationFile)")
                LifeScript.runAtStart(settings, loaded.model.global, loader.host, memory, log)
            }
            let daemon = try Daemon(options, log: log, loader: loader, memory: memory)
            if !isHeir { for line in loaded.remarks { log.warning(line) } }
            // A process whose guardian was killed hands over before it ends.
            if let reason = try daemon.claim(loaded.model, waiting: .seconds(3)) {
                log.explain("cannot start: \(reason)", options)
                return ExitCode.failure
            }
            daemon.start(loaded)
            if !options.foreground { silenceStandardStreams() }
            let code = daemon.run()
            if daemon.isUpgrading { return code }
            if daemon.isStopping { LifeScript.runAtEnd(daemon.model.global, loader.host, memory, log) }
            log.notice("Stopped")
            return code
        }
    }
}

/// Whether a process is one that does the work, whatever it is called.
package func isWorker(_ pid: Int32) -> Bool { arguments(of: pid).dropFirst().first == Worker.argument }

/// Where the control socket of a worker is, which may share the directory with others (`instance`, `net_namespace`).
package func runtimeDirectory(ofWorker pid: Int32, below directory: String) -> String {
    guard let options = options(ofWorker: pid) else { return directory }
    return StateFiles.place(directory, of: readIdentity(options).tag)
}

/// The file that a worker was started with; nil when that cannot be seen.
func configurationFile(ofWorker pid: Int32) -> String? { options(ofWorker: pid)?.configurationFile }

private func options(ofWorker pid: Int32) -> Options? {
    let arguments = arguments(of: pid)
    guard let program = arguments.first, case .run(let options) = Options.parse([program] + arguments.dropFirst(2))
    else { return nil }
    return options
}
