internal import LinuxKernel
internal import VRRPWire

/// Tells what happens while it happens: who has the address, and whether the client is served.
final class Narrator {
    private let stage: Stage
    private let say: (String) -> Void
    private let isVerbose: Bool
    private let curtain = monotonicNanoseconds()
    private var toldObservations = 0
    private var silence: [Int: UInt64] = [:]
    private var responders: [Int: String] = [:]
    /// So long without an answer is worth a word.
    private static let notableSilence: UInt64 = 100_000_000

    init(_ stage: Stage, verbose: Bool, say: @escaping (String) -> Void) {
        self.stage = stage
        self.say = say
        isVerbose = verbose
    }

    /// An event and its explanation.
    func announce(_ lines: [String]) {
        say("")
        for (index, line) in lines.enumerated() { tell(line, indented: index > 0) }
    }

    private func tell(_ text: String, indented: Bool = true, at instant: UInt64? = nil) {
        let elapsed = decimal(Double((instant ?? monotonicNanoseconds()) - curtain) / 1e9, places: 1)
        say(String(repeating: " ", count: max(0, 5 - elapsed.count)) + elapsed + " s  " + (indented ? "  " : "") + text)
    }

    /// Says what is new.
    ///
    /// Called often.
    func follow() {
        tellAddresses()
        tellAnswers()
        if isVerbose { tellLogs() }
    }

    private func tellAddresses() {
        let news = stage.observer.observations[toldObservations...]
        toldObservations = stage.observer.observations.count
        for observation in news {
            for pair in stage.plan.pairs {
                guard let first = pair.addresses.first else { continue }
                let more = pair.addresses.count > 1 ? " and the others of \(pair.name)" : ""
                switch observation.change {
                case .added(first): tell("\(observation.host) takes \(first)\(more).", at: observation.instant)
                case .removed(first): tell("\(observation.host) gives up \(first)\(more).", at: observation.instant)
                case .added, .removed, .link: break
                }
            }
        }
    }

    private func tellAnswers() {
        guard let probe = stage.probe else { return }
        let now = monotonicNanoseconds()
        for (index, target) in stage.plan.targets.enumerated() {
            guard let latest = probe.latestAnswer(from: index) else { continue }
            if let begin = silence[index], latest.instant > begin {
                tell("The client is served again, by \(latest.host).", at: latest.instant)
                silence[index] = nil
                responders[index] = latest.host
            } else if silence[index] == nil, now > latest.instant, now - latest.instant > Self.notableSilence {
                silence[index] = latest.instant
                tell("The client gets no answer from \(target.address).")
            } else if responders[index] != latest.host {
                tell("\(target.address) is answered by \(latest.host).", at: latest.instant)
                responders[index] = latest.host
            }
        }
    }

    private func tellLogs() {
        for (index, log) in stage.logs.enumerated() {
            for line in log.newLines() { say("         | \(stage.plan.hostNames[index]): \(line)") }
        }
    }
}
