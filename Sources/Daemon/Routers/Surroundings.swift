internal import LinuxKernel
internal import VRRPCore

/// What every router of this host shares: the log, the interfaces as the kernel reports them, and the ways to act.
final class Surroundings {
    let log: Log
    var interfaces = InterfaceTable()
    let keeper: AddressKeeper
    let announcer: Announcer
    let sockets: SocketPool
    let readiness: Readiness
    /// Which addresses each router holds now, so that none removes what another has taken over from it on this host.
    var held: [ObjectIdentifier: [VirtualAddress]] = [:]

    private var listeners: [UInt32: AnnouncementListener] = [:]

    /// A listener for announcements on an interface, with nothing old in it.
    ///
    /// It is opened once and kept: closing a packet socket waits for every processor to let go of it, twenty
    /// milliseconds in which no advert would leave.
    func listener(on interfaceIndex: UInt32) throws(SystemError) -> AnnouncementListener {
        if let kept = listeners[interfaceIndex] {
            while try kept.receive({ _ in }) {}
            return kept
        }
        let fresh = try AnnouncementListener(interfaceIndex: interfaceIndex)
        listeners[interfaceIndex] = fresh
        return fresh
    }

    init(log: Log, readiness: Readiness) throws(SystemError) {
        self.log = log
        self.readiness = readiness
        keeper = AddressKeeper(commands: try RouteSocket(), log: log)
        announcer = Announcer(socket: try PacketSocket(), log: log)
        sockets = SocketPool(readiness: readiness)
    }
}
