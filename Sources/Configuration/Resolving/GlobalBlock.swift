internal import VRRPCore
internal import VRRPWire

/// What `global_defs` says about instances that do not say it themselves.
struct GlobalDefaults: Equatable {
    /// `default_interface`, and where it was written.
    var interface: Word?
    var version: ProtocolVersion?
    var checksum = Instance.ChecksumPreference.follow
    var announcements = AnnouncementPolicy()
    var extraAnnouncements = ExtraAnnouncements()
    var lease = LeasePolicy.automatic
    var leaseLocation: SourceLocation?
    var standbyNotice = false
    var notifications = Notifications()
    var told = ToldSettings()
    /// What the file says of the groups.
    var groups: [AddressFamily: IPAddress] = [:]
    var answersLowerPriority = true
    var ownerListens = true
    /// `vrrp_strict`.
    var isStrict = false
    /// `vrrp_rx_bufs_policy` with a number.
    var receiveBuffer: Int?
    var downTimerAdverts = VirtualRouter.Configuration.usualDownTimerAdverts
}

extension Resolver {
    /// All `global_defs` blocks together: keepalived reads them as one.
    mutating func resolveGlobals(_ file: BlockContents) {
        let contents = read(file.lines("global_defs"), in: .globalDefs)
        model.global.routerID = contents.word("router_id")
        model.global.scriptUser = contents.user("script_user")
        model.global.scriptSecurity = contents.has("enable_script_security")
        model.global.gratuitousARPSpacing = contents.interval("vrrp_garp_interval") ?? .zero
        model.global.neighborAdvertisementSpacing = contents.interval("vrrp_gna_interval") ?? .zero
        resolveInterfaces(contents)
        model.global.startupDelay = contents.interval("vrrp_startup_delay") ?? .zero
        model.global.delayAfterBoot = contents.interval("vrrp_delay_after_boot") ?? .zero
        resolveScheduling(contents)
        defaults.version = contents.integer("vrrp_version").flatMap { ProtocolVersion(rawValue: UInt8($0)) }
        defaults.checksum = checksum(contents) ?? .follow
        defaults.announcements = globalAnnouncements(contents)
        defaults.extraAnnouncements =
            extraAnnouncements(contents, "vrrp_garp_extra_if", formerly: "vrrp_vmac_garp_intvl")
            ?? ExtraAnnouncements()
        defaults.lease = lease(contents) ?? .automatic
        defaults.leaseLocation = contents["lease"]?.location
        defaults.standbyNotice = contents.boolean("standby_notice") ?? false
        reportExtraAdvert(contents, "vrrp_higher_prio_send_advert")
        defaults.answersLowerPriority = !(contents.boolean("vrrp_lower_prio_no_advert") ?? false)
        defaults.ownerListens = !(contents.boolean("vrrp_owner_ignore_adverts") ?? false)
        defaults.groups[.v4] = group(contents, "vrrp_mcast_group4", .v4)
        defaults.groups[.v6] = group(contents, "vrrp_mcast_group6", .v6)
        resolveProcess(contents)
        resolveFIFOs(contents)
        resolveMail(contents)
        resolveDumps(contents)
        resolveStatics(file)
        resolvePacketFilter(contents)
        resolveVirtualMACPrefix(contents)
        defaults.isStrict = contents.boolean("vrrp_strict") ?? false
        if portable { reportStrictOff(contents) }
        strictLocation = contents["vrrp_strict"]?.location
        defaults.downTimerAdverts =
            contents.integer("vrrp_down_timer_adverts").map { UInt64($0) } ?? defaults.downTimerAdverts
        for name in ["vrrp_garp_interval", "vrrp_gna_interval"] {
            if let spacing = contents.interval(name) { checkSpacing(spacing, name, contents) }
        }
    }

    mutating func checkSpacing(_ spacing: Interval, _ name: String, _ contents: BlockContents) {
        guard spacing >= .seconds(1), let setting = contents[name] else { return }
        report(
            .warning, "slow-announcements", at: setting.valueLocation,
            "`\(name) \(spacing.decimalSeconds)` spaces announcements by a second or more",
            consequence: "after a takeover neighbours learn of the later addresses only after that time",
            fix: "\(name) 0.001")
    }

    func checksum(_ contents: BlockContents) -> Instance.ChecksumPreference? {
        contents.boolean("v3_checksum_as_v2").map { $0 ? .messageOnly : .pseudoHeader }
    }

    /// Lower-priority announcements follow the *global* master ones, not those of the instance (keepalived:
    /// set_default_values at the end of reading).
    private func globalAnnouncements(_ contents: BlockContents) -> AnnouncementPolicy {
        var policy = AnnouncementPolicy()
        if contents.boolean("vrrp_min_garp") == true {
            policy.repeats = 1
            policy.delay = .zero
        }
        policy.repeats = contents.integer("vrrp_garp_master_repeat") ?? policy.repeats
        policy.delay = contents.wholeSeconds("vrrp_garp_master_delay") ?? policy.delay
        policy.contestedRepeats = policy.repeats
        policy.contestedDelay = policy.delay
        return announcements(contents, prefix: "vrrp_garp_", basis: policy)
    }

    /// The announcement keywords of a block, over what applies where it says nothing.
    func announcements(
        _ contents: BlockContents, prefix: String, basis: AnnouncementPolicy
    ) -> AnnouncementPolicy {
        var policy = basis
        policy.repeats = contents.integer(prefix + "master_repeat") ?? policy.repeats
        policy.delay = contents.wholeSeconds(prefix + "master_delay") ?? policy.delay
        policy.refresh = contents.wholeSeconds(prefix + "master_refresh") ?? policy.refresh
        policy.refreshRepeats = contents.integer(prefix + "master_refresh_repeat") ?? policy.refreshRepeats
        policy.contestedDelay = contents.wholeSeconds(prefix + "lower_prio_delay") ?? policy.contestedDelay
        policy.contestedRepeats = contents.integer(prefix + "lower_prio_repeat") ?? policy.contestedRepeats
        return policy
    }
}

extension BlockContents {
    fileprivate func wholeSeconds(_ name: String) -> Interval? {
        integer(name).map { .seconds(UInt64($0)) }
    }
}
