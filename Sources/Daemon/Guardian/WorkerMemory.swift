internal import LinuxKernel
internal import VRRPCore

/// What the worker leaves for its successor, and how the guardian sees that it is alive.
///
/// The worker writes, whoever replaces it reads; the guardian holds it open in between. It is read by the same version, or
/// by a later one after an upgrade: ``version`` tells them apart, and another version is no memory.
final class WorkerMemory {
    enum Phase: UInt64 {
        /// It reads its configuration and opens what it needs.
        case starting = 0
        case running
        /// It was asked to stop.
        case stopping
        /// It ended so that another program can go on in its place.
        case upgrading
    }

    /// What the guardian looks at.
    struct Pulse: Equatable {
        var phase: Phase
        /// When the loop last turned, or went on in the midst of much work.
        var aliveAt: MonotonicInstant
        /// When it means to turn again at the latest.
        var dueAt: MonotonicInstant
        /// How much later than that it may be.
        var tolerance: Interval

        /// What lateness counts from: that in the midst of much work it still went on makes it no less punctual.
        var expectedAt: MonotonicInstant { max(dueAt, aliveAt) }

        /// When the guardian looks again at a loop that is not late: it is at `limit`, as things are.
        ///
        /// They change without a word. A time of leisure is over within milliseconds, and whoever looked just then and slept
        /// until the end of it would not see a hang for ten seconds; and what was due in a minute may be due at once.
        func nextLook(at now: MonotonicInstant, limit: MonotonicInstant) -> MonotonicInstant {
            let longest = tolerance < WorkerMemory.leisure ? Interval.seconds(1) : .milliseconds(50)
            guard limit < now + longest else { return now + longest }
            return limit + .milliseconds(1)
        }
    }

    /// The tolerance while a worker does what may take long, like reading files.
    static let leisure = Interval.seconds(10)

    private let memory: SharedMemory
    private let log: Log?
    private var hasComplained = false
    private var beatenAt = MonotonicInstant(nanoseconds: 0)

    static let version: UInt64 = 0x5544_5354_0003
    private enum Place {
        static let version = 0
        static let phase = 8
        static let aliveAt = 16
        static let dueAt = 24
        static let tolerance = 32
        static let routerCount = 40
        static let checkCount = 48
        static let snapshot = 56
        /// Set by the guardian before each start: since when nobody listens, and who ended how.
        static let deafSince = 64
        static let beginnings = 80
        static let quietUntil = 104
        static let succession = 1024
        static let upgradeFailure = 2048
        static let refusedReload = 3072
        static let standby = 4096
        static let routers = 1 << 20
        static let checks = 64 << 20
        static let snapshots = [1 << 30, 2 << 30]
        static let pipes = 512 << 10
        static let mailCount = 112
        static let sessionCount = 120
        static let notify = 3 << 30
        static let mail = 4 << 30
        static let sessions = 5 << 30
        static let orders = 6 << 30
    }

    /// Slots lie within pages, so that a write is whole or absent.
    private static let slotSize = 2048
    private static let notifySize = 4096
    private static let mostPipes = 2
    /// Room for some forty thousand addresses; what nothing is written to takes none.
    private static let orderSize = 1 << 20
    private static let mostSlots = 30_000

    init(_ memory: SharedMemory, log: Log?) {
        self.memory = memory
        self.log = log
    }

    var descriptor: Int32 { memory.descriptor }
    /// A descriptor of it for the program that is executed in place of this one.
    func keepOpenOnExecute() throws(SystemError) -> Int32 { try memory.keepOpenOnExecute() }

    var isOfThisVersion: Bool { number(at: Place.version) == Self.version }

    // MARK: The pulse

    var pulse: Pulse {
        var reader = OctetReader(read(40, at: 0))
        _ = reader.number()
        return Pulse(
            phase: Phase(rawValue: reader.number()) ?? .starting, aliveAt: reader.instant(), dueAt: reader.instant(),
            tolerance: Interval(nanoseconds: reader.number()))
    }

    /// The loop turns at `now`, and means to turn again at `due`; nil when only news can wake it.
    ///
    /// What is due at once may say so with any instant of the past, but nobody is deaf before the turn in which it listens:
    /// a successor would add all that time to what its router waits for.
    func beat(at now: MonotonicInstant, dueAt due: MonotonicInstant?) {
        beatenAt = now
        var writer = OctetWriter()
        writer.put(now)
        writer.put(due.map { max($0, now) } ?? MonotonicInstant(nanoseconds: .max))
        write(writer.octets, at: Place.aliveAt)
    }

    /// In the middle of much work: it goes on.
    ///
    /// Cheap enough to be said after every piece of it.
    func goOn(at now: MonotonicInstant) {
        guard now.since(beatenAt) >= .milliseconds(10) else { return }
        beatenAt = now
        put(now.nanoseconds, at: Place.aliveAt)
    }

    func enter(_ phase: Phase) { put(phase.rawValue, at: Place.phase) }
    func tolerate(_ lateness: Interval) { put(lateness.nanoseconds, at: Place.tolerance) }

    /// What the guardian tells the next worker; empty for the first one.
    var succession: String {
        get { sentence(at: Place.succession) }
        set { put(sentence: newValue, at: Place.succession) }
    }

    /// Why the last upgrade did not come about; empty when nothing went wrong.
    var upgradeFailure: String {
        get { sentence(at: Place.upgradeFailure) }
        set { put(sentence: newValue, at: Place.upgradeFailure) }
    }

    /// Why the file on the disk is not what runs, as far as it is known; empty when nothing was refused.
    var refusedReload: String {
        get { sentence(at: Place.refusedReload) }
        set { put(sentence: newValue, at: Place.refusedReload) }
    }

    func sentence(at place: Int) -> String {
        var reader = OctetReader(read(1024, at: place))
        return reader.text()
    }

    func put(sentence: String, at place: Int) {
        var writer = OctetWriter()
        writer.put(String(sentence.prefix(200)))
        write(writer.octets, at: place)
    }

    /// When the daemon began, whatever became of its processes, and when it read what runs; nil when nobody has said.
    struct Beginnings: Equatable {
        var began: MonotonicInstant
        /// Milliseconds of the wall clock.
        var startedAt: UInt64
        var loadedAt: UInt64
    }

    var beginnings: Beginnings? {
        get {
            var reader = OctetReader(read(24, at: Place.beginnings))
            let beginnings = Beginnings(began: reader.instant(), startedAt: reader.number(), loadedAt: reader.number())
            return beginnings.startedAt == 0 ? nil : beginnings
        }
        set {
            var writer = OctetWriter()
            writer.put(newValue?.began ?? MonotonicInstant(nanoseconds: 0))
            for number in [newValue?.startedAt ?? 0, newValue?.loadedAt ?? 0] { writer.put(number) }
            write(writer.octets, at: Place.beginnings)
        }
    }

    /// Maintenance mode: from when until when, in milliseconds of the wall clock, until 0 without an end.
    enum Maintenance: Equatable {
        /// Nobody has said; the disk may know.
        case unknown
        case off
        case on(since: UInt64, until: UInt64)
    }

    var maintenance: Maintenance {
        get {
            var reader = OctetReader(read(24, at: Place.standby))
            return switch reader.number() {
            case 1: .off
            case 2: .on(since: reader.number(), until: reader.number())
            default: .unknown
            }
        }
        set {
            var writer = OctetWriter()
            switch newValue {
            case .unknown: writer.put(0)
            case .off: writer.put(1)
            case .on(let since, let until): for number in [2, since, until] { writer.put(number) }
            }
            write(writer.octets, at: Place.standby)
        }
    }

    /// Since when nobody has listened to the others.
    var deafSince: MonotonicInstant {
        get { MonotonicInstant(nanoseconds: number(at: Place.deafSince)) }
        set { put(newValue.nanoseconds, at: Place.deafSince) }
    }

    /// Until when no router listens or claims; in the past when the start was not delayed.
    var quietUntil: MonotonicInstant {
        get { MonotonicInstant(nanoseconds: number(at: Place.quietUntil)) }
        set { put(newValue.nanoseconds, at: Place.quietUntil) }
    }

    /// From now on everything here is of this version.
    func claim() { put(Self.version, at: Place.version) }

    // MARK: Routers and checks

    var routers: [RouterMemory] {
        (0..<count(at: Place.routerCount)).compactMap { RouterMemory(slot(Place.routers, $0)) }
    }
    var checks: [CheckMemory] { (0..<count(at: Place.checkCount)).compactMap { CheckMemory(slot(Place.checks, $0)) } }

    func keep(routers: [RouterMemory]) {
        put(UInt64(min(routers.count, Self.mostSlots)), at: Place.routerCount)
        for (index, router) in routers.enumerated() { keep(router, at: index) }
    }

    func keep(_ router: RouterMemory, at index: Int) { put(router.octets, Place.routers, index) }

    func keep(checks: [CheckMemory]) {
        put(UInt64(min(checks.count, Self.mostSlots)), at: Place.checkCount)
        for (index, check) in checks.enumerated() { keep(check, at: index) }
    }

    /// The BFD sessions.
    var sessions: [BFDMemory] {
        (0..<count(at: Place.sessionCount)).compactMap { BFDMemory(slot(Place.sessions, $0)) }
    }

    func keep(sessions: [BFDMemory]) {
        put(UInt64(min(sessions.count, Self.mostSlots)), at: Place.sessionCount)
        for (index, session) in sessions.enumerated() { keep(session, at: index) }
    }

    func keep(_ session: BFDMemory, at index: Int) { put(session.octets, Place.sessions, index) }

    // MARK: Who is told

    /// What is known of the queue of the router at `index`; nil when nothing is.
    func notify(at index: Int) -> NotifyMemory? {
        NotifyMemory(read(Self.notifySize, at: Place.notify + index * Self.notifySize))
    }

    func keep(_ queue: NotifyMemory, at index: Int) {
        let octets = queue.octets
        guard index < Self.mostSlots, octets.count <= Self.notifySize else { return }
        write(octets, at: Place.notify + index * Self.notifySize)
    }

    var pipes: [PipeMemory] {
        (0..<Self.mostPipes).compactMap { PipeMemory(read(Self.notifySize, at: Place.pipes + $0 * Self.notifySize)) }
    }

    /// Those that are not there any more are forgotten.
    func keep(pipes: [PipeMemory]) {
        for index in 0..<Self.mostPipes {
            let octets = index < pipes.count ? pipes[index].octets : [UInt8](repeating: 0, count: 16)
            write(octets, at: Place.pipes + index * Self.notifySize)
        }
    }

    /// The mails that wait.
    var mail: [Mail] {
        // Nobody listens to the others while a successor reads this: places that never had one are not looked at.
        let count = Int(min(number(at: Place.mailCount), UInt64(MailQueue.places)))
        return (0..<count).compactMap { Mail(read(Self.notifySize, at: mailPlace($0)), place: $0) }
    }

    func keep(_ mail: Mail) {
        let octets = mail.octets
        guard octets.count <= Self.notifySize else { return forget(mail) }
        write(octets, at: mailPlace(mail.place))
        if number(at: Place.mailCount) <= UInt64(mail.place) { put(UInt64(mail.place + 1), at: Place.mailCount) }
    }

    func forget(_ mail: Mail) { put(0, at: mailPlace(mail.place)) }

    private func mailPlace(_ place: Int) -> Int { Place.mail + place * Self.notifySize }

    func keep(_ check: CheckMemory, at index: Int) { put(check.octets, Place.checks, index) }

    // MARK: Last orders

    /// What the guardian does in a router's name when nobody else can; nil for nothing.
    func order(_ orders: LastOrders?, for index: Int) {
        guard index < Self.mostSlots else { return }
        var octets = orders?.octets ?? []
        if octets.count + 8 > Self.orderSize { octets = [] }
        let place = Place.orders + index * Self.orderSize
        // Its length comes last, so that half of an order is none.
        put(0, at: place)
        write(octets, at: place + 8)
        put(UInt64(octets.count), at: place)
    }

    var orders: [LastOrders] {
        (0..<count(at: Place.routerCount)).compactMap { index in
            let place = Place.orders + index * Self.orderSize
            guard let length = Int(exactly: number(at: place)), length > 0, length <= Self.orderSize else { return nil }
            return LastOrders(read(length, at: place + 8))
        }
    }

    // MARK: The configuration

    /// The files of the configuration that runs, so that a successor runs the same whatever was done to them since.
    var snapshot: SourceSnapshot? {
        get {
            let which = number(at: Place.snapshot)
            guard (1...2).contains(which) else { return nil }
            let place = Place.snapshots[Int(which) - 1]
            return Int(exactly: number(at: place)).flatMap { SourceSnapshot(read($0, at: place + 8)) }
        }
        set {
            let before = number(at: Place.snapshot)
            guard let octets = newValue?.octets else { return put(0, at: Place.snapshot) }
            let place = Place.snapshots[before == 1 ? 1 : 0]
            put(UInt64(octets.count), at: place)
            write(octets, at: place + 8)
            put(before == 1 ? 2 : 1, at: Place.snapshot)
        }
    }

    // MARK: Octets

    private func count(at place: Int) -> Int { Int(min(number(at: place), UInt64(Self.mostSlots))) }

    private func slot(_ start: Int, _ index: Int) -> [UInt8] { read(Self.slotSize, at: start + index * Self.slotSize) }

    private func put(_ octets: [UInt8], _ start: Int, _ index: Int) {
        guard index < Self.mostSlots, octets.count <= Self.slotSize else { return }
        write(octets, at: start + index * Self.slotSize)
    }

    func number(at place: Int) -> UInt64 {
        var reader = OctetReader(read(8, at: place))
        return reader.number()
    }

    func put(_ number: UInt64, at place: Int) {
        var writer = OctetWriter()
        writer.put(number)
        write(writer.octets, at: place)
    }

    func read(_ count: Int, at place: Int) -> [UInt8] {
        do throws(SystemError) {
            return try memory.read(count, at: place)
        } catch {
            complain(error)
            return []
        }
    }

    func write(_ octets: [UInt8], at place: Int) {
        do throws(SystemError) { try memory.write(octets, at: place) } catch { complain(error) }
    }

    private func complain(_ error: SystemError) {
        guard !hasComplained else { return }
        hasComplained = true
        log?.error("\(error): if this process ends, its successor starts from nothing")
    }
}
