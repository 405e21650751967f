import Console
import Control
import Testing

@Suite struct `The watch` {
    private func plain(_ lines: [StyledText]) -> [String] { lines.map(\.plain) }

    @Test func `shows what a single status shows`() throws {
        let answer = Sample.answer(Sample.active)
        let status = try #require(answer.status)
        var watch = StatusWatch()
        #expect(watch.lines(answer, status, width: 80) == StatusReport(answer, status).lines(width: 80))
    }

    @Test func `never shows old state as the present`() throws {
        let answer = Sample.answer(Sample.active, Sample.standby)
        var watch = StatusWatch()
        _ = watch.lines(answer, try #require(answer.status), width: nil)
        let complaint = Complaint(code: "silent", message: "the daemon hangs", status: .noDaemon)
        let lines = plain(watch.lines(complaint, at: Sample.at(-75), width: nil))
        #expect(
            lines == [
                "2026-11-25 03:13:24 UTC: NO ANSWER: the daemon hangs",
                "The last answer is of 03:12:09 UTC, 75 s old; what follows may be wrong by now.", "",
                "VI_1 was ACTIVE", "VI_2 was STANDBY",
            ])
    }

    @Test func `has nothing to tell before the first answer`() {
        let complaint = Complaint(code: "not_running", message: "no daemon", status: .noDaemon)
        #expect(
            plain(StatusWatch().lines(complaint, at: Sample.now, width: nil)) == [
                "2026-11-25 03:12:09 UTC: NO ANSWER: no daemon"
            ])
    }
}
