package import LinuxKernel

/// What the services that configure the network do with an interface.
package struct NetworkServiceFacts: Equatable, Sendable {
    /// One interface that systemd-networkd configures.
    package struct Networkd: Equatable, Sendable {
        /// The file that it goes by.
        package var file: String
        /// The last KeepConfiguration= of that file and its drop-ins, and where it is.
        package var keep: (value: String, place: String)?

        package init(file: String, keep: (value: String, place: String)?) {
            self.file = file
            self.keep = keep
        }

        /// systemd.network(5): addresses of others count as static ones.
        package var keepsAddresses: Bool {
            ["yes", "y", "true", "t", "1", "on", "static"].contains(keep?.value.lowercased() ?? "")
        }

        package static func == (lhs: Self, rhs: Self) -> Bool {
            lhs.file == rhs.file && lhs.keep?.value == rhs.keep?.value && lhs.keep?.place == rhs.keep?.place
        }
    }

    /// By interface; others it leaves alone.
    package var networkd: [String: Networkd] = [:]
    /// NetworkManager's states, by interface: `connected`, `connected (externally)`, `unmanaged`.
    package var networkManager: [String: String] = [:]
    package var isNetworkdRunning = false
    /// Why NetworkManager could not be asked although it runs.
    package var failure: String?

    package init() {}
}

/// Reads what systemd-networkd writes of its state, and asks NetworkManager.
package func gatherNetworkServices(
    _ links: [LinkInfo], processes: [String], root: String = "", tools: some Tools
) -> NetworkServiceFacts {
    var facts = NetworkServiceFacts()
    // The kernel cuts names after 15 octets. What it wrote stays after its end, and is no longer true.
    facts.isNetworkdRunning = processes.contains("systemd-network")
    if facts.isNetworkdRunning {
        for link in links { facts.networkd[link.name] = networkd(link.index, root) }
    }
    guard processes.contains("NetworkManager") else { return facts }
    let outcome = tools.run("nmcli", ["-t", "-e", "no", "-f", "DEVICE,STATE", "device", "status"])
    guard let output = outcome.output else {
        facts.failure = "nmcli: \(outcome.failure)"
        return facts
    }
    for line in output.split(separator: "\n") {
        // A name may have a colon in it, a state has none.
        guard let colon = line.lastIndex(of: ":") else { continue }
        facts.networkManager[String(line[..<colon])] = String(line[line.index(after: colon)...])
    }
    return facts
}

/// Nil when networkd leaves the interface alone.
private func networkd(_ index: UInt32, _ root: String) -> NetworkServiceFacts.Networkd? {
    let state = assignments("\(root)/run/systemd/netif/links/\(index)")
    func last(_ key: String) -> String? { state.last { $0.key == key }?.value }
    guard last("ADMIN_STATE") != "unmanaged", let file = last("NETWORK_FILE"),
        let name = file.split(separator: "/").last
    else { return nil }
    // systemd.unit(5): drop-ins of all directories in the order of their names; of one name the first directory's.
    var dropIns: [(name: String, path: String)] = []
    for directory in ["etc", "run", "usr/local/lib", "usr/lib", "lib"] {
        for path in globFiles("\(root)/\(directory)/systemd/network/\(name).d/*.conf") {
            let own = String(path.split(separator: "/").last ?? "")
            if !dropIns.contains(where: { $0.name == own }) { dropIns.append((own, path)) }
        }
    }
    dropIns.sort { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
    var keep: (value: String, place: String)?
    for path in ["\(root)\(file)"] + dropIns.map(\.path) {
        for setting in assignments(path) where setting.section == "Network" && setting.key == "KeepConfiguration" {
            keep = (setting.value, "\(path):\(setting.line)")
        }
    }
    return NetworkServiceFacts.Networkd(file: file, keep: keep)
}

private func assignments(_ path: String) -> [(section: String, key: String, value: String, line: Int)] {
    guard case .success(let bytes) = readFile(path, limit: 1 << 20) else { return [] }
    var section = ""
    var found: [(section: String, key: String, value: String, line: Int)] = []
    let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() {
        let line = trimmed(line)
        if line.hasPrefix("#") || line.hasPrefix(";") { continue }
        if line.hasPrefix("["), line.hasSuffix("]") { section = String(line.dropFirst().dropLast()) }
        guard let equals = line.firstIndex(of: "=") else { continue }
        let value = trimmed(line[line.index(after: equals)...])
        found.append((section, trimmed(line[..<equals]), value, index + 1))
    }
    return found
}

private func trimmed(_ text: some StringProtocol) -> String {
    let start = String(text).drop { $0.isWhitespace }
    return String(String(start.reversed()).drop { $0.isWhitespace }.reversed())
}
