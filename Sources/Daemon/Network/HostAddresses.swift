internal import LinuxKernel
internal import VRRPWire

/// The addresses of this host, by interface in the kernel's order and by address.
///
/// Each of hundreds of virtual routers asks for its own ones whenever anything changes: a walk over all of them for each
/// one took 30 ms with 255 routers, which a router with an interval of 0.01 s took for an absence of its own.
struct HostAddresses {
    private var byInterface: [UInt32: [AddressInfo]] = [:]
    private var byAddress: [IPAddress: [AddressInfo]] = [:]

    var all: [AddressInfo] { byInterface.values.flatMap(\.self) }

    /// Those of one interface; the first is the one that came first.
    func on(_ index: UInt32) -> [AddressInfo] { byInterface[index] ?? [] }

    /// The same address with whatever prefixes, on whatever interfaces.
    func having(_ address: IPAddress) -> [AddressInfo] { byAddress[address] ?? [] }

    /// Adds one, or says how it is now.
    ///
    /// - Returns: false when nothing is different but the time that it has left.
    mutating func note(_ address: AddressInfo) -> Bool {
        guard var known = having(address.address).first(where: { $0.isSame(as: address) }) else {
            append(address)
            return true
        }
        known.validSeconds = address.validSeconds
        if known == address {
            let same: (AddressInfo) -> Bool = { $0.isSame(as: address) }
            byAddress[address.address]?.firstIndex(where: same).map { byAddress[address.address]?[$0] = address }
            byInterface[address.interfaceIndex]?.firstIndex(where: same).map {
                byInterface[address.interfaceIndex]?[$0] = address
            }
            return false
        }
        remove(address)
        append(address)
        return true
    }

    /// - Returns: whether it was there.
    @discardableResult
    mutating func remove(_ gone: AddressInfo) -> Bool {
        guard having(gone.address).contains(where: { $0.isSame(as: gone) }) else { return false }
        byInterface[gone.interfaceIndex]?.firstIndex { $0.isSame(as: gone) }.map {
            _ = byInterface[gone.interfaceIndex]?.remove(at: $0)
        }
        forget(gone)
        return true
    }

    mutating func removeAll(on index: UInt32) {
        for gone in byInterface.removeValue(forKey: index) ?? [] { forget(gone) }
    }

    private mutating func append(_ address: AddressInfo) {
        byInterface[address.interfaceIndex, default: []].append(address)
        byAddress[address.address, default: []].append(address)
    }

    private mutating func forget(_ gone: AddressInfo) {
        byAddress[gone.address]?.removeAll { $0.isSame(as: gone) }
        if byAddress[gone.address]?.isEmpty == true { byAddress[gone.address] = nil }
    }
}

extension AddressInfo {
    /// One for the kernel, which has an address once with each prefix on an interface.
    fileprivate func isSame(as other: AddressInfo) -> Bool {
        address == other.address && prefixLength == other.prefixLength && interfaceIndex == other.interfaceIndex
    }
}
