import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import class Foundation.ProcessInfo

/// The daemons that a host of a pair can run.
enum Program: String, CustomTestStringConvertible {
    case understudy
    case keepalived

    var testDescription: String { rawValue }

    static let binaries = ProcessInfo.processInfo.environment["UNDERSTUDY_BIN"] ?? BuiltPrograms.directory

    /// The program and its arguments; both understand keepalived's flags.
    func command(_ configuration: String) -> (program: String, arguments: [String]) {
        let common = ["-f", configuration, "-n", "-l"]
        return switch self {
        case .understudy: ("\(Self.binaries)/understudyd", common + ["-D", "-G", "-p", "/run/understudyd.pid"])
        // -P: without the health checkers, which have nothing to do here. Not -D: with -l it makes each announcement cost
        // keepalived more than a millisecond, and several instances at 10 ms intervals then miss each other for ever.
        case .keepalived: ("keepalived", common + ["-P", "-p", "/run/keepalived.pid", "-r", "/run/vrrp.pid"])
        }
    }
}

/// A host that runs a daemon, and that can be stopped, killed and switched on again.
final class Member {
    let name: String
    let program: Program
    var configuration: String
    /// Nil while its plug is pulled.
    private(set) var host: Host?
    private(set) var daemon: SpawnedProcess?
    private(set) var log: OutputLog
    private let laboratory: Laboratory
    private let interfaces: [Interface]
    /// Done to the host every time that it is switched on.
    var prepare: (Host) throws -> Void = { _ in }

    init(
        _ name: String, _ program: Program, _ configuration: String, _ interfaces: [Interface],
        in laboratory: Laboratory
    ) throws {
        self.name = name
        self.program = program
        self.configuration = configuration
        self.interfaces = interfaces
        self.laboratory = laboratory
        log = try OutputLog(name)
    }

    deinit { log.showsNoCrash(name) }

    func boot() throws {
        let host = try laboratory.addHost(name, interfaces)
        self.host = host
        try host.setSysctl("net/ipv4/ip_nonlocal_bind", "1")
        try prepare(host)
    }

    func start() throws {
        let host = try #require(host, "\(name) is switched off")
        try host.writeFile("/run/vrrp.conf", configuration)
        let command = program.command("/run/vrrp.conf")
        log.showsNoCrash(name)
        log = try OutputLog(name)
        daemon = try host.start(command.program, command.arguments, log: log)
    }

    /// Asks the daemon to end, as a service manager does.
    func stop() throws { try daemon?.send(.terminate) }

    /// Lets the daemon read a changed configuration.
    func reload(_ configuration: String) throws {
        self.configuration = configuration
        try host?.writeFile("/run/vrrp.conf", configuration)
        try daemon?.send(.reload)
    }

    /// Pulls the plug.
    func die() throws {
        if let host { try laboratory.kill(host) }
        host = nil
        daemon = nil
    }

    var hasStopped: Bool { daemon?.status != nil }
    func holds(_ address: IPAddress) -> Bool { host?.watch.holds(address) ?? false }
    func hasSaid(_ words: String) -> Bool { log.text.contains(words) }
}

/// Something that is done to a pair, and what has to come of it.
struct Step {
    var name: String
    var act: () throws -> Void
    /// What must become true.
    var outcome: () throws -> Bool
    /// Within so many seconds.
    var bound: Double
    /// And stay so for so many.
    var steady: Double
    /// True when it must hold from the beginning.
    var mayNotChange: Bool

    init(
        _ name: String, within bound: Double, steady: Double = 0.2, mayNotChange: Bool = false,
        _ act: @escaping () throws -> Void = {}, until outcome: @escaping () throws -> Bool
    ) {
        self.name = name
        self.act = act
        self.outcome = outcome
        self.bound = bound
        self.steady = steady
        self.mayNotChange = mayNotChange
    }
}

/// Steps that follow one another; several scripts are played at once.
final class Script {
    let name: String
    private let steps: [Step]
    private let lastWords: () -> String
    private var position = 0
    private var begun: UInt64?
    private var trueSince: UInt64?
    private var hasFailed = false
    /// How long each step took from the act until its outcome, in seconds.
    private(set) var figures: [(step: String, seconds: Double)] = []
    /// When the first step was over.
    private(set) var firstStepEnded: UInt64?

    init(_ name: String, _ steps: [Step], lastWords: @escaping () -> String) {
        self.name = name
        self.steps = steps
        self.lastWords = lastWords
    }

    var isFinished: Bool { hasFailed || position == steps.count }
    var bound: Double { steps.reduce(1) { $0 + $1.bound + $1.steady } }

    /// Goes on if it is time.
    func advance() throws {
        guard !isFinished else { return }
        let step = steps[position]
        let now = monotonicNanoseconds()
        guard let begun else {
            self.begun = now
            try step.act()
            return
        }
        if try step.outcome() {
            let since = trueSince ?? now
            trueSince = since
            guard now - since >= UInt64(step.steady * 1e9) else { return }
            figures.append((step.name, Double(since - begun) / 1e9))
            position += 1
            firstStepEnded = firstStepEnded ?? now
            (self.begun, trueSince) = (nil, nil)
            return
        }
        if trueSince != nil, step.mayNotChange { return fail(step, "it did not stay so") }
        trueSince = nil
        // What has become true may still be steady a little later.
        if now - begun > UInt64(step.bound * 1e9) { fail(step, "not within \(step.bound) s") }
    }

    private func fail(_ step: Step, _ reason: String) {
        hasFailed = true
        Issue.record("\(name): \(step.name): \(reason)\n\(lastWords())")
    }

    /// Plays all at once.
    static func play(_ scripts: [Script], observer: Observer) throws {
        let bound = scripts.map(\.bound).max() ?? 0
        try observer.wait(seconds: bound) {
            for script in scripts { try script.advance() }
            return scripts.allSatisfy(\.isFinished)
        }
        for script in scripts where !script.isFinished { Issue.record("\(script.name) did not come to its end") }
    }

    /// The figures in a line.
    var summary: String {
        name + ": " + figures.map { "\($0.step) \($0.seconds.thousandths) s" }.joined(separator: ", ")
    }
}

extension Double {
    /// With three digits after the point.
    var thousandths: String {
        let whole = Int((self * 1000).rounded())
        let digits = String(whole % 1000)
        return "\(whole / 1000)." + String(repeating: "0", count: 3 - digits.count) + digits
    }
}

extension OutputLog {
    /// A guardian replaces a process that stops itself within milliseconds: without a look at what it said nobody would notice.
    func showsNoCrash(_ name: String) {
        let text = text
        // SIGILL, SIGTRAP, SIGABRT, SIGBUS and SIGSEGV: how a program ends that has found a fault in itself, or has one.
        let ends = [4, 5, 6, 7, 11].map { "which ended by signal \($0) (" }
        guard ends.contains(where: text.contains) else { return }
        Issue.record("a daemon of \(name) crashed\n\(text.suffix(8000))")
    }

    /// The last lines, for a report that something broke.
    func tail(_ count: Int = 12) -> String { text.split(separator: "\n").suffix(count).joined(separator: "\n") }
}
