internal import VRRPWire

extension IptablesRuleReader {
    typealias Condition = @Sendable (PacketState) -> Truth

    /// What an option demands of the packet; nil when it is no condition.
    func condition(_ name: String, _ values: [String]) -> Condition? {
        let value = values.first ?? ""
        switch name {
        case "-m", "--match": return module(value)
        case "-i", "--in-interface": return always(interface(value, packet.direction == .incoming))
        case "-o", "--out-interface": return always(interface(value, packet.direction == .outgoing))
        case "-p", "--protocol", "--proto":
            return always(Truth((packet.protocolNames + ["all", "0"]).contains(value)))
        case "-s", "--source": return always(membership(value, packet.sources))
        case "-d", "--destination": return always(membership(value, packet.destinations))
        case "--src-range": return always(range(value, packet.sources))
        case "--dst-range": return always(range(value, packet.destinations))
        // Adverts are never fragments.
        case "-f", "--fragment": return always(.no)
        case "--ctstate", "--state": return connectionState(value)
        case "--ctproto": return tracked(packet.protocolNames.contains(value))
        case "--ctstatus": return tracked(value.split(separator: ",").contains("NONE"))
        case "--ctdir": return tracked(value == "ORIGINAL")
        case "--pkt-type": return always(packetType(value))
        case "--dst-type": return always(addressType(value))
        case "--mark": return mark(value)
        case "--ttl-eq", "--hl-eq": return hopLimit(value) { $0 == $1 }
        case "--ttl-gt", "--hl-gt": return hopLimit(value) { $0 > $1 }
        case "--ttl-lt", "--hl-lt": return hopLimit(value) { $0 < $1 }
        case "--uid-owner", "--gid-owner": return owner(value)
        case "--dscp": return always(Truth(value == "0x30"))
        // Of the rpfilter module: the way back to a sender on the link leads through the link.
        case "--invert": return always(.no)
        default: return isCondition(name) ? always(.unknown) : nil
        }
    }

    private func always(_ truth: Truth) -> Condition { { _ in truth } }

    /// Modules that say something by standing there, or whose options are not judged one by one.
    private func module(_ name: String) -> Condition? {
        switch name {
        // They come with -p, which has decided; without it the kernel refuses them.
        case "tcp", "udp", "udplite", "icmp", "icmp6", "icmpv6", "sctp", "dccp", "multiport", "esp", "ah", "frag", "rt",
            "ipv6header", "hbh", "dst", "mh", "socket", "helper", "osf", "ecn":
            always(.no)
        case "limit", "hashlimit", "recent", "connlimit", "connbytes", "statistic", "quota", "quota2", "time", "u32",
            "bpf",
            "string", "set", "mac", "physdev", "cluster", "condition", "cpu", "devgroup", "dccp6", "ipvs", "length",
            "nfacct", "policy", "realm", "rateest", "cgroup", "geoip", "connmark", "connlabel":
            always(.unknown)
        default: nil
        }
    }

    /// Options of the modules that count as a whole, and those of targets, are no conditions of their own.
    private func isCondition(_ name: String) -> Bool {
        ["--src-type", "--limit-iface-in", "--limit-iface-out"].contains(name)
    }

    private func interface(_ pattern: String, _ isThere: Bool) -> Truth {
        let name = isThere ? packet.interface : ""
        return Truth(pattern.hasSuffix("+") ? name.hasPrefix(pattern.dropLast()) : pattern == name)
    }

    /// `192.0.2.0/24`, `192.0.2.1`, `10.0.0.0/255.0.0.0`, `fe80::/10`.
    private func membership(_ text: String, _ candidates: [AddressRange]) -> Truth {
        let parts = text.split(separator: "/", maxSplits: 1)
        guard let first = parts.first, let address = IPAddress(String(first)) else { return .unknown }
        let length: UInt8? =
            parts.count < 2 ? address.family.hostPrefixLength : UInt8(parts[1]) ?? maskLength(String(parts[1]))
        guard let length else { return .unknown }
        return .membership(of: candidates, in: [AddressRange(address, prefixLength: length)])
    }

    /// The length of a mask whose ones come first.
    private func maskLength(_ text: String) -> UInt8? {
        guard let mask = IPv4Address(text)?.bigEndianValue else { return nil }
        let length = (~mask).leadingZeroBitCount
        return mask.nonzeroBitCount == length ? UInt8(length) : nil
    }

    private func range(_ text: String, _ candidates: [AddressRange]) -> Truth {
        let ends = text.split(separator: "-").compactMap { IPAddress(String($0)) }
        guard let low = ends.first, let high = ends.last else { return .unknown }
        return .membership(of: candidates, in: [AddressRange(low, high)])
    }

    private func connectionState(_ text: String) -> Condition {
        let wanted = Set(text.split(separator: ",").map { $0.lowercased() })
        return { state in state.connectionState.map { Truth(wanted.contains($0)) } ?? .unknown }
    }

    /// What connection tracking knows of the packet; of what it has not seen, nothing holds.
    private func tracked(_ holds: Bool) -> Condition {
        { state in state.connectionState.map { Truth($0 == "new" && holds) } ?? .unknown }
    }

    private func packetType(_ text: String) -> Truth {
        Truth(text == (packet.direction == .incoming && packet.isMulticast ? "multicast" : "unicast"))
    }

    private func addressType(_ text: String) -> Truth {
        let type = packet.isMulticast ? "MULTICAST" : packet.direction == .incoming ? "LOCAL" : "UNICAST"
        return Truth(text.split(separator: ",").contains { $0 == type })
    }

    /// `0x4000/0x4000`, `5`.
    private func mark(_ text: String) -> Condition {
        let numbers = text.split(separator: "/").map { number in
            number.hasPrefix("0x") ? UInt32(number.dropFirst(2), radix: 16) : UInt32(number)
        }
        guard let wanted = numbers.first ?? nil else { return { _ in .unknown } }
        let mask = numbers.count > 1 ? numbers[1] : UInt32.max
        return { state in
            guard let mark = state.mark, let mask else { return .unknown }
            return Truth(mark & mask == wanted)
        }
    }

    private func hopLimit(_ text: String, _ compare: (Int, Int) -> Bool) -> Condition {
        guard let bound = Int(text) else { return { _ in .unknown } }
        return always(Truth(compare(Int(packet.hopLimit), bound)))
    }

    /// The daemon runs as root.
    private func owner(_ text: String) -> Condition {
        always(packet.direction == .incoming ? .no : Truth(text == "0" || text == "root" || text.hasPrefix("0-")))
    }
}
