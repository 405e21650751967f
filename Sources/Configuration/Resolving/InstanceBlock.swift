internal import VRRPCore
internal import VRRPWire

/// An address line once read, and where it stood.
struct WrittenAddress: Equatable {
    var address: VirtualAddress
    var location: SourceLocation
    /// `track_group`, of static ones.
    var trackGroup: Word?
    /// Its interface is the one that its line names.
    var namesInterface = false
    /// `use_vmac` on its line.
    var usesVirtualMAC = false

    /// Whether it is on the instance's own interface, or on the one that `use_vmac` makes above that.
    func isOnOwnInterface(of instance: Instance) -> Bool {
        !namesInterface || address.interface == instance.interface
            || address.interface == instance.virtualMAC?.interface
    }

    /// Whether it is there, and of the instance's family.
    func isAtHome(in instance: Instance) -> Bool {
        address.address.family == instance.family && isOnOwnInterface(of: instance)
    }
}

extension Resolver {
    /// Reads a `vrrp_instance` block.
    ///
    /// An instance without interface or VRID is reported and left out of the model.
    mutating func resolveInstance(_ statement: Statement) {
        guard let name = instanceName(statement) else { return }
        let contents = read(statement.children ?? [], in: .instance)
        let interface = ownInterface(contents, name, at: statement)
        let id = virtualRouterID(contents, name, at: statement)
        var held = addresses(contents, interface: interface?.text ?? "")
        let family = held.advertised.first?.address.address.family ?? routerFamily(contents) ?? .v4
        reportNativeIPv6(contents, family)
        reportExtraAdvert(contents, "higher_prio_send_advert")
        let version = version(contents, family: family)
        let priority = priority(contents)
        // Made with stand-ins where something is missing, so that the rest of the block is still looked at.
        var instance = Instance(
            name: name, location: statement.location, interface: interface?.text ?? "",
            interfaceLocation: interface?.location ?? statement.location,
            virtualRouterID: id ?? VirtualRouterID(1) ?? Self.anyID, family: family, version: version,
            priority: Priority(UInt8(priority)))
        instance.initialState = initialState(contents, priority: priority)
        let isStrict = isStrict(contents)
        if isStrict { resolveStrictState(&instance, contents) }
        instance.advertisementInterval = advertisementInterval(contents, version: version)
        instance.downTimerAdverts = downTimerAdverts(contents)
        instance.checksum = checksum(contents) ?? defaults.checksum
        instance.announcements = announcements(contents, prefix: "garp_", basis: defaults.announcements)
        resolveRivals(&instance, contents)
        resolvePreemption(&instance, contents)
        resolveLease(&instance, contents)
        instance.standbyNotice = contents.boolean("standby_notice") ?? defaults.standbyNotice
        instance.notifications = notifications(contents, in: .instance)
        resolveTransport(&instance, contents)
        resolveSourceTracking(&instance, contents)
        checkTimerExpiry(contents)
        resolveOldChecksum(&instance, contents)
        if !isStrict { resolveAuthentication(&instance, contents) }
        resolveKeyedAuthentication(&instance, contents)
        resolveVirtualMAC(&instance, &held, contents, isStrict: isStrict)
        resolveAddressLinks(&instance, &held, contents)
        resolveExtraAnnouncements(&instance, contents)
        place(held, in: &instance, contents)
        checkRouterAddresses(instance, contents)
        resolveRoutes(&instance, contents)
        resolveRules(&instance, contents)
        resolveOwnLink(&instance, contents)
        resolveAcceptance(&instance, contents, isStrict: isStrict)
        if isStrict { resolveStrictMode(&instance, contents) }
        instance.told = toldSettings(contents, isStrict: isStrict)
        resolvePromotion(&instance, contents)
        instance.trackedInterfaces = trackedInterfaces(contents, of: instance)
        dropWeightsOfNeeded(&instance)
        instance.trackedScripts = trackedScripts(contents)
        instance.trackedProcesses = trackedProcesses(contents)
        instance.trackedFiles = trackedFiles(contents)
        instance.trackedSessions = trackedSessions(contents)
        if !grouped.contains(name) { checkWeights(&instance) }
        guard interface != nil, id != nil, !isSameAgain(instance) else { return }
        if let last = model.instances.last { instance.shareSettings(with: last) }
        model.instances.append(instance)
    }

    /// Whether it is the same virtual router as the other block of its name, which the name has said.
    ///
    /// One without a name of its own is held against nobody either: others would be told to make room for a name that is ours.
    private mutating func isSameAgain(_ instance: Instance) -> Bool {
        if secondNames["vrrp_instance \(instance.name)"] == instance.name { return true }
        guard let name = sharedName(of: "vrrp_instance", instance.name) else { return false }
        for index in positions.count..<model.instances.count { positions.of[model.instances[index].name] = index }
        positions.count = model.instances.count
        guard let first = positions.of[name].map({ model.instances[$0] }) else { return false }
        return first.virtualRouterID == instance.virtualRouterID && first.family == instance.family
            && first.interface == instance.interface
    }

    private mutating func resolvePromotion(_ instance: inout Instance, _ contents: BlockContents) {
        guard let setting = contents["promote_secondaries"] else { return }
        instance.promotesSecondaries = true
        guard portable, instance.virtualMAC != nil else { return }
        report(
            .note, "no-effect", at: setting.location, "`promote_secondaries` has no effect beside `use_vmac`",
            consequence: "keepalived sets it there in any case, and complains", fix: "remove the line",
            passesKeepalived: false)
    }

    private static let anyID: VirtualRouterID = {
        guard let id = VirtualRouterID(1) else { preconditionFailure("1 is a VRID") }
        return id
    }()

    private mutating func instanceName(_ statement: Statement) -> String? {
        guard let word = statement.arguments.first else { return nil }
        guard let earlier = definedInstances[word.text] else {
            definedInstances[word.text] = word.location
            return word.text
        }
        let instances = definedInstances
        return reportDuplicate(
            statement, word, earlier: earlier,
            consequence: "keepalived would ignore this second block, and its addresses would be missing"
        ) { instances[$0] != nil }
    }

    private mutating func ownInterface(_ contents: BlockContents, _ name: String, at statement: Statement) -> Word? {
        guard let word = contents.words("interface")?.first else {
            if !contents.wasAttempted("interface") {
                if let word = defaults.interface { return defaultInterface(word, of: name, at: statement) }
                report(
                    .error, "missing-keyword", at: statement.location, "instance `\(name)` has no `interface` line",
                    consequence: "there is nowhere to send adverts or to hold the addresses",
                    fix: "interface eth0   # the interface that receives the traffic")
            }
            return nil
        }
        if word.text == "lo" {
            report(
                .error, "loopback-interface", at: word.location, "`interface lo` cannot work",
                consequence: "adverts on the loopback interface reach nobody, so every router would become MASTER",
                fix: "interface eth0   # the interface that the other router is reached by")
        }
        return word
    }

    private mutating func virtualRouterID(
        _ contents: BlockContents, _ name: String, at statement: Statement
    ) -> VirtualRouterID? {
        if let number = contents.integer("virtual_router_id") { return VirtualRouterID(UInt8(number)) }
        if !contents.wasAttempted("virtual_router_id") {
            report(
                .error, "missing-keyword", at: statement.location,
                "instance `\(name)` has no `virtual_router_id` line",
                consequence: "routers find each other by this number; keepalived would exit",
                fix: Self.freeID(52))
        }
        return nil
    }

    static func freeID(_ number: Int) -> String {
        "virtual_router_id \(number)   # 1 to 255, the same on both routers, unused elsewhere on this network"
    }

    /// What was suggested may be another instance's, as is known when all have been read.
    mutating func suggestFreeIDs() {
        var taken = Set(model.instances.map { Int($0.virtualRouterID.rawValue) })
        amendDiagnostics(from: 0) {
            guard $0.fix == Self.freeID(52), let free = (52...255).first(where: { !taken.contains($0) }) else { return }
            taken.insert(free)
            $0.fix = Self.freeID(free)
        }
    }

    private func routerFamily(_ contents: BlockContents) -> AddressFamily? {
        let source = contents.address("unicast_src_ip") ?? contents.address("mcast_src_ip")
        if let source { return source.family }
        for line in contents.lines("unicast_peer") {
            if let peer = IPAddress(line.keyword.text) { return peer.family }
        }
        return nil
    }

    private mutating func version(_ contents: BlockContents, family: AddressFamily) -> ProtocolVersion {
        let written = contents.integer("version").flatMap { ProtocolVersion(rawValue: UInt8($0)) }
        if family == .v4 { return written ?? defaults.version ?? .v2 }
        if written == .v2, let setting = contents["version"] {
            report(
                .error, "version-2-with-ipv6", at: setting.valueLocation, "VRRPv2 knows no IPv6 addresses",
                consequence: "keepalived would send adverts that only keepalived understands", fix: "version 3")
        }
        return .v3
    }

    private mutating func priority(_ contents: BlockContents) -> Int {
        if let priority = contents.integer("priority") {
            if priority == 255, let setting = contents["priority"] {
                report(
                    .note, "owner-priority", at: setting.valueLocation,
                    "priority 255 says that the virtual addresses are this host's own",
                    consequence: "it becomes MASTER at once, takes over from everyone, and checks with a weight do not "
                        + "count", fix: "priority 254   # unless the addresses really are its own")
            }
            return priority
        }
        guard contents.word("state") == "MASTER", !contents.wasAttempted("priority"), let state = contents["state"]
        else { return 100 }
        report(
            .warning, "master-without-priority", at: state.location,
            "`state MASTER` without a `priority` line means priority 255",
            consequence:
                "the router claims to own the addresses: it becomes MASTER at once, takes over from everyone, and "
                + "checks with a weight do not count", fix: "priority 150")
        return 255
    }

    private mutating func initialState(_ contents: BlockContents, priority: Int) -> Instance.InitialState {
        var state: Instance.InitialState?
        for setting in contents.all("state") { state = initialState(setting, after: state, contents) }
        return state ?? (priority == 255 ? .master : .backup)
    }

    /// keepalived: BACKUP after MASTER is ignored.
    private mutating func initialState(
        _ setting: Setting, after earlier: Instance.InitialState?, _ contents: BlockContents
    ) -> Instance.InitialState {
        guard let word = setting.statement.arguments.first else { return earlier ?? .backup }
        switch word.text {
        case "MASTER": return .master
        case "BACKUP":
            guard earlier == .master else { return .backup }
            report(
                .warning, "no-effect", at: setting.valueLocation, "`state BACKUP` after `state MASTER` is ignored",
                consequence: "MASTER stays, in keepalived too", fix: "remove one of the two lines",
                passesKeepalived: false)
            return .master
        default:
            let isMaster = ["master", "active", "primary"].contains(word.text.lowercased())
            // Without a priority `state MASTER` would mean 255.
            let master = contents.wasAttempted("priority") ? "state MASTER" : "state MASTER\npriority 150"
            report(
                .warning, "unknown-state", at: setting.valueLocation, "`\(word.text)` is not a state: MASTER or BACKUP",
                consequence: "it counts as BACKUP; the priority decides in any case",
                fix: isMaster ? master : "state BACKUP")
            return .backup
        }
    }

    private func downTimerAdverts(_ contents: BlockContents) -> UInt64 {
        contents.integer("down_timer_adverts").map { UInt64($0) } ?? defaults.downTimerAdverts
    }

    private mutating func advertisementInterval(
        _ contents: BlockContents, version: ProtocolVersion
    ) -> Centiseconds {
        guard let written = contents.interval("advert_int"), let setting = contents["advert_int"] else {
            return .oneSecond
        }
        let unit: UInt64 = version == .v2 ? 1_000_000_000 : 10_000_000
        let units = max(1, (written.nanoseconds + unit / 2) / unit)
        let kept = Interval(nanoseconds: units * unit)
        if version == .v3, kept > Interval(.maximumV3) {
            report(
                .error, "out-of-range", at: setting.valueLocation,
                "`advert_int \(written.decimalSeconds)` is more than VRRPv3 can say: 40.95 s",
                consequence: "the interval on the wire would be another one", fix: "advert_int 40.95")
            return .maximumV3
        }
        if kept != written {
            report(
                .warning, "rounded-interval", at: setting.valueLocation,
                "`advert_int \(written.decimalSeconds)` becomes \(kept.decimalSeconds) s: VRRPv\(version.rawValue) "
                    + "counts " + (version == .v2 ? "whole seconds" : "hundredths of a second"),
                consequence:
                    "a dead MASTER is noticed after about \((kept * downTimerAdverts(contents)).decimalSeconds) s; keepalived rounds alike",
                fix: version == .v2
                    ? "version 3   # on all routers; or advert_int \(kept.decimalSeconds)"
                    : "advert_int \(kept.decimalSeconds)")
        }
        return Centiseconds(Int(kept.nanoseconds / 10_000_000)) ?? .oneSecond
    }
}
