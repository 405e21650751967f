import Console
import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Groups {
    /// What becomes of a group when its daemon is replaced, told something else, or asked to hand over.
    @Suite(.serialized) struct Lives {
        /// Two hosts with Understudy, settled.
        private final class Stage {
            let laboratory: Laboratory
            let observer: Observer
            let pair: GroupPair

            init(_ plan: GroupPair.Plan = GroupPair.Plan()) throws {
                laboratory = try Laboratory(visible: [Program.binaries])
                observer = Observer(laboratory)
                pair = try GroupPair(.understudy, .understudy, plan, in: laboratory)
                try pair.start()
                try waitFor("the first to own the group", seconds: 12) { try pair.isOwned(by: 0) }
                try waitFor("the second to be there") {
                    pair.members[1].hasSaid("(OUT) Entering BACKUP STATE")
                        && pair.members[1].hasSaid("(IN) Entering BACKUP STATE")
                }
                try rest(0.4)
            }

            deinit { laboratory.close() }

            func waitFor(_ what: String, seconds: Double = 8, _ condition: () throws -> Bool) throws {
                guard try observer.wait(seconds: seconds, condition) else {
                    throw DidNotHappen(description: "\(what)\n\(pair.situation)")
                }
            }

            /// Lets so much time pass, because that is what the question is about.
            func rest(_ seconds: Double) throws {
                let end = monotonicNanoseconds() + UInt64(seconds * 1e9)
                try observer.wait(seconds: seconds + 5) { monotonicNanoseconds() >= end }
            }

            func daemon(_ number: Int) throws -> SpawnedProcess { try #require(pair.members[number].daemon) }

            func worker(_ number: Int) throws -> Int32 {
                try #require(
                    SpawnedProcess.children(of: try daemon(number).pid).first {
                        processName(of: $0) == "understudyd-run"
                    },
                    "no worker\n\(pair.situation)")
            }

            func ask(_ number: Int, _ request: Request) throws -> Answer {
                let host = try #require(pair.members[number].host)
                return try Console.ask(request, at: host.controlSocket, within: 20)
            }

            func status(_ number: Int) throws -> Control.Status {
                try #require(try ask(number, Request(.status)).status)
            }

            var transitions: [Int] { [0, 1].map(pair.transitions) }

            /// How often an address moved since then.
            func moves(since start: UInt64) throws -> Int {
                try observer.takeNews()
                return try pair.moves(in: observer.observations, since: start)
            }
        }

        @Test(arguments: [0, 1])
        func `a worker that is killed is replaced, and no member moves`(role: Int) throws {
            let stage = try Stage()
            let (transitions, start, old) = (stage.transitions, monotonicNanoseconds(), try stage.worker(role))
            sendSignal(Signals.kill, to: old)
            try stage.waitFor("the next worker") {
                stage.pair.members[role].hasSaid("(OUT) goes on as")
                    && stage.pair.members[role].hasSaid("(IN) goes on as")
            }
            #expect(try stage.worker(role) != old)
            // Long enough for the other to have taken over if it were going to.
            try stage.rest(1)
            #expect(stage.transitions == transitions, "\(stage.pair.situation)")
            #expect(try stage.moves(since: start) == 0 && stage.pair.isOwned(by: 0))
            // And it is a group still.
            try stage.laboratory.setPort(of: #require(stage.pair.members[0].host), "eth1", up: false)
            try stage.waitFor("the group to move") { try stage.pair.isOwned(by: 1) }
        }

        @Test func `when the guardian dies its worker hands over every member and ends`() throws {
            let stage = try Stage()
            let worker = try stage.worker(0)
            sendSignal(Signals.kill, to: try stage.daemon(0).pid)
            try stage.waitFor("the second to own the group") { try stage.pair.isOwned(by: 1) }
            try stage.waitFor("the end of the worker") { hasEnded(worker) }
        }

        @Test func `when everything is killed the other takes every address`() throws {
            let stage = try Stage()
            let start = monotonicNanoseconds()
            try stage.daemon(0).sendToAll(.kill)
            // The kernel removes the dead one's with their leases.
            try stage.waitFor("the second to own the group alone") { try stage.pair.isOwned(by: 1) }
            #expect(try stage.pair.split(in: stage.observer.observations, since: start) == 0)
            try stage.pair.members[0].start()
            try stage.waitFor("the first to own it again") { try stage.pair.isOwned(by: 0) }
        }

        @Test(arguments: ["OUT", "IN"])
        func `a switch-over of one member hands over all`(member: String) throws {
            let stage = try Stage()
            var request = Request(.switchover)
            request.instance = member
            let reports = try #require(try stage.ask(0, request).switchover)
            #expect(reports.contains { $0.instance == member && $0.outcome == .handedOver }, "\(reports)")
            try stage.waitFor("the second to own the group") { try stage.pair.isOwned(by: 1) }
            try stage.rest(0.8)
            #expect(try stage.pair.isOwned(by: 1), "\(stage.pair.situation)")
            let status = try stage.status(0)
            #expect(status.groups?.map(\.state) == [.standby])
            #expect(status.groups?.first?.members == ["OUT", "IN"])
            _ = try stage.ask(0, Request(.resume))
            try stage.waitFor("the first to take it back") { try stage.pair.isOwned(by: 0) }
        }

        @Test func `a failing member is named as the cause on the others`() throws {
            let blocks = check("well", "/usr/bin/test ! -e /run/broken", "fall 1\n    rise 1")
            let stage = try Stage(GroupPair.Plan(blocks: blocks, inside: "track_script {\n well\n }"))
            try #require(stage.pair.members[0].host).writeFile("/run/broken", "")
            try stage.waitFor("the group to move") { try stage.pair.isOwned(by: 1) }
            let status = try stage.status(0)
            let outside = try #require(status.instances.first { $0.name == "OUT" })
            #expect(status.groups?.map(\.state) == [.fault] && outside.state == .fault)
            #expect(
                outside.cause == "another member of sync group G cannot take part: IN (check well failed)",
                "\(outside.cause)")
        }

        @Test func `a reload takes a member out of the group and puts it back, and nothing moves meanwhile`() throws {
            let stage = try Stage()
            let start = monotonicNanoseconds()
            let grouped = [0, 1].map { GroupPair.configuration($0) }
            let third = (0..<2).map { number in
                grouped[number].replacing("  IN\n", with: "  IN\n  THIRD\n")
                    + instance(
                        "THIRD", id: 53, priority: number == 0 ? 150 : 100, addresses: ["192.0.2.30/24"])
            }
            func reload(_ texts: [String]) throws {
                for (member, text) in zip(stage.pair.members, texts) {
                    let before = member.log.text.utf8.count
                    try member.reload(text)
                    try stage.waitFor("the reload") {
                        String(decoding: member.log.text.utf8.dropFirst(before), as: UTF8.self)
                            .contains("Reload finished")
                    }
                }
            }
            // Added while Active: it joins those that are.
            try reload(third)
            let added = try ip("192.0.2.30")
            try stage.waitFor("the third address") {
                stage.pair.members[0].holds(added) && !stage.pair.members[1].holds(added)
            }
            #expect(try stage.moves(since: start) == 0 && stage.pair.isOwned(by: 0))
            #expect(try stage.status(0).groups?.first?.members == ["OUT", "IN", "THIRD"])
            // Removed, and the group with it.
            let alone = grouped.map { text in
                let end = text.range(of: "vrrp_instance")?.lowerBound ?? text.startIndex
                return String(text[end...])
            }
            try reload(alone)
            try stage.waitFor("the third address to go") { !stage.pair.members[0].holds(added) }
            try stage.rest(0.6)
            #expect(try stage.status(0).groups ?? [] == [])
            #expect(try stage.moves(since: start) == 0 && stage.pair.isOwned(by: 0))
            // Each moves alone now.
            try stage.laboratory.setPort(of: #require(stage.pair.members[0].host), "eth1", up: false)
            let (outside, inside) = (try ip(GroupPair.addresses[0]), try ip(GroupPair.addresses[1]))
            try stage.waitFor("the inside address to move") { stage.pair.members[1].holds(inside) }
            #expect(stage.pair.members[0].holds(outside) && !stage.pair.members[1].holds(outside))
            // Together again: what cannot be here leaves with the rest.
            try reload(grouped)
            try stage.waitFor("all to move") { try stage.pair.isOwned(by: 1) }
            try stage.laboratory.setPort(of: #require(stage.pair.members[0].host), "eth1", up: true)
            try stage.waitFor("all to return") { try stage.pair.isOwned(by: 0) }
        }
    }
}
