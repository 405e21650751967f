internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Somebody on the link says that an address is his.
struct Announcement {
    var address: IPAddress
    var sender: HardwareAddress

    /// Nil for other traffic that the filter lets through.
    init?(in frame: Span<UInt8>) {
        do throws(WireError) {
            let packet = try ARPPacket.parse(frame)
            guard packet.isAnnouncement else { return nil }
            self.init(address: .v4(packet.senderAddress), sender: packet.senderHardwareAddress)
            return
        } catch {
            // Not ARP; perhaps a neighbour advertisement.
        }
        do throws(WireError) {
            let packet = try NeighborAdvertisement.parse(frame)
            self.init(address: .v6(packet.target), sender: packet.hardwareAddress)
        } catch {
            return nil
        }
    }

    private init(address: IPAddress, sender: HardwareAddress) {
        (self.address, self.sender) = (address, sender)
    }
}

/// The announcements that others make on one interface, for every router that waits there for its successor.
///
/// One socket for all of them: a frame is read once, and each router looks for its own addresses in it.
final class LinkListener {
    private let socket: AnnouncementListener
    private let readiness: Readiness
    private var token: Token?
    private var routers: [RouterRunner] = []

    /// More than the socket's buffer holds.
    private static let framesPerTurn = 1024

    init(_ socket: AnnouncementListener, _ readiness: Readiness) {
        self.socket = socket
        self.readiness = readiness
    }

    var isListening: Bool { !routers.isEmpty }

    /// Begins to listen for `router`; what was announced before is not told.
    func join(_ router: RouterRunner) throws(SystemError) {
        if routers.isEmpty {
            try drain { _ in }
            token = try readiness.watch(socket.descriptor, as: .announcements(self))
        }
        if !routers.contains(where: { $0 === router }) { routers.append(router) }
    }

    func leave(_ router: RouterRunner) {
        routers.removeAll { $0 === router }
        guard routers.isEmpty, let token else { return }
        readiness.forget(socket.descriptor, token)
        self.token = nil
    }

    /// Hands what waits to every router.
    ///
    /// - Parameter goesOn: called after each announcement: there may be as many as routers have addresses together.
    func read(at now: MonotonicInstant, goesOn: () -> Void) {
        // A router that has heard enough leaves while this goes on.
        let listening = routers
        do throws(SystemError) {
            try drain { frame in
                guard let announcement = Announcement(in: frame) else { return }
                for router in listening { router.notice(announcement) }
                goesOn()
            }
        } catch {
            for router in listening { router.log.debug("(\(router.name)) listening for announcements: \(error)") }
        }
        for router in listening { router.judgeAnnouncements(at: now) }
    }

    private func drain(_ body: (Span<UInt8>) -> Void) throws(SystemError) {
        var budget = Self.framesPerTurn
        while budget > 0, try socket.receive(body) { budget -= 1 }
    }
}
