internal import VRRPWire

/// What travels on the segment.
struct Frame: Sendable {
    enum Payload: Sendable {
        /// A VRRP message as it is on the wire.
        case advert([UInt8], Carrier)
        /// Gratuitous ARP or unsolicited neighbour advertisements for every virtual address.
        case announcement
        /// An owner asks the other hosts who has the addresses.
        case question
        /// A kernel that has them says so to who asked.
        case answer(to: Int)
    }

    var from: Int
    var payload: Payload
    /// True when a bit was flipped or the hop limit spent on the way: whoever believes it is wrong.
    var isSpoilt = false
    /// Nanoseconds since the start.
    var sentAt: UInt64 = 0
    /// What its sender was configured for when it sent an advert.
    var dialect: Dialect?

    var isAsking: Bool {
        switch payload {
        case .question, .answer: true
        case .advert, .announcement: false
        }
    }

    /// Everyone else on the segment takes notice of it.
    var isForLink: Bool {
        if case .announcement = payload { true } else { false }
    }

    var isAboutAddresses: Bool {
        if case .advert = payload { false } else { true }
    }

    /// What two routers must agree on to believe each other: the version, and in VRRPv2 the interval.
    struct Dialect: Equatable, Sendable {
        var version: ProtocolVersion
        var interval: Centiseconds?

        init(_ version: ProtocolVersion, _ interval: Centiseconds) {
            self.version = version
            self.interval = version == .v2 ? interval : nil
        }
    }
}

/// One segment: ports 0 ..< n are the hosts, port n is everyone else, "the link".
///
/// Calm, it is a switch: a frame takes the sender's and the receiver's port latency, so whatever reaches the switch first
/// reaches every port first. In turmoil each copy of each frame has its own fate.
struct Network: Sendable {
    /// Nanoseconds, the maximum of one port's latency.
    static let slowestPort: UInt64 = 500_000
    /// Nanoseconds from any port to any other when calm: the `d` of the guarantees.
    static let calmDelay = 2 * slowestPort

    var isCalm = false
    let lossPercent: UInt64
    let duplicatePercent: UInt64
    let spoilPercent: UInt64
    let maximumDelay: UInt64
    private let uplink: [UInt64]
    private let downlink: [UInt64]
    /// Directions that are cut: `from * ports + to`.
    private var cut: Set<Int> = []
    /// True while hosts do not see each other's announcements, though the link does (a filter, a full buffer).
    var hidesAnnouncementsFromHosts = false
    private var random: SplitMix64
    /// For questions and answers, so that what else is lost stays what it was.
    private var chance: SplitMix64
    private var ports: Int { downlink.count }

    init(hosts: Int, random: SplitMix64) {
        var random = random
        lossPercent = random.pick([0, 2, 10, 40])
        duplicatePercent = random.pick([0, 0, 10])
        spoilPercent = random.pick([0, 0, 8])
        maximumDelay = random.pick([1_000_000, 20_000_000, 400_000_000])
        uplink = (0...hosts).map { _ in random.between(20_000, Self.slowestPort) }
        downlink = (0...hosts).map { _ in random.between(20_000, Self.slowestPort) }
        self.random = random
        chance = random.fork()
    }

    /// A healthy network that can be cut, with each frame up to a millisecond under way.
    init(quietFor hosts: Int, lossPercent: UInt64, random: SplitMix64) {
        self.lossPercent = lossPercent
        (duplicatePercent, spoilPercent, maximumDelay) = (0, 0, 1_000_000)
        uplink = (0...hosts).map { _ in Self.slowestPort }
        downlink = uplink
        var random = random
        chance = random.fork()
        self.random = random
    }

    /// What a frame takes from port to port when calm.
    func latency(_ from: Int, _ to: Int) -> UInt64 { uplink[from] + downlink[to] }

    mutating func set(_ isCut: Bool, from: Int, to: Int) {
        if isCut { cut.insert(from * ports + to) } else { cut.remove(from * ports + to) }
    }

    mutating func heal() {
        isCalm = true
        cut = []
    }

    /// The delays of the copies that arrive: none, one or two.
    mutating func delays(of frame: Frame, to port: Int) -> [UInt64] {
        if isCalm {
            if hidesAnnouncementsFromHosts, port != ports - 1, frame.isAboutAddresses { return [] }
            return [latency(frame.from, port)]
        }
        if frame.isAsking {
            if cut.contains(frame.from * ports + port) || chance.chance(lossPercent) { return [] }
            return [chance.between(20_000, maximumDelay)]
        }
        if cut.contains(frame.from * ports + port) || random.chance(lossPercent) { return [] }
        let first = random.between(20_000, maximumDelay)
        return random.chance(duplicatePercent) ? [first, random.between(20_000, maximumDelay)] : [first]
    }

    /// The frame as it arrives: whole, or with one bit flipped, or from beyond a router.
    mutating func spoiled(_ frame: Frame) -> Frame {
        guard !isCalm, spoilPercent > 0, random.chance(spoilPercent),
            case .advert(var bytes, var carrier) = frame.payload
        else { return frame }
        if random.chance(20) {
            carrier.hopLimit = 254
        } else {
            let bit = Int(random.below(UInt64(bytes.count * 8)))
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        var spoiled = frame
        spoiled.payload = .advert(bytes, carrier)
        spoiled.isSpoilt = true
        return spoiled
    }
}
