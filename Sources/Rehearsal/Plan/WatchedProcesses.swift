package import Configuration

/// The processes that a host's checks ask for by name.
package struct WatchedProcesses: Equatable {
    /// The process that is the load balancer, as far as its name tells; nil when no check asks for any.
    package private(set) var balancer: String?
    /// All other names, sorted.
    package private(set) var others: [String] = []
    /// The names of the checks that ask for each process.
    package private(set) var checks: [String: Set<String>] = [:]

    private static let tools: Set<String> = ["pkill", "killall", "pidof", "pgrep", "killall5"]
    private static let balancers = [
        "hapee-lb", "haproxy", "nginx", "envoy", "traefik", "varnishd", "apache2", "httpd", "lighttpd", "caddy",
        "squid",
        "pound", "relayd", "gobetween",
    ]
    /// Options of the tools that take the next word with them.
    private static let optionsWithValue: Set<String> = ["-s", "-u", "-U", "-g", "-G", "-P", "-t", "--signal"]

    package init(_ model: Model) {
        for check in model.scripts {
            for name in Self.names(in: check.command) { checks[name, default: []].insert(check.name) }
        }
        for check in model.processes {
            // With `full_command` it is a path; the kernel's name of the process is its last part.
            let name = check.process.split(separator: "/").last.map(String.init) ?? check.process
            checks[name, default: []].insert(check.name)
        }
        let names = checks.keys.sorted()
        let known = Self.balancers.lazy.compactMap { known in names.first { $0.hasPrefix(known) } }.first
        let candidates = names.filter { $0 != "sshd" }
        balancer = known ?? (candidates.count == 1 ? candidates[0] : nil)
        others = names.filter { $0 != balancer }
    }

    /// The process names that a command asks for: `pkill -0 NAME`, `killall -0 NAME`, `pidof NAME`, `pgrep -x NAME`,
    /// also within `sh -c '...'`.
    static func names(in command: [String]) -> [String] {
        let words = command.flatMap { $0.split { " \t;|&()'\"".contains($0) } }.map(String.init)
        var names: [String] = []
        var index = 0
        while index < words.count {
            let tool = words[index].split(separator: "/").last.map(String.init) ?? ""
            index += 1
            guard tools.contains(tool) else { continue }
            while index < words.count, words[index].hasPrefix("-") {
                let takesValue = optionsWithValue.contains(words[index]) || (tool == "pidof" && words[index] == "-o")
                index += takesValue ? 2 : 1
            }
            guard index < words.count, let name = words[index].split(separator: "/").last else { continue }
            names.append(String(name.filter { !"^$".contains($0) }))
            index += 1
        }
        return names.filter { !$0.isEmpty }
    }
}
