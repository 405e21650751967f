package import VRRPWire

/// What a pair's files depend on, as found on this host.
package struct PairSurroundings: Equatable, Sendable {
    package struct Interface: Equatable, Sendable {
        package var name: String
        package var isUsable: Bool
        /// Its own addresses, without virtual ones.
        package var addresses: [PairSettings.Address]

        package init(_ name: String, isUsable: Bool = true, _ addresses: [PairSettings.Address]) {
            self.name = name
            self.isUsable = isUsable
            self.addresses = addresses
        }
    }

    /// A virtual router that was heard on the interface.
    package struct Heard: Equatable, Sendable {
        package var virtualRouterID: UInt8
        package var source: IPAddress
        package var addresses: [IPAddress]
        package var hardwareAddress: HardwareAddress?

        package init(
            _ virtualRouterID: UInt8, _ source: IPAddress, _ addresses: [IPAddress],
            hardwareAddress: HardwareAddress? = nil
        ) {
            self.virtualRouterID = virtualRouterID
            self.source = source
            self.addresses = addresses
            self.hardwareAddress = hardwareAddress
        }
    }

    /// Somebody who answered the question who has an address.
    package struct Holder: Hashable, Sendable {
        package var address: IPAddress
        package var hardwareAddress: HardwareAddress

        package init(_ address: IPAddress, _ hardwareAddress: HardwareAddress) {
            self.address = address
            self.hardwareAddress = hardwareAddress
        }
    }

    /// What came of listening to a network, and of asking it for the virtual addresses.
    package struct Listened: Equatable, Sendable {
        package var routers: [Heard] = []
        package var holders: [Holder] = []

        package init(routers: [Heard] = [], holders: [Holder] = []) {
            self.routers = routers
            self.holders = holders
        }

        /// Those who have a virtual address and are no router of any pair: its sender's link-layer address tells.
        var strangers: [Holder] {
            let speakers = Set(routers.compactMap(\.hardwareAddress))
            return holders.filter { !speakers.contains($0.hardwareAddress) }
        }
    }

    /// Ethernet interfaces, those that are up first.
    package var interfaces: [Interface]
    /// The load balancers that run here or are installed, by the name of their process.
    package var balancers: [String]

    package init(interfaces: [Interface], balancers: [String]) {
        self.interfaces = interfaces
        self.balancers = balancers
    }

    /// The one to propose: up, and with an address that others can reach.
    package var likelyInterface: Interface? {
        interfaces.first { $0.isUsable && $0.addresses.contains { !$0.isLinkLocal } } ?? interfaces.first
    }

    /// The load balancers whose processes are known by name.
    package static let knownBalancers = ["haproxy", "hapee-lb", "nginx"]
}

extension PairSettings.Address {
    package var isLinkLocal: Bool {
        switch address {
        case .v4(let address): address.bigEndianValue >> 16 == 169 << 8 | 254
        case .v6(let address): address.isLinkLocal
        }
    }

    /// The subnet, `192.0.2.0/24`.
    var subnet: String {
        switch address {
        case .v4(let address):
            let mask = prefixLength == 0 ? 0 : UInt32.max << (32 - UInt32(min(prefixLength, 32)))
            return "\(IPv4Address(bigEndian: address.bigEndianValue & mask))/\(prefixLength)"
        case .v6(let address):
            let length = UInt64(min(prefixLength, 128))
            let high = length == 0 ? 0 : UInt64.max << (64 - min(length, 64))
            let low = length <= 64 ? 0 : UInt64.max << (128 - length)
            return "\(IPv6Address(high: address.high & high, low: address.low & low))/\(prefixLength)"
        }
    }

    /// True for an IPv4 subnet's first and last address, which no host may have.
    func isReserved(for candidate: IPAddress) -> Bool {
        guard case (.v4, .v4(let candidate)) = (address, candidate), prefixLength < 31 else { return false }
        let host = UInt32.max >> UInt32(prefixLength)
        return candidate.bigEndianValue & host == 0 || candidate.bigEndianValue & host == host
    }
}
