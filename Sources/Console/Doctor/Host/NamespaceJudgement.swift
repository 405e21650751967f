internal import LinuxKernel

/// What came of going into the network namespace of a configuration.
enum NetworkEntry: Equatable {
    case entered
    /// This is where it was started.
    case alreadyThere
    case failed(SystemError)
}

/// Goes into the network namespace that `ip netns` calls `name`, for good.
func enterNetwork(_ name: String) -> NetworkEntry {
    do throws(SystemError) {
        let (here, there) = (try NetworkNamespace.current(), try NetworkNamespace(named: name))
        if here.isSame(as: there) { return .alreadyThere }
        try there.enterForever()
        return .entered
    } catch {
        return .failed(error)
    }
}

/// Whether what is looked at is what the daemon of the file would see.
func judgeNamespace(_ name: String, _ entry: NetworkEntry, _ file: String) -> Finding {
    let written = "\(file) has `net_namespace \(name)`"
    switch entry {
    case .alreadyThere:
        return Finding(
            .networkNamespace, .ok, of: name, "this is the network namespace of the configuration", evidence: [written])
    case .entered:
        return Finding(
            .networkNamespace, .note, of: name, "all that follows is about the network namespace \(name)",
            evidence: [written],
            remedy: .advice(
                "commands for interfaces, routes, sysctls and firewalls are meant for a shell in there: ip netns exec "
                    + "\(shellWord(name)) sh"))
    case .failed(let error) where error.isMissing:
        return Finding(
            .networkNamespace, .problem, of: name, "there is no network namespace \(name)",
            evidence: [written, "\(error)"],
            consequence: "the daemon does not start; interfaces, firewall and network were not looked at",
            remedy: Remedy(
                ["ip netns add \(shellWord(name))"], isSafe: false,
                advice: "with interfaces and addresses in it, and before the daemon starts"))
    case .failed(let error):
        return Finding(
            .networkNamespace, .unknown, of: name, "the network namespace \(name) could not be entered",
            evidence: [written, "\(error)", "interfaces, firewall and network were not looked at"])
    }
}
