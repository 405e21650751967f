internal import Configuration
internal import LinuxKernel
internal import VRRPCore

// What is said of interfaces, and `interface_up_down_delays`: what one does counts when it has lasted.

extension Daemon {
    /// Lets what has lasted count.
    ///
    /// A Backup whose timer runs out while its interface is down has heard nobody for that reason: for it the interface is
    /// down before it takes its addresses, however long that was to be borne.
    ///
    /// - Returns: whether anything is different now.
    func settleLinks(at now: MonotonicInstant) -> Bool {
        guard surroundings.interfaces.delays.deadline != nil else { return false }
        for runner in routers where runner.isLinkHeldUp {
            guard case .backup = runner.router.state, let deadline = runner.router.deadline, deadline <= now,
                let link = runner.link
            else { continue }
            surroundings.interfaces.delays.hasten(link.index)
        }
        let settled = surroundings.interfaces.settle(at: now)
        for link in settled where isOfInterest(link.name) {
            log.notice("\(link.name) has been \(link.isUsable ? "up" : "down") for long enough: it counts as such now")
        }
        return !settled.isEmpty
    }

    /// What the log says of a change that does not count yet.
    func patience(with link: LinkInfo) -> String {
        let delay = surroundings.interfaces.delays.delay(of: link)
        guard delay > .zero, let counted = surroundings.interfaces.link(at: link.index), counted.name == link.name,
            counted.isUsable != link.isUsable
        else { return "" }
        return "; it counts when that has lasted for \(delay)"
    }

    /// A process that replaces another bears for what is left of the time what that one may have borne: from now on anew.
    func bearLinks(of runner: RouterRunner, _ before: RouterMemory, at now: MonotonicInstant) {
        if case .initialize = before.state { return }
        let tracked = runner.instance.trackedInterfaces.map(\.name)
        for name in Set([runner.instance.interface] + tracked + runner.everyAddress.map(runner.instance.wire(of:))) {
            surroundings.interfaces.holdUp(name, at: now)
        }
    }

    /// Says in the log what happened to an interface that matters.
    func announceLink(_ change: RouteChange) {
        switch change {
        case .link(let link):
            let before =
                surroundings.interfaces.delays.heldBack(at: link.index) ?? surroundings.interfaces.link(at: link.index)
            guard before?.isUsable != link.isUsable, isOfInterest(link.name) else { return }
            log.notice("Netlink reports \(link.name) " + (link.isUsable ? "up" : "down") + patience(with: link))
        case .linkGone(_, let name):
            if let name, isOfInterest(name) { log.notice("Netlink reports \(name) deleted") }
        case .address, .addressGone:
            break
        }
    }

    func isOfInterest(_ interface: String) -> Bool {
        routers.contains { runner in
            runner.instance.interface == interface
                || runner.instance.trackedInterfaces.contains { $0.name == interface }
                || runner.everyAddress.contains { $0.interface == interface }
                || runner.instance.addressLinks.contains { $0.base == interface }
                || runner.instance.routes.contains { $0.everyWay.contains { $0.interface == interface } }
        }
    }
}
