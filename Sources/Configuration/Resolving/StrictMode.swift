internal import VRRPCore
internal import VRRPWire

/// `vrrp_strict` and `strict_mode`.
///
/// keepalived 2.2.7: what the RFC does not know is reset with a message, or the instance is refused.
extension Resolver {
    func isStrict(_ contents: BlockContents) -> Bool { contents.boolean("strict_mode") ?? defaults.isStrict }

    private mutating func reset(
        _ setting: Setting?, _ message: String, consequence: String, fix: String = "remove the line"
    ) {
        guard let setting else { return }
        report(.warning, "strict-mode", at: setting.location, message, consequence: consequence, fix: fix)
    }

    /// `state MASTER` belongs to the owner of the addresses, and to nobody else.
    mutating func resolveStrictState(_ instance: inout Instance, _ contents: BlockContents) {
        let isOwner = instance.priority == .owner
        guard isOwner != (instance.initialState == .master) else { return }
        instance.initialState = isOwner ? .master : .backup
        reset(
            contents["state"],
            isOwner
                ? "`state BACKUP` is ignored in strict mode with priority 255"
                : "`state MASTER` is ignored in strict mode without priority 255",
            consequence: "strict mode leaves MASTER at the start to the owner of the addresses",
            fix: isOwner ? "state MASTER" : "state BACKUP")
    }

    /// Everything else that strict mode does not know.
    mutating func resolveStrictMode(_ instance: inout Instance, _ contents: BlockContents) {
        if contents.has("authentication") {
            instance.password = nil
            reset(
                contents["authentication"], "`authentication` is ignored in strict mode",
                consequence: "adverts go without a password, and those with one are not believed",
                fix: "remove the block, or strict_mode off   # the same on all routers")
        }
        if instance.preemptDelay > .zero {
            instance.preemptDelay = .zero
            reset(
                contents["preempt_delay"], "`preempt_delay` is ignored in strict mode",
                consequence: "the router takes the addresses back as soon as it returns")
        }
        if instance.downTimerAdverts != VirtualRouter.Configuration.usualDownTimerAdverts {
            instance.downTimerAdverts = VirtualRouter.Configuration.usualDownTimerAdverts
            reset(
                contents["down_timer_adverts"], "`down_timer_adverts` is ignored in strict mode",
                consequence: "a BACKUP takes over when three adverts are missing")
        }
        for name in ["garp_lower_prio_repeat", "garp_lower_prio_delay"] where contents.integer(name) ?? 0 != 0 {
            reset(
                contents[name], "`\(name)` is ignored in strict mode",
                consequence: "nothing is announced when a lower-priority MASTER is heard")
        }
        instance.announcements.contestedRepeats = 0
        instance.announcements.contestedDelay = .zero
        if contents.boolean("lower_prio_no_advert") == false {
            reset(
                contents["lower_prio_no_advert"], "`lower_prio_no_advert off` is ignored in strict mode",
                consequence: "a MASTER of lower priority is not answered before the next advert is due")
        }
        instance.answersLowerPriority = false
        refuseInStrictMode(instance, contents)
    }

    /// What keepalived would not run.
    private mutating func refuseInStrictMode(_ instance: Instance, _ contents: BlockContents) {
        if instance.transport != .multicast {
            report(
                .error, "strict-mode", at: contents["unicast_peer"]?.location ?? instance.location,
                "unicast is not allowed in strict mode",
                consequence: "it is not done here; keepalived 2.2.7 runs it all the same, and later versions exit",
                fix: "strict_mode off   # or multicast, without the unicast_peer block", passesKeepalived: true)
        }
        if let mode = instance.keyed?.mode, mode != .enforce {
            report(
                .error, "strict-mode", at: instance.keyedLocation ?? instance.location,
                "`auth_hmac` in strict mode is `mode enforce`, and here it is `\(mode.rawValue)`",
                consequence: "keepalived would not sign, and believe everybody", fix: "mode enforce")
        }
        // With version 3 that is an error in any case.
        guard instance.addresses.isEmpty, instance.version == .v2 || instance.hasNoAddresses,
            contents.lines("virtual_ipaddress").isEmpty
        else { return }
        report(
            .error, "strict-mode", at: contents["no_virtual_ipaddress"]?.location ?? instance.location,
            "instance `\(instance.name)` has no virtual address, and strict mode demands one",
            consequence: "keepalived would exit", fix: "virtual_ipaddress { ADDRESS/PREFIX }")
    }

    // MARK: The classic outage

    /// Remembers an instance whose traffic is dropped by nothing but strict mode.
    mutating func noteStrictDrop(_ instance: Instance, _ contents: BlockContents) {
        if let setting = contents["strict_mode"] {
            return reportStrictDrop([instance.name], setting.location, "strict_mode")
        }
        strictlySilent.append(instance.name)
    }

    /// keepalived 2.2.7 reads `vrrp_strict off` as `vrrp_strict`, so what it says of strict mode is said.
    mutating func reportStrictOff(_ contents: BlockContents) {
        guard contents.boolean("vrrp_strict") == false, let setting = contents["vrrp_strict"],
            let word = setting.statement.arguments.first
        else { return }
        defaults.isStrict = true
        report(
            .warning, "newer-keyword", at: setting.location,
            "`vrrp_strict \(word.text)` is strict mode in keepalived 2.2.7",
            consequence: "it takes no notice of what follows the keyword", fix: "remove the line",
            passesKeepalived: true)
    }

    /// Says once of `vrrp_strict` whose traffic it drops.
    mutating func reportStrictDrops() {
        guard let location = strictLocation, !strictlySilent.isEmpty else { return }
        reportStrictDrop(strictlySilent, location, "vrrp_strict")
    }

    private mutating func reportStrictDrop(_ names: [String], _ location: SourceLocation, _ keyword: String) {
        let list = names.prefix(4).map { "`\($0)`" }.joined(separator: ", ")
        let more = names.count > 4 ? " and \(names.count - 4) more" : ""
        report(
            .warning, "strict-drops-traffic", at: location,
            "`\(keyword)` drops all packets to the virtual addresses of \(list)\(more)",
            consequence:
                "they answer no ping, and no service of this host can be reached by them; nearly every file that has the line "
                + "copied it from a sample",
            fix: "remove the line; or, with version 3, accept   # in the vrrp_instance; no_accept if that is meant")
    }
}
