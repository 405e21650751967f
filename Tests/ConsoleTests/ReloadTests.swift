import Console
import Control
import Synchronization
import Testing

@Suite struct `A reload` {
    private func plan(applied: Bool = false, changes: [String] = ["instance VI_1: priority 101 -> 90"]) -> ReloadReport
    {
        ReloadReport(
            applied: applied, changes: changes,
            consequences: [
                .init(
                    instance: "VI_1", givesUpAddresses: true,
                    sentence: "its priority falls from 107 to 96, below the 100"),
                .init(instance: "VI_2", givesUpAddresses: false, sentence: "keeps its state"), unproved,
            ], warnings: ["lb.cfg:3:1: warning: the password is cut to 8 characters"])
    }

    private var unproved: ReloadReport.Consequence {
        var consequence = ReloadReport.Consequence(
            instance: "VI_3", givesUpAddresses: false, sentence: "stays active, unless check c fails")
        consequence.unlessFails = ["check c"]
        return consequence
    }

    private func line(_ report: ReloadReport) -> [UInt8] {
        var answer = Sample.answer()
        answer.reload = report
        return FakeDaemon.line(answer)
    }

    private func daemon(_ planned: ReloadReport, then done: ReloadReport) throws -> FakeDaemon {
        let (planned, done) = (line(planned), line(done))
        return try FakeDaemon(.answers { $0.dryRun == true ? planned : done })
    }

    private let planText = """
        warning: lb.cfg:3:1: warning: the password is cut to 8 characters
        instance VI_1: priority 101 -> 90
        VI_1  will give up the address: YES  its priority falls from 107 to 96, below the 100
        VI_2  will give up the address: no  keeps its state
        VI_3  will give up the address: PERHAPS  stays active, unless check c fails

        """

    @Test func `shows the plan before anything is changed, and then that it was applied`() throws {
        let daemon = try daemon(plan(), then: plan(applied: true))
        var said = ""
        let result = reload(dryRun: false, json: false, socket: daemon.path, on: .none) {
            said += $0
            #expect(daemon.requests.map(\.dryRun) == [true])
        }
        #expect(said == planText)
        #expect(result == CommandResult(output: "applied\n", .good))
        #expect(daemon.requests.map(\.dryRun) == [true, nil])
    }

    @Test func `changes nothing in a dry run`() throws {
        let daemon = try daemon(plan(), then: plan(applied: true))
        let result = reload(dryRun: true, json: false, socket: daemon.path, on: .none) { _ in }
        #expect(result == CommandResult(output: planText + "nothing was changed (dry run)\n", .good))
        #expect(daemon.requests.map(\.dryRun) == [true])
    }

    @Test func `says so when something else was done than planned`() throws {
        let done = plan(applied: true, changes: ["instance VI_1: priority 101 -> 80"])
        let daemon = try daemon(plan(), then: done)
        let result = reload(dryRun: false, json: false, socket: daemon.path, on: .none) { _ in }
        #expect(result.output.hasPrefix("the files changed after the plan was made; this is what was done:\n"))
        #expect(result.output.contains("priority 101 -> 80\n") && result.output.hasSuffix("applied\n"))
    }

    @Test func `of the same configuration changes nothing`() throws {
        let same = ReloadReport(applied: false, changes: [], consequences: [], warnings: [])
        let daemon = try daemon(same, then: same)
        var said = ""
        let result = reload(dryRun: false, json: false, socket: daemon.path, on: .none) { said += $0 }
        #expect(said == "nothing differs from the configuration that runs\n")
        #expect(result.output == "nothing had to be changed\n" && result.status == .good)
    }

    @Test func `of a wrong file prints its errors and applies nothing`() throws {
        var answer = Sample.answer()
        answer.error = Problem(
            .configuration, "lb.cfg has errors; what runs goes on unchanged",
            details: ["lb.cfg:9:3: error: what is this?"])
        let daemon = try FakeDaemon(answering: answer)
        let result = reload(dryRun: false, json: false, socket: daemon.path, on: .none) { _ in }
        #expect(
            result.complaint
                == "understudy: lb.cfg has errors; what runs goes on unchanged\n  lb.cfg:9:3: error: what is this?\n")
        #expect(result.status == .refused)
        // Asked for all the same, so that the daemon's log and history have the refusal; a dry run is no more than that.
        #expect(daemon.requests.map(\.dryRun) == [true, nil])
        _ = reload(dryRun: true, json: false, socket: daemon.path, on: .none) { _ in }
        #expect(daemon.requests.map(\.dryRun) == [true, nil, true])
    }

    @Test func `prints one object with --json`() throws {
        let daemon = try daemon(plan(), then: plan(applied: true))
        let result = reload(dryRun: false, json: true, socket: daemon.path, on: .none) { _ in Issue.record("it spoke") }
        let answer = try decode(Answer.self, from: JSON(parsing: result.output))
        #expect(answer.reload?.applied == true)
    }
}
