internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Drops packets to and from the addresses of instances with `no_accept`, by one table of ours: docs/design/0022-no-accept.md.
final class FilterKeeper {
    private let log: Log
    /// What the table is to be; nil until there is one.
    private var form: PacketFilter.Form?
    /// Some instance of the configuration drops packets.
    private var isNeeded = false
    /// Nil while no table of ours is there, nor wanted.
    private var socket: FilterSocket?
    /// Held while the table is ours to change: no two daemons have one of the same name.
    private var claim: NamespaceLock?
    /// The table as it is; nil when there is none, or not such a one as we make.
    private var present: PacketFilter?
    /// There is a table of ours under the name, whatever is in it.
    private var isThere = false
    private var isForeign = false
    /// Which addresses each router has, or is about to have.
    private var wanted: [ObjectIdentifier: [VirtualAddress]] = [:]
    /// What an earlier process left in the table stays until every router has said what it wants.
    private var keepsLeftovers = true
    /// Why packets are let through that should not be; nil when none are.
    private(set) var refusal: String?
    private var repairs = RepairLedger()
    /// Who changed the table while it was too early to put it back.
    private var suspect: FilterMonitor.Culprit?
    private var limiter = LineLimiter<Kind>()

    private enum Kind: Hashable {
        case refused(String)
        case changed
        case unknown
    }

    init(log: Log) { self.log = log }

    /// ENOENT, EINVAL and EOPNOTSUPP.
    private static let (noSuchThing, invalid, notSupported): (Int32, Int32, Int32) = (2, 22, 95)
    /// All of the table is repaired together.
    private static let anything = IPAddress.v4(.any)

    var deadline: MonotonicInstant? { form == nil ? nil : repairs.deadline }
    /// The table's name, while it is there or wanted.
    var table: String? { socket == nil ? nil : form?.table }
    /// The netlink port from which the table is changed.
    var port: UInt32? { socket?.port }

    // MARK: The configuration

    /// Takes up what the configuration says.
    ///
    /// The table stays for as long as a router has addresses that need it.
    func configure(_ new: PacketFilter.Form, isNeeded: Bool, at now: MonotonicInstant, in interfaces: InterfaceTable) {
        self.isNeeded = isNeeded
        guard isNeeded || form != nil else { return }
        let before = (name: form?.table, isThere: isThere, claim: claim)
        form = new
        if before.name != new.table {
            (present, isThere, isForeign, claim) = (nil, false, false, nil)
            open(at: now)
        }
        apply(at: now, in: interfaces)
        // The new one first, so that nothing is let through in between.
        if let old = before.name, old != new.table, before.isThere { remove(old) }
        withExtendedLifetime(before.claim) {}
    }

    private func open(at now: MonotonicInstant) {
        guard let form else { return }
        do throws(SystemError) {
            if socket == nil { socket = try FilterSocket() }
            if claim == nil { claim = try NamespaceLock.acquire(Self.claimName(form.table)) }
        } catch {
            return refuse("\(error)", at: now)
        }
        look(at: now)
    }

    private static func claimName(_ table: String) -> String { "understudyd table \(table)" }

    /// Takes the table off, because the daemon ends or needs it no more.
    func close() {
        if let form, isThere, claim != nil { remove(form.table) }
        (present, isThere, isForeign, claim, refusal, form, socket) = (nil, false, false, nil, nil, nil, nil)
        (wanted, repairs) = ([:], RepairLedger())
    }

    private func remove(_ table: String) {
        guard let socket else { return }
        do throws(SystemError) {
            try socket.remove(table)
        } catch  where error.code == Self.noSuchThing {
            log.debug("the table inet \(table) is gone already")
        } catch {
            log.error("no_accept: \(error): packets to addresses in it are dropped on; nft delete table inet \(table)")
        }
    }

    /// Removes tables of these names that an earlier run left, when the configuration needs none.
    func removeLeftovers(_ names: Set<String>) {
        for name in names.sorted() where name != table {
            do throws(SystemError) {
                let other = try FilterSocket()
                // Whoever has the name has the table.
                guard let claim = try NamespaceLock.acquire(Self.claimName(name)),
                    case .ours = try other.look(at: name)
                else { continue }
                try other.remove(name)
                withExtendedLifetime(claim) {}
                log.notice(
                    "removing the table inet \(name): left behind by an earlier run, and no instance needs it now")
            } catch {
                log.warning("\(error): a table that an earlier run left may drop packets to our addresses")
            }
        }
    }

    // MARK: The routers

    /// Says, before they come, which addresses a router will have; nothing is taken out of the table.
    func cover(
        _ addresses: [VirtualAddress], for router: ObjectIdentifier, at now: MonotonicInstant,
        in interfaces: InterfaceTable
    ) {
        let missing = addresses.filter { wanted[router]?.contains($0) != true }
        if missing.isEmpty { return }
        wanted[router, default: []] += missing
        apply(at: now, in: interfaces)
    }

    /// Says which addresses a router has.
    func want(
        _ addresses: [VirtualAddress], for router: ObjectIdentifier, at now: MonotonicInstant,
        in interfaces: InterfaceTable
    ) {
        if wanted[router] ?? [] == addresses { return }
        wanted[router] = addresses.isEmpty ? nil : addresses
        apply(at: now, in: interfaces)
    }

    /// Every router has said what it wants: what an earlier process left beside it goes.
    func settle(at now: MonotonicInstant, in interfaces: InterfaceTable) {
        keepsLeftovers = false
        apply(at: now, in: interfaces)
    }

    /// An interface may have another number now.
    func refresh(at now: MonotonicInstant, in interfaces: InterfaceTable) {
        if form?.matchesIndex == true { apply(at: now, in: interfaces) }
    }

    /// Whether all packets to these addresses are dropped.
    func covers(_ addresses: [VirtualAddress], in interfaces: InterfaceTable) -> Bool {
        guard let present, refusal == nil else { return false }
        return addresses.allSatisfy {
            present.contains(
                $0.address, interfaceName: $0.interface, interfaceIndex: interfaces.link(named: $0.interface)?.index)
        }
    }

    // MARK: The table

    /// What it is to hold now.
    private func goal(_ form: PacketFilter.Form, in interfaces: InterfaceTable) -> PacketFilter {
        var goal = PacketFilter(form)
        for address in wanted.values.joined() {
            goal.insert(
                address.address, interfaceName: address.interface,
                interfaceIndex: interfaces.link(named: address.interface)?.index)
        }
        if keepsLeftovers, let present, present.form.matchesIndex == form.matchesIndex { goal.formUnion(present) }
        return goal
    }

    /// Makes the table what it is to be.
    private func apply(at now: MonotonicInstant, in interfaces: InterfaceTable) {
        guard let form else { return }
        if !isNeeded, wanted.isEmpty, !keepsLeftovers { return close() }
        guard let socket else { return }
        guard claim != nil else {
            return refuse(
                "another understudyd of this network namespace has the table inet \(form.table): give this one another, "
                    + "with nftables NAME", at: now)
        }
        if isForeign { return refuseForeign(form, at: now) }
        let goal = goal(form, in: interfaces)
        if goal == present {
            // It may have come about although the kernel's answer was lost.
            if refusal != nil { accept(goal, at: now) }
            return
        }
        do throws(SystemError) {
            if let present, present.form == form {
                try socket.change(from: present, to: goal)
            } else {
                try socket.replace(isThere: isThere, with: goal)
            }
            accept(goal, at: now)
        } catch {
            makeAnew(goal, with: socket, at: now)
        }
    }

    /// Somebody changed the table in this moment, or the kernel refuses it: looked at once more.
    private func makeAnew(_ goal: PacketFilter, with socket: FilterSocket, at now: MonotonicInstant) {
        look(at: now)
        if isForeign { return refuseForeign(goal.form, at: now) }
        do throws(SystemError) {
            try socket.replace(isThere: isThere, with: goal)
            accept(goal, at: now)
        } catch {
            let lacks = [Self.noSuchThing, Self.invalid, Self.notSupported].contains(error.code)
            refuse("\(error)" + (lacks ? " (this kernel may lack nf_tables, or its family inet)" : ""), at: now)
        }
    }

    private func accept(_ goal: PacketFilter, at now: MonotonicInstant) {
        if refusal != nil {
            log.notice("no_accept: packets to our addresses are dropped now, by the table inet \(goal.form.table)")
        }
        (present, isThere, refusal) = (goal, true, nil)
        repairs.noteRefusal(false, at: now)
    }

    private func refuseForeign(_ form: PacketFilter.Form, at now: MonotonicInstant) {
        refuse(
            "the table inet \(form.table) was not made by Understudy, and is left alone: name another one, with nftables NAME",
            at: now)
    }

    private func refuse(_ reason: String, at now: MonotonicInstant) {
        refusal = reason
        repairs.noteRefusal(true, at: now)
        guard let more = limiter.pass(.refused(reason), at: now) else { return }
        log.error("no_accept: \(reason). Packets to our addresses are let in meanwhile; it is tried again\(more)")
    }

    /// Asks the kernel what is there; what another daemon has there is its own.
    private func look(at now: MonotonicInstant) {
        guard let form, let socket, claim != nil else { return }
        do throws(SystemError) {
            let presence = try socket.look(at: form.table)
            (present, isThere, isForeign) = (nil, false, presence == .foreign)
            if case .ours(let filter) = presence { (present, isThere) = (filter, true) }
        } catch {
            guard let more = limiter.pass(.unknown, at: now) else { return }
            log.error("\(error); what is known of our table may be old until something changes\(more)")
        }
    }

    // MARK: Repair

    /// Somebody changed the table, or perhaps did.
    func noticeChange(by culprit: FilterMonitor.Culprit, at now: MonotonicInstant, in interfaces: InterfaceTable) {
        suspect = culprit
        if repairs.mayRepair([Self.anything], at: now) { repair(at: now, in: interfaces) }
    }

    func tick(at now: MonotonicInstant, in interfaces: InterfaceTable) {
        if form == nil { return }
        if repairs.isDue(at: now) {
            if claim == nil { open(at: now) }
            repair(at: now, in: interfaces)
        }
        if repairs.calmedDown(at: now) { log.notice("no_accept: nobody changed our table for a minute") }
    }

    private func repair(at now: MonotonicInstant, in interfaces: InterfaceTable) {
        repairs.tried([Self.anything], at: now)
        let (before, wasRefused) = (present, refusal != nil)
        look(at: now)
        let isChanged = before != present
        apply(at: now, in: interfaces)
        guard isChanged, !wasRefused, refusal == nil, let table, let culprit = suspect else { return }
        suspect = nil
        let words = culprit.name.map { "\($0) (process \(culprit.port))" } ?? Culprit.unknown
        if repairs.repaired(at: now) {
            log.error(
                "no_accept: our table is changed again and again (last by \(words)): it is put back each time, at most ten times "
                    + "a second; keep whoever it is from doing so")
        }
        guard let more = limiter.pass(.changed, at: now, most: 6) else { return }
        log.warning("no_accept: the table inet \(table) was changed or removed by \(words); put back\(more)")
    }
}
