internal import Configuration
internal import LinuxKernel
internal import VRRPCore

// Routes that go with the addresses: who hears what becomes of them, and what an earlier run left.

extension Daemon {
    private var hasRoutes: Bool {
        !model.global.staticRoutes.isEmpty || !model.global.staticRules.isEmpty
            || model.instances.contains { !$0.routes.isEmpty || !$0.rules.isEmpty }
    }

    /// Hears of routes and rules while an instance has some: on a router with a full table there is much to hear.
    func watchRoutes(at now: MonotonicInstant) {
        guard hasRoutes else {
            if let (monitor, token) = forwarding { readiness.forget(monitor.descriptor, token) }
            forwarding = nil
            return
        }
        guard forwarding == nil else { return }
        do throws(SystemError) {
            let monitor = try ForwardingMonitor()
            forwarding = (monitor, try readiness.watch(monitor.descriptor, as: .forwarding))
        } catch {
            log.error(
                "\(error): a route or a rule that somebody removes is put back only when an interface or an address changes"
            )
        }
        rereadRoutes(at: now)
    }

    /// Takes in what happened to routes; true when they have to be looked at.
    func readForwarding(at now: MonotonicInstant) -> Bool {
        guard let (monitor, _) = forwarding else { return false }
        do throws(SystemError) {
            let dependsOnOthers = surroundings.routes.dependsOnOthers || surroundings.rules.dependsOnOthers
            let ports = [surroundings.routes.port, surroundings.rules.port]
            guard let port = try monitor.drain(mark: dependsOnOthers ? nil : addressMark, ignoring: ports) else {
                return false
            }
            let name = port == 0 ? nil : Int32(exactly: port).flatMap { processName(of: $0) }
            surroundings.routeCulprit = port == 0 ? nil : Culprit(port: port, name: name, at: now)
        } catch {
            log.warning("reading news of routes: \(error); listing ours again")
        }
        return true
    }

    /// Lists our routes again when an instance has some: many go without a word.
    func rereadRoutes(at now: MonotonicInstant) {
        guard hasRoutes else { return }
        surroundings.routes.reread(at: now)
        surroundings.rules.reread(at: now)
    }

    /// Removes routes that an earlier run left and that the configuration no longer knows.
    func removeOrphanedRoutes(at now: MonotonicInstant) {
        removeOrphanedRules(at: now)
        surroundings.routes.reread(at: now)
        let wanted =
            routers.filter { $0.hasLoan || $0.router.holdsAddresses }.flatMap(\.instance.routes)
            + model.global.staticRoutes
        let orphans = surroundings.routes.observed(in: surroundings.interfaces).filter { present in
            !wanted.contains { present.satisfies($0) }
        }
        guard !orphans.isEmpty else { return }
        let list = orphans.map(\.description).shortList
        log.notice("removing the routes \(list): left behind by an earlier run, and in no instance now")
        _ = surroundings.routes.carryOut(
            orphans.reversed().map { .remove($0) }, for: "earlier run", at: now, in: surroundings.interfaces)
    }

    private func removeOrphanedRules(at now: MonotonicInstant) {
        surroundings.rules.reread(at: now)
        let wanted =
            routers.filter { $0.hasLoan || $0.router.holdsAddresses }.flatMap(\.instance.rules)
            + model.global.staticRules
        let orphans = surroundings.rules.present.filter { present in !wanted.contains { $0.isSame(as: present) } }
        guard !orphans.isEmpty else { return }
        let list = orphans.map(\.description).shortList
        log.notice("removing the rules \(list): left behind by an earlier run, and in no instance now")
        for rule in orphans.reversed() { surroundings.rules.remove(rule, for: "earlier run", at: now) }
    }
}
