internal import Configuration
package import VRRPWire

/// How the kernel checks that the way back to a sender leads through the interface that a packet came in at.
///
/// IPv4 only. Source: Documentation/networking/ip-sysctl.rst, rp_filter.
package struct ReversePathFilter: Equatable, Sendable {
    /// Of all interfaces; the greater one of the two counts.
    package var all: Int
    package var interface: Int
    /// Senders to whom no route leads at all, so that not even the loose check lets them pass.
    package var unreachable: Set<IPAddress>

    package init(all: Int = 0, interface: Int = 0, unreachable: Set<IPAddress> = []) {
        self.all = all
        self.interface = interface
        self.unreachable = unreachable
    }

    /// 0 none, 1 strict, 2 loose.
    var value: Int { max(all, interface) }
}

// Adverts that are on the wire and reach no program.
extension ReceptionJudge {
    func lost(_ source: IPAddress, _ seen: [SeenAdvert]) -> Finding {
        let evidence = [
            "\(seen.count) adverts of \(source) on the wire of \(instance.interface) in \(wire.secondsInWords) (packet socket)",
            "none of them at a raw socket for protocol \(context.path.protocolNumber), such as the daemon's",
        ]
        let (culprit, proof, remedy) = culprit(source, seen)
        return Finding(
            .advertsDoNotArrive, .problem, of: instance.name,
            "adverts of \(source) come in on \(instance.interface), and this host drops them: \(culprit)",
            evidence: evidence + proof,
            consequence: "this host does not know that \(source) is active, and takes the addresses as well",
            remedy: remedy)
    }

    private func culprit(_ source: IPAddress, _ seen: [SeenAdvert]) -> (String, [String], Remedy) {
        if !context.firewall.isEmpty {
            let commands = context.firewall.compactMap(\.remedy).flatMap(\.commands)
            return (
                "the firewall does it", context.firewall.flatMap(\.evidence),
                Remedy(
                    commands, isSafe: context.firewall.allSatisfy { $0.remedy?.isSafe ?? false },
                    advice: context.firewall.lazy.compactMap(\.remedy?.advice).first)
            )
        }
        if wire.reversePathDrops > 0, context.reversePath.value > 0 { return reversePath(source) }
        let destination = seen[0].carrier.destination
        if !destination.isMulticast, !context.ownAddresses.contains(destination) {
            return (
                "they are for \(destination), which is no address of this host", [],
                .advice("correct `unicast_peer` on \(source), or give this host the address \(destination)")
            )
        }
        if wire.headerErrors > 0 {
            return (
                "their IP header is damaged", ["the kernel counted \(wire.headerErrors) damaged headers meanwhile"],
                .advice("look for the damage on the way: the network card's offloads, a tunnel, the other host")
            )
        }
        return (
            "the firewall's rules do not show why", [],
            .advice(
                "look for what else filters here: rules that `nft list ruleset` does not show, a BPF program (`bpftool net`), tc "
                    + "(`tc filter show dev \(instance.interface) ingress`), a bridge's rules (`nft list ruleset bridge`)"
            )
        )
    }

    private func reversePath(_ source: IPAddress) -> (String, [String], Remedy) {
        let filter = context.reversePath
        let interface = instance.interface
        let proof = [
            "the kernel counted \(wire.reversePathDrops) packets whose sender it would not answer through the interface "
                + "(IPReversePathFilter)",
            "net.ipv4.conf.all.rp_filter is \(filter.all), that of \(interface) is \(filter.interface); the greater counts",
        ]
        let isUnreachable = filter.unreachable.contains(source)
        // The loose check wants any route to the sender; with none only no check at all lets him pass.
        let settings =
            isUnreachable
            ? [sysctlName("all", "rp_filter") + "=0", sysctlName(interface, "rp_filter") + "=0"]
            : [sysctlName(interface, "rp_filter") + "=2"]
        let lines = settings.map { $0 + "\\n" }.joined()
        return (
            "rp_filter does it, because its route to \(source) does not lead through \(interface)", proof,
            Remedy(
                [
                    "sysctl -w \(settings.joined(separator: " "))",
                    "printf '\(lines)' > /etc/sysctl.d/90-vrrp-rp_filter.conf",
                ],
                isSafe: false,
                advice: "better: give both hosts addresses of one subnet on this network, so that the check is right"
                    + (isUnreachable ? "; no route leads to \(source)" : ""))
        )
    }
}

/// `net.ipv4.conf.eth0.rp_filter`; with slashes where the interface's name has a dot.
func sysctlName(_ interface: String, _ key: String) -> String {
    interface.contains(".") ? "net/ipv4/conf/\(interface)/\(key)" : "net.ipv4.conf.\(interface).\(key)"
}
