package import Control
package import LinuxKernel
package import VRRPCore
package import VRRPWire

/// What the kernel last said about interfaces and their addresses.
///
/// An interface that goes up or down does so here when it counts: at once, or when it has lasted (``LinkDelays``).
package struct InterfaceTable {
    private var links: [UInt32: LinkInfo] = [:]
    private var indices: [String: UInt32] = [:]
    private var addresses = HostAddresses()
    package var delays = LinkDelays()

    package init() {}

    /// Takes a full dump; whatever was known before is forgotten, but for how long an interface has been up or down.
    package mutating func replace(links: [LinkInfo], addresses: [AddressInfo], at now: MonotonicInstant) {
        let before = self.links
        (self.links, self.indices, self.addresses) = ([:], [:], HostAddresses())
        for link in links { keep(delays.judge(link, after: before[link.index], at: now)) }
        delays.forgetOthers(than: self.links)
        for address in addresses { _ = self.addresses.note(address) }
    }

    /// Takes one piece of news; false when nothing is different but the time that an address has left.
    ///
    /// What we did ourselves is known here before the kernel tells.
    @discardableResult
    package mutating func apply(_ change: RouteChange, at now: MonotonicInstant) -> Bool {
        switch change {
        case .link(let said):
            let link = delays.judge(said, after: links[said.index], at: now)
            if links[link.index] == link { return false }
            keep(link)
        case .linkGone(let index, _):
            forgetLink(at: index)
            delays.forget(index)
            addresses.removeAll(on: index)
        case .address(let address):
            return addresses.note(address)
        case .addressGone(let address):
            return addresses.remove(address)
        }
        return true
    }

    private mutating func keep(_ link: LinkInfo) {
        if let known = links[link.index], known.name != link.name { forgetLink(at: link.index) }
        links[link.index] = link
        indices[link.name] = link.index
    }

    private mutating func forgetLink(at index: UInt32) {
        guard let gone = links.removeValue(forKey: index), indices[gone.name] == index else { return }
        // News of a name that moves on may come before those of who has it now.
        indices[gone.name] = links.first { $0.value.name == gone.name }?.key
    }

    /// Lets everything count that has lasted.
    ///
    /// - Returns: the interfaces that are up or down by it, as they are.
    package mutating func settle(at now: MonotonicInstant) -> [LinkInfo] {
        let lasting = delays.takeLasting(at: now)
        for link in lasting { keep(link) }
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
        keep(delays.judge(link, after: before, at: now))
    }

    package func link(named name: String) -> LinkInfo? { indices[name].flatMap { links[$0] } }
    package var everyLink: some Sequence<LinkInfo> { links.values }
    package func link(at index: UInt32) -> LinkInfo? { links[index] }

    /// Those of one interface; the first is the one that came first.
    package func addresses(on index: UInt32) -> [AddressInfo] { addresses.on(index) }
    /// The same address wherever it is, with whatever prefix.
    package func addresses(having address: IPAddress) -> [AddressInfo] { addresses.having(address) }
    package var everyAddress: [AddressInfo] { addresses.all }

    /// An address on an interface, with one prefix or whatever it has.
    package func address(_ address: IPAddress, _ prefixLength: UInt8? = nil, on index: UInt32) -> AddressInfo? {
        addresses.having(address).first {
            $0.interfaceIndex == index && (prefixLength == nil || $0.prefixLength == prefixLength)
        }
    }

    /// A virtual address as it is on its interface.
    package func present(_ wanted: VirtualAddress) -> AddressInfo? {
        link(named: wanted.interface).flatMap { address(wanted.address, wanted.prefixLength, on: $0.index) }
    }
}

extension LinkInfo {
    /// Up and with carrier: packets can pass.
    package var isUsable: Bool { isUp && isRunning }
}
