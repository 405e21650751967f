internal import Configuration
internal import Control
internal import VRRPCore
internal import VRRPWire

/// What was heard altogether, for the end of a capture.
package struct SniffSummary: Encodable, Equatable, Sendable {
    package var version = 1
    package var kind = "summary"
    package var interfaces: [String]
    package var seconds: Double
    /// Packets that were shown.
    package var packets: Int
    package var routers: [Router]
    /// Virtual routers that several hosts went on advertising at the same time.
    package var contests: [Contest]
    package var addresses: [Address]
    /// By interface and family, in order.
    package var virtualRouterIDs: [InUse]
    /// Instances of the configuration of which nothing was heard, our own adverts included.
    package var silent: [Silent]
    package var unrelatedAnnouncements: Int
    /// Of other virtual routers than the one that was asked for.
    package var leftOut: Int
    /// There was no room for them: the reader of the output was too slow.
    package var lostFrames: Int
    /// From more senders than are remembered.
    package var unremembered: Int

    /// One sender of adverts.
    package struct Router: Encodable, Equatable, Sendable {
        package var interface: String
        package var vlans: [Int]
        /// Nil when its packets cannot be read.
        package var virtualRouterID: Int?
        package var ipVersion: Int
        package var source: String
        package var isThisHost: Bool
        package var adverts: Int
        /// Measured; nil after one advert.
        package var meanIntervalSeconds: Double?
        /// Of its last advert.
        package var advert: AdvertFacts?
        /// What was wrong with its packets, a sentence each.
        package var problems: [String]
    }

    package struct Contest: Encodable, Equatable, Sendable {
        package var interface: String
        package var vlans: [Int]
        package var virtualRouterID: Int
        package var ipVersion: Int
        package var sources: [String]
    }

    package struct Address: Encodable, Equatable, Sendable {
        package var interface: String
        package var address: String
        /// Where it was announced to be, last.
        package var hardwareAddress: String
        /// Whose that is, when it sent adverts.
        package var source: String?
        package var moves: Int
        package var isDisputed: Bool
    }

    package struct InUse: Encodable, Equatable, Sendable {
        package var interface: String
        package var vlans: [Int]
        package var ipVersion: Int
        package var virtualRouterIDs: [Int]
    }

    package struct Silent: Encodable, Equatable, Sendable {
        package var instance: String
        package var interface: String
        package var virtualRouterID: Int
        /// False when the capture was too short to say so.
        package var isProblem: Bool
    }

    /// 0 when something was heard and nothing was wrong, otherwise 1.
    package var exitCode: Int32 {
        let isSound =
            routers.allSatisfy(\.problems.isEmpty) && contests.isEmpty && !addresses.contains(where: \.isDisputed)
            && !silent.contains(where: \.isProblem)
        return isSound && packets > 0 ? 0 : 1
    }
}

extension SniffSession {
    /// - Parameter seconds: how long the capture took.
    package func summary(interfaces: [String], seconds: Double, lostFrames: Int = 0) -> SniffSummary {
        let ofAdverts = senders.filter { $0.key.announced == nil }
            .sorted { Self.order($0.key) < Self.order($1.key) }
        return SniffSummary(
            interfaces: interfaces, seconds: seconds, packets: shown,
            routers: ofAdverts.map { Self.router($0.key, $0.value) }, contests: contests(ofAdverts),
            addresses: claims.sorted {
                ($0.key.interface, $0.key.address) < ($1.key.interface, $1.key.address)
            }.map { place, claim in
                SniffSummary.Address(
                    interface: place.interface, address: String(describing: place.address),
                    hardwareAddress: claim.hardwareAddress.description,
                    source: speakers[claim.hardwareAddress].map { String(describing: $0) }, moves: claim.moves,
                    isDisputed: claim.isDisputed)
            },
            virtualRouterIDs: inUse(ofAdverts.map(\.key)), silent: silent(interfaces, seconds),
            unrelatedAnnouncements: unrelated, leftOut: leftOut, lostFrames: lostFrames, unremembered: unremembered)
    }

    private static func order(_ sender: Sender) -> (String, String, UInt8, String) {
        (
            sender.interface + sender.vlans.map { ".\($0)" }.joined(), sender.family.inWords,
            sender.virtualRouterID ?? 0, sender.source
        )
    }

    private static func router(_ sender: Sender, _ record: SenderRecord) -> SniffSummary.Router {
        SniffSummary.Router(
            interface: sender.interface, vlans: sender.vlans.map(Int.init),
            virtualRouterID: sender.virtualRouterID.map(Int.init), ipVersion: sender.family == .v4 ? 4 : 6,
            source: sender.source, isThisHost: record.latest.isSentByThisHost, adverts: record.count,
            meanIntervalSeconds: record.meanIntervalSeconds, advert: record.advert,
            problems: Verdict.Code.allCases.compactMap { $0 == .severalActive ? nil : record.problems[$0] })
    }

    private func contests(_ senders: [(key: Sender, value: SenderRecord)]) -> [SniffSummary.Contest] {
        var result: [SniffSummary.Contest] = []
        for (sender, record) in senders where record.problems[.severalActive] != nil {
            guard let id = sender.virtualRouterID.map(Int.init) else { continue }
            let new = SniffSummary.Contest(
                interface: sender.interface, vlans: sender.vlans.map(Int.init), virtualRouterID: id,
                ipVersion: sender.family == .v4 ? 4 : 6, sources: [sender.source])
            if let index = result.firstIndex(where: { $0.isOfSameRouter(as: new) }) {
                result[index].sources.append(sender.source)
            } else {
                result.append(new)
            }
        }
        // One that was only seen beside another before the end has its rival all the same.
        for index in result.indices where result[index].sources.count == 1 {
            result[index].sources += senders.filter { sender, record in
                !result[index].sources.contains(sender.source) && result[index].isOf(sender)
                    && record.advert.map { $0.priority != 0 } == true
            }.map(\.key.source)
        }
        return result
    }

    private func inUse(_ senders: [Sender]) -> [SniffSummary.InUse] {
        var result: [SniffSummary.InUse] = []
        for sender in senders {
            guard let id = sender.virtualRouterID.map(Int.init), id != 0 else { continue }
            let entry = SniffSummary.InUse(
                interface: sender.interface, vlans: sender.vlans.map(Int.init),
                ipVersion: sender.family == .v4 ? 4 : 6, virtualRouterIDs: [id])
            if let last = result.last, last.interface == entry.interface, last.vlans == entry.vlans,
                last.ipVersion == entry.ipVersion
            {
                if last.virtualRouterIDs.last != id { result[result.count - 1].virtualRouterIDs.append(id) }
            } else {
                result.append(entry)
            }
        }
        return result
    }

    private func silent(_ interfaces: [String], _ seconds: Double) -> [SniffSummary.Silent] {
        judge.instances(on: interfaces).filter { instance in
            if let only = onlyVirtualRouterID, instance.virtualRouterID.rawValue != only { return false }
            return !senders.contains {
                $0.key.interface == instance.interface && $0.key.virtualRouterID == instance.virtualRouterID.rawValue
                    && $0.key.family == instance.family && $0.key.announced == nil
            }
        }.map { instance in
            let interval = Double(instance.advertisementInterval.count) / 100
            return SniffSummary.Silent(
                instance: instance.name, interface: instance.interface,
                virtualRouterID: Int(instance.virtualRouterID.rawValue), isProblem: seconds >= 2 * interval)
        }
    }
}

extension SniffSummary.Contest {
    fileprivate func isOf(_ sender: SniffSession.Sender) -> Bool {
        interface == sender.interface && vlans == sender.vlans.map(Int.init)
            && virtualRouterID == sender.virtualRouterID.map(Int.init) && ipVersion == (sender.family == .v4 ? 4 : 6)
    }

    fileprivate func isOfSameRouter(as other: Self) -> Bool {
        interface == other.interface && vlans == other.vlans && virtualRouterID == other.virtualRouterID
            && ipVersion == other.ipVersion
    }
}

// MARK: - In words

extension SniffSummary {
    /// The lines for a person.
    package var lines: [String] {
        let places = enumeration(interfaces)
        let duration = decimal(seconds, places: 1)
        let adverts = routers.reduce(0) { $0 + $1.adverts }
        var lines = [
            routers.isEmpty
                ? "No VRRP was heard on \(places) in \(duration) s."
                : "Heard on \(places) in \(duration) s: \(adverts) advert\(adverts == 1 ? "" : "s") from "
                    + "\(routers.count) sender\(routers.count == 1 ? "" : "s")."
        ]
        lines += routers.flatMap { Self.lines($0, naming: interfaces.count > 1) }
        lines += contests.map {
            "! VRID \($0.virtualRouterID) on \($0.interface) has \($0.sources.count) active routers: \(enumeration($0.sources))."
        }
        lines += addresses.map(Self.line)
        lines += virtualRouterIDs.map { entry in
            let network = entry.interface + entry.vlans.map { ".\($0)" }.joined()
            return "  VRIDs in use on \(network), IPv\(entry.ipVersion): "
                + entry.virtualRouterIDs.map(String.init).joined(separator: ", ")
        }
        lines += silent.map { silent in
            "\(silent.isProblem ? "!" : " ") Nothing of VRID \(silent.virtualRouterID) (\(silent.instance) on \(silent.interface)) "
                + (silent.isProblem
                    ? "was heard: no router is active for it, or its adverts do not come this far."
                    : "was heard, but that was too short to mean anything.")
        }
        return lines + remainders
    }

    private var remainders: [String] {
        [
            (unrelatedAnnouncements, "announcements of other addresses are not shown."),
            (leftOut, "adverts of other VRIDs are not shown."),
            (lostFrames, "frames were lost, because this output was read too slowly."),
            (unremembered, "packets came from more senders than are remembered: a flood."),
        ].filter { $0.0 > 0 }.map { "  \($0.0) \($0.1)" }
    }

    private static func lines(_ router: Router, naming: Bool) -> [String] {
        let place = naming ? " on \(router.interface)" + router.vlans.map { ".\($0)" }.joined() : ""
        let id = router.virtualRouterID.map { "VRID \($0)" } ?? "Unreadable"
        var parts = ["\(router.adverts) advert\(router.adverts == 1 ? "" : "s")"]
        if let advert = router.advert {
            parts.append("priority \(advert.priority)")
            let claim = decimal(advert.intervalSeconds, places: 2)
            parts.append(
                router.meanIntervalSeconds.map { "one every \(decimal($0, places: 3)) s (says \(claim) s)" }
                    ?? "says one every \(claim) s")
        } else if let mean = router.meanIntervalSeconds {
            parts.append("one every \(decimal(mean, places: 3)) s")
        }
        let sender = router.source + (router.isThisHost ? " (this host)" : "")
        let mark = router.problems.isEmpty ? " " : "!"
        return ["\(mark) \(id)\(place): \(sender), \(parts.joined(separator: ", "))."]
            + router.problems.map { "!   \($0)" }
    }

    private static func line(_ address: Address) -> String {
        let owner = address.source.map { ", who is \($0)" } ?? ""
        let moves = address.moves == 0 ? "" : "; it moved \(address.moves == 1 ? "once" : "\(address.moves) times")"
        let dispute = address.isDisputed ? ": two hosts claimed it by turns" : ""
        return "\(address.isDisputed ? "!" : " ") \(address.address) was last announced by \(address.hardwareAddress)"
            + "\(owner)\(moves)\(dispute)."
    }
}
