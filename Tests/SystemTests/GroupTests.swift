import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Groups {
    /// What moves a group, with keepalived in either role and without it.
    @Suite(.serialized) struct Moves {
        /// Plays the same story with every couple at once, and counts the moves after the start.
        private func play(
            _ couples: [(Program, Program)] = [
                (.understudy, .understudy), (.understudy, .keepalived), (.keepalived, .understudy),
            ], with plan: GroupPair.Plan = GroupPair.Plan(), moves expected: ClosedRange<Int>,
            _ story: (GroupPair) -> [Step]
        ) throws {
            let laboratory = try Laboratory(visible: [Program.binaries])
            defer { laboratory.close() }
            let pairs = try couples.map { try GroupPair($0.0, $0.1, plan, in: laboratory) }
            let scripts = pairs.map { $0.script(story($0)) }
            let observer = Observer(laboratory)
            try Script.play(scripts, observer: observer)
            for (pair, script) in zip(pairs, scripts) {
                guard let begin = script.firstStepEnded else { continue }
                let moves = try pair.moves(in: observer.observations, since: begin)
                let split = try pair.split(in: observer.observations, since: begin)
                print("GROUP \(script.summary); moves \(moves), split for \(split.thousandths) ms")
                #expect(
                    (2 * expected.lowerBound...2 * expected.upperBound).contains(moves),
                    "\(pair.name): an address moved for no reason\n\(pair.situation)")
            }
        }

        @Test func `an interface that dies, a planned stop, a death and a return move everything`() throws {
            try play(moves: 6...6) { pair in
                let (first, second) = (pair.members[0], pair.members[1])
                func cable(_ interface: String, _ isUp: Bool) throws {
                    try pair.laboratory.setPort(of: #require(first.host), interface, up: isUp)
                }
                return [
                    pair.step("start", owner: 0, within: 12) { try pair.start() },
                    pair.step("inside down", owner: 1) { try cable("eth1", false) },
                    pair.step("inside up", owner: 0) { try cable("eth1", true) },
                    pair.stopStep(of: 0, owner: 1),
                    pair.step("failback", owner: 0) { try first.start() },
                    pair.stopStep(of: 1, owner: 0),
                    pair.step("standby returns", owner: 0, steady: 0.8, stays: true) { try second.start() },
                    pair.step("death", owner: 1) { try first.die() },
                    pair.step("return", owner: 0) {
                        try first.boot()
                        try first.start()
                    },
                ]
            }
        }

        @Test func `a check that fails for one member, or for the group, moves everything`() throws {
            let blocks = """
                global_defs {
                 script_user root
                 enable_script_security
                }
                vrrp_script well {
                 script "/usr/bin/test ! -e /run/broken"
                 interval 1
                 fall 1
                 rise 1
                }

                """
            let plan = GroupPair.Plan(blocks: blocks, inside: "track_script {\n well\n }")
            try play(with: plan, moves: 2...2) { pair in
                let first = pair.members[0]
                return [
                    pair.step("start", owner: 0, within: 14) { try pair.start() },
                    pair.step("check fails", owner: 1) { try first.host?.writeFile("/run/broken", "") },
                    pair.step("check passes", owner: 0) { _ = try first.host?.run("rm", ["/run/broken"]) },
                ]
            }
        }

        @Test func `hosts of which each is ahead on one member settle, and whoever has the group keeps it`() throws {
            let plan = GroupPair.Plan(priorities: [[150, 90], [90, 150]])
            try play(with: plan, moves: 1...1) { pair in
                let first = pair.members[0]
                return [
                    pair.step("the first alone", owner: 0, within: 12) {
                        try pair.members[1].boot()
                        try pair.start([0])
                    },
                    pair.step("the second comes", owner: 0, steady: 2, stays: true) { try pair.members[1].start() },
                    pair.step("death", owner: 1) { try first.die() },
                    pair.step("return", owner: 1, steady: 2, stays: true) { try pair.start([0]) },
                ]
            }
        }

        /// A keepalived that loses on one member gives up all, and comes back: one move.
        ///
        /// Where ours loses on the other member at that moment, both have given up and the keepalived is the faster one:
        /// docs/design/0016-sync-groups.md.
        @Test func `hosts that disagree and were parted have one owner when they meet, and stay so`() throws {
            let plan = GroupPair.Plan(priorities: [[150, 90], [90, 150]])
            func link(_ pair: GroupPair, _ isThere: Bool) throws {
                for interface in ["eth0", "eth1"] {
                    try pair.laboratory.setForwarding(of: #require(pair.members[1].host), interface, isThere)
                }
            }
            for number in 0..<2 {
                try play(with: plan, moves: 0...1) { pair in
                    [
                        Step("parted", within: 12) {
                            for member in pair.members { try member.boot() }
                            try link(pair, false)
                            for member in pair.members { try member.start() }
                        } until: {
                            try GroupPair.addresses.map(ip).allSatisfy { address in
                                pair.members.allSatisfy { $0.holds(address) }
                            }
                        },
                        Step("met", within: 8, steady: 2) {
                            if number == 0 { return try link(pair, true) }
                            // The member that decides comes last.
                            let second = try #require(pair.members[1].host)
                            try pair.laboratory.setForwarding(of: second, "eth1", true)
                            try pair.laboratory.setForwarding(of: second, "eth0", true)
                        } until: {
                            let mayLose = pair.members[1].program == .keepalived
                            return try pair.isOwned(by: 0) || mayLose && pair.isOwned(by: 1)
                        },
                    ]
                }
            }
        }

        @Test func `without preemption whoever has the group keeps it`() throws {
            let plan = GroupPair.Plan(lines: "state BACKUP\nnopreempt")
            try play(with: plan, moves: 1...1) { pair in
                [
                    pair.step("the second alone", owner: 1, within: 12) {
                        try pair.members[0].boot()
                        try pair.start([1])
                    },
                    pair.step("the first comes", owner: 1, steady: 1.5, stays: true) { try pair.members[0].start() },
                    pair.step("the second dies", owner: 0) { try pair.members[1].die() },
                    pair.step("the second returns", owner: 0, steady: 1.5, stays: true) { try pair.start([1]) },
                ]
            }
        }
    }
}
