internal import LinuxKernel

/// How many packets the kernel has dropped in this network namespace before any program could see them, by reason.
struct DropCounters: Equatable {
    /// IPReversePathFilter: the way back to the sender is another (rp_filter).
    var reversePath = 0
    /// InHdrErrors and InCsumErrors: the IPv4 header is damaged.
    var headerErrors = 0

    static func read() -> DropCounters {
        var counters = DropCounters()
        counters.reversePath = value("IPReversePathFilter", in: "/proc/thread-self/net/netstat")
        counters.headerErrors = value("InHdrErrors", in: "/proc/thread-self/net/snmp")
        return counters
    }

    /// These files have lines in pairs: the names, then the numbers.
    private static func value(_ name: String, in path: String) -> Int {
        guard case .success(let bytes) = readFile(path, limit: 1 << 20) else { return 0 }
        return value(name, in: String(decoding: bytes, as: UTF8.self).split(separator: "\n"))
    }

    private static func value(_ name: String, in lines: [Substring]) -> Int {
        for (names, numbers) in zip(lines, lines.dropFirst()) {
            let names = names.split(separator: " ")
            guard let column = names.firstIndex(where: { $0 == name }) else { continue }
            let numbers = numbers.split(separator: " ")
            if numbers.indices.contains(column) { return Int(numbers[column]) ?? 0 }
        }
        return 0
    }
}
