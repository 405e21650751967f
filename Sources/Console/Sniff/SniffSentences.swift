internal import VRRPCore
internal import VRRPWire

extension SniffSession {
    /// An advert that could be read, as in `192.0.2.2 advertises VRID 51: priority 101, every 1 s, no address in it (VRRPv2).`.
    static func sentence(_ facts: AdvertFacts, sender: String, _ carrier: Carrier) -> String {
        let verb = facts.priority == 0 ? "gives up" : "advertises"
        var parts = [priority(facts), "every \(Interval(nanoseconds: UInt64(facts.intervalSeconds * 1e9 + 0.5)))"]
        parts.append(facts.addresses.isEmpty ? "no address in it" : enumeration(shortened(facts.addresses)))
        var remarks = ["VRRPv\(facts.vrrpVersion)"]
        if !carrier.destination.isMulticast {
            remarks.append("unicast to \(carrier.destination)")
        } else if carrier.destination != .vrrpGroup(carrier.family) {
            remarks.append("to the group \(carrier.destination)")
        }
        if facts.authentication == "password" {
            remarks.append("password hidden")
            if let equal = facts.passwordEqualsOurs { remarks.append("equal to ours: \(equal ? "yes" : "no")") }
        }
        if facts.authentication == "header" {
            let ours = facts.passwordEqualsOurs.map { ", made with our password: \($0 ? "yes" : "no")" }
            remarks.append("behind an authentication header\(ours ?? "")")
        }
        if let trailer = facts.trailer { remarks.append(trailer.inWords) }
        return "\(sender) \(verb) VRID \(facts.virtualRouterID): \(parts.joined(separator: ", ")) "
            + "(\(remarks.joined(separator: ", ")))."
    }

    private static func priority(_ facts: AdvertFacts) -> String {
        var words = "priority \(facts.priority)"
        if facts.priority == 255 { words += ", which is that of the addresses' owner" }
        if let before = facts.previousPriority { words += " (was \(before))" }
        return words
    }

    /// A line is a line, whatever is sent.
    private static func shortened(_ addresses: [String]) -> [String] {
        addresses.count <= 8 ? addresses : Array(addresses.prefix(7)) + ["\(addresses.count - 7) more"]
    }

    static func unreadable(_ message: [UInt8], sender: String) -> String {
        guard message.count >= Advertisement.headerSize else {
            return "\(sender) sends \(message.count) octets of VRRP, less than a header."
        }
        return "\(sender) sends an advert that cannot be read, for VRID \(message[1]) (VRRPv\(message[0] >> 4))."
    }
}

extension TrailerFacts {
    fileprivate var inWords: String {
        let key = "signed with key \(keyID)"
        return switch isGenuine {
        case true?: "\(key), which is right"
        case false?: "\(key), which is wrong"
        case nil: "\(key), which is not known here"
        }
    }
}

extension Dissection.Obstacle {
    /// Follows the sender's name.
    var inWords: String {
        switch self {
        case .header: "sends VRRP in a damaged datagram"
        case .headerChecksum: "sends VRRP with a wrong checksum of the IP header"
        case .fragment: "sends a piece of a VRRP datagram"
        case .authenticationHeader: "sends VRRP behind an IP authentication header (auth_type AH)"
        }
    }

    var verdict: Verdict {
        switch self {
        case .header(let error): Verdict(.undelivered, isProblem: true, "No VRRP router gets it: \(error).")
        case .headerChecksum:
            Verdict(.undelivered, isProblem: true, "No VRRP router gets it: the kernel drops such datagrams.")
        case .authenticationHeader:
            Verdict(
                .undelivered, isProblem: true,
                "No VRRP router believes it: the header is damaged, or not of the kind that auth_type AH has.")
        case .fragment:
            Verdict(.fragment, "It is judged as a whole, once the kernel has put the pieces together.")
        }
    }
}

extension ChecksumForm {
    /// For programs.
    var code: String {
        switch self {
        case .messageOnly: "message_only"
        case .pseudoHeader: "pseudo_header"
        case .pseudoHeaderOfGroup: "pseudo_header_of_group"
        }
    }
}
