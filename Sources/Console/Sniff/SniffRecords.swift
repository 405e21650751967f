internal import VRRPWire

/// What is remembered of a sender.
struct SenderRecord: Sendable {
    var first: Int64
    /// When it was last heard, in nanoseconds since 1970.
    var last: Int64
    var count = 1
    /// What its last advert that could be read said.
    var advert: AdvertFacts?
    var latest: Sighting
    /// What was wrong with anything it sent, the last of each kind.
    var problems: [Verdict.Code: String] = [:]

    init(_ sighting: Sighting, at now: Int64) {
        first = now
        last = now
        latest = sighting
        take(sighting)
    }

    mutating func add(_ sighting: Sighting, at now: Int64) {
        // A clock that was set back makes earlier times worthless.
        if now < last { (first, count) = (now, 0) }
        last = now
        count += 1
        take(sighting)
    }

    private mutating func take(_ sighting: Sighting) {
        latest = sighting
        if let advert = sighting.advert { self.advert = advert }
        for verdict in sighting.verdicts where verdict.isProblem { problems[verdict.code] = verdict.text }
    }

    /// The mean interval between its packets, in seconds; nil when there was one only.
    var meanIntervalSeconds: Double? { count > 1 ? Double(last - first) / Double(count - 1) / 1e9 : nil }
}

/// Who advertises one virtual router at the same time.
struct Contest: Sendable {
    struct Rival: Sendable {
        var last: Int64
        var interval: Int64
        /// Adverts since somebody else was heard as well.
        var count: Int
    }

    /// A takeover is over after two adverts of the one that yields; nobody yields after three.
    static let patience = 3
    static let mostRivals = 16
    private var rivals: [IPAddress: Rival] = [:]

    /// Takes in an advert.
    ///
    /// - Returns: the others that go on advertising, in order.
    mutating func hear(_ source: IPAddress, isLeaving: Bool, interval: Int64, at now: Int64) -> [IPAddress] {
        // Who has been silent for three intervals is no active router any more.
        rivals = rivals.filter { now >= $0.value.last && now - $0.value.last <= 3 * $0.value.interval + 500_000_000 }
        if isLeaving {
            rivals[source] = nil
            return []
        }
        if rivals.keys.allSatisfy({ $0 == source }) {
            rivals = [source: Rival(last: now, interval: interval, count: 0)]
            return []
        }
        guard rivals[source] != nil || rivals.count < Self.mostRivals else { return [] }
        rivals[source] = Rival(last: now, interval: interval, count: (rivals[source]?.count ?? 0) + 1)
        guard rivals[source, default: Rival(last: 0, interval: 0, count: 0)].count >= Self.patience else { return [] }
        return rivals.filter { $0.key != source && $0.value.count >= Self.patience - 1 }.keys.sorted()
    }
}

/// An address on a network.
struct Place: Hashable, Sendable {
    var interface: String
    var address: IPAddress

    init(_ interface: String, _ address: IPAddress) {
        self.interface = interface
        self.address = address
    }
}

/// Where an address was said to be.
struct Claim: Sendable {
    var hardwareAddress: HardwareAddress
    var at: Int64
    /// Where it was before, and until when.
    var before: (hardwareAddress: HardwareAddress, at: Int64)?
    /// How often it has moved.
    var moves = 0
    var isDisputed = false
}
