internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// The addresses, routes and rules that are there in every state (`static_ipaddress`, `static_routes`, `static_rules`), until
/// the daemon stops.
final class StaticWays {
    private let surroundings: Surroundings
    private var addresses: [VirtualAddress] = []
    private var routes: [VirtualRoute] = []
    private var rules: [VirtualRule] = []
    private var groups: [TrackGroup] = []
    /// What the kernel did not take when it was tried last, and is still missing.
    private var refused: Set<StaticItem> = []
    /// What the instances are to know of is different since they were told.
    private var hasNews = false
    private var repairs = RepairLedger()
    private var limiter = LineLimiter<Bool>()

    private static let name = "static"

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    var isEmpty: Bool { addresses.isEmpty && routes.isEmpty && rules.isEmpty }
    var deadline: MonotonicInstant? { isEmpty ? nil : repairs.deadline }

    /// Sets what `global` says, and removes what it said before and no longer does.
    func configure(_ global: GlobalSettings, at now: MonotonicInstant) {
        let (oldAddresses, oldRoutes, oldRules) = (addresses, routes, rules)
        let wasEmpty = isEmpty
        (addresses, routes, rules) = (global.staticAddresses, global.staticRoutes, global.staticRules)
        groups = global.trackGroups
        if isEmpty, wasEmpty { return }
        let key = ObjectIdentifier(self)
        (surroundings.held[key], surroundings.heldRoutes[key], surroundings.heldRules[key]) = (addresses, routes, rules)
        surroundings.staticAddresses = Set(addresses.map(\.address))
        // Addresses come first and go last: routes may need them.
        let changes = addressPlan(among: oldAddresses + addresses)
        let additions = changes.filter { if case .add = $0 { true } else { false } }
        carryOut(additions, at: now)
        _ = carryOut(routePlan(among: oldRoutes + routes), missingRules, at: now)
        for rule in oldRules.reversed() where !isHeld(rule) {
            surroundings.rules.remove(rule, for: Self.name, at: now)
        }
        carryOut(changes.filter { if case .remove = $0 { true } else { false } }, at: now)
        noteAttempt(at: now)
    }

    /// Takes all of it off, because the daemon ends.
    func remove(at now: MonotonicInstant) { configure(GlobalSettings(), at: now) }

    private func addressPlan(among known: [VirtualAddress]) -> [AddressOperation] {
        let observed = surroundings.keeper.observed(known.map(\.address), in: surroundings.interfaces)
        return AddressPlan.operations(desired: addresses, observed: observed).filter { operation in
            guard case .remove(let present) = operation else { return true }
            return !surroundings.isHeld(present, byOthersThan: self)
        }
    }

    /// They have no lease: the host needs them as much without a daemon.
    @discardableResult
    private func carryOut(_ operations: [AddressOperation], at now: MonotonicInstant) -> [String] {
        if operations.isEmpty { return [] }
        return surroundings.carryOut(operations, lease: nil, for: Self.name, at: now)
            .map { "\(StaticItem.address($0))" }
    }

    private func routePlan(among known: [VirtualRoute]) -> [RouteOperation] {
        let held = surroundings.heldRoutes.values.flatMap(\.self)
        let observed = surroundings.routes.observed(in: surroundings.interfaces).filter { present in
            known.contains { present.satisfies($0) }
        }
        return RoutePlan.operations(desired: routes.filter { !surroundings.routes.isForeign($0) }, observed: observed)
            .filter { operation in
                guard case .remove(let present) = operation else { return true }
                return !held.contains { present.satisfies($0) }
            }
    }

    private var missingRules: [VirtualRule] { rules.filter { !surroundings.rules.isPresent($0) } }

    private func isHeld(_ rule: VirtualRule) -> Bool {
        surroundings.heldRules.values.contains { held in held.contains { $0.isSame(as: rule) } }
    }

    private func carryOut(
        _ operations: [RouteOperation], _ rules: [VirtualRule], at now: MonotonicInstant
    ) -> [String] {
        let routes = surroundings.routes.carryOut(
            operations, for: Self.name, at: now, in: surroundings.interfaces)
        let added = rules.filter { surroundings.rules.add($0, for: Self.name, at: now) }
        return routes.map { "route \($0)" } + added.map { "rule \($0)" }
    }

    // MARK: Repair

    /// What is to be put back: all of it, but for what has `no_track`.
    private var gap: (addresses: [AddressOperation], routes: [RouteOperation], rules: [VirtualRule]) {
        let missing = addressPlan(among: addresses).filter {
            if case .add(let address) = $0 { address.isTracked } else { false }
        }
        let operations = routePlan(among: routes).filter { $0.addition?.isKept ?? false }
        return (missing, operations, missingRules.filter(\.isTracked))
    }

    private var hasTrackedGap: Bool {
        let gap = gap
        return !gap.addresses.isEmpty || !gap.routes.isEmpty || !gap.rules.isEmpty
    }

    /// Something on this host has changed.
    func look(at now: MonotonicInstant) {
        if isEmpty { return }
        if hasTrackedGap, repairs.mayRepair([Self.anything], at: now) { repair(at: now) }
        judgeGroups()
    }

    func tick(at now: MonotonicInstant) {
        if isEmpty { return }
        if repairs.isDue(at: now) { repair(at: now) }
        _ = repairs.calmedDown(at: now)
    }

    /// All of them are repaired together.
    private static let anything = IPAddress.v4(.any)

    private func repair(at now: MonotonicInstant) {
        let gap = gap
        let restored = carryOut(gap.addresses, at: now) + carryOut(gap.routes, gap.rules, at: now)
        repairs.tried([Self.anything], at: now)
        let wasRefused = repairs.wasRefused
        noteAttempt(at: now)
        guard !restored.isEmpty else { return }
        if !wasRefused { _ = repairs.repaired(at: now) }
        guard let more = limiter.pass(wasRefused, at: now, most: 6) else { return }
        let list = restored.joined(separator: ", ")
        surroundings.log.notice(
            wasRefused
                ? "static \(list) is set now: the kernel had refused it, and took it when asked again\(more)"
                : "static \(list) was gone; put back\(more)")
    }

    // MARK: Groups

    /// Everything was tried: what is missing now could not be set.
    private func noteAttempt(at now: MonotonicInstant) {
        repairs.noteRefusal(hasTrackedGap, at: now)
        refused = Set(groups.flatMap(\.items).filter { !isPresent($0) })
        judgeGroups()
    }

    private func isPresent(_ item: StaticItem) -> Bool {
        switch item {
        case .address(let address):
            surroundings.interfaces.link(named: address.interface).map { link in
                surroundings.interfaces.address(address.address, on: link.index) != nil
            } ?? false
        case .route(let route): surroundings.routes.isPresent(route, in: surroundings.interfaces)
        case .rule(let rule): surroundings.rules.isPresent(rule)
        }
    }

    /// Each of them; nil without any.
    var statuses: [StaticStatus]? {
        if isEmpty { return nil }
        let addresses = addresses.map { address in
            StaticStatus(
                .address, "\(address.address)/\(address.prefixLength) dev \(address.interface)",
                isPresent: isPresent(.address(address)), isTracked: address.isTracked)
        }
        let routes = routes.map { route in
            var status = StaticStatus(
                .route, route.description, isPresent: isPresent(.route(route)), isTracked: route.isTracked)
            if route.lifetime != nil { status.hasEnd = true }
            return status
        }
        let rules = rules.map { rule in
            StaticStatus(.rule, rule.description, isPresent: isPresent(.rule(rule)), isTracked: rule.isTracked)
        }
        return addresses + routes + rules
    }

    /// Finds out whose instances are at fault; what is about to be put back is not lost.
    private func judgeGroups() {
        refused = refused.filter { !isPresent($0) }
        var faults: [String: [String]] = [:]
        for group in groups {
            for item in group.items {
                guard let reason = fault(of: item) else { continue }
                for instance in group.instances { faults[instance, default: []].append(reason) }
            }
        }
        guard faults != surroundings.staticFaults else { return }
        surroundings.staticFaults = faults
        hasNews = true
    }

    private func fault(of item: StaticItem) -> String? {
        for name in item.interfaces {
            guard let link = surroundings.interfaces.link(named: name) else {
                return "static \(item) needs interface \(name), which does not exist"
            }
            if !link.isUsable {
                return "interface \(name) of static \(item) " + (link.isUp ? "has no carrier" : "is down")
            }
        }
        return refused.contains(item) ? "static \(item) is missing and cannot be set" : nil
    }

    /// Whether the instances have to look again.
    func takeNews() -> Bool {
        defer { hasNews = false }
        return hasNews
    }
}
