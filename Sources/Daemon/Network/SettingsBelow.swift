internal import LinuxKernel
internal import VRRPCore

/// Settings of the interfaces below virtual MAC interfaces: changed while there are some, and afterwards what they were.
///
/// With `arp_ignore` 0 the interface below answers for addresses that are above it, with its own MAC address. With `arp_announce` below
/// 2 it asks its neighbours in their name, when what it has to send comes from one, and the neighbour learns that MAC address.
final class SettingsBelow {
    /// Where we have changed it; another interface of the same name has another number.
    private struct Base {
        var index: UInt32
        var before: SettingsBefore
    }

    private let log: Log
    private var bases: [String: Base] = [:]
    /// Where it is as it is to be, because we have set it or nobody had to.
    private var settled: [String: UInt32] = [:]
    private var limiter = LineLimiter<String>()

    /// ENODEV and ENOENT.
    private static let (noSuchDevice, noSuchFile): (Int32, Int32) = (19, 2)

    init(log: Log) { self.log = log }

    var isIdle: Bool { bases.isEmpty && settled.isEmpty }

    /// What a process or a run before this one has changed is ours to give back.
    func adopt(_ records: [VirtualLinkRecord], in table: InterfaceTable) {
        for record in records {
            guard !record.before.isEmpty, let base = table.link(at: record.baseIndex) else { continue }
            bases[base.name] = Base(index: base.index, before: record.before)
        }
        for link in table.everyLink {
            guard let before = VirtualLinkMark(link)?.before, !before.isEmpty,
                let base = link.parentIndex.flatMap({ table.link(at: $0) }), bases[base.name] == nil
            else { continue }
            bases[base.name] = Base(index: base.index, before: before)
        }
    }

    /// What it was before it was changed; nil where it was not.
    func before(_ base: LinkInfo) -> SettingsBefore? {
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
        var before = before(base) ?? SettingsBefore()
        if before.isEmpty {
            let ignored = try commands.values(of: .arpIgnore)[base.index] ?? 0
            let announced = try commands.values(of: .arpAnnounce)[base.index] ?? 0
            // Whoever has set one of them otherwise has a reason, and it does what is needed, or more.
            if ignored == 0 { before.arpIgnore = ignored }
            if announced < 2 { before.arpAnnounce = announced }
            if !before.isEmpty {
                bases[base.name] = Base(index: base.index, before: before)
                log.info(
                    "\(base.name) is below a virtual MAC interface, and gets arp_ignore 1 and arp_announce 2: it had \(before.text)"
                )
            }
        }
        var values: [InterfaceSetting: UInt32] = [:]
        if before.arpIgnore != nil { values[.arpIgnore] = 1 }
        if before.arpAnnounce != nil { values[.arpAnnounce] = 2 }
        if !values.isEmpty { try commands.set(values, on: base.index) }
        settled[base.name] = base.index
    }

    /// Gives back what was there before, but on `names`.
    func giveBack(
        except names: Set<String>, at now: MonotonicInstant, in table: InterfaceTable, with commands: RouteSocket
    ) {
        settled = settled.filter { names.contains($0.key) }
        for (name, base) in bases.sorted(by: { $0.key < $1.key }) where !names.contains(name) {
            // One that still has such an interface above it needs it.
            if table.everyLink.contains(where: { $0.parentIndex == base.index && VirtualLinkMark($0) != nil }) {
                continue
            }
            bases[name] = nil
            do throws(SystemError) {
                try commands.set(base.before.values, on: base.index)
                log.info("\(name) has \(base.before.text) again")
            } catch  where error.code == Self.noSuchDevice {
                log.debug("\(name) is gone")
            } catch {
                guard let more = limiter.pass(name, at: now) else { continue }
                log.error("\(error): \(name) had \(base.before.text) below net.ipv4.conf\(more)")
            }
        }
    }

    /// What is advertised on the network is for the interface below, and not for the one above it.
    func refuseAdvertisements(on name: String, at now: MonotonicInstant) {
        do throws(SystemError) {
            try ignoreRouterAdvertisements(on: name)
        } catch  where error.code == Self.noSuchFile {
            log.debug("\(name): this host has no IPv6")
        } catch {
            guard let more = limiter.pass("advertisements on \(name)", at: now) else { return }
            log.warning(
                "\(name): \(error): while this host is MASTER, a router that advertises a prefix gives it one more IPv6 address; "
                    + "sysctl net.ipv6.conf.default.accept_ra=0 keeps it from that\(more)")
        }
    }
}
