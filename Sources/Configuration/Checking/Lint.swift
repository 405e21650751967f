internal import VRRPCore
internal import VRRPWire

/// What is suspicious about a model that would run: against the host when its facts are given, else by itself.
///
/// What the host lacks is an error when it is the machine that the file is for (`hostIsAuthoritative`), else a warning.
public func lint(_ model: Model, host: (any HostInspector)?, hostIsAuthoritative: Bool) -> [Diagnostic] {
    var linter = Linter(model: model, missing: hostIsAuthoritative ? .error : .warning)
    linter.checkScripts()
    linter.checkSessions()
    for instance in model.instances { linter.checkTracking(instance) }
    if let host {
        linter.checkPrograms(host)
        linter.checkPrintedResult(host)
        linter.checkFiles(host)
        // Virtual addresses that are here at present say nothing about the host, and there may be thousands.
        var facts = host.facts
        for index in facts.interfaces.indices {
            facts.interfaces[index].addresses.removeAll(where: \.isOurs)
            // What is there in every state is the host's.
            let statics = model.global.staticAddresses.filter { $0.interface == facts.interfaces[index].name }
            facts.interfaces[index].addresses += statics.map {
                HostFacts.Assigned(address: $0.address, prefixLength: $0.prefixLength)
            }
        }
        linter.checkStatics(facts)
        linter.checkNamedInterfaces(facts)
        linter.checkSessions(on: facts)
        for instance in model.instances { linter.checkHost(instance, facts) }
    }
    return linter.diagnostics
}

/// A program, and who runs it.
struct ProgramUse: Hashable {
    var program: String
    var user: UserName?
}

/// The state of one lint run; methods are grouped by subject in the other files.
struct Linter {
    let model: Model
    /// How bad it is when the host lacks something.
    let missing: Diagnostic.Severity
    private(set) var diagnostics: [Diagnostic] = []
    private var reported: Set<Diagnostic> = []
    /// What is wrong with programs that were looked at: many commands are of one program.
    var programProblems: [ProgramUse: HostFacts.ProgramProblem?] = [:]
    /// The checks whose command has an address in it, by name: where they are, and the addresses as written.
    private(set) lazy var scriptsWithAddresses = findAddresses()
    /// Those of all instances, for whoever asks.
    private(set) lazy var virtualAddresses = Set(
        model.instances.flatMap { $0.addresses + $0.excludedAddresses }.map(\.address))

    init(model: Model, missing: Diagnostic.Severity) {
        self.model = model
        self.missing = missing
    }

    mutating func report(
        _ severity: Diagnostic.Severity, _ code: String, at location: SourceLocation, _ message: String,
        consequence: String? = nil, fix: String? = nil, passesKeepalived: Bool? = nil
    ) {
        var diagnostic = Diagnostic(severity, code, at: location, message, consequence: consequence, fix: fix)
        diagnostic.passesKeepalived = passesKeepalived
        if reported.insert(diagnostic).inserted { diagnostics.append(diagnostic) }
    }
}

// MARK: Checks and what they can do

extension Linter {
    mutating func checkScripts() {
        for script in model.scripts {
            suggestProcess(script)
            checkDetection(script)
            checkPrintedResult(script)
        }
    }

    /// A command that only asks whether a process exists can be watched without a command.
    private mutating func suggestProcess(_ script: ScriptCheck) {
        guard let name = script.watchedProcess else { return }
        let kept = String(name.prefix(15))
        let reverse = script.weight.reverse ? " reverse" : ""
        var lines = ["vrrp_track_process \(script.name) {", "    process \(kept)"]
        if script.weight.value != 0 || script.weight.reverse {
            lines.append("    weight \(script.weight.value)\(reverse)")
        }
        lines.append("    # terminate_delay 1   would overlook a restart that takes less than a second")
        lines.append("}")
        report(
            .note, "process-check-by-command", at: script.commandLocation,
            "`\(script.text)` asks whether a process called `\(kept)` exists",
            consequence:
                "it sees a death after up to \(script.detectionTime.decimalSeconds) s and starts a "
                + "command every \(script.interval.decimalSeconds) s; vrrp_track_process sees it in milliseconds",
            fix: (lines + trackLines(script)).joined(separator: "\n"))
    }

    /// What replaces the track_script lines of `script`, whose weights they keep.
    private func trackLines(_ script: ScriptCheck) -> [String] {
        var users: [(line: String, instances: [String])] = []
        for instance in model.instances {
            for tracked in instance.trackedScripts where tracked.name == script.name {
                let line =
                    script.name
                    + (tracked.weight == script.weight
                        ? ""
                        : " weight \(tracked.weight.written)"
                            + (script.weight.reverse && !tracked.weight.reverse ? " noreverse" : ""))
                if let index = users.firstIndex(where: { $0.line == line }) {
                    users[index].instances.append(instance.name)
                } else {
                    users.append((line, [instance.name]))
                }
            }
        }
        if users.isEmpty { users = [(script.name, [])] }
        return users.flatMap { user in
            let place = users.count == 1 ? "the instance" : user.instances.joined(separator: " and ")
            return [
                "# and in \(place), instead of track_script:", "track_process {", "    \(user.line)", "}",
            ]
        }
    }

    /// How long a failure may go unnoticed: `fall` runs, an interval apart.
    private mutating func checkDetection(_ script: ScriptCheck) {
        let detection = script.detectionTime
        guard detection > .seconds(10) else { return }
        let fix =
            script.fall > 1 && script.interval <= .seconds(5)
            ? "fall \(max(1, Int(10_000_000_000 / script.interval.nanoseconds)))" : "interval 2"
        report(
            .note, "slow-detection", at: script.location,
            "`\(script.name)` notices a failure after up to \(detection.decimalSeconds) s (interval "
                + "\(script.interval.decimalSeconds) x fall \(script.fall))",
            consequence: "clients meet the failed service for that long before the address moves", fix: fix)
    }

    mutating func checkTracking(_ instance: Instance) {
        checkNoPreemption(instance)
        checkSessions(of: instance)
        checkSelfReference(instance)
        checkPassword(instance)
    }

    /// With `nopreempt` a Backup never takes over from a Master whose priority has merely fallen.
    private mutating func checkNoPreemption(_ instance: Instance) {
        guard !instance.preempts,
            let weighted = (instance.trackers + instance.trackedFiles).first(where: { !$0.weight.isFault })
        else { return }
        report(
            .warning, "weight-with-nopreempt", at: weighted.location,
            "with `nopreempt` on both hosts a weight cannot move the address",
            consequence:
                "`\(weighted.name)` lowers the MASTER's priority, but a BACKUP with `nopreempt` does not "
                + "take over from a MASTER that still sends",
            fix: "\(weighted.asFault)   # its failure is then a fault, and the MASTER gives up")
    }
}

extension Instance {
    /// Each address with the place where it was written.
    var placedAddresses: [(VirtualAddress, SourceLocation)] {
        Array(zip(addresses + self.excludedAddresses, addressLocations))
    }
}

extension Weight {
    /// As written after a name that is tracked.
    var written: String { "\(value)" + (reverse ? " reverse" : "") }
}

extension ScriptCheck {
    /// The longest time until a failure counts: `fall` runs, an interval apart.
    var detectionTime: Interval {
        let (product, overflow) = interval.nanoseconds.multipliedReportingOverflow(by: UInt64(fall))
        return Interval(nanoseconds: overflow ? .max : product)
    }

    /// The process that this command looks for and does nothing else; nil when it does more, or is not understood.
    var watchedProcess: String? {
        guard let program = command.first?.split(separator: "/").last else { return nil }
        let arguments = Array(command.dropFirst())
        let name: String?
        switch (String(program), arguments.count) {
        case ("pkill", 2...3), ("killall", 2):
            let options = arguments.dropLast()
            let allowed: Set<String> = program == "pkill" ? ["-0", "-x"] : ["-0"]
            name = options.contains("-0") && options.allSatisfy { allowed.contains($0) } ? arguments.last : nil
        case ("pgrep", 2): name = arguments[0] == "-x" ? arguments[1] : nil
        case ("pidof", 1): name = arguments[0]
        default: name = nil
        }
        guard let name, !name.isEmpty, name.utf8.allSatisfy(Self.isPlainNameByte) else { return nil }
        return name
    }

    /// Letters, digits, `-`, `_` and `.`: no path, no pattern.
    private static func isPlainNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, 45, 46, 95: true
        default: false
        }
    }
}
