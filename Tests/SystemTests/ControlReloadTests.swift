import Console
import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// A reload says first what it will do, and does it as a whole or not at all.
    @Suite struct PlannedReloads {
        private static let virtual = "192.0.2.10"

        /// Asks for a dry run, sees that nothing has changed, then reloads and expects the same report.
        private func plan(_ daemon: RunningDaemon, _ text: String) throws -> ReloadReport {
            let before = try daemon.status()
            let (records, log) = (try daemon.history(), daemon.mark)
            let dry = try #require(try daemon.reloads(text, dryRun: true).reload)
            #expect(!dry.applied)
            let after = try daemon.status()
            #expect(after.loadedAt == before.loadedAt)
            #expect(after.instances.map(\.name) == before.instances.map(\.name))
            #expect(after.instances.map(\.state) == before.instances.map(\.state))
            #expect(after.instances.map(\.priority) == before.instances.map(\.priority))
            #expect(after.instances.map(\.addresses) == before.instances.map(\.addresses))
            #expect(try daemon.history() == records)
            // Who asked is told, and nothing else.
            #expect(daemon.lines(since: log).allSatisfy { $0.contains("control socket: user 0, process ") })
            let real = try #require(try daemon.reloads(text, dryRun: false).reload)
            #expect(real.changes == dry.changes && real.warnings == dry.warnings)
            #expect(real.consequences == dry.consequences)
            #expect(real.applied == !real.changes.isEmpty)
            return real
        }

        private func consequence(_ report: ReloadReport, _ name: String = "VI_1") throws -> ReloadReport.Consequence {
            try #require(report.consequences.first { $0.instance == name }, "\(report)")
        }

        @Test func `nothing changed is nothing applied`() throws {
            let trial = try Trial()
            let daemon = try trial.start(try trial.host(), instance())
            try daemon.becomes(.active)
            let report = try plan(daemon, "# a comment\n" + instance())
            #expect(report.changes.isEmpty && report.consequences.isEmpty && !report.applied)
        }

        @Test func `a refused configuration is refused as a whole, with every reason`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let loaded = try daemon.status().loadedAt
            let bad =
                instance(priority: 120)
                + instance("VI_2", id: 51, addresses: ["192.0.2.20/24"])
                .replacing("advert_int 0.1", with: "advert_intt 1")
            for dryRun in [true, false] {
                let error = try #require(try daemon.reloads(bad, dryRun: dryRun).error)
                #expect(error.code == .configuration)
                #expect(error.message == "/run/vrrp.conf has errors; what runs goes on unchanged")
                let details = try #require(error.details)
                #expect(details.contains { $0.contains("advert_intt") } && details.contains { $0.contains("51") })
                #expect(details.allSatisfy { $0.hasPrefix("/run/vrrp.conf:") })
            }
            try LocalFiles.remove(host.namespaces.outside("/run/vrrp.conf"))
            #expect(try daemon.ask(Request(.reload)).error?.details?.first?.contains("/run/vrrp.conf") == true)
            let status = try daemon.status()
            #expect(status.loadedAt == loaded && status.instances.map(\.priority.effective) == [100])
            #expect(try daemon.history().filter { $0.event == .reloadRefused }.count == 2)
        }

        @Test func `an active router that stays the best keeps its addresses`() throws {
            let pair = try ControlledPair()
            let start = monotonicNanoseconds()
            let report = try plan(pair.active, instance(priority: 120, addresses: ["192.0.2.10/24", "192.0.2.11/24"]))
            #expect(
                report.changes == [
                    "instance VI_1: priority 150 -> 120", "instance VI_1: address 192.0.2.11/24 dev eth0 added",
                ]
                    || report.changes.count == 2, "\(report.changes)")
            let found = try consequence(report)
            #expect(!found.givesUpAddresses && found.sentence == "stays active and keeps its addresses")
            try pair.trial.waitFor("adverts") { pair.recorder.adverts(since: start).count > 10 }
            #expect(try pair.active.instance().addresses.map(\.isPresent) == [true, true])
            #expect(pair.recorder.adverts(since: start, from: "192.0.2.2").isEmpty)
        }

        @Test func `a priority below that of a known peer loses the addresses, as foretold`() throws {
            let pair = try ControlledPair()
            // Only who has been active is known.
            #expect(try pair.active.switchOver().switchover?.first?.outcome == .handedOver)
            _ = try pair.active.resume()
            try pair.active.becomes(.active)
            try pair.backup.becomes(.standby)
            let report = try plan(pair.active, instance(priority: 90))
            let found = try consequence(report)
            #expect(found.givesUpAddresses)
            #expect(
                found.sentence
                    == "its priority falls from 150 to 90, below the 100 that 192.0.2.2 last had: that one takes over, "
                    + "in a few seconds, unless it has nopreempt")
            try pair.backup.becomes(.active)
            try pair.active.becomes(.standby)
            // And back: a standby's priority rises above that of the active router.
            let gain = try consequence(try plan(pair.active, instance(priority: 160)))
            #expect(!gain.givesUpAddresses)
            #expect(
                gain.sentence
                    == "its priority is 160 then, higher than the 100 of 192.0.2.2: it takes over, in a few seconds")
            try pair.active.becomes(.active)
        }

        @Test func `a standby keeps its state`() throws {
            let pair = try ControlledPair()
            let start = monotonicNanoseconds()
            let report = try plan(pair.backup, instance(priority: 120, addresses: ["192.0.2.10/24", "192.0.2.11/24"]))
            #expect(try consequence(report).sentence == "keeps its state; it has no addresses here")
            try pair.trial.waitFor("adverts") { pair.recorder.adverts(since: start).count > 10 }
            #expect(try pair.backup.instance().state == .standby)
            #expect(pair.recorder.adverts(since: start, from: "192.0.2.2").isEmpty)
        }

        @Test func `a removed address, a removed instance, another identity and a new instance`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let two = instance(addresses: ["192.0.2.10/24", "192.0.2.11/24"])
            let other = instance("VI_2", id: 52, addresses: ["192.0.2.20/24"])
            let daemon = try trial.start(host, two + other)
            try daemon.becomes(.active)
            try daemon.becomes(.active, "VI_2")
            let less = try plan(daemon, instance() + other)
            #expect(try consequence(less).givesUpAddresses)
            #expect(try consequence(less).sentence == "stays active, but removes 192.0.2.11")
            #expect(less.consequences.map(\.instance) == ["VI_1"])
            try trial.waitFor("the removal") { try !host.has("192.0.2.11") }
            #expect(try daemon.instance().state == .active && host.has("192.0.2.10"))

            let narrow = try plan(daemon, instance(addresses: ["192.0.2.10/25"]) + other)
            #expect(!(try consequence(narrow).givesUpAddresses))
            #expect(try consequence(narrow).sentence == "stays active and keeps its addresses")
            #expect(try host.details("192.0.2.10")?["prefixlen"] as? Int == 25)

            let gone = try plan(daemon, other)
            #expect(
                try consequence(gone)
                    == .init(
                        instance: "VI_1", givesUpAddresses: true,
                        sentence: "is removed: its addresses are handed to whoever takes them, then removed here"))
            try trial.waitFor("the removal") { try !host.has("192.0.2.10") }

            let moved = try plan(daemon, other.replacing("virtual_router_id 52", with: "virtual_router_id 62"))
            #expect(moved.changes == ["instance VI_2: virtual_router_id 52 -> 62"])
            #expect(
                try consequence(moved, "VI_2")
                    == .init(
                        instance: "VI_2", givesUpAddresses: false,
                        sentence:
                            "stays active and keeps its addresses; until the others have the same virtual_router_id, they "
                            + "and this one do not believe each other, and more than one becomes active"))
            #expect(try host.has("192.0.2.20"))
            try trial.waitFor("the other one") { try daemon.instance("VI_2").virtualRouterID == 62 }
            try daemon.becomes(.active, "VI_2")

            let renamed = try plan(
                daemon,
                other.replacing("virtual_router_id 52", with: "virtual_router_id 62").replacing("VI_2", with: "VI_7"))
            #expect(try consequence(renamed, "VI_7").sentence == "stays active and keeps its addresses")
            #expect(try daemon.instance("VI_7").state == .active)
        }

        @Test func `what would stop the router is foretold, and it is what then happens`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let fails = check("bad", "/bin/false")
            let own = "track_script {\n        bad\n    }"
            // Known to fail, because another instance tracks it already.
            let other = instance("VI_2", id: 52, addresses: ["192.0.2.20/24"], own)
            let daemon = try trial.start(host, fails + instance() + other)
            try daemon.becomes(.active)
            try daemon.becomes(.waiting, "VI_2")
            let failing = try plan(daemon, fails + instance("VI_1", own) + other)
            #expect(
                try consequence(failing)
                    == .init(
                        instance: "VI_1", givesUpAddresses: true,
                        sentence: "gives up its addresses at once: check bad failed"))
            try daemon.becomes(.fault)
            let healed = try plan(daemon, fails + instance() + other)
            #expect(try consequence(healed).sentence == "takes part as soon as nothing stands in its way")
            try daemon.becomes(.active)
            try host.addCable("eth9")
            let down = try plan(daemon, fails + instance("VI_1", "track_interface {\n        eth9\n    }") + other)
            #expect(
                try consequence(down)
                    == .init(
                        instance: "VI_1", givesUpAddresses: true,
                        sentence: "gives up its addresses at once: tracked interface eth9 failed"))
            try daemon.becomes(.fault)
        }

        @Test func `what this host lacks is a reason to refuse it, unless what runs lacks it as well`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let absent = instance("VI_2", id: 52, interface: "eth7", addresses: ["198.51.100.9/24"])
            let daemon = try trial.start(host, instance() + absent)
            try daemon.becomes(.active)
            let mark = daemon.mark
            let mistakes = [
                (instance(interface: "eth8") + absent, "this host has no interface `eth8`"),
                (instance(addresses: ["192.0.2.1/24"]) + absent, "192.0.2.1 is the host's own address"),
                (
                    instance(addresses: []).replacing("version 3", with: "version 2")
                        .replacing("advert_int 0.1", with: "advert_int 1") + absent,
                    "instance `VI_1` has addresses now and would have none"
                ),
                (
                    check("chk", "/usr/bin/tesst") + instance("VI_1", "track_script {\nchk\n}") + absent,
                    "/usr/bin/tesst"
                ),
            ]
            for (text, reason) in mistakes {
                for dryRun in [true, false] {
                    let problem = try #require(try daemon.reloads(text, dryRun: dryRun).error, "\(reason)")
                    #expect(problem.details?.contains { $0.contains(reason) } == true, "\(problem)")
                }
            }
            #expect(!daemon.text(since: mark).contains("Entering"))
            // That eth7 is not there keeps nobody from changing something else.
            #expect(try daemon.reloads(instance(priority: 120) + absent, dryRun: false).reload?.applied == true)
        }

        /// A check that nobody has run may fail, and then what has no weight is a fault.
        @Test(arguments: [
            ("vrrp_track_process hap {\nprocess absent\n}\n", "track_process {\nhap\n}", "process check hap"),
            ("track_file drain {\nfile /run/drain\n}\n", "track_file {\ndrain weight 0\n}", "tracked file drain"),
            ("vrrp_script bad {\nscript /bin/false\n}\n", "track_script {\nbad\n}", "check bad"),
        ])
        func `what a new check will find is not foretold`(definition: String, line: String, name: String) throws {
            let trial = try Trial()
            let host = try trial.host()
            try host.writeFile("/run/drain", "1\n")
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let found = try consequence(try plan(daemon, definition + instance("VI_1", line)))
            #expect(!found.givesUpAddresses && found.unlessFails == [name])
            #expect(
                found.sentence
                    == "stays active and keeps its addresses, unless \(name) fails, of which nothing is known yet")
            try daemon.becomes(.fault)
            // Now it is known.
            let back = try consequence(try plan(daemon, definition + instance("VI_1", priority: 120, line)))
            #expect(back.unlessFails == nil)
        }

        @Test func `what all routers must have in common is pointed out`() throws {
            let pair = try ControlledPair()
            let report = try plan(
                pair.backup,
                instance(priority: 100).replacing("version 3", with: "version 2")
                    .replacing("advert_int 0.1", with: "advert_int 1"))
            let found = try consequence(report)
            #expect(
                found.sentence.hasSuffix(
                    "; until the others have the same version and advert_int, they and this one do not believe each other, "
                        + "and more than one becomes active"), "\(found)")
            try pair.backup.becomes(.active)
            #expect(try pair.active.instance().state == .active)
        }
    }
}
