internal import LinuxKernel
internal import VRRPCore

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
    func read(at now: MonotonicInstant) {
        // A router that has heard enough leaves while this goes on.
        let listening = routers
        do throws(SystemError) {
            try drain { frame in
                for router in listening { router.notice(frame) }
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
