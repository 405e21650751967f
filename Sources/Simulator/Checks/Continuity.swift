internal import VRRPCore
internal import VRRPWire

/// What the users of the addresses notice during one move: who held them, who was sent to, and since when.
struct Continuity: Sendable {
    private var lastAt: UInt64 = 0
    private var emptySince: UInt64?
    private var misledSince: UInt64?
    /// Nanoseconds.
    private(set) var longestEmpty: UInt64 = 0
    private(set) var longestMisled: UInt64 = 0
    /// Who became Active, in order, and when each said so.
    private(set) var takeovers: [(host: Int, at: UInt64)] = []
    private(set) var acquirers: [Int] = []
    /// Adverts that say 0 or come from whoever was Active before are not takeovers.
    private var known: Set<Int> = []

    init() {}

    init(at now: UInt64, owner: Int?) {
        lastAt = now
        if let owner { known.insert(owner) }
    }

    /// The state of the world from now on; it was as last observed until now.
    mutating func observe(_ now: UInt64, holders: Int, isMisled: Bool) {
        longestEmpty = max(longestEmpty, emptySince.map { now - $0 } ?? 0)
        longestMisled = max(longestMisled, misledSince.map { now - $0 } ?? 0)
        emptySince = holders == 0 ? emptySince ?? now : nil
        misledSince = isMisled ? misledSince ?? now : nil
        lastAt = now
    }

    mutating func advertised(_ priority: Priority, by host: Int, at now: UInt64) {
        guard priority != .resigning, known.insert(host).inserted else { return }
        takeovers.append((host, now))
    }

    mutating func acquired(by host: Int, at now: UInt64) { acquirers.append(host) }
}
