import Console
import Control
import Testing

/// The commands against something that answers like a daemon: what is sent, what is printed, how it ends.
@Suite struct `A command` {
    private func refusal(_ code: Problem.Code, _ message: String, details: [String]? = nil) -> Answer {
        var answer = Sample.answer()
        answer.error = Problem(code, message, details: details)
        return answer
    }

    private func statusResult(_ daemon: FakeDaemon, _ instance: String? = nil, json: Bool = false) -> CommandResult {
        status(of: instance, json: json, socket: daemon.path, on: .none)
    }

    @Test func `status prints the instance that was named, and only that`() throws {
        let daemon = try FakeDaemon(answering: Sample.answer(Sample.active, Sample.fault))
        let all = statusResult(daemon)
        #expect(all.status == .wrong && all.output.contains("VI_3") && all.complaint.isEmpty)
        let one = statusResult(daemon, "VI_1")
        #expect(one.status == .good && !one.output.contains("VI_3"))
    }

    @Test func `status names the instances when there is none of that name`() throws {
        let daemon = try FakeDaemon(answering: Sample.answer(Sample.active, Sample.fault))
        let result = statusResult(daemon, "VI_9")
        #expect(result.complaint == "understudy: there is no instance 'VI_9'; there are: VI_1, VI_3\n")
        #expect(result.status == .refused && result.output.isEmpty)
    }

    @Test func `status prints the daemon's object with --json`() throws {
        let answer = Sample.answer(Sample.active)
        let result = statusResult(try FakeDaemon(answering: answer), json: true)
        #expect(try decode(Answer.self, from: JSON(parsing: result.output)) == answer)
        #expect(result.output.filter { $0 == "\n" }.count == 1)
    }

    @Test(arguments: [
        (Problem.Code.notPermitted, CommandStatus.notPermitted), (.notTaken, .wrong), (.busy, .refused),
        (.system, .refused), (.wrongState, .refused), (.unknownRequest, .refused),
    ])
    func `ends with the status of what the daemon refused`(code: Problem.Code, status: CommandStatus) throws {
        let answer = refusal(code, "no", details: ["line one", "line two"])
        let daemon = try FakeDaemon(answering: answer)
        let result = statusResult(daemon)
        #expect(result == CommandResult(complaint: "understudy: no\n  line one\n  line two\n", status))
        let object = statusResult(daemon, json: true)
        #expect(try decode(Answer.self, from: JSON(parsing: object.output)) == answer)
        #expect(object.complaint == result.complaint && object.status == status)
    }

    @Test func `prints an object with --json although no daemon answers`() throws {
        let result = status(of: nil, json: true, socket: "/nonexistent/control.sock", on: .none)
        let object = try JSON(parsing: result.output)
        #expect(object["error"]?["code"] == .string("not_running") && object["version"] == .integer(1))
        guard case .string(let time)? = object["at"] else {
            Issue.record("it does not say when")
            return
        }
        #expect(Timestamp(time) != nil)
        #expect(result.complaint.hasPrefix("understudy: no daemon answers at /nonexistent"))
        #expect(result.status == .noDaemon)
    }

    @Test func `lets no control character of a diagnostic reach the terminal`() throws {
        let daemon = try FakeDaemon(answering: refusal(.configuration, "a\u{1B}[2J", details: ["b\r\u{9B}c"]))
        #expect(statusResult(daemon).complaint == "understudy: a\u{FFFD}[2J\n  b\u{FFFD}\u{FFFD}c\n")
    }

    @Test func `refuses an answer to another question`() throws {
        var history = Sample.answer()
        history.history = []
        let result = statusResult(try FakeDaemon(answering: history))
        #expect(result.complaint.contains("it has no 'status'") && result.status == .noDaemon)
    }

    @Test func `explain works without a history, and says so`() throws {
        let status = FakeDaemon.line(Sample.answer(Sample.standby))
        let refusal = FakeDaemon.line(refusal(.busy, "busy"))
        let daemon = try FakeDaemon(.answers { $0.request == .status ? status : refusal })
        let result = explain(instance: nil, json: false, socket: daemon.path, on: .none)
        #expect(
            result.output == """
                2026-11-25 03:12:09 UTC, from understudyd 0.2.0, pid 812
                look at: the history cannot be asked for: busy

                VI_2 is STANDBY since 03:08:04 UTC (4 min 5 s).
                  How it came to this, the newest first:
                    - 192.0.2.2 has priority 108, ours is 107.
                    - The history tells of no transition of VI_2.
                  Why it is not active:
                    - 192.0.2.2 is active with priority 108, heard 400 ms ago; ours is 107 = 101 + 6 chk_lb.
                  What would change it:
                    - If chk_sshd fails, it gives up the addresses at once.

                """)
        #expect(result.status == .good)
        let object = try JSON(parsing: explain(instance: nil, json: true, socket: daemon.path, on: .none).output)
        #expect(object["remark"] != nil && object["explanations"] != nil && object["daemon"]?["pid"] == .integer(812))
    }

    @Test func `standby sends how long, and prints what the daemon says`() throws {
        var answer = Sample.answer()
        answer.standby = StandbyReport(
            standby: Standby(since: Sample.now, until: nil), isComplete: true,
            sentences: ["maintenance mode is on", "VI_1: is standby"])
        let daemon = try FakeDaemon(answering: answer)
        let result = beginStandby(seconds: 7200, json: false, socket: daemon.path, on: .none)
        #expect(result == CommandResult(output: "maintenance mode is on\nVI_1: is standby\n", .good))
        var undone = answer
        undone.standby?.isComplete = false
        let alone = try FakeDaemon(answering: undone)
        #expect(beginStandby(seconds: nil, json: false, socket: alone.path, on: .none).status == .wrong)
        #expect(resume(json: true, socket: daemon.path, on: .none).output == encode(answer).text + "\n")
        #expect(daemon.requests.map(\.request) == [.standby, .resume] && daemon.requests[0].seconds == 7200)
    }

    @Test func `standby alone does not promise what the disk does not keep`() throws {
        var answer = Sample.answer(Sample.active, standby: Standby(since: Sample.at(60), until: nil))
        answer.status?.remarks = ["maintenance mode is not kept as it is now: no room"]
        let daemon = try FakeDaemon(answering: answer)
        #expect(
            showStandby(json: false, socket: daemon.path, on: .none).output
                == "maintenance mode is on since 03:11:09 UTC, until understudy resume: this host is the last that takes an "
                + "address\nlook at: maintenance mode is not kept as it is now: no room\n")
    }

    @Test(arguments: [
        (nil, "maintenance mode is off: this host takes part as configured\n"),
        (
            Standby(since: Sample.at(60), until: nil),
            "maintenance mode is on since 03:11:09 UTC, until understudy resume, also after a restart or reboot: this host "
                + "is the last that takes an address\n"
        ),
        (
            Standby(since: Sample.at(60), until: Sample.at(-5400)),
            "maintenance mode is on since 03:11:09 UTC, until 04:42:09 UTC (90 min left): this host is the last that "
                + "takes an address\n"
        ),
    ])
    func `standby alone shows whether it is on`(standby: Standby?, text: String) throws {
        let daemon = try FakeDaemon(answering: Sample.answer(Sample.active, standby: standby))
        #expect(showStandby(json: false, socket: daemon.path, on: .none) == CommandResult(output: text, .good))
        let object = try JSON(parsing: showStandby(json: true, socket: daemon.path, on: .none).output)
        #expect((object["standby"]?["standby"] != nil) == (standby != nil))
        #expect(daemon.requests.allSatisfy { $0.request == .status })
    }

    @Test func `of a change that was not answered says that nobody knows whether it was made`() throws {
        let daemon = try FakeDaemon(.answers { _ in [] })
        let result = resume(json: false, socket: daemon.path, on: .none)
        #expect(
            result.complaint.hasSuffix("whether the resume was carried out is not known (understudy status)\n"))
        #expect(result.status == .noDaemon)
        // Where nobody listens nothing can have been changed.
        let nobody = resume(json: false, socket: "/nonexistent/control.sock", on: .none)
        #expect(!nobody.complaint.contains("not known"))
    }

    @Test func `completes the names of instances, and nothing where nobody tells them`() throws {
        let daemon = try FakeDaemon(answering: Sample.answer(Sample.active, Sample.fault))
        #expect(instanceNames(socket: daemon.path) == ["VI_1", "VI_3"])
        #expect(instanceNames(socket: "/nonexistent/control.sock") == [])
    }
}
