internal import CLinux
internal import Glibc
internal import Synchronization

/// Renews addresses on a thread of its own, so that who advertises never waits for it.
///
/// The kernel has one lock for whatever configures networks, of all network namespaces together (the RTNL). Whoever removes
/// a thousand interfaces, as the end of many containers does, has it for most of a second; what asks for it meanwhile
/// waits where no signal reaches it. docs/design/0008-leases.md.
package final class Renewer {
    /// What is worth a word: the kernel refused something, or took long.
    package struct Outcome: Sendable {
        /// Whose addresses they are.
        package var holder: String
        /// The first of them, and how many there were.
        package var first: AddressRequest
        package var count: Int
        package var refused: (error: SystemError, count: Int)?
        /// From the order to the end.
        package var nanoseconds: UInt64
    }

    private struct Order {
        var holder: String
        var addresses: [AddressRequest]
        var since: UInt64
    }

    private enum Task {
        case renew(Order)
        case run(@Sendable () throws(SystemError) -> Void)
    }

    private struct State {
        /// What has not been begun, in the order in which it came.
        var waiting: [Task] = []
        /// Where a holder's order is among them.
        var places: [String: Int] = [:]
        var isAtWork = false
        /// Since when the oldest order of what is being done has been there.
        var workSince: UInt64?
        var isEnding = false
        /// Somebody waits until there is nothing to do.
        var isAwaited = false
        var outcomes: [Outcome] = []
        /// What the thread was not allowed to do about itself.
        var troubles: [SystemError] = []

        var isBusy: Bool { isAtWork || !waiting.isEmpty }
    }

    /// What the two threads share.
    private final class Shared: Sendable {
        let state = Mutex(State())
        /// There is something to do.
        let work: FileDescriptor
        /// There are outcomes.
        let news: FileDescriptor
        /// There is nothing to do any more.
        let rest: FileDescriptor
        /// The thread's alone, from its start to its end.
        let socket: Mutex<RenewalSocket>

        init() throws(SystemError) {
            work = try FileDescriptor("eventfd") { cl_event_create(1) }
            news = try FileDescriptor("eventfd") { cl_event_create(0) }
            rest = try FileDescriptor("eventfd") { cl_event_create(0) }
            socket = Mutex(try RenewalSocket())
        }
    }

    private let shared: Shared
    private let thread: WorkerThread
    /// The port by which the kernel's news name us as their cause.
    package let port: UInt32
    /// From how many nanoseconds on it is told that the kernel took long.
    package static let longTime: UInt64 = 500_000_000
    /// What a thread that makes system calls needs, where the memory of the process may be locked.
    private static let stack = 256 << 10
    /// The adverts of others are looked for so often while somebody waits.
    private static let patience: UInt64 = 2_000_000

    package init() throws(SystemError) {
        let shared = try Shared()
        port = shared.socket.withLock(\.port)
        self.shared = shared
        thread = try WorkerThread(stack: Self.stack) { Self.work(shared) }
    }

    deinit {
        shared.state.withLock { $0.isEnding = true }
        _ = cl_event_signal(shared.work.rawValue)
        thread.join()
    }

    /// Readable when there are outcomes.
    package var descriptor: Int32 { shared.news.rawValue }

    // MARK: For the owner

    /// Has `addresses` renewed; one that is not there is put there.
    ///
    /// It takes the place of what the holder has waiting.
    ///
    /// - Returns: for how many nanoseconds the oldest order has been waiting for the kernel.
    @discardableResult
    package func renew(_ addresses: [AddressRequest], for holder: String) -> UInt64 {
        let now = monotonicNanoseconds()
        let (isToWake, since) = shared.state.withLock { state in
            let isToWake = !state.isBusy
            if let place = state.places[holder], case .renew(let older) = state.waiting[place] {
                state.waiting[place] = .renew(Order(holder: holder, addresses: addresses, since: older.since))
            } else {
                state.places[holder] = state.waiting.count
                state.waiting.append(.renew(Order(holder: holder, addresses: addresses, since: now)))
            }
            return (isToWake, state.workSince)
        }
        if isToWake { _ = cl_event_signal(shared.work.rawValue) }
        return since.map { now - min($0, now) } ?? 0
    }

    /// Has the thread do something about itself, as how it is scheduled; `takeTroubles` tells what it was refused.
    package func run(_ body: @escaping @Sendable () throws(SystemError) -> Void) {
        let isToWake = shared.state.withLock { state in
            defer { state.waiting.append(.run(body)) }
            return !state.isBusy
        }
        if isToWake { _ = cl_event_signal(shared.work.rawValue) }
    }

    /// Waits until every order has been carried out: what is removed afterwards is not put back by an older one.
    ///
    /// - Parameter goesOn: called every two milliseconds meanwhile; it must not renew anything.
    package func finish(goesOn: () -> Void) {
        while shared.state.withLock({ state in
            state.isAwaited = state.isBusy
            return state.isBusy
        }) {
            var items = [Readiness(shared.rest.rawValue)]
            do throws(SystemError) {
                try Readiness.wait(&items, until: monotonicNanoseconds() + Self.patience)
            } catch {
                // It only spares turns of this loop.
                cl_sleep_until(monotonicNanoseconds() + Self.patience)
            }
            _ = cl_event_take(shared.rest.rawValue)
            goesOn()
        }
    }

    /// What has come to be told since it was asked last.
    package func takeOutcomes() -> [Outcome] {
        _ = cl_event_take(shared.news.rawValue)
        return shared.state.withLock { state in
            defer { state.outcomes = [] }
            return state.outcomes
        }
    }

    /// What the thread could not do about itself since it was asked last.
    package func takeTroubles() -> [SystemError] {
        shared.state.withLock { state in
            defer { state.troubles = [] }
            return state.troubles
        }
    }

    // MARK: The thread

    private static func work(_ shared: Shared) {
        while let tasks = next(shared) {
            for task in tasks {
                switch task {
                case .renew(let order): carryOut(order, shared)
                case .run(let body):
                    do throws(SystemError) {
                        try body()
                    } catch {
                        shared.state.withLock { $0.troubles.append(error) }
                        _ = cl_event_signal(shared.news.rawValue)
                    }
                }
            }
        }
    }

    /// Everything that waits, as soon as there is something; nil when there is nothing more to come.
    private static func next(_ shared: Shared) -> [Task]? {
        while true {
            let (tasks, isAwaited, isEnding) = shared.state.withLock { state in
                let tasks = state.waiting
                state.waiting = []
                state.places = [:]
                state.isAtWork = !tasks.isEmpty
                state.workSince = nil
                defer { if tasks.isEmpty { state.isAwaited = false } }
                return (tasks, state.isAwaited, state.isEnding)
            }
            if isEnding { return nil }
            if !tasks.isEmpty { return tasks }
            if isAwaited { _ = cl_event_signal(shared.rest.rawValue) }
            // Interrupted or not, what there is to do is looked for.
            _ = cl_event_take(shared.work.rawValue)
        }
    }

    private static func carryOut(_ order: Order, _ shared: Shared) {
        guard let first = order.addresses.first else { return }
        shared.state.withLock { $0.workSince = order.since }
        let refused = shared.socket.withLock { $0.renew(order.addresses) }
        let took = monotonicNanoseconds() - order.since
        guard refused != nil || took >= longTime else { return }
        shared.state.withLock { state in
            state.outcomes.append(
                Outcome(
                    holder: order.holder, first: first, count: order.addresses.count, refused: refused,
                    nanoseconds: took))
        }
        _ = cl_event_signal(shared.news.rawValue)
    }
}
