internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Makes the interfaces of `use_vmac` and `use_vmac_addr`, keeps them as they are to be, and takes them off.
///
/// docs/design/0023-virtual-mac.md says why they are as they are.
///
/// One is up while a router has addresses on it, and down else: an interface that is down sends nothing, so that no switch
/// learns the virtual MAC address at a standby.
final class VirtualLinkKeeper {
    /// What an interface is to be.
    private struct Wish: Equatable {
        var base: String
        var hardwareAddress: HardwareAddress
    }

    private let log: Log
    private let memory: WorkerMemory
    private var socket: RouteSocket?
    private var wanted: [String: Wish] = [:]
    /// Those that we have made or adopted, with the number of each.
    private var made: [String: UInt32] = [:]
    private let below: SettingsBelow
    /// `forwarding` of the interfaces, asked once for all that are made together.
    private var forwarding: [UInt32: UInt32]?
    /// On which of them a router has its addresses, and how many routers have some on each.
    private var places: [ObjectIdentifier: [String]] = [:]
    private var counts: [String: Int] = [:]
    /// The interfaces of which that is known.
    private var decided: Set<String> = []
    /// Why an interface is not there, or not as it is to be.
    private var refusals: [String: String] = [:]
    private var repairs = RepairLedger()
    private var culprits: [String: Culprit] = [:]
    private var limiter = LineLimiter<Kind>()

    private enum Kind: Hashable {
        case refused(String, String)
        case mended(String)
    }

    /// All of them are repaired together.
    private static let anything = IPAddress.v4(.any)
    /// ENODEV and EAFNOSUPPORT.
    private static let (noSuchDevice, noSuchFamily): (Int32, Int32) = (19, 97)

    init(log: Log, memory: WorkerMemory) {
        self.log = log
        self.memory = memory
        below = SettingsBelow(log: log)
    }

    var deadline: MonotonicInstant? { wanted.isEmpty ? nil : repairs.deadline }

    /// Why an interface is not there; nil when it is, or nobody wants it.
    func refusal(of name: String) -> String? { wanted[name] == nil ? nil : refusals[name] }

    /// Whether an interface is one that we have made.
    func isOwn(_ link: LinkInfo) -> Bool { made[link.name] == link.index }

    // MARK: The configuration

    /// Takes up which interfaces the configuration names, and makes those that are missing.
    ///
    /// The others stay until ``retire(keeping:at:in:)``, for a router may still have addresses on them.
    func configure(_ instances: [Instance], at now: MonotonicInstant, in table: inout InterfaceTable) {
        let wishes = instances.flatMap { instance in
            instance.virtualLinks.map { ($0.interface, Wish(base: $0.base, hardwareAddress: $0.hardwareAddress)) }
        }
        if wishes.isEmpty, wanted.isEmpty { return }
        if wanted.isEmpty, made.isEmpty { adopt(in: table) }
        wanted = Dictionary(wishes, uniquingKeysWith: { first, _ in first })
        refusals = refusals.filter { wanted[$0.key] != nil }
        tend(at: now, in: &table)
    }

    /// What a process or a run before this one has made and changed is ours to give back.
    private func adopt(in table: InterfaceTable) {
        below.adopt(memory.virtualLinks, in: table)
        for record in memory.virtualLinks where table.link(at: record.index).flatMap({ VirtualLinkMark($0) }) != nil {
            made[record.name] = record.index
        }
    }

    /// Removes those that the configuration no longer names, when no router is on them any more.
    func retire(keeping names: Set<String>, at now: MonotonicInstant, in table: inout InterfaceTable) {
        let leaving = made.keys.filter { wanted[$0] == nil && !names.contains($0) }
        for name in leaving.sorted() {
            if let link = own(name, in: table) { remove(link, at: now, in: &table) }
            made[name] = nil
            decided.remove(name)
        }
        giveBack(at: now, in: table)
        if !leaving.isEmpty { remember(in: table) }
    }

    /// Removes what an earlier run left and the configuration does not name.
    func removeOrphans(at now: MonotonicInstant, in table: inout InterfaceTable) {
        let orphans = table.everyLink.filter { VirtualLinkMark($0) != nil && wanted[$0.name] == nil }
        if orphans.isEmpty { return }
        below.adopt([], in: table)
        for link in orphans.sorted(by: { $0.name < $1.name }) {
            log.notice("removing \(link.name): left behind by an earlier run, and in no instance now")
            remove(link, at: now, in: &table)
        }
        giveBack(at: now, in: table)
    }

    /// Takes all of them off, because the daemon ends.
    func close(at now: MonotonicInstant, in table: inout InterfaceTable) {
        if wanted.isEmpty, made.isEmpty { return }
        (wanted, refusals) = ([:], [:])
        retire(keeping: [], at: now, in: &table)
        remember(in: table)
    }

    // MARK: The routers

    /// Says whether a router has addresses on its interfaces, or is about to; one that nobody needs goes down.
    func want(
        _ names: [String], isUp: Bool, for router: ObjectIdentifier, at now: MonotonicInstant,
        in table: inout InterfaceTable
    ) {
        move(router, to: isUp ? names : [], at: now, in: &table)
        for name in names {
            decided.insert(name)
            guard let reason = level(name, at: now, in: &table) else { continue }
            refuse(name, reason, at: now)
            repairs.noteRefusal(true, at: now)
        }
    }

    /// What comes up elsewhere may have the MAC address of one that goes down, so that goes first.
    private func move(
        _ router: ObjectIdentifier, to names: [String], at now: MonotonicInstant, in table: inout InterfaceTable
    ) {
        let before = places[router] ?? []
        if before == names { return }
        places[router] = names.isEmpty ? nil : names
        for name in names where !before.contains(name) { counts[name, default: 0] += 1 }
        for name in before where !names.contains(name) {
            counts[name, default: 1] -= 1
            if let reason = level(name, at: now, in: &table) { log.error("\(name) stays up: \(reason)") }
        }
    }

    /// One that we have made and that is there; nil for others.
    private func own(_ name: String, in table: InterfaceTable) -> LinkInfo? {
        // News of the moment before it had its mark may come after that.
        guard let index = made[name], let link = table.link(at: index), link.name == name else { return nil }
        return link
    }

    /// Its state is known, and is another one than it has.
    private func isWrong(_ link: LinkInfo) -> Bool {
        decided.contains(link.name) && link.isUp != (counts[link.name, default: 0] > 0)
    }

    /// Brings one up or down.
    ///
    /// - Returns: why that could not be; nil when it is as it is to be.
    private func level(_ name: String, at now: MonotonicInstant, in table: inout InterfaceTable) -> String? {
        guard var link = own(name, in: table), isWrong(link) else { return nil }
        let base = link.parentIndex.flatMap { table.link(at: $0) }
        let isUp = !link.isUp
        do throws(SystemError) {
            if isUp, let base { try below.insist(base, with: commands) }
            try commands.setLink(link.index, up: isUp)
        } catch  where error.code == Self.noSuchDevice {
            // Somebody has just removed it: the news of that are on their way.
            table.apply(.linkGone(index: link.index, name: name), at: now)
            return nil
        } catch {
            return "\(error)"
        }
        // The kernel's own news come a moment later.
        (link.isUp, link.isRunning) = (isUp, isUp && base?.isRunning != false)
        table.apply(.link(link), at: now)
        return nil
    }

    // MARK: The kernel

    private var commands: RouteSocket {
        get throws(SystemError) {
            if let socket { return socket }
            let fresh = try RouteSocket()
            socket = fresh
            return fresh
        }
    }

    /// Makes every interface what it is to be.
    private func tend(at now: MonotonicInstant, in table: inout InterfaceTable) {
        var isRefused = false
        forwarding = nil
        removeMisplaced(at: now, in: &table)
        for (name, wish) in wanted.sorted(by: { $0.key < $1.key }) {
            // Without the one below there is nothing to make.
            guard let base = table.link(named: wish.base) else { continue }
            var reason = put(name, wish, above: base, at: now, in: &table)
            // One that was there until a moment ago is made anew at once.
            if reason == nil, own(name, in: table) == nil { reason = put(name, wish, above: base, at: now, in: &table) }
            if let reason { refuse(name, reason, at: now) } else { accept(name) }
            isRefused = isRefused || reason != nil
            memory.goOn(at: MonotonicInstant(nanoseconds: monotonicNanoseconds()))
        }
        repairs.noteRefusal(isRefused, at: now)
        remember(in: table)
    }

    /// One that is to be above another interface goes before any is made: two of one MAC address may change places.
    ///
    /// Its router says anew that it is needed, once it has let go of those that it leaves.
    private func removeMisplaced(at now: MonotonicInstant, in table: inout InterfaceTable) {
        for (name, wish) in wanted {
            guard let link = own(name, in: table), let base = table.link(named: wish.base),
                link.parentIndex != base.index
            else { continue }
            remove(link, at: now, in: &table)
            decided.remove(name)
        }
    }

    private func put(
        _ name: String, _ wish: Wish, above base: LinkInfo, at now: MonotonicInstant, in table: inout InterfaceTable
    ) -> String? {
        do throws(SystemError) {
            return try make(name, wish, above: base, at: now, in: &table) ?? level(name, at: now, in: &table)
        } catch {
            return "\(error)"
        }
    }

    /// - Returns: why it cannot be; nil when it is as it is to be.
    private func make(
        _ name: String, _ wish: Wish, above base: LinkInfo, at now: MonotonicInstant, in table: inout InterfaceTable
    ) throws(SystemError) -> String? {
        if let link = table.link(named: name) {
            guard VirtualLinkMark(link) != nil || made[name] == link.index else {
                return "an interface of that name is there, and understudyd has not made it: "
                    + (RouteSocket.isMacvlan(link) ? "ip link delete \(name), or " : "")
                    + "another name in use_vmac, or another vmac_addr_prefix"
            }
            if link.parentIndex == base.index, RouteSocket.isBridgingMacvlan(link) {
                try settle(link, wish, above: base, at: now, in: &table)
                return nil
            }
            remove(link, at: now, in: &table)
        }
        try commands.addMacvlan(name, above: base.index, hardwareAddress: wish.hardwareAddress)
        guard let index = interfaceIndex(named: name) else { return "it was removed while it was made" }
        // The kernel's own news come a moment later.
        var link = LinkInfo(
            index: index, name: name, isUp: false, isRunning: false, hardwareAddress: wish.hardwareAddress,
            mtu: base.mtu, parentIndex: base.index, kind: "macvlan")
        link.macvlanMode = RouteSocket.bridgeMode
        table.apply(.link(link), at: now)
        log.info("made \(name) above \(base.name), with the MAC address \(wish.hardwareAddress)")
        do throws(SystemError) {
            try settle(link, wish, above: base, at: now, in: &table)
        } catch {
            // Without its mark nobody would know whose it is.
            if table.link(named: name).flatMap({ VirtualLinkMark($0) }) == nil { remove(link, at: now, in: &table) }
            throw error
        }
        return nil
    }

    /// Gives one that is there its mark, its settings and its address.
    private func settle(
        _ link: LinkInfo, _ wish: Wish, above base: LinkInfo, at now: MonotonicInstant, in table: inout InterfaceTable
    ) throws(SystemError) {
        try below.set(base, with: commands)
        let mark = VirtualLinkMark(below.before(base) ?? SettingsBefore())
        guard made[link.name] != link.index || link.alias != mark.text || link.hardwareAddress != wish.hardwareAddress
        else { return }
        var settled = link
        if link.hardwareAddress != wish.hardwareAddress {
            try commands.setHardwareAddress(wish.hardwareAddress, of: link.index)
            settled.hardwareAddress = wish.hardwareAddress
        }
        let forwards = try forwarding(of: base)
        // Loose also where `all` is strict: the larger number counts, and the way back to a neighbour leads through the
        // interface below.
        try commands.describe(
            link.index, alias: mark.text,
            settings: [.arpIgnore: 1, .reversePathFilter: 2, .promoteSecondaries: 1, .forwarding: forwards])
        settled.alias = mark.text
        do throws(SystemError) {
            try commands.generateNoAddresses(on: link.index)
        } catch  where error.code == Self.noSuchFamily {
            log.debug("\(link.name): this host has no IPv6")
        }
        below.refuseAdvertisements(on: link.name, at: now)
        made[link.name] = link.index
        table.apply(.link(settled), at: now)
    }

    private func forwarding(of base: LinkInfo) throws(SystemError) -> UInt32 {
        let known: [UInt32: UInt32]
        if let forwarding { known = forwarding } else { known = try commands.values(of: .forwarding) }
        forwarding = known
        return known[base.index] ?? 0
    }

    private func remove(_ link: LinkInfo, at now: MonotonicInstant, in table: inout InterfaceTable) {
        do throws(SystemError) {
            try commands.removeLink(link.index)
            log.info("removed \(link.name)")
        } catch  where error.code == Self.noSuchDevice {
            log.debug("\(link.name) is gone already")
        } catch {
            return log.error("\(error); ip link delete \(link.name)")
        }
        made[link.name] = nil
        table.apply(.linkGone(index: link.index, name: link.name), at: now)
    }

    private func giveBack(at now: MonotonicInstant, in table: InterfaceTable) {
        if below.isIdle { return }
        do throws(SystemError) {
            below.giveBack(except: Set(wanted.values.map(\.base)), at: now, in: table, with: try commands)
        } catch {
            log.error("\(error): settings stay changed below virtual MAC interfaces")
        }
    }

    /// Leaves to the guardian, and to the next process, what there is.
    private func remember(in table: InterfaceTable) {
        memory.virtualLinks = made.sorted { $0.key < $1.key }.compactMap { name, index in
            guard let link = table.link(at: index) else { return nil }
            let base = link.parentIndex.flatMap { table.link(at: $0) }
            return VirtualLinkRecord(
                name: name, index: index, baseIndex: base?.index ?? 0,
                before: base.flatMap { below.before($0) } ?? SettingsBefore())
        }
    }

    private func accept(_ name: String) {
        if refusals.removeValue(forKey: name) != nil { log.notice("\(name) is as it is to be now") }
    }

    private func refuse(_ name: String, _ reason: String, at now: MonotonicInstant) {
        refusals[name] = reason
        guard let more = limiter.pass(.refused(name, reason), at: now) else { return }
        log.error("virtual MAC interface \(name): \(reason). It is tried again\(more)")
    }

    // MARK: Repair

    /// Remembers who removed an interface of ours.
    func note(_ change: RouteChange, by port: UInt32, at now: MonotonicInstant) {
        guard case .linkGone(let index, let name?) = change, made[name] == index else { return }
        if port == 0 { return }
        let program = Int32(exactly: port).flatMap { processName(of: $0) }
        culprits[name] = Culprit(port: port, name: program, at: now)
    }

    /// Interfaces have changed.
    func look(at now: MonotonicInstant, in table: inout InterfaceTable) {
        if wanted.isEmpty || !isAnythingWrong(in: table) { return }
        if repairs.mayRepair([Self.anything], at: now) { repair(at: now, in: &table) }
    }

    func tick(at now: MonotonicInstant, in table: inout InterfaceTable) {
        if wanted.isEmpty { return }
        if repairs.isDue(at: now) { repair(at: now, in: &table) }
        _ = repairs.calmedDown(at: now)
    }

    private func isAnythingWrong(in table: InterfaceTable) -> Bool {
        wanted.contains { name, wish in
            if let link = own(name, in: table) {
                let base = link.parentIndex.flatMap { table.link(at: $0) }
                return refusals[name] != nil || base?.name != wish.base || isWrong(link)
                    || link.hardwareAddress != wish.hardwareAddress
            }
            guard table.link(named: wish.base) != nil else { return false }
            // That of somebody else is looked at once.
            return table.link(named: name) == nil || refusals[name] == nil
        }
    }

    private func repair(at now: MonotonicInstant, in table: inout InterfaceTable) {
        let before = made
        repairs.tried([Self.anything], at: now)
        tend(at: now, in: &table)
        for (name, index) in made where before[name] != nil && before[name] != index {
            let culprit = culprits.removeValue(forKey: name)?.words ?? Culprit.unknown
            if repairs.repaired(at: now) {
                log.error("\(name) is removed again and again, last by \(culprit): keep it from doing so")
            }
            guard let more = limiter.pass(.mended(name), at: now, most: 6) else { continue }
            log.warning("\(name) was removed by someone else: \(culprit); made again\(more)")
        }
    }
}
