internal import Configuration
internal import VRRPCore
internal import VRRPWire

/// One who was seen to have a virtual address, and for how long.
struct AddressClaim {
    /// Nil for this host.
    var hardwareAddress: HardwareAddress?
    /// Whom its adverts name as their sender.
    var senders: [IPAddress] = []
    /// When it was first and last seen to have it, in seconds since the listening began.
    var first: Double
    var last: Double
    /// When it said that it gives it up, if that is the last that it said.
    var resignedAt: Double?

    /// How long one that has resigned may keep serving until its successor does: Understudy holds on to its addresses then.
    private static let hold = 1.0
    /// A successor is there a moment before the other one has heard of it.
    private static let overlap = 0.5

    var name: String {
        guard let hardwareAddress else { return "this host" }
        return senders.isEmpty
            ? "\(hardwareAddress)"
            : "\(hardwareAddress), which advertises as \(enumeration(senders.map(\.description)))"
    }

    /// Whether it had let go when the address was last asked for, in favour of `successor`.
    func hasLetGo(to successor: AddressClaim, asked: Double) -> Bool {
        guard last < asked else { return false }
        if let resignedAt, last <= resignedAt + Self.hold { return true }
        return last <= successor.first + Self.overlap
    }

    /// Those of other hosts, in the order of their Ethernet addresses.
    static func others(of held: VirtualAddress, _ wire: WireFacts, _ context: OwnerContext) -> [AddressClaim] {
        let answers = wire.answers.filter {
            $0.key.address == held.address && $0.key.interface == held.interface
                && !context.ownHardware.contains($0.key.hardwareAddress)
        }
        return answers.sorted { $0.key.hardwareAddress.rawValue < $1.key.hardwareAddress.rawValue }.map {
            answer, times in
            let adverts = wire.adverts.filter {
                $0.hardwareAddress == answer.hardwareAddress && $0.place == .wire && $0.interface == held.interface
            }
            let ofRouter = adverts.filter { $0.virtualRouterID == context.instance.virtualRouterID.rawValue }
            let lastClaim = ofRouter.last(where: { $0.priority != 0 })?.at ?? 0
            return AddressClaim(
                hardwareAddress: answer.hardwareAddress, senders: unique(adverts.map(\.source)),
                first: times.lowerBound, last: max(times.upperBound, lastClaim),
                resignedAt: ofRouter.last.flatMap { $0.priority == 0 ? $0.at : nil })
        }
    }

    /// That of this host, which has the address now.
    static func own(of held: VirtualAddress, _ wire: WireFacts, _ context: OwnerContext) -> AddressClaim {
        let hadIt = context.assignedBefore[held.interface]?.contains(held.address) ?? false
        let said = wire.ownAnswers.filter {
            $0.key.address == held.address && context.ownHardware.contains($0.key.hardwareAddress)
        }
        return AddressClaim(first: hadIt ? 0 : said.values.min() ?? .infinity, last: .infinity)
    }
}

/// An address that several had, one after the other; nil when they had it at the same time.
func judgeMove(
    of held: VirtualAddress, _ subject: String, _ others: [AddressClaim], isHere: Bool, _ wire: WireFacts,
    _ context: OwnerContext
) -> Finding? {
    let claims = others + (isHere ? [AddressClaim.own(of: held, wire, context)] : [])
    guard let present = claims.max(by: { $0.last < $1.last }) else { return nil }
    let former = claims.filter { $0.hardwareAddress != present.hardwareAddress }
    guard former.allSatisfy({ $0.hasLetGo(to: present, asked: wire.lastAsked) }) else { return nil }
    let evidence = former.map { claim in
        "\(claim.name) had it until \(secondsInWords(claim.last)) after the beginning"
            + (claim.resignedAt == nil ? "" : ", and has resigned")
    }
    return Finding(
        .addressMoved, .note, of: subject,
        "\(held.address) moved meanwhile: \(isHere ? "this host has it now" : "one other host has it now")",
        evidence: evidence + [
            "\(present.name) has it since then: when it was asked for at \(secondsInWords(wire.lastAsked)), nobody else answered"
        ],
        remedy: .advice(
            "nothing, if that was meant; `understudy history` says why, and doctor once more whether it stays"))
}
