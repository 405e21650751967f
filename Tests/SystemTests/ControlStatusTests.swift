import Console
import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// `status` tells what is so, and nothing else: each member is compared with what the kernel, the wire or the test knows.
    @Suite struct Statuses {
        @Test func `an active router's status agrees with the kernel and with what was configured`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.addCable("eth1")
            try host.ip("link", "set", "eth1", "up")
            let text =
                check("works", "/bin/true", "weight 6")
                + check("fails", "/bin/sh -c 'sleep 0.02; exit 3'", "weight -4")
                + "vrrp_track_process sleepers {\n process sleep\n full_command off\n quorum 1\n weight 9\n}\n"
                .replacing(
                    " full_command off\n", with: "")
                + instance(
                    priority: 101, addresses: ["192.0.2.10/24", "192.0.2.11/25"],
                    """
                    virtual_ipaddress_excluded {
                        192.0.2.12/32 dev eth1
                    }
                    track_script {
                        works
                        fails
                    }
                    track_process {
                        sleepers
                    }
                    track_interface {
                        eth1
                    }
                    """)
            _ = try host.start("sleep", ["1000"], as: "sleep")
            let before = wallClock()
            let daemon = try trial.start(host, text)
            try daemon.becomes(.active)
            try trial.waitFor("all results") { try daemon.instance().priority.effective == 101 + 6 - 4 + 9 }
            let answer = try daemon.ask(Request(.status))
            let after = wallClock()
            #expect(answer.version == 1)
            #expect((before.seconds - 1...after.seconds + 1).contains(Int64(answer.at.milliseconds / 1000)))
            #expect("\(answer.daemon.pid)\n" == (try host.readFile("/run/vrrp.pid")))
            #expect(answer.daemon.configuration == "/run/vrrp.conf")
            #expect(answer.daemon.uptimeSeconds > 0.3 && answer.daemon.uptimeSeconds < 30)
            let status = try #require(answer.status)
            #expect(status.loadedAt <= answer.at && status.loadedAt >= answer.daemon.startedAt)
            #expect(status.standby == nil && status.remarks.isEmpty, "\(status.remarks)")
            let router = try #require(status.instances.first)
            #expect(status.instances.count == 1)
            #expect(
                (router.name, router.interface, router.virtualRouterID, router.ipVersion, router.vrrpVersion)
                    == ("VI_1", "eth0", 51, 4, 3))
            #expect(router.transport == "multicast" && router.preempts && router.advertisementIntervalSeconds == 0.1)
            #expect(router.sourceAddress == "192.0.2.1" && router.obstacles.isEmpty)
            #expect(
                router.cause.hasPrefix("nobody else was heard for 0.3") || router.cause.hasPrefix("nobody else was"))
            #expect(router.sinceSeconds < answer.daemon.uptimeSeconds)
            #expect(abs(answer.at.milliseconds - router.since.milliseconds - Int(router.sinceSeconds * 1000)) < 50)
            #expect(
                router.activeRouter
                    == ActiveRouter(address: "192.0.2.1", isSelf: true, priority: 112, lastHeardSeconds: nil))
            #expect(router.priority.text == "112 = 101 + 6 works - 4 fails + 9 sleepers")
            #expect(
                router.addresses == [
                    .init(
                        address: "192.0.2.10", prefixLength: 24, interface: "eth0", isAdvertised: true, isPresent: true),
                    .init(
                        address: "192.0.2.11", prefixLength: 25, interface: "eth0", isAdvertised: true, isPresent: true),
                    .init(
                        address: "192.0.2.12", prefixLength: 32, interface: "eth1", isAdvertised: false, isPresent: true
                    ),
                ])
            #expect(router.peers.isEmpty)
            try expectChecks(router.checks)
            #expect(router.counters["became_active"] == 1 && router.counters["left_active"] == 0)
            let sent = try #require(router.counters["adverts_sent"])
            try trial.waitFor("more adverts") { try daemon.instance().counters["adverts_sent", default: 0] > sent + 2 }
        }

        private func expectChecks(_ checks: [CheckStatus]) throws {
            #expect(checks.map(\.name) == ["works", "fails", "sleepers", "eth1"])
            #expect(checks.map(\.kind) == [.script, .script, .process, .interface])
            #expect(checks.map(\.result) == [.working, .failed, .working, .working])
            #expect(checks.map(\.weight) == [6, -4, 9, 0])
            #expect(checks.map(\.points) == [6, -4, 9, 0])
            #expect(
                checks.map(\.lastOutcome) == [
                    "exited with status 0", "exited with status 3", "1 of sleep running", "is up",
                ])
            let failing = checks[1]
            #expect(try #require(failing.durationSeconds) >= 0.02 && #require(failing.durationSeconds) < 2)
            #expect(try #require(failing.lastRunSeconds) < 3)
            #expect(checks.allSatisfy { $0.changedSeconds == nil }, "the first result is no change")
            #expect(checks[2].durationSeconds == nil && checks[3].lastRunSeconds == nil)
        }

        @Test func `an address that somebody deletes is shown as missing until it is put back`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            // It is put back at once, but not more often than ten times a second: the second deletion is seen.
            var seen: [Bool] = []
            try trial.waitFor("a look at the gap") {
                _ = try host.run("ip", ["address", "delete", "192.0.2.10/24", "dev", "eth0"])
                seen = try daemon.instance().addresses.map(\.isPresent)
                return seen == [false]
            }
            try daemon.says("was removed by someone else: ")
            try trial.waitFor("the repair") { try daemon.instance().addresses.first?.isPresent == true }
            // An interface that is gone takes its address with it, and the router cannot go on.
            try host.addCable("gone0")
            try host.ip("link", "set", "gone0", "up")
            let second = instance(addresses: ["192.0.2.10/24", "10.9.9.9/32 dev gone0"])
            #expect(try daemon.reloads(second, dryRun: false).reload?.applied == true)
            try trial.waitFor("the second address") { try daemon.instance().addresses.allSatisfy(\.isPresent) }
            try host.ip("link", "delete", "gone0")
            try daemon.becomes(.fault)
            let router = try daemon.instance()
            #expect(router.addresses.map(\.isPresent) == [false, false])
            #expect(router.obstacles == ["interface gone0 does not exist"])
            #expect(router.activeRouter == nil)
        }

        @Test func `a check's change and its weight show at once and say since when`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/ok", "")
            let text =
                check("chk", "/usr/bin/test -e /run/ok") + instance(priority: 150, "track_script {\n        chk\n    }")
            let daemon = try trial.start(host, text)
            try daemon.becomes(.active)
            try LocalFiles.remove(host.namespaces.outside("/run/ok"))
            try daemon.becomes(.fault)
            let router = try daemon.instance()
            let check = try #require(router.checks.first)
            #expect(check.result == .failed && check.weight == 0 && check.points == 0)
            #expect(check.lastOutcome == "exited with status 1")
            #expect(try #require(check.changedSeconds) < 5)
            #expect(router.cause == "check chk failed" && router.obstacles == ["check chk failed"])
            #expect(router.addresses.first?.isPresent == false)
            #expect(router.counters["priority_zero_sent"] == 1)
            try host.writeFile("/run/ok", "")
            try daemon.becomes(.active)
            #expect(try daemon.instance().checks.first?.result == .working)
        }

        @Test func `a router that waits says for what, and takes part when it is there`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance(interface: "eth7"))
            try daemon.becomes(.waiting)
            let waiting = try daemon.instance()
            #expect(waiting.obstacles == ["interface eth7 does not exist"])
            #expect(waiting.cause == "interface eth7 does not exist" && waiting.sourceAddress == nil)
            #expect(waiting.next == ["it takes part as soon as nothing stands in its way"])
            try host.addCable("eth7")
            try host.ip("address", "add", "198.51.100.1/24", "dev", "eth7")
            try host.ip("link", "set", "eth7", "up")
            try daemon.becomes(.active)
        }

        @Test(arguments: [(2, 4), (3, 4), (3, 6)])
        func `a standby knows who is active, when it was last heard, and when it would take over`(
            version: Int, family: Int
        ) throws {
            let pair = try ControlledPair([150, 100]) { priority in
                let text = instance(priority: priority, addresses: family == 4 ? ["192.0.2.10/24"] : ["fe80::10/64"])
                return version == 3
                    ? text
                    : text.replacing("version 3", with: "version 2").replacing("advert_int 0.1", with: "advert_int 1")
            } follows: {
                $0.activeRouter?.priority == 150
            }
            let router = try pair.backup.instance()
            #expect(router.state == .standby && router.vrrpVersion == version && router.ipVersion == family)
            let active = try #require(router.activeRouter)
            #expect(!active.isSelf && active.priority == 150)
            let heard = try #require(active.lastHeardSeconds)
            #expect(heard < router.advertisementIntervalSeconds * 3)
            #expect(router.peers.map(\.address) == [active.address])
            #expect(router.peers.first?.priority == 150 && router.peers.first?.refusal == nil)
            #expect(router.cause == "it started, and listens before it takes anything")
            // 3 intervals and Skew_Time: (256 - 100) / 256 of one.
            let whole = router.advertisementIntervalSeconds * (3 + 156.0 / 256)
            let seconds = "\((whole * 100).rounded() / 100)"
            #expect(
                router.next == ["if \(active.address ?? "") falls silent, it takes over in \(seconds) s"])
            #expect(router.addresses.allSatisfy { !$0.isPresent })
            #expect(router.counters["adverts_received", default: 0] > 0 && router.counters["adverts_sent"] == 0)
            if family == 4 { #expect(active.address == "192.0.2.1") }
            // The active one knows no more than what it heard.
            let other = try pair.active.instance()
            #expect(other.peers.isEmpty)
            #expect(
                other.next == [
                    "nobody else has been heard since the daemon started; standbys are silent, so whether one is there is not known"
                ])
        }

        @Test func `refused peers are shown with the reason and do not push out the one that is believed`() throws {
            let pair = try ControlledPair()
            let virtual = try ip("192.0.2.10")
            var frames: [[UInt8]] = []
            for number in 1...20 {
                frames.append(
                    Forgery(source: try ip("192.0.2.\(100 + number)"), hopLimit: 254, addresses: [virtual]).frame)
                // Under the active router's own address as well.
                frames.append(Forgery(source: try ip("192.0.2.1"), version: 2, addresses: [virtual]).frame)
            }
            let flood = try Flood(in: pair.client, frames, perSecond: 2000)
            try pair.trial.waitFor("some packets") { flood.sent > 1000 }
            flood.stop()
            let router = try pair.backup.instance()
            #expect(router.peers.count <= 16)
            let believed = router.peers.filter { $0.refusal == nil }
            #expect(believed.map(\.address) == ["192.0.2.1"] && believed.first?.priority == 150)
            let refused = router.peers.filter { $0.refusal != nil }
            #expect(refused.count == 8)
            #expect(refused.contains { $0.refusal == "its TTL is 254, not 255: it crossed a router or was forged" })
            #expect(
                refused.filter { $0.address == "192.0.2.1" }.map(\.refusal) == [
                    "it speaks VRRP version 2, we are configured for version 3 (keyword 'version')"
                ])
            #expect(refused.allSatisfy { $0.priority == nil })
            #expect(router.counters["hop_limit_errors", default: 0] > 100)
            #expect(router.counters["version_errors", default: 0] > 100)
        }

        @Test func `unicast, nopreempt and what keeps a higher priority from taking over are shown`() throws {
            let pair = try ControlledPair([100, 150]) { priority in
                let (own, peer) = priority == 100 ? (1, 2) : (2, 1)
                return instance(
                    priority: priority,
                    "nopreempt\n    unicast_src_ip 192.0.2.\(own)\n    unicast_peer {\n        192.0.2.\(peer)\n    }")
            }
            let router = try pair.backup.instance()
            #expect(router.transport == "unicast" && !router.preempts)
            #expect(
                router.next.last
                    == "nopreempt: it does not take over while 192.0.2.1 is heard, although its priority is higher")
        }

        @Test func `what a failing check would do is foretold, and it is what then happens`() throws {
            let trial = try Trial()
            let hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
            try hosts[0].writeFile("/run/ok", "")
            let track = "track_script {\n        chk\n    }"
            let text = { (priority: Int) in
                check("chk", "/usr/bin/test -e /run/ok", "weight 20") + instance(priority: priority, track)
            }
            // The other one is active first, so that it is known.
            let other = try trial.start(hosts[1], instance(priority: 110))
            try other.becomes(.active)
            let daemon = try trial.start(hosts[0], text(100))
            try daemon.becomes(.active)
            let router = try daemon.instance()
            let foretold = try #require(router.next.first)
            #expect(
                foretold.hasPrefix(
                    "if check chk fails, its priority falls from 120 to 100, below the 110 that 192.0.2.2 had"))
            try LocalFiles.remove(hosts[0].namespaces.outside("/run/ok"))
            try daemon.becomes(.standby)
            #expect(try daemon.instance().cause == "192.0.2.2 has priority 110, ours is 100")
            #expect(try other.instance().cause == "its priority 110 is higher than the 100 of 192.0.2.1")
        }

        @Test func `a paused daemon gives no answer, and the client says that nothing is known`() throws {
            let trial = try Trial()
            let daemon = try trial.start(try trial.host(), instance())
            try daemon.becomes(.active)
            daemon.process.sendToAll(.stop)
            let error = #expect(throws: ClientError.self) { try daemon.ask(Request(.status), within: 0.3) }
            #expect(error == .silent(path: daemon.host.controlSocket, seconds: 0.3))
            #expect(error.map { "\($0)".contains("nothing is known of its state") } == true)
            daemon.process.sendToAll(.continue)
            // It was away for longer than others wait, so it listens before it is active again.
            try daemon.becomes(.active)
            #expect(try daemon.instance().cause.contains("nobody else was heard"))
        }

        /// Whoever watches a pair would call somebody for it.
        @Test func `a question asked while the process is replaced is answered by its successor`() throws {
            let trial = try Trial()
            let daemon = try trial.start(try trial.host(), instance())
            try daemon.becomes(.active)
            for _ in 0..<3 {
                let worker = try daemon.worker
                sendSignal(Signals.kill, to: worker)
                try trial.waitFor("the next process") {
                    // Each of them is answered, whenever in between it is asked.
                    let answer = try Console.ask(Request(.status), at: daemon.host.controlSocket)
                    let children = SpawnedProcess.children(of: daemon.process.pid)
                    return answer.status?.instances.first?.state == .active
                        && children.contains { $0 != worker && processName(of: $0) == "understudyd-run" }
                }
            }
        }

        @Test func `an unknown instance is refused with those that there are`() throws {
            let trial = try Trial()
            let daemon = try trial.start(
                try trial.host(), instance() + instance("VI_2", id: 52, addresses: ["192.0.2.20/24"]))
            try daemon.listens()
            for kind in [Request.Kind.status, .history, .switchover] {
                var request = Request(kind)
                request.instance = "VI_3"
                request.id = 7
                let answer = try daemon.ask(request)
                #expect(answer.error == Problem(.unknownInstance, "there is no instance 'VI_3'; there are: VI_1, VI_2"))
                #expect(answer.id == 7)
            }
            var request = Request(.status)
            request.instance = "VI_2"
            #expect(try daemon.ask(request).status?.instances.map(\.name) == ["VI_2"])
        }
    }
}
