import Console
import Control
import Dispatch
import LinuxKernel
import Rehearsal
import Synchronization
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// Handing over on request: what is answered, and what happens to the addresses.
    @Suite struct Switchovers {
        private static let virtual = "192.0.2.10"

        /// A request that is under way while the test does something else.
        private final class Asking: Sendable {
            let answer = Mutex<Answer?>(nil)
            let error = Mutex<ClientError?>(nil)

            init(_ daemon: RunningDaemon, _ request: Request) throws {
                let path = daemon.host.controlSocket
                _ = try WorkerThread { [self] in
                    do throws(ClientError) {
                        let got = try Console.ask(request, at: path, within: 20)
                        answer.withLock { $0 = got }
                    } catch {
                        self.error.withLock { $0 = error }
                    }
                }
            }

            var isOver: Bool { answer.withLock { $0 != nil } || error.withLock { $0 != nil } }
            var reports: [SwitchoverReport] { answer.withLock { $0?.switchover } ?? [] }
        }

        private func request(_ name: String?) -> Request {
            var request = Request(.switchover)
            request.instance = name
            return request
        }

        /// Adverts that are far apart, so that there is time while a hand-over is under way.
        private func slow(_ priority: Int) -> String {
            instance(priority: priority).replacing("advert_int 0.1", with: "advert_int 1")
        }

        @Test func `the address is handed over without a gap, and the figures say how long each step took`() throws {
            let pair = try ControlledPair()
            let asking = try Asking(pair.active, request("VI_1"))
            // The observer looks on meanwhile, and knows the order of what it saw.
            try pair.trial.waitFor("the outcome") { asking.isOver }
            let report = try #require(asking.reports.first)
            #expect(asking.reports.count == 1 && report.instance == "VI_1")
            #expect(report.outcome == .handedOver && report.successor == "192.0.2.2")
            let heard = try #require(report.heardAfterSeconds)
            let announced = try #require(report.announcedAfterSeconds)
            let released = try #require(report.releasedAfterSeconds)
            // The standby's Skew_Time is 61 ms.
            #expect(heard > 0.05 && heard < 0.3 && heard <= announced && announced <= released && released < 1)
            #expect(report.detail == "the addresses were served here until the successor had announced them")
            #expect(
                report.preflight
                    == "standbys are silent, and nobody else has been heard since the daemon started: whether anyone takes over is not known"
            )
            let virtual = try ip(Self.virtual)
            try pair.trial.waitFor("the release") { try !pair.active.host.has(Self.virtual) }
            let taken = try #require(pair.trial.observer.acquisition(of: virtual, by: "lb2", since: 0))
            let left = try #require(
                pair.trial.observer.observations.last { $0.host == "lb1" && $0.change == .removed(virtual) }?.instant)
            #expect(left > taken, "nobody had the address")
            let router = try pair.active.instance()
            #expect(router.state == .standby && router.cause == "handed over to 192.0.2.2, as an operator asked")
            #expect(router.activeRouter?.address == "192.0.2.2")
            #expect(
                router.next.last
                    == "it does not take back what was handed over, although its priority is higher: understudy resume")
            // And back, when the operator says so.
            let resumed = try pair.active.resume()
            #expect(resumed.standby == nil)
            #expect(
                resumed.sentences.first?.hasPrefix(
                    "VI_1: its priority is higher than that of 192.0.2.2: it takes over in")
                    == true, "\(resumed.sentences)")
            try pair.active.becomes(.active)
            try pair.backup.becomes(.standby)
            let again = try #require(try pair.active.switchOver().switchover?.first)
            #expect(again.preflight.contains("192.0.2.2 was last heard"), "\(again.preflight)")
        }

        @Test func `the way back knows whom the addresses came from`() throws {
            let pair = try ControlledPair()
            _ = try pair.active.switchOver()
            try pair.backup.becomes(.active)
            try pair.active.becomes(.standby)
            let next = try pair.backup.instance().next.last ?? ""
            #expect(next.hasPrefix("192.0.2.1 handed over ") && next.contains("most likely stands by"), "\(next)")
            let back = try #require(try pair.backup.switchOver().switchover?.first)
            #expect(back.preflight.hasPrefix("192.0.2.1 handed over "), "\(back.preflight)")
            #expect(back.outcome == .handedOver && back.successor == "192.0.2.1")
        }

        @Test func `what was announced long before is not taken for the successor's word`() throws {
            // The second burst comes when nobody listens for a successor any more, and waits in the socket.
            let pair = try ControlledPair { instance(priority: $0, "garp_master_delay 1") }
            _ = try pair.active.switchOver()
            try pair.active.becomes(.standby)
            try pair.trial.observer.wait(seconds: 1.5) { false }
            _ = try pair.active.resume()
            try pair.active.becomes(.active)
            // An interface that went down for a moment hides what waits behind an error.
            let host = pair.active.host
            try host.setLink("eth0", up: false)
            try pair.active.becomes(.fault)
            try host.setLink("eth0", up: true)
            try pair.active.becomes(.active)
            try pair.backup.becomes(.standby)
            let report = try #require(try pair.active.switchOver().switchover?.first)
            #expect(report.outcome == .handedOver)
            // The standby's Skew_Time is 61 ms.
            let announced = try #require(report.announcedAfterSeconds)
            #expect(announced > 0.05, "\(report)")
        }

        @Test func `where nobody takes over it is undone, and the address never left`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client)
            let responder = try StreamListenerForTests(host, Self.virtual)
            try host.setSysctl("net/ipv4/ip_nonlocal_bind", "1")
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let probe = try Probe(
                in: client, targets: [.init(try ip(Self.virtual), port: 80)], interval: 5_000_000, timeout: 500_000_000)
            try trial.waitFor("answers") { probe.latestAnswer(from: 0) != nil }
            let start = monotonicNanoseconds()
            let report = try #require(try daemon.switchOver().switchover?.first)
            #expect(report.outcome == .undone && report.successor == nil)
            #expect(report.detail == "nobody took over: it is active as before, and the addresses never left")
            #expect(report.heardAfterSeconds == nil && report.releasedAfterSeconds == nil)
            #expect(try daemon.instance().state == .active)
            try trial.observer.takeNews()
            let virtual = try ip(Self.virtual)
            #expect(!trial.observer.observations.contains { $0.instant > start && $0.change == .removed(virtual) })
            #expect(recorder.adverts(since: start).contains { $0.priority == 0 })
            try trial.waitFor("adverts as before") { recorder.adverts(since: start).last?.priority == 100 }
            withExtendedLifetime(responder) {}
        }

        @Test func `what cannot be handed over is refused, and nothing happens`() throws {
            let pair = try ControlledPair()
            let refused = try pair.backup.switchOver()
            #expect(
                refused.error
                    == Problem(.wrongState, "VI_1 is not active here but standby; 192.0.2.1 is active: hand over there")
            )
            let elsewhere = try pair.backup.switchOver(toPeer: true)
            #expect(elsewhere.switchover?.map(\.outcome) == [.alreadyElsewhere])
            #expect(elsewhere.switchover?.first?.successor == "192.0.2.1")
            let all = try pair.backup.switchOver(nil)
            #expect(all.error == Problem(.wrongState, "nothing is active here, so there is nothing to hand over"))
            #expect(try pair.active.instance().counters["priority_zero_sent"] == 0)
            #expect(pair.recorder.adverts().allSatisfy { $0.priority == 150 })
        }

        @Test func `an owner hands nothing over, in a switch-over or in maintenance mode`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance(priority: 255))
            try daemon.becomes(.active)
            let refused = try daemon.switchOver()
            #expect(refused.error?.code == .wrongState)
            #expect(refused.error?.message.contains("owns its addresses (priority 255)") == true)
            let report = try daemon.standby()
            #expect(
                report.sentences.contains(
                    "VI_1: owns its addresses (priority 255), which maintenance mode does not change"))
            let router = try daemon.instance()
            #expect(router.state == .active && router.priority.text == "255" && !router.priority.isOverruled)
        }

        @Test func `all instances are handed over, and those that are not active here are told of`() throws {
            let pair = try ControlledPair { priority in
                // The second one prefers the other host, the third one has a fault here.
                instance(priority: priority)
                    + instance("VI_2", id: 52, priority: 250 - priority, addresses: ["192.0.2.20/24"])
                    + instance("VI_3", id: 53, priority: priority, addresses: ["192.0.2.30/24"])
                    + instance("VI_4", id: 54, priority: priority, interface: "eth9", addresses: ["10.0.0.1/24"])
            } follows: { _ in
                true
            } isSettled: { active, backup in
                active.map(\.state) == [.active, .standby, .active, .waiting]
                    && backup.map(\.state) == [.standby, .active, .standby, .waiting]
            }
            let reports = try #require(try pair.active.switchOver(nil).switchover)
            #expect(reports.map(\.instance) == ["VI_1", "VI_2", "VI_3", "VI_4"])
            #expect(reports.map(\.outcome) == [.handedOver, .alreadyElsewhere, .handedOver, .alreadyElsewhere])
            #expect(reports.map(\.successor) == ["192.0.2.2", "192.0.2.2", "192.0.2.2", nil])
            #expect(reports[3].preflight == "it is waiting here")
            #expect(try pair.backup.status().instances.map(\.state) == [.active, .active, .active, .waiting])
        }

        @Test func `while one is under way another is refused, and status says so`() throws {
            let trial = try Trial()
            let daemon = try trial.start(try trial.host(), slow(254))
            try daemon.becomes(.active)
            let first = try Asking(daemon, request("VI_1"))
            try daemon.becomes(.handingOver)
            let router = try daemon.instance()
            #expect(router.activeRouter?.isSelf == true && router.addresses.first?.isPresent == true)
            #expect(router.cause == "an operator asked to hand over: priority 0 was sent, the addresses are held")
            #expect(
                router.next == [
                    "it becomes standby as soon as a successor has the addresses, and stays active if nobody takes them"
                ])
            #expect(try daemon.switchOver().error == Problem(.busy, "VI_1 is being handed over already"))
            try trial.waitFor("the outcome", seconds: 15) { first.isOver }
            #expect(first.reports.map(\.outcome) == [.undone])
        }

        @Test func `resumed while it is under way, it comes back`() throws {
            let pair = try ControlledPair { slow($0) }
            let asking = try Asking(pair.active, request("VI_1"))
            try pair.active.becomes(.handingOver)
            let resumed = try pair.active.resume()
            #expect(
                resumed.sentences == [
                    "VI_1: a successor gets the addresses, and the higher priority decides after that; "
                        + "it stays active if nobody takes them"
                ])
            try pair.trial.waitFor("the outcome") { asking.isOver }
            #expect(asking.reports.map(\.outcome) == [.handedOver])
            try pair.active.becomes(.standby)
            try pair.backup.becomes(.active)
            try pair.active.becomes(.active)
            try pair.backup.becomes(.standby)
        }

        @Test func `a client that goes away does not end the hand-over`() throws {
            let pair = try ControlledPair { slow($0) }
            do {
                let client = try RawClient(pair.active.host)
                client.send(encode(request("VI_1")).text + "\n")
                try pair.active.becomes(.handingOver)
            }
            try pair.backup.becomes(.active)
            try pair.active.becomes(.standby)
            #expect(try pair.active.history().last { $0.event == .becameStandby }?.peer == "192.0.2.2")
        }

        /// What may come between, and what the client is told.
        enum Interruption: CaseIterable {
            case fault, stop, removal, renaming
        }

        @Test(arguments: Interruption.allCases)
        func `whatever comes between, who waits for the outcome is told`(interruption: Interruption) throws {
            let trial = try Trial()
            let host = try trial.host()
            let other = instance("VI_2", id: 52, addresses: ["192.0.2.20/24"])
            let daemon = try trial.start(host, slow(254) + other)
            try daemon.becomes(.active)
            let asking = try Asking(daemon, request("VI_1"))
            try daemon.becomes(.handingOver)
            switch interruption {
            case .fault: try host.ip("link", "set", "eth0", "down")
            case .stop: try daemon.process.send(.terminate)
            case .removal: #expect(try daemon.reloads(other, dryRun: false).reload?.applied == true)
            case .renaming:
                let renamed = slow(254).replacing("vrrp_instance VI_1", with: "vrrp_instance VI_9")
                #expect(try daemon.reloads(renamed + other, dryRun: false).reload?.applied == true)
            }
            try trial.waitFor("an answer", seconds: 15) { asking.isOver }
            let report = try #require(asking.reports.first, "\(String(describing: asking.error.withLock { $0 }))")
            #expect(report.instance == "VI_1")
            switch interruption {
            case .fault:
                #expect(report.outcome == .interrupted && report.detail.contains("interface eth0 is down"))
            case .stop:
                #expect(
                    report.outcome == .interrupted
                        && report.detail == "it ended otherwise: the daemon was asked to stop")
                #expect(try daemon.process.wait(until: monotonicNanoseconds() + 10_000_000_000) == .exited(code: 0))
            case .removal:
                #expect(report.outcome == .interrupted && report.detail == "it ended otherwise: a reload removed it")
                try trial.waitFor("the removal") { try !host.has(Self.virtual) }
            case .renaming: #expect(report.outcome == .undone)
            }
        }

        @Test func `keepalived takes over, and gives back after resume`() throws {
            let trial = try Trial()
            let hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
            let daemon = try trial.start(hosts[0], instance(priority: 150))
            try daemon.becomes(.active)
            try hosts[1].writeFile("/run/vrrp.conf", instance(priority: 100))
            let command = Program.keepalived.command("/run/vrrp.conf")
            let log = try OutputLog("keepalived")
            _ = try hosts[1].start(command.program, command.arguments, log: log)
            try trial.waitFor("keepalived") { log.text.contains("Entering BACKUP STATE") }
            let report = try #require(try daemon.switchOver().switchover?.first)
            #expect(report.outcome == .handedOver && report.successor == "192.0.2.2", "\(report)")
            #expect(report.announcedAfterSeconds != nil)
            #expect(try hosts[1].has(Self.virtual))
            _ = try daemon.resume()
            try daemon.becomes(.active)
            try trial.waitFor("keepalived to let go") { try !hosts[1].has(Self.virtual) }
        }

        @Test func `a peer with nopreempt takes what is handed over all the same`() throws {
            let pair = try ControlledPair { instance(priority: $0, "nopreempt") }
            #expect(try pair.active.switchOver().switchover?.first?.outcome == .handedOver)
            try pair.backup.becomes(.active)
            // nopreempt: the election leaves it there after resume too, and that is said.
            #expect(
                try pair.active.resume().sentences == [
                    "VI_1: if 192.0.2.2 falls silent, it takes over in 0.34 s"
                ])
        }
    }
}
