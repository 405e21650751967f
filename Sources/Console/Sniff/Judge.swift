package import Configuration
internal import Control
internal import Daemon
internal import VRRPCore
package import VRRPWire

/// Judges adverts as the daemon of this host would, with the daemon's own code.
package struct Judge: Sendable {
    /// Nil when there is no configuration.
    private let instances: [Instance]?
    /// The addresses of this host, by the name of the interface.
    private let ownAddresses: [String: Set<IPAddress>]

    package init(instances: [Instance]?, ownAddresses: [String: Set<IPAddress>]) {
        self.instances = instances
        self.ownAddresses = ownAddresses
    }

    /// An advert on its way to a judgement.
    struct Case {
        var message: [UInt8]
        var carrier: Carrier
        var interface: String
        /// Tags that make it another network's; a tag with VLAN 0 carries a priority only.
        var vlans: [UInt16]
        var isOutgoing: Bool
        /// Nil when the message cannot be read.
        var virtualRouterID: UInt8?
        /// When it passed, since 1970.
        var nanoseconds: UInt64 = 0
        /// The authentication header before it (`auth_type AH`).
        var protection: ProtectedAdvert?

        var time: AuthenticationSequence {
            AuthenticationSequence(seconds: nanoseconds / 1_000_000_000, nanoseconds: nanoseconds % 1_000_000_000)
        }
    }

    func verdicts(on advert: Case) -> [Verdict] {
        if advert.isOutgoing { return [Verdict(.sentByThisHost, "This host sent it.")] }
        let source = advert.carrier.source
        if ownAddresses.values.contains(where: { $0.contains(source) }) {
            return [
                Verdict(
                    .ownAddress, isProblem: true,
                    "Its source is an address of this host: another host has it too, or the network sends our packets back."
                )
            ]
        }
        guard instances != nil else { return [judgeAlone(advert)] }
        guard let instance = instance(for: advert) else { return [nobody(advert)] }
        if let reason = deafness(of: instance, to: advert) {
            return [Verdict(.unheard, isProblem: true, "\(instance.name) would not get it: \(reason).")]
        }
        return judge(advert, for: instance)
    }

    /// The instance that an advert of this VRID is for; its passwords and addresses are what it is compared with.
    func instance(for advert: Case) -> Instance? {
        instances?.first {
            $0.interface == advert.interface && $0.family == advert.carrier.family
                && $0.virtualRouterID.rawValue == advert.virtualRouterID
        }
    }

    /// The virtual addresses that the configuration puts on an interface.
    func configuredAddresses(on interface: String) -> [IPAddress] {
        (instances ?? []).flatMap { $0.addresses + $0.excludedAddresses }.filter { $0.interface == interface }
            .map(\.address)
    }

    /// The instances of these interfaces, for what was not heard.
    func instances(on interfaces: [String]) -> [Instance] {
        (instances ?? []).filter { interfaces.contains($0.interface) }
    }

    /// The groups that the instances of an interface listen to.
    func groups(on interface: String) -> [IPAddress] {
        instances(on: [interface]).filter { $0.transport == .multicast }.map(\.group)
    }

    private func nobody(_ advert: Case) -> Verdict {
        guard let id = advert.virtualRouterID else {
            return Verdict(.unsound, isProblem: true, "Nobody can tell whom it is for.")
        }
        let elsewhere = (instances ?? []).filter { $0.virtualRouterID.rawValue == id }
        guard !elsewhere.isEmpty else { return Verdict(.nobody, "Nobody here is configured for VRID \(id).") }
        let places = elsewhere.map { "\($0.name) has it for \($0.family.inWords) on \($0.interface)" }
        return Verdict(
            .nobody,
            "Nobody here is configured for VRID \(id) of \(advert.carrier.family.inWords) on \(advert.interface); "
                + "\(enumeration(places)).")
    }

    /// Why the instance's socket is not given the advert, or nil when it is.
    private func deafness(of instance: Instance, to advert: Case) -> String? {
        if let vlan = advert.vlans.first(where: { $0 != 0 }) {
            return "it is tagged for VLAN \(vlan), and \(instance.interface) without a tag is another network"
        }
        if advert.protection != nil, !instance.usesAuthenticationHeader {
            return "it has an IP authentication header, and without 'auth_type AH' we do not listen for those"
        }
        let destination = advert.carrier.destination
        switch instance.transport {
        case .multicast:
            let group = instance.group
            guard destination != group else { return nil }
            if destination.isMulticast {
                return "it is sent to the group \(destination), and we listen to \(group) only (keyword 'mcast_dst_ip')"
            }
            return "it is sent to \(destination), and without 'unicast_peer' we listen to \(group) only"
        case .unicast:
            if destination.isMulticast {
                return
                    "it is sent to the group \(destination), and with 'unicast_peer' we listen to our own address only"
            }
            if let own = instance.sourceAddress, destination != own {
                return "it is sent to \(destination), and we listen to \(own) only (keyword 'unicast_src_ip')"
            }
            let isOurs = ownAddresses.values.contains { $0.contains(destination) }
            return isOurs ? nil : "it is sent to \(destination), which is no address of this host"
        }
    }

    private func judge(_ advert: Case, for instance: Instance) -> [Verdict] {
        var router = VirtualRouter(instance.routerConfiguration, priority: instance.priority)
        do throws(Refusal) {
            let admitted = try router.admit(
                advert.message.span, carrier: advert.carrier, rules: instance.receptionRules,
                clock: AuthenticationClock(
                    wall: advert.time, now: MonotonicInstant(nanoseconds: advert.nanoseconds)),
                header: advert.protection?.proof(instance.password))
            return [Verdict(.accepted, "\(instance.name) accepts it.")] + remarks(admitted, advert, instance)
        } catch .malformed(.unsupportedType(let type)) {
            return [Verdict(.dropped, "\(instance.name) drops it quietly: its VRRP type is \(type), not 1.")]
        } catch {
            let ending = error.isOfChecksumWithForms(advert) ? ", in neither form" : ""
            return [Verdict(.dropped, isProblem: true, "\(instance.name) would drop it: \(error)\(ending).")]
        }
    }

    private func remarks(_ admitted: Admitted, _ advert: Case, _ instance: Instance) -> [Verdict] {
        var verdicts: [Verdict] = []
        if let distrust = admitted.distrust {
            verdicts.append(
                Verdict(
                    .unproven, isProblem: distrust != .missing && distrust != .notConfigured,
                    "But it does not prove its sender: \(distrust)."))
        }
        if admitted.remarks.contains(.intervalDiffers) {
            verdicts.append(
                Verdict(
                    .intervalDiffers, isProblem: true,
                    "But it advertises every \(Interval(admitted.heard.interval)), we are configured for "
                        + "\(Interval(instance.advertisementInterval)) (keyword 'advert_int')."))
        }
        if admitted.remarks.contains(.addressesDiffer) {
            let ours = instance.addresses.map { String(describing: $0.address) }
            let theirs = advert.listedAddresses.map { String(describing: $0) }
            let extra = theirs.filter { !ours.contains($0) }
            let missing = ours.filter { !theirs.contains($0) }
            let differences = [
                extra.isEmpty ? nil : "it has \(enumeration(extra)), which we have not",
                missing.isEmpty ? nil : "we have \(enumeration(missing)), which it has not",
            ].compactMap(\.self)
            verdicts.append(
                Verdict(
                    .addressesDiffer, isProblem: true,
                    "But its list of addresses is another one: \(enumeration(differences)) (block 'virtual_ipaddress')."
                ))
        }
        return verdicts
    }

    /// What the trailer of an advert says; nil without one, or one that cannot be read.
    func trailerFacts(of advert: Case) -> TrailerFacts? {
        guard AuthenticationTrailer.isPresent(in: advert.message.span, family: advert.carrier.family) else {
            return nil
        }
        let trailer: AuthenticationTrailer
        do throws(WireError) { trailer = try AuthenticationTrailer.parse(advert.message.span) } catch { return nil }
        let genuine = instance(for: advert)?.keyed?.key(trailer.keyID).map { key in
            AuthenticationTrailer.code(over: advert.message.span, from: advert.carrier.source, key: key)
                .matches(trailer.code)
        }
        let sequence = trailer.sequence.rawValue
        return TrailerFacts(
            keyID: Int(trailer.keyID),
            signedAt: Timestamp(
                seconds: Int64(trailer.sequence.seconds),
                nanoseconds: Int64((sequence >> 16 & 0xFFFF) * 1_000_000_000 >> 16)),
            isGenuine: genuine)
    }

    /// What to think of a standby notice; nil where nobody asks for proof.
    func verdict(
        on notice: StandbyNotice, from carrier: Carrier, on interface: String, _ isOutgoing: Bool
    ) -> Verdict? {
        let isForUs = (instances ?? []).contains {
            $0.interface == interface && $0.family == carrier.family && $0.virtualRouterID == notice.virtualRouterID
                && $0.keyed != nil
        }
        guard isForUs, !isOutgoing else { return nil }
        return Verdict(
            .unproven, "It is unsigned, as every standby notice is, with auth_hmac too: it is not proven who sent it.")
    }

    /// What any router would say, whatever it is configured for.
    private func judgeAlone(_ advert: Case) -> Verdict {
        let refusal: Refusal
        if advert.carrier.destination.isMulticast, !advert.carrier.isOnLink {
            refusal = .hopLimit(advert.carrier.hopLimit)
        } else {
            do throws(WireError) {
                let isSigned = AuthenticationTrailer.isPresent(in: advert.message.span, family: advert.carrier.family)
                _ = try Advertisement.parse(
                    advert.message.span, carrier: advert.carrier, trailer: isSigned ? AuthenticationTrailer.size : 0)
                return Verdict(
                    .sound,
                    advert.protection == nil
                        ? "It is sound." : "Its message is sound; who sent it shows with the password only.")
            } catch {
                refusal = .malformed(error)
            }
        }
        let ending = refusal.isOfChecksumWithForms(advert) ? ", in neither form" : ""
        return Verdict(.unsound, isProblem: true, "Any router would drop it: \(refusal)\(ending).")
    }
}

extension Refusal {
    /// VRRPv3 over IPv4 has two forms of checksum, and both have been tried.
    fileprivate func isOfChecksumWithForms(_ advert: Judge.Case) -> Bool {
        guard case .malformed(.checksum) = self else { return false }
        return advert.carrier.family == .v4 && advert.message[0] >> 4 == 3
    }
}

extension Judge.Case {
    /// The addresses of a message that can be read.
    var listedAddresses: [IPAddress] {
        let count = message.count > 3 ? Int(message[3]) : 0
        return (0..<count).filter {
            Advertisement.headerSize + ($0 + 1) * carrier.family.addressSize <= message.count
        }.map { Advertisement.address(at: $0, in: message.span, family: carrier.family) }
    }
}

extension AddressFamily {
    var inWords: String { self == .v4 ? "IPv4" : "IPv6" }
}
