import Console
import Control
import Testing

@Suite struct `A history` {
    private func record(
        _ sequence: Int, _ event: HistoryRecord.Event, _ instance: String? = "VI_1", from: RouterState? = nil,
        to: RouterState? = nil, boot: String = "a", _ cause: String = "because"
    ) -> HistoryRecord {
        var record = HistoryRecord(
            at: Sample.at(1000 - Double(sequence)), sequence: sequence, boot: boot, instance: instance, event: event,
            cause: cause)
        record.from = from
        record.to = to
        return record
    }

    private var night: [HistoryRecord] {
        var takeover = record(3, .becameActive, from: .standby, to: .active, "the other fell silent")
        takeover.peer = "192.0.2.2"
        takeover.priority = 107
        takeover.phases = [.init("since the last advert", seconds: 3.6), .init("announced", seconds: 0.0021)]
        return [
            record(1, .daemonStarted, nil, "understudyd 0.2.0 started with lb.cfg"),
            record(2, .becameStandby, from: .stopped, to: .standby, "it started"), takeover,
            record(4, .remainedActive, from: .handingOver, to: .active, "nobody took over, so it stays active"),
            record(5, .waiting, from: .waiting, to: .waiting, boot: "b", "eth0 has no address"),
        ]
    }

    private func text(_ report: HistoryReport) -> String { report.lines(width: nil).map { $0.plain + "\n" }.joined() }

    private func question(
        _ socket: String = "/nonexistent/control.sock", file: String = "/nonexistent/history.jsonl",
        instance: String? = nil, limit: Int = 50
    ) -> HistoryQuestion {
        HistoryQuestion(instance: instance, limit: limit, socket: socket, file: file)
    }

    private func lines(_ records: [HistoryRecord]) -> String { records.map { encode($0).text + "\n" }.joined() }

    @Test func `tells each event, its cause, and how long each step took`() throws {
        var answer = Sample.answer()
        answer.history = night.reversed()
        let daemon = try FakeDaemon(answering: answer)
        let result = history(question(daemon.path, instance: "VI_1", limit: 7), json: false, on: .none)
        #expect(
            result.output == """
                2026-11-25 03:12:09 UTC, from understudyd 0.2.0, pid 812; times are UTC
                2026-11-25 02:55:30.000  -     daemon started      understudyd 0.2.0 started with lb.cfg
                2026-11-25 02:55:31.000  VI_1  STOPPED -> STANDBY  it started
                2026-11-25 02:55:32.000  VI_1  STANDBY -> ACTIVE   the other fell silent (peer 192.0.2.2, our priority 107)
                                                                   since the last advert 3.6 s, announced 2.1 ms
                2026-11-25 02:55:33.000  VI_1  remained ACTIVE     nobody took over, so it stays active
                -- the host was booted again --
                2026-11-25 02:55:34.000  VI_1  WAITING  eth0 has no address

                """)
        #expect(result.status == .good)
        #expect(daemon.requests.first?.instance == "VI_1" && daemon.requests.first?.limit == 7)
    }

    @Test func `has words for every event`() {
        for event in HistoryRecord.Event.allCases {
            var report = HistoryReport(at: Sample.now, source: .daemon, history: [record(1, event, "VI_1")])
            report.daemon = Sample.answer().daemon
            #expect(text(report).split(separator: "\n").count == 2, "\(event)")
        }
    }

    @Test func `is read from the file when no daemon runs, and says so`() throws {
        let directory = try TemporaryDirectory()
        _ = try directory.write("history.1.jsonl", lines(Array(night[..<2])))
        let file = try directory.write("history.jsonl", lines(Array(night[2...])))
        let result = history(question(file: file), json: false, on: .none)
        let shown = result.output.split(separator: "\n")
        #expect(
            shown[0]
                == "read from the daemon's file, because no daemon answers at /nonexistent/control.sock (No such file or "
                + "directory); start it with: systemctl start understudy")
        #expect(shown[1].hasSuffix("from \(directory.path)/history.1.jsonl and \(file); times are UTC"))
        #expect(shown.count == 9 && result.status == .good && result.complaint.isEmpty)
        let object = try JSON(parsing: history(question(file: file), json: true, on: .none).output)
        let report = try decode(HistoryReport.self, from: object)
        #expect(report.source == .file && report.history == night && report.daemon == nil && report.skippedLines == 0)
    }

    @Test func `is read from the file when the daemon hangs`() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("history.jsonl", lines(night))
        let daemon = try FakeDaemon(.hangs)
        let report = try question(daemon.path, file: file).report(within: 0.1)
        #expect(report.source == .file && report.remark?.contains("it hangs, or is stopped") == true)
    }

    @Test func `skips and counts what is torn or foreign`() throws {
        let directory = try TemporaryDirectory()
        let torn = String(lines([night[4]]).dropLast(9))
        let text = lines([night[0]]) + "hello\n{\"sequence\":1}\n\n" + lines([night[1]]) + torn
        let file = try directory.write("history.jsonl", text)
        let read = try HistoryFile(reading: file)
        #expect(read.records == Array(night[..<2]) && read.skippedLines == 3 && read.paths == [file])
        let shown = history(question(file: file), json: false, on: .none).output
        #expect(shown.contains("3 lines skipped that cannot be read as records\n"))
    }

    @Test func `survives a file of anything`() throws {
        let directory = try TemporaryDirectory()
        var state: UInt64 = 42
        let octets = (0..<20_000).map { _ -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(truncatingIfNeeded: state >> 56)
        }
        let file = try directory.write("history.jsonl", String(decoding: octets, as: UTF8.self))
        let read = try HistoryFile(reading: file)
        #expect(read.records.isEmpty && read.skippedLines > 10)
    }

    @Test func `of one instance comes without the others, the newest ones only`() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("history.jsonl", lines(night + [record(6, .faulted, "VI_2", to: .fault)]))
        let one = try question(file: file, instance: "VI_1", limit: 2).report()
        #expect(one.history.map(\.sequence) == [4, 5])
        let unknown = history(question(file: file, instance: "VI_9"), json: false, on: .none)
        #expect(unknown.complaint == "understudy: there is no instance 'VI_9'; there are: VI_1, VI_2\n")
        #expect(unknown.status == .refused)
    }

    @Test func `that nobody has ends as where there is no daemon`() {
        let result = history(question(), json: false, on: .none)
        #expect(
            result.complaint
                == "understudy: no daemon answers at /nonexistent/control.sock (No such file or directory); start it with: "
                + "systemctl start understudy; and its history cannot be read: open /nonexistent/history.jsonl: No such "
                + "file or directory\n")
        #expect(result.status == .noDaemon && result.output.isEmpty)
    }

    @Test func `of a daemon that refuses is not taken from the file`() throws {
        let directory = try TemporaryDirectory()
        let file = try directory.write("history.jsonl", lines(night))
        var answer = Sample.answer()
        answer.error = Problem(.unknownInstance, "there is no instance 'VI_9'; there are: VI_1")
        let daemon = try FakeDaemon(answering: answer)
        let result = history(question(daemon.path, file: file, instance: "VI_9"), json: false, on: .none)
        #expect(result.status == .refused && result.output.isEmpty)
    }
}

@Suite struct `Following a history` {
    private func record(_ sequence: Int) -> HistoryRecord {
        HistoryRecord(
            at: Sample.now, sequence: sequence, boot: nil, instance: "VI_1", event: .contested,
            cause: "event \(sequence)")
    }

    private func daemon(_ sequences: [Int], at path: String) throws -> FakeDaemon {
        var answer = Sample.answer()
        answer.history = sequences.map(record)
        return try FakeDaemon(answering: answer, at: path)
    }

    @Test func `shows each record once, says when the daemon falls silent, and when it is back`() throws {
        let directory = try TemporaryDirectory()
        let socket = directory.path + "/control.sock"
        // Another daemon's file, which must not be followed in its place.
        let file = try directory.write("history.jsonl", encode(record(1)).text + "\n")
        var follower = HistoryFollower(
            HistoryQuestion(instance: nil, limit: 10, socket: socket, file: file), json: false)
        func step() -> [String] { follower.step(on: .none).text.split(separator: "\n").map(String.init) }

        withExtendedLifetime(try daemon([7, 8], at: socket)) {
            #expect(step().map { $0.suffix(7) } == ["are UTC", "event 7", "event 8"])
            #expect(step() == [])
        }
        #expect(step().first?.contains("no daemon answers") == true)
        #expect(step() == [])
        withExtendedLifetime(try daemon([7, 8, 9], at: socket)) {
            let lines = step()
            #expect(lines.count == 2 && lines[0].hasSuffix("the daemon answers") && lines[1].hasSuffix("event 9"))
        }
        // Somebody removed the file, and the numbers began anew.
        withExtendedLifetime(try daemon([1], at: socket)) { #expect(step().last?.hasSuffix("event 1") == true) }
    }

    @Test func `prints one record on each line with --json`() throws {
        let directory = try TemporaryDirectory()
        let daemon = try daemon([7, 8], at: directory.path + "/control.sock")
        var follower = HistoryFollower(
            HistoryQuestion(instance: nil, limit: 10, socket: daemon.path, file: "/nonexistent"), json: true)
        let lines = follower.step(on: .none).text.split(separator: "\n")
        #expect(try lines.map { try decode(HistoryRecord.self, from: JSON(parsing: String($0))).sequence } == [7, 8])
    }

    @Test func `ends at once where there is nothing to follow`() {
        var follower = HistoryFollower(
            HistoryQuestion(instance: nil, limit: 10, socket: "/nonexistent/s", file: "/nonexistent/h"), json: false)
        #expect(follower.step(on: .none).result?.status == .noDaemon)
    }
}
