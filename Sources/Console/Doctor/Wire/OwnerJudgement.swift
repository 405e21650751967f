package import Configuration
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
            remedy: .advice(
                "start the daemon on a host of this pair (systemctl start understudy); understudy status says what "
                    + "it waits for"))
    }
    return Finding(
        .oneOwner, .ok, of: subject, isHere ? "only this host has \(address)" : "one other host has \(address)",
        evidence: isHere ? ["nobody else answered \(question) in \(wire.secondsInWords)"] : others)
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
