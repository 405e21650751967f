internal import Configuration
internal import Control
internal import Daemon
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Whether the addresses on the interfaces are those that the daemon's state says; nothing when they are.
func judgeAddressStates(_ model: Model, _ facts: InterfaceFacts, _ status: Status?) -> [Finding] {
    model.instances.flatMap { instance -> [Finding] in
        let known = status?.instances.first { $0.name == instance.name }
        return (instance.addresses + instance.excludedAddresses).compactMap { held in
            let all = facts.addresses(of: held.interface)
            let assigned = all.first { $0.address == held.address }
            let isOnly = assigned != nil && all.count { $0.address.family == held.address.family } == 1
            return judge(
                held, instance, state: known?.state, isAnswered: status != nil, assigned?.protocolMark, assigned != nil,
                isOnly: isOnly && assigned?.protocolMark != addressMark)
        }
    }
}

private func judge(
    _ held: VirtualAddress, _ instance: Instance, state: RouterState?, isAnswered: Bool, _ mark: UInt8?, _ isHere: Bool,
    isOnly: Bool
) -> Finding? {
    let subject = "\(instance.name) \(held.address)"
    let removal =
        "ip address del \(held.address)/\(held.prefixLength) dev \(shellWord(held.interface))"
    switch state {
    case .active? where !isHere:
        return Finding(
            .addressStateWrong, .problem, of: subject,
            "\(instance.name) is active, and \(held.address) is not on \(held.interface)",
            evidence: ["the daemon says active; the kernel does not list the address"],
            consequence: "what is served there cannot be reached",
            remedy: .advice(
                "the daemon puts it back within a second unless the kernel refuses: see `understudy status` and the log"
            ))
    case .standby?, .fault?, .waiting?, .stopped?:
        guard isHere else { return nil }
        return Finding(
            .addressStateWrong, .problem, of: subject,
            "\(held.address) is on \(held.interface), and \(instance.name) is not active",
            evidence: [
                "the daemon says \(state?.rawValue ?? "")",
                mark == addressMark
                    ? "the address has the daemon's mark"
                    : "the address has not the daemon's mark: somebody else put it there",
            ],
            consequence: "two hosts have the address as soon as the other one is active",
            remedy: isOnly
                ? .advice(
                    "it is the only address of \(held.interface), by which this host is reached: choose another virtual "
                        + "address, or priority 255 if this host is to own it")
                : Remedy(
                    [removal], isSafe: false, advice: "and find out who put it there: a network configuration, a script"
                ))
    case nil where !isAnswered && isHere:
        return Finding(
            .addressStateWrong, .problem, of: subject,
            "\(held.address) is on \(held.interface), and no daemon keeps it",
            evidence: [
                mark == addressMark
                    ? "the address has the daemon's mark: it was left over"
                    : "the address has not the daemon's mark: somebody else put it there"
            ],
            consequence: "two hosts have the address as soon as the other one is active",
            remedy: Remedy([removal], isSafe: false))
    case .active?, .handingOver?, nil: return nil
    }
}
