internal import LinuxKernel
internal import VRRPCore

/// `arp_ignore` of the interfaces below virtual MAC interfaces: 1 while there are some, and afterwards what it was.
///
/// With 0 the interface below answers for addresses that are above it, with its own MAC address.
final class SettingsBelow {
    /// Where we have changed it; another interface of the same name has another number.
    private struct Base {
        var index: UInt32
        var before: UInt32
    }

    private let log: Log
    private var bases: [String: Base] = [:]
    /// Where it is as it is to be, because we have set it or nobody had to.
    private var settled: [String: UInt32] = [:]
    private var limiter = LineLimiter<String>()

    /// ENODEV.
    private static let noSuchDevice: Int32 = 19

    init(log: Log) { self.log = log }

    var isIdle: Bool { bases.isEmpty && settled.isEmpty }

    /// What a process or a run before this one has changed is ours to give back.
    func adopt(_ records: [VirtualLinkRecord], in table: InterfaceTable) {
        for record in records {
            guard let before = record.arpIgnoreBefore, let base = table.link(at: record.baseIndex) else { continue }
            bases[base.name] = Base(index: base.index, before: before)
        }
        for link in table.everyLink {
            guard let before = VirtualLinkMark(link)?.arpIgnoreBefore,
                let base = link.parentIndex.flatMap({ table.link(at: $0) }), bases[base.name] == nil
            else { continue }
            bases[base.name] = Base(index: base.index, before: before)
        }
    }

    /// What it was before it was changed; nil where it was not.
    func before(_ base: LinkInfo) -> UInt32? {
        bases[base.name].flatMap { $0.index == base.index ? $0.before : nil }
    }

    /// Sets it, again where that was done before: there are no news of it.
    func insist(_ base: LinkInfo, with commands: RouteSocket) throws(SystemError) {
        if before(base) != nil { settled[base.name] = nil }
        try set(base, with: commands)
    }

    /// Sets it where that has not been done.
    func set(_ base: LinkInfo, with commands: RouteSocket) throws(SystemError) {
        if settled[base.name] == base.index { return }
        if before(base) == nil {
            let present = try commands.values(of: .arpIgnore)[base.index] ?? 0
            guard present == 0 else {
                settled[base.name] = base.index
                return
            }
            bases[base.name] = Base(index: base.index, before: present)
            log.info("arp_ignore is 1 for \(base.name), which is below a virtual MAC interface")
        }
        try commands.set([.arpIgnore: 1], on: base.index)
        settled[base.name] = base.index
    }

    /// Gives back what was there before, but on `names`.
    func giveBack(
        except names: Set<String>, at now: MonotonicInstant, in table: InterfaceTable, with commands: RouteSocket
    ) {
        settled = settled.filter { names.contains($0.key) }
        for (name, base) in bases.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
            // One that still has such an interface above it needs it.
            if table.everyLink.contains(where: { $0.parentIndex == base.index && VirtualLinkMark($0) != nil }) { continue }
            bases[name] = nil
            do throws(SystemError) {
                try commands.set([.arpIgnore: base.before], on: base.index)
                log.info("arp_ignore is \(base.before) again for \(name)")
            } catch  where error.code == Self.noSuchDevice {
                log.debug("\(name) is gone")
            } catch {
                guard let more = limiter.pass(name, at: now) else { continue }
                log.error("\(error): sysctl net/ipv4/conf/\(name)/arp_ignore=\(base.before)\(more)")
            }
        }
    }
}
