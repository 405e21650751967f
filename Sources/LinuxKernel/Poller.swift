internal import CLinux

/// A number the caller chooses when it registers a descriptor and gets back when it is ready.
package struct Token: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt64
    package init(rawValue: UInt64) { self.rawValue = rawValue }
}

/// Level-triggered epoll over a handful of descriptors, with an absolute-deadline wait.
package struct Poller: ~Copyable {
    private let epoll: FileDescriptor
    private let timer: FileDescriptor
    private static let capacity = 64
    /// Reserved: no caller may watch with this one.
    private static let timerToken = Token(rawValue: .max)

    package init() throws(SystemError) {
        // Locals first: a throw between two noncopyable stored properties does not compile.
        let epoll = try FileDescriptor("epoll_create1") { cl_epoll_create() }
        let timer = try FileDescriptor("timerfd_create") { cl_timer_create() }
        let (epollValue, timerValue) = (epoll.rawValue, timer.rawValue)
        try retryingOnInterrupt("epoll_ctl add timer") {
            cl_epoll_watch(epollValue, timerValue, 1, 0, Self.timerToken.rawValue)
        }
        self.epoll = epoll
        self.timer = timer
    }

    /// Reports `token` whenever `descriptor` is readable or writable, as asked, and always when it hung up or failed.
    ///
    /// Watching a descriptor again replaces its token and interest.
    package func watch(
        _ descriptor: Int32, as token: Token, readable: Bool = true, writable: Bool = false
    ) throws(SystemError) {
        let epoll = epoll.rawValue
        try retryingOnInterrupt("epoll_ctl add descriptor \(descriptor)") {
            cl_epoll_watch(epoll, descriptor, readable ? 1 : 0, writable ? 1 : 0, token.rawValue)
        }
    }

    /// Stops watching.
    ///
    /// To be called before the descriptor is closed; harmless when it was not watched.
    package func forget(_ descriptor: Int32) {
        // It fails only for descriptors that are not watched, and then there is nothing to do.
        _ = cl_epoll_forget(epoll.rawValue, descriptor)
    }

    /// Waits until a descriptor is ready or the monotonic clock reaches `deadline`, whichever is first.
    ///
    /// The deadline is a reading of `monotonicNanoseconds()`; without one only descriptors end the wait. A timerfd
    /// keeps it because epoll's own timeout suffers 50 microseconds of timer slack. `body` is called once for each
    /// ready descriptor, in the kernel's order, and not for the deadline.
    package func wait(untilNanoseconds deadline: UInt64?, _ body: (Token) -> Void) throws(SystemError) {
        let (timer, epoll) = (timer.rawValue, epoll.rawValue)
        // What is past needs no timer: after each wait for a deadline somebody asks once more what has come since.
        let waits: Int32 = deadline.map { $0 > monotonicNanoseconds() } ?? true ? 1 : 0
        // Zero disarms.
        if waits == 1 { try retryingOnInterrupt("timerfd_settime") { cl_timer_set(timer, deadline ?? 0) } }
        var ready = InlineArray<64, cl_ready>(repeating: cl_ready())
        var span = ready.mutableSpan
        // SAFETY: the buffer outlives the call and holds exactly `count` elements.
        let count = try unsafe span.withUnsafeMutableBufferPointer { buffer throws(SystemError) in
            try retryingOnInterrupt("epoll_wait") {
                unsafe cl_epoll_wait(epoll, buffer.baseAddress, Int32(buffer.count), waits)
            }
        }
        for index in 0..<min(Int(count), Self.capacity) {
            let token = Token(rawValue: ready[index].token)
            if token != Self.timerToken { body(token) }
        }
    }
}
