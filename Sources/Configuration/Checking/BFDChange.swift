internal import VRRPCore
internal import VRRPWire

/// What a reload changes of a `bfd_instance`.
func sessionChange(_ old: BFDCheck?, _ new: BFDCheck?) -> Change? {
    let subject = Change.Subject.session(old: old, new: new)
    guard let name = new?.name ?? old?.name else { return nil }
    var list = Sentences(subject: "bfd_instance \(name)")
    guard let old, let new else { return Change(subject: subject, sentences: list.presence(added: new != nil)) }
    list.add("neighbor_ip", old.neighbour.description, new.neighbour.description)
    list.add("source_ip", old.source?.description ?? "default", new.source?.description ?? "default")
    list.add("min_rx", old.requiredMinRx.decimalMilliseconds, new.requiredMinRx.decimalMilliseconds)
    list.add("min_tx", old.desiredMinTx.decimalMilliseconds, new.desiredMinTx.decimalMilliseconds)
    list.add("idle_tx", old.idleTx.decimalMilliseconds, new.idleTx.decimalMilliseconds)
    list.add("multiplier", String(old.multiplier), String(new.multiplier))
    list.add("passive", old.isPassive.onOff, new.isPassive.onOff)
    list.add("ttl", old.hopLimit.map { "\($0)" } ?? "default", new.hopLimit.map { "\($0)" } ?? "default")
    list.add("max_hops", old.maxHops.text, new.maxHops.text)
    list.add("multihop", old.isMultihop.onOff, new.isMultihop.onOff)
    list.add("vrrp", old.isForInstances.onOff, new.isForInstances.onOff)
    list.add("weight", old.weight.text, new.weight.text)
    return list.lines.isEmpty ? nil : Change(subject: subject, sentences: list.lines)
}
