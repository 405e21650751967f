/// What a route says of the path to where it leads; the numbers are RTAX_* of <linux/rtnetlink.h>.
public enum RouteMetric: UInt8, Hashable, Sendable, CaseIterable {
    /// Octets of the largest packet.
    case mtu = 2
    case window = 3
    /// Eighths of a millisecond.
    case rtt = 4
    /// Quarters of a millisecond.
    case rttvar = 5
    case ssthresh = 6
    case cwnd = 7
    case advmss = 8
    case reordering = 9
    case hoplimit = 10
    case initcwnd = 11
    /// Bits; the first one is explicit congestion notification.
    case features = 12
    /// Milliseconds.
    case minimumTimeout = 13
    case initrwnd = 14
    case quickack = 15
    case fastOpenWithoutCookie = 17

    /// RTAX_LOCK: the metrics that the kernel may not change, a bit for each number.
    public static let lockNumber: UInt8 = 1
    /// RTAX_CC_ALGO, which is a name and no number.
    static let congestionControlNumber: UInt8 = 16

    /// As it is written on a line of routes.
    public var keyword: String {
        switch self {
        case .minimumTimeout: "rto_min"
        case .fastOpenWithoutCookie: "fastopen_no_cookie"
        default: "\(self)"
        }
    }

    /// How many of the kernel's units are one of those that are written.
    public var scale: UInt32 {
        switch self {
        case .rtt: 8
        case .rttvar: 4
        default: 1
        }
    }

    /// Whether `lock` may stand before its value.
    public var canBeLocked: Bool {
        switch self {
        case .mtu, .advmss, .rtt, .rttvar, .reordering, .cwnd, .ssthresh, .minimumTimeout: true
        default: false
        }
    }
}
