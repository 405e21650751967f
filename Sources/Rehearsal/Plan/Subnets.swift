internal import VRRPWire

/// A subnet of one segment, found from the addresses that must lie in it, and who has which address there.
struct Subnet {
    /// The addresses of the configurations that lie in it: virtual ones, sources and peers.
    private(set) var members: [IPAddress]
    private(set) var prefixLength: UInt8

    /// Addresses that share at least this much are taken to be neighbours.
    private static func leastShared(_ family: AddressFamily) -> UInt8 { family == .v4 ? 16 : 48 }
    private static func usual(_ family: AddressFamily) -> UInt8 { family == .v4 ? 24 : 64 }

    var family: AddressFamily { members[0].family }

    /// The subnets of `addresses`, each with the prefix length that was written with it, if any.
    static func group(_ addresses: [(address: IPAddress, prefixLength: UInt8?)]) -> [Subnet] {
        var subnets: [Subnet] = []
        for (address, prefixLength) in addresses where !address.isLinkLocal {
            let usual = Self.usual(address.family)
            let written = prefixLength.flatMap { $0 < address.family.hostPrefixLength ? $0 : nil } ?? usual
            let least = min(written, leastShared(address.family))
            if let index = subnets.firstIndex(where: { $0.members[0].shares(prefixOf: address, length: least) }) {
                subnets[index].add(address, written)
            } else {
                subnets.append(Subnet(members: [address], prefixLength: written))
            }
        }
        return subnets
    }

    private mutating func add(_ address: IPAddress, _ written: UInt8) {
        prefixLength = min(prefixLength, written)
        while prefixLength > 0, !members[0].shares(prefixOf: address, length: prefixLength) { prefixLength -= 1 }
        if !members.contains(address) { members.append(address) }
    }

    func contains(_ address: IPAddress) -> Bool {
        address.family == family && members[0].shares(prefixOf: address, length: prefixLength)
    }

    /// An address that nobody has, and which is taken from now on; nil when the subnet is full.
    ///
    /// Host number `preferred` if it is free, else the first free one.
    mutating func allocate(_ preferred: UInt32) -> IPAddress? {
        let bits = family.hostPrefixLength - prefixLength
        // The first and the last address of an IPv4 subnet mean the subnet and its broadcast.
        let count = bits >= 16 ? UInt32(65534) : (UInt32(1) << UInt32(bits)) - (bits > 1 ? 2 : 0)
        let numbers = (preferred <= count ? [preferred] : []) + (1...max(count, 1))
        for number in numbers {
            let candidate = members[0].host(number, prefixLength: prefixLength)
            if !members.contains(candidate) {
                members.append(candidate)
                return candidate
            }
        }
        return nil
    }
}

extension IPAddress {
    var isLinkLocal: Bool { if case .v6(let address) = self { address.isLinkLocal } else { false } }

    /// Host `number` of the subnet that this address lies in.
    fileprivate func host(_ number: UInt32, prefixLength: UInt8) -> IPAddress {
        switch self {
        case .v4(let address):
            let mask = prefixLength == 0 ? 0 : UInt32.max << UInt32(32 - prefixLength)
            return .v4(IPv4Address(bigEndian: address.bigEndianValue & mask | number & ~mask))
        case .v6(let address):
            let lowBits = min(128 - UInt64(prefixLength), 64)
            let mask = lowBits == 64 ? 0 : UInt64.max << lowBits
            return .v6(IPv6Address(high: address.high, low: address.low & mask | UInt64(number) & ~mask))
        }
    }
}
