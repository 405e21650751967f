internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// One raw socket and the virtual routers that share it.
final class SharedSocket {
    struct Key: Hashable {
        var interfaceIndex: UInt32
        var family: AddressFamily
        var mode: VRRPSocket.Mode
        /// That of VRRP, or of the authentication header before it.
        var protocolNumber = Carrier.protocolNumber
    }

    let key: Key
    let raw: VRRPSocket
    fileprivate(set) var token: Token?
    /// By VRID.
    ///
    /// Two routers never share one: the configuration forbids it.
    private var routers: [UInt8: RouterRunner] = [:]
    /// Packets that were for nobody here or for no VRRP router at all (vrrpv3RouterVrIdErrors and the like).
    private(set) var unknownVirtualRouterIDs: UInt64 = 0
    private(set) var malformedPackets: UInt64 = 0
    private var heard = VirtualRouterIDs()
    private var receiveBuffer = VRRPSocket.usualReceiveBuffer

    /// A bound for a process that was paused and catches up: more than the receive buffer holds.
    private static let packetsPerTurn = 4096
    /// How long a turn of the loop reads before it acts on what is due: a tenth of the shortest advertisement interval.
    ///
    /// Packets that come faster than they can be read may not make an advert late.
    private static let slice = Interval.milliseconds(1)
    fileprivate private(set) var gate = FloodGate()
    /// Told of adverts for virtual routers that are not here, while somebody wants to know (`log_unknown_vrids`).
    fileprivate var stranger: ((VirtualRouterID, IPAddress, String) -> Void)?
    private var limiter = LineLimiter<Bool>()

    fileprivate init(_ key: Key, interfaceName: String) throws(SystemError) {
        self.key = key
        raw = try VRRPSocket(
            family: key.family, interfaceName: interfaceName, interfaceIndex: key.interfaceIndex, mode: key.mode,
            protocolNumber: key.protocolNumber)
    }

    fileprivate var isUnused: Bool { routers.isEmpty }

    fileprivate func join(_ router: RouterRunner) {
        routers[router.virtualRouterID.rawValue] = router
        openGate()
        fitBuffer(log: router.log)
    }

    /// The largest size that a router asks for; the usual one while none does.
    fileprivate func fitBuffer(log: Log) {
        let wanted = routers.values.compactMap(\.instance.receiveBuffer).max() ?? VRRPSocket.usualReceiveBuffer
        guard wanted != receiveBuffer else { return }
        receiveBuffer = wanted
        let given = raw.setReceiveBuffer(wanted)
        guard given < wanted else {
            return log.info("adverts on \(raw.interfaceName) wait in a buffer of \(given) octets")
        }
        log.warning(
            "kernel_rx_buf_size \(wanted): the kernel gives \(given) octets on \(raw.interfaceName), and adverts that find no "
                + "room while this host is busy are lost; it needs CAP_NET_ADMIN or a larger net.core.rmem_max")
    }

    /// A reload may have given the place to a new router of the same VRID while the old one was still resigning.
    fileprivate func leave(_ router: RouterRunner) {
        let place = router.virtualRouterID.rawValue
        if routers[place] === router { routers[place] = nil }
    }

    /// Reads what has arrived and hands each message to its router, with the time at which it gets it: the message
    /// before may have taken its time.
    ///
    /// - Parameter isCatchingUp: a pause has made us late, and all that was said meanwhile counts before we act.
    func drain(log: Log, isCatchingUp: Bool = false) {
        let began = MonotonicInstant(nanoseconds: monotonicNanoseconds())
        if gate.isOverdue(at: began) { openGate() }
        var last = began
        for _ in 0..<Self.packetsPerTurn {
            if !isCatchingUp, last.since(began) >= Self.slice { return }
            do throws(SystemError) {
                let more = try raw.receive { bytes, received in
                    last = MonotonicInstant(nanoseconds: monotonicNanoseconds())
                    guard !take(bytes, received, at: last), gate.refuse(at: last) else { return }
                    shutGate(log: log, at: last)
                }
                if !more { return }
            } catch {
                // ENETDOWN and the like: the interface's own news say what to do about it.
                log.debug("receiving adverts: \(error)")
                return
            }
        }
    }

    /// The lowest VRID that nobody was heard to use on this link, and no router here has; nil when there is none.
    var freeVirtualRouterID: VirtualRouterID? {
        var taken = heard
        for id in routers.keys { taken.insert(id) }
        return taken.lowestFree
    }

    /// What is refused may be welcome now.
    func openGate() {
        guard gate.opensAt != nil else { return }
        gate.open()
        raw.dropNothing()
    }

    private func shutGate(log: Log, at now: MonotonicInstant) {
        // The kernel's filter looks for VRRP where the authentication header is.
        guard key.protocolNumber == Carrier.protocolNumber else { return }
        do throws(SystemError) {
            try raw.dropRefusable(
                except: routers.values.map(\.shape), isOnLink: key.mode.isMulticast, keepingOneIn: FloodGate.sample)
        } catch {
            // Everything is read and refused then, which costs more and changes nothing.
            log.debug("filtering a flood of refused packets: \(error)")
            return
        }
        guard let more = limiter.pass(true, at: now) else { return }
        log.warning(
            "flood of VRRP packets on \(raw.interfaceName): more than \(FloodGate.most) in a second had to be ignored; the "
                + "kernel now drops all but one in \(FloodGate.sample) of those that cannot be for us, and the counters grow "
                + "only by the ones that are left. Find who sends them: understudy sniff \(raw.interfaceName)\(more)")
    }

    /// False when the packet was refused.
    private func take(_ bytes: Span<UInt8>, _ received: VRRPSocket.Received, at now: MonotonicInstant) -> Bool {
        switch key.family {
        case .v4:
            do throws(WireError) {
                let header = try IPv4Header.parse(bytes)
                guard !received.isTruncated, !header.isFragment else {
                    malformedPackets += 1
                    return false
                }
                let carrier = Carrier(
                    source: .v4(header.source), destination: .v4(header.destination), hopLimit: header.timeToLive)
                if key.protocolNumber == AuthenticationHeader.protocolNumber {
                    return takeProtected(bytes, header, carrier, at: now)
                }
                return deliver(bytes.extracting(header.headerLength..<header.totalLength), carrier, at: now)
            } catch {
                malformedPackets += 1
                return false
            }
        case .v6:
            // Without the ancillary data nothing vouches for the sender being on the link.
            guard !received.isTruncated, let destination = received.destination, let hopLimit = received.hopLimit else {
                malformedPackets += 1
                return false
            }
            return deliver(
                bytes, Carrier(source: received.source, destination: destination, hopLimit: hopLimit), at: now)
        }
    }

    /// Takes a datagram with an authentication header, which its router's password judges.
    private func takeProtected(
        _ bytes: Span<UInt8>, _ header: IPv4Header, _ carrier: Carrier, at now: MonotonicInstant
    ) -> Bool {
        let payload = bytes.extracting(header.headerLength..<header.totalLength)
        // What protects something else is not for us.
        guard let authentication = AuthenticationHeader.parse(payload) else { return true }
        let message = payload.extracting(AuthenticationHeader.size..<payload.count)
        if message.count >= Advertisement.headerSize, carrier.isOnLink { heard.insert(message[1]) }
        guard message.count >= 2, let router = routers[message[1]], let key = router.instance.password else {
            unknownVirtualRouterIDs += 1
            return false
        }
        let isGenuine =
            AuthenticationHeader.isGenuine(
                bytes, headerLength: header.headerLength, key: key, isUnicast: !carrier.destination.isMulticast)
            && authentication.index == header.source
        return router.receive(
            message, carrier: carrier, at: now,
            header: isGenuine ? .genuine(sequence: authentication.sequence) : .forged)
    }

    private func deliver(_ message: Span<UInt8>, _ carrier: Carrier, at now: MonotonicInstant) -> Bool {
        if message.count >= Advertisement.headerSize, carrier.isOnLink { heard.insert(message[1]) }
        guard message.count >= 2, let router = routers[message[1]] else {
            unknownVirtualRouterIDs += 1
            if message.count >= Advertisement.headerSize, let id = VirtualRouterID(message[1]) {
                stranger?(id, carrier.source, raw.interfaceName)
            }
            return false
        }
        return router.receive(message, carrier: carrier, at: now)
    }
}

/// The open sockets, shared by the routers of an interface and family.
final class SocketPool {
    private let readiness: Readiness
    private var open: [SharedSocket.Key: SharedSocket] = [:]
    /// `log_unknown_vrids`.
    var stranger: ((VirtualRouterID, IPAddress, String) -> Void)? {
        didSet { for socket in open.values { socket.stranger = stranger } }
    }

    init(readiness: Readiness) { self.readiness = readiness }

    func join(_ key: SharedSocket.Key, interfaceName: String, as router: RouterRunner) throws(SystemError)
        -> SharedSocket
    {
        if let existing = open[key] {
            existing.join(router)
            return existing
        }
        let shared = try SharedSocket(key, interfaceName: interfaceName)
        shared.token = try readiness.watch(shared.raw.descriptor, as: .socket(shared))
        shared.stranger = stranger
        shared.join(router)
        open[key] = shared
        return shared
    }

    func leave(_ shared: SharedSocket, as router: RouterRunner) {
        shared.leave(router)
        guard shared.isUnused else { return shared.fitBuffer(log: router.log) }
        if let token = shared.token { readiness.forget(shared.raw.descriptor, token) }
        open[shared.key] = nil
    }

    /// Under a flood that only we can refuse, waits a little before the next look, so that one turn of the loop reads what
    /// would else have cost twenty turns; never beyond `deadline`.
    func rest(until deadline: MonotonicInstant?, at now: MonotonicInstant) {
        guard open.values.contains(where: { $0.gate.isUnderPressure(at: now) }) else { return }
        let end = now + Self.pause
        sleepUntil(nanoseconds: min(deadline ?? end, end).nanoseconds)
    }

    /// A tenth of the shortest advertisement interval.
    private static let pause = Interval.milliseconds(1)

    /// The configuration has changed.
    func openGates() {
        for socket in open.values { socket.openGate() }
    }

    /// The routers have taken up what they were given.
    func fitBuffers(log: Log) {
        for socket in open.values { socket.fitBuffer(log: log) }
    }

    var unknownVirtualRouterIDs: UInt64 { open.values.reduce(0) { $0 + $1.unknownVirtualRouterIDs } }
    var malformedPackets: UInt64 { open.values.reduce(0) { $0 + $1.malformedPackets } }
}

extension VRRPSocket.Mode {
    fileprivate var isMulticast: Bool { if case .multicast = self { true } else { false } }
}

extension RouterRunner {
    /// What an advert looks like that may be believed.
    fileprivate var shape: VRRPSocket.Shape {
        VRRPSocket.Shape(
            virtualRouterID: virtualRouterID.rawValue, version: rules.version,
            authenticationType: rules.authentication.type,
            interval: UInt8(truncatingIfNeeded: rules.interval.count / 100))
    }
}
