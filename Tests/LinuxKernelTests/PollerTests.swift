import Glibc
import LinuxKernel
import Testing

@Suite struct `Poller and clock` {
    private let one = Token(rawValue: 1)
    private let two = Token(rawValue: 2)

    @Test func `reports the tokens of readable descriptors and no others`() throws {
        let poller = try Poller()
        let (first, second) = (try makePipe(), try makePipe())
        defer { for descriptor in [first.reader, first.writer, second.reader, second.writer] { close(descriptor) } }
        try poller.watch(first.reader, as: one)
        try poller.watch(second.reader, as: two)
        #expect(write(second.writer, "x", 1) == 1)
        var tokens: [Token] = []
        try poller.wait(untilNanoseconds: nil) { tokens.append($0) }
        #expect(tokens == [two])

        poller.forget(second.reader)
        tokens = []
        try poller.wait(untilNanoseconds: 1) { tokens.append($0) }
        #expect(tokens == [])
    }

    @Test func `a deadline ends the wait, not before its time, and is not reported`() throws {
        let poller = try Poller()
        let deadline = monotonicNanoseconds() + 20_000_000
        try poller.wait(untilNanoseconds: deadline) { _ in Issue.record("nothing was watched") }
        #expect(monotonicNanoseconds() >= deadline)
        // Past deadlines end the wait at once, as often as they are given; zero is one of them.
        for past in [deadline, 0, deadline] { try poller.wait(untilNanoseconds: past) { _ in } }
    }

    @Test func `watching again replaces token and interest`() throws {
        let poller = try Poller()
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { for descriptor in ends { close(descriptor) } }
        var tokens: [Token] = []
        try poller.watch(ends[0], as: one)
        try poller.wait(untilNanoseconds: 1) { tokens.append($0) }
        try poller.watch(ends[0], as: two, writable: true)
        try poller.wait(untilNanoseconds: nil) { tokens.append($0) }
        #expect(tokens == [two])
    }

    @Test func `who looks for nothing hears of the other end's death alone`() throws {
        let poller = try Poller()
        var ends: [Int32] = [0, 0]
        try #require(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0)
        defer { close(ends[0]) }
        var tokens: [Token] = []
        try poller.watch(ends[0], as: one, readable: false)
        try #require(write(ends[1], "x", 1) == 1 && shutdown(ends[1], Int32(SHUT_WR)) == 0)
        try poller.wait(untilNanoseconds: 1) { tokens.append($0) }
        #expect(tokens.isEmpty)
        close(ends[1])
        try poller.wait(untilNanoseconds: nil) { tokens.append($0) }
        #expect(tokens == [one])
    }

    @Test func `watching a closed descriptor fails and names it`() throws {
        let poller = try Poller()
        let failure = #expect(throws: SystemError.self) { try poller.watch(-1, as: one) }
        #expect(failure == SystemError("epoll_ctl add descriptor -1", EBADF))
        #expect(failure?.description == "epoll_ctl add descriptor -1: Bad file descriptor")
    }

    @Test func `the wall clock agrees with the C library's`() {
        let before = time(nil)
        let now = wallClock()
        #expect(now.seconds >= Int64(before) && now.seconds <= Int64(time(nil)))
        #expect((0..<1_000_000_000).contains(now.nanoseconds))
    }
}
