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

    init(log: Log, readiness: Readiness) throws(SystemError) {
        self.log = log
        self.readiness = readiness
        keeper = AddressKeeper(commands: try RouteSocket(), log: log)
        announcer = Announcer(socket: try PacketSocket(), log: log)
        sockets = SocketPool(readiness: readiness)
    }
}
