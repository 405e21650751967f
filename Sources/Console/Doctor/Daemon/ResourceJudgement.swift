internal import LinuxKernel

/// What the daemon's process may use, and how much of that it does.
package struct ResourceFacts: Equatable, Sendable {
    /// RLIMIT_NOFILE, the soft one; nil when it is unlimited.
    package var fileLimit: Int?
    /// What the soft limit may be raised to without more rights; nil when it is unlimited.
    package var hardFileLimit: Int?
    package var openFiles: Int
    /// The smallest limit of its control groups in octets; nil when there is none.
    package var memoryLimit: Int?
    /// What its control group holds and cannot be dropped, as page cache can.
    package var memory: Int?
    /// How often the kernel killed a process of its control group for want of memory.
    package var kills: Int

    package init(
        fileLimit: Int?, hardFileLimit: Int? = nil, openFiles: Int, memoryLimit: Int? = nil, memory: Int? = nil,
        kills: Int = 0
    ) {
        self.fileLimit = fileLimit
        self.hardFileLimit = hardFileLimit
        self.openFiles = openFiles
        self.memoryLimit = memoryLimit
        self.memory = memory
        self.kills = kills
    }
}

/// Reads them of a process; nil when it may not be looked at.
///
/// - Parameter root: the root directory of the host that is looked at.
package func readResources(of pid: Int32, root: String = "") -> ResourceFacts? {
    guard let limits = text("\(root)/proc/\(pid)/limits") else { return nil }
    let files = globFiles("\(root)/proc/\(pid)/fd/*")
    guard !files.isEmpty else { return nil }
    // `Max open files            65536                524288               files`
    let line = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") } ?? ""
    let numbers = line.dropFirst("Max open files".count).split(separator: " ").map { Int($0) }
    var facts = ResourceFacts(
        fileLimit: numbers.first ?? nil, hardFileLimit: numbers.dropFirst().first ?? nil, openFiles: files.count)
    guard let group = memoryGroup(of: pid, root) else { return facts }
    // A limit of any group above counts as well.
    var path = group.path
    while true {
        let names = ["memory.max", "memory.limit_in_bytes"]
        for name in names {
            guard let limit = text("\(group.top)\(path)/\(name)").flatMap({ Int($0.prefix { $0 != "\n" }) }),
                // The first version says `no limit` with the largest number of whole pages.
                limit < Int.max >> 1
            else { continue }
            facts.memoryLimit = min(facts.memoryLimit ?? limit, limit)
        }
        guard let slash = path.lastIndex(of: "/") else { break }
        path = String(path[..<slash])
    }
    let place = group.top + group.path
    facts.memory = number("anon", in: "\(place)/memory.stat") ?? number("total_rss", in: "\(place)/memory.stat")
    facts.kills =
        number("oom_kill", in: "\(place)/memory.events") ?? number("oom_kill", in: "\(place)/memory.oom_control") ?? 0
    return facts
}

private func text(_ path: String) -> String? {
    guard case .success(let bytes) = readFile(path, limit: 1 << 20) else { return nil }
    return String(decoding: bytes, as: UTF8.self)
}

/// The number behind a word in a file of such lines.
private func number(_ name: String, in path: String) -> Int? {
    text(path)?.split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap { Int($0.dropFirst(name.count + 1)) }
}

/// Where the files of its memory are: a control group of the second version, or of the first one's memory controller.
private func memoryGroup(of pid: Int32, _ root: String) -> (top: String, path: String)? {
    let lines = text("\(root)/proc/\(pid)/cgroup")?.split(separator: "\n") ?? []
    var found: (top: String, path: String)?
    for line in lines {
        let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { continue }
        let path = parts[2] == "/" ? "" : String(parts[2])
        if parts[1].split(separator: ",").contains("memory") { return ("\(root)/sys/fs/cgroup/memory", path) }
        if parts[0] == "0", parts[1].isEmpty { found = ("\(root)/sys/fs/cgroup", path) }
    }
    return found
}

/// Whether the daemon has room.
///
/// - Parameter checks: how many it runs, each of which needs descriptors while it runs.
package func judgeResources(
    _ facts: ResourceFacts?, pid: Int32, service: String, checks: Int
) -> [Finding] {
    guard let facts else {
        return [
            Finding(
                .resources, .unknown, "the limits of the daemon's process could not be read",
                evidence: ["process \(pid)"])
        ]
    }
    var findings: [Finding] = []
    // Beside what is open: those who ask through the control socket, a reload, and the pipes of checks.
    let needed = facts.openFiles + 64 + 2 * checks
    let files = "\(facts.openFiles) descriptors are open, \(facts.fileLimit.map(String.init) ?? "any number") may be"
    if let limit = facts.fileLimit, limit < needed {
        findings.append(
            Finding(
                .limitTooLow, .warning, of: "open files", "the daemon may soon not open any more files or sockets",
                evidence: [files, "it should have room for \(needed)"],
                consequence: "checks count as failed, and a reload that adds instances fails",
                remedy: Remedy(
                    ["prlimit --pid \(pid) --nofile=\(raised(facts.hardFileLimit, needed))"], isSafe: false,
                    advice: "until the daemon is started again; LimitNOFILE=65536 under [Service] by systemctl edit "
                        + "\(service) makes it last")))
    }
    let memory =
        facts.memoryLimit.map { limit in
            "\(facts.memory.map { mebibytes($0) } ?? "an unknown part") of \(mebibytes(limit)) of memory are in use"
        } ?? "its memory is not limited"
    if let limit = facts.memoryLimit, let used = facts.memory, facts.kills > 0 || used > limit / 10 * 8 {
        let kills = facts.kills > 0 ? ["the kernel killed \(facts.kills) of its processes for want of memory"] : []
        findings.append(
            Finding(
                .limitTooLow, .warning, of: "memory", "the daemon's service has too little memory",
                evidence: [memory] + kills,
                consequence: "the kernel kills a check, which then counts as failed, or the daemon itself",
                remedy: Remedy(
                    ["systemctl set-property \(service).service MemoryMax=infinity"], isSafe: false,
                    advice: "or find the check that needs so much; a limit of a slice above counts as well")))
    }
    guard findings.isEmpty else { return findings }
    return [Finding(.resources, .ok, "the daemon has room", evidence: [files, memory])]
}

/// To the unit's own limit, or as far as the hard limit lets it: raising that needs more rights than root has in some
/// containers.
private func raised(_ hard: Int?, _ needed: Int) -> String {
    guard let hard, hard < 65536 else { return "65536:" }
    return hard >= needed ? "\(hard):" : "65536:65536"
}

private func mebibytes(_ octets: Int) -> String { "\((octets + (1 << 19)) >> 20) MiB" }
