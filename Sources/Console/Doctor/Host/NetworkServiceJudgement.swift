package import Configuration
internal import VRRPCore

/// Whether something else on this host removes the virtual addresses from their interfaces.
package func judgeNetworkServices(_ facts: NetworkServiceFacts, _ model: Model) -> [Finding] {
    var interfaces: [String] = []
    for instance in model.instances {
        interfaces += (instance.addresses + instance.excludedAddresses).map(\.interface)
    }
    return unique(interfaces).map { interface in
        if let networkd = facts.networkd[interface], !networkd.keepsAddresses { return removal(interface, networkd) }
        if let failure = facts.failure {
            return Finding(
                .addressesKept, .unknown, of: interface,
                "it is not known whether NetworkManager manages \(interface)", evidence: [failure])
        }
        if let state = facts.networkManager[interface], isManaged(state) { return managerNote(interface, state) }
        return Finding(
            .addressesKept, .ok, of: interface, "no network service removes virtual addresses from \(interface)",
            evidence: evidence(interface, facts))
    }
}

/// What NetworkManager found as it is it does not touch.
private func isManaged(_ state: String) -> Bool {
    state != "unmanaged" && state != "unavailable" && !state.hasSuffix("(externally)")
}

private func evidence(_ interface: String, _ facts: NetworkServiceFacts) -> [String] {
    var seen: [String] = []
    if let networkd = facts.networkd[interface], let keep = networkd.keep {
        seen.append("systemd-networkd keeps them: \(keep.place) has KeepConfiguration=\(keep.value)")
    } else {
        seen.append(
            facts.isNetworkdRunning
                ? "systemd-networkd leaves the interface alone" : "systemd-networkd does not run")
    }
    seen.append(
        facts.networkManager[interface].map { "NetworkManager says \($0)" } ?? "NetworkManager does not know it")
    return seen
}

private func removal(_ interface: String, _ networkd: NetworkServiceFacts.Networkd) -> Finding {
    let name = networkd.file.split(separator: "/").last.map(String.init) ?? ""
    let folder = "/etc/systemd/network/\(name).d"
    // It has to be read after the one that says otherwise.
    let said = networkd.keep?.place.split(separator: "/").last.map(String.init) ?? ""
    let own = "90-understudy.conf"
    let comesLater = networkd.keep?.place.contains(".network.d/") != true
    let isLast = comesLater || Array(said.utf8).lexicographicallyPrecedes(Array(own.utf8))
    let file = "\(folder)/\(isLast ? own : "zz-understudy.conf")"
    return Finding(
        .addressesRemoved, .warning, of: interface,
        "systemd-networkd removes virtual addresses from \(interface) when it configures it anew",
        evidence: [
            "it configures \(interface) by \(networkd.file)",
            networkd.keep.map { "\($0.place) has KeepConfiguration=\($0.value)" }
                ?? "neither that file nor a drop-in has KeepConfiguration=static",
        ],
        consequence:
            "at networkctl reload or reconfigure, netplan apply, or an upgrade of systemd an active host loses its addresses "
            + "until the daemon puts them back",
        remedy: Remedy(
            [
                "mkdir -p \(shellWord(folder))",
                "printf '[Network]\\nKeepConfiguration=static\\n' > \(shellWord(file))", "networkctl reload",
            ], isSafe: false,
            advice: "networkctl reload configures \(interface) anew: do it while this host is standby"))
}

private func managerNote(_ interface: String, _ state: String) -> Finding {
    Finding(
        .addressesRemoved, .note, of: interface, "NetworkManager manages \(interface)",
        evidence: ["nmcli says \(state)"],
        consequence:
            "when a connection is activated or applied again there (nmcli connection up, nmcli device reapply), it removes the "
            + "virtual addresses, and the daemon puts them back",
        remedy: .advice(
            "change the connection while this host is standby; or, where something else configures \(interface), have it "
                + "left alone: [device-understudy], match-device=interface-name:\(interface), managed=0 in "
                + "/etc/NetworkManager/conf.d/understudy.conf"))
}
