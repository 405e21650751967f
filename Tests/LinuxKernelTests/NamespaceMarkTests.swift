import LinuxKernel
import Testing

@Suite struct `Marks in a network namespace` {
    /// Others of this machine may have theirs.
    private let base = UInt64.random(in: 0...UInt64.max / 4)

    private func numbers(_ range: Range<UInt64>) -> [UInt64] { range.map { base &+ $0 << 2 } }

    @Test func `belong to one at a time, all of them or none`() throws {
        let (first, second) = (try NamespaceMarks(), try NamespaceMarks())
        #expect(try first.take(numbers(0..<100), until: 0) == nil)
        #expect(try second.take(numbers(99..<200), until: 0) == numbers(99..<100).first)
        // Nothing was taken of what was free.
        #expect(try first.take(numbers(100..<200), until: 0) == nil)
        #expect(try second.take(numbers(200..<300), until: 0) == nil)
        // Its own are no obstacle.
        #expect(try first.take(numbers(0..<200), until: 0) == nil)
    }

    @Test func `are free when they are given back, and when their holder is gone`() throws {
        let first = try NamespaceMarks()
        do {
            let second = try NamespaceMarks()
            #expect(try second.take(numbers(0..<10), until: 0) == nil)
            try second.keep(Set(numbers(5..<10)))
            #expect(try first.take(numbers(0..<5), until: 0) == nil)
            #expect(try first.take(numbers(5..<6), until: 0) != nil)
            withExtendedLifetime(second) {}
        }
        #expect(try first.take(numbers(5..<6), until: 0) == nil)
        let third = try NamespaceMarks()
        #expect(try third.othersHaveAny())
    }

    @Test func `are waited for until the deadline and not longer`() throws {
        let (first, second) = (try NamespaceMarks(), try NamespaceMarks())
        #expect(try first.take(numbers(0..<1), until: 0) == nil)
        let start = monotonicNanoseconds()
        #expect(try second.take(numbers(0..<1), until: start + 20_000_000) != nil)
        #expect(monotonicNanoseconds() >= start + 20_000_000)
    }
}
