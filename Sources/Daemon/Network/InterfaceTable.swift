package import Control
package import LinuxKernel
package import VRRPCore
internal import VRRPWire

/// What the kernel last said about interfaces and their addresses.
///
/// An interface that goes up or down does so here when it counts: at once, or when it has lasted (``LinkDelays``).
package struct InterfaceTable {
    private var links: [UInt32: LinkInfo] = [:]
    private var addresses: [UInt32: [AddressInfo]] = [:]
    package var delays = LinkDelays()

    package init() {}

    /// Takes a full dump; whatever was known before is forgotten, but for how long an interface has been up or down.
    package mutating func replace(links: [LinkInfo], addresses: [AddressInfo], at now: MonotonicInstant) {
        let before = self.links
        self.links = [:]
        self.addresses = [:]
        for link in links { self.links[link.index] = delays.judge(link, after: before[link.index], at: now) }
        delays.forgetOthers(than: self.links)
        for address in addresses { self.addresses[address.interfaceIndex, default: []].append(address) }
    }

    /// Takes one piece of news; false when nothing is different but the time that an address has left.
    @discardableResult
    package mutating func apply(_ change: RouteChange, at now: MonotonicInstant) -> Bool {
        switch change {
        case .link(let said):
            let link = delays.judge(said, after: links[said.index], at: now)
            if links[link.index] == link { return false }
            links[link.index] = link
        case .linkGone(let index, _):
            links[index] = nil
            delays.forget(index)
            addresses[index] = nil
        case .address(let address):
            if isKnown(address) { return false }
            forget(address)
            addresses[address.interfaceIndex, default: []].append(address)
        case .addressGone(let address):
            forget(address)
        }
        return true
    }

    /// Lets everything count that has lasted.
    ///
    /// - Returns: the interfaces that are up or down by it, as they are.
    package mutating func settle(at now: MonotonicInstant) -> [LinkInfo] {
        let lasting = delays.takeLasting(at: now)
        for link in lasting { links[link.index] = link }
        return lasting
    }

    /// What is to be told of an interface that does not count yet as it is; nil for one that does.
    package func pendingLink(_ name: String, at now: MonotonicInstant) -> PendingLink? {
        guard let link = link(named: name), let said = delays.heldBack(at: link.index),
            let remaining = delays.remaining(of: link.index, at: now)
        else { return nil }
        return PendingLink(interface: name, isUp: said.isUsable, countsInSeconds: remaining.inSeconds)
    }

    /// Begins in place of a process for which this interface was up: that it is down counts from now.
    package mutating func holdUp(_ name: String, at now: MonotonicInstant) {
        guard let link = link(named: name), !link.isUsable else { return }
        var before = link
        (before.isUp, before.isRunning) = (true, true)
        links[link.index] = delays.judge(link, after: before, at: now)
    }

    private mutating func isKnown(_ address: AddressInfo) -> Bool {
        guard
            let place = addresses[address.interfaceIndex]?.firstIndex(where: {
                $0.address == address.address && $0.prefixLength == address.prefixLength
            }), var known = addresses[address.interfaceIndex]?[place]
        else { return false }
        known.validSeconds = address.validSeconds
        guard known == address else { return false }
        addresses[address.interfaceIndex]?[place] = address
        return true
    }

    private mutating func forget(_ gone: AddressInfo) {
        addresses[gone.interfaceIndex]?.removeAll {
            $0.address == gone.address && $0.prefixLength == gone.prefixLength
        }
    }

    package func link(named name: String) -> LinkInfo? { links.values.first { $0.name == name } }
    package var everyLink: some Sequence<LinkInfo> { links.values }
    package func link(at index: UInt32) -> LinkInfo? { links[index] }
    package func addresses(on index: UInt32) -> [AddressInfo] { addresses[index] ?? [] }
    package var everyAddress: [AddressInfo] { addresses.values.flatMap(\.self) }
}

extension LinkInfo {
    /// Up and with carrier: packets can pass.
    package var isUsable: Bool { isUp && isRunning }
}
