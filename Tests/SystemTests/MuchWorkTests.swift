import Console
import Control
import Glibc
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension OneOwner {
    /// Many addresses and many instances are work, and no reason to be given up or to give up.
    @Suite(.serialized) struct MuchWork {
        private func processorTime(_ worker: Int32) throws -> Double {
            let text = String(decoding: try LocalFiles.read("/proc/\(worker)/schedstat"), as: UTF8.self)
            return Double(try #require(text.split(separator: " ").first.flatMap { UInt64($0) })) / 1e6
        }

        /// The observer of a trial reads all addresses of all hosts again and again, for which the kernel stops whoever adds some.
        private func wait(for what: String, seconds: Double, _ condition: () throws -> Bool) throws {
            let deadline = monotonicNanoseconds() + UInt64(seconds * 1e9)
            while try !condition() {
                guard monotonicNanoseconds() < deadline else { throw DidNotHappen(description: what) }
                usleep(5000)
            }
        }

        private func excluded(_ addresses: [String]) -> String {
            """
            garp_master_delay 0
            virtual_ipaddress_excluded {
                    \(addresses.joined(separator: "\n        "))
                }
            """
        }

        /// The kernel takes longer for them than three intervals, and an active that was silent for so long gives up: it would
        /// take them on and let them go for ever.
        @Test func `thousands of addresses are taken on once and without a silence`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let recorder = try AdvertRecorder(in: trial.laboratory.addClient([Interface("eth0")]))
            let addresses = (0..<5000).map { "10.9.\($0 / 250).\($0 % 250 + 1)/32" }
            let daemon = try trial.start(host, instance(addresses: ["192.0.2.10/24"], excluded(addresses)), flags: [])
            var first: UInt64?
            try wait(for: "the first advert", seconds: 20) {
                first = recorder.adverts().first?.instant
                return first != nil
            }
            let began = try #require(first)
            try wait(for: "the addresses", seconds: 20) { daemon.log.text.contains("Entering MASTER STATE") }
            let took = Double(monotonicNanoseconds() - began) / 1e6
            // The news of all of them, the first renewals and the first questions who else has them come in this time.
            try wait(for: "fifty more adverts", seconds: 30) { recorder.adverts().count >= 50 }
            let gaps = recorder.gaps(since: began)
            print(
                "MUCH WORK: 5001 addresses in \(Int(took)) ms, longest gap of 100 ms: \(gaps.max()?.thousandths ?? "none")"
            )
            // Longer than an interval, or it would not have been asked.
            #expect(took > 100)
            #expect(try #require(gaps.max()) < 300)
            let transitions = daemon.lines().filter {
                $0.contains("Entering") && $0.contains("STATE") && !$0.contains("(init)")
            }
            #expect(transitions.count == 1, "\(daemon.lines().filter { !$0.contains(": warning: ") })")
            #expect(!daemon.log.text.contains("Away:"))
        }

        /// Each member that hands over looks at what the other host announces of the addresses of all.
        @Test func `a group with thousands of addresses moves there and back once, and no process is ended for it`()
            throws
        {
            let trial = try Trial()
            let (near, far) = (try trial.host(), try trial.host("lb2", "192.0.2.2"))
            func group(_ priority: Int) -> String {
                let members = (1...8).map { member in
                    instance(
                        "VI_\(member)", id: 50 + member, priority: priority,
                        addresses: (1...250).map { "10.\(member).0.\($0)/32" })
                }
                let names = (1...8).map { "VI_\($0)" }.joined(separator: "\n ")
                return members.joined() + "vrrp_sync_group G {\n group {\n \(names)\n }\n}\n"
            }
            let first = try trial.start(near, group(150), flags: [])
            try first.says("(VI_8) Entering MASTER STATE", seconds: 20)
            let second = try trial.start(far, group(100), flags: [])
            try second.says("(VI_8) Entering BACKUP STATE", seconds: 20)
            first.process.sendToAll(.kill)
            try second.says("(VI_8) Entering MASTER STATE", seconds: 20)
            let mark = second.mark
            let again = try trial.start(near, group(150), flags: [])
            try again.says("(VI_8) Entering MASTER STATE", seconds: 20)
            try second.says("(VI_8) Entering BACKUP STATE", since: mark, seconds: 20)
            try trial.observer.wait(seconds: 2) { false }
            for daemon in [second, again] {
                #expect(!daemon.text().contains("Replacing process"), "\(daemon.text().suffix(4000))")
                #expect(daemon.lines().count { $0.contains("Entering MASTER STATE") } == 8)
            }
        }

        /// It looks at what the standby announces of each of them: with all of its own for each it would seem to hang.
        @Test func `a stop with thousands of addresses hands them over, and is no hang`() throws {
            let trial = try Trial()
            let (near, far) = (try trial.host(), try trial.host("lb2", "192.0.2.2"))
            let addresses = (0..<4000).map { "10.9.\($0 / 250).\($0 % 250 + 1)/32" }
            func router(_ priority: Int) -> String {
                instance(
                    priority: priority, addresses: ["192.0.2.10/24"],
                    excluded(addresses).replacing("garp_master_delay 0\n", with: ""))
            }
            let active = try trial.start(near, router(150), flags: [])
            try wait(for: "(VI_1) Entering MASTER STATE", seconds: 20) {
                active.log.text.contains("(VI_1) Entering MASTER STATE")
            }
            let standby = try trial.start(far, router(100), flags: [])
            try wait(for: "(VI_1) Entering BACKUP STATE", seconds: 20) {
                standby.log.text.contains("(VI_1) Entering BACKUP STATE")
            }
            #expect(try active.stop() == .exited(code: 0))
            #expect(!active.text().contains("late and is busy"), "\(active.text().suffix(4000))")
            try wait(for: "(VI_1) Entering MASTER STATE", seconds: 20) {
                standby.log.text.contains("(VI_1) Entering MASTER STATE")
            }
            let left = try near.run("ip", ["-4", "-br", "address"]).output
            #expect(!left.contains("10.9."))
        }

        /// Until it has removed them they are somebody else's to remove; no lease ends here.
        @Test func `who is killed while it removes thousands of addresses leaves none`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let addresses = (0..<4000).map { "10.9.\($0 / 250).\($0 % 250 + 1)/32" }
            let text = instance(addresses: ["192.0.2.10/24"], "lease off\n" + excluded(addresses))
            let daemon = try trial.start(host, text, flags: [])
            try wait(for: "(VI_1) Entering MASTER STATE", seconds: 20) {
                daemon.log.text.contains("(VI_1) Entering MASTER STATE")
            }
            func held() throws -> Int {
                try host.run("ip", ["-4", "-br", "address"]).output.split(separator: " ").count {
                    $0.hasPrefix("10.9.")
                }
            }
            try wait(for: "the addresses", seconds: 20) { try held() == 4000 }
            let worker = try daemon.worker
            try daemon.process.send(.terminate)
            try wait(for: "the removal", seconds: 10) { try held() < 4000 }
            sendSignal(9, to: worker)
            #expect(try daemon.process.wait(until: monotonicNanoseconds() + 20_000_000_000) == .exited(code: 1))
            #expect(daemon.text().contains("Giving up: "))
            #expect(try held() == 0)
        }

        /// Each instance looks for its own addresses, which are hardly ever those that the kernel speaks of.
        @Test func `news of a stranger's address costs four times the instances four times as much`() throws {
            func cost(_ count: Int) throws -> Double {
                let trial = try Trial()
                let host = try trial.host()
                let text = (1...count).map { number in
                    instance(
                        "VI_\(number)", id: number, priority: 250,
                        addresses: (1...5).map { "10.\(number).\($0).1/32" }, "garp_master_delay 0"
                    ).replacing("advert_int 0.1", with: "advert_int 2")
                }.joined()
                let daemon = try trial.start(host, text, flags: [])
                try wait(for: "every instance", seconds: 60) {
                    daemon.lines().count { $0.contains("Entering MASTER STATE") } == count
                }
                let worker = try daemon.worker
                var question = Request(.status)
                question.instance = "VI_1"
                // Nothing else is done meanwhile but what is done always, which is a few milliseconds for all of them.
                let before = try processorTime(worker)
                for number in 1...20 {
                    for change in ["add", "delete"] {
                        let done = try host.run("ip", ["address", change, "172.16.\(number).1/32", "dev", "lo"])
                        #expect(done.status == LinuxKernel.ExitStatus.exited(code: 0))
                        // An answer comes when the news have been taken in.
                        _ = try daemon.ask(question)
                    }
                }
                return (try processorTime(worker) - before) / 40
            }
            let (few, many) = (try cost(60), try cost(240))
            print(
                "NEWS: \(few.thousandths) ms with 60 instances, \(many.thousandths) ms with 240: \((many / few).thousandths) times"
            )
            #expect(many < few * 6)
        }
    }
}
