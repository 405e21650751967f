internal import Control
internal import VRRPCore
internal import VRRPWire

/// Who else has spoken for a VRID: the last word of each that was believed, and of each that was not.
///
/// Bounded, whatever a stranger sends: the one that was silent longest makes room. Those who are refused have a place of
/// their own, because anyone can send what is refused, under any address, and must not push out or cover a real peer.
struct PeerTable {
    private struct Entry {
        var source: IPAddress
        var priority: Priority?
        /// Put into words only when somebody asks: it may come thousands of times a second.
        var refusal: Refusal?
        var difference: String?
        /// An advert of it was as ours are, at some time.
        var hasAgreed = false
        /// It had the addresses until it resigned.
        var hasHandedOver = false
        var at: MonotonicInstant
    }

    private var believed: [Entry] = []
    private var refused: [Entry] = []
    private static let most = 8

    mutating func heard(
        _ source: IPAddress, priority: Priority, difference: String? = nil, at now: MonotonicInstant
    ) {
        var entry = Entry(source: source, priority: priority, difference: difference, at: now)
        let known = believed.first { $0.source == source }
        entry.hasAgreed = difference == nil || known?.hasAgreed == true
        // Only who is active advertises, and it may resign several times.
        if priority == .resigning, let known {
            entry.hasHandedOver = known.priority != .resigning || known.hasHandedOver
        }
        Self.put(entry, into: &believed)
        // Whoever is believed again has mended what was wrong.
        refused.removeAll { $0.source == source }
    }

    mutating func refused(_ source: IPAddress, because refusal: Refusal, at now: MonotonicInstant) {
        Self.put(Entry(source: source, priority: nil, refusal: refusal, at: now), into: &refused)
    }

    /// A reload has changed what adverts are judged by: what was wrong with them need not be wrong any more.
    mutating func forgetJudgements() {
        refused = []
        for index in believed.indices { believed[index].difference = nil }
    }

    private static func put(_ entry: Entry, into entries: inout [Entry]) {
        if let index = entries.firstIndex(where: { $0.source == entry.source }) {
            entries[index] = entry
        } else if entries.count < most {
            entries.append(entry)
        } else if let oldest = entries.indices.min(by: { entries[$0].at < entries[$1].at }) {
            entries[oldest] = entry
        }
    }

    /// Everybody, the last heard first, without ourselves.
    func list(except own: IPAddress?, at now: MonotonicInstant) -> [Peer] {
        Self.peers((believed + refused).filter { $0.source != own }, at: now)
    }

    /// Those who were believed and did not say that they were leaving, the last heard first.
    func candidates(except own: IPAddress?, at now: MonotonicInstant) -> [Peer] {
        Self.peers(believed.filter { $0.source != own && $0.priority != .resigning }, at: now)
    }

    /// Who had the addresses and resigned last, unless it advertises again.
    func predecessor(except own: IPAddress?, at now: MonotonicInstant) -> Peer? {
        Self.peers(believed.filter { $0.source != own && $0.hasHandedOver }, at: now).first
    }

    private static func peers(_ entries: [Entry], at now: MonotonicInstant) -> [Peer] {
        entries.sorted { $0.at > $1.at }.map { entry in
            var peer = Peer(
                address: "\(entry.source)", priority: entry.priority.map { Int($0.rawValue) },
                lastHeardSeconds: now.since(entry.at).inSeconds, refusal: entry.refusal.map { "\($0)" })
            peer.difference = entry.difference
            if entry.hasAgreed { peer.hasAgreed = true }
            return peer
        }
    }
}

extension Interval {
    /// To a microsecond, which is more than anybody reads.
    var inSeconds: Double { Double(nanoseconds / 1000) / 1e6 }
}
