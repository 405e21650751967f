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
        let frames: FrameCapture
        let sockets: [(family: AddressFamily, socket: VRRPSocket)]

        init(_ link: LinkInfo, _ paths: [AdvertPath]) throws(SystemError) {
            interface = link.name
            index = link.index
            // The raw sockets first: what only the packet socket could have seen would look dropped.
            var sockets: [(AddressFamily, VRRPSocket)] = []
            for kind in unique(paths.map(\.kind)) {
                let same = paths.filter { $0.kind == kind }
                let family = kind.family
                // That of the protocol as well: who is not configured for another one sends there.
                let groups = unique([.vrrpGroup(family)] + same.map(\.group))
                for mode in groups.map({ VRRPSocket.Mode.multicast(group: $0) }) + [.unicast(local: nil)] {
                    let socket = try VRRPSocket(
                        family: family, interfaceName: link.name, interfaceIndex: link.index, mode: mode,
                        protocolNumber: kind.protocolNumber)
                    sockets.append((family, socket))
                }
            }
            self.sockets = sockets
            frames = try FrameCapture(interfaceIndex: link.index, groups: paths.map(\.group))
        }

        var descriptors: [Int32] { [frames.descriptor] + sockets.map(\.socket.descriptor) }
    }

    private let paths: [AdvertPath]
    private let questions: AddressQuestions
    private var places: [Place] = []
    private var facts: WireFacts
    private var start: UInt64 = 0
    private var end: UInt64 = 0
    /// When the addresses are to be asked for.
    private var asking: [UInt64] = []
    private var moreQuestions = 3
    /// Nobody needs more to be judged, however fast a stranger sends.
    private static let mostAdverts = 20_000

    /// - Parameter questions: whom to ask for which address.
    init(_ paths: [AdvertPath], links: [LinkInfo], questions: AddressQuestions, seconds: Double) {
        self.paths = paths
        self.questions = questions
        facts = WireFacts(seconds: seconds)
        for name in unique(paths.map(\.interface) + questions.questions.map(\.interface)) {
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
        start = monotonicNanoseconds()
        end = start + UInt64(facts.seconds * 1e9)
        tryOutput()
        // Three questions, so that one lost answer is not taken for silence.
        asking = [0.0, 0.3, 0.6].map { start + UInt64(facts.seconds * $0 * 1e9) }
        do throws(SystemError) {
            while monotonicNanoseconds() < end {
                if let due = asking.first, due <= monotonicNanoseconds() {
                    asking.removeFirst()
                    // What has come until now is no answer to this question.
                    try drain(.open)
                    facts.lastAsked = elapsed
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

    private var elapsed: Double { Double(monotonicNanoseconds() - start) / 1e9 }

    /// Whoever turns up after the last question may have taken the address from another: that shows when both are asked.
    private mutating func askAgain() {
        guard asking.isEmpty, moreQuestions > 0 else { return }
        moreQuestions -= 1
        asking = [monotonicNanoseconds() + 200_000_000]
        end = max(end, asking[0] + 300_000_000)
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
                    interfaceName: path.interface, interfaceIndex: place.index, group: path.group,
                    protocolNumber: path.protocolNumber)
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
        for place in places {
            if phase == .open { try drainFrames(of: place) }
            let name = place.interface
            for (family, socket) in place.sockets {
                var seen: [SeenAdvert] = []
                while try socket.receive({ bytes, received in
                    if let advert = SeenAdvert(bytes, received, family, on: name) { seen.append(advert) }
                }) {}
                add(seen)
            }
        }
    }

    private mutating func drainFrames(of place: Place) throws(SystemError) {
        while true {
            let frame: CapturedFrame?
            do throws(SystemError) {
                frame = try place.frames.next()
            } catch {
                // ENETDOWN: it went down meanwhile.
                guard error.code == 100 else { throw error }
                facts.failures[place.interface] = "\(place.interface) went down"
                return
            }
            guard let frame else { return }
            let dissection: Dissection
            do throws(WireError) {
                dissection = try Dissection.dissect(frame.octets)
            } catch {
                continue  // No Ethernet header: nothing that anyone could understand.
            }
            if let advert = SeenAdvert(dissection, of: frame, on: place.interface) { add([advert]) }
            if let answer = AddressAnswer(dissection, on: place.interface),
                questions.isAsked(answer.address, on: place.interface)
            {
                note(answer, isOurs: frame.isOutgoing)
            }
        }
    }

    private mutating func note(_ answer: AddressAnswer, isOurs: Bool) {
        let now = elapsed
        if isOurs {
            guard facts.ownAnswers[answer] == nil else { return }
            facts.ownAnswers[answer] = now
            askAgain()
        } else if facts.note(answer, at: now) {
            askAgain()
        }
    }

    private mutating func add(_ seen: [SeenAdvert]) {
        let now = elapsed
        facts.adverts += seen.prefix(max(0, Self.mostAdverts - facts.adverts.count)).map { advert in
            var advert = advert
            advert.at = now
            return advert
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
