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
        /// How long the kernel took for a hundred of them, at worst; it has work of some milliseconds with them.
        package var nanoseconds: UInt64
    }

    private struct Order {
        var holder: String
        var addresses: [AddressRequest]
    }

    private enum Task {
        case renew(Order)
        case change([AddressChange])
        case run(@Sendable () throws(SystemError) -> Void)
        /// Wait until the kernel has time.
        case knock
    }

    private struct State {
        /// What has not been begun, in the order in which it came, from `next` on.
        var tasks: [Task] = []
        var next = 0
        /// Where a holder's order is among them.
        var places: [String: Int] = [:]
        var isAtWork = false
        /// Since when the kernel has been asked for what it is at.
        var askedAt: UInt64?
        /// Nothing may be begun.
        var isHeld = false
        /// What the kernel said to the changes that somebody waits for; nil until all of them were tried.
        var verdicts: [SystemError?]?
        var isEnding = false
        /// Somebody waits until nothing is being done.
        var isAwaited = false
        var outcomes: [Outcome] = []
        /// What the thread was not allowed to do about itself.
        var troubles: [SystemError] = []

        var hasTasks: Bool { next < tasks.count }

        mutating func add(_ task: Task, of holder: String? = nil) {
            if let holder { places[holder] = tasks.count }
            tasks.append(task)
        }

        /// The next task, which is being done from now on; nil when there is none.
        mutating func begin() -> Task? {
            guard hasTasks, !isHeld else {
                isAtWork = false
                return nil
            }
            let task = tasks[next]
            switch task {
            case .renew(let order): places[order.holder] = nil
            // Orders that come meanwhile do not know of it.
            case .change: isHeld = true
            case .run, .knock: break
            }
            isAtWork = true
            next += 1
            discardDone()
            return task
        }

        /// Where there is always something to do, the list would grow for ever.
        private mutating func discardDone() {
            guard !hasTasks || next >= 1024 && next * 2 >= tasks.count else { return }
            tasks.removeFirst(next)
            let done = next
            places = places.mapValues { $0 - done }
            next = 0
        }

        /// Forgets the order of a holder, and what is to be forgotten in those of all others.
        mutating func forget(ordersOf holder: String, and isForgotten: (AddressRequest) -> Bool) {
            for index in next..<tasks.count {
                guard case .renew(var order) = tasks[index] else { continue }
                if order.holder == holder {
                    order.addresses = []
                } else {
                    order.addresses.removeAll(where: isForgotten)
                }
                tasks[index] = .renew(order)
            }
        }
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
        /// The same, for what is answered one by one.
        let commands: Mutex<RouteSocket>

        init() throws(SystemError) {
            work = try FileDescriptor("eventfd") { cl_event_create(1) }
            news = try FileDescriptor("eventfd") { cl_event_create(0) }
            rest = try FileDescriptor("eventfd") { cl_event_create(0) }
            socket = Mutex(try RenewalSocket())
            commands = Mutex(try RouteSocket())
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
    private static let longestClaim: UInt64 = 3_000_000_000

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
    /// - Returns: for how many nanoseconds the thread has been waiting for the kernel.
    @discardableResult
    package func renew(_ addresses: [AddressRequest], for holder: String) -> UInt64 {
        let order = Task.renew(Order(holder: holder, addresses: addresses))
        let askedAt = shared.state.withLock { state in
            if let place = state.places[holder] { state.tasks[place] = order } else { state.add(order, of: holder) }
            return state.askedAt
        }
        wake()
        let now = monotonicNanoseconds()
        return askedAt.map { now - min($0, now) } ?? 0
    }

    /// Has the thread do something about itself, as how it is scheduled; `takeTroubles` tells what it was refused.
    package func run(_ body: @escaping @Sendable () throws(SystemError) -> Void) {
        shared.state.withLock { $0.add(.run(body)) }
        wake()
    }

    /// An idle thread looks for work.
    private func wake() {
        if shared.state.withLock({ !$0.isAtWork && !$0.isHeld && $0.hasTasks }) {
            _ = cl_event_signal(shared.work.rawValue)
        }
    }

    /// Has nothing begun until `resume`, and waits for what is being done: an address that is removed then is not put back by an
    /// older order.
    ///
    /// - Parameter goesOn: called every two milliseconds meanwhile; with false after three seconds: who waits here sees nothing of
    ///   what happens, and is not to go on claiming what he may have lost.
    package func hold(goesOn: (_ mayClaim: Bool) -> Void) {
        shared.state.withLock { $0.isHeld = true }
        wait(while: \.isAtWork, goesOn)
    }

    /// Waits until the kernel has time for who configures networks, and has done what was ordered: what it is asked for next it
    /// answers at once, unless somebody comes in between.
    ///
    /// - Parameter goesOn: as with `hold`.
    package func awaitKernel(goesOn: (_ mayClaim: Bool) -> Void) {
        shared.state.withLock { $0.add(.knock) }
        wake()
        wait(while: { $0.isAtWork || $0.hasTasks }, goesOn)
    }

    /// Has addresses added and removed, after what was ordered before, and waits for it.
    ///
    /// Nothing is begun afterwards until `resume`: what is ordered meanwhile might put back what has been removed.
    ///
    /// - Parameter goesOn: as with `hold`.
    /// - Returns: for each change why the kernel refused it; nil where it did not.
    package func change(_ changes: [AddressChange], goesOn: (_ mayClaim: Bool) -> Void) -> [SystemError?] {
        shared.state.withLock { state in
            state.verdicts = nil
            state.add(.change(changes))
        }
        wake()
        wait(while: { $0.verdicts == nil }, goesOn)
        return shared.state.withLock { $0.verdicts ?? [] }
    }

    private func wait(while isBusy: (State) -> Bool, _ goesOn: (_ mayClaim: Bool) -> Void) {
        let start = monotonicNanoseconds()
        while shared.state.withLock({ state in
            state.isAwaited = isBusy(state)
            return state.isAwaited
        }) {
            var items = [Readiness(shared.rest.rawValue)]
            do throws(SystemError) {
                try Readiness.wait(&items, until: monotonicNanoseconds() + Self.patience)
            } catch {
                // It only spares turns of this loop.
                cl_sleep_until(monotonicNanoseconds() + Self.patience)
            }
            _ = cl_event_take(shared.rest.rawValue)
            goesOn(monotonicNanoseconds() - start < Self.longestClaim)
        }
    }

    /// Goes on, without what `holder` had ordered, and without what is to be forgotten of the orders of others.
    package func resume(withoutOrdersOf holder: String, or isForgotten: (AddressRequest) -> Bool = { _ in false }) {
        shared.state.withLock { state in
            state.isHeld = false
            state.forget(ordersOf: holder, and: isForgotten)
        }
        wake()
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
        while let task = next(shared) {
            switch task {
            case .renew(let order): carryOut(order, shared)
            case .change(let changes): carryOut(changes, shared)
            case .knock: shared.socket.withLock { $0.knock() }
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

    /// What is next, as soon as there is something; nil when nothing more will come.
    private static func next(_ shared: Shared) -> Task? {
        while true {
            let (task, isAwaited, isEnding) = shared.state.withLock { state in
                let task = state.begin()
                defer { if task == nil { state.isAwaited = false } }
                return (task, state.isAwaited, state.isEnding)
            }
            if isEnding { return nil }
            if let task { return task }
            if isAwaited { _ = cl_event_signal(shared.rest.rawValue) }
            // Interrupted or not, what there is to do is looked for.
            _ = cl_event_take(shared.work.rawValue)
        }
    }

    private static func carryOut(_ order: Order, _ shared: Shared) {
        guard let first = order.addresses.first else { return }
        var (askedAt, longest) = (monotonicNanoseconds(), UInt64(0))
        shared.state.withLock { $0.askedAt = askedAt }
        let refused = shared.socket.withLock { socket in
            socket.renew(order.addresses) {
                let now = monotonicNanoseconds()
                longest = max(longest, now - askedAt)
                askedAt = now
                shared.state.withLock { $0.askedAt = now }
            }
        }
        let isToTell = refused != nil || longest >= longTime
        shared.state.withLock { state in
            state.askedAt = nil
            guard isToTell else { return }
            state.outcomes.append(
                Outcome(
                    holder: order.holder, first: first, count: order.addresses.count, refused: refused,
                    nanoseconds: longest))
        }
        if isToTell { _ = cl_event_signal(shared.news.rawValue) }
    }

    private static func carryOut(_ changes: [AddressChange], _ shared: Shared) {
        let verdicts = shared.commands.withLock { commands in
            changes.map { change -> SystemError? in
                let now = monotonicNanoseconds()
                shared.state.withLock { $0.askedAt = now }
                do throws(SystemError) {
                    try commands.carryOut(change)
                    return nil
                } catch {
                    return error
                }
            }
        }
        shared.state.withLock { state in
            state.askedAt = nil
            state.verdicts = verdicts
        }
    }
}
