internal import Control
internal import VRRPWire

/// What an expression of a rule yields for the packet at hand.
enum PacketValue {
    /// One value, under every name that nft may print for it.
    case names([String])
    case number(UInt32)
    case addresses([AddressRange])
    /// Symbols of which any may be asked for.
    case flags([String])
    case exists(Bool)
    case concatenation([PacketValue])
    /// The packet has no such thing, so that no condition on it holds.
    case absent
    case unknown
}

extension NftablesRuleReader {
    /// A `match` statement.
    func condition(_ match: JSON) -> Condition {
        guard let left = match["left"], let right = match["right"], let operation = match["op"]?.string else {
            return { _ in .unknown }
        }
        return { state in
            let value = value(left, state)
            switch value {
            case .absent: return .no
            case .unknown: return .unknown
            default: break
            }
            switch operation {
            case "==", "in": return equals(value, right)
            case "!=": return !equals(value, right)
            default: return order(value, operation, right)
            }
        }
    }

    private func order(_ value: PacketValue, _ operation: String, _ right: JSON) -> Truth {
        guard case .number(let number) = value, let bound = right.integer else { return .unknown }
        let number64 = Int(number)
        return switch operation {
        case "<": Truth(number64 < bound)
        case ">": Truth(number64 > bound)
        case "<=": Truth(number64 <= bound)
        case ">=": Truth(number64 >= bound)
        default: .unknown
        }
    }

    /// Whether a value is what stands at the right side of a match: a value, a range, or a set of them.
    func equals(_ value: PacketValue, _ right: JSON) -> Truth {
        switch (value, right) {
        case (.absent, _): return .no
        case (.unknown, _): return .unknown
        case (_, .array(let members)): return .any(members.lazy.map { equals(value, $0) })
        case (_, .string(let name)) where name.hasPrefix("@"):
            guard let elements = sets[String(name.dropFirst())] else { return .unknown }
            return .any(elements.lazy.map { equals(value, $0) })
        case (_, .object): return equals(value, object: right)
        case (.exists(let exists), .bool(let wanted)): return Truth(exists == wanted)
        case (.number(let number), .integer(let wanted)): return Truth(Int(number) == wanted)
        case (.names(let names), .integer(let wanted)): return Truth(names.contains(String(wanted)))
        case (.names(let names), .string(let wanted)), (.flags(let names), .string(let wanted)):
            if wanted == "*" { return .yes }
            if wanted.hasSuffix("*") { return Truth(names.contains { $0.hasPrefix(wanted.dropLast()) }) }
            return Truth(names.contains(wanted))
        case (.addresses(let candidates), .string(let text)):
            guard let address = IPAddress(text) else { return .unknown }
            return .membership(of: candidates, in: [AddressRange(address)])
        default: return .unknown
        }
    }

    private func equals(_ value: PacketValue, object: JSON) -> Truth {
        if let members = object["set"] { return equals(value, members) }
        if let element = object["elem"]?["val"] { return equals(value, element) }
        if case .array(let parts)? = object["concat"] {
            guard case .concatenation(let values) = value, values.count == parts.count else { return .unknown }
            return zip(values, parts).reduce(Truth.yes) { $0 && equals($1.0, $1.1) }
        }
        if let prefix = object["prefix"], let text = prefix["addr"]?.string, let length = prefix["len"]?.integer {
            guard case .addresses(let candidates) = value, let address = IPAddress(text),
                let length = UInt8(exactly: length)
            else { return .unknown }
            return .membership(of: candidates, in: [AddressRange(address, prefixLength: length)])
        }
        if case .array(let ends)? = object["range"], ends.count == 2 { return lies(value, between: ends[0], ends[1]) }
        return .unknown
    }

    private func lies(_ value: PacketValue, between low: JSON, _ high: JSON) -> Truth {
        switch value {
        case .addresses(let candidates):
            guard let low = low.string.flatMap({ IPAddress($0) }), let high = high.string.flatMap({ IPAddress($0) })
            else { return .unknown }
            return .membership(of: candidates, in: [AddressRange(low, high)])
        case .number(let number):
            guard let low = low.integer, let high = high.integer else { return .unknown }
            return Truth((low...max(low, high)).contains(Int(number)))
        case .names(let names):
            guard let low = low.integer, let high = high.integer,
                let number = names.lazy.compactMap({ Int($0) }).first
            else { return .unknown }
            return Truth((low...max(low, high)).contains(number))
        default: return .unknown
        }
    }
}

// MARK: - The left side

extension NftablesRuleReader {
    func value(_ expression: JSON, _ state: PacketState) -> PacketValue {
        guard case .object(let members) = expression, let member = members.first else { return .unknown }
        let body = member.value
        switch member.name {
        case "meta": return meta(body["key"]?.string ?? "", state)
        case "payload": return payload(body["protocol"]?.string, body["field"]?.string)
        case "ct": return connection(body["key"]?.string ?? "", state)
        case "fib": return route(body)
        // Adverts have no IPv4 options and no IPv6 extension headers.
        case "exthdr", "ip option": return .exists(false)
        case "tcp option", "sctp chunk": return .absent
        case "concat": return .concatenation((body.array ?? []).map { value($0, state) })
        case "&":
            guard let parts = body.array, parts.count == 2, case .number(let number) = value(parts[0], state),
                let mask = parts[1].integer.flatMap({ UInt32(exactly: $0) })
            else { return .unknown }
            return .number(number & mask)
        default: return .unknown
        }
    }

    private var isIncoming: Bool { packet.direction == .incoming }

    private func meta(_ key: String, _ state: PacketState) -> PacketValue {
        let isV4 = packet.family == .v4
        return switch key {
        // Where there is no interface the kernel compares with an empty name.
        case "iif", "iifname", "ibrname": .names([isIncoming ? packet.interface : ""])
        case "oif", "oifname", "obrname": .names([isIncoming ? "" : packet.interface])
        case "l4proto": .names(packet.protocolNames)
        case "nfproto": .names(isV4 ? ["ipv4", "2"] : ["ipv6", "10"])
        case "protocol": .names(isV4 ? ["ip", "0x0800", "2048"] : ["ip6", "0x86dd", "34525"])
        // What we send has no type yet when the rules see it: the kernel's zero, which is "for this host".
        case "pkttype": .names(isIncoming && packet.isMulticast ? ["multicast", "2"] : ["host", "unicast", "0"])
        case "mark": state.mark.map { .number($0) } ?? .unknown
        // The daemon runs as root. What comes in has no socket yet.
        case "skuid", "skgid": isIncoming ? .absent : .names(["root", "0"])
        default: .unknown
        }
    }

    private func payload(_ layer: String?, _ field: String?) -> PacketValue {
        let isV4 = packet.family == .v4
        switch layer {
        case "ip": return isV4 ? header(field) : .absent
        case "ip6": return isV4 ? .absent : header(field)
        case "ether" where field == "type": return meta("protocol", PacketState())
        case "ah" where packet.protocolNumber != Carrier.protocolNumber: return .unknown
        case "tcp", "udp", "udplite", "sctp", "dccp", "icmp", "icmpv6", "igmp", "esp", "ah", "comp", "arp", "vlan":
            return .absent
        default: return .unknown
        }
    }

    private func header(_ field: String?) -> PacketValue {
        switch field {
        case "saddr": .addresses(packet.sources)
        case "daddr": .addresses(packet.destinations)
        case "protocol", "nexthdr": .names(packet.protocolNames)
        case "ttl", "hoplimit": .number(UInt32(packet.hopLimit))
        case "version": .number(packet.family == .v4 ? 4 : 6)
        case "dscp": .names(["cs6", "48", "0x30"])
        case "frag-off": .number(0)
        default: .unknown
        }
    }

    private func connection(_ key: String, _ state: PacketState) -> PacketValue {
        guard let connection = state.connectionState else { return .unknown }
        if key == "state" { return .flags([connection]) }
        // Of what it has not seen, connection tracking knows nothing else.
        guard connection == "new" else { return .absent }
        return switch key {
        case "status": .flags([])
        case "direction": .names(["original", "0"])
        case "helper": .absent
        default: .unknown
        }
    }

    /// The routing table's opinion, as far as it is certain for a sender on the link.
    private func route(_ body: JSON) -> PacketValue {
        let flags = (body["flags"]?.array ?? []).compactMap(\.string)
        switch body["result"]?.string {
        // The way back to a sender on the link leads through the link.
        case "oif" where flags.contains("saddr") && flags.contains("iif"):
            return isIncoming ? .exists(true) : .unknown
        case "type" where flags.contains("daddr"):
            return .names(packet.isMulticast ? ["multicast", "5"] : isIncoming ? ["local", "2"] : ["unicast", "1"])
        default: return .unknown
        }
    }
}
