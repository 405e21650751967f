internal import CCapture
internal import Glibc
internal import LinuxKernel
internal import Rehearsal
internal import VRRPWire

/// A program to be measured.
struct Candidate {
    var name: String
    var path: String

    /// The process that is measured sees its configuration here; /run is the host's own.
    static let configurationFile = "/run/benchmark.conf"
}

/// One candidate in its own host, on a switch of its own, beside the measuring network.
final class Lane {
    let candidate: Candidate
    let host: Host
    /// The measuring network's interface on this switch.
    let interfaceIndex: UInt32
    private let log: OutputLog
    private var process: SpawnedProcess?

    init(_ candidate: Candidate, host: Host, interfaceIndex: UInt32) throws(SystemError) {
        self.candidate = candidate
        self.host = host
        self.interfaceIndex = interfaceIndex
        log = try OutputLog(candidate.name)
    }

    var pid: Int32? { process?.pid }
    var output: String { log.text }

    /// Starts the program with the same arguments for every candidate.
    func start(_ configuration: String) throws(SystemError) {
        try host.writeFile(Candidate.configurationFile, configuration)
        process = try host.start(
            candidate.path, ["-n", "-l", "-f", Candidate.configurationFile, "-p", "/run/benchmark.pid"], log: log)
    }

    /// Ends it with what it started: keepalived's parent ends its children.
    func stop() throws(SystemError) {
        try process?.send(.terminate)
        let ended = try process?.wait(until: monotonicNanoseconds() + 5_000_000_000)
        if ended == nil { try process?.send(.kill) }
        _ = try process?.wait(until: nil)
        process = nil
    }

    var hasEnded: Bool { process?.status != nil }
}

/// A frame that matters here, as the kernel stamped it.
struct Seen {
    enum Kind { case advert, announcement }
    var nanoseconds: Int64
    var interfaceIndex: UInt32
    var kind: Kind
    /// True for the stimulus.
    var isOurs: Bool
    var priority: UInt8
    var virtualRouter: UInt8
}

/// Two lanes, and a network with a cable to each switch from which adverts are sent and everything is heard.
///
/// One socket hears both lanes, so one clock stamps all.
final class Arena {
    let laboratory: Laboratory
    private(set) var lanes: [Lane] = []
    private let network: NetworkNamespace
    private let capture: Int32
    private let sender: PacketSocket

    /// The backups' own address, the same on both switches.
    static let ownAddress = IPv4Address(10, 77, 0, 2)

    init(_ candidates: [Candidate]) throws(SystemError) {
        var visible: [String] = []
        for candidate in candidates where candidate.path.hasPrefix("/") {
            visible.append(LocalFiles.directory(of: candidate.path))
        }
        visible = visible.filter { $0.hasPrefix("/tmp/") || $0.hasPrefix("/run/") }
        let laboratory = try Laboratory(visible: visible)
        let cables = candidates.indices.map { Interface("lane\($0)", segment: "lane\($0)") }
        let network = try laboratory.addClient(cables)
        capture = try network.perform { () throws(SystemError) in
            let descriptor = cc_open()
            guard descriptor >= 0 else { throw SystemError("open capture socket", errno) }
            return descriptor
        }
        sender = try network.perform { () throws(SystemError) in try PacketSocket() }
        self.laboratory = laboratory
        self.network = network
        for (index, candidate) in candidates.enumerated() {
            let host = try laboratory.addHost(
                "host\(index)",
                [Interface("eth0", segment: "lane\(index)", addresses: [.init(.v4(Self.ownAddress), 16)])])
            guard let cable = try network.interfaceIndex("lane\(index)") else {
                throw SystemError("find cable", ENODEV)
            }
            lanes.append(try Lane(candidate, host: host, interfaceIndex: UInt32(cable)))
        }
    }

    deinit {
        laboratory.close()
        _ = Glibc.close(capture)
    }

    func send(_ frame: [UInt8], to lane: Lane) throws(SystemError) {
        try sender.send(frame.span, interfaceIndex: lane.interfaceIndex)
    }

    /// What was seen since the last time.
    func collect() throws(SystemError) -> [Seen] {
        var seen: [Seen] = []
        while true {
            let frame = cc_next(capture)
            let kind: Seen.Kind
            switch UInt32(frame.kind) {
            case CC_EMPTY.rawValue: return seen
            case CC_FAILED.rawValue: throw SystemError("receive from capture socket", frame.error)
            case CC_ADVERT.rawValue: kind = .advert
            case CC_ANNOUNCEMENT.rawValue: kind = .announcement
            default: continue
            }
            seen.append(
                Seen(
                    nanoseconds: frame.nanoseconds, interfaceIndex: frame.interface_index, kind: kind,
                    isOurs: frame.is_ours != 0, priority: frame.priority, virtualRouter: frame.virtual_router))
        }
    }

    /// Collects until `condition` holds of all that was seen, at most `seconds`.
    func collect(seconds: Double, until condition: ([Seen]) -> Bool) throws(SystemError) -> [Seen] {
        let bound = monotonicNanoseconds() + UInt64(seconds * 1e9)
        var seen = try collect()
        while !condition(seen), monotonicNanoseconds() < bound {
            try Self.pause(until: monotonicNanoseconds() + 5_000_000)
            seen += try collect()
        }
        return seen
    }

    /// Waits for an instant of the monotonic clock, without using a processor.
    static func pause(until instant: UInt64) throws(SystemError) {
        var nothing: [Readiness] = []
        while monotonicNanoseconds() < instant { try Readiness.wait(&nothing, until: instant) }
    }
}
