internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// The routes of an instance (`virtual_routes`): set after the addresses, removed before them, docs/design/0019-routes.md.
extension RouterRunner {
    private var desiredRoutes: [VirtualRoute] { router.holdsAddresses ? instance.routes : [] }

    /// Sets the routes when the addresses have been taken.
    func takeRoutes(at now: MonotonicInstant) {
        if instance.routes.isEmpty { return }
        reconcileRoutes(at: now)
        noteRefusedRoutes(at: now)
    }

    /// Brings this host's routes in line with the state; returns those that had to be set.
    @discardableResult
    func reconcileRoutes(at now: MonotonicInstant) -> [VirtualRoute] {
        if instance.routes.isEmpty, outdatedRoutes.isEmpty { return [] }
        return carryOut(routePlan)
    }

    private func carryOut(_ operations: [RouteOperation]) -> [VirtualRoute] {
        surroundings.heldRoutes[ObjectIdentifier(self)] = desiredRoutes
        return surroundings.routes.carryOut(operations, for: name, at: surroundings.now, in: surroundings.interfaces)
    }

    /// What to do about the routes of this instance; what another one here holds as well is left alone.
    private var routePlan: [RouteOperation] {
        let known = instance.routes + outdatedRoutes
        let others = surroundings.heldRoutes.filter { $0.key != ObjectIdentifier(self) }.values.flatMap(\.self)
        let observed = surroundings.routes.observed(in: surroundings.interfaces).filter { present in
            known.contains { present.satisfies($0) } && !others.contains { present.satisfies($0) }
        }
        let wanted = desiredRoutes.filter { wanted in
            !surroundings.routes.isForeign(wanted)
                && !(others.contains(wanted) && surroundings.routes.isPresent(wanted, in: surroundings.interfaces))
        }
        return RoutePlan.operations(desired: wanted, observed: observed).filter { operation in
            guard case .remove = operation, hasLoan else { return true }
            // What is on loan serves with its routes, and no longer.
            return surroundings.keeper.leftovers(everyAddress, in: surroundings.interfaces).isEmpty
        }
    }

    // MARK: Repair

    /// Routes that are not as they should be, but for those that nobody is to put back (`no_track`, `expires`).
    private var wrongRoutes: [RouteOperation] {
        routePlan.filter { operation in
            operation.addition?.isKept ?? true
        }
    }

    /// Somebody removed a route of ours, or it went with an address or an interface.
    func noticeWrongRoutes(at now: MonotonicInstant) {
        // Of one that hands over they lead nowhere without the addresses, which are not put back then either.
        guard !instance.routes.isEmpty, repairsNow, !isUndecided else { return }
        let wrong = wrongRoutes
        guard !wrong.isEmpty, routeRepairs.mayRepair(wrong.map(\.destination), at: now) else { return }
        repairRoutes(at: now)
    }

    func tickRouteRepairs(at now: MonotonicInstant) {
        if repairsNow, routeRepairs.isDue(at: now) { repairRoutes(at: now) }
        guard routeRepairs.calmedDown(at: now) else { return }
        log.notice("(\(name)) nobody removed our routes for a minute")
    }

    private func repairRoutes(at now: MonotonicInstant) {
        let wrong = wrongRoutes
        // The addresses that they were lent with have gone with their lease.
        if !router.holdsAddresses, !routeRepairs.wasRefused { tellLeftovers(wrong) }
        let restored = carryOut(wrong)
        routeRepairs.tried(wrong.map(\.destination), at: now)
        let wasRefused = routeRepairs.wasRefused
        noteRefusedRoutes(at: now)
        guard !restored.isEmpty else { return }
        let list = list(restored)
        if wasRefused {
            return log.notice(
                "(\(name)) route \(list) is set now: the kernel had refused it, and took it when asked again")
        }
        let recent = surroundings.routeCulprit.flatMap { now.since($0.at) < .seconds(1) ? $0 : nil }
        let reason = recent.map { "removed by \($0.words)" } ?? "gone with an address or an interface that it needs"
        if routeRepairs.repaired(at: now) {
            log.error(
                "(\(name)) our routes are removed again and again (last one: \(reason)): they are put back each time, at most ten "
                    + "times a second, and this host stays MASTER; keep whoever it is from doing so")
        }
        if let more = limiter.pass(.routeRepaired, at: now, most: 6) {
            log.warning("(\(name)) route \(list) was \(reason); put back\(more)")
        }
    }

    private func noteRefusedRoutes(at now: MonotonicInstant) {
        routeRepairs.noteRefusal(!wrongRoutes.isEmpty, at: now)
    }

    private func list(_ routes: [VirtualRoute]) -> String {
        routes.prefix(4).map(\.description).joined(separator: ", ")
            + (routes.count > 4 ? " and \(routes.count - 4) more" : "")
    }

    // MARK: Beginning and change

    /// Replaces the routes that a reload changed, after the addresses that they need.
    func exchangeRoutes(at now: MonotonicInstant) {
        defer { outdatedRoutes = [] }
        if instance.routes.isEmpty, outdatedRoutes.isEmpty { return }
        // An address that was replaced took routes with it.
        surroundings.routes.reread(at: now)
        reconcileRoutes(at: now)
        noteRefusedRoutes(at: now)
    }

    /// Removes the routes that an earlier run of ours left on this host.
    func removeLeftoverRoutes(at now: MonotonicInstant) {
        if instance.routes.isEmpty { return }
        let leftovers = routePlan.filter { if case .remove = $0 { true } else { false } }
        guard !leftovers.isEmpty else { return }
        tellLeftovers(leftovers)
        _ = carryOut(leftovers)
    }

    private func tellLeftovers(_ leftovers: [RouteOperation]) {
        log.notice(
            "(\(name)) removing \(leftovers.count) route(s) that an earlier run left behind: "
                + leftovers.map(\.words).joined(separator: ", "))
    }

    /// Each route and whether it is there; nil when there is none.
    var routeStatuses: [RouteStatus]? {
        if instance.routes.isEmpty { return nil }
        return instance.routes.map { route in
            var status = RouteStatus(
                route: route.description,
                isPresent: surroundings.routes.isPresent(route, in: surroundings.interfaces))
            if route.lifetime != nil { status.hasEnd = true }
            return status
        }
    }
}

extension RouteOperation {
    fileprivate var destination: IPAddress {
        switch self {
        case .add(let route), .append(let route): route.destination
        case .remove(let route): route.destination
        }
    }

    /// The route alone.
    var words: String {
        switch self {
        case .add(let route), .append(let route): route.description
        case .remove(let route): route.description
        }
    }
}
