internal import LinuxKernel

/// What SELinux has to say about the daemon and its checks.
package struct SELinuxFacts: Equatable, Sendable {
    package enum Mode: Equatable, Sendable { case absent, permissive, enforcing }

    package var mode: Mode
    /// The daemon's context: `system_u:system_r:unconfined_service_t:s0`; nil when it does not run.
    package var domain: String?
    /// Programs with their labels, the daemon's own first.
    package var labels: [(path: String, label: String)] = []

    package init(mode: Mode, domain: String? = nil, labels: [(path: String, label: String)] = []) {
        self.mode = mode
        self.domain = domain
        self.labels = labels
    }

    package static func == (lhs: Self, rhs: Self) -> Bool {
        lhs.mode == rhs.mode && lhs.domain == rhs.domain
            && lhs.labels.elementsEqual(rhs.labels) { $0.path == $1.path && $0.label == $1.label }
    }
}

/// - Parameters:
///   - pid: the daemon's process; nil when it does not run.
///   - programs: what it runs, by full path.
///   - root: the root directory of the host that is looked at.
package func gatherSELinux(
    pid: Int32?, programs: [String], root: String = "", tools: some Tools
) -> SELinuxFacts {
    guard case .success(let bytes) = readFile("\(root)/sys/fs/selinux/enforce", limit: 16) else {
        return SELinuxFacts(mode: .absent)
    }
    guard bytes.first == UInt8(ascii: "1") else { return SELinuxFacts(mode: .permissive) }
    var facts = SELinuxFacts(mode: .enforcing)
    if let pid, case .success(let context) = readFile("\(root)/proc/\(pid)/attr/current", limit: 4096) {
        facts.domain = String(decoding: context.prefix { $0 != 0 && $0 != 10 }, as: UTF8.self)
    }
    for path in ["/usr/sbin/understudyd"] + programs {
        guard let label = tools.run("stat", ["-L", "-c", "%C", path]).output else { continue }
        facts.labels.append((path, String(label.prefix { $0 != "\n" })))
    }
    return facts
}

/// Whether SELinux keeps the daemon from running or confines its checks.
package func judgeSELinux(_ facts: SELinuxFacts) -> [Finding] {
    switch facts.mode {
    case .absent: return [Finding(.selinux, .ok, "SELinux is not in use", evidence: ["no /sys/fs/selinux/enforce"])]
    case .permissive: return [Finding(.selinux, .ok, "SELinux only reports", evidence: ["its mode is permissive"])]
    case .enforcing: break
    }
    func type(_ context: String) -> String {
        context.split(separator: ":").dropFirst(2).first.map(String.init) ?? context
    }
    // What a file has that was moved here from a home directory or /tmp; systemd may not run those.
    let foreign = ["user_home_t", "admin_home_t", "user_tmp_t", "tmp_t", "default_t", "unlabeled_t", "file_t"]
    var findings = facts.labels.filter { foreign.contains(type($0.label)) }.map { program in
        Finding(
            .selinux, program.path.hasSuffix("/understudyd") ? .problem : .warning, of: program.path,
            "\(program.path) has the label of another place", evidence: ["its label is \(program.label)"],
            consequence: program.path.hasSuffix("/understudyd")
                ? "systemd may not run it (status=203/EXEC), so the daemon does not start"
                : "the policy may forbid running it, and the check then counts as failed",
            remedy: Remedy(["restorecon -v \(shellWord(program.path))"], isSafe: false))
    }
    let open = ["unconfined_service_t", "unconfined_t", "initrc_t"]
    if let domain = facts.domain, !open.contains(type(domain)) {
        findings.append(
            Finding(
                .selinux, .note, of: domain, "SELinux confines the daemon and its checks",
                evidence: ["the daemon's context is \(domain)"],
                consequence: "a check may be forbidden what works in your shell",
                remedy: .advice("ausearch -m AVC -ts recent lists what was forbidden")))
    }
    guard findings.isEmpty else { return findings }
    return [
        Finding(
            .selinux, .ok, "SELinux enforces, and is not in the way",
            evidence: [facts.domain.map { "the daemon's context is \($0)" } ?? "no daemon runs"]
                + facts.labels.map { "\($0.path): \($0.label)" })
    ]
}
