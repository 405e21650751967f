internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

extension Daemon {
    /// The line that `systemctl status` shows: `STATUS=VI_1 ACTIVE, priority 107; VI_2 STANDBY, 192.0.2.3 is active`.
    var statusLine: String {
        let whole = routers.prefix(Self.mostInLine).map(Self.summary).joined(separator: "; ")
        let rest = routers.count > Self.mostInLine ? "; and \(routers.count - Self.mostInLine) more" : ""
        return "STATUS=" + (surroundings.standby == nil ? "" : "maintenance mode; ") + whole + rest
    }

    private static let mostInLine = 4

    private static func summary(_ runner: RouterRunner) -> String {
        let name = runner.name
        switch runner.router.state {
        case .active: return "\(name) ACTIVE, priority \(runner.router.priority.rawValue)"
        case .resigning: return "\(name) HANDING OVER"
        case .backup(let backup):
            let active = backup.lastHeard.map { "\($0.source) is active" } ?? "listening"
            return "\(name) STANDBY, \(active)"
        case .initialize:
            let state = runner.shownState.rawValue.uppercased()
            return "\(name) \(state)"
                + (runner.router.obstacles.isEmpty ? "" : ": \(runner.explain(runner.router.obstacles))")
        }
    }

    /// What each instance and session is at, line by line into the log.
    func writeState(at now: MonotonicInstant) {
        log.notice(
            "understudyd \(understudyVersion), \(routers.count) instance(s), configuration \(options.configurationFile)"
        )
        for runner in routers {
            for line in runner.describeState(at: now) { log.notice(line) }
        }
        for neighbour in bfd?.neighbours ?? [] {
            log.notice("BFD_Instance(\(neighbour.check.name)) \(neighbour.outcome)\(neighbour.counters.text)")
        }
        log.notice(
            "packets for virtual routers that are not ours \(surroundings.sockets.unknownVirtualRouterIDs), "
                + "netlink messages that are not the kernel's \(routes.forged.count), "
                + "not VRRP at all \(surroundings.sockets.malformedPackets)")
    }
}
