package import Configuration
package import Control
internal import Daemon
package import VRRPCore
package import VRRPWire

/// What decides about adverts of an instance beside the adverts themselves.
package struct ReceptionContext: Sendable {
    package var instance: Instance
    package var path: AdvertPath
    /// Every address of this host.
    package var ownAddresses: Set<IPAddress>
    /// Whether this host has the instance's addresses.
    package var holdsAddresses: Bool
    /// What the firewall does to what comes in on this path; problems only.
    package var firewall: [Finding]
    package var reversePath: ReversePathFilter
    /// What the daemon says of the instance; nil without a daemon.
    package var status: InstanceStatus?
    /// Every VRID that this host is configured for on the interface and family.
    package var configuredIDs: Set<UInt8>
    /// What time it is, for `auth_hmac`; nil when that is not known.
    package var clock: AuthenticationClock?
    /// The virtual addresses of every instance of this host.
    package var virtualAddresses: Set<IPAddress> = []

    package init(
        instance: Instance, path: AdvertPath, ownAddresses: Set<IPAddress>, holdsAddresses: Bool, firewall: [Finding],
        reversePath: ReversePathFilter, status: InstanceStatus?, configuredIDs: Set<UInt8>
    ) {
        self.instance = instance
        self.path = path
        self.ownAddresses = ownAddresses
        self.holdsAddresses = holdsAddresses
        self.firewall = firewall
        self.reversePath = reversePath
        self.status = status
        self.configuredIDs = configuredIDs
    }
}

/// Whether the adverts of others reach this host's daemon and are believed, and who else uses its VRID.
package func judgeReception(_ wire: WireFacts, _ context: ReceptionContext) -> [Finding] {
    ReceptionJudge(wire: wire, context: context).findings()
}

struct ReceptionJudge {
    let wire: WireFacts
    let context: ReceptionContext

    var instance: Instance { context.instance }
    private var id: UInt8 { instance.virtualRouterID.rawValue }
    private var ours: Set<IPAddress> { Set(instance.addresses.map(\.address)) }

    /// Adverts of others on the instance's interface and family.
    func foreign(_ place: SeenAdvert.Place) -> [SeenAdvert] {
        wire.adverts(place, instance.interface, instance.family).filter { !context.ownAddresses.contains($0.source) }
    }

    func findings() -> [Finding] {
        if let reason = wire.failure(instance.interface) {
            return [
                Finding(
                    .advertsArrive, .unknown, of: instance.name,
                    "it is not known what is on the wire of \(instance.interface)", evidence: [reason])
            ]
        }
        let seen = foreign(.wire).filter { $0.virtualRouterID == id }
        let heard = foreign(.socket).filter { $0.virtualRouterID == id }
        var findings: [Finding] = []
        for source in unique((seen + heard).map(\.source)) {
            findings += judge(
                source, seen: seen.filter { $0.source == source }, heard: heard.filter { $0.source == source })
        }
        findings += misplaced()
        if seen.isEmpty, heard.isEmpty { findings.append(silence()) }
        if !findings.contains(where: { $0.code == .vridInUse || $0.code == .vridDiffers }) { findings.append(free()) }
        return findings
    }

    // MARK: One sender

    private func judge(_ source: IPAddress, seen: [SeenAdvert], heard: [SeenAdvert]) -> [Finding] {
        guard let last = heard.last ?? seen.last else { return [] }
        let whoseList = compareLists(source, last)
        // Groups keep clusters apart that have the same VRID: who shares neither group nor address with us is no business of ours.
        if isToOtherGroup(last), whoseList.contains(where: { $0.code == .vridInUse }) { return [] }
        if let finding = elsewhere(source, last) { return [finding] + whoseList }
        if let finding = otherProtection(source, last) { return [finding] + whoseList }
        if heard.isEmpty { return [lost(source, seen)] + whoseList }
        var router = VirtualRouter(instance.routerConfiguration, priority: instance.priority)
        do throws(Refusal) {
            _ = try router.admit(
                last.message.span, carrier: last.carrier, rules: instance.receptionRules,
                clock: context.clock, header: last.protection?.proof(instance.password))
        } catch {
            return [refused(source, heard.count, error, isStranger: whoseList.contains { $0.code == .vridInUse })]
                + whoseList
        }
        guard whoseList.isEmpty else { return whoseList }
        return [
            Finding(
                .advertsArrive, .ok, of: instance.name, "adverts of \(source) arrive and are believed",
                evidence: ["\(heard.count) in \(wire.secondsInWords), priority \(last.priority)"])
        ]
    }

    /// Adverts that the instance's own socket is not for.
    private func elsewhere(_ source: IPAddress, _ advert: SeenAdvert) -> Finding? {
        let isUnicast = context.path.peers != nil
        if !isUnicast, advert.isMulticast { return otherGroup(source, advert) }
        guard isUnicast == advert.isMulticast else { return nil }
        let first = instance.sourceAddress ?? context.ownAddresses.first { $0.family == instance.family }
        return Finding(
            .advertsToElsewhere, .problem, of: instance.name,
            isUnicast
                ? "\(source) multicasts its adverts, and \(instance.name) is configured for unicast"
                : "\(source) sends its adverts to \(advert.carrier.destination) alone, and \(instance.name) is configured for "
                    + "multicast",
            evidence: ["an advert from \(source) to \(advert.carrier.destination), VRID \(id)"],
            consequence: "neither hears the other, so both become active",
            remedy: .advice(
                isUnicast
                    ? "add `unicast_peer { \(first.map(\.description) ?? "THIS HOST'S ADDRESS") }` to the instance on \(source), "
                        + "or remove the block here; then reload"
                    : "add `unicast_peer { \(source) }` to \(instance.name) here, or remove the block on \(source); then reload"
            ))
    }

    private func isToOtherGroup(_ advert: SeenAdvert) -> Bool {
        context.path.peers == nil && advert.isMulticast && advert.carrier.destination != instance.group
    }

    /// Adverts to another group than the instance listens to.
    private func otherGroup(_ source: IPAddress, _ advert: SeenAdvert) -> Finding? {
        let group = advert.carrier.destination
        guard isToOtherGroup(advert) else { return nil }
        return Finding(
            .advertsToElsewhere, .problem, of: instance.name,
            "\(source) sends its adverts to the group \(group), and \(instance.name) listens to \(instance.group)",
            evidence: ["an advert from \(source) to \(group), VRID \(id)"],
            consequence: "neither hears the other, so both become active",
            remedy: .advice(
                "write `mcast_dst_ip \(group)` into \(instance.name) here, or `mcast_dst_ip \(instance.group)` into the instance "
                    + "on \(source); then reload"))
    }

    /// - Parameter isStranger: whether it advertises none of our addresses, and so has none of them.
    private func refused(_ source: IPAddress, _ count: Int, _ refusal: Refusal, isStranger: Bool) -> Finding {
        var evidence = ["\(count) adverts of \(source) in \(wire.secondsInWords), all for VRID \(id)"]
        if let peer = context.status?.peers.first(where: { $0.address == source.description }), let words = peer.refusal
        {
            evidence.append("the daemon says: \(words)")
        }
        let title = "adverts of \(source) are not believed: \(refusal)"
        if isStranger { return Finding(.advertsRefused, .note, of: instance.name, title, evidence: evidence) }
        return Finding(
            .advertsRefused, .problem, of: instance.name, title, evidence: evidence,
            consequence: "to this host \(source) does not exist: it takes the addresses although \(source) has them",
            remedy: .advice(
                "make both hosts' configurations agree, and compare them: understudy check FILE FILE-OF-THE-OTHER"))
    }

    // MARK: Nobody

    private func silence() -> Finding {
        let others = context.path.peers.map { "the peers (\(enumeration($0.map(\.description))))" } ?? "anybody"
        let interval = Double(instance.advertisementInterval.count) / 100
        var evidence = ["no advert for VRID \(id) on \(instance.interface) in \(wire.secondsInWords)"]
        if wire.seconds < interval * 1.5 {
            evidence.append("which is short: adverts are due every \(secondsInWords(interval)); use --seconds")
        }
        if let last = context.status?.peers.first {
            evidence.append("the daemon last heard \(last.address) \(secondsInWords(last.lastHeardSeconds)) ago")
            return Finding(
                .advertsArrive, .ok, of: instance.name,
                context.holdsAddresses
                    ? "nobody else advertises, as it must be while this host is active; \(last.address) was heard before"
                    : "nobody advertises at present; \(last.address) was heard before", evidence: evidence)
        }
        if context.holdsAddresses, let finding = notice(evidence) { return finding }
        let advice =
            "on the other host: `understudy status` must say STANDBY, and `understudy doctor` find nothing. Are both in one "
            + "network segment? Clouds drop multicast: there both need `unicast_peer`"
        if let absent = absentPeers() { return absent }
        if context.holdsAddresses {
            return Finding(
                .noPeerHeard, .note, of: instance.name,
                "this host is active and has never heard \(others): a standby is silent, so it is not known whether there is one",
                evidence: evidence, remedy: .advice(advice))
        }
        return Finding(
            .noPeerHeard, .warning, of: instance.name, "no advert of \(others) was ever heard", evidence: evidence,
            consequence: "if another host has the addresses, this one does not know, and takes them when it can",
            remedy: .advice(advice))
    }

    /// Peers on the link who answer nothing at all; nil when one does, or nobody was asked.
    private func absentPeers() -> Finding? {
        let asked = (context.path.peers ?? []).filter { wire.asked.contains($0) }
        guard !asked.isEmpty, !asked.contains(where: { peer in wire.answers.keys.contains { $0.address == peer } })
        else {
            return nil
        }
        let names = enumeration(asked.map(\.description))
        return Finding(
            .noPeerHeard, .warning, of: instance.name,
            "\(names) cannot be reached: there is nobody who could take over",
            evidence: ["no answer for \(names) on \(instance.interface) in \(wire.secondsInWords)"],
            consequence: "when this host fails, its addresses are gone",
            remedy: .advice(
                "see whether the other host is on and in this network, and whether `unicast_peer` names it rightly"))
    }

    /// Who uses which VRID.
    var idsInUse: [UInt8: Set<IPAddress>] {
        var ids: [UInt8: Set<IPAddress>] = [:]
        for advert in foreign(.wire) + foreign(.socket) {
            ids[advert.virtualRouterID, default: []].insert(advert.source)
        }
        return ids
    }

    private func free() -> Finding {
        let others = idsInUse.filter { $0.key != id }.sorted { $0.key < $1.key }
        let list = others.map { "VRID \($0.key): \(enumeration($0.value.sorted().map(\.description)))" }
        return Finding(
            .vridFree, .ok, of: instance.name,
            "VRID \(id) is used for nothing else on \(instance.interface) (\(instance.family == .v4 ? "IPv4" : "IPv6"))",
            evidence: list.isEmpty ? ["no other VRID was seen in \(wire.secondsInWords)"] : list)
    }
}

extension WireFacts {
    var secondsInWords: String { Console.secondsInWords(seconds) }
}

/// `3 s`, `2.5 s`.
func secondsInWords(_ seconds: Double) -> String {
    let tenths = Int((seconds * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
}
