import Control
import Testing

@Suite struct `An explanation` {
    /// A check cost four points, so the peer took the addresses.
    private func outdone() -> Situation {
        var night = Situation(
            .standby, 4, "192.0.2.3 has priority 106, ours is 103",
            priority: sum(103, 101, [(6, "chk_lb"), (-4, "chk_sshd")]))
        night.follow(106)
        night.check("chk_lb", .working, weight: 6, points: 6, outcome: "exited with status 0", ran: 0.3)
        night.check("chk_sshd", .failed, weight: -4, points: -4, outcome: "exited with status 1", changed: 6, ran: 0.5)
        night.instance.next = ["if 192.0.2.3 falls silent, it takes over in 3.6 s"]
        night.record(4000, .daemonStarted, instance: nil, "understudyd 0.1.0 started with lb.cfg")
        night.record(4000, .becameStandby, from: .stopped, to: .standby, priority: 107, "it started")
        night.record(
            3996, .becameActive, from: .standby, to: .active, priority: 107, "nobody else was heard for 3.58 s")
        night.record(6, .priorityChanged, priority: 103, "priority 107 -> 103: chk_sshd failed: exited with status 1")
        night.record(4, .becameStandby, from: .active, to: .standby, priority: 103, night.instance.cause)
        return night
    }

    @Test func `goes back from the state to the check that caused it`() {
        let explanation = outdone().explanation
        #expect(explanation.headline == "VI_1 is STANDBY since 03:12:05 UTC (4 s).")
        #expect(
            explanation.chain == [
                "At 03:12:05 UTC it went from ACTIVE to STANDBY: 192.0.2.3 has priority 106, ours is 103.",
                "At 03:12:03 UTC: priority 107 -> 103: chk_sshd failed: exited with status 1.",
                "At 02:05:33 UTC it went from STANDBY to ACTIVE: nobody else was heard for 3.58 s.",
            ])
    }

    @Test func `says what became of the daemon's process since, the newest first, and how often`() {
        var day = Situation(
            .active, 40_000, "nobody else was heard for 3.58 s", priority: sum(107, 101, [(6, "chk_lb")]))
        day.record(40_003, .becameStandby, from: .stopped, to: .standby, priority: 107, "it started")
        day.record(40_000, .becameActive, from: .standby, to: .active, priority: 107, day.instance.cause)
        for number in 1...5 {
            day.record(
                9000 - Double(number) * 1000, .processReplaced, instance: nil,
                "this process took the place of process \(number), which ended by signal 9 (KILL)")
        }
        let chain = day.explanation.chain
        #expect(
            chain.first == "At 02:05:29 UTC: this process took the place of process 5, which ended by signal 9 (KILL).")
        #expect(chain.prefix(3).map { $0.contains("took the place") } == [true, true, true])
        #expect(chain.dropFirst(3).first == "Before that, the daemon was replaced or away 2 more times in this state.")
        #expect(chain.dropFirst(4).first?.contains("went from STANDBY to ACTIVE") == true)
    }

    @Test func `names a resignation that was heard before a takeover`() {
        var day = Situation(.active, 40, "192.0.2.3 said that it is leaving", priority: sum(107, 107))
        day.record(90, .becameStandby, from: .stopped, to: .standby, priority: 107, "it started")
        day.record(41, .resignationHeard, priority: 107, "192.0.2.3 says that it is leaving (priority 0)")
        day.record(40, .becameActive, from: .standby, to: .active, priority: 107, day.instance.cause)
        #expect(day.explanation.chain.contains { $0.hasSuffix("192.0.2.3 says that it is leaving (priority 0).") })
    }

    @Test func `compares the priorities and names the check that costs points`() {
        let explanation = outdone().explanation
        #expect(
            explanation.whyNotActive == [
                "192.0.2.3 is active with priority 106, heard 400 ms ago; ours is 103 = 101 + 6 chk_lb - 4 chk_sshd.",
                "chk_sshd failed (exited with status 1, at 03:12:08 UTC), for 6 s: it costs 4 points.",
            ])
        #expect(
            explanation.wouldChange == [
                "If chk_sshd worked again, its priority would be 107, more than the 106 of 192.0.2.3, and it would take "
                    + "over (after preempt_delay, where there is one).",
                "If 192.0.2.3 falls silent, it takes over in 3.6 s.",
            ])
        #expect(explanation.doubts == [])
    }

    @Test func `does not promise a takeover that the points do not give`() {
        var night = outdone()
        night.follow(107)
        #expect(
            night.explanation.wouldChange.first
                == "Even if chk_sshd worked again, its priority would be 107, not more than 107.")
        night.instance.preempts = false
        #expect(night.explanation.wouldChange == ["If 192.0.2.3 falls silent, it takes over in 3.6 s."])
    }

    @Test func `speaks of a BFD session as of one that goes down and comes up`() {
        var night = outdone()
        let outcome = "down: nothing came from 192.0.2.254 for 152 ms"
        night.instance.checks = []
        night.check("ROUTER", .failed, weight: -4, points: -4, outcome: outcome, changed: 6)
        night.instance.checks[0].kind = .bfd
        #expect(night.explanation.whyNotActive.last == "BFD session ROUTER is \(outcome), for 6 s: it costs 4 points.")
        #expect(
            night.explanation.wouldChange.first?.hasPrefix(
                "If BFD session ROUTER came up again, its priority would be 107")
                == true)
    }

    @Test func `says when only several checks together would do`() {
        var night = outdone()
        night.instance.priority = sum(97, 101, [(-4, "chk_sshd")])
        night.instance.checks[0].result = .failed
        night.instance.checks[0].points = 0
        #expect(
            night.explanation.wouldChange.first
                == "If chk_lb worked again and chk_sshd worked again, its priority would be 107, more than the 106 of "
                + "192.0.2.3, and it would take over (after preempt_delay, where there is one).")
        // One that is enough for itself needs no other.
        night.follow(102)
        #expect(
            night.explanation.wouldChange.first?.hasPrefix("If chk_lb worked again, its priority would be 103") == true)
        #expect(!night.explanation.wouldChange.contains { $0.contains("chk_sshd") })
    }

    @Test func `knows that 254 is the most`() {
        var night = outdone()
        night.instance.priority = sum(250, 250)
        night.instance.checks = []
        night.check("chk_big", .failed, weight: 20, points: 0)
        night.follow(254)
        #expect(night.explanation.wouldChange.first?.hasSuffix("would be 254, not more than 254.") == true)
    }

    @Test func `knows that a reversed check costs points while it works`() {
        var night = outdone()
        night.instance.priority = sum(97, 101, [(-4, "chk_drain")])
        night.instance.checks = []
        night.check("chk_drain", .working, weight: 4, points: -4, isReversed: true)
        night.follow(100)
        #expect(night.explanation.whyNotActive.last == "chk_drain works: it costs 4 points.")
        #expect(
            night.explanation.wouldChange.first?.hasPrefix("If chk_drain failed again, its priority would be 101")
                == true)
    }

    @Test func `does not take an equal priority for a reason to take over`() {
        var night = outdone()
        night.instance.priority = sum(106, 106)
        night.instance.checks = []
        #expect(
            night.explanation.whyNotActive == [
                "192.0.2.3 is active with priority 106, heard 400 ms ago; ours is 106, and an equal priority does not take "
                    + "the addresses from whoever has them."
            ])
    }

    @Test func `names nopreempt when that is what holds a higher priority back`() {
        var night = outdone()
        night.instance.priority = sum(120, 120)
        night.instance.checks = []
        night.instance.preempts = false
        #expect(
            night.explanation.whyNotActive == [
                "192.0.2.3 is active with priority 106, heard 400 ms ago; ours is 120, which is more.",
                "It does not preempt (nopreempt): it leaves the addresses with whoever has them.",
            ])
    }

    private func handedOver() -> Situation {
        var night = Situation(
            .standby, 60, "handed over to 192.0.2.3, as an operator asked", priority: sum(107, 107))
        night.follow(100)
        night.record(4000, .becameActive, from: .standby, to: .active, priority: 107, "192.0.2.3 fell silent")
        night.record(61, .resigned, from: .active, to: .handingOver, priority: 107, "an operator asked to hand over")
        night.record(60, .becameStandby, from: .handingOver, to: .standby, priority: 107, night.instance.cause)
        return night
    }

    @Test func `tells a switch-over back to the operator's command`() {
        let explanation = handedOver().explanation
        #expect(
            explanation.chain == [
                "At 03:11:09 UTC it went from HANDING OVER to STANDBY: handed over to 192.0.2.3, as an operator asked.",
                "At 03:11:08 UTC it went from ACTIVE to HANDING OVER: an operator asked to hand over.",
                "At 02:05:29 UTC it went from STANDBY to ACTIVE: 192.0.2.3 fell silent.",
            ])
        #expect(
            explanation.whyNotActive.last
                == "It handed the addresses over at 03:11:09 UTC, and does not take them back by itself.")
    }

    @Test func `does not say so any more after somebody resumed`() {
        var night = handedOver()
        night.record(2, .standbyOff, instance: nil, "an operator asked to resume")
        #expect(!night.explanation.whyNotActive.contains { $0.contains("handed") })
    }

    @Test func `names maintenance mode, its end, and the priority without it`() {
        var night = handedOver()
        night.instance.priority = sum(1, 107, isOverruled: true)
        night.standby = Standby(since: Situation.at(61), until: Situation.at(-3600))
        night.records.insert(night.records[1], at: 1)
        night.records[1].event = .standbyOn
        night.records[1].instance = nil
        (night.records[1].from, night.records[1].to) = (nil, nil)
        night.records[1].cause = "an operator asked for maintenance"
        for index in night.records.indices { night.records[index].sequence = index }
        let explanation = night.explanation
        #expect(
            explanation.chain[2] == "At 03:11:08 UTC maintenance mode began: an operator asked for maintenance.")
        #expect(
            explanation.whyNotActive.last
                == "Maintenance mode is on since 03:11:08 UTC, until 04:12:09 UTC: it makes the priority 1 in place of 107."
        )
        #expect(explanation.wouldChange == ["understudy resume ends maintenance mode."])
    }

    @Test func `of a fault says what stands in the way, and of a check more than its name`() {
        var night = Situation(.fault, 9, "check chk_lb failed", priority: sum(101, 101))
        night.instance.obstacles = ["check chk_lb failed", "eth0 has no carrier"]
        night.check("chk_lb", .failed, weight: 0, points: 0, outcome: "exited with status 1", changed: 9, ran: 1)
        night.check("chk_new", .unknown, weight: 0, points: 0)
        night.instance.peers = [Peer(address: "192.0.2.3", priority: 100, lastHeardSeconds: 0.2, refusal: nil)]
        night.instance.next = ["it takes part as soon as nothing stands in its way"]
        night.record(9, .faulted, from: .active, to: .fault, priority: 101, "check chk_lb failed")
        let explanation = night.explanation
        #expect(explanation.chain == ["At 03:12:00 UTC it went from ACTIVE to FAULT: check chk_lb failed."])
        #expect(
            explanation.whyNotActive == [
                "eth0 has no carrier.",
                "chk_lb failed (exited with status 1, at 03:12:08 UTC), for 9 s: it stops the router.",
                "chk_new has no result yet, and the router waits for it.",
                "192.0.2.3 says that it is active: heard 200 ms ago, priority 100.",
            ])
        #expect(explanation.wouldChange == ["It takes part as soon as nothing stands in its way."])
    }

    @Test func `of a wait that was recorded again finds the beginning`() {
        var night = Situation(.waiting, 30, "eth0 has no address", priority: sum(101, 101))
        night.instance.obstacles = ["eth0 has no address"]
        night.record(31, .daemonStarted, instance: nil, "understudyd 0.1.0 started with lb.cfg")
        night.record(30, .waiting, from: .stopped, to: .waiting, priority: 101, "eth0 is missing")
        night.record(10, .waiting, from: .waiting, to: .waiting, priority: 101, "eth0 has no address")
        #expect(
            night.explanation.chain == [
                "At 03:11:59 UTC it was still in state WAITING: eth0 has no address.",
                "At 03:11:39 UTC it went from STOPPED to WAITING: eth0 is missing.",
                "At 03:11:38 UTC: understudyd 0.1.0 started with lb.cfg.",
            ])
    }

    @Test func `of an active router says that a rival is heard, and that adverts are refused`() {
        var night = Situation(.active, 300, "no advert was believed", priority: sum(107, 107))
        night.instance.peers = [
            Peer(address: "192.0.2.3", priority: nil, lastHeardSeconds: 0.5, refusal: "the password differs"),
            Peer(address: "192.0.2.4", priority: 90, lastHeardSeconds: 0.6, refusal: nil),
            Peer(address: "192.0.2.5", priority: 90, lastHeardSeconds: 299.5, refusal: nil),
        ]
        night.instance.addresses = [
            AddressStatus(
                address: "192.0.2.10", prefixLength: 24, interface: "eth0", isAdvertised: true, isPresent: false)
        ]
        let explanation = night.explanation
        #expect(explanation.whyNotActive == [])
        #expect(
            explanation.doubts == [
                "192.0.2.10/24 is missing on eth0, although this host is active: nobody serves it.",
                "192.0.2.3 was heard 500 ms ago, and its adverts are not believed: the password differs.",
                "192.0.2.4 was heard 600 ms ago with priority 90, while this host is active: both say that they have the "
                    + "addresses.",
            ])
    }

    @Test func `does not call the one that has just been relieved a rival`() {
        var night = Situation(.active, 0.8, "its priority is higher", priority: sum(107, 107))
        night.instance.peers = [Peer(address: "192.0.2.3", priority: 90, lastHeardSeconds: 0.3, refusal: nil)]
        #expect(night.explanation.doubts == [])
    }

    @Test func `admits what the history does not have`() {
        var night = Situation(.active, 300, "192.0.2.3 fell silent", priority: sum(107, 107))
        #expect(
            night.explanation.chain == [
                "192.0.2.3 fell silent.", "The history tells of no transition of VI_1.",
            ])
        // One of another state, and one of another instance, do not explain it.
        night.record(5000, .becameStandby, from: .active, to: .standby, "192.0.2.3 has priority 120, ours is 107")
        night.record(300, .becameActive, from: .standby, to: .active, instance: "VI_2", "nobody else was heard")
        #expect(
            night.explanation.chain == [
                "192.0.2.3 fell silent.",
                "The history does not tell how it came to be: its last record of VI_1 is from 01:48:49 UTC (STANDBY).",
            ])
    }

    @Test func `says when a record does not fit, as after the clock was set`() {
        var night = handedOver()
        night.instance.sinceSeconds = 4000
        night.instance.since = Situation.at(4000)
        #expect(
            Array(night.explanation.chain.prefix(2)) == [
                "The newest record of this state is from 03:11:09 UTC, which does not fit its age: the clock was set since, "
                    + "or records are missing. As recorded:",
                "At 03:11:09 UTC it went from HANDING OVER to STANDBY: handed over to 192.0.2.3, as an operator asked.",
            ])
        // What may be missing could be a resumption.
        #expect(!night.explanation.whyNotActive.contains { $0.contains("does not take them back") })
    }

    @Test func `says what the daemon has learnt since`() {
        var night = handedOver()
        night.instance.cause = "something newer"
        #expect(night.explanation.chain.first == "Now: something newer.")
    }

    @Test func `leaves out a change of priority that did not decide`() {
        var night = outdone()
        // It was recorded between the two, but the transition was made with another priority.
        night.records[3].priority = 99
        #expect(night.explanation.chain.count == 2)
    }

    @Test func `stops at the start of the daemon, and says that the host was booted`() {
        var night = Situation(.standby, 3, "it started", priority: sum(107, 107))
        night.record(500, .becameActive, from: .standby, to: .active, "nobody else was heard")
        night.record(4, .daemonStarted, instance: nil, "understudyd 0.1.0 started with lb.cfg")
        night.record(3, .becameStandby, from: .stopped, to: .standby, "it started")
        night.records[0].boot = "a"
        #expect(night.explanation.chain.count == 2)
        #expect(
            night.explanation.chain.last
                == "At 03:12:05 UTC: understudyd 0.1.0 started with lb.cfg, the first time since the host booted.")
        night.records[0].boot = "b"
        #expect(night.explanation.chain.last == "At 03:12:05 UTC: understudyd 0.1.0 started with lb.cfg.")
    }

    @Test func `is bounded however much happened`() {
        var night = outdone()
        let last = night.records.removeLast()
        for index in 0..<200 {
            night.record(5, index.isMultiple(of: 2) ? .contested : .priorityChanged, priority: 103, "again \(index)")
        }
        night.record(4, .becameStandby, from: last.from, to: last.to, priority: 103, last.cause)
        #expect(night.explanation.chain.count <= 8)
    }

    @Test func `of a stopped router and of silence says no more than is known`() {
        let stopped = Situation(.stopped, 3, "the daemon stops it", priority: sum(107, 107)).explanation
        #expect(stopped.whyNotActive == ["It was stopped, and does not take part."])
        let alone = Situation(.standby, 3, "it started", priority: sum(107, 107)).explanation
        #expect(alone.whyNotActive == ["No active router that it believes has been heard."])
        var leaving = Situation(.standby, 3, "it started", priority: sum(107, 107))
        leaving.follow(0)
        #expect(leaving.explanation.whyNotActive == ["192.0.2.3 said that it is leaving, heard 400 ms ago."])
    }

    @Test func `survives numbers that no daemon sends`() {
        var night = outdone()
        night.instance.priority = sum(.max, .max, [(.max, "a"), (.min, "b")])
        night.instance.checks = []
        night.check("c", .failed, weight: .min, points: .max, changed: .infinity, ran: -.infinity, isReversed: true)
        night.follow(.min, heard: .nan)
        #expect(!night.explanation.whyNotActive.isEmpty)
        #expect(!night.instance.priority.text.isEmpty)
    }
}
