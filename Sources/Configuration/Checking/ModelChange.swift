internal import VRRPCore
public import VRRPWire

/// One difference between the configuration that runs and the one that shall run.
public struct Change: Equatable, Sendable {
    /// What changed, with both sides.
    ///
    /// Nil on one side means added or removed.
    public enum Subject: Equatable, Sendable {
        case global(old: GlobalSettings, new: GlobalSettings)
        case script(old: ScriptCheck?, new: ScriptCheck?)
        case process(old: ProcessCheck?, new: ProcessCheck?)
        case file(old: FileCheck?, new: FileCheck?)
        case session(old: BFDCheck?, new: BFDCheck?)
        case instance(old: Instance?, new: Instance?)
        case group(old: SyncGroupSettings?, new: SyncGroupSettings?)
    }

    public var subject: Subject
    /// What changed, in the operator's words, one line each: `instance VI_1: priority 101 -> 90`.
    public var sentences: [String]

    public init(subject: Subject, sentences: [String]) {
        self.subject = subject
        self.sentences = sentences
    }
}

/// What a reload has to do.
///
/// Where a thing was written does not count; empty when the files mean the same.
///
/// Instances are matched as ``predecessors(of:in:)`` says. Anything else is an instance removed and another one added.
public func changes(from old: Model, to new: Model) -> [Change] {
    var changes: [Change] = []
    let global = globalSentences(old.global, new.global)
    if !global.isEmpty {
        changes.append(Change(subject: .global(old: old.global, new: new.global), sentences: global))
    }
    changes += pairs(old.scripts, new.scripts, by: \.name).compactMap(scriptChange)
    changes += pairs(old.processes, new.processes, by: \.name).compactMap(processChange)
    changes += pairs(old.files, new.files, by: \.name).compactMap(fileChange)
    changes += pairs(old.sessions, new.sessions, by: \.name).compactMap(sessionChange)
    let places = predecessors(of: new.instances, in: old.instances)
    let kept = Set(places.compactMap(\.self))
    changes += old.instances.indices.filter { !kept.contains($0) }.compactMap { instanceChange(old.instances[$0], nil) }
    changes += zip(places, new.instances).compactMap { place, instance in
        instanceChange(place.map { old.instances[$0] }, instance)
    }
    changes += pairs(old.groups, new.groups, by: \.name).compactMap(groupChange)
    return changes
}

/// For each instance after a reload, where the one is that it was before; nil for a new one.
///
/// Matched by what the wire knows it by (``InstanceIdentity``), not by name, so that a renamed one keeps its state (keepalived:
/// reload). What is left is matched by name: an instance that keeps an address, and gets another VRID, interface or
/// transport, is the same to whoever runs it, and to clients.
public func predecessors(of new: [Instance], in old: [Instance]) -> [Int?] {
    let known = Dictionary(old.indices.map { (old[$0].identity, $0) }, uniquingKeysWith: { first, _ in first })
    var places = new.map { known[$0.identity] }
    let kept = Set(places.compactMap(\.self))
    let left = old.indices.filter { !kept.contains($0) }
    let names = Dictionary(left.map { (old[$0].name, $0) }, uniquingKeysWith: { first, _ in first })
    for (index, instance) in new.enumerated() where places[index] == nil {
        guard let place = names[instance.name], old[place].family == instance.family else { continue }
        let before = Set((old[place].addresses + old[place].excludedAddresses).map(\.address))
        guard (instance.addresses + instance.excludedAddresses).contains(where: { before.contains($0.address) }) else {
            continue
        }
        places[index] = place
    }
    return places
}

/// What makes an instance the same one on the wire.
public struct InstanceIdentity: Hashable, Sendable {
    public var virtualRouterID: VirtualRouterID
    public var family: AddressFamily
    public var interface: String
    /// True for unicast: the peers may change, the kind of transport may not.
    public var isUnicast: Bool
    /// The configured source of unicast adverts.
    public var unicastSource: IPAddress?
}

extension Instance {
    public var identity: InstanceIdentity {
        let isUnicast = self.transport != .multicast
        return InstanceIdentity(
            virtualRouterID: virtualRouterID, family: family, interface: interface, isUnicast: isUnicast,
            unicastSource: isUnicast ? self.sourceAddress : nil)
    }
}

/// Old and new elements with the same key; removed ones first, then in the order of the new list.
private func pairs<Element, Key: Hashable>(
    _ old: [Element], _ new: [Element], by key: (Element) -> Key
) -> [(Element?, Element?)] {
    let newKeys = Set(new.map(key))
    let removed: [(Element?, Element?)] = old.filter { !newKeys.contains(key($0)) }.map { ($0, nil) }
    return removed + new.map { element in (old.first { key($0) == key(element) }, element) }
}

private func globalSentences(_ old: GlobalSettings, _ new: GlobalSettings) -> [String] {
    var list = Sentences(subject: "global_defs")
    list.add("router_id", old.routerID ?? "host name", new.routerID ?? "host name")
    list.add("script_user", old.scriptUser.text, new.scriptUser.text)
    list.add("enable_script_security", old.scriptSecurity.onOff, new.scriptSecurity.onOff)
    list.add("default_interface", old.defaultInterface ?? "none", new.defaultInterface ?? "none")
    list.add("dynamic_interfaces", old.expectsAbsentInterfaces.onOff, new.expectsAbsentInterfaces.onOff)
    list.add("vrrp_startup_delay", old.startupDelay, new.startupDelay)
    list.add("vrrp_delay_after_boot", old.delayAfterBoot, new.delayAfterBoot)
    list.add("vrrp_garp_interval", old.gratuitousARPSpacing, new.gratuitousARPSpacing)
    list.add("vrrp_gna_interval", old.neighborAdvertisementSpacing, new.neighborAdvertisementSpacing)
    for name in (old.announcementGroups + new.announcementGroups).flatMap(\.interfaces).withoutRepeats {
        list.add("garp_group of \(name)", old.group(of: name), new.group(of: name))
    }
    for name in (old.interfaceDelays + new.interfaceDelays).map(\.interface).withoutRepeats {
        list.add("interface_up_down_delays \(name)", old.delays(of: name), new.delays(of: name))
    }
    let (before, after) = (old.scheduling, new.scheduling)
    list.add("vrrp_priority", before.niceValue.text, after.niceValue.text)
    list.add("vrrp_rt_priority", before.realTimePriority.text, after.realTimePriority.text)
    list.add("vrrp_no_swap", before.locksMemory.onOff, after.locksMemory.onOff)
    list.add("vrrp_rlimit_rttime", before.realTimeLimit.text, after.realTimeLimit.text)
    list.add("max_auto_priority", "\(before.highestAutomaticPriority)", "\(after.highestAutomaticPriority)")
    list.add("min_auto_priority_delay", before.automaticPriorityDelay, after.automaticPriorityDelay)
    list.add("vrrp_cpu_affinity", before.processorList, after.processorList)
    list.compareFIFOs(old, new)
    list.compareMail(old.mail, new.mail)
    list.compareDumps(old, new)
    list.addItems("static address", old.staticAddresses, new.staticAddresses, text: \.text)
    list.addItems("static route", old.staticRoutes, new.staticRoutes, text: \.description)
    list.addItems("static rule", old.staticRules, new.staticRules, text: \.description)
    for name in (old.trackGroups + new.trackGroups).map(\.name).withoutRepeats {
        list.add("track_group \(name)", old.trackGroup(name), new.trackGroup(name))
    }
    list.add("vmac_prefix", old.virtualMACPrefix, new.virtualMACPrefix)
    list.add("vmac_addr_prefix", old.addressLinkPrefix ?? "none", new.addressLinkPrefix ?? "none")
    list.compareProcess(old.process, new.process)
    let (filter, next) = (old.packetFilter, new.packetFilter)
    list.add("nftables", filter.table, next.table)
    list.add("nftables_priority", "\(filter.priority)", "\(next.priority)")
    list.add("nftables_counters", filter.countsPackets.onOff, next.countsPackets.onOff)
    list.add("nftables_ifindex", filter.matchesIndex.onOff, next.matchesIndex.onOff)
    return list.lines
}

private func scriptChange(_ old: ScriptCheck?, _ new: ScriptCheck?) -> Change? {
    let subject = Change.Subject.script(old: old, new: new)
    guard let name = new?.name ?? old?.name else { return nil }
    var list = Sentences(subject: "vrrp_script \(name)")
    guard let old, let new else { return Change(subject: subject, sentences: list.presence(added: new != nil)) }
    list.add("script", "\"\(old.text)\"", "\"\(new.text)\"")
    list.add("interval", old.interval, new.interval)
    list.add("timeout", old.timeout?.decimalSeconds ?? "interval", new.timeout?.decimalSeconds ?? "interval")
    list.add("weight", old.weight.text, new.weight.text)
    list.add("rise", String(old.rise), String(new.rise))
    list.add("fall", String(old.fall), String(new.fall))
    list.add("user", old.user.text, new.user.text)
    return list.lines.isEmpty ? nil : Change(subject: subject, sentences: list.lines)
}

private func processChange(_ old: ProcessCheck?, _ new: ProcessCheck?) -> Change? {
    let subject = Change.Subject.process(old: old, new: new)
    guard let name = new?.name ?? old?.name else { return nil }
    var list = Sentences(subject: "vrrp_track_process \(name)")
    guard let old, let new else { return Change(subject: subject, sentences: list.presence(added: new != nil)) }
    list.add(
        "process", ([old.process] + old.parameters).joined(separator: " "),
        ([new.process] + new.parameters).joined(separator: " "))
    list.add("param_match", old.match.text, new.match.text)
    list.add("full_command", old.fullCommand.onOff, new.fullCommand.onOff)
    list.add("weight", old.weight.text, new.weight.text)
    list.add("quorum", String(old.quorum), String(new.quorum))
    list.add(
        "quorum_max", old.quorumMaximum.map(String.init) ?? "no limit", new.quorumMaximum.map(String.init) ?? "no limit"
    )
    list.add("fork_delay", old.forkDelay, new.forkDelay)
    list.add("terminate_delay", old.terminateDelay, new.terminateDelay)
    return list.lines.isEmpty ? nil : Change(subject: subject, sentences: list.lines)
}

private func fileChange(_ old: FileCheck?, _ new: FileCheck?) -> Change? {
    let subject = Change.Subject.file(old: old, new: new)
    guard let name = new?.name ?? old?.name else { return nil }
    var list = Sentences(subject: "track_file \(name)")
    guard let old, let new else { return Change(subject: subject, sentences: list.presence(added: new != nil)) }
    list.add("file", old.path, new.path)
    list.add("weight", old.weight.text, new.weight.text)
    list.add("init_file", old.beginning.text, new.beginning.text)
    return list.lines.isEmpty ? nil : Change(subject: subject, sentences: list.lines)
}

private func instanceChange(_ old: Instance?, _ new: Instance?) -> Change? {
    let subject = Change.Subject.instance(old: old, new: new)
    guard let name = new?.name ?? old?.name else { return nil }
    var list = Sentences(subject: "instance \(name)")
    guard let old, let new else { return Change(subject: subject, sentences: list.presence(added: new != nil)) }
    list.compare(old, new)
    return list.lines.isEmpty ? nil : Change(subject: subject, sentences: list.lines)
}

private func groupChange(_ old: SyncGroupSettings?, _ new: SyncGroupSettings?) -> Change? {
    let subject = Change.Subject.group(old: old, new: new)
    guard let name = new?.name ?? old?.name else { return nil }
    var list = Sentences(subject: "vrrp_sync_group \(name)")
    guard let old, let new else { return Change(subject: subject, sentences: list.presence(added: new != nil)) }
    list.compare(old, new)
    return list.lines.isEmpty ? nil : Change(subject: subject, sentences: list.lines)
}

extension GlobalSettings {
    /// Its pace, and who shares it.
    fileprivate func group(of interface: String) -> String {
        announcementGroups.first { $0.interfaces.contains(interface) }.map { group in
            "\(group.gratuitousARPSpacing.decimalSeconds) \(group.neighborAdvertisementSpacing.decimalSeconds) ("
                + group.interfaces.joined(separator: ", ") + ")"
        } ?? "none"
    }

    fileprivate func trackGroup(_ name: String) -> String {
        trackGroups.first { $0.name == name }?.text ?? "none"
    }

    /// As it is written.
    fileprivate func delays(of interface: String) -> String {
        interfaceDelays.first { $0.interface == interface }
            .map { "\($0.down.decimalSeconds) \($0.up.decimalSeconds)" } ?? "none"
    }
}

extension [String] {
    fileprivate var withoutRepeats: [String] {
        var seen: Set<String> = []
        return filter { seen.insert($0).inserted }
    }
}

extension Scheduling {
    /// As it is written.
    fileprivate var processorList: String {
        processors.map { $0.map(String.init).joined(separator: " ") } ?? "default"
    }
}
