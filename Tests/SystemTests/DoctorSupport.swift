import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import struct Foundation.Data
import class Foundation.JSONSerialization

/// What `understudy doctor` finds on real hosts: each fault is made, found, mended by what was printed, and gone.
@Suite(.serialized) enum DoctorTests {}

/// One finding of `doctor --json`.
struct SeenFinding: CustomStringConvertible {
    var code: String
    var severity: String
    var subject: String
    var title: String
    var evidence: [String]
    var commands: [String]
    var isSafe: Bool
    var advice: String

    init(_ object: [String: Any]) throws {
        code = try #require(object["code"] as? String)
        severity = try #require(object["severity"] as? String)
        title = try #require(object["title"] as? String)
        subject = object["subject"] as? String ?? ""
        evidence = try #require(object["evidence"] as? [String])
        let remedy = object["remedy"] as? [String: Any]
        commands = remedy?["commands"] as? [String] ?? []
        isSafe = remedy?["is_safe"] as? Bool ?? false
        advice = remedy?["advice"] as? String ?? ""
    }

    var description: String { "\(severity) \(code) \(subject): \(title) \(evidence) \(commands) \(advice)" }
}

/// What one examination said.
struct Examined {
    var exitCode: Int32
    var findings: [SeenFinding]

    init(_ code: Int32, _ output: String) throws {
        // What is said beside the result is on lines of its own.
        let line = output.split(separator: "\n").last { $0.hasPrefix("{") } ?? ""
        let json = try JSONSerialization.jsonObject(with: Data(line.utf8))
        let object = try #require(json as? [String: Any], "\(output)")
        #expect(object["version"] as? Int == 1)
        #expect(object["exit_code"] as? Int == Int(code))
        exitCode = code
        findings = try #require(object["findings"] as? [[String: Any]]).map { try SeenFinding($0) }
    }

    /// What is not in order.
    var faults: [SeenFinding] { findings.filter { $0.severity == "problem" || $0.severity == "warning" } }
    func all(_ code: String) -> [SeenFinding] { findings.filter { $0.code == code } }
    func severities(_ code: String) -> [String] { all(code).map(\.severity) }

    /// The first finding of a code that is not in order.
    func fault(_ code: String) throws -> SeenFinding {
        try #require(faults.first { $0.code == code }, "no \(code) among \(findings.map(\.description))")
    }
}

/// A pair of hosts, each with a daemon, and the doctor who visits them.
final class Ward {
    let trial: Trial
    let lb1: Host
    let lb2: Host
    private(set) var daemons: [String: RunningDaemon] = [:]

    /// A family's addresses, the first of which the doctor is asked about.
    static func addresses(_ family: AddressFamily) -> [String] {
        family == .v4 ? ["192.0.2.10/24"] : ["fe80::10/64", "fd00:2::10/64"]
    }

    init() throws {
        trial = try Trial()
        lb1 = try trial.host("lb1", "192.0.2.1")
        lb2 = try trial.host("lb2", "192.0.2.2")
        for (host, address) in [(lb1, "fd00:2::1"), (lb2, "fd00:2::2")] {
            try host.setAddress(.init(address, 64), on: "eth0", present: true)
        }
    }

    /// Starts the daemon on a host, and waits until it has found its place.
    @discardableResult
    func start(_ host: Host, _ configuration: String, saying words: String) throws -> RunningDaemon {
        for directory in ["/run/understudy", "/run/state"] { try run(host, "mkdir -p \(directory)") }
        let daemon = try trial.start(
            host, configuration, environment: ["RUNTIME_DIRECTORY=/run/understudy", "STATE_DIRECTORY=/run/state"])
        try daemon.says(words)
        daemons[host.name] = daemon
        return daemon
    }

    /// lb2 is active, lb1 standby.
    func startPair(_ more: String = "", addresses: [String] = addresses(.v4)) throws {
        try start(lb2, instance(priority: 110, addresses: addresses, more), saying: "Entering MASTER STATE")
        try start(lb1, instance(priority: 100, addresses: addresses, more), saying: "Entering BACKUP STATE")
    }

    /// Runs the doctor; adverts are due every 100 ms.
    func examine(
        _ host: Host, _ more: [String] = [], file: String? = "/run/vrrp.conf", seconds: String = "0.8"
    ) throws -> Examined {
        let result = try host.run(Trial.command, try arguments(host, more, file: file, seconds: seconds), seconds: 60)
        guard case .exited(let code)? = result.status else {
            throw DidNotHappen(description: "the doctor did not end: \(result.output)")
        }
        return try Examined(code, result.output)
    }

    /// Runs the doctor, and does something as soon as it listens.
    func examine(_ host: Host, seconds: String, meanwhile body: () throws -> Void) throws -> Examined {
        func sockets() throws -> Int { try run(host, "cat /proc/net/packet").split(separator: "\n").count }
        let before = try sockets()
        let log = try OutputLog("doctor")
        let process = try host.start(
            Trial.command, try arguments(host, [], file: "/run/vrrp.conf", seconds: seconds), log: log)
        try trial.waitFor("a doctor that listens", seconds: 10) { try sockets() > before }
        try body()
        guard case .exited(let code)? = try process.wait(until: monotonicNanoseconds() + 60_000_000_000) else {
            throw DidNotHappen(description: "the doctor did not end: \(log.text)")
        }
        return try Examined(code, log.text)
    }

    private func arguments(_ host: Host, _ more: [String], file: String?, seconds: String) throws -> [String] {
        let arguments =
            ["doctor", "--json", "--seconds", seconds, "--socket", "/run/understudy/control.sock"]
            + (file.map { ["-f", $0] } ?? []) + (more.contains("--haproxy") ? [] : ["--haproxy", "/run/haproxy.cfg"])
            + more
        if !more.contains("--haproxy"), !LocalFiles.exists(host.namespaces.outside("/run/haproxy.cfg")) {
            try host.writeFile("/run/haproxy.cfg", "frontend web\n    bind *:80\n")
        }
        return arguments
    }

    /// Runs a shell script on a host, which must succeed.
    @discardableResult
    func run(_ host: Host, _ script: String, seconds: Int = 30) throws -> String {
        let result = try host.run("sh", ["-ec", script], seconds: seconds)
        guard result.status == .exited(code: 0) else {
            throw DidNotHappen(description: "\(host.name): \(script): \(result.output)")
        }
        return result.output
    }

    /// Does what the finding says, as a person would who copies it into a shell.
    func mend(_ host: Host, _ finding: SeenFinding) throws {
        try #require(!finding.commands.isEmpty, "nothing to run in \(finding)")
        try run(host, finding.commands.joined(separator: " && "))
    }

    /// Gives a host its own copy of a directory of the machine's /etc.
    func privateCopy(_ host: Host, _ directory: String) throws {
        try run(
            host,
            "mkdir -p /run/copy && cp -a \(directory) /run/copy/ && mount --bind /run/copy/$(basename \(directory)) \(directory)"
        )
    }
}
