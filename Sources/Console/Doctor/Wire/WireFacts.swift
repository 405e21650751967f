package import VRRPWire

/// An advert that was seen, whole enough to be judged.
package struct SeenAdvert: Equatable, Sendable {
    package enum Place: Equatable, Sendable {
        /// By a packet socket, before this host's network stack did anything with it.
        case wire
        /// By a packet socket, as this host sent it.
        case leaving
        /// By a raw socket, as the daemon's.
        case socket
    }

    package var place: Place
    package var interface: String
    package var carrier: Carrier
    package var virtualRouterID: UInt8
    package var priority: UInt8
    /// Those that it lists, as far as it is whole.
    package var addresses: [IPAddress]
    /// The VRRP message.
    package var message: [UInt8]
    /// The Ethernet address that it came from; nil at a raw socket.
    package var hardwareAddress: HardwareAddress?
    /// When, in seconds since the listening began.
    package var at = 0.0
    /// The authentication header that stood before it (`auth_type AH`).
    package var protection: ProtectedAdvert?

    package var source: IPAddress { carrier.source }
    package var isMulticast: Bool { carrier.destination.isMulticast }

    /// Nil when there are not even the octets that name a virtual router, and for a Backup's word that it is there.
    package init?(
        _ place: Place, on interface: String, _ message: [UInt8], carrier: Carrier,
        from hardwareAddress: HardwareAddress?
    ) {
        guard message.count >= Advertisement.headerSize, StandbyNotice.parse(message.span) == nil else { return nil }
        self.place = place
        self.interface = interface
        self.carrier = carrier
        self.message = message
        self.hardwareAddress = hardwareAddress
        virtualRouterID = message[1]
        priority = message[2]
        let size = carrier.family.addressSize
        let count = min(Int(message[3]), (message.count - Advertisement.headerSize) / size)
        addresses = (0..<count).map { Advertisement.address(at: $0, in: message.span, family: carrier.family) }
    }
}

/// Somebody who answered the question who has an address.
package struct AddressAnswer: Hashable, Sendable {
    package var interface: String
    package var address: IPAddress
    package var hardwareAddress: HardwareAddress

    package init(interface: String, address: IPAddress, hardwareAddress: HardwareAddress) {
        self.interface = interface
        self.address = address
        self.hardwareAddress = hardwareAddress
    }
}

/// What was heard on the interfaces during a few seconds.
package struct WireFacts: Equatable, Sendable {
    package var seconds: Double
    package var adverts: [SeenAdvert] = []
    /// Who answered for which address, or announced it, with the first and the last time in seconds since the beginning;
    /// what this host itself said is not among them.
    package var answers: [AddressAnswer: ClosedRange<Double>] = [:]
    /// When this host first said the same.
    package var ownAnswers: [AddressAnswer: Double] = [:]
    /// The addresses that were asked for.
    package var asked: Set<IPAddress> = []
    /// When they were last asked for.
    package var lastAsked = 0.0
    /// Packets that the kernel dropped meanwhile because the way back to their sender is another (rp_filter).
    package var reversePathDrops: Int = 0
    /// Packets that it dropped because of their IP header.
    package var headerErrors: Int = 0
    /// The outcome of the probe on each interface and family, by the path's name.
    package var outputs: [String: FirewallProof.Output] = [:]
    /// What could not be listened to, and why, by interface; `""` when nothing could.
    package var failures: [String: String] = [:]

    package init(seconds: Double) { self.seconds = seconds }

    /// Why nothing is known of an interface; nil when it was listened to.
    package func failure(_ interface: String) -> String? { failures[""] ?? failures[interface] }

    /// Takes in that somebody has an address.
    ///
    /// - Returns: true when that is new.
    package mutating func note(_ answer: AddressAnswer, at time: Double) -> Bool {
        guard let known = answers[answer] else {
            answers[answer] = time...time
            return true
        }
        answers[answer] = known.lowerBound...max(known.upperBound, time)
        return false
    }

    /// What was seen on an interface for a family.
    package func adverts(_ place: SeenAdvert.Place, _ interface: String, _ family: AddressFamily) -> [SeenAdvert] {
        adverts.filter { $0.place == place && $0.interface == interface && $0.carrier.family == family }
    }

    /// Everybody who sent on an interface, whether it reached a program or not.
    package func senders(_ interface: String, _ family: AddressFamily) -> [IPAddress] {
        unique(
            adverts.filter { $0.place != .leaving && $0.interface == interface && $0.carrier.family == family }.map(
                \.source))
    }
}

/// Without repetitions, in the order of first appearance.
func unique<Element: Hashable>(_ elements: [Element]) -> [Element] {
    var seen: Set<Element> = []
    return elements.filter { seen.insert($0).inserted }
}
