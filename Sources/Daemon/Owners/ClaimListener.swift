internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Hears on one interface who else claims the addresses that routers here hold.
///
/// The kernel hands over nothing but claims to these very addresses, so that ordinary ARP traffic wakes nobody.
final class ClaimListener {
    private let socket: AnnouncementListener
    private let readiness: Readiness
    private var token: Token?
    private var routers: [RouterRunner] = []

    /// A flood of forged claims gets so much of a turn.
    private static let framesPerTurn = 64

    init(_ socket: AnnouncementListener, _ readiness: Readiness) {
        self.socket = socket
        self.readiness = readiness
    }

    func join(_ router: RouterRunner, for addresses: [IPAddress]) throws(SystemError) {
        try socket.listen(onlyFor: addresses)
        if token == nil {
            // What came before is old.
            try drain { _ in }
            token = try readiness.watch(socket.descriptor, as: .claims(self))
        }
        if !routers.contains(where: { $0 === router }) { routers.append(router) }
    }

    /// The socket is kept, and hears nothing: closing one takes the kernel long.
    func leave(_ router: RouterRunner, leaving addresses: [IPAddress]) {
        routers.removeAll { $0 === router }
        do throws(SystemError) {
            try socket.listen(onlyFor: addresses)
        } catch {
            router.log.debug("(\(router.name)) the filter for claims stays as it was: \(error)")
        }
        if routers.isEmpty { end() }
    }

    /// Hears nobody any more.
    func end() {
        routers = []
        guard let token else { return }
        readiness.forget(socket.descriptor, token)
        self.token = nil
    }

    func read(at now: MonotonicInstant) {
        do throws(SystemError) {
            try drain { frame in
                guard let claim = Claim(frame) else { return }
                for router in routers { router.noticeClaim(claim, at: now) }
            }
        } catch {
            for router in routers { router.log.debug("(\(router.name)) listening for claims: \(error)") }
        }
    }

    private func drain(_ body: (Span<UInt8>) -> Void) throws(SystemError) {
        var budget = Self.framesPerTurn
        while budget > 0, try socket.receive(body) { budget -= 1 }
    }
}

/// What says that an address is at a hardware address: ARP of any kind that comes from the address, or a neighbour
/// advertisement for it.
struct Claim {
    var address: IPAddress
    var hardwareAddress: HardwareAddress

    init(address: IPAddress, hardwareAddress: HardwareAddress) {
        self.address = address
        self.hardwareAddress = hardwareAddress
    }

    init?(_ frame: Span<UInt8>) {
        do throws(WireError) {
            let packet = try ARPPacket.parse(frame)
            guard packet.senderAddress != .any else { return nil }
            (address, hardwareAddress) = (.v4(packet.senderAddress), packet.senderHardwareAddress)
            return
        } catch {
            // Not ARP; perhaps a neighbour advertisement.
        }
        do throws(WireError) {
            let packet = try NeighborAdvertisement.parse(frame)
            (address, hardwareAddress) = (.v6(packet.target), packet.hardwareAddress)
        } catch {
            return nil
        }
    }
}
