internal import Configuration
internal import VRRPCore
internal import VRRPWire

/// What the rehearsal says about its events, in words for somebody who sees such a cluster for the first time.
struct Words {
    let plan: Plan
    let expectation: Expectation

    private func name(_ host: Int) -> String { plan.hostNames[host] }
    private var daemon: String { plan.programs.daemon.split(separator: "/").last.map(String.init) ?? "the daemon" }
    private var firstAddress: String { plan.pairs[0].addresses[0].description }

    /// What is on the stage.
    var introduction: [String] {
        let addresses = plan.pairs.flatMap(\.addresses).map(\.description)
        let shown = addresses.prefix(3).joined(separator: ", ") + (addresses.count > 3 ? " ..." : "")
        let balancer = plan.programs.haproxy == nil ? "a small web server" : "HAProxy"
        return [
            "Two load balancers, \(name(0)) (\(plan.files[0].name)) and \(name(1)) (\(plan.files[1].name)), share \(shown)."
                + " On each runs \(balancer).",
            "A client asks for a page every 4 milliseconds. All of it lives in namespaces of this machine and is gone"
                + " afterwards.",
        ]
    }

    /// What happens now, and why it leads to what comes.
    func lines(_ event: Event, host: Int, _ before: Situation, _ after: Situation) -> [String] {
        let other = 1 - host
        switch event {
        case .start:
            let priorities = (0..<2).map { "\(name($0)) (priority \(plan.pairs[0].instances[$0].priority.rawValue))" }
            return [
                "\(daemon) starts on \(priorities[0]) and on \(priorities[1]).",
                "Both listen first. Who hears nobody better for \(patience(0)) becomes active and takes \(firstAddress).",
            ]
        case .balancerDies:
            return ["The load balancer on \(name(host)) dies (\(plan.balancer(host)) is killed)."]
                + explanation(host, before, after)
        case .balancerReturns:
            return ["The load balancer on \(name(host)) is started again."] + arithmetic(host, before, after)
        case .linkLost:
            return [
                "\(name(host))'s network cable is pulled.",
                "\(name(other)) hears nothing more from it. After \(patience(other)) of silence it takes over.",
            ]
        case .linkBack:
            return ["\(name(host))'s network cable is plugged in again."] + arithmetic(host, before, after)
        case .hostDies:
            return [
                "\(name(host)) loses its power: everything on it is gone at once, without a word.",
                "\(name(other)) waits \(patience(other)), then it takes over.",
            ]
        case .hostReturns:
            return ["\(name(host)) is switched on again, and everything on it starts."]
        case .plannedStop:
            return [
                "\(daemon) on \(name(host)) is asked to stop, as an operator does before maintenance.",
                "It says so to \(name(other)), and the load balancer itself runs on.",
            ]
        }
    }

    /// How long a standby waits before it believes that the active one is gone: 3 advert intervals (`down_timer_adverts`) and the skew.
    private func patience(_ host: Int) -> String {
        let instance = plan.pairs[0].instances[host]
        let interval = Double(Interval(instance.advertisementInterval).nanoseconds) / 1e9
        let skewUnit = instance.version == .v2 ? 1.0 : interval
        let silence = Double(instance.downTimerAdverts) * interval
        return seconds(silence + skewUnit * Double(256 - Int(instance.priority.rawValue)) / 256)
    }

    /// Which check sees the load balancer, and what follows from it.
    private func explanation(_ host: Int, _ before: Situation, _ after: Situation) -> [String] {
        let names = expectation.heededBalancerChecks(plan.pairs[0], host: host)
        let model = expectation.models[host]
        let checks =
            model.scripts.filter { names.contains($0.name) }.map { check in
                "\(check.name) (`\(check.text)`, every \(check.interval)"
                    + (check.fall > 1 ? ", \(check.fall) failures in a row count)" : ")")
            } + model.processes.filter { names.contains($0.name) }.map { "\($0.name) (watches the process itself)" }
        if checks.isEmpty {
            return [
                "Nothing in \(plan.files[host].name) watches `\(plan.balancer(host))`, so \(name(host)) will not notice."
            ]
        }
        return ["\(name(host)) will notice through \(checks.joined(separator: " and "))."]
            + arithmetic(host, before, after)
    }

    private func arithmetic(_ host: Int, _ before: Situation, _ after: Situation) -> [String] {
        let pair = plan.pairs[0]
        guard let now = expectation.priority(pair, host: host, after),
            let others = expectation.priority(pair, host: 1 - host, after)
        else { return [] }
        let was = expectation.priority(pair, host: host, before)
        let movement = was.map { $0 == now ? "stays \(now)" : "goes from \($0) to \(now)" } ?? "is \(now) again"
        return ["Its priority \(movement); \(name(1 - host)) has \(others)."]
    }
}
