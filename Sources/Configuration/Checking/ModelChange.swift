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
        case instance(old: Instance?, new: Instance?)
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
/// Instances are matched by VRID, family, interface, transport and source, not by name, so that a renamed one keeps its
/// state (keepalived: reload). Anything else is an instance removed and another one added.
public func changes(from old: Model, to new: Model) -> [Change] {
    var changes: [Change] = []
    let global = globalSentences(old.global, new.global)
    if !global.isEmpty {
        changes.append(Change(subject: .global(old: old.global, new: new.global), sentences: global))
    }
    changes += pairs(old.scripts, new.scripts, by: \.name).compactMap(scriptChange)
    changes += pairs(old.processes, new.processes, by: \.name).compactMap(processChange)
    changes += pairs(old.instances, new.instances, by: \.identity).compactMap(instanceChange)
    return changes
}

/// What makes an instance the same one across a reload.
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
        let isUnicast = transport != .multicast
        return InstanceIdentity(
            virtualRouterID: virtualRouterID, family: family, interface: interface, isUnicast: isUnicast,
            unicastSource: isUnicast ? sourceAddress : nil)
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
    list.add("vrrp_garp_interval", old.gratuitousARPSpacing, new.gratuitousARPSpacing)
    list.add("vrrp_gna_interval", old.neighborAdvertisementSpacing, new.neighborAdvertisementSpacing)
    let (before, after) = (old.scheduling, new.scheduling)
    list.add("vrrp_priority", before.niceValue.text, after.niceValue.text)
    list.add("vrrp_rt_priority", before.realTimePriority.text, after.realTimePriority.text)
    list.add("vrrp_no_swap", before.locksMemory.onOff, after.locksMemory.onOff)
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

private func instanceChange(_ old: Instance?, _ new: Instance?) -> Change? {
    let subject = Change.Subject.instance(old: old, new: new)
    guard let name = new?.name ?? old?.name else { return nil }
    var list = Sentences(subject: "instance \(name)")
    guard let old, let new else { return Change(subject: subject, sentences: list.presence(added: new != nil)) }
    list.compare(old, new)
    return list.lines.isEmpty ? nil : Change(subject: subject, sentences: list.lines)
}
