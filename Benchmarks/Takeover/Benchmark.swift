internal import CCapture
internal import Glibc
internal import LinuxKernel
internal import VRRPWire

/// The command line.
struct Arguments {
    enum Subject { case takeover, footprint }
    var subject = Subject.takeover
    var isJSON = false
    var isQuick = false
    /// For each row.
    var seconds = 60
    var ours = ".build/release/understudyd"
    var reference = "/usr/sbin/keepalived"

    static let usage = """
        usage: understudy-benchmark takeover|footprint [--quick] [--seconds N] [--json]
                                    [--understudyd PATH] [--reference PATH]
        """

    /// Nil when it cannot be understood.
    init?(_ words: [String]) {
        var rest = words[...]
        switch rest.popFirst() {
        case "takeover": subject = .takeover
        case "footprint": subject = .footprint
        default: return nil
        }
        while let word = rest.popFirst() {
            switch word {
            case "--json": isJSON = true
            case "--quick":
                isQuick = true
                seconds = 15
            case "--seconds":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else { return nil }
                seconds = value
            case "--understudyd":
                guard let value = rest.popFirst() else { return nil }
                ours = value
            case "--reference":
                guard let value = rest.popFirst() else { return nil }
                reference = value
            default: return nil
            }
        }
    }

    /// What is measured; an error's sentence when a program is missing.
    func candidates() throws(SystemError) -> [Candidate] {
        var found: [Candidate] = []
        for path in [ours, reference] {
            guard let absolute = LocalFiles.absolute(path), LocalFiles.isProgram(absolute) else {
                throw SystemError("find program \(path)", ENOENT)
            }
            let name = absolute.split(separator: "/").last.map(String.init) ?? absolute
            found.append(Candidate(name: name, path: absolute))
        }
        return found
    }
}

@main
enum Benchmark {
    static func main() {
        guard let arguments = Arguments(Array(CommandLine.arguments.dropFirst())) else {
            writeStandardErrorWithoutWaiting(Arguments.usage + "\n")
            exit(2)
        }
        cc_show_lines()
        makeTimersPrecise()
        do throws(SystemError) {
            switch arguments.subject {
            case .takeover: exit(try measureTakeovers(arguments) ? 0 : 1)
            case .footprint: try measureFootprints(arguments)
            }
        } catch {
            writeStandardErrorWithoutWaiting("understudy-benchmark: \(error)\n")
            exit(2)
        }
    }

    private static func settings(_ arguments: Arguments) -> [Setting] {
        guard let short = Centiseconds(1), let tenth = Centiseconds(10) else { return [] }
        let quick = [
            Setting(version: .v3, interval: short, isLoaded: false),
            Setting(version: .v3, interval: tenth, isLoaded: false),
        ]
        if arguments.isQuick { return quick }
        let idle =
            quick + [
                Setting(version: .v3, interval: .oneSecond, isLoaded: false),
                Setting(version: .v2, interval: .oneSecond, isLoaded: false),
            ]
        return idle
            + idle.map { setting in
                var setting = setting
                setting.isLoaded = true
                return setting
            }
    }

    /// False when the first candidate is worse in any row.
    private static func measureTakeovers(_ arguments: Arguments) throws(SystemError) -> Bool {
        let candidates = try arguments.candidates()
        var found: [Comparison] = []
        if !arguments.isJSON { print(Comparison.heading) }
        for setting in settings(arguments) {
            let load = setting.isLoaded ? try Load(processors: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) : nil
            let arena = try Arena(candidates)
            let (rounds, discarded) = try TakeoverRounds(arena: arena, setting: setting).run(
                seconds: arguments.seconds)
            try load?.end()
            let comparison = Comparison(
                setting: setting, candidates: candidates, rounds: rounds, discarded: discarded)
            found.append(comparison)
            if !arguments.isJSON { print(comparison.rows) }
        }
        if arguments.isJSON {
            print("[" + found.map(\.json).joined(separator: ",\n") + "]")
        } else {
            print("\nMicroseconds. " + found.map(\.sentence).joined(separator: ".\n") + ".")
        }
        return !found.contains(where: \.isWorse)
    }
}
