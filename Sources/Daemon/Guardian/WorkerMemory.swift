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
        /// When the loop last turned.
        var aliveAt: MonotonicInstant
        /// When it means to turn again at the latest.
        var dueAt: MonotonicInstant
        /// How much later than that it may be.
        var tolerance: Interval
    }

    private let memory: SharedMemory
    private let log: Log?
    private var hasComplained = false
    private var beatenAt = MonotonicInstant(nanoseconds: 0)

    static let version: UInt64 = 0x5544_5354_0002
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
        static let succession = 1024
        static let upgradeFailure = 2048
        static let refusedReload = 3072
        static let routers = 1 << 20
        static let checks = 64 << 20
        static let orders = 128 << 20
        static let snapshots = [1 << 30, 2 << 30]
    }

    /// Slots lie within pages, so that a write is whole or absent.
    private static let slotSize = 2048
    private static let orderSize = 64 << 10
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

    func beat(at now: MonotonicInstant, dueAt due: MonotonicInstant?) {
        beatenAt = now
        var writer = OctetWriter()
        writer.put(now)
        writer.put(due ?? MonotonicInstant(nanoseconds: .max))
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

    private func sentence(at place: Int) -> String {
        var reader = OctetReader(read(1024, at: place))
        return reader.text()
    }

    private func put(sentence: String, at place: Int) {
        var writer = OctetWriter()
        writer.put(String(sentence.prefix(200)))
        write(writer.octets, at: place)
    }

    /// Since when nobody has listened to the others.
    var deafSince: MonotonicInstant {
        get { MonotonicInstant(nanoseconds: number(at: Place.deafSince)) }
        set { put(newValue.nanoseconds, at: Place.deafSince) }
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

    func keep(_ check: CheckMemory, at index: Int) { put(check.octets, Place.checks, index) }

    // MARK: Last orders

    /// What the guardian does in a router's name when nobody else can; nil for nothing.
    func order(_ orders: LastOrders?, for index: Int) {
        let octets = orders?.octets ?? []
        guard index < Self.mostSlots, octets.count + 8 <= Self.orderSize else { return }
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

    private func number(at place: Int) -> UInt64 {
        var reader = OctetReader(read(8, at: place))
        return reader.number()
    }

    private func put(_ number: UInt64, at place: Int) {
        var writer = OctetWriter()
        writer.put(number)
        write(writer.octets, at: place)
    }

    private func read(_ count: Int, at place: Int) -> [UInt8] {
        do throws(SystemError) {
            return try memory.read(count, at: place)
        } catch {
            complain(error)
            return []
        }
    }

    private func write(_ octets: [UInt8], at place: Int) {
        do throws(SystemError) { try memory.write(octets, at: place) } catch { complain(error) }
    }

    private func complain(_ error: SystemError) {
        guard !hasComplained else { return }
        hasComplained = true
        log?.error("\(error): if this process ends, its successor starts from nothing")
    }
}
