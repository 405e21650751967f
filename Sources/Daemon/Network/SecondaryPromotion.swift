internal import LinuxKernel
internal import VRRPCore

/// `promote_secondaries`: on for the interfaces of some instances while the daemon runs, and off again afterwards where it was.
final class SecondaryPromotion {
    private let log: Log
    private let memory: WorkerMemory
    private var wanted: Set<String> = []
    /// Where we have switched it on; another interface of the same name has another number.
    private var changed: [String: UInt32] = [:]
    /// Where it was on already.
    private var untouched: [String: UInt32] = [:]
    private var limiter = LineLimiter<Int32>()

    init(log: Log, memory: WorkerMemory) {
        self.log = log
        self.memory = memory
    }

    /// Takes up which interfaces the configuration names; those that it no longer names get back what they had.
    func configure(_ names: Set<String>, at now: MonotonicInstant, in interfaces: InterfaceTable) {
        if wanted.isEmpty, changed.isEmpty {
            // What a process before this one has switched on is ours to switch off.
            for name in memory.promotingInterfaces {
                if let link = interfaces.link(named: name) { changed[name] = link.index }
            }
        }
        if names.isEmpty, changed.isEmpty { return }
        wanted = names
        for (name, index) in changed where !names.contains(name) { set(false, name, index, at: now) }
        untouched = untouched.filter { names.contains($0.key) }
        look(at: now, in: interfaces)
    }

    /// An interface may have come.
    func look(at now: MonotonicInstant, in interfaces: InterfaceTable) {
        let links = wanted.compactMap { interfaces.link(named: $0) }.filter {
            changed[$0.name] != $0.index && untouched[$0.name] != $0.index
        }
        if links.isEmpty { return }
        do throws(SystemError) {
            let promoting = try RouteSocket().interfacesThatPromote()
            for link in links.sorted(by: { $0.name < $1.name }) {
                if promoting.contains(link.index) {
                    untouched[link.name] = link.index
                } else {
                    set(true, link.name, link.index, at: now)
                }
            }
        } catch {
            complain(error, at: now)
        }
    }

    /// Puts back what was there before.
    func restore(at now: MonotonicInstant) {
        for (name, index) in changed { set(false, name, index, at: now) }
        (wanted, untouched) = ([], [:])
    }

    private func set(_ isOn: Bool, _ name: String, _ index: UInt32, at now: MonotonicInstant) {
        do throws(SystemError) {
            changed[name] = isOn ? index : nil
            memory.promotingInterfaces = changed.keys.sorted()
            try RouteSocket().setPromotesSecondaries(isOn, on: index)
            log.info("promote_secondaries is \(isOn ? "on" : "off again") for \(name)")
        } catch  where error.code == Self.noSuchInterface {
            log.debug("promote_secondaries: \(name) is gone")
        } catch {
            complain(error, at: now)
        }
    }

    /// ENODEV.
    private static let noSuchInterface: Int32 = 19

    private func complain(_ error: SystemError, at now: MonotonicInstant) {
        guard let more = limiter.pass(error.code, at: now) else { return }
        log.error(
            "promote_secondaries: \(error); when the first address of a subnet goes, the kernel takes the others with it: "
                + "sysctl net.ipv4.conf.INTERFACE.promote_secondaries=1\(more)")
    }
}
