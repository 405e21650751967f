internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Carries out address plans, and remembers which addresses are ours.
///
/// The kernel keeps our mark (IFA_PROTO) since Linux 5.18; on older ones only those that we added in this run are ours.
final class AddressKeeper {
    struct Key: Hashable {
        var interfaceIndex: UInt32
        var address: IPAddress
        var prefixLength: UInt8

        init(interfaceIndex: UInt32, address: IPAddress, prefixLength: UInt8) {
            self.interfaceIndex = interfaceIndex
            self.address = address
            self.prefixLength = prefixLength
        }

        init(_ info: AddressInfo) {
            self.init(interfaceIndex: info.interfaceIndex, address: info.address, prefixLength: info.prefixLength)
        }

        init(_ request: AddressRequest) {
            self.init(
                interfaceIndex: request.interfaceIndex, address: request.address, prefixLength: request.prefixLength)
        }
    }

    let commands: RouteSocket
    let renewer: Renewer
    let log: Log
    /// Those that we added in this run, and when.
    var added: [Key: MonotonicInstant] = [:]
    /// What the kernel said of those that it did not take when it was asked last.
    private var refusals: [Key: String] = [:]
    /// What could not be added because it is there, although nobody has told us so.
    var unexpected: [(address: VirtualAddress, error: SystemError)] = []
    var limiter = LineLimiter<Failure>()
    var slowness = LineLimiter<Bool>()
    /// Whether an interface is above another one of this host for virtual addresses only.
    var isVirtual: (LinkInfo) -> Bool = { _ in false }

    /// One for each address of the configuration and error, so that there is an end to them.
    struct Failure: Hashable {
        var key: Key
        var code: Int32
    }

    init(commands: RouteSocket, renewer: Renewer, log: Log) {
        self.commands = commands
        self.renewer = renewer
        self.log = log
    }

    func isOurs(_ address: AddressInfo) -> Bool {
        address.protocolMark == addressMark
            || added[Key(address)] != nil
    }

    /// Forgets addresses of ours that somebody else removed, so that one who adds such an address later owns it.
    func forgetVanished(from table: InterfaceTable) {
        for key in added.keys where table.address(key.address, key.prefixLength, on: key.interfaceIndex) == nil {
            added[key] = nil
        }
    }

    /// What the kernel said when it refused the address; nil when it did not.
    func refusal(of address: VirtualAddress, in table: InterfaceTable) -> String? {
        if refusals.isEmpty { return nil }
        return table.link(named: address.interface).flatMap { link in
            refusals[
                Key(interfaceIndex: link.index, address: address.address, prefixLength: address.prefixLength)]
        }
    }

    /// Every address that carries our mark.
    func marked(in table: InterfaceTable) -> [ObservedAddress] {
        table.everyAddress.compactMap { present in
            guard present.protocolMark == addressMark, let link = table.link(at: present.interfaceIndex) else {
                return nil
            }
            return ObservedAddress(
                address: present.address, prefixLength: present.prefixLength, interface: link.name, isOurs: true)
        }
    }

    /// Those of `addresses` that are on their interfaces with our mark.
    func leftovers(_ addresses: [VirtualAddress], in table: InterfaceTable) -> [AddressInfo] {
        addresses.compactMap { table.present($0) }.filter(isOurs)
    }

    /// The addresses of the host among `addresses`, in the words of the plan.
    func observed(_ addresses: [IPAddress], in table: InterfaceTable) -> [ObservedAddress] {
        var seen: Set<IPAddress> = []
        return addresses.filter { seen.insert($0).inserted }.flatMap { table.addresses(having: $0) }.compactMap {
            present in
            table.link(at: present.interfaceIndex).map { link in
                ObservedAddress(
                    address: present.address, prefixLength: present.prefixLength, interface: link.name,
                    isOurs: isOurs(present))
            }
        }
    }

    /// Does `change` while the loopback interface has `addresses` too, so that they are this host's all the while.
    ///
    /// What the kernel cannot change in place has to be removed and added again. A packet that came in between would be
    /// lost, and TCP sends its first one again only after a second.
    func cover<Outcome>(
        _ addresses: [IPAddress], at now: MonotonicInstant, in table: InterfaceTable, _ change: () -> Outcome
    ) -> Outcome {
        let loopback = table.link(named: "lo")?.index
        let covers = addresses.compactMap { address in loopback.flatMap { cover(address, on: $0, at: now) } }
        defer { for key in covers { uncover(key) } }
        return change()
    }

    private func cover(_ address: IPAddress, on loopback: UInt32, at now: MonotonicInstant) -> Key? {
        // IPv6 has neither scopes nor labels that an operator sets, and takes addresses up a little after it said so.
        guard address.family == .v4 else { return nil }
        let key = Key(interfaceIndex: loopback, address: address, prefixLength: 32)
        do throws(SystemError) {
            try commands.add(
                AddressRequest(
                    interfaceIndex: key.interfaceIndex, address: key.address, prefixLength: key.prefixLength,
                    scope: Self.hostScope, protocolMark: addressMark))
        } catch {
            // Somebody else may have it there, which does as well.
            log.debug("nothing stands in for \(address) while it is replaced: \(error)")
            return nil
        }
        added[key] = now
        return key
    }

    private func uncover(_ key: Key) {
        do throws(SystemError) {
            try commands.remove(
                interfaceIndex: key.interfaceIndex, address: key.address, prefixLength: key.prefixLength)
        } catch {
            log.debug("what stood in for \(key.address) is gone already: \(error)")
        }
        added[key] = nil
    }

    /// RT_SCOPE_HOST: never chosen as a source towards others.
    private static let hostScope: UInt8 = 254

    /// - Parameter age: how long it has been here: a renewal does not make it preferred for longer.
    func request(
        _ address: VirtualAddress, on link: LinkInfo, lease: AddressLease?, age: Interval
    ) -> AddressRequest {
        var request = AddressRequest(
            interfaceIndex: link.index, address: address.address, prefixLength: address.prefixLength,
            broadcast: address.broadcast, scope: address.scope, label: address.label, protocolMark: addressMark,
            noDAD: address.address.family == .v6, noPrefixRoute: address.marks.contains(.noPrefixRoute),
            validSeconds: lease?.seconds, preferredSeconds: address.preferredSeconds(after: age), replaces: false)
        request.peer = address.peer
        request.isHome = address.marks.contains(.home)
        request.managesTemporaries = address.marks.contains(.managesTemporaries)
        // This host reaches its neighbours by the interface below, from its own address, whichever comes first.
        if isVirtual(link) { request.prefixMetric = Self.virtualMetric }
        return request
    }

    /// Behind that of any interface, 0 for IPv4 and 256 for IPv6.
    private static let virtualMetric: UInt32 = 1024

    func noteRefusal(
        of address: VirtualAddress, on link: LinkInfo, _ error: SystemError, for router: String,
        at now: MonotonicInstant
    ) {
        let key = Key(interfaceIndex: link.index, address: address.address, prefixLength: address.prefixLength)
        refusals[key] = "\(error)"
        guard let more = limiter.pass(Failure(key: key, code: error.code), at: now) else { return }
        log.error(
            "(\(router)) cannot add \(address.address)/\(address.prefixLength) to \(link.name): \(error); "
                + "it is tried again when the addresses of this host change\(more)")
    }

    func forgetRefusal(_ key: Key) { refusals[key] = nil }

    // MARK: The host's own

    /// Those of ours among `addresses` that are the first of a subnet in which the host has an own address.
    ///
    /// The kernel calls the others secondary, and removes them with the first one.
    func preceding(_ addresses: [VirtualAddress], in table: InterfaceTable) -> [VirtualAddress] {
        // There is hardly ever one, which is found out once for each interface.
        let interfaces = Set(addresses.map(\.interface)).filter { interface in
            table.link(named: interface).map { hasOwnSecondary(on: $0.index, in: table) } ?? false
        }
        if interfaces.isEmpty { return [] }
        return leftovers(addresses.filter { interfaces.contains($0.interface) }, in: table).compactMap { present in
            ownAddresses(behind: present.address, present.prefixLength, on: present.interfaceIndex, in: table).isEmpty
                ? nil
                : addresses.first { $0.address == present.address && $0.prefixLength == present.prefixLength }
        }
    }

    /// Whether the host has an own address there that goes with another one.
    func hasOwnSecondary(on index: UInt32, in table: InterfaceTable) -> Bool {
        table.addresses(on: index).contains { $0.isSecondary && $0.address.family == .v4 && !isOurs($0) }
    }

    /// The host's own addresses of a subnet of which an address of ours is the first.
    func ownAddresses(
        behind address: IPAddress, _ prefixLength: UInt8, on index: UInt32, in table: InterfaceTable
    ) -> [IPAddress] {
        guard address.family == .v4 else { return [] }
        let subnet = address.network(length: prefixLength)
        let own = table.addresses(on: index).filter { present in
            present.prefixLength == prefixLength && present.peer == nil && !isOurs(present)
                && present.address.network(length: prefixLength) == subnet
        }
        return own.allSatisfy(\.isSecondary) ? own.map(\.address) : []
    }

    /// - Returns: whether that is different from before.
    func promote(_ isOn: Bool, on link: LinkInfo) -> Bool {
        do throws(SystemError) {
            if isOn, try commands.interfacesThatPromote().contains(link.index) { return false }
            try commands.setPromotesSecondaries(isOn, on: link.index)
            return true
        } catch {
            log.warning("promote_secondaries of \(link.name): \(error)")
            return false
        }
    }
}

extension VirtualAddress {
    /// What is left of `preferred_lft`, rounded up; nil for ever.
    fileprivate func preferredSeconds(after age: Interval) -> UInt32? {
        preferredSeconds.map { whole in
            let passed = UInt32(clamping: age.nanoseconds / 1_000_000_000)
            return whole > passed ? whole - passed : 0
        }
    }
}
