internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// The port on which the packets of all sessions of one family arrive.
final class BFDListener {
    struct Key: Hashable {
        var family: AddressFamily
        var port: UInt16
    }

    let key: Key
    let socket: UDPListener
    private unowned let keeper: BFDKeeper
    fileprivate var token: Token?

    /// More than the receive buffer holds.
    private static let packetsPerTurn = 4096
    /// How long a turn of the loop reads before it acts on what is due.
    private static let slice = Interval.milliseconds(1)

    private init(_ key: Key, _ keeper: BFDKeeper) throws(SystemError) {
        self.key = key
        self.keeper = keeper
        socket = try UDPListener(family: key.family, port: key.port)
    }

    static func open(_ key: Key, for keeper: BFDKeeper, _ readiness: Readiness) throws(SystemError) -> BFDListener {
        let listener = try BFDListener(key, keeper)
        listener.token = try readiness.watch(listener.socket.descriptor, as: .bfd(listener))
        return listener
    }

    func close(_ readiness: Readiness) {
        if let token { readiness.forget(socket.descriptor, token) }
        token = nil
    }

    /// Reads what has arrived.
    ///
    /// - Parameter isCatchingUp: a pause has made us late, and all that came meanwhile counts before we act.
    func drain(isCatchingUp: Bool) {
        let began = MonotonicInstant(nanoseconds: monotonicNanoseconds())
        var last = began
        for _ in 0..<Self.packetsPerTurn {
            if !isCatchingUp, last.since(began) >= Self.slice { return }
            do throws(SystemError) {
                let more = try socket.receive { bytes, received in
                    last = MonotonicInstant(nanoseconds: monotonicNanoseconds())
                    keeper.take(bytes, received, key, at: last)
                }
                if !more { return }
            } catch {
                return keeper.receptionFailed(error)
            }
        }
    }
}
