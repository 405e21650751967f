import Console
import Control
import Testing

@Suite struct `The text of a status` {
    private func report(_ answer: Answer) throws -> StatusReport { StatusReport(answer, try #require(answer.status)) }

    private func text(_ answer: Answer) throws -> String {
        try report(answer).lines(width: nil).map { $0.plain + "\n" }.joined()
    }

    @Test func `of one active instance`() throws {
        let answer = Sample.answer(Sample.active)
        let shown = try text(answer)
        #expect(
            shown == """
                2026-11-25 03:12:09 UTC: understudyd 0.2.0, pid 812, up 27 h 46 min, since 2026-11-23 23:25:29 UTC
                configuration /etc/understudy/understudy.conf, read at 2026-11-24 13:18:49 UTC (13 h 53 min ago)

                VI_1  ACTIVE since 03:08:04 UTC (4 min 5 s): 192.0.2.2 fell silent, last heard 3.6 s before
                  router      eth0, VRID 51, IPv4, VRRP version 2, multicast every 1 s, from 192.0.2.1
                  priority    107 = 101 + 6 chk_lb
                  active      this host (192.0.2.1), priority 107
                  others      192.0.2.2  priority 100  heard 4 min 9 s ago
                  addresses   192.0.2.10/24     on eth0  here
                              198.51.100.10/32  on eth1  here (not in adverts)
                  checks      chk_lb    process  working              +6 (weight 6)                 2 running
                              chk_sshd  script   working for 116 min  its failure stops the router  exited with status 0, took 12 ms, 800 ms ago
                  next        if chk_sshd fails, it gives up the addresses at once
                  counters    adverts_sent 245, became_active 1

                """)
        #expect(try report(answer).commandStatus == .good)
    }

    @Test func `of several begins with a table and with what is wrong`() throws {
        var active = Sample.active
        active.addresses[0].isPresent = false
        let answer = Sample.answer(active, Sample.standby, Sample.fault)
        let lines = try text(answer).split(separator: "\n", omittingEmptySubsequences: false).prefix(9)
        #expect(
            lines.dropFirst(2).joined(separator: "\n") == """
                problem: VI_1: 192.0.2.10/24 is missing on eth0, although this host is active: nobody serves it.
                problem: VI_3: FAULT: check chk_sshd failed.

                INSTANCE  STATE    FOR        PRIORITY  ACTIVE     ADDRESSES     CHECKS
                VI_1      ACTIVE   4 min 5 s  107       this host  1 of 2 wrong  2 working
                VI_2      STANDBY  4 min 5 s  107       192.0.2.2  2 not here    2 working
                VI_3      FAULT    4 min 5 s  107       192.0.2.2  2 not here    1 failed, 1 working
                """)
        #expect(try report(answer).commandStatus == .wrong)
    }

    @Test func `of BFD sessions says which are up, and what the silence of the others was`() throws {
        var instance = Sample.active
        instance.checks = [
            Sample.check(
                "ROUTER", .bfd, .failed, weight: -20, points: -20,
                outcome: "down: nothing came from 192.0.2.254 for 152 ms",
                ran: nil, took: nil, changed: 3)
        ]
        var answer = Sample.answer(instance)
        var up = SessionStatus(
            name: "UPLINK", neighbour: "192.0.2.253", isMultihop: false, state: .up,
            outcome: "up with 192.0.2.253, which is given up after 0.15 s of silence")
        up.sinceSeconds = 240
        up.source = "192.0.2.1"
        (up.diagnostic, up.remoteDiagnostic) = ("No Diagnostic", "No Diagnostic")
        (up.transmitSeconds, up.detectionSeconds, up.counters) = (0.05, 0.15, ["sent": 7, "malformed": 0])
        let down = SessionStatus(
            name: "ROUTER", neighbour: "192.0.2.254", isMultihop: true, state: .down,
            outcome: "down: 192.0.2.254 has not answered yet")
        answer.status?.sessions = [up, down]
        let text = try text(answer)
        #expect(
            text.contains(
                "\nBFD session UPLINK: up with 192.0.2.253, which is given up after 0.15 s of silence, for 4 min\n"
                    + "  up, with 192.0.2.253 from 192.0.2.1, sends every 50 ms, gives up after 150 ms; No Diagnostic, "
                    + "there No Diagnostic, sent 7\nBFD session ROUTER: down: 192.0.2.254 has not answered yet\n"))
        #expect(
            text.contains(
                "ROUTER  bfd  FAILED for 3 s  -20 (weight -20)  down: nothing came from 192.0.2.254 for 152 ms"))
        // A session that is down is no problem by itself: what it means is the instance's to say.
        #expect(try report(answer).commandStatus == .good)
    }

    @Test func `of what is on the host in every state says what is missing, and does not call that a problem`() throws {
        var answer = Sample.answer(Sample.active)
        let address = StaticStatus(.address, "203.0.113.1/24 dev eth1", isPresent: true, isTracked: true)
        let route = StaticStatus(.route, "10.0.0.0/8 via 192.0.2.254", isPresent: false, isTracked: true)
        var ended = StaticStatus(.route, "10.1.0.0/16 via 192.0.2.254 expires 60", isPresent: false, isTracked: true)
        ended.hasEnd = true
        let rule = StaticStatus(.rule, "from 10.0.0.0/8 preference 9 lookup 7", isPresent: false, isTracked: false)
        answer.status?.statics = [address, route, ended, rule]
        let text = try text(answer)
        #expect(
            text.contains(
                """

                static  address  203.0.113.1/24 dev eth1                 here
                        route    10.0.0.0/8 via 192.0.2.254              MISSING
                        route    10.1.0.0/16 via 192.0.2.254 expires 60  ended
                        rule     from 10.0.0.0/8 preference 9 lookup 7   not here

                """), "\(text)")
        #expect(text.contains("\nlook at: static route 10.0.0.0/8 via 192.0.2.254 is missing: "))
        #expect(text.split(separator: "\n").count { $0.hasPrefix("look at: ") } == 1)
        #expect(try report(answer).commandStatus == .good)
    }

    @Test func `of an interface whose delay still runs says what it is, and when that counts`() throws {
        var instance = Sample.fault
        instance.pendingLinks = [
            PendingLink(interface: "eth0", isUp: true, countsInSeconds: 2.5),
            PendingLink(interface: "eth1", isUp: false, countsInSeconds: 0.4),
        ]
        let text = try text(Sample.answer(instance))
        #expect(text.contains("  interface   eth0 is up, which counts in 2.5 s if it lasts\n"), "\(text)")
        #expect(text.contains("              eth1 is down, which counts in 400 ms if it lasts\n"), "\(text)")
    }

    @Test func `of a standby whose word is not signed says so where adverts are`() throws {
        var instance = Sample.active
        instance.standbys = [StandbySeen(address: "192.0.2.3", priority: 90, lastHeardSeconds: 0.7)]
        #expect(try text(Sample.answer(instance)).contains("standby     192.0.2.3  priority 90  heard 700 ms ago\n"))
        instance.standbys?[0].isUnsigned = true
        let shown = try text(Sample.answer(instance))
        #expect(shown.contains("standby     192.0.2.3  priority 90  heard 700 ms ago (unsigned)\n"), "\(shown)")
    }

    @Test func `of a fault does not claim that nobody was heard`() throws {
        let text = try text(Sample.answer(Sample.fault))
        #expect(text.contains("active      192.0.2.2, as it says itself (priority 108)\n"))
        #expect(text.contains("chk_sshd  script   FAILED for 116 min"))
        #expect(text.contains("obstacles   check chk_sshd failed\n"))
    }

    @Test func `of maintenance mode, of silence and of refused adverts`() throws {
        var instance = Sample.standby
        instance.priority.isOverruled = true
        instance.priority.effective = 1
        instance.activeRouter = nil
        instance.preempts = false
        instance.sourceAddress = nil
        instance.peers[0].refusal = "the password differs"
        let text = try text(Sample.answer(instance, standby: Standby(since: Sample.at(60), until: Sample.at(-60))))
        #expect(
            text.contains(
                "look at: maintenance mode is on since 03:11:09 UTC until 03:13:09 UTC: this host is the last that takes "
                    + "an address; it ends with: understudy resume\n"))
        #expect(text.contains("priority    1 (standby; 107 = 101 + 6 chk_lb otherwise) (does not preempt)\n"))
        #expect(text.contains("active      not known\n"))
        #expect(text.contains("without an address to send from\n"))
        #expect(text.contains("192.0.2.2  priority 108  heard 400 ms ago; NOT BELIEVED: the password differs\n"))
    }

    @Test func `of an address that must not be here stands out`() throws {
        var instance = Sample.standby
        instance.addresses[0].isPresent = true
        let answer = Sample.answer(instance)
        #expect(try text(answer).contains("192.0.2.10/24     on eth0  SURPLUS: it must not be here\n"))
        let shown = try report(answer).lines(width: nil).flatMap(\.runs)
        #expect(shown.contains { $0.text.contains("SURPLUS") && $0.tone == .bad })
    }

    @Test func `of a daemon without instances says what to do`() throws {
        let answer = Sample.answer()
        var empty = answer
        empty.status = Status(loadedAt: Sample.now, standby: nil, instances: [], remarks: [])
        #expect(try text(empty).contains("no virtual router is configured"))
        #expect(try report(empty).commandStatus == .wrong)
    }

    @Test func `stays within the window`() throws {
        for width in [40, 60, 80, 100] {
            let lines = try report(Sample.everything).lines(width: width)
            #expect(lines.allSatisfy { $0.width <= width }, "\(width)")
        }
    }
}

/// Members that say nothing to a person, and why.
private let untold: [String: String] = [
    "version": "of the protocol; another one is refused before anything is shown",
    "id": "which request it answers; the command makes one at a time",
    "status.instances.routes.has_end": "the route's own text says `expires`; an active one has `ended` for `MISSING`",
    "status.instances.addresses.refusal": "an active one says why where the address is `MISSING`",
]

@Suite struct `Every member of a status` {
    /// Each value in the answer, changed, as a whole answer; what is changed has a path of names.
    private func changed(_ json: JSON, path: String = "") -> [(path: String, json: JSON)] {
        switch json {
        case .null: []
        case .bool(let value): [(path, .bool(!value))]
        case .integer(let value): [(path, .integer(path.hasSuffix("ip_version") ? 10 - value : value + 1))]
        case .decimal(let value): [(path, .decimal(value * 3 + 1))]
        case .string(let value): [(path, .string(Self.another(value)))]
        case .array(let elements):
            elements.indices.flatMap { index in
                changed(elements[index], path: path).map { change in
                    var copy = elements
                    copy[index] = change.json
                    return (change.path, .array(copy))
                }
            }
        case .object(let members):
            members.indices.flatMap { changed(members, at: $0, path: path) }
        }
    }

    private func changed(_ members: [JSON.Member], at index: Int, path: String) -> [(path: String, json: JSON)] {
        let member = members[index]
        let path = path.isEmpty ? member.name : "\(path).\(member.name)"
        return changed(member.value, path: path).map { change in
            var copy = members
            copy[index].value = change.json
            return (change.path, JSON.object(copy))
        }
    }

    /// Another text that is still a time, or one of the known words, where it was one.
    private static func another(_ text: String) -> String {
        if let time = Timestamp(text) { return time.before(seconds: 200_000).description }
        let words = [
            "standby": "handing_over", "process": "script", "script": "process", "working": "failed", "up": "down",
            "route": "rule",
        ]
        return words[text] ?? text + "x"
    }

    @Test func `shows in the text`() throws {
        let answer = Sample.everything
        func text(_ answer: Answer) throws -> String {
            StatusReport(answer, try #require(answer.status)).lines(width: nil).map(\.plain).joined(separator: "\n")
        }
        let before = try text(answer)
        let changes = changed(encode(answer))
        #expect(changes.count > 50)
        for change in changes where untold[change.path] == nil {
            let after = try text(try decode(Answer.self, from: change.json))
            #expect(after != before, "\(change.path) changed, and nobody would see it")
        }
    }

    @Test func `says of an address that is not there what the kernel said`() throws {
        var instance = Sample.active
        instance.addresses[0].isPresent = false
        instance.addresses[0].refusal = "Invalid scope value"
        let answer = Sample.answer(instance)
        let report = StatusReport(answer, try #require(answer.status)).lines(width: nil).map(\.plain)
        #expect(report.contains { $0.contains("MISSING: the kernel refused it: Invalid scope value") }, "\(report)")
    }

    @Test func `says of a route that has ended by itself that it ended`() throws {
        var answer = Sample.everything
        for index in answer.status?.instances.indices ?? 0..<0 {
            answer.status?.instances[index].state = .active
            for route in answer.status?.instances[index].routes?.indices ?? 0..<0 {
                answer.status?.instances[index].routes?[route].hasEnd = true
            }
        }
        let lines = StatusReport(answer, try #require(answer.status)).lines(width: nil).map(\.plain)
        #expect(lines.contains { $0.contains("default via 192.0.2.254 dev eth0") && $0.hasSuffix("ended") })
    }

    @Test func `has a value in the sample, so that a new one cannot be forgotten`() {
        var missing: [String] = []
        func visit(_ value: Any, _ path: String) {
            let mirror = Mirror(reflecting: value)
            if mirror.displayStyle == .optional {
                if mirror.children.isEmpty { missing.append(path) }
                for child in mirror.children { visit(child.value, path) }
                return
            }
            for child in mirror.children { visit(child.value, child.label.map { "\(path).\($0)" } ?? path) }
        }
        visit(Sample.everything, "answer")
        // An answer carries one thing only; a process has no last run, and this one never changed.
        let others = ["error", "history", "switchover", "standby", "reload", "upgrade"].map { "answer.\($0)" }
        let process = ["lastRunSeconds", "durationSeconds", "changedSeconds"]
        missing.removeAll { path in others.contains(path) || process.contains { path.hasSuffix("checks.\($0)") } }
        #expect(missing == [])
    }
}
