internal import VRRPCore
internal import VRRPWire

/// `use_vmac [[name] NAME] [MAC]`, `vmac_xmit_base` and `vmac_prefix`.
extension Resolver {
    mutating func resolveVirtualMACPrefix(_ contents: BlockContents) {
        if let prefix = interfacePrefix("vmac_prefix", contents) { model.global.virtualMACPrefix = prefix }
        model.global.addressLinkPrefix = interfacePrefix("vmac_addr_prefix", contents)
    }

    private mutating func interfacePrefix(_ keyword: String, _ contents: BlockContents) -> String? {
        guard let word = contents.words(keyword)?.first, let setting = contents[keyword] else { return nil }
        // The longest name is PREFIX6.255.
        guard word.text.utf8.count <= 10, Self.isInterfaceName(word.text) else {
            reportBadValue(word, of: setting.statement, expected: "at most 10 characters, without `/`, `:` and blanks")
            return nil
        }
        return word.text
    }

    /// Remembers the names that lines give, so that none of them is given to another instance.
    mutating func noteVirtualInterfaces(_ contents: BlockContents) {
        // The last line of an instance counts.
        let lines = contents.all("vrrp_instance").compactMap { setting in
            setting.statement.children?.last { $0.keyword.text == "use_vmac" }
        }
        writtenVirtualInterfaces = Set(lines.compactMap { Self.interfaceWord($0.arguments)?.text })
    }

    /// The first word that is neither an address nor something that keepalived knows there.
    private static func interfaceWord(_ words: [Word]) -> Word? {
        var words = words[...]
        while let word = words.popFirst() {
            if word.text == "group" {
                _ = words.popFirst()
            } else if !word.text.contains(":"), !["name", "netlink_notify_msg"].contains(word.text) {
                return word
            }
        }
        return nil
    }

    /// Whether both are `use_vmac` with a name, of which keepalived takes one.
    static func nameInterfaceTwice(_ first: Statement, _ second: Statement) -> Bool {
        [first, second].allSatisfy { $0.keyword.text == "use_vmac" && interfaceWord($0.arguments) != nil }
    }

    private static func isInterfaceName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 15 && text != "." && text != ".."
            && !text.utf8.contains { $0 == 0x2F || $0 == 0x3A || $0 <= 0x20 || $0 == 0x7F }
    }

    /// Puts the instance's addresses on its virtual MAC interface: those of its family whose lines name no other interface than its own.
    mutating func resolveVirtualMAC(
        _ instance: inout Instance, _ held: inout WrittenAddresses, _ contents: BlockContents, isStrict: Bool
    ) {
        guard let setting = contents["use_vmac"], let words = contents.words("use_vmac") else {
            return reportSendingFromNothing(contents)
        }
        guard let name = virtualInterface(words, setting, instance) else { return }
        var hardware = HardwareAddress.virtual(instance.virtualRouterID, instance.family)
        if let word = words.first(where: { $0.text.contains(":") }) {
            guard let given = virtualAddress(word, instance) else { return }
            if isStrict, given != hardware {
                report(
                    .warning, "strict-mode", at: word.location,
                    "the MAC address of `use_vmac` is ignored in strict mode",
                    consequence: "the virtual router has the one of the RFC, \(hardware)",
                    fix: "use_vmac \(name)")
            } else {
                hardware = given
            }
        }
        if !checkVirtualWords(words, setting) { return }
        var virtual = VirtualMAC(interface: name, hardwareAddress: hardware, location: setting.location)
        virtual.sendsFromBase = sendsFromBase(instance, contents, isStrict: isStrict)
        virtualInterfaces[name] = setting.location
        instance.virtualMAC = virtual
        for index in held.advertised.indices where held.advertised[index].isAtHome(in: instance) {
            held.advertised[index].address.interface = name
        }
        for index in held.excluded.indices where held.excluded[index].isAtHome(in: instance) {
            held.excluded[index].address.interface = name
        }
    }

    private mutating func reportSendingFromNothing(_ contents: BlockContents) {
        guard !contents.wasAttempted("use_vmac"), let setting = contents["vmac_xmit_base"] else { return }
        report(
            .warning, "no-effect", at: setting.location, "`vmac_xmit_base` has no effect without `use_vmac`",
            consequence: "adverts come from the interface's own MAC address in any case", fix: "remove the line",
            passesKeepalived: false)
    }

    private mutating func sendsFromBase(_ instance: Instance, _ contents: BlockContents, isStrict: Bool) -> Bool {
        let setting = contents["vmac_xmit_base"]
        if instance.transport != .multicast {
            if setting == nil, let line = contents["use_vmac"] {
                report(
                    .note, "unicast-from-base", at: line.location,
                    "unicast adverts come from the MAC address of `\(instance.interface)`, as with `vmac_xmit_base`",
                    consequence: "the virtual MAC address is in announcements and answers only", fix: "vmac_xmit_base",
                    passesKeepalived: false)
            }
            return true
        }
        guard isStrict, let setting else { return setting != nil }
        report(
            .warning, "strict-mode", at: setting.location, "`vmac_xmit_base` is ignored in strict mode",
            consequence: "adverts come from the virtual MAC address", fix: "remove the line")
        return false
    }

    private mutating func virtualInterface(_ words: [Word], _ setting: Setting, _ instance: Instance) -> String? {
        guard let word = Self.interfaceWord(words) else {
            return freeVirtualInterface(
                model.global.virtualMACPrefix, instance.virtualRouterID, instance.family, at: setting.location,
                fix: "use_vmac NAME")
        }
        guard isPlain(word, of: setting.statement) else { return nil }
        guard Self.isInterfaceName(word.text) else {
            report(
                .error, "bad-interface-name", at: word.location, "`\(word.text)` cannot be the name of an interface",
                consequence: "a name has 1 to 15 characters and no `/`; keepalived would take another one",
                fix: "use_vmac vrrp.\(instance.virtualRouterID.rawValue)")
            return nil
        }
        let earlier = virtualInterfaces[word.text]
        if earlier != nil || word.text == instance.interface {
            report(
                .error, "virtual-interface-taken", at: word.location,
                earlier.map { "`\(word.text)` is the virtual MAC interface of line \($0.line) already" }
                    ?? "`\(word.text)` is the instance's own interface",
                consequence: "the daemon makes this interface itself, one for each instance",
                fix: "use_vmac vrrp.\(instance.virtualRouterID.rawValue)")
            return nil
        }
        return word.text
    }

    /// Five octets, which the VRID follows, or six.
    private mutating func virtualAddress(_ word: Word, _ instance: Instance) -> HardwareAddress? {
        let usual = HardwareAddress.virtual(instance.virtualRouterID, instance.family)
        var parts = word.text.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 6, parts[5].isEmpty { parts.removeLast() }
        let octets = parts.compactMap { $0.utf8.count <= 2 ? UInt8($0, radix: 16) : nil }
        guard octets.count == parts.count, octets.count == 5 || octets.count == 6 else {
            reportAddress(word, "`\(word.text)` is not a MAC address: 5 or 6 octets", usual)
            return nil
        }
        let all = octets.count == 6 ? octets : octets + [instance.virtualRouterID.rawValue]
        let address = HardwareAddress(rawValue: all.reduce(0) { $0 << 8 | UInt64($1) })
        if address.isGroup || address.rawValue == 0 {
            reportAddress(word, "`\(word.text)` is \(address.isGroup ? "the address of a group" : "no address")", usual)
            return nil
        }
        if address.isOfVirtualRouter, address != usual {
            reportAddress(word, "`\(address)` is the address of another virtual router (RFC 9568 section 7.3)", usual)
            return nil
        }
        return address
    }

    private mutating func reportAddress(_ word: Word, _ message: String, _ usual: HardwareAddress) {
        report(
            .error, "bad-virtual-mac", at: word.location, message,
            consequence: "keepalived would take \(usual), and the two routers perhaps not the same", fix: "\(usual)")
    }

    /// False, and reported, when there is a word that would do something which is not done.
    private mutating func checkVirtualWords(_ words: [Word], _ setting: Setting) -> Bool {
        let name = Self.interfaceWord(words)
        var rest = words.filter { $0.text != "name" && $0 != name }[...]
        var hasAddress = false
        while let word = rest.popFirst() {
            if word.text.contains(":"), !hasAddress {
                hasAddress = true
                continue
            }
            let isKnown = word.text == "group" || word.text == "netlink_notify_msg"
            report(
                .error, isKnown ? "not-supported-yet" : "bad-value", at: word.location,
                isKnown
                    ? "`\(word.text)` is not supported yet by Understudy"
                    : "`\(word.text)` is too much: `use_vmac` takes one name and one MAC address",
                consequence: word.text == "group"
                    ? "without it the interface is in the default group"
                    : "without it nothing else is different",
                fix: "use_vmac" + (name.map { " \($0.text)" } ?? ""))
            return false
        }
        return true
    }

    // MARK: Between instances

    /// Two interfaces of one MAC address cannot be up above the same one, and what the daemon makes is nobody's to watch.
    ///
    /// - Parameter claimed: which instances before it have which MAC address above which interface.
    mutating func checkVirtualMAC(_ instance: Instance, among claimed: inout [LinkClaim: String]) {
        guard instance.hasVirtualLinks else { return }
        for link in instance.virtualLinks {
            let claim = LinkClaim(base: link.base, hardwareAddress: link.hardwareAddress)
            guard let other = claimed.updateValue(instance.name, forKey: claim) else { continue }
            let isUsual = link.hardwareAddress.isOfVirtualRouter
            report(
                .error, "virtual-mac-twice", at: link.location,
                "instance `\(other)` has the MAC address \(link.hardwareAddress) on `\(link.base)` too",
                consequence: "only one of the two interfaces could be up, and its instance MASTER",
                fix: isUsual
                    ? "virtual_router_id N   # another one in one of the two, on all routers"
                    : "use_vmac \(link.interface)   # without a MAC address")
        }
        for tracked in instance.trackedInterfaces {
            guard let base = instance.base(of: tracked.name) else { continue }
            report(
                .error, "tracked-virtual-interface", at: tracked.location,
                "`\(tracked.name)` is the instance's own virtual MAC interface",
                consequence: "it is up while this host is MASTER only, so the instance would never take part",
                fix: "\(base)   # which is watched in any case")
        }
    }

    /// A MAC address above an interface.
    struct LinkClaim: Hashable {
        var base: String
        var hardwareAddress: HardwareAddress
    }
}
