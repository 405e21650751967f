import Console
import Control
import Testing

@Suite struct `A switch-over` {
    private func order(_ daemon: FakeDaemon, _ instance: String? = nil, all: Bool = false, toPeer: Bool = false)
        -> SwitchoverOrder
    {
        SwitchoverOrder(instance: instance, all: all, toPeer: toPeer, socket: daemon.path, timeout: 5)
    }

    private func report(_ outcome: SwitchoverReport.Outcome, _ instance: String = "VI_1") -> SwitchoverReport {
        var report = SwitchoverReport(
            instance: instance, outcome: outcome, successor: outcome == .handedOver ? "192.0.2.2" : nil,
            preflight: "standbys are silent; 192.0.2.2 was last heard 3 s ago", detail: "some detail")
        if outcome == .handedOver {
            report.heardAfterSeconds = 0.58
            report.announcedAfterSeconds = 0.581
            report.releasedAfterSeconds = 0.591
        }
        return report
    }

    private func daemon(_ instances: [InstanceStatus], _ reports: [SwitchoverReport]) throws -> FakeDaemon {
        var status = Sample.answer()
        status.status = Status(loadedAt: Sample.now, standby: nil, instances: instances, remarks: [])
        var done = Sample.answer()
        done.switchover = reports
        let (first, second) = (FakeDaemon.line(status), FakeDaemon.line(done))
        return try FakeDaemon(.answers { $0.request == .status ? first : second })
    }

    @Test func `tells what was known, how it ended, and the figures`() throws {
        let daemon = try daemon([Sample.active], [report(.handedOver)])
        var said = ""
        let result = order(daemon).run(json: false, on: .none) { said += $0 }
        #expect(
            result.output == """
                VI_1  handed over to 192.0.2.2
                  beforehand  standbys are silent; 192.0.2.2 was last heard 3 s ago
                  outcome     some detail
                  figures     580 ms until the successor's first advert
                              581 ms until the successor had announced every address
                              591 ms until the addresses were removed here
                              no gap: this host kept the addresses 10 ms longer

                """)
        #expect(said.contains("hand over VI_1;") && result.status == .good)
        #expect(daemon.requests.last?.instance == "VI_1" && daemon.requests.last?.toPeer == nil)
    }

    @Test func `that leaves a gap says how long`() {
        var report = report(.handedOver)
        report.releasedAfterSeconds = 0.5
        let text = SwitchoverOrder.lines([report], width: nil).map(\.plain).joined(separator: "\n")
        #expect(text.contains("gap: 81 ms between the removal here and the announcement"))
        report.announcedAfterSeconds = nil
        let silent = SwitchoverOrder.lines([report], width: nil).map(\.plain).joined(separator: "\n")
        #expect(!silent.contains("gap"))
    }

    @Test(arguments: [
        ([SwitchoverReport.Outcome.handedOver], CommandStatus.good), ([.alreadyElsewhere], .good), ([.undone], .wrong),
        ([.interrupted], .wrong), ([.handedOver, .alreadyElsewhere], .good), ([.handedOver, .undone], .wrong),
    ])
    func `ends well only when every instance is elsewhere`(
        outcomes: [SwitchoverReport.Outcome], status: CommandStatus
    ) throws {
        let daemon = try daemon([Sample.active, Sample.standby], outcomes.map { report($0) })
        let result = order(daemon, all: true).run(json: false, on: .none) { _ in }
        #expect(result.status == status)
        #expect(daemon.requests.last?.instance == nil)
    }

    @Test func `that was undone says so`() {
        let text = SwitchoverOrder.lines([report(.undone)], width: nil).map(\.plain).joined(separator: "\n")
        #expect(text.hasPrefix("VI_1  UNDONE: nobody took over; the addresses never left this host\n"))
    }

    @Test func `of one among several needs its name`() throws {
        let daemon = try daemon([Sample.active, Sample.standby], [report(.handedOver)])
        let result = order(daemon).run(json: false, on: .none) { _ in Issue.record("it began") }
        #expect(
            result
                == CommandResult(
                    complaint: "understudy: there are several instances: name one (VI_1, VI_2), or say --all\n", .usage)
        )
        #expect(daemon.requests.map(\.request) == [.status])
        #expect(order(daemon, "VI_1").run(json: false, on: .none) { _ in }.status == .good)
    }

    @Test func `of an unknown instance, or of none, is refused before it begins`() throws {
        let daemon = try daemon([Sample.active], [])
        let unknown = order(daemon, "VI_9").run(json: false, on: .none) { _ in }
        #expect(unknown.complaint == "understudy: there is no instance 'VI_9'; there are: VI_1\n")
        #expect(unknown.status == .refused)
        let empty = try self.daemon([], [])
        let none = order(empty, all: true).run(json: false, on: .none) { _ in }
        #expect(none.complaint.contains("nothing to hand over") && none.status == .refused)
        #expect(daemon.requests.map(\.request) == [.status])
    }

    @Test func `passes on that it is enough when the peer has the addresses`() throws {
        let daemon = try daemon([Sample.standby], [report(.alreadyElsewhere)])
        #expect(order(daemon, toPeer: true).run(json: true, on: .none) { _ in }.status == .good)
        #expect(daemon.requests.last?.toPeer == true)
    }

    @Test func `that is refused for want of a right ends with that status`() throws {
        let status = FakeDaemon.line(Sample.answer(Sample.active))
        var refusal = Sample.answer()
        refusal.error = Problem(.notPermitted, "only root may switchover; members of the group understudy may read")
        let refused = FakeDaemon.line(refusal)
        let daemon = try FakeDaemon(.answers { $0.request == .status ? status : refused })
        let result = order(daemon).run(json: false, on: .none) { _ in }
        #expect(result.status == .notPermitted && result.complaint.contains("only root may switchover"))
    }
}
