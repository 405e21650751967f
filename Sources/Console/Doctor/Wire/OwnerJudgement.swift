package import Configuration
package import Control
internal import VRRPCore
package import VRRPWire

/// What is known of who has an instance's addresses.
package struct OwnerContext: Sendable {
    package var instance: Instance
    /// The addresses of this host by interface.
    package var assigned: [String: Set<IPAddress>]
    /// The link-layer addresses of this host: an answer from one of them is its own.
    package var ownHardware: Set<HardwareAddress>
    /// The addresses of this host by interface when the listening began.
    package var assignedBefore: [String: Set<IPAddress>]
    /// What the daemon says of the instance; nil without a daemon.
    package var status: InstanceStatus?

    /// - Parameter assignedBefore: nil for the same as in the end.
    package init(
        instance: Instance, assigned: [String: Set<IPAddress>], ownHardware: Set<HardwareAddress>,
        assignedBefore: [String: Set<IPAddress>]? = nil
    ) {
        self.instance = instance
        self.assigned = assigned
        self.ownHardware = ownHardware
        self.assignedBefore = assignedBefore ?? assigned
    }
}

/// Who answers for each virtual address: this host, another, both, or nobody.
package func judgeOwners(_ wire: WireFacts, _ context: OwnerContext) -> [Finding] {
    let instance = context.instance
    return (instance.addresses + instance.excludedAddresses).map { held in
        let subject = "\(instance.name) \(held.address)"
        if let reason = wire.failure(held.interface) {
            return Finding(
                .oneOwner, .unknown, of: subject, "it is not known who has \(held.address)", evidence: [reason])
        }
        guard wire.asked.contains(held.address) else {
            return Finding(
                .oneOwner, .unknown, of: subject, "it is not known who has \(held.address)",
                evidence: ["\(held.interface) has no link-local address to ask from, or no Ethernet address"])
        }
        return judge(held, subject, wire, context)
    }
}

private func judge(
    _ held: VirtualAddress, _ subject: String, _ wire: WireFacts, _ context: OwnerContext
) -> Finding {
    let address = held.address
    let claims = AddressClaim.others(of: held, wire, context)
    let isHere = context.assigned[held.interface]?.contains(address) ?? false
    let isElsewhereHere = !isHere && context.assigned.values.contains { $0.contains(address) }
    let question = address.family == .v4 ? "ARP probes" : "neighbour solicitations"
    let others = claims.map { "\($0.name) answers for \(address)" }
    if claims.count + (isHere ? 1 : 0) > 1 {
        if let moved = judgeMove(of: held, subject, claims, isHere: isHere, wire, context) { return moved }
        return twoOwners(of: held, subject, claims, isHere: isHere)
    }
    if isElsewhereHere {
        return Finding(
            .addressStateWrong, .warning, of: subject,
            "\(address) is on another interface of this host than \(held.interface)",
            evidence: others, consequence: "the daemon neither keeps nor removes it there",
            remedy: .advice("remove it there: ip address del \(address)/PREFIX dev INTERFACE"))
    }
    if claims.isEmpty, !isHere {
        return Finding(
            .noOwner, .problem, of: subject, "nobody has \(address)",
            evidence: [
                "no answer to \(question) on \(held.interface) in \(wire.secondsInWords)", "it is not on this host",
            ],
            consequence: "what is served there cannot be reached",
            remedy: .advice(adviceOnNoOwner(of: held, wire, context)))
    }
    return Finding(
        .oneOwner, .ok, of: subject, isHere ? "only this host has \(address)" : "one other host has \(address)",
        evidence: isHere ? ["nobody else answered \(question) in \(wire.secondsInWords)"] : others)
}

/// What mends an address that nobody has: nobody serves, or who serves does not have it.
private func adviceOnNoOwner(of held: VirtualAddress, _ wire: WireFacts, _ context: OwnerContext) -> String {
    let (name, address) = (context.instance.name, held.address)
    switch context.status?.state {
    case .active?:
        return "\(name) is active on this host, and the kernel has not taken \(address): the daemon's log says why "
            + "(journalctl -u understudy); correct how it is written in the file of \(name), then: understudy reload"
    case .standby?:
        guard let active = context.status?.activeRouter?.address else { break }
        let last = wire.adverts.last {
            $0.place != .leaving && "\($0.source)" == active
                && $0.virtualRouterID == context.instance.virtualRouterID.rawValue
        }
        if context.instance.addresses.contains(where: { $0.address == address }), let last,
            !last.addresses.contains(address)
        {
            return "\(active) is active and does not advertise \(address): make `virtual_ipaddress` of \(name) the "
                + "same on both hosts; then understudy reload where it was changed"
        }
        return "\(active) is active and does not answer for \(address): understudy status and understudy doctor there "
            + "say why; `virtual_ipaddress` and `virtual_ipaddress_excluded` of \(name) must be the same on both hosts"
    case .fault?, .waiting?:
        return "\(name) takes no part here, and understudy status says what it waits for: mend that, or start the "
            + "daemon on the other host (systemctl start understudy)"
    case .handingOver?, .stopped?, nil: break
    }
    return "start the daemon on a host of this pair (systemctl start understudy); understudy status says what it waits "
        + "for"
}

private func twoOwners(
    of held: VirtualAddress, _ subject: String, _ claims: [AddressClaim], isHere: Bool
) -> Finding {
    let address = held.address
    let others = claims.map { "\($0.name) answers for \(address)" }
    let consequence = "clients reach the one or the other at random, and connections break"
    guard isHere else {
        return Finding(
            .twoOwners, .problem, of: subject, "\(claims.count) hosts answer for \(address)", evidence: others,
            consequence: consequence,
            remedy: .advice("run understudy doctor on them; a stranger needs another address"))
    }
    return Finding(
        .twoOwners, .problem, of: subject, "\(address) is on this host, and another host answers for it as well",
        evidence: ["\(address) is on \(held.interface) of this host"] + others, consequence: consequence,
        remedy: .advice(adviceOnTwoOwners(areSilent: claims.allSatisfy(\.senders.isEmpty))))
}

private func adviceOnTwoOwners(areSilent: Bool) -> String {
    areSilent
        ? "it sends no adverts: if it is the other host of this pair, its daemon does not run and left the address "
            + "behind, or its adverts do not arrive here: understudy status and understudy doctor there, and "
            + "systemctl start understudy, which removes what was left; if it is a stranger, one of the two "
            + "needs another address"
        : "if it is the other host of this pair, they do not hear each other: the findings above say why; if it is a "
            + "stranger, one of the two needs another address"
}
