import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import struct Foundation.Data
import class Foundation.JSONSerialization

extension Host {
    /// What `ip link` says of an interface; nil when there is none.
    func virtualLink(_ name: String) throws -> VirtualLinkState? {
        let result = try run("ip", ["-d", "-j", "link", "show", "dev", name])
        guard result.status == .exited(code: 0),
            let list = try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [[String: Any]],
            let link = list.first
        else { return nil }
        let details = link["linkinfo"] as? [String: Any]
        return VirtualLinkState(
            index: link["ifindex"] as? Int ?? 0, address: link["address"] as? String ?? "",
            isUp: (link["flags"] as? [String])?.contains("UP") == true, alias: link["ifalias"] as? String,
            kind: details?["info_kind"] as? String,
            mode: (details?["info_data"] as? [String: Any])?["mode"] as? String)
    }

    /// A number below /proc/sys/net.
    func setting(_ path: String) throws -> String {
        String(try run("cat", ["/proc/sys/net/\(path)"]).output.filter { !$0.isWhitespace })
    }

    /// The MAC address that this host has for a neighbour's address; nil for none.
    func neighbour(_ address: String) throws -> String? {
        let words = try run("ip", ["neigh", "show", address]).output.split(separator: " ").map(String.init)
        guard let place = words.firstIndex(of: "lladdr"), place + 1 < words.count else { return nil }
        return words[place + 1]
    }

    /// Whether nobody but this MAC address is what it has for a neighbour's address, once it has asked.
    func finds(_ address: String, at hardware: String) throws -> Bool {
        _ = try run("ping", ["-c", "1", "-W", "1", "-n", address])
        return try neighbour(address) == hardware
    }
}

struct VirtualLinkState: Equatable {
    var index: Int
    var address: String
    var isUp: Bool
    var alias: String?
    var kind: String?
    var mode: String?
}
