internal import Control
internal import VRRPCore
internal import VRRPWire

/// Who else has spoken for a VRID, the last word of each.
///
/// Bounded, whatever a stranger sends: the one that was silent longest makes room.
struct PeerTable {
    private struct Entry {
        var source: IPAddress
        var priority: Priority?
        var refusal: String?
        var at: MonotonicInstant
    }

    private var entries: [Entry] = []
    private static let most = 8

    mutating func heard(_ source: IPAddress, priority: Priority?, refusal: String?, at now: MonotonicInstant) {
        let entry = Entry(source: source, priority: priority, refusal: refusal, at: now)
        if let index = entries.firstIndex(where: { $0.source == source }) {
            entries[index] = entry
        } else if entries.count < Self.most {
            entries.append(entry)
        } else if let oldest = entries.indices.min(by: { entries[$0].at < entries[$1].at }) {
            entries[oldest] = entry
        }
    }

    /// The last heard first, without ourselves.
    func list(except own: IPAddress?, at now: MonotonicInstant) -> [Peer] {
        entries.filter { $0.source != own }.sorted { $0.at > $1.at }.map { entry in
            Peer(
                address: "\(entry.source)", priority: entry.priority.map { Int($0.rawValue) },
                lastHeardSeconds: now.since(entry.at).inSeconds, refusal: entry.refusal)
        }
    }
}

extension Interval {
    /// To a microsecond, which is more than anybody reads.
    var inSeconds: Double { Double(nanoseconds / 1000) / 1e6 }
}
