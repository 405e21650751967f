/// What happens to the cluster in a rehearsal, in the order in which it is played.
package enum Event: String, CaseIterable, Sendable {
    case start
    case balancerDies = "balancer-dies"
    case balancerReturns = "balancer-returns"
    case linkLost = "link-lost"
    case linkBack = "link-back"
    case hostDies = "host-dies"
    case hostReturns = "host-returns"
    case plannedStop = "planned-stop"

    /// As the table calls it.
    var title: String {
        switch self {
        case .start: "start"
        case .balancerDies: "load balancer dies"
        case .balancerReturns: "load balancer returns"
        case .linkLost: "link lost"
        case .linkBack: "link back"
        case .hostDies: "host dies"
        case .hostReturns: "host returns"
        case .plannedStop: "planned stop"
        }
    }

    /// What must be broken before this can mend it.
    private var counterpart: Event? {
        switch self {
        case .balancerReturns: .balancerDies
        case .linkBack: .linkLost
        case .hostReturns: .hostDies
        case .start, .balancerDies, .linkLost, .hostDies, .plannedStop: nil
        }
    }

    /// The events of a comma-separated list, in order, with `start` first; or why they make no sense.
    package static func list(_ text: String) throws(CannotRehearse) -> [Event] {
        var events: [Event] = [.start]
        for name in text.split(separator: ",").map({ $0.filter { !$0.isWhitespace } }) where name != "start" {
            guard let event = Event(rawValue: name) else {
                let names = allCases.map(\.rawValue).joined(separator: ", ")
                throw CannotRehearse("there is no event `\(name)`; there are \(names)")
            }
            if let counterpart = event.counterpart, events.last != counterpart {
                throw CannotRehearse("`\(name)` must come right after `\(counterpart.rawValue)`")
            }
            if let last = events.last, allCases.contains(where: { $0.counterpart == last }), event.counterpart != last {
                throw CannotRehearse("after `\(last.rawValue)`, what broke must be mended before `\(name)`")
            }
            if events.last == .plannedStop { throw CannotRehearse("`planned-stop` must be the last event") }
            events.append(event)
        }
        return events
    }
}
