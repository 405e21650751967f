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

    package mutating func apply(_ change: RouteChange) {
        switch change {
        case .link(let link):
            links[link.index] = link
        case .linkGone(let index, _):
            links[index] = nil
            addresses[index] = nil
        case .address(let address):
            forget(address)
            addresses[address.interfaceIndex, default: []].append(address)
        case .addressGone(let address):
            forget(address)
        }
    }

    private mutating func forget(_ gone: AddressInfo) {
        addresses[gone.interfaceIndex]?.removeAll {
            $0.address == gone.address && $0.prefixLength == gone.prefixLength
        }
    }

    package func link(named name: String) -> LinkInfo? { links.values.first { $0.name == name } }
    package func link(at index: UInt32) -> LinkInfo? { links[index] }
    package func addresses(on index: UInt32) -> [AddressInfo] { addresses[index] ?? [] }
    package var everyAddress: [AddressInfo] { addresses.values.flatMap(\.self) }
}

extension LinkInfo {
    /// Up and with carrier: packets can pass.
    package var isUsable: Bool { isUp && isRunning }
}
