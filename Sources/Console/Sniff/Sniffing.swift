internal import Configuration
internal import Control
internal import Daemon
internal import LinuxKernel

/// Listens until the operator, the count or the time ends it, and says what comes.
///
/// - Parameters:
///   - say: takes the lines of the result.
///   - note: takes what is said besides, which programs need not read.
/// - Returns: the exit code.
package func sniff(
    _ options: SniffOptions, say: (String) -> Void, note: (String) -> Void
) throws(CannotSniff) -> Int32 {
    // What comes out of a pipe cannot be read twice.
    let reader = OnceReader(DiskReader())
    try enterNetwork(of: options, reading: reader, note: note)
    let plan: SniffPlan
    let captures: [(name: String, frames: FrameCapture)]
    let end: EndRequests
    do {
        let socket = try RouteSocket()
        plan = try SniffPlan(
            options, reading: reader, links: try socket.links(), addresses: try socket.addresses())
        captures = try plan.links.map {
            ($0.name, try FrameCapture(interfaceIndex: $0.index, groups: plan.judge.groups(on: $0.name)))
        }
        end = try EndRequests()
    } catch let error as SystemError where error.code == 1 || error.code == 13 {
        throw CannotSniff("listening needs root, or CAP_NET_RAW (\(error))", exitCode: 4)
    } catch let error as CannotSniff {
        throw error
    } catch {
        throw CannotSniff("\(error)")
    }
    for sentence in plan.notes { note(sentence) }
    let names = plan.links.map(\.name)
    note("Listening on \(enumeration(names)). Ctrl-C ends.")
    var listening = Listening(options, plan.judge, captures, end)
    do throws(SystemError) {
        try listening.run(say: say, note: note)
    } catch {
        throw CannotSniff("listening failed: \(error)")
    }
    let lost = captures.reduce(0) { $0 + $1.frames.takeLost() }
    let summary = listening.session.summary(interfaces: names, seconds: listening.seconds, lostFrames: lost)
    if options.asJSON {
        say(encode(summary).text)
    } else {
        let palette = Terminal.standardOutput().palette
        for line in summary.lines { say(palette.paint(StyledText(line, line.hasPrefix("!") ? .bad : .plain))) }
    }
    return summary.exitCode
}

/// Goes into the network namespace that the configuration names, unless an interface of this one is named.
private func enterNetwork(
    of options: SniffOptions, reading reader: OnceReader, note: (String) -> Void
) throws(CannotSniff) {
    guard options.file != nil || options.interface == nil else { return }
    let file = options.file ?? SniffOptions.usualFile
    let parsed = parse(file: file, reading: reader, configurationID: options.configurationID)
    guard let name = daemonIdentity(of: parsed.statements).networkNamespace else { return }
    switch enterNetwork(name) {
    case .alreadyThere: return
    case .entered: note("\(file) names the network namespace \(name): all that follows is about that.")
    case .failed(let error):
        let remedy = error.isMissing ? "; make it with: ip netns add \(name)" : ""
        throw CannotSniff(
            "\(file) names the network namespace \(name): \(error)\(remedy)", exitCode: error.isMissing ? 2 : 4)
    }
}

/// The loop.
private struct Listening {
    let options: SniffOptions
    let captures: [(name: String, frames: FrameCapture)]
    let end: EndRequests
    var session: SniffSession
    private let began = monotonicNanoseconds()
    private let palette = Terminal.standardOutput().palette
    private var isDown: Set<String> = []

    /// So that one busy interface starves neither the others nor Ctrl-C.
    private static let framesPerTurn = 256

    init(
        _ options: SniffOptions, _ judge: Judge, _ captures: [(name: String, frames: FrameCapture)], _ end: EndRequests
    ) {
        self.options = options
        self.captures = captures
        self.end = end
        session = SniffSession(judge: judge, onlyVirtualRouterID: options.virtualRouterID)
    }

    var seconds: Double { Double(monotonicNanoseconds() - began) / 1e9 }

    mutating func run(say: (String) -> Void, note: (String) -> Void) throws(SystemError) {
        let deadline = options.seconds.map { began + UInt64($0 * 1e9) }
        while true {
            var items = captures.map { Readiness($0.frames.descriptor) } + [Readiness(end.rawDescriptor)]
            try Readiness.wait(&items, until: deadline)
            if items[captures.count].isReady { return }
            for (index, capture) in captures.enumerated() where items[index].isReady {
                if try drain(capture.frames, capture.name, say: say, note: note) { return }
            }
            if let deadline, monotonicNanoseconds() >= deadline { return }
        }
    }

    /// - Returns: true when enough has been shown.
    private mutating func drain(
        _ frames: FrameCapture, _ name: String, say: (String) -> Void, note: (String) -> Void
    ) throws(SystemError) -> Bool {
        for _ in 0..<Self.framesPerTurn {
            let frame: CapturedFrame?
            do throws(SystemError) {
                frame = try frames.next()
            } catch {
                // ENETDOWN: the interface is down, or gone; it may come back.
                guard error.code == 100 else { throw error }
                if isDown.insert(name).inserted { note("\(name) went down.") }
                return false
            }
            guard let frame else { return false }
            isDown.remove(name)
            guard let sighting = session.observe(frame, on: name) else { continue }
            say(options.asJSON ? encode(sighting).text : palette.paint(sighting.styled))
            if let count = options.count, session.shown >= count { return true }
        }
        return false
    }
}
