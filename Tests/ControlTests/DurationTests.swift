import Control
import Testing

@Suite struct `Durations and times for people` {
    @Test(arguments: [
        (-3.0, "0 s"), (0, "0 s"), (0.0001, "under 1 ms"), (0.0023, "2.3 ms"), (0.00996, "10 ms"), (0.085, "85 ms"),
        (0.9994, "999 ms"), (0.9996, "1 s"), (1.25, "1.3 s"), (3.6, "3.6 s"), (9.96, "10 s"), (119.4, "119 s"),
        (120, "2 min"),
        (245, "4 min 5 s"), (600, "10 min"), (7199, "119 min"), (7200, "2 h"), (7980, "2 h 13 min"),
        (172_800, "2 d"), (273_600, "3 d 4 h"), (1e300, "11574074 d 1 h"), (.infinity, "11574074 d 1 h"),
        (.nan, "0 s"),
    ])
    func `a length of time is as short as it can be read`(seconds: Double, text: String) {
        #expect(spoken(seconds: seconds) == text)
    }

    @Test func `what was just now is no zero seconds ago`() {
        #expect(spoken(ago: 0) == "just now" && spoken(ago: 4) == "4 s ago")
    }

    @Test(arguments: [
        ("90s", 90), ("30m", 1800), ("2h", 7200), ("1d", 86_400), ("1h30m", 5400), ("1d2h3m4s", 93_784),
        ("0h5s", 5),
    ])
    func `a length that a person gives is read`(text: String, seconds: Int) {
        #expect(Control.seconds(ofDuration: text) == seconds)
    }

    @Test(arguments: [
        "", "90", "h", "0s", "-5m", "5 m", "1.5h", "30m2h", "1h1h", "2hours", "٣h", "99999999999999999999s",
        "9223372036854775807d",
    ])
    func `what is no length is not read as one`(text: String) {
        #expect(Control.seconds(ofDuration: text) == nil)
    }

    @Test func `a time shows its date when that is another day`() throws {
        let now = try #require(Timestamp("2026-11-25T03:12:09.250Z"))
        let before = try #require(Timestamp("2026-11-24T23:59:59.999Z"))
        #expect(now.words == "2026-11-25 03:12:09 UTC")
        #expect(now.words(at: now) == "03:12:09 UTC")
        #expect(before.words(at: now) == "2026-11-24 23:59:59 UTC")
        #expect(before.column == "2026-11-24 23:59:59.999")
        #expect(now.before(seconds: 4.25).words(at: now) == "03:12:05 UTC")
        #expect(now.seconds(since: before) == 11529.251)
    }
}
