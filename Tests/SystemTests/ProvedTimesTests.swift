import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import struct Foundation.Data
import class Foundation.JSONSerialization

/// What `understudy check A B` says that a failure costs, and what it costs.
@Suite(.serialized) struct ProvedTimesTests {
    /// What fails, and how it is mended.
    enum Break: String, CaseIterable, CustomTestStringConvertible {
        case script
        case process
        case interface
        case daemon

        var testDescription: String { rawValue }
    }

    /// Two hosts that watch something of each kind.
    private final class Couple {
        let trial: Trial
        let members: [Member]
        let holders: [HoldingRecorder]
        private var served: SpawnedProcess?

        init() throws {
            let trial = try Trial()
            self.trial = trial
            members = try [150, 100].enumerated().map { number, priority in
                let name = "lb\(number + 1)"
                let eth0 = Interface("eth0", addresses: [try .init("192.0.2.\(number + 1)", 24)])
                let member = try Member(
                    name, .understudy, Self.configuration(name, priority), [eth0], in: trial.laboratory)
                try member.boot()
                return member
            }
            holders = try members.map {
                try HoldingRecorder(try ip("192.0.2.10"), in: #require($0.host).namespaces.network)
            }
            for number in members.indices {
                let process = try serve(number)
                if number == 0 { served = process }
            }
        }

        /// The process that its checks look for.
        private func serve(_ number: Int) throws -> SpawnedProcess {
            try host(number).start("sleep", ["1000"], as: "served-lb\(number + 1)")
        }

        private static func configuration(_ name: String, _ priority: Int) -> String {
            """
            vrrp_script healthy {
                script "/usr/bin/test ! -e /run/broken"
                interval 0.4
                fall 2
                rise 2
                weight -60
                user root
            }
            vrrp_track_process served {
                process served-\(name)
                weight -60
                terminate_delay 0.3
                fork_delay 0.2
            }
            interface_up_down_delays {
                eth0 0.1 0.4
            }

            """
                + instance(
                    priority: priority,
                    "preempt_delay 0.3\ntrack_script {\nhealthy\n}\ntrack_process {\nserved\n}")
        }

        func host(_ number: Int) throws -> Host { try #require(members[number].host) }

        func waitFor(_ what: String, _ condition: () throws -> Bool) throws {
            let words = members.map { $0.log.tail() }.joined(separator: "\n")
            try trial.waitFor("\(what)\n\(words)", seconds: 10, condition)
        }

        func fail(_ what: Break) throws {
            switch what {
            case .script: try host(0).writeFile("/run/broken", "")
            case .process: try #require(served).send(.kill)
            case .interface: try trial.laboratory.setPort(of: try host(0), "eth0", up: false)
            case .daemon: try #require(members[0].daemon).sendToAll(.kill)
            }
        }

        func mend(_ what: Break) throws {
            switch what {
            case .script: _ = try host(0).run("rm", ["/run/broken"])
            case .process: served = try serve(0)
            case .interface: try trial.laboratory.setPort(of: try host(0), "eth0", up: true)
            case .daemon: try members[0].start()
            }
        }

        /// What the command says of each kind of failure of the first host while that is MASTER.
        func proved() throws -> [String: [String: Any]] {
            let files = ["/run/lb1.conf", "/run/lb2.conf"]
            for (file, member) in zip(files, members) { try host(0).writeFile(file, member.configuration) }
            let ran = try host(0).run(Trial.command, ["check", "--json"] + files)
            let report = try JSONSerialization.jsonObject(with: Data(ran.output.utf8)) as? [String: Any]
            let proofs = try #require(report?["proofs"] as? [[String: Any]], "\(ran.output)")
            let scenes = try #require(proofs.first?["scenes"] as? [[String: Any]])
            #expect(scenes.count == 1 && scenes.first?["master"] as? String == files[0])
            var result: [String: [String: Any]] = [:]
            for failure in scenes.first?["failures"] as? [[String: Any]] ?? [] {
                let fails = failure["fails"] as? [String: Any]
                guard fails?["file"] as? String == files[0], let kind = fails?["kind"] as? String else { continue }
                result[kind] = failure
            }
            return result
        }
    }

    /// What a loaded machine adds to seconds that are calculated.
    private static let slack = 0.6

    @Test(arguments: Break.allCases)
    func `no failure takes longer than was proved, and the proof does not exaggerate`(what: Break) throws {
        let couple = try Couple()
        defer { for holder in couple.holders { holder.stop() } }
        let proved = try #require(try couple.proved()[what.rawValue])
        func seconds(_ name: String) throws -> Double { Double(try #require(proved[name] as? Int)) / 1000 }
        let (within, mended) = (try seconds("withinMilliseconds"), try seconds("mendedWithinMilliseconds"))
        let both = try seconds("bothForMilliseconds")
        for member in couple.members { try member.start() }
        try couple.waitFor("the first to begin") { couple.holders[0].isHolding && !couple.holders[1].isHolding }
        var numbers = SeededNumbers(seed: 7)
        var worst = (failing: 0.0, mending: 0.0)
        for _ in 0..<OneOwner.runs(2) {
            // Anywhere between two adverts and two runs of the script.
            let pause = monotonicNanoseconds() + UInt64(Double.random(in: 0.6...1.2, using: &numbers) * 1e9)
            try couple.waitFor("some time") { monotonicNanoseconds() >= pause }
            let failedAt = monotonicNanoseconds()
            try couple.fail(what)
            try couple.waitFor("the second to take over") { couple.holders[1].isHolding }
            let taken = try #require(couple.holders[1].first(true, since: failedAt))
            worst.failing = max(worst.failing, Double(taken - failedAt) / 1e9)
            try couple.waitFor("the first to let go") { !couple.holders[0].isHolding }
            let left = try #require(couple.holders[0].first(false, since: failedAt))
            if left > taken { #expect(Double(left - taken) / 1e9 <= both + 1 + Self.slack) }
            let mendedAt = monotonicNanoseconds()
            try couple.mend(what)
            try couple.waitFor("the first to have it again") {
                couple.holders[0].isHolding && !couple.holders[1].isHolding
            }
            let back = try #require(couple.holders[0].first(true, since: mendedAt))
            worst.mending = max(worst.mending, Double(back - mendedAt) / 1e9)
        }
        print(
            "PROVED \(what): \(worst.failing.thousandths) s of \(within.thousandths), back in "
                + "\(worst.mending.thousandths) s of \(mended.thousandths)")
        #expect(worst.failing <= within + Self.slack && worst.mending <= mended + Self.slack)
        #expect(worst.failing >= within * 0.4 && worst.mending >= mended * 0.4)
    }
}
