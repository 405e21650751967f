import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// SIGHUP: what changed changes, everything else does not even notice.
    @Suite struct Reloads {
        /// A host that is Active, and everything that it sends.
        private struct Scene {
            let trial: Trial
            let host: Host
            let client: NetworkNamespace
            let recorder: AdvertRecorder
            let daemon: RunningDaemon

            init(_ configuration: String, holding address: String = "192.0.2.10") throws {
                trial = try Trial()
                host = try trial.host()
                client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
                recorder = try AdvertRecorder(in: client)
                daemon = try trial.start(host, configuration)
                try daemon.becomesMaster()
                let (trial, host) = (trial, host)
                try trial.waitFor("the address") { try host.has(address) }
            }

            /// Waits for ten more adverts; none may be missing since `start`.
            func expectNoGap(since start: UInt64, id: UInt8 = 51) throws {
                let now = monotonicNanoseconds()
                try trial.waitFor("further adverts") { recorder.adverts(since: now, id: id).count >= 5 }
                let gaps = recorder.gaps(since: start, id: id)
                #expect(recorder.isSteady(gaps), "\(gaps)")
                #expect(recorder.adverts(since: start, id: id).allSatisfy { $0.priority > 0 })
            }
        }

        @Test func `a changed priority is advertised and nothing else happens`() throws {
            let scene = try Scene(instance(priority: 100))
            let start = monotonicNanoseconds()
            let mark = try scene.daemon.reload(instance(priority: 90))
            try scene.daemon.says("Changing effective priority from 100 to 90", since: mark)
            try scene.trial.waitFor("the new priority") { scene.recorder.adverts(since: start).last?.priority == 90 }
            try scene.expectNoGap(since: start)
            #expect(!scene.daemon.text(since: mark).contains("Entering"))
        }

        @Test func `an added address is announced and a removed one goes and the rest serve on`() throws {
            let scene = try Scene(instance(addresses: ["192.0.2.10/24", "192.0.2.11/24"]))
            let responder = try StreamListenerForTests(scene.host, "192.0.2.10")
            let probe = try Probe(
                in: scene.client, targets: [.init(try ip("192.0.2.10"), port: 80)], interval: 2_000_000,
                timeout: 500_000_000)
            let announcements = try Announcements(in: scene.client)
            try scene.trial.waitFor("answers") { probe.latestAnswer(from: 0) != nil }
            let start = monotonicNanoseconds()
            let mark = try scene.daemon.reload(instance(addresses: ["192.0.2.10/24", "192.0.2.12/24"]))
            try scene.trial.waitFor("the new address") { try scene.host.has("192.0.2.12") }
            #expect(try !scene.host.has("192.0.2.11"))
            try scene.trial.waitFor("its announcement") { try announcements.heard(try ip("192.0.2.12")) }
            #expect(try !announcements.heard(try ip("192.0.2.10")))
            try scene.expectNoGap(since: start)
            probe.stop()
            let seen = probe.statistics(of: 0, from: start, to: monotonicNanoseconds())
            #expect(seen.failures == 0)
            #expect(seen.requests > 20)
            #expect(
                !scene.trial.observer.observations.contains { $0.change == .removed(.v4(IPv4Address(192, 0, 2, 10))) })
            #expect(!scene.daemon.text(since: mark).contains("Entering"))
            try responder.stop()
        }

        @Test func `instances come and go without the others noticing`() throws {
            let first = instance()
            let second = instance("VI_2", id: 52, addresses: ["192.0.2.20/24"])
            let scene = try Scene(first)
            let start = monotonicNanoseconds()
            var mark = try scene.daemon.reload(first + second)
            try scene.daemon.says("(VI_2) Entering MASTER STATE", since: mark)
            try scene.trial.waitFor("its address") { try scene.host.has("192.0.2.20") }
            mark = try scene.daemon.reload(first)
            try scene.daemon.says("(VI_2) Stopped", since: mark)
            try scene.trial.waitFor("its address to go") { try !scene.host.has("192.0.2.20") }
            #expect(scene.recorder.adverts(id: 52).last?.priority == 0)
            #expect(scene.daemon.lines().filter { $0.contains("(VI_1) Entering MASTER") }.count == 1)
            try scene.expectNoGap(since: start)
        }

        @Test func `an instance that is removed and added again at once still hears its peers`() throws {
            let first = instance()
            let second = instance("VI_2", id: 52, priority: 100, addresses: ["192.0.2.20/24"])
            let scene = try Scene(first + second)
            let other = try scene.trial.host("lb2", "192.0.2.2")
            try scene.daemon.says("(VI_2) Entering MASTER STATE")
            // Nobody replaces it, so it resigns for a while; meanwhile it comes back.
            try scene.daemon.reload(first)
            var mark = try scene.daemon.reload(first + second)
            try scene.daemon.says("(VI_2) Stopped", since: mark)
            try scene.daemon.says("(VI_2) Entering MASTER STATE", since: mark)
            mark = scene.daemon.mark
            let rival = try scene.trial.start(
                other, instance("VI_2", id: 52, priority: 200, addresses: ["192.0.2.20/24"]))
            try rival.becomesMaster()
            try scene.daemon.says("(VI_2) Master received advert from 192.0.2.2 with higher priority 200", since: mark)
        }

        @Test func `an address moves from one instance to another in one reload`() throws {
            func text(_ first: [String], _ second: [String]) -> String {
                instance(addresses: first) + instance("VI_2", id: 52, addresses: second)
            }
            let scene = try Scene(text(["192.0.2.10/24", "192.0.2.15/24"], ["192.0.2.20/24"]))
            try scene.daemon.says("(VI_2) Entering MASTER STATE")
            try scene.daemon.reload(text(["192.0.2.10/24"], ["192.0.2.20/24", "192.0.2.15/24"]))
            try scene.trial.waitFor("the address") { try scene.host.has("192.0.2.15") }
            #expect(try scene.daemon.state().contains("(VI_2) holds 192.0.2.20/24 on eth0, 192.0.2.15/24 on eth0"))
            try scene.daemon.reload(text(["192.0.2.10/24", "192.0.2.15/24"], ["192.0.2.20/24"]))
            try scene.trial.waitFor("the address") { try scene.host.has("192.0.2.15") }
            // And all of them with an instance that leaves.
            let mark = try scene.daemon.reload(
                instance(addresses: ["192.0.2.10/24", "192.0.2.15/24", "192.0.2.20/24"]))
            try scene.daemon.says("(VI_2) Stopped", since: mark)
            #expect(try scene.host.has("192.0.2.20"))
            #expect(try scene.host.has("192.0.2.15"))
            #expect(!scene.daemon.text().contains("(VI_1) Entering FAULT"))
        }

        /// An address in its old and its new form, as instances with addresses.
        private static let exchanges: [(from: [[String]], to: [[String]])] = [
            ([["192.0.2.10/24"]], [["192.0.2.10/32"]]),
            ([["192.0.2.10"]], [["192.0.2.10 label eth0:lb"]]),
            ([["192.0.2.10 scope global"]], [["192.0.2.10 scope site"]]),
            ([["192.0.2.10"]], [["192.0.2.10 dev lo"]]),
            ([["192.0.2.10", "192.0.2.15"], ["192.0.2.20"]], [["192.0.2.15"], ["192.0.2.20", "192.0.2.10"]]),
            ([["192.0.2.20"], ["192.0.2.10/24", "192.0.2.15"]], [["192.0.2.10", "192.0.2.20"], ["192.0.2.15"]]),
        ]

        @Test(arguments: exchanges.indices)
        func `an address that only changes its form or its instance is this host's at every moment`(number: Int) throws
        {
            func text(_ instances: [[String]]) -> String {
                instances.enumerated().map { instance("VI_\($0)", id: 51 + $0, addresses: $1) }.joined()
            }
            let (from, to) = Self.exchanges[number]
            let address = "192.0.2.10"
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, text(from))
            for index in from.indices { try daemon.says("(VI_\(index)) Entering MASTER STATE") }
            try trial.waitFor("its address") { try host.has(address) }
            let news = try OutputLog("routes")
            let monitor = try host.start("ip", ["-o", "monitor", "route"], log: news)
            defer { #expect(throws: Never.self) { try monitor.send(.kill) } }
            // What the kernel tells is in order: once a route of ours is told, so is all that came before it.
            func mark(_ route: String) throws {
                try trial.waitFor("news of routes") {
                    try host.ip("route", "add", "blackhole", route)
                    try host.ip("route", "del", "blackhole", route)
                    return news.text.contains("blackhole \(route)")
                }
            }
            try mark("203.0.113.1")
            try daemon.reload(text(to))
            try daemon.reload(text(from))
            try trial.waitFor("one address of it") {
                try host.run("ip", ["-o", "address", "show", "to", address]).output.split(separator: "\n").count == 1
            }
            try mark("203.0.113.2")
            var places = 1
            for line in news.text.split(separator: "\n") where line.contains("local \(address) ") {
                places += line.hasPrefix("Deleted") ? -1 : 1
                #expect(places > 0, "\(news.text)")
            }
            #expect(try host.has(address))
            #expect(daemon.lines().filter { $0.contains("Entering MASTER") }.count == from.count)
        }

        @Test func `a renamed instance stays master`() throws {
            let scene = try Scene(instance("old"))
            let start = monotonicNanoseconds()
            let mark = try scene.daemon.reload(instance("new"))
            try scene.expectNoGap(since: start)
            #expect(!scene.daemon.text(since: mark).contains("Entering"))
            #expect(try scene.daemon.state().contains("(new) state MASTER"))
        }

        @Test func `a changed check starts anew and leaves no child behind and its old result counts until then`()
            throws
        {
            let tracked = "track_script {\n        chk weight 10\n    }"
            let scene = try Scene(check("chk", "/bin/true") + instance("VI_1", tracked))
            try scene.daemon.says("priority from 100 to 110")
            // A program that never ends, replaced while it runs.
            try scene.host.writeFile("/run/endless", "#!/bin/sh\nsleep 6601 & sleep 6602\n", mode: 0o755)
            for round in 1...3 {
                try scene.daemon.reload(check("chk", "/run/endless \(round)", "timeout 60") + instance("VI_1", tracked))
                try scene.trial.waitFor("its run") {
                    try scene.host.run("pgrep", ["-f", "endless \(round)"]).status == .exited(code: 0)
                }
            }
            let mark = try scene.daemon.reload(check("chk", "/bin/false") + instance("VI_1", tracked))
            try scene.daemon.says("Changing effective priority from 110 to 100", since: mark)
            try scene.trial.waitFor("the end of the programs") {
                try scene.host.run("pgrep", ["-f", "sleep 660"]).status == .exited(code: 1)
            }
            try scene.trial.waitFor("no zombies") { try scene.daemon.children.allSatisfy { $0.state != "Z" } }
            #expect(!scene.daemon.text(since: mark).contains("Entering"))
        }

        @Test func `an instance that newly tracks a process learns what is known of it`() throws {
            let process = "vrrp_track_process web {\n    process web\n}\n"
            let tracked = "track_process {\n        web\n    }"
            let trial = try Trial()
            let host = try trial.host()
            _ = try host.start("sleep", ["1000"], as: "web")
            let second = instance("VI_2", id: 52, addresses: ["192.0.2.20/24"])
            let daemon = try trial.start(host, process + instance("VI_1", tracked) + second)
            try daemon.says("(VI_2) Entering MASTER STATE")
            let third = instance("VI_3", id: 53, addresses: ["192.0.2.30/24"], tracked)
            let mark = try daemon.reload(process + instance("VI_1", tracked) + third)
            try daemon.says("(VI_3) Entering MASTER STATE", since: mark)
        }

        @Test func `a tracked interface that a reload adds does not shake the priority`() throws {
            let scene = try Scene(instance("VI_1", "track_interface {\n        lo weight 10\n    }"))
            try scene.host.addCable("eth1")
            try scene.host.ip("link", "set", "eth1", "up")
            let mark = try scene.daemon.reload(
                instance("VI_1", "track_interface {\n        lo weight 10\n        eth1 weight 10\n    }"))
            try scene.daemon.says("Changing effective priority from 110 to 120", since: mark)
            #expect(scene.daemon.lines(since: mark).filter { $0.contains("effective priority") }.count == 1)
        }

        @Test func `a configuration that is broken changes nothing and says why`() throws {
            let good = instance()
            let scene = try Scene(good)
            let start = monotonicNanoseconds()
            let broken: [(text: String, words: String)] = [
                (good + "vrrp_instance VI_2 {\n    interface eth0\n", "/run/vrrp.conf:12:20: error"),
                (good.replacing("priority 100", with: "priority"), "/run/vrrp.conf:5"),
                (good.replacing("virtual_ipaddress", with: "virtual_ipadress"), "virtual_ipadress"),
                (good + instance("VI_2", id: 51, addresses: ["192.0.2.20/24"]), "51"),
                (good.replacing("virtual_router_id 51", with: "virtual_router_id 300"), "300"),
                ("", "error"),
                ("include /run/nothing.conf\n" + good, "/run/nothing.conf"),
            ]
            for (text, words) in broken {
                let mark = try scene.daemon.reload(text, saying: "Reload refused")
                let complaint = scene.daemon.text(since: mark)
                #expect(complaint.contains(words), "\(text)\n\(complaint)")
                #expect(complaint.contains("error"), "\(complaint)")
            }
            _ = try scene.host.run("rm", ["/run/vrrp.conf"])
            try scene.daemon.reload(saying: "Reload refused")
            try scene.expectNoGap(since: start)
            #expect(try scene.host.has("192.0.2.10"))
            #expect(scene.daemon.lines().filter { $0.contains("Entering") }.count == 2)
            let mark = try scene.daemon.reload(good)
            #expect(scene.daemon.text(since: mark).contains("Nothing changed"))
        }

        @Test func `two hundred reloads leave nothing open and adverts go on`() throws {
            let tracked = "track_script {\n        chk weight 1\n    }"
            func text(_ round: Int) -> String {
                check("chk", round % 2 == 0 ? "/bin/true" : "/bin/false")
                    + instance(
                        "VI_1", priority: 100 + round % 2, addresses: ["192.0.2.10/24", "192.0.2.\(20 + round % 3)"],
                        tracked)
                    + (round % 2 == 0 ? "" : instance("VI_6", id: 56, addresses: ["fd00:2::\(round % 7)"]))
            }
            let scene = try Scene(text(0))
            try scene.daemon.reload(text(1))
            try scene.daemon.reload(text(2))
            try scene.daemon.says("(VI_6) Stopped")
            try scene.trial.waitFor("quiet") { try scene.daemon.children.isEmpty }
            let descriptors = try scene.daemon.descriptors.sorted()
            let (start, log) = (monotonicNanoseconds(), scene.daemon.mark)
            for round in 3...202 {
                try scene.host.writeFile("/run/vrrp.conf", text(round))
                let before = scene.daemon.mark
                try scene.daemon.process.send(.reload)
                try scene.trial.waitFor("reload \(round)") {
                    scene.daemon.text(since: before).contains("Reload finished")
                }
            }
            // Changing addresses takes a lock that all namespaces of the machine share, so single adverts may be late here;
            // a reload that swallowed them would show in half of all gaps.
            let gaps = scene.recorder.gaps(since: start).sorted()
            #expect(gaps[gaps.count / 2] < 110, "\(gaps)")
            #expect(gaps.count { $0 < 180 } > gaps.count * 9 / 10, "\(gaps)")
            // Who was held up for longer than a standby waits lets go and says so; a reload is no reason to.
            let resignations = scene.recorder.adverts(since: start).count { $0.priority == 0 }
            let lines = scene.daemon.lines(since: log)
            #expect(
                resignations <= lines.count { $0.contains("Entering BACKUP STATE: nothing was advertised for") },
                "\(lines.filter { $0.contains("(VI_1)") || $0.contains("Away") }.suffix(20)) \(gaps.suffix(5))")
            try scene.trial.waitFor(
                "as many descriptors as before: \(descriptors) \(try scene.daemon.descriptors.sorted())"
            ) {
                try scene.daemon.descriptors.count == descriptors.count
            }
            #expect(try scene.daemon.children.allSatisfy { $0.state != "Z" })
        }

        @Test func `a reload while stopping starts nothing`() throws {
            let scene = try Scene(instance())
            try scene.host.writeFile("/run/vrrp.conf", instance() + instance("VI_2", id: 52, addresses: ["192.0.2.20"]))
            try scene.daemon.process.send(.terminate)
            try scene.daemon.says("Stopping")
            try scene.daemon.process.send(.reload)
            let status = try scene.daemon.process.wait(until: monotonicNanoseconds() + 5_000_000_000)
            #expect(status == .exited(code: 0))
            #expect(!scene.daemon.text().contains("VI_2"))
        }
    }
}

/// Answers HTTP with the host's name.
final class StreamListenerForTests {
    private let process: SpawnedProcess

    init(_ host: Host, _ address: String) throws {
        process = try host.start(Trial.command, ["rehearse-part", "respond", host.name, address])
    }

    func stop() throws { try process.send(.kill) }
}
