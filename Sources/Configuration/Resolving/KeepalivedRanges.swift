internal import VRRPCore
internal import VRRPWire

// Where keepalived draws the bounds of a number elsewhere than Understudy does.
//
// Source: keepalived 2.2.7, measured on both sides of each bound.

private let unsignedRange = 0...4_294_967_295

private let integerRanges: [String: ClosedRange<Int>] = [
    "kernel_rx_buf_size": unsignedRange, "vrrp_rx_bufs_policy": unsignedRange,
    "vrrp_netlink_cmd_rcv_bufs": unsignedRange, "vrrp_netlink_monitor_rcv_bufs": unsignedRange,
    "process_monitor_rcv_bufs": unsignedRange,
    "vrrp_rlimit_rttime": 1...4_294_967_295, "vrrp_rlimit_rtime": 1...4_294_967_295,
    // Of a rule; that of an instance is a number from 1 on in both.
    "preference": unsignedRange, "order": unsignedRange,
]

/// In microseconds.
private let secondsRanges: [String: ClosedRange<UInt64>] = [
    "vrrp_garp_interval": 1...4_294_967_295, "vrrp_gna_interval": 1...4_294_967_295,
    "vrrp_startup_delay": 1000...4_294_967_295,
]

extension Resolver {
    /// True when keepalived takes a number that is out of range here; nil when nothing is known of it.
    func passes(_ value: Int, of statement: Statement) -> Bool? {
        integerRanges[statement.keyword.text]?.contains(value) == true ? true : nil
    }

    /// The same of microseconds.
    func passes(microseconds: UInt64, of statement: Statement) -> Bool? {
        secondsRanges[statement.keyword.text]?.contains(microseconds) == true ? true : nil
    }

    /// What keepalived says of a time that is in order here.
    mutating func checkSecondsElsewhere(_ word: Word, _ parsed: DecimalSeconds, of statement: Statement) {
        guard portable else { return }
        if parsed.hasMoreDigits, !parsed.isRounded {
            report(
                .note, "rounded-value", at: word.location, "`\(word.text)` has more than six decimals",
                consequence: "here they are all the same; keepalived counts six",
                fix: "\(statement.keyword.text) \(Interval.microseconds(parsed.microseconds).decimalSeconds)",
                passesKeepalived: false)
        }
        guard let range = secondsRanges[statement.keyword.text], !range.contains(parsed.microseconds) else { return }
        let lower = Interval.microseconds(range.lowerBound).decimalSeconds
        let upper = Interval.microseconds(range.upperBound).decimalSeconds
        report(
            .note, "out-of-range", at: word.location,
            "`\(word.text)` is out of keepalived's range for `\(statement.keyword.text)`: \(lower) to \(upper)",
            consequence: "it does without the line, which says the same: there is no such time unless it is given",
            fix: "remove the line", passesKeepalived: false)
    }
}

extension Resolver {
    /// What keepalived says of a line that is not supported here; nil when nothing is known of it.
    ///
    /// Source: keepalived 2.2.7, measured.
    func passesUnsupported(_ statement: Statement, among siblings: [Statement]) -> Bool? {
        switch statement.keyword.text {
        // It takes one of `vrf` and `interface`, and the instance has to have the latter here.
        case "vrf": return false
        case "use_ipvlan":
            let modes = ["bridge", "private", "vepa"]
            let words = statement.arguments.map(\.text)
            let addresses = words.compactMap { IPAddress(String($0.prefix { $0 != "/" })) }
            let isIPv6 = siblings.contains { sibling in
                sibling.keyword.text == "virtual_ipaddress"
                    && sibling.children?.first.map { $0.keyword.text.contains(":") } == true
            }
            // Over IPv4 an address has to be given.
            let names = words.count - addresses.count - words.count { modes.contains($0) }
            return names <= 1 && addresses.count <= 1 && addresses.allSatisfy { ($0.family == .v6) == isIPv6 }
                && (isIPv6 || !addresses.isEmpty)
        default: return nil
        }
    }
}
