package import VRRPWire

/// A table of ours in the kernel's packet filter (nftables) that drops packets to and from addresses.
///
/// Only those that this host itself receives or sends: what it forwards passes by. Neighbour discovery is let through.
package struct PacketFilter: Equatable, Sendable {
    /// What the table is, whatever addresses are in it.
    package struct Form: Equatable, Sendable {
        /// Its name; it is of the family inet, which sees IPv4 and IPv6.
        package var table: String
        /// The place of its chains among those of the same hook: a packet meets the lower number first.
        package var priority: Int32
        /// Whether each rule counts its packets.
        package var counts: Bool
        /// Whether link-local addresses go with the number of an interface, and not with its name.
        package var matchesIndex: Bool

        package init(table: String, priority: Int32 = -1, counts: Bool = false, matchesIndex: Bool = false) {
            self.table = table
            self.priority = priority
            self.counts = counts
            self.matchesIndex = matchesIndex
        }
    }

    /// The sets of addresses; a table that has one of them is ours.
    package enum AddressSet: String, CaseIterable, Hashable, Sendable {
        case v4 = "understudy_ipv4"
        case v6 = "understudy_ipv6"
        /// With an interface each.
        case linkLocal = "understudy_link_local"
    }

    package var form: Form
    /// The keys in each set, as the kernel compares them.
    package private(set) var elements: [AddressSet: Set<[UInt8]>] = [:]

    package init(_ form: Form) { self.form = form }

    package subscript(set: AddressSet) -> Set<[UInt8]> {
        get { elements[set] ?? [] }
        set { elements[set] = newValue.isEmpty ? nil : newValue }
    }

    package var isEmpty: Bool { elements.isEmpty }

    /// Adds an address that is, or will be, on an interface.
    package mutating func insert(_ address: IPAddress, interfaceName: String, interfaceIndex: UInt32?) {
        if let (set, key) = key(address, interfaceName, interfaceIndex) { self[set].insert(key) }
    }

    /// Whether packets to and from an address are dropped.
    package func contains(_ address: IPAddress, interfaceName: String, interfaceIndex: UInt32?) -> Bool {
        guard let (set, key) = key(address, interfaceName, interfaceIndex) else { return false }
        return self[set].contains(key)
    }

    /// Adds all addresses of another one.
    package mutating func formUnion(_ other: PacketFilter) {
        for set in AddressSet.allCases { self[set].formUnion(other[set]) }
    }

    /// Nil for a link-local address on an interface that is not there and has to be named by its number.
    private func key(_ address: IPAddress, _ name: String, _ index: UInt32?) -> (AddressSet, [UInt8])? {
        switch address {
        case .v4: return (.v4, address.octets)
        case .v6(let six) where !six.isLinkLocal: return (.v6, address.octets)
        case .v6:
            var key = address.octets
            let size = key.count + (form.matchesIndex ? 4 : Self.nameSize)
            if form.matchesIndex {
                guard let index else { return nil }
                // The kernel compares it as it has it, in its own byte order.
                let number = index.littleEndian
                for shift in [UInt32(0), 8, 16, 24] { key.append(UInt8(truncatingIfNeeded: number >> shift)) }
            } else {
                key += name.utf8.prefix(Self.nameSize)
            }
            while key.count < size { key.append(0) }
            return (.linkLocal, key)
        }
    }

    /// IFNAMSIZ.
    static let nameSize = 16
}

/// What there is under a table's name.
package enum PacketFilterPresence: Equatable, Sendable {
    case absent
    /// Somebody else's.
    case foreign
    /// Ours; nil when it is not as we make it.
    case ours(PacketFilter?)
}
