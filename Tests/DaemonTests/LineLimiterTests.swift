import Testing
import VRRPCore

@testable import Daemon

@Suite struct LineLimiterTests {
    private func at(_ seconds: Double) -> MonotonicInstant { MonotonicInstant(nanoseconds: UInt64(seconds * 1e9) + 1) }

    @Test func `one line of a kind passes in a minute and the next says how many were held back`() {
        var limiter = LineLimiter<Int>()
        #expect(limiter.pass(1, at: at(0)) == "")
        for second in 1..<60 { #expect(limiter.pass(1, at: at(Double(second))) == nil) }
        #expect(limiter.pass(1, at: at(60)) == " (59 more like it since the last such line)")
        #expect(limiter.pass(1, at: at(119)) == nil)
        #expect(limiter.pass(1, at: at(500)) == " (1 more like it since the last such line)")
        #expect(limiter.pass(1, at: at(1000)) == "")
    }

    @Test func `kinds do not hold each other back`() {
        var limiter = LineLimiter<String>()
        #expect(limiter.pass("a", at: at(0)) == "")
        #expect(limiter.pass("b", at: at(0)) == "")
        #expect(limiter.pass("a", at: at(1)) == nil)
        #expect(limiter.pass("b", at: at(61)) == "")
    }

    @Test func `lines of which several may pass are counted anew each minute`() {
        var limiter = LineLimiter<Int>()
        for second in 0..<3 { #expect(limiter.pass(1, at: at(Double(second)), most: 3) == "") }
        for second in 3..<60 { #expect(limiter.pass(1, at: at(Double(second)), most: 3) == nil) }
        #expect(limiter.pass(1, at: at(60), most: 3) == " (57 more like it since the last such line)")
        #expect(limiter.pass(1, at: at(61), most: 3) == "")
    }

    @Test func `however many there are a minute has one line`() {
        var limiter = LineLimiter<Int>()
        var lines = 0
        for millisecond in 0..<600_000 where limiter.pass(7, at: at(Double(millisecond) / 1000)) != nil { lines += 1 }
        #expect(lines == 10)
    }
}
