import LinuxKernel
import Testing

@testable import Daemon

/// When a line of `reload_time_file` means.
@Suite struct ReloadTimeTests {
    /// 2026-11-26 10:00:00 UTC.
    private let now: Int64 = 1_795_687_200

    private func outcome(_ text: String) -> Result<ReloadTime, ReloadTime.Mistake> {
        do throws(ReloadTime.Mistake) {
            return .success(try ReloadTime.parse(text, at: now))
        } catch {
            return .failure(error)
        }
    }

    @Test(
        arguments: [
            ("10:00:01Z", 1, false), ("23:59:59Z", 50_399, false), ("10:00:00Z", 86_400, false),
            ("09:59:59Z", 86_399, false),
            ("2026-11-26 10:00:05Z", 5, true), ("26-11-27 10:00:00Z", 86_400, true),
        ] as [(String, Int64, Bool)])
    func `is a moment from now on, tomorrow's when today's is past`(text: String, after: Int64, hasDate: Bool) {
        #expect(outcome(text) == .success(ReloadTime(instant: now + after, hasDate: hasDate)))
    }

    @Test(arguments: ["2026-11-26 10:00:00Z", "25-01-01 00:00:00Z", "99-01-01 00:00:00Z"])
    func `is nothing when it is past`(text: String) { #expect(outcome(text) == .failure(.isPast)) }

    @Test(arguments: [
        "", "Z", "soon", "10:00", "10:00:60Z", "25:00:00Z", "1:00:00Z", " 11:00:00Z", "11:00:00 Z", "11:00:00Zx",
        "2026-02-30 11:00:00Z", "2026-13-01 11:00:00Z", "2026/11/27 11:00:00Z", "2026-11-27  11:00:00Z", "+1:00:00Z",
    ])
    func `is refused when it is not written just so`(text: String) { #expect(outcome(text) == .failure(.isNone)) }

    @Test func `is local time without a Z`() throws {
        let local = CivilTime(now + 7200, isUTC: false)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let text =
            "\(local.year)-\(two(local.month))-\(two(local.day)) \(two(local.hour)):\(two(local.minute)):\(two(local.second))"
        #expect(outcome(text) == .success(ReloadTime(instant: now + 7200, hasDate: true)))
    }
}
