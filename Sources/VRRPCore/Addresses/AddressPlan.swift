public import VRRPWire

/// An address that the kernel reports.
public struct ObservedAddress: Hashable, Sendable {
    public var address: IPAddress
    public var prefixLength: UInt8
    public var interface: String
    /// True when it carries our mark (IFA_PROTO), or we added it in this run on a kernel that keeps no marks.
    public var isOurs: Bool

    public init(address: IPAddress, prefixLength: UInt8, interface: String, isOurs: Bool) {
        self.address = address
        self.prefixLength = prefixLength
        self.interface = interface
        self.isOurs = isOurs
    }
}

/// One change to the addresses of this host.
public enum AddressOperation: Hashable, Sendable {
    case add(VirtualAddress)
    case remove(ObservedAddress)
}

/// The difference between the addresses that should be on this host and those that are.
///
/// A lost netlink message, an operator's `ip addr del`, a restarted network manager and our own crash are all the same
/// case: read again, compare, repair. Invariants:
/// 1. An address that is not ours is never removed, whatever is desired.
/// 2. An address that is there, ours or not, is not added a second time to the same interface.
/// 3. Planning again after the operations were carried out yields nothing.
/// 4. An address that only changes its place (interface, prefix) is there all the while, where the kernel allows it twice.
public enum AddressPlan {
    public static func operations(
        desired: [VirtualAddress], observed: [ObservedAddress]
    ) -> [AddressOperation] {
        var operations: [AddressOperation] = []
        var afterwards: [AddressOperation] = []
        // Only what is about the same address can match: a thousand of each would else be a million comparisons.
        let wantedAt = Dictionary(grouping: desired, by: \.address)
        let presentAt = Dictionary(grouping: observed, by: \.address)
        for present in observed where present.isOurs {
            let wanted = wantedAt[present.address] ?? []
            if wanted.contains(where: { present.satisfies($0) }) { continue }
            if wanted.contains(where: { present.canAccompany($0) }) {
                afterwards.append(.remove(present))
            } else {
                operations.append(.remove(present))
            }
        }
        for wanted in desired {
            let present = presentAt[wanted.address] ?? []
            if present.contains(where: { $0.satisfies(wanted) || $0.isNative(wanted) }) { continue }
            operations.append(.add(wanted))
        }
        return operations + afterwards
    }

    /// The desired addresses that this host has although we did not put them there, on any interface.
    public static func clashes(
        desired: [VirtualAddress], observed: [ObservedAddress]
    ) -> [ObservedAddress] {
        observed.filter { present in !present.isOurs && desired.contains { $0.address == present.address } }
    }
}

extension ObservedAddress {
    fileprivate func satisfies(_ wanted: VirtualAddress) -> Bool {
        address == wanted.address && prefixLength == wanted.prefixLength && interface == wanted.interface
    }

    /// The same address elsewhere; Linux has an IPv6 address only once on an interface, whatever its prefix.
    fileprivate func canAccompany(_ wanted: VirtualAddress) -> Bool {
        address == wanted.address && (interface != wanted.interface || address.family == .v4)
    }

    /// The host's own address, with whatever prefix: an address owner (priority 255) has it without our help.
    fileprivate func isNative(_ wanted: VirtualAddress) -> Bool {
        !isOurs && address == wanted.address && interface == wanted.interface
    }
}
