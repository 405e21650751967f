internal import LinuxKernel
internal import VRRPWire

/// Listens on the interfaces of some paths for a while, beside the network stack and through it, and asks who has which
/// address meanwhile.
///
/// Two sockets hear the same adverts: a packet socket before the firewall and the routing table's checks, a raw socket after
/// them. What one sees and the other does not was dropped by this host.
struct WireSession {
    /// An interface with what is open on it.
    private final class Place {
        let interface: String
        let index: UInt32
        let frames: FrameListener
        let announcements: AnnouncementListener
        let sockets: [(family: AddressFamily, socket: VRRPSocket)]

        init(_ link: LinkInfo, _ paths: [AdvertPath]) throws(SystemError) {
            interface = link.name
            index = link.index
            // The raw sockets first: what only the packet socket could have seen would look dropped.
            var sockets: [(AddressFamily, VRRPSocket)] = []
            for family in unique(paths.map(\.family)) {
                for mode in [VRRPSocket.Mode.multicast(group: .vrrpGroup(family)), .unicast(local: nil)] {
                    let socket = try VRRPSocket(
                        family: family, interfaceName: link.name, interfaceIndex: link.index, mode: mode)
                    sockets.append((family, socket))
                }
            }
            self.sockets = sockets
            announcements = try AnnouncementListener(interfaceIndex: link.index)
            frames = try FrameListener(interfaceIndex: link.index)
        }

        var descriptors: [Int32] {
            [frames.descriptor, announcements.descriptor] + sockets.map(\.socket.descriptor)
        }
    }

    private let paths: [AdvertPath]
    private let questions: AddressQuestions
    private var places: [Place] = []
    private var facts: WireFacts
    /// Nobody needs more to be judged, however fast a stranger sends.
    private static let mostAdverts = 20_000

    /// - Parameter questions: whom to ask for which address.
    init(_ paths: [AdvertPath], links: [LinkInfo], questions: AddressQuestions, seconds: Double) {
        self.paths = paths
        self.questions = questions
        facts = WireFacts(seconds: seconds)
        for name in unique(paths.map(\.interface)) {
            // What is down or missing is another finding; there is nothing to hear there.
            guard let link = links.first(where: { $0.name == name }) else {
                facts.failures[name] = "there is no interface \(name)"
                continue
            }
            guard link.isUp else {
                facts.failures[name] = "\(name) is down"
                continue
            }
            do throws(SystemError) {
                places.append(try Place(link, paths.filter { $0.interface == name }))
            } catch {
                facts.failures[name] = "\(error)"
            }
        }
    }

    /// Listens until the time is over.
    mutating func run() -> WireFacts {
        let before = DropCounters.read()
        let start = monotonicNanoseconds()
        let end = start + UInt64(facts.seconds * 1e9)
        tryOutput()
        // Three questions, so that one lost answer is not taken for silence.
        var asking = [0.0, 0.3, 0.6].map { start + UInt64(facts.seconds * $0 * 1e9) }
        do throws(SystemError) {
            while monotonicNanoseconds() < end {
                if let due = asking.first, due <= monotonicNanoseconds() {
                    asking.removeFirst()
                    try ask()
                }
                var items = places.flatMap(\.descriptors).map { Readiness($0) }
                try Readiness.wait(&items, until: min(end, asking.first ?? end))
                try drain(.open)
            }
            // What the packet socket saw last may still be on its way to the raw one.
            var nothing: [Readiness] = []
            try Readiness.wait(&nothing, until: monotonicNanoseconds() + 20_000_000)
            try drain(.closing)
        } catch {
            facts.failures[""] = "\(error)"
        }
        let after = DropCounters.read()
        facts.reversePathDrops = after.reversePath - before.reversePath
        facts.headerErrors = after.headerErrors - before.headerErrors
        return facts
    }

    private mutating func tryOutput() {
        for path in paths {
            guard let place = places.first(where: { $0.interface == path.interface }) else { continue }
            guard path.peers == nil else {
                facts.outputs[path.name] = .notTried(reason: "a unicast probe would reach the peer")
                continue
            }
            do throws(SystemError) {
                let isAllowed = try isOutputAllowed(
                    interfaceName: path.interface, interfaceIndex: place.index, family: path.family)
                facts.outputs[path.name] = isAllowed ? .allowed : .refused
            } catch {
                facts.outputs[path.name] = .notTried(reason: "\(error)")
            }
        }
    }

    private mutating func ask() throws(SystemError) {
        let socket = try PacketSocket()
        for place in places {
            for (address, frame) in questions.frames(on: place.interface) {
                do throws(SystemError) {
                    try socket.send(frame.span, interfaceIndex: place.index)
                    facts.asked.insert(address)
                } catch {
                    facts.failures[place.interface] = "\(error)"
                }
            }
        }
    }

    private enum Phase { case open, closing }

    /// Takes what has come; at the end nothing that only the packet socket saw, because it would look dropped.
    private mutating func drain(_ phase: Phase) throws(SystemError) {
        var seen: [SeenAdvert] = []
        var answers: Set<AddressAnswer> = []
        for place in places {
            let name = place.interface
            if phase == .open {
                while try place.frames.receive({ frame, direction in
                    if let advert = SeenAdvert(frame: frame, direction, on: name) { seen.append(advert) }
                }) {}
            }
            for (family, socket) in place.sockets {
                while try socket.receive({ bytes, received in
                    if let advert = SeenAdvert(bytes, received, family, on: name) { seen.append(advert) }
                }) {}
            }
            while try place.announcements.receive({ frame in
                if let claim = Claim(frame), questions.isAsked(claim.address, on: name) {
                    answers.insert(
                        AddressAnswer(interface: name, address: claim.address, hardwareAddress: claim.hardwareAddress))
                }
            }) {}
        }
        facts.adverts += seen.prefix(max(0, Self.mostAdverts - facts.adverts.count))
        facts.answers.formUnion(answers)
    }
}

/// A frame by which somebody says that an address is his.
private struct Claim {
    var address: IPAddress
    var hardwareAddress: HardwareAddress

    init?(_ frame: Span<UInt8>) {
        // Anything else that such a socket sees claims nothing.
        do throws(WireError) {
            let packet = try ARPPacket.parse(frame)
            guard packet.operation == .reply || packet.isAnnouncement, packet.senderAddress != .any else { return nil }
            (address, hardwareAddress) = (.v4(packet.senderAddress), packet.senderHardwareAddress)
        } catch {
            do throws(WireError) {
                let advertisement = try NeighborAdvertisement.parse(frame)
                (address, hardwareAddress) = (.v6(advertisement.target), advertisement.hardwareAddress)
            } catch {
                return nil
            }
        }
    }
}

/// Whom to ask for which address on which interface.
struct AddressQuestions {
    struct Question {
        var interface: String
        var address: IPAddress
        /// The interface's own Ethernet address.
        var hardwareAddress: HardwareAddress
        /// Who asks; IPv6 only.
        var source: IPv6Address?
    }

    var questions: [Question] = []

    func isAsked(_ address: IPAddress, on interface: String) -> Bool {
        questions.contains { $0.address == address && $0.interface == interface }
    }

    /// One frame for each address: an RFC 5227 probe, which claims nothing, or a neighbour solicitation.
    func frames(on interface: String) -> [(IPAddress, [UInt8])] {
        questions.filter { $0.interface == interface }.compactMap { question in
            switch question.address {
            case .v4(let address):
                let probe = GratuitousARP(address: address, hardwareAddress: question.hardwareAddress)
                let frame = [UInt8](capacity: GratuitousARP.frameSize) { probe.emitProbeFrame(into: &$0) }
                return (question.address, frame)
            case .v6(let address):
                guard let source = question.source else { return nil }
                let solicitation = NeighborSolicitation(
                    target: address, source: source, hardwareAddress: question.hardwareAddress)
                let frame = [UInt8](capacity: NeighborSolicitation.frameSize) { solicitation.emitFrame(into: &$0) }
                return (question.address, frame)
            }
        }
    }
}
