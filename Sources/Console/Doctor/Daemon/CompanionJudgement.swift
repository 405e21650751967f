package import Configuration
package import Control
internal import VRRPCore
internal import VRRPWire

// What goes with the addresses (virtual routes and rules), and BFD sessions, which move them.

/// Whether the routes and rules of active instances are there.
package func judgeVirtualRoutes(_ status: Status) -> [Finding] {
    status.instances.filter(\.state.holdsAddresses).flatMap { instance -> [Finding] in
        // One with an end is gone after it, and nothing is wrong.
        let routes = (instance.routes ?? []).filter { $0.isPresent || $0.hasEnd != true }
            .map { (words: "route \($0.route)", isPresent: $0.isPresent, trial: "ip route add \($0.route)") }
        let rules = (instance.rules ?? [])
            .map { (words: "rule \($0.rule)", isPresent: $0.isPresent, trial: "ip rule add \($0.rule)") }
        let all = routes + rules
        let missing = all.filter { !$0.isPresent }.map { one in
            Finding(
                .virtualRouteMissing, .problem, of: instance.name,
                "the \(one.words) is missing, although this host is active",
                evidence: ["the daemon says active; the kernel does not list the \(one.words)"],
                consequence: "what needs it goes another way, or none",
                remedy: .advice(
                    "the daemon puts it back at once unless the kernel refuses: its log says why, and so does, by hand, "
                        + one.trial))
        }
        guard missing.isEmpty, !all.isEmpty else { return missing }
        return [
            Finding(
                .virtualRoutesPresent, .ok, of: instance.name,
                "the routes and rules that go with the addresses are there",
                evidence: [enumeration(all.map(\.words))])
        ]
    }
}

/// Whether the BFD sessions are up, and who is to blame for those that are not.
package func judgeSessions(_ status: Status, _ model: Model, _ wire: WireFacts) -> [Finding] {
    (status.sessions ?? []).map { session in
        let length = session.sinceSeconds.map { ", for \(spoken(seconds: $0))" } ?? ""
        let evidence = ["the daemon says: \(session.outcome)\(length)"]
        guard session.state != .up else {
            return Finding(
                .bfdSessionUp, .ok, of: session.name, "the BFD session with \(session.neighbour) is up",
                evidence: evidence)
        }
        let users = model.instances.filter { $0.trackedSessions.contains { $0.name == session.name } }.map(\.name)
        let neighbour = IPAddress(session.neighbour)
        let wasAsked = neighbour.map { wire.asked.contains($0) } ?? false
        let answers = wire.answers.keys.contains { $0.address == neighbour }
        let link =
            !wasAsked
            ? []
            : [
                answers
                    ? "\(session.neighbour) answers on the link" : "nobody on the link answers for \(session.neighbour)"
            ]
        return Finding(
            .bfdSessionDown, .problem, of: session.name,
            "the BFD session with \(session.neighbour) is \(session.state == .adminDown ? "switched off" : "down")"
                + (wasAsked && !answers ? ": the neighbour is not reachable" : ""),
            evidence: evidence + ["here: \(session.diagnostic); there: \(session.remoteDiagnostic)"] + link,
            consequence: users.isEmpty
                ? "no instance tracks it, so nothing moves" : "\(enumeration(users)) counts it as failed",
            remedy: .advice(advice(session, wasAsked: wasAsked, answers: answers)))
    }
}

private func advice(_ session: SessionStatus, wasAsked: Bool, answers: Bool) -> String {
    if wasAsked, !answers {
        return "see whether \(session.neighbour) is on and in this network, and whether `neighbor_ip` names it rightly"
    }
    let port = session.isMultihop ? 4784 : 3784
    return
        "see whether \(session.neighbour) has a session with \(session.source ?? "this host's address"), and whether the "
        + "firewalls here, there and between let UDP port \(port) pass both ways"
}
