internal import VRRPCore

/// Decides when what is refused comes so fast that the kernel had better drop it.
///
/// A value without any system call: ``SharedSocket`` carries out what it says. docs/design/0012-strangers.md.
struct FloodGate {
    /// More refused packets than any mistake of configuration makes: 255 virtual routers at 10 ms make 25,000 adverts a
    /// second, but of one that is misconfigured come 100.
    static let most = 1000
    /// Of what the kernel may drop, it lets one in so many through: counters and log go on telling what is sent.
    static let sample: UInt32 = 256
    /// The kernel is asked to stop dropping after this time, and asked anew if nothing has changed.
    static let shutTime = Interval.seconds(60)
    private static let window = Interval.seconds(1)

    private var windowEndsAt = MonotonicInstant(nanoseconds: 0)
    private var refused = 0
    private var pressureEndsAt = MonotonicInstant(nanoseconds: 0)
    /// When the kernel shall pass everything again; nil while it does.
    private(set) var opensAt: MonotonicInstant?

    /// Takes note of a refused packet.
    ///
    /// - Returns: true when the kernel shall drop such packets from now on.
    mutating func refuse(at now: MonotonicInstant) -> Bool {
        if windowEndsAt <= now {
            windowEndsAt = now + Self.window
            refused = 0
        }
        refused += 1
        guard refused == Self.most else { return false }
        pressureEndsAt = now + Self.window * 2
        guard opensAt == nil else { return false }
        opensAt = now + Self.shutTime
        return true
    }

    /// True while so much that must be refused is read that it pays to let a little of it gather.
    func isUnderPressure(at now: MonotonicInstant) -> Bool { now < pressureEndsAt }

    /// True when the time is over for which the kernel was to drop them.
    func isOverdue(at now: MonotonicInstant) -> Bool { opensAt.map { $0 <= now } ?? false }

    mutating func open() {
        opensAt = nil
        refused = 0
    }
}
