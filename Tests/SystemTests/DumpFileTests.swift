import Control
import LinuxKernel
import Rehearsal
import Testing

import struct Foundation.Data
import class Foundation.JSONSerialization

/// The names of `--signum`.
enum DumpSignal: String, CaseIterable {
    case state = "DATA"
    case stats = "STATS"
    case statsAndClear = "STATS_CLEAR"
    case json = "JSON"

    var number: Int32 {
        switch self {
        case .state: Signals.user1
        case .stats: Signals.user2
        case .statsAndClear: Signals.statsAndClear
        case .json: Signals.json
        }
    }
}

/// What is at a path of a host.
struct DumpedFileFacts: Equatable {
    /// Such as a regular file.
    var kind: String
    var mode: String
    var owner: String
    /// Another one for each file.
    var identity: String

    init?(_ host: Host, _ path: String) throws {
        let result = try host.run("stat", ["-c", "%F|%a|%U|%i %W %Y %Z %s", path])
        let words = result.output.split(separator: "|").map(String.init)
        guard result.status == .exited(code: 0), words.count == 4 else { return nil }
        (kind, mode, owner, identity) = (words[0], words[1], words[2], words[3])
    }
}

extension RunningDaemon {
    func send(_ signal: DumpSignal) { sendSignal(signal.number, to: process.pid) }

    /// Sends a signal, and waits until the file is another one.
    func dump(_ signal: DumpSignal, to path: String) throws -> String {
        let before = try DumpedFileFacts(host, path)
        send(signal)
        try trial.waitFor("\(path)\n\(text().suffix(2000))") {
            guard let now = try DumpedFileFacts(host, path), now != before else { return false }
            return now.kind == "regular file"
        }
        return try host.readFile(path)
    }

    func dumpedInstances(_ path: String = "/tmp/keepalived.json") throws -> [[String: [String: Any]]] {
        let text = try dump(.json, to: path)
        let list = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [[String: [String: Any]]]
        return try #require(list, "\(text)")
    }

    /// The process that writes the files; nil while there is none.
    func dumpWriter() throws -> Int32? {
        SpawnedProcess.children(of: try worker).first { processName(of: $0) == "understudyd-dmp" }
    }
}

/// The number behind a name in `keepalived.stats`.
func statistic(_ name: String, in text: String) throws -> Int {
    let line = try #require(text.split(separator: "\n").first { $0.contains("\(name): ") }, "\(text)")
    return try #require(Int(line.split(separator: " ").last ?? ""), "\(line)")
}

extension Behaviour {
    /// The files that keepalived writes on a signal: who may read them, when they are whole, and what is never harmed.
    @Suite(.serialized) struct DumpFiles {
        @Test func `each signal writes its file, for root alone, as exporters ask for it`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance(), flags: [])
            try daemon.becomesMaster()
            let mark = daemon.mark
            let paths: [DumpSignal: String] = [
                .state: "/tmp/keepalived.data", .stats: "/tmp/keepalived.stats", .json: "/tmp/keepalived.json",
            ]
            for (signal, path) in paths {
                // The number from the program, the process from its file, the signal by the shell.
                let command = "kill -$(\(Trial.daemon) --signum=\(signal.rawValue)) $(cat /run/vrrp.pid)"
                #expect(try host.run("sh", ["-c", command]).status == .exited(code: 0))
                try trial.waitFor("\(path)\n\(daemon.text())") { try DumpedFileFacts(host, path) != nil }
                let facts = try #require(try DumpedFileFacts(host, path))
                #expect((facts.kind, facts.mode, facts.owner) == ("regular file", "600", "root"), "\(path)")
            }
            #expect(try host.readFile("/tmp/keepalived.data").contains("   State = MASTER\n"))
            #expect(try statistic("Became master", in: try host.readFile("/tmp/keepalived.stats")) == 1)
            let json = try host.readFile("/tmp/keepalived.json")
            #expect(json.hasPrefix("[{\"data\":{\"iname\":\"VI_1\","), "\(json)")
            // Exporters ask four times a minute: the log is not told, except in detail.
            #expect(!daemon.text(since: mark).contains("VRID 51"), "\(daemon.text(since: mark))")
            let names = "keepalived.data\nkeepalived.json\nkeepalived.stats\n"
            #expect(try host.run("sh", ["-c", "ls -A /tmp | grep keepalived"]).output == names)
        }

        @Test func `the numbers of the signals are keepalived's`() throws {
            let trial = try Trial()
            let host = try trial.host()
            for name in ["STOP", "RELOAD"] + DumpSignal.allCases.map(\.rawValue) {
                let outputs = try [Trial.daemon, "keepalived"].map { try host.run($0, ["--signum=\(name)"]) }
                #expect(outputs[0].status == .exited(code: 0) && outputs[0].output == outputs[1].output, "\(name)")
            }
            #expect(try host.run(Trial.daemon, ["--signum=TDATA"]).status == .exited(code: 2))
        }

        @Test func `counters begin anew for the files, and go on for status`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            try daemon.listens()
            try trial.waitFor("twenty adverts") { try daemon.instance().counters["adverts_sent"] ?? 0 >= 20 }
            let path = "/tmp/keepalived.stats"
            let before = try daemon.dump(.statsAndClear, to: path)
            #expect(try statistic("Sent", in: before) >= 20)
            let after = try daemon.dump(.stats, to: path)
            #expect(try statistic("Sent", in: after) < 20)
            #expect(try statistic("Became master", in: after) == 0)
            let stats = try #require(try daemon.dumpedInstances().first?["stats"])
            #expect(stats["become_master"] as? Int == 0)
            #expect(try daemon.instance().counters["became_active"] == 1)
            #expect(try daemon.instance().counters["adverts_sent"] ?? 0 >= 20)
        }

        @Test func `whoever reads in a loop finds whole files`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let names = (1...40).map { "VI_\($0)" }
            let daemon = try trial.start(
                host,
                names.enumerated().map { instance($1, id: $0 + 1, addresses: ["192.0.2.\($0 + 20)/24"]) }.joined())
            try daemon.listens()
            let path = host.namespaces.outside("/tmp/keepalived.json")
            _ = try daemon.dumpedInstances()
            var texts: Set<String> = []
            let end = monotonicNanoseconds() + 2_000_000_000
            while monotonicNanoseconds() < end {
                daemon.send(.json)
                for _ in 0..<50 {
                    let text = String(decoding: try LocalFiles.read(path), as: UTF8.self)
                    if texts.insert(text).inserted {
                        let list = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [Any]
                        #expect(list?.count == names.count)
                        #expect(text.hasSuffix("}]\n"))
                    }
                }
            }
            #expect(texts.count > 3)
        }

        @Test func `who waits for the file hears of it by its name`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            _ = try daemon.dump(.json, to: "/tmp/keepalived.json")
            let news = try FileNews()
            _ = try news.watch(directory: host.namespaces.outside("/tmp"))
            daemon.send(.json)
            // That it was renamed to there, and that it was closed by who wrote it.
            var names: [String] = []
            try trial.waitFor("two pieces of news") {
                _ = try news.drain { names.append($0.name) }
                return names.filter { $0 == "keepalived.json" }.count == 2
            }
            #expect(names.allSatisfy { $0 == "keepalived.json" || $0.hasPrefix(".keepalived.json.") })
        }

        @Test func `a process that is replaced writes them too, and counts from its own beginning, as status does`()
            throws
        {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            let before = try #require(try daemon.dumpedInstances().first?["data"])
            let mark = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("(VI_1) goes on as MASTER", since: mark)
            try daemon.says("Startup complete", since: mark)
            let data = try #require(try daemon.dumpedInstances().first?["data"])
            #expect(data["state"] as? Int == 2)
            #expect(try statistic("Became master", in: try daemon.dump(.stats, to: "/tmp/keepalived.stats")) == 0)
            #expect(try daemon.instance().counters["became_active"] == 0)
            let times = try [before, data].map { try #require($0["last_transition"] as? Double) }
            #expect(abs(times[0] - times[1]) < 0.1, "\(times)")
        }
    }
}
