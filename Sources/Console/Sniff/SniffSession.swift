internal import Configuration
internal import Control
package import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Turns frames into sightings, and remembers what it needs for the next one and for the summary.
///
/// Pure: what it says follows from the frames, their time stamps and the configuration alone. Everything it remembers is
/// bounded, so that a flood of invented senders costs nothing but lines.
package struct SniffSession: Sendable {
    /// The sender of one kind of packet.
    struct Sender: Hashable, Sendable {
        var interface: String
        var vlans: [UInt16]
        /// Nil where the packet cannot be read.
        var virtualRouterID: UInt8?
        /// The virtual address that is announced; nil for adverts.
        var announced: IPAddress?
        var source: String
        var family: AddressFamily
    }

    /// One virtual router on one network.
    struct Group: Hashable, Sendable {
        var interface: String
        var vlans: [UInt16]
        var virtualRouterID: UInt8
        var family: AddressFamily
    }

    static let mostSenders = 1024
    static let mostAddresses = 4096

    let judge: Judge
    /// Only this one is shown.
    let onlyVirtualRouterID: UInt8?
    var senders: [Sender: SenderRecord] = [:]
    var contests: [Group: Contest] = [:]
    var claims: [Place: Claim] = [:]
    /// Virtual addresses that were advertised, with who did.
    var advertised: [Place: Set<UInt8>] = [:]
    /// Link-layer addresses that sent adverts, with the last source address.
    var speakers: [HardwareAddress: IPAddress] = [:]
    /// How many were shown.
    package private(set) var shown = 0
    /// Announcements of addresses that have nothing to do with VRRP.
    var unrelated = 0
    /// Packets of other virtual routers than the one that was asked for.
    var leftOut = 0
    /// From senders beyond the bound.
    var unremembered = 0

    package init(judge: Judge, onlyVirtualRouterID: UInt8? = nil) {
        self.judge = judge
        self.onlyVirtualRouterID = onlyVirtualRouterID
    }

    /// Looks at one frame.
    ///
    /// - Returns: nil when it has nothing to do with VRRP, or with the virtual router that was asked for.
    package mutating func observe(_ frame: CapturedFrame, on interface: String) -> Sighting? {
        let dissection: Dissection
        do throws(WireError) {
            dissection = try Dissection.dissect(frame.octets)
        } catch {
            return nil  // Too short to say what it carries.
        }
        let context = Context(frame, dissection.frame, interface)
        let sighting: Sighting? =
            switch dissection.content {
            case .message(let carrier, let range):
                observe(message: Array(dissection.octets[range]), carrier, context)
            case .undelivered(let source, let destination, let obstacle):
                if let protected = ProtectedAdvert(dissection) {
                    observe(message: protected.message, protected.carrier, context, protected)
                } else {
                    undelivered(source, destination, obstacle, context)
                }
            case .arp(let packet): observe(packet, context)
            case .neighborAdvertisement(let packet): observe(packet, context)
            case .badAnnouncement(let isARP, let error): bad(isARP: isARP, error, context)
            case .other: nil
            }
        if sighting != nil { shown += 1 }
        return sighting
    }

    /// What all sightings of a frame have in common.
    struct Context {
        var ethernet: EthernetFrame
        var interface: String
        var isOutgoing: Bool
        /// Since 1970.
        var nanoseconds: Int64
        var missing: Int

        init(_ frame: CapturedFrame, _ ethernet: EthernetFrame, _ interface: String) {
            self.ethernet = ethernet
            self.interface = interface
            isOutgoing = frame.isOutgoing
            // The year 2200 is as far as this goes; a clock beyond that is nobody's.
            let seconds = min(max(frame.seconds, 0), 7_258_118_400)
            nanoseconds = seconds * 1_000_000_000 + min(max(frame.nanoseconds, 0), 999_999_999)
            missing = frame.missing
        }

        func sighting(_ kind: Sighting.Kind, _ sentence: String) -> Sighting {
            let cut = missing > 0 ? " (\(missing) octets of the frame were not captured)" : ""
            return Sighting(
                kind: kind,
                time: Timestamp(
                    seconds: nanoseconds / 1_000_000_000, nanoseconds: nanoseconds % 1_000_000_000),
                interface: interface, vlans: ethernet.vlans.map(Int.init),
                hardwareAddress: ethernet.source.description, isSentByThisHost: isOutgoing,
                sentence: (ethernet.vlans.isEmpty
                    ? "" : "VLAN \(ethernet.vlans.map(String.init).joined(separator: "/")): ")
                    + sentence + cut,
                verdicts: [])
        }
    }

    // MARK: VRRP

    private mutating func observe(
        message: [UInt8], _ carrier: Carrier, _ context: Context, _ protection: ProtectedAdvert? = nil
    ) -> Sighting? {
        let id = message.count >= Advertisement.headerSize ? message[1] : nil
        if let only = onlyVirtualRouterID, id != only {
            leftOut += 1
            return nil
        }
        if let notice = StandbyNotice.parse(message.span) { return observe(notice, carrier, context) }
        let advert = Judge.Case(
            message: message, carrier: carrier, interface: context.interface, vlans: context.ethernet.vlans,
            isOutgoing: context.isOutgoing, virtualRouterID: id, nanoseconds: UInt64(context.nanoseconds),
            protection: protection)
        let sender = Sender(
            interface: context.interface, vlans: context.ethernet.vlans, virtualRouterID: id,
            source: carrier.source.description, family: carrier.family)
        let parsed: (Advertisement, ChecksumForm)?
        do throws(WireError) {
            let isSigned = AuthenticationTrailer.isPresent(in: message.span, family: carrier.family)
            parsed = try Advertisement.parse(
                message.span, carrier: carrier, requiringLinkLocal: false,
                trailer: isSigned ? AuthenticationTrailer.size : 0)
        } catch {
            parsed = nil
        }
        if speakers.count < Self.mostSenders { speakers[context.ethernet.source] = carrier.source }
        let previous = senders[sender]?.advert?.priority
        let facts = parsed.map { self.facts($0.0, $0.1, advert, previous: previous) }
        let name = name(carrier.source, context)
        var sighting = context.sighting(
            parsed == nil ? .unreadable : .advert,
            facts.map { Self.sentence($0, sender: name, carrier) } ?? Self.unreadable(message, sender: name))
        sighting.advert = facts
        sighting.source = carrier.source.description
        sighting.destination = carrier.destination.description
        sighting.verdicts = judge.verdicts(on: advert)
        if let advertisement = parsed?.0 {
            remember(advert.listedAddresses, of: advertisement.virtualRouterID, context)
            if let verdict = contest(advertisement, carrier, context) { sighting.verdicts.append(verdict) }
        }
        note(&sighting, from: sender, at: context.nanoseconds)
        return sighting
    }

    /// Every other program drops it; it claims nothing, so there is nothing to judge.
    private func observe(_ notice: StandbyNotice, _ carrier: Carrier, _ context: Context) -> Sighting {
        var sighting = context.sighting(
            .standbyNotice,
            "\(name(carrier.source, context)) tells \(carrier.destination) that it stands by for VRID "
                + "\(notice.virtualRouterID.rawValue), with priority \(notice.priority.rawValue).")
        sighting.source = carrier.source.description
        sighting.destination = carrier.destination.description
        if let verdict = judge.verdict(on: notice, from: carrier, on: context.interface, context.isOutgoing) {
            sighting.verdicts.append(verdict)
        }
        return sighting
    }

    private func facts(
        _ advertisement: Advertisement, _ form: ChecksumForm, _ advert: Judge.Case, previous: Int?
    ) -> AdvertFacts {
        let priority = Int(advertisement.priority.rawValue)
        var equalsOurs: Bool?
        if let ours = judge.instance(for: advert)?.password {
            if case .password(let theirs) = advertisement.authentication { equalsOurs = theirs.matches(ours) }
            if let protection = advert.protection { equalsOurs = protection.proof(ours) != .forged }
        }
        return AdvertFacts(
            vrrpVersion: Int(advertisement.version.rawValue),
            virtualRouterID: Int(advertisement.virtualRouterID.rawValue), priority: priority,
            previousPriority: previous == priority ? nil : previous,
            intervalSeconds: Double(advertisement.interval.count) / 100,
            addresses: advert.listedAddresses.map { String(describing: $0) },
            authentication: advert.protection != nil
                ? "header" : advertisement.authentication == .none ? "none" : "password",
            passwordEqualsOurs: equalsOurs, checksum: form.code, hopLimit: Int(advert.carrier.hopLimit),
            trailer: judge.trailerFacts(of: advert))
    }

    private func undelivered(
        _ source: IPAddress?, _ destination: IPAddress?, _ obstacle: Dissection.Obstacle, _ context: Context
    ) -> Sighting? {
        // Whose it would be is not known.
        if onlyVirtualRouterID != nil { return nil }
        let name = source.map { self.name($0, context) } ?? context.ethernet.source.description
        var sighting = context.sighting(.undelivered, "\(name) \(obstacle.inWords).")
        sighting.source = source?.description
        sighting.destination = destination?.description
        sighting.verdicts = [obstacle.verdict]
        return sighting
    }

    func name(_ source: IPAddress, _ context: Context) -> String {
        context.isOutgoing ? "\(source) (this host)" : String(describing: source)
    }

    // MARK: Memory

    /// Enters the packet into its sender's record, and says how long ago the one before was.
    mutating func note(_ sighting: inout Sighting, from sender: Sender, at now: Int64) {
        guard var record = senders[sender] else {
            guard senders.count < Self.mostSenders else {
                unremembered += 1
                return
            }
            senders[sender] = SenderRecord(sighting, at: now)
            return
        }
        // A clock that was set back says nothing about the interval.
        if now >= record.last { sighting.sinceLastSeconds = Double(now - record.last) / 1e9 }
        record.add(sighting, at: now)
        senders[sender] = record
    }

    private mutating func remember(_ addresses: [IPAddress], of id: VirtualRouterID, _ context: Context) {
        for address in addresses where advertised.count < Self.mostAddresses {
            advertised[Place(context.interface, address), default: []].insert(id.rawValue)
        }
    }

    /// Whether several routers go on advertising this VRID, rather than one taking over from another.
    private mutating func contest(
        _ advertisement: Advertisement, _ carrier: Carrier, _ context: Context
    ) -> Verdict? {
        let group = Group(
            interface: context.interface, vlans: context.ethernet.vlans,
            virtualRouterID: advertisement.virtualRouterID.rawValue, family: carrier.family)
        guard contests[group] != nil || contests.count < Self.mostSenders else { return nil }
        let rivals = contests[group, default: Contest()].hear(
            carrier.source, isLeaving: advertisement.priority == .resigning,
            interval: Int64(advertisement.interval.count) * 10_000_000, at: context.nanoseconds)
        guard !rivals.isEmpty else { return nil }
        let names = rivals.map { String(describing: $0) }
        return Verdict(
            .severalActive, isProblem: true,
            "\(enumeration(names)) go\(names.count == 1 ? "es" : "") on advertising VRID \(group.virtualRouterID) too: "
                + "there are \(names.count + 1) active routers.")
    }
}
