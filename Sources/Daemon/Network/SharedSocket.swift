internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// One raw socket and the virtual routers that share it.
final class SharedSocket {
    struct Key: Hashable {
        var interfaceIndex: UInt32
        var family: AddressFamily
        var mode: VRRPSocket.Mode
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

    /// More than the receive buffer holds, so that a paused process catches up in one turn; and still a bound.
    private static let packetsPerTurn = 4096

    fileprivate init(_ key: Key, interfaceName: String) throws(SystemError) {
        self.key = key
        raw = try VRRPSocket(
            family: key.family, interfaceName: interfaceName, interfaceIndex: key.interfaceIndex, mode: key.mode)
    }

    fileprivate var isUnused: Bool { routers.isEmpty }

    fileprivate func join(_ router: RouterRunner) { routers[router.virtualRouterID.rawValue] = router }

    /// A reload may have given the place to a new router of the same VRID while the old one was still resigning.
    fileprivate func leave(_ router: RouterRunner) {
        let place = router.virtualRouterID.rawValue
        if routers[place] === router { routers[place] = nil }
    }

    /// Reads what has arrived and hands each message to its router, with the time at which it gets it: the message
    /// before may have taken its time.
    func drain(log: Log) {
        for _ in 0..<Self.packetsPerTurn {
            do throws(SystemError) {
                let more = try raw.receive { bytes, received in
                    take(bytes, received, at: MonotonicInstant(nanoseconds: monotonicNanoseconds()))
                }
                if !more { return }
            } catch {
                // ENETDOWN and the like: the interface's own news say what to do about it.
                log.debug("receiving adverts: \(error)")
                return
            }
        }
    }

    private func take(_ bytes: Span<UInt8>, _ received: VRRPSocket.Received, at now: MonotonicInstant) {
        switch key.family {
        case .v4:
            do throws(WireError) {
                let header = try IPv4Header.parse(bytes)
                guard !received.isTruncated, !header.isFragment else {
                    malformedPackets += 1
                    return
                }
                let carrier = Carrier(
                    source: .v4(header.source), destination: .v4(header.destination), hopLimit: header.timeToLive)
                deliver(bytes.extracting(header.headerLength..<header.totalLength), carrier, at: now)
            } catch {
                malformedPackets += 1
            }
        case .v6:
            // Without the ancillary data nothing vouches for the sender being on the link.
            guard !received.isTruncated, let destination = received.destination, let hopLimit = received.hopLimit else {
                malformedPackets += 1
                return
            }
            deliver(
                bytes, Carrier(source: received.source, destination: destination, hopLimit: hopLimit), at: now)
        }
    }

    private func deliver(_ message: Span<UInt8>, _ carrier: Carrier, at now: MonotonicInstant) {
        guard message.count >= 2, let router = routers[message[1]] else {
            unknownVirtualRouterIDs += 1
            return
        }
        router.receive(message, carrier: carrier, at: now)
    }
}

/// The open sockets, shared by the routers of an interface and family.
final class SocketPool {
    private let readiness: Readiness
    private var open: [SharedSocket.Key: SharedSocket] = [:]

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
        shared.join(router)
        open[key] = shared
        return shared
    }

    func leave(_ shared: SharedSocket, as router: RouterRunner) {
        shared.leave(router)
        guard shared.isUnused else { return }
        if let token = shared.token { readiness.forget(shared.raw.descriptor, token) }
        open[shared.key] = nil
    }

    var unknownVirtualRouterIDs: UInt64 { open.values.reduce(0) { $0 + $1.unknownVirtualRouterIDs } }
    var malformedPackets: UInt64 { open.values.reduce(0) { $0 + $1.malformedPackets } }
}
