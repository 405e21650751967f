import Configuration
import LinuxKernel
import Rehearsal
import Testing

import class Foundation.FileManager
import struct Foundation.URL

/// `understudy check --compat` accepts what Debian's `keepalived -t` accepts, and nothing else.
@Suite struct CompatibilityTests {
    private static let directory = CorpusSupport.directory

    @Test(arguments: ["valid", "invalid", "keywords"])
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
            .filter { $0.hasSuffix(".conf") }
        try #require(files.count >= 15)
        let support = "\(Self.directory)/support"
        try CorpusSupport.write(to: host, from: support)
        // In a network namespace that is not there keepalived passes over what it does not know.
        try CorpusSupport.nameNetwork(of: host)
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

    @Test(arguments: ["VRRP", "IPVS", "values"])
    func `small files have keepalived's verdict`(subject: String) throws {
        let files =
            switch subject {
            case "VRRP": CompatibilitySnippets.all
            case "IPVS": CompatibilityServices.all
            default: CompatibilityValues.all
            }
        let trial = try Trial()
        let host = try trial.laboratory.addHost(
            "lb1",
            [Interface("eth0", addresses: [try .init(ip("192.0.2.1"), 24)]), Interface("eth1")])
        try host.writeFile("/run/empty.inc", "")
        var refused = 0
        for text in files {
            try host.writeFile("/run/vrrp.conf", text)
            let theirs = try host.run("keepalived", ["-t", "-f", "/run/vrrp.conf"])
            let ours = try host.run(Trial.command, ["check", "--compat", "/run/vrrp.conf"])
            if theirs.status != .exited(code: 0) { refused += 1 }
            #expect(
                (ours.status != .exited(code: 2)) == (theirs.status == .exited(code: 0)),
                "\(text)keepalived \(theirs)\nwe\n\(ours.output)")
        }
        // It has to have been asked something.
        #expect(refused > 20 && refused < files.count - 20)
    }

    /// What `check --portable` and `--compat` say of keywords is what Debian's keepalived says.
    @Test(arguments: [
        (BlockKind.globalDefs, "global_defs"), (.script, "vrrp_script A"), (.process, "vrrp_track_process A"),
        (.instance, "vrrp_instance A"), (.syncGroup, "vrrp_sync_group A"), (.trackFile, "track_file A"),
        (.bfd, "bfd_instance A"), (.garpGroup, "garp_group"), (.trackGroup, "track_group A"),
    ])
    func `keepalived knows every keyword but those that are said to be newer, or ours`(
        block: BlockKind, head: String
    ) throws {
        let trial = try Trial()
        let host = try trial.host()
        for keyword in KeywordTable.keywords(in: block) {
            if case .obsolete = keyword.status { continue }
            try host.writeFile("/run/vrrp.conf", "\(head) {\n\(keyword.name) 1\n}\n")
            let theirs = try host.run("keepalived", ["-t", "-f", "/run/vrrp.conf"])
            #expect(
                theirs.output.contains("Unknown keyword '\(keyword.name)'")
                    == KeywordTable.isUnknownElsewhere(keyword, in: block), "\(head) \(keyword.name)\n\(theirs.output)")
        }
    }
}
