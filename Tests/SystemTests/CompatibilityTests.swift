import LinuxKernel
import Rehearsal
import Testing

import class Foundation.FileManager
import struct Foundation.URL

/// `understudy check --compat` accepts what Debian's `keepalived -t` accepts, and nothing else.
@Suite struct CompatibilityTests {
    private static let directory = CorpusSupport.directory

    @Test(arguments: ["valid", "invalid"])
    func `every file of the corpus has keepalived's verdict`(kind: String) throws {
        let trial = try Trial()
        let names = [
            "eth0", "eth1", "eth2", "ens192", "ens3", "enp1s0", "bond0", "ha-switch", "ha-vip1", "eth0.100",
        ]
        let host = try trial.laboratory.addHost(
            "lb1",
            try names.map { name in
                Interface(name, addresses: name == "eth0" ? [try .init(ip("192.168.10.11"), 24)] : [])
            })
        let files = try FileManager.default.contentsOfDirectory(atPath: "\(Self.directory)/\(kind)").sorted()
            // With a network namespace that is not there keepalived passes over what it does not know.
            .filter { $0.hasSuffix(".conf") && $0 != "50-process-everything.conf" }
        try #require(files.count >= 30)
        let support = "\(Self.directory)/support"
        try CorpusSupport.write(to: host, from: support)
        for file in files {
            let text = String(decoding: try LocalFiles.read("\(Self.directory)/\(kind)/\(file)"), as: UTF8.self)
                .replacing("/etc/keepalived/", with: "/run/").replacing("mail.example.net", with: "127.0.0.1")
            try host.writeFile("/run/vrrp.conf", text)
            let theirs = try host.run("keepalived", ["-t", "-i", "lb1", "-f", "/run/vrrp.conf"])
            let ours = try host.run(Trial.command, ["check", "--compat", "-i", "lb1", "/run/vrrp.conf"])
            let accepts = theirs.status == .exited(code: 0)
            #expect(
                (ours.status != .exited(code: 2)) == accepts,
                "\(file): keepalived\n\(theirs.output)\nwe\n\(ours.output)")
        }
    }
}
