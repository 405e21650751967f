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

    private var listeners: [UInt32: LinkListener] = [:]

    /// The listener for announcements on an interface.
    ///
    /// It is opened once and kept: closing a packet socket waits for every processor to let go of it, twenty
    /// milliseconds in which no advert would leave.
    func listener(on interfaceIndex: UInt32) throws(SystemError) -> LinkListener {
        if let kept = listeners[interfaceIndex] { return kept }
        // Those of interfaces that are gone hear nothing any more.
        listeners = listeners.filter { interfaces.link(at: $0.key) != nil || $0.value.isListening }
        let fresh = LinkListener(try AnnouncementListener(interfaceIndex: interfaceIndex), readiness)
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
