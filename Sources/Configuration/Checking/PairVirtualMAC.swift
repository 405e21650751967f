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
