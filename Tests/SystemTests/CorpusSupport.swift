import LinuxKernel
import Rehearsal

import class Foundation.FileManager
import struct Foundation.URL

/// The files of the corpus on the hosts of a laboratory.
enum CorpusSupport {
    static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "ConfigurationTests/Corpus").path

    /// Without what depends on whatever else runs on this machine, and with commands where a host has a place for them.
    ///
    /// Of `lvs_sync_daemon` keepalived 2.2.7 dies where the kernel has no IPVS, even if it is to do VRRP only, and of
    /// `reload_check_config` it ends, as after a check of the file.
    static func adapted(_ text: String) -> String {
        text.replacing("/etc/keepalived/", with: "/run/").replacing("/usr/bin/pgrep -x haproxy", with: "/usr/bin/true")
            .replacing("process haproxy", with: "process absent-balancer")
            .split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.contains("lvs_sync_daemon") && !$0.contains("reload_check_config") }.joined(separator: "\n")
    }

    /// Gives the host's own network the name that the corpus has for a network namespace.
    static func nameNetwork(of host: Host) throws {
        let ran = try host.run("sh", ["-c", "exec ip netns attach blue $$"])
        guard ran.status == .exited(code: 0) else { throw DidNotHappen(description: "a named network: \(ran.output)") }
    }

    /// The commands, which write down what they are told, and the files that others include.
    static func write(to host: Host, from directory: String) throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: directory).sorted() {
            let path = "\(directory)/\(name)"
            guard !name.hasSuffix(".sh") else {
                let text = "#!/bin/sh\n[ -z \"$1\" ] || echo \"\(name) $*\" >> /run/told\nexit 0\n"
                try host.writeFile("/run/\(name)", text, mode: 0o755)
                continue
            }
            _ = try host.run("mkdir", ["-p", "/run/\(name)"])
            for inner in try FileManager.default.contentsOfDirectory(atPath: path).sorted() {
                let text = String(decoding: try LocalFiles.read("\(path)/\(inner)"), as: UTF8.self)
                try host.writeFile("/run/\(name)/\(inner)", adapted(text))
            }
        }
    }
}
