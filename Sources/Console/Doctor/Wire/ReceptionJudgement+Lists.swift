internal import Configuration
internal import Control
internal import VRRPCore
internal import VRRPWire

// Who uses which VRID for what.
extension ReceptionJudge {
    private var id: UInt8 { instance.virtualRouterID.rawValue }
    private var ours: Set<IPAddress> { Set(instance.addresses.map(\.address)) }

    /// An advert for our VRID that lists other addresses than ours: of a peer, or of a stranger.
    func compareLists(_ source: IPAddress, _ advert: SeenAdvert) -> [Finding] {
        let theirs = Set(advert.addresses)
        guard theirs != ours, !theirs.isEmpty else { return [] }
        let evidence = [
            "\(source) advertises \(enumeration(theirs.sorted().map(\.description))) for VRID \(id)",
            "\(instance.name) has \(enumeration(ours.sorted().map(\.description)))",
        ]
        let isPeer = isPeer(source)
        guard theirs.isDisjoint(with: ours), !isPeer else {
            return [
                Finding(
                    .addressListsDiffer, .warning, of: instance.name,
                    "\(source) has other virtual addresses than this host", evidence: evidence,
                    consequence: "after a takeover some addresses are served by nobody, or by both",
                    remedy: .advice("make `virtual_ipaddress` of \(instance.name) the same on both hosts; then reload"))
            ]
        }
        let free = freeID
        return [
            Finding(
                .vridInUse, .problem, of: instance.name,
                "\(source) uses VRID \(id) on \(instance.interface) for addresses of its own", evidence: evidence,
                consequence: "whoever believes the other's adverts gives up its addresses",
                remedy: .advice(
                    "if it is the other host of this pair, make `virtual_ipaddress` of \(instance.name) the same on both; if it is "
                        + "another cluster, write `virtual_router_id \(free)` into \(instance.name) on every host of this pair "
                        + "(nobody was heard to use \(free)); then reload"))
        ]
    }

    /// Whether a sender is the other host of this pair although its list has nothing in common with ours: the file names it, it
    /// agreed with us before, or it shares another instance with this host.
    private func isPeer(_ source: IPAddress) -> Bool {
        if context.path.peers?.contains(source) == true { return true }
        if context.status?.peers.contains(where: { $0.address == "\(source)" && $0.hasAgreed == true }) == true {
            return true
        }
        return (foreign(.wire) + foreign(.socket)).contains {
            $0.source == source && !context.virtualAddresses.isDisjoint(with: $0.addresses)
        }
    }

    /// The word of a standby that it is there; nil when none was heard.
    func notice(_ evidence: [String]) -> Finding? {
        guard let standby = context.status?.standbys?.first else { return nil }
        let heard =
            "the daemon heard that of \(standby.address) \(secondsInWords(standby.lastHeardSeconds)) ago, with priority "
            + "\(standby.priority)"
        return Finding(
            .advertsArrive, .ok, of: instance.name,
            "nobody else advertises, as it must be while this host is active; \(standby.address) says that it stands by"
                + (instance.keyed == nil ? "" : ", unsigned"),
            evidence: evidence + [heard]
                + (instance.keyed == nil
                    ? [] : ["standby notices are not signed, with auth_hmac neither: it is not proven who sent it"]))
    }

    /// Adverts with `auth_type AH` where the instance has none, or the other way round: its socket is not given them.
    func otherProtection(_ source: IPAddress, _ advert: SeenAdvert) -> Finding? {
        let isProtected = advert.protection != nil
        guard isProtected != instance.usesAuthenticationHeader else { return nil }
        return Finding(
            .advertsRefused, .problem, of: instance.name,
            isProtected
                ? "adverts of \(source) have an authentication header (auth_type AH), and \(instance.name) wants none"
                : "adverts of \(source) have no authentication header, and \(instance.name) has auth_type AH",
            evidence: [
                "an advert of \(source) for VRID \(id) is IP protocol \(isProtected ? 51 : 112), ours are protocol "
                    + "\(isProtected ? 112 : 51)"
            ],
            consequence: "to this host \(source) does not exist: it takes the addresses although \(source) has them",
            remedy: .advice("write the same `authentication` block on both hosts, better with auth_hmac; then reload"))
    }

    /// Our addresses under a VRID that this host is not configured for.
    func misplaced() -> [Finding] {
        let adverts = (foreign(.wire) + foreign(.socket)).filter {
            !context.configuredIDs.contains($0.virtualRouterID) && !ours.isDisjoint(with: $0.addresses)
        }
        return unique(adverts.map(\.source)).compactMap { source in
            guard let advert = adverts.last(where: { $0.source == source }) else { return nil }
            return Finding(
                .vridDiffers, .problem, of: instance.name,
                "\(source) advertises our addresses under VRID \(advert.virtualRouterID), \(instance.name) has VRID \(id)",
                evidence: [
                    "an advert of \(source): VRID \(advert.virtualRouterID), "
                        + enumeration(advert.addresses.map(\.description))
                ],
                consequence: "the two hosts do not take each other for a pair, so both become active",
                remedy: .advice("write the same `virtual_router_id` on both hosts; then reload"))
        }
    }

    /// The next VRID that nobody uses.
    private var freeID: UInt8 {
        let used = Set(idsInUse.keys).union(context.configuredIDs)
        let candidates = (0..<254).map { UInt8((Int(id) + $0) % 255 + 1) }
        return candidates.first { !used.contains($0) } ?? id
    }
}
