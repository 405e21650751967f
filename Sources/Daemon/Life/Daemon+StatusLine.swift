internal import Control
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
}
