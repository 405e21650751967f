internal import VRRPCore
internal import VRRPWire

extension PairCheck {
    /// Whether clients see the same MAC address after a takeover.
    mutating func compareVirtualMAC(_ a: Instance, _ b: Instance) {
        let (first, second) = (a.virtualMAC?.hardwareAddress, b.virtualMAC?.hardwareAddress)
        guard first != second else { return compareSenders(a, b) }
        guard let first, let second else {
            report(
                .warning, "pair-virtual-mac", at: (a.virtualMAC ?? b.virtualMAC)?.location ?? b.location,
                "`\(a.name)` has use_vmac in \(first == nil ? fileB : fileA) only",
                consequence:
                    "the MAC address of the addresses changes with every takeover, and where one is fixed by hand or by a switch "
                    + "clients lose them",
                fix: "use_vmac   # in both files")
            return
        }
        report(
            .warning, "pair-virtual-mac", at: b.virtualMAC?.location ?? b.location,
            "`\(a.name)` has the virtual MAC address \(first) in \(fileA) and \(second) in \(fileB)",
            consequence: "it changes with every takeover, which is what a virtual MAC address is to spare",
            fix: "the same `use_vmac` line in both files, but for the name")
    }

    /// The same of addresses that have one for themselves in one of the two files.
    mutating func compareAddressLinks(_ a: Instance, _ b: Instance) {
        if a.addressLinks.isEmpty, b.addressLinks.isEmpty { return }
        let (first, second) = (a.addressHardware, b.addressHardware)
        for (held, location) in b.placedAddresses {
            guard let mine = first[held.address], let theirs = second[held.address], mine.address != theirs.address,
                mine.isOfLink || theirs.isOfLink
            else { continue }
            return report(
                .warning, "pair-virtual-mac", at: location,
                "\(held.address) of `\(a.name)` has \(mine.words) in \(fileA), and \(theirs.words) in \(fileB)",
                consequence: "it changes with every takeover, which is what a virtual MAC address is to spare",
                fix: "the same of `use_vmac_addr` and `use_vmac` in both files")
        }
    }

    private mutating func compareSenders(_ a: Instance, _ b: Instance) {
        guard let first = a.virtualMAC, let second = b.virtualMAC, first.sendsFromBase != second.sendsFromBase else {
            return
        }
        report(
            .note, "pair-virtual-mac", at: (first.sendsFromBase ? first : second).location,
            "`\(a.name)` has vmac_xmit_base in \(first.sendsFromBase ? fileA : fileB) only",
            consequence:
                "two routers of Understudy hear each other all the same; a keepalived with it does not hear adverts from the virtual "
                + "MAC address, and becomes MASTER until it is told once more",
            fix: "the same in both files")
    }
}

/// At which MAC address clients find an address.
private struct FoundHardware {
    /// Nil for that of an interface of the host's own.
    var address: HardwareAddress?
    /// It is on an interface that is made for such addresses.
    var isOfLink = false

    var words: String { address.map { "the MAC address \($0)" } ?? "that of the host's own interface" }
}

extension Instance {
    fileprivate var addressHardware: [IPAddress: FoundHardware] {
        let links = Dictionary(
            virtualLinks.map { ($0.interface, $0.hardwareAddress) }, uniquingKeysWith: { first, _ in first })
        var found: [IPAddress: FoundHardware] = [:]
        for held in addresses + self.excludedAddresses {
            found[held.address] = FoundHardware(
                address: links[held.interface], isOfLink: self.addressLinks.contains { $0.interface == held.interface })
        }
        return found
    }
}
