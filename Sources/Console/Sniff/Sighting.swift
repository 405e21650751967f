package import Control

/// One packet that concerns VRRP, told in words and in members for programs.
///
/// What the packet carries as a password is nowhere in it.
package struct Sighting: Encodable, Equatable, Sendable {
    package enum Kind: String, Encodable, Sendable {
        case advert
        /// VRRP whose message makes no sense.
        case unreadable
        /// VRRP that the kernel gives to nobody: a fragment, a damaged header.
        case undelivered
        /// Gratuitous ARP, a neighbour advertisement, or ARP that claims a virtual address.
        case announcement
        /// The word of a Backup that it is there (`standby_notice`).
        case standbyNotice = "standby_notice"
    }

    /// Of this form of JSON.
    package var version = 1
    package var kind: Kind
    package var time: Timestamp
    package var interface: String
    /// VLAN tags, the outermost first.
    package var vlans: [Int]
    /// The sender's link-layer address.
    package var hardwareAddress: String
    package var source: String?
    package var destination: String?
    package var isSentByThisHost: Bool
    /// Since the last of this kind from this sender.
    package var sinceLastSeconds: Double?
    package var advert: AdvertFacts?
    package var announcement: AnnouncementFacts?
    /// What it is, in words.
    package var sentence: String
    package var verdicts: [Verdict]

    package var isProblem: Bool { verdicts.contains(where: \.isProblem) }
}

/// What an advertisement says.
package struct AdvertFacts: Encodable, Equatable, Sendable {
    package var vrrpVersion: Int
    package var virtualRouterID: Int
    package var priority: Int
    /// When it is another than that of the sender's last advert.
    package var previousPriority: Int?
    package var intervalSeconds: Double
    package var addresses: [String]
    /// `none`, `password` or `header` (`auth_type AH`).
    package var authentication: String
    /// Nil when there is no password, or none of ours to compare it with.
    package var passwordEqualsOurs: Bool?
    /// `message_only`, `pseudo_header`, `pseudo_header_of_group`.
    package var checksum: String
    /// TTL or hop limit.
    package var hopLimit: Int
    /// Nil when it is not signed (`auth_hmac`).
    package var trailer: TrailerFacts?
}

/// What an advert's authentication trailer says.
package struct TrailerFacts: Encodable, Equatable, Sendable {
    package var keyID: Int
    /// When it was signed, by the sender's clock.
    package var signedAt: Timestamp
    /// Nil when there is no key of this number in the configuration to check it with.
    package var isGenuine: Bool?
}

/// Which address is said to be where.
package struct AnnouncementFacts: Encodable, Equatable, Sendable {
    package var address: String
    /// Where it is said to be.
    package var hardwareAddress: String
    /// `arp` or `neighbor_advertisement`.
    package var form: String
    /// Where it was said to be before, when that is somewhere else.
    package var previousHardwareAddress: String?
}

/// What is to be thought of a packet.
package struct Verdict: Encodable, Equatable, Sendable {
    package enum Code: String, Encodable, Sendable, CaseIterable {
        /// An instance of the configuration believes it.
        case accepted
        /// The instance that it is for ignores it.
        case dropped
        /// The kernel gives it to nobody.
        case undelivered
        /// A piece of a datagram, which cannot be judged.
        case fragment
        /// The instance that it is for does not even get it.
        case unheard
        /// No instance is configured for its VRID.
        case nobody
        /// There is no configuration to compare it with, and nothing is wrong with it.
        case sound
        /// There is no configuration to compare it with, and no router would believe it.
        case unsound
        case sentByThisHost = "sent_by_this_host"
        /// It comes from outside and has an address of this host as its source.
        case ownAddress = "own_address"
        case intervalDiffers = "interval_differs"
        case addressesDiffer = "addresses_differ"
        /// It is believed, and does not prove its sender; `mode enforce` would refuse it.
        case unproven
        /// Several routers go on advertising one VRID.
        case severalActive = "several_active"
        /// A virtual address is announced by another link-layer address than before.
        case moved
        /// Two link-layer addresses claim a virtual address by turns.
        case twoOwners = "two_owners"
    }

    package var code: Code
    package var isProblem: Bool
    /// A sentence.
    package var text: String

    init(_ code: Code, isProblem: Bool = false, _ text: String) {
        self.code = code
        self.isProblem = isProblem
        self.text = text
    }
}

extension Sighting {
    /// A line like `07:48:03.123Z ! eth0 +1.000 s  ...`: the mark is there when something is wrong.
    package var styled: StyledText {
        let clock = time.description.dropFirst(11)
        let passed = sinceLastSeconds.map { "+\(decimal($0, places: 3)) s" } ?? "first"
        let padding = String(repeating: " ", count: max(0, 10 - passed.utf8.count))
        var line = StyledText("\(clock) ", .faint) + StyledText(isProblem ? "!" : " ", .bad)
        line += StyledText(" \(interface) ") + StyledText("\(padding)\(passed)  ", .faint)
        line += StyledText(sentence)
        for verdict in verdicts {
            line += StyledText(" ") + StyledText(verdict.text, verdict.isProblem ? .bad : .faint)
        }
        return line
    }

    package var line: String { styled.plain }
}

/// A number with so many digits after the point.
func decimal(_ value: Double, places: Int) -> String {
    var scale = 1
    for _ in 0..<places { scale *= 10 }
    // Beyond nine quintillion there is nothing to say about a number of seconds.
    let scaled = Int(min(abs(value) * Double(scale) + 0.5, 9e18))
    let digits = String(scaled % scale)
    let fraction = places == 0 ? "" : "." + String(repeating: "0", count: places - digits.utf8.count) + digits
    return (value < 0 && scaled > 0 ? "-" : "") + String(scaled / scale) + fraction
}

/// `a`, `a and b`, `a, b and c`.
func enumeration(_ items: [String]) -> String {
    guard let last = items.last, items.count > 1 else { return items.first ?? "" }
    return items.dropLast().joined(separator: ", ") + " and " + last
}
