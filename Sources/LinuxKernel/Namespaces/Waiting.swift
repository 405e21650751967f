internal import CLinux
internal import Glibc

/// Short waits of the calling thread end when they should instead of up to 50 microseconds later.
package func makeTimersPrecise() { _ = lab_precise_timers() }

/// A descriptor to wait for, and whether the wait ended because of it.
package struct Readiness {
    package let descriptor: Int32
    package let wantsToWrite: Bool
    package fileprivate(set) var isReady = false

    package init(_ descriptor: Int32, wantsToWrite: Bool = false) {
        self.descriptor = descriptor
        self.wantsToWrite = wantsToWrite
    }

    /// Waits until one of `items` is ready or the clock reaches `deadline` (nil is for ever), and marks the ready ones.
    package static func wait(_ items: inout [Readiness], until deadline: UInt64?) throws(SystemError) {
        var polled = items.map {
            pollfd(fd: $0.descriptor, events: Int16($0.wantsToWrite ? POLLOUT : POLLIN), revents: 0)
        }
        let count = UInt(polled.count)
        try retryingOnInterrupt("ppoll") {
            // SAFETY: the array holds exactly `count` elements and outlives the call.
            unsafe polled.withUnsafeMutableBytes { unsafe lab_poll($0.baseAddress, count, deadline ?? .max) }
        }
        for index in items.indices { items[index].isReady = polled[index].revents != 0 }
    }
}

/// Ctrl-C and requests to end, as something to wait for instead of an interruption.
package final class EndRequests {
    private let descriptor: FileDescriptor

    /// From now on SIGINT, SIGTERM and SIGHUP no longer end the process.
    ///
    /// Call it before threads are started.
    package init() throws(SystemError) {
        descriptor = try FileDescriptor("signalfd") { lab_signal_descriptor() }
    }

    package var rawDescriptor: Int32 { descriptor.rawValue }

    /// Forgets the requests that have come.
    func take() {
        let descriptor = descriptor.rawValue
        // SAFETY: read writes at most `size` octets.
        _ = unsafe readBytes(capacity: 1024) { buffer, size in unsafe read(descriptor, buffer, size) }
    }

    /// Whether a request has come.
    package var isPending: Bool {
        get throws(SystemError) {
            var items = [Readiness(descriptor.rawValue)]
            try Readiness.wait(&items, until: 0)
            return items[0].isReady
        }
    }
}

/// A thread of one's own, for work that nothing else may delay.
package final class WorkerThread {
    private final class Body {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private var handle: UInt64?

    /// - Parameter stack: its room in octets; 0 for what the system gives, which is megabytes.
    package init(stack: Int = 0, _ run: @escaping @Sendable () -> Void) throws(SystemError) {
        // SAFETY: the retained box is released exactly once: by the thread, or here when there is no thread.
        let context = unsafe Unmanaged.passRetained(Body(run))
        var handle: UInt64 = 0
        let error = unsafe lab_thread_start(
            &handle,
            { context in
                guard let context = unsafe context else { return }
                unsafe Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
            }, context.toOpaque(), stack)
        guard error == 0 else {
            unsafe context.release()
            throw SystemError("pthread_create", error)
        }
        self.handle = handle
    }

    /// Waits until the thread's body has returned.
    package func join() {
        guard let handle else { return }
        self.handle = nil
        _ = lab_thread_join(handle)
    }
}
