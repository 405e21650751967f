import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// A `bfd_instance` that notices a silence of 150 ms.
func session(
    _ neighbour: String = "192.0.2.254", from source: String? = "192.0.2.1", _ more: String = "",
    name: String = "ROUTER"
) -> String {
    """
    bfd_instance \(name) {
        neighbor_ip \(neighbour)
        \(source.map { "source_ip \($0)" } ?? "")
        min_rx 50
        min_tx 50
        multiplier 3
        \(more)
    }

    """
}

/// What the neighbour of the tests runs: its end of the session, and an instance that has nothing to do with it.
func otherEnd(_ more: String = "", own: String = "192.0.2.254", peer: String = "192.0.2.1") -> String {
    session(peer, from: own, more, name: "BALANCER") + instance("OTHER", id: 77, addresses: ["192.0.2.77/24"])
}

func tracking(_ line: String = "ROUTER", priority: Int = 100) -> String {
    instance(priority: priority, "track_bfd {\n        \(line)\n    }")
}

extension RunningDaemon {
    func session(_ name: String = "ROUTER") throws -> SessionStatus {
        try #require(try status().sessions?.first { $0.name == name })
    }

    func sessionBecomes(_ state: SessionStatus.State, _ name: String = "ROUTER", seconds: Double = 10) throws {
        try listens()
        var last: SessionStatus?
        let came = try trial.observer.wait(seconds: seconds) {
            last = try session(name)
            return last?.state == state
        }
        guard came else {
            throw DidNotHappen(
                description: "\(name) is not \(state) but \(String(describing: last))\n\(text().suffix(3000))")
        }
    }

    func hasPriority(_ priority: Int, seconds: Double = 10) throws {
        try listens()
        var last: PrioritySum?
        let came = try trial.observer.wait(seconds: seconds) {
            last = try instance().priority
            return last?.effective == priority
        }
        guard came else {
            throw DidNotHappen(description: "\(priority): \(String(describing: last))\n\(text().suffix(3000))")
        }
    }
}

/// When the packets of a session came to a host, as its kernel saw them: whether the sender or the receiver of a session that
/// went down was late.
final class SessionRecording {
    private let log: OutputLog

    init(at host: Host) throws {
        log = try OutputLog("session")
        let ports = "udp port 3784 or udp port 4784"
        _ = try host.start("tcpdump", ["-l", "-tt", "-n", "-Q", "in", "-i", "eth0", ports], log: log)
    }

    private struct Arrival {
        /// Since 1970.
        var seconds: Double
        var isUp: Bool
    }

    private var arrivals: [Arrival] {
        log.text.split(separator: "\n").compactMap { line in
            guard line.contains(" IP"), let seconds = line.split(separator: " ").first.flatMap({ Double($0) }) else {
                return nil
            }
            return Arrival(seconds: seconds, isUp: line.contains("State Up"))
        }
    }

    /// How many packets have come.
    var count: Int { arrivals.count }

    /// The longest time without a packet, in seconds, from the arrival of this number on and until the session is down: from
    /// then on they come once a second.
    func longestSilence(since number: Int) -> Double {
        let seen = arrivals.dropFirst(number)
        let end = seen.firstIndex { !$0.isUp } ?? seen.endIndex - 1
        let counted = seen.prefix(through: end)
        return zip(counted, counted.dropFirst()).map { $1.seconds - $0.seconds }.max() ?? .infinity
    }
}
