internal import VRRPCore
internal import VRRPWire

/// `use_vmac_addr`, `use_vmac` after an address, and `vmac_addr_prefix`.
extension Resolver {
    /// Puts addresses on interfaces of their own that have the virtual router's MAC address.
    ///
    /// keepalived: with `use_vmac_addr` those on other interfaces and of the other family, with `use_vmac` on its line any. Those of
    /// the instance's family on its own interface go with the instance's `use_vmac`, where it has that.
    mutating func resolveAddressLinks(
        _ instance: inout Instance, _ held: inout WrittenAddresses, _ contents: BlockContents
    ) {
        let setting = contents["use_vmac_addr"]
        putOnLinks(&held.advertised, of: &instance, everywhere: setting?.location)
        putOnLinks(&held.excluded, of: &instance, everywhere: setting?.location)
        guard let setting, instance.addressLinks.isEmpty else { return }
        report(
            .note, "no-effect", at: setting.location,
            "`use_vmac_addr` has no effect: every address is of the instance's family, and on `\(instance.interface)`",
            consequence: "the addresses stay where they are without it", fix: "use_vmac   # for the addresses there")
    }

    /// - Parameter everywhere: where `use_vmac_addr` stands.
    private mutating func putOnLinks(
        _ list: inout [WrittenAddress], of instance: inout Instance, everywhere: SourceLocation?
    ) {
        for index in list.indices {
            guard let name = addressLink(of: list[index], in: &instance, everywhere: everywhere) else { continue }
            list[index].address.interface = name
        }
    }

    /// The interface that an address is on for its MAC address; nil where it stays on the one that it is on.
    ///
    /// - Parameter everywhere: where `use_vmac_addr` stands.
    private mutating func addressLink(
        of written: WrittenAddress, in instance: inout Instance, everywhere: SourceLocation?
    ) -> String? {
        let family = written.address.address.family
        if written.isAtHome(in: instance) {
            guard written.usesVirtualMAC else { return nil }
            if let own = instance.virtualMAC {
                reportUseless(
                    written, because: "the instance's own `use_vmac` is for this address as well",
                    passesKeepalived: false)
                return own.interface
            }
        } else if everywhere == nil, !written.usesVirtualMAC {
            return nil
        }
        if everywhere != nil, written.usesVirtualMAC {
            reportUseless(written, because: "`use_vmac_addr` is for this address as well", passesKeepalived: false)
        }
        let base = written.isOnOwnInterface(of: instance) ? instance.interface : written.address.interface
        // What the daemon makes has the MAC address that it is to have.
        if virtualInterfaces[base] != nil || writtenVirtualInterfaces.contains(base) { return nil }
        if base == "lo" {
            if written.usesVirtualMAC { reportUseless(written, because: "nothing has a MAC address on `lo`") }
            return nil
        }
        let hardware = HardwareAddress.virtual(instance.virtualRouterID, family)
        if let known = instance.addressLinks.first(where: { $0.base == base && $0.hardwareAddress == hardware }) {
            return known.interface
        }
        let location = written.usesVirtualMAC ? written.location : everywhere ?? written.location
        let prefix = model.global.addressLinkPrefix ?? model.global.virtualMACPrefix
        let candidate = freeVirtualInterface(
            prefix, instance.virtualRouterID, family, at: location,
            fix: "vmac_addr_prefix vip   # or another short one, in global_defs")
        guard let name = candidate else { return nil }
        virtualInterfaces[name] = location
        instance.addressLinks.append(
            VirtualLink(interface: name, base: base, hardwareAddress: hardware, location: location))
        return name
    }

    private mutating func reportUseless(
        _ written: WrittenAddress, because reason: String, passesKeepalived: Bool? = nil
    ) {
        report(
            .note, "no-effect", at: written.location,
            "`use_vmac` after \(written.address.address) has no effect: \(reason)",
            consequence: "the address is where it would be without it", fix: "remove `use_vmac` from the line",
            passesKeepalived: passesKeepalived)
    }

    /// A name that no other virtual MAC interface has; nil, and reported, when there is none.
    ///
    /// keepalived: PREFIX.VRID, with a 6 before the point for IPv6, and else with a number there.
    mutating func freeVirtualInterface(
        _ prefix: String, _ id: VirtualRouterID, _ family: AddressFamily, at location: SourceLocation, fix: String
    ) -> String? {
        let later = (1...99).filter { family == .v4 || $0 != 6 }.map { "\($0)" }
        let names = ([family == .v6 ? "6" : ""] + later).map { "\(prefix)\($0).\(id.rawValue)" }
        let name = names.first { virtualInterfaces[$0] == nil && !writtenVirtualInterfaces.contains($0) } ?? names[0]
        guard name.utf8.count > 15 else { return name }
        report(
            .error, "bad-interface-name", at: location, "`\(name)` would be too long for an interface",
            consequence: "a name has 1 to 15 characters", fix: fix)
        return nil
    }
}
