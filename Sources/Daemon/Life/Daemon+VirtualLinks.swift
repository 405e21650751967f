internal import Configuration
internal import LinuxKernel
internal import VRRPCore

// The interfaces of `use_vmac` and `use_vmac_addr`: made before the routers that use them, removed after them.

extension Daemon {
    /// Takes up which of them the configuration names.
    func configureVirtualLinks(at now: MonotonicInstant) {
        surroundings.virtualLinks.configure(model.instances, at: now, in: &surroundings.interfaces)
    }

    /// Removes those that nobody needs any more.
    func retireVirtualLinks(at now: MonotonicInstant) {
        let inUse = Set((routers + leaving).flatMap { $0.everyAddress.map(\.interface) })
        surroundings.virtualLinks.retire(keeping: inUse, at: now, in: &surroundings.interfaces)
    }

    /// Puts in order what somebody has changed, before the routers look for it.
    func lookAtVirtualLinks(at now: MonotonicInstant) {
        surroundings.virtualLinks.look(at: now, in: &surroundings.interfaces)
    }

    /// Does what was put off.
    func tickVirtualLinks(at now: MonotonicInstant) {
        guard let deadline = surroundings.virtualLinks.deadline, deadline <= now else { return }
        surroundings.virtualLinks.tick(at: now, in: &surroundings.interfaces)
        for runner in routers { runner.look(at: now) }
    }
}
