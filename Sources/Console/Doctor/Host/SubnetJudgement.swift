internal import Configuration
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Whether an instance's addresses are in subnets of the interfaces that carry them.
func judgeAddresses(_ instance: Instance, _ facts: InterfaceFacts, _ virtual: Set<IPAddress>) -> [Finding] {
    var findings: [Finding] = []
    var fitting: [String] = []
    for held in instance.addresses + instance.excludedAddresses {
        let subnets = facts.addresses(of: held.interface).filter {
            $0.address.family == held.address.family && !virtual.contains($0.address)
        }
        // Without any there is nothing to compare with, and that is a finding of its own.
        guard !subnets.isEmpty, !isLinkLocal(held.address) else { continue }
        let around = subnets.filter { held.address.shares(prefixOf: $0.address, length: $0.prefixLength) }
        guard !around.isEmpty else {
            findings.append(outside(held, instance, subnets))
            continue
        }
        let host = held.address.family.hostPrefixLength
        // The longest is the one that the kernel would choose.
        let length = around.map(\.prefixLength).max() ?? host
        if held.prefixLength != host, held.prefixLength != length {
            findings.append(otherPrefix(held, instance, length))
        } else {
            fitting.append("\(held.address)/\(held.prefixLength) on \(held.interface)")
        }
    }
    if findings.isEmpty, !fitting.isEmpty {
        findings.append(
            Finding(
                .addressInSubnet, .ok, of: instance.name, "the virtual addresses fit the subnets of their interfaces",
                evidence: fitting))
    }
    return findings
}

private func outside(_ held: VirtualAddress, _ instance: Instance, _ subnets: [AddressInfo]) -> Finding {
    let list = enumeration(subnets.map { "\($0.address)/\($0.prefixLength)" })
    return Finding(
        .addressOutsideSubnet, .warning, of: "\(instance.name) \(held.address)",
        "\(held.address) is in no subnet of \(held.interface)", evidence: ["\(held.interface) has \(list)"],
        consequence: "neighbours do not look for it on this network unless a route says so",
        remedy: .advice(
            held.missingNeighbour(on: held.interface, beside: subnets.map(\.address)).map {
                "\(held.interface) has a link-local address only: give it an address of that subnet too: \($0)"
            } ?? "use an unused address of \(list), or name the right interface; then reload"))
}

private func otherPrefix(_ held: VirtualAddress, _ instance: Instance, _ length: UInt8) -> Finding {
    let isShorter = held.prefixLength < length
    return Finding(
        .addressPrefixDiffers, .warning, of: "\(instance.name) \(held.address)",
        "\(held.address) has prefix length \(held.prefixLength), its subnet on \(held.interface) has \(length)",
        evidence: ["written as \(held.address)/\(held.prefixLength)"],
        consequence: isShorter
            ? "while it is here, this host believes more addresses to be its neighbours than are, and does not reach them"
            : "while it is here, the kernel has a second, smaller subnet on \(held.interface), and may send from "
                + "\(held.address)",
        remedy: .advice(
            "write \(held.address)/\(length), or no prefix at all, in \(instance.location.file); then reload"))
}

private func isLinkLocal(_ address: IPAddress) -> Bool {
    if case .v6(let address) = address { address.isLinkLocal } else { false }
}
