import Console
import Foundation
import LinuxKernel
import Testing

/// A directory of the test's own, with a configuration full of secrets and a command that tells them.
private final class Scene {
    let path: String
    private(set) var said: [String] = []

    /// All of them planted somewhere.
    static let secrets = [
        "Tr0ub4dor", "inclu5ion", "quoted s3cret", "c0mmented", "fr0mvariable", "bearer4711", "url5ecret", "pr1vatekey",
        "j0urnal",
    ]

    init() throws {
        path = NSTemporaryDirectory() + "bundle-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path + "/work", withIntermediateDirectories: true)
        try write(
            "main.conf",
            """
            $COMMUNITY=fr0mvariable
            include \(path)/included.conf
            vrrp_script chk {
                script "/usr/bin/curl -H 'Authorization: Bearer bearer4711' http://admin:url5ecret@127.0.0.1/"
            }
            vrrp_instance VI_1 {
                interface eth0
                virtual_router_id 51
                priority 100
                authentication {
                    auth_type PASS
                    auth_pass Tr0ub4dor
                    # auth_pass c0mmented
                    auth_pass "quoted s3cret"
                    auth_pass $COMMUNITY
                }
                virtual_ipaddress {
                    192.0.2.10/24
                }
            }
            """)
        try write("included.conf", "global_defs {\n    snmp_community inclu5ion\n}\n")
        // As a log would have them: without any word that tells what they are.
        try write(
            "understudy",
            """
            #!/bin/sh
            echo "called with $*"
            echo "Nov 25 08:00:00 lb1 understudyd[1]: (VI_1) says Tr0ub4dor, then Tr0ub4do and c0mmented, quoted s3cret"
            echo "Nov 25 08:00:00 lb1 check[2]: inclu5ion fr0mvariable password=j0urnal"
            echo "-----BEGIN PRIVATE KEY-----"
            echo "pr1vatekey"
            echo "-----END PRIVATE KEY-----"
            exit 3
            """, mode: 0o755)
    }

    deinit {
        do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
    }

    func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
        try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: "\(path)/\(name)")
    }

    func make(file: String = "main.conf", output: String = "out.tar.gz", workPlace: String? = nil) -> CommandStatus {
        makeSupportBundle(
            BundleOptions(
                output: "\(path)/\(output)", file: "\(path)/\(file)", configurationID: "lb1",
                socket: "\(path)/none.sock",
                ownPath: "\(path)/understudy", workPlace: workPlace ?? path + "/work")
        ) { said.append($0) }
    }

    /// The archive's files with their contents.
    func unpacked() throws -> [String: String] {
        let target = path + "/unpacked"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        let tar = Process()
        tar.executableURL = URL(filePath: "/usr/bin/env")
        tar.arguments = ["tar", "-xzf", path + "/out.tar.gz", "-C", target, "--strip-components=1"]
        try tar.run()
        tar.waitUntilExit()
        try #require(tar.terminationStatus == 0)
        var files: [String: String] = [:]
        for name in try FileManager.default.subpathsOfDirectory(atPath: target) {
            guard let content = FileManager.default.contents(atPath: "\(target)/\(name)") else { continue }
            files[name] = String(decoding: content, as: UTF8.self)
        }
        return files
    }
}

@Suite struct `A support bundle` {
    @Test func `has everything that can be had, and no secret`() throws {
        let scene = try Scene()
        #expect(scene.make() == .good, "\(scene.said)")
        let files = try scene.unpacked()
        for (name, text) in files {
            for secret in Scene.secrets { #expect(!text.contains(secret), "\(secret) is in \(name)") }
            #expect(!text.contains("Tr0ub4do"), "the eight octets that are sent are in \(name)")
        }
        let configuration = try #require(files["configuration\(scene.path)/main.conf"])
        #expect(configuration.contains("virtual_router_id 51") && configuration.contains("auth_pass <removed>"))
        #expect(files["configuration\(scene.path)/included.conf"]?.contains("snmp_community <removed>") == true)
        #expect(files["status.txt"]?.hasPrefix("called with status --socket \(scene.path)/none.sock\n") == true)
        #expect(files["doctor.txt"]?.contains("called with doctor --file \(scene.path)/main.conf") == true)
        for name in [
            "versions/kernel.txt", "network/addresses.txt", "network/sysctls.txt", "history.json", "explain.txt",
        ] {
            #expect(files[name]?.isEmpty == false, "\(name)")
        }
        #expect(files["network/sysctls.txt"]?.contains("/proc/sys/net/ipv4/ip_nonlocal_bind = ") == true)
    }

    @Test func `says in its manifest what is in it, what is not, and why`() throws {
        let scene = try Scene()
        #expect(scene.make() == .good)
        let files = try scene.unpacked()
        let manifest = try #require(files["MANIFEST"])
        for (name, text) in files where name != "MANIFEST" {
            let entry = manifest.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            #expect(entry?.contains(", \(text.utf8.count) octets (") == true, "\(name)")
        }
        #expect(manifest.contains("(understudy explain --socket \(scene.path)/none.sock; it ended with status 3)"))
        let parts = manifest.components(separatedBy: "\nNot collected:\n")
        #expect(parts.count == 2)
        // Every item is in one of the two parts.
        for item in BundleItem.all(file: "\(scene.path)/main.conf", socket: "\(scene.path)/none.sock") {
            #expect((files[item.name] == nil) == (parts.last?.contains("  \(item.origin): ") == true), "\(item.name)")
        }
        #expect(
            scene.said.contains { $0.hasPrefix("Wrote \(scene.path)/out.tar.gz: \(files.count - 1) files; passwords") })
    }

    @Test func `is its owner's alone, and what it was made of is gone`() throws {
        let scene = try Scene()
        #expect(scene.make() == .good)
        let attributes = try FileManager.default.attributesOfItem(atPath: scene.path + "/out.tar.gz")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scene.path + "/work") == [])
    }

    @Test func `replaces nothing, and is refused where it cannot be written`() throws {
        let scene = try Scene()
        try scene.write("out.tar.gz", "precious")
        #expect(scene.make() == .refused)
        #expect(
            scene.said == [
                "understudy support-bundle: \(scene.path)/out.tar.gz is there already: name another file with -o"
            ])
        #expect(try String(contentsOfFile: scene.path + "/out.tar.gz", encoding: .utf8) == "precious")
        let nowhere = try Scene()
        #expect(nowhere.make(output: "no/out.tar.gz") == .refused)
        #expect(
            nowhere.said.last
                == "understudy support-bundle: there is no directory \(nowhere.path)/no: name another file with -o")
        #expect(nowhere.make(workPlace: nowhere.path + "/none") == .refused)
        #expect(
            nowhere.said.last?.contains("make a directory in \(nowhere.path)/none: No such file or directory") == true)
    }

    @Test func `is made without a configuration, too`() throws {
        let scene = try Scene()
        #expect(scene.make(file: "none.conf") == .good)
        let manifest = try #require(try scene.unpacked()["MANIFEST"])
        #expect(manifest.contains("  \(scene.path)/none.conf: No such file or directory\n"))
    }

    @Test func `waits for nobody for ever, and takes no more than it can carry`() throws {
        let scene = try Scene()
        try scene.write("slow", "#!/bin/sh\necho beginning\nexec sleep 100\n", mode: 0o755)
        let began = ContinuousClock.now
        let slow = Collector(ownPath: scene.path + "/slow").collect(BundleItem("x", "x", .own([]), bound: 0.3))
        #expect(slow == .text("beginning\n", remark: "it did not end within 0 s"))
        try scene.write(
            "loud", "#!/bin/sh\nwhile echo 0123456789012345678901234567890123456789; do :; done\n", mode: 0o755)
        var collector = Collector(ownPath: scene.path + "/loud")
        collector.sizeLimit = 10_000
        guard case .text(let text, let remark) = collector.collect(BundleItem("x", "x", .own([]), bound: 20)) else {
            Issue.record("nothing was collected")
            return
        }
        #expect(text.hasPrefix("... (the beginning was left out)\n0123") && text.utf8.count < 10_100)
        #expect(remark == "it said more than 0 MB")
        #expect(ContinuousClock.now - began < .seconds(15))
    }

    @Test func `tells what is not installed from what fails and from what says nothing`() {
        let collector = Collector(ownPath: "/bin/true")
        #expect(
            collector.collect(BundleItem("x", "x", .command("no-such-tool", [])))
                == .nothing("no-such-tool is not installed"))
        #expect(collector.collect(BundleItem("x", "x", .own([]))) == .nothing("it says nothing"))
        #expect(collector.collect(BundleItem("x", "x", .command("false", []))) == .nothing("it ended with status 1"))
        #expect(collector.collect(BundleItem("x", "x", .file("/no/such"))) == .nothing("No such file or directory"))
        #expect(
            collector.collect(BundleItem("x", "x", .command("sh", ["-c", "echo a; echo b >&2; exit 7"])))
                == .text("a\nb\n", remark: "it ended with status 7"))
    }
}
