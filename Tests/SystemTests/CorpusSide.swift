import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import struct Foundation.Data
import class Foundation.JSONSerialization

/// One of the two programs with one file, on a host of its own that has all that the file asks for.
final class CorpusSide {
    /// What can be compared, by aspect: the aspect's name, and its lines in order.
    typealias Picture = [String: [String]]

    let program: Program
    let host: Host
    let log: OutputLog
    private let process: SpawnedProcess
    private let capture: SpawnedProcess
    private let settings: [String: String]

    /// The interfaces of the corpus and what is on them.
    private static let interfaces: [(name: String, addresses: [(String, UInt8)])] = [
        ("eth0", [("192.168.10.11", 24), ("2001:db8:1::11", 64)]), ("eth1", [("10.0.0.11", 24)]),
        ("eth2", [("172.16.0.11", 24)]), ("ens192", [("10.20.0.11", 24)]), ("ens3", [("10.30.0.11", 24)]),
        ("enp1s0", [("10.70.0.11", 24)]), ("bond0", [("10.40.0.11", 24)]), ("ha-switch", []), ("ha-vip1", []),
        ("eth0.100", [("10.100.0.11", 24)]),
    ]
    /// Where the others of the corpus are, so that unicast adverts leave.
    private static let others: [String: [String]] = [
        "eth0": ["192.168.10.12/24", "192.168.10.13/24", "192.168.10.254/24", "192.168.10.1/24"],
        "eth1": ["10.0.0.254/24", "10.0.0.12/24"], "eth2": ["172.16.0.1/24"], "ens192": ["10.20.0.12/24"],
        "ens3": ["10.30.0.12/24", "10.30.0.13/24"], "bond0": ["10.40.0.12/24"],
    ]

    init(_ program: Program, _ name: String, _ text: String, in trial: Trial) throws {
        self.program = program
        // Those of included files are among the first two.
        let used = Self.interfaces.filter {
            text.contains($0.name) || text.contains("include") && ["eth0", "eth1"].contains($0.name)
        }
        func segment(_ name: String) -> String { "\(program)-\(name)" }
        host = try trial.laboratory.addHost(
            "lb1",
            try used.map { name, addresses in
                Interface(
                    name, segment: segment("\(name)"), addresses: try addresses.map { try .init(ip($0.0), $0.1) })
            })
        for (interface, _) in used {
            guard let addresses = Self.others[interface] else { continue }
            _ = try trial.laboratory.addClient([
                Interface(
                    interface, segment: segment(interface),
                    addresses: try addresses.map { text in
                        let parts = text.split(separator: "/")
                        return try .init(ip(String(parts[0])), 24)
                    })
            ])
        }
        try CorpusSupport.write(to: host, from: CorpusSupport.directory + "/support")
        try CorpusSupport.nameNetwork(of: host)
        _ = try host.run("mkdir", ["-p", "/run/understudy"])
        try host.writeFile("/run/vrrp.conf", text)
        settings = try Self.sysctls(of: host, used.map(\.name))
        capture = try host.start(
            "tcpdump",
            ["-i", "any", "-Q", "out", "-U", "-w", "/run/sent.pcap", "ip proto 112 or ip proto 51 or arp or ip6"])
        let listening = host
        _ = try trial.observer.wait(seconds: 10) {
            try listening.run("test", ["-s", "/run/sent.pcap"]).status == .exited(code: 0)
        }
        log = try OutputLog("\(program)-\(name)")
        var command = program.command("/run/vrrp.conf")
        command.arguments += ["-i", "lb1"]
        process = try host.start(command.program, command.arguments, log: log)
    }

    var hasEnded: Bool { process.status != nil }

    func end() throws {
        try process.send(.terminate)
        _ = try process.wait(until: monotonicNanoseconds() + 10_000_000_000)
        try capture.send(.interrupt)
        _ = try capture.wait(until: monotonicNanoseconds() + 5_000_000_000)
    }

    // MARK: What there is

    /// All that can be asked while it runs.
    func picture() throws -> Picture {
        [
            "states": states, "addresses": try addresses(), "links": try links(), "routes": try routes(),
            "rules": try rules(), "settings": try changedSettings(),
        ]
    }

    /// What it sent, and what its commands were told, until now.
    func sent() throws -> Picture {
        let file = try LocalFiles.read(host.namespaces.outside("/run/sent.pcap"))
        let capture = CorpusCapture(file)
        // What hosts ask of their own accord has nothing to do with the file.
        let announcements = capture.announcements.filter { line in
            let words = line.split(separator: " ")
            return words[0] == "NA" || words[2] == words[4]
        }
        return [
            "adverts": capture.adverts.map { "\($0.key): \($0.value)" }.sorted(),
            "announcements": announcements.sorted(), "told": try told(),
        ]
    }

    /// Each instance's last state.
    private var states: [String] {
        var last: [String: String] = [:]
        for line in log.text.split(separator: "\n") {
            guard let open = line.firstIndex(of: "("), let close = line[open...].firstIndex(of: ")") else { continue }
            let words = line[close...].dropFirst().lowercased().split(separator: " ")
            guard words.count >= 3, words[0] == "entering", words[2].hasPrefix("state") else { continue }
            last[String(line[line.index(after: open)..<close])] = String(words[1])
        }
        return last.map { "\($0.key) \($0.value)" }.sorted()
    }

    private func json(_ arguments: [String]) throws -> [[String: Any]] {
        let output = try host.run("ip", ["-d", "-j"] + arguments).output
        return try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [[String: Any]] ?? []
    }

    private func addresses() throws -> [String] {
        try json(["addr"]).flatMap { link -> [String] in
            let name = "\(link["ifname"] ?? "")"
            return (link["addr_info"] as? [[String: Any]] ?? []).compactMap { entry in
                let local = "\(entry["local"] ?? "")"
                // Made by the kernel from the hardware address.
                if local.hasPrefix("fe80"), local.contains("ff:fe") { return nil }
                let (length, scope) = (entry["prefixlen"] as? Int ?? 0, "\(entry["scope"] ?? "")")
                let (broadcast, label) = ("\(entry["broadcast"] ?? "-")", "\(entry["label"] ?? "-")")
                let peer = entry["address"].map { " peer \($0)" } ?? ""
                return "\(name) \(local)\(peer)/\(length) scope \(scope) broadcast \(broadcast) label \(label)"
            }
        }.sorted()
    }

    /// Those that are not there for the network itself.
    private func links() throws -> [String] {
        try json(["link"]).compactMap { link in
            let information = link["linkinfo"] as? [String: Any]
            guard let kind = information?["info_kind"] as? String, kind != "veth" else { return nil }
            return "\(link["ifname"] ?? "") \(kind) \(link["address"] ?? "") on \(link["link"] ?? "")"
        }.sorted()
    }

    private func lines(_ arguments: [String], _ unwanted: Set<String>) throws -> [String] {
        try host.run("ip", arguments).output.split(separator: "\n").compactMap { line in
            var words = line.split { " \t".contains($0) }.map(String.init)
            for name in ["proto", "expires"] {
                guard let place = words.firstIndex(of: name) else { continue }
                if unwanted.contains(words[place + 1]) { return nil }
                words.removeSubrange(place...place + 1)
            }
            return words.joined(separator: " ")
        }
    }

    private func routes() throws -> [String] {
        try ["-4", "-6"].flatMap { family in
            try lines([family, "route", "show", "table", "all"], ["kernel", "ra"])
        }.filter { !$0.hasPrefix("fe80::/64") && !$0.contains("dev lo table local") }.sorted()
    }

    private func rules() throws -> [String] {
        try ["-4", "-6"].flatMap { try lines([$0, "rule"], ["kernel"]) }.sorted()
    }

    private static let watched = [
        "arp_ignore", "arp_filter", "arp_announce", "rp_filter", "accept_local", "promote_secondaries",
    ]

    private static func sysctls(of host: Host, _ interfaces: [String]) throws -> [String: String] {
        var result: [String: String] = [:]
        for interface in interfaces + ["all", "default"] {
            for name in watched {
                let path = "/proc/sys/net/ipv4/conf/\(interface)/\(name)"
                result["\(interface) \(name)"] = try host.inNetwork { () throws(SystemError) in
                    String(decoding: try LocalFiles.read(host.namespaces.outside(path)), as: UTF8.self)
                }.trimmed
            }
        }
        return result
    }

    private func changedSettings() throws -> [String] {
        let names = Set(settings.keys.compactMap { $0.split(separator: " ").first.map(String.init) })
        let now = try Self.sysctls(of: host, names.subtracting(["all", "default"]).sorted())
        return now.filter { settings[$0.key] != $0.value }.map { "\($0.key) = \($0.value)" }.sorted()
    }

    /// keepalived starts all commands of one moment at once, and the reader of a pipe only once: only the set can be compared.
    private func told() throws -> [String] {
        guard try host.run("test", ["-e", "/run/told"]).status == .exited(code: 0) else { return [] }
        return Set(try host.readFile("/run/told").split(separator: "\n").map(String.init)).sorted()
    }
}

extension String {
    fileprivate var trimmed: String { String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
}
