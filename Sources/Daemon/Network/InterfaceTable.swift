package import LinuxKernel
internal import VRRPWire

/// What the kernel last said about interfaces and their addresses.
package struct InterfaceTable {
    private var links: [UInt32: LinkInfo] = [:]
    private var addresses: [UInt32: [AddressInfo]] = [:]

    package init() {}

    /// Takes a full dump; whatever was known before is forgotten.
    package mutating func replace(links: [LinkInfo], addresses: [AddressInfo]) {
        self.links = [:]
        self.addresses = [:]
        for link in links { self.links[link.index] = link }
        for address in addresses { self.addresses[address.interfaceIndex, default: []].append(address) }
    }

    /// Takes one piece of news; false when nothing is different but the time that an address has left.
    @discardableResult
    package mutating func apply(_ change: RouteChange) -> Bool {
        switch change {
        case .link(let link):
            if links[link.index] == link { return false }
            links[link.index] = link
        case .linkGone(let index, _):
            links[index] = nil
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
