internal import VRRPCore

/// What lies ahead.
struct Agenda: Sendable {
    enum Item: Sendable {
        /// A frame reaches a port.
        case arrival(Frame, to: Int)
        /// An action that had to wait for the kernel is carried out.
        case completion(Action, host: Int, incarnation: Int)
        /// A host has the processor again.
        case resumption(host: Int)
        case disturbance(Disturbance)
        /// The kernel looks whether an address has outlived its lease.
        case leaseCheck(host: Int)
        /// A suspended machine goes on, after so many nanoseconds.
        case awakening(host: Int, after: UInt64, incarnation: Int)
        /// An owner tells the link again whose the addresses are.
        case defence(host: Int, incarnation: Int)
        /// An owner asks whether somebody else has the addresses, if it is the owner since then.
        case inquiry(host: Int, since: UInt64)
        /// The daemon puts back what somebody deleted.
        case repair(host: Int, incarnation: Int)
    }

    private var items = Timetable<Item>()

    var nextAt: UInt64? { items.nextAt }

    mutating func add(_ item: Item, at instant: UInt64) { items.add(item, at: instant) }

    mutating func removeFirst() -> Timetable<Item>.Entry { items.removeFirst() }

    /// Forgets the troubles that have not happened yet.
    mutating func removeDisturbances() {
        items.removeAll { item in
            if case .disturbance = item { true } else { false }
        }
    }
}

/// What lies ahead, earliest first; of what is due together, what was entered first.
struct Timetable<Item: Sendable>: Sendable {
    struct Entry: Sendable {
        var at: UInt64
        var sequence: UInt64
        var item: Item
        func isBefore(_ other: Entry) -> Bool { (at, sequence) < (other.at, other.sequence) }
    }

    private var heap: [Entry] = []
    private var sequence: UInt64 = 0

    var nextAt: UInt64? { heap.first?.at }

    mutating func add(_ item: Item, at instant: UInt64) {
        sequence += 1
        heap.append(Entry(at: instant, sequence: sequence, item: item))
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> Entry {
        heap.swapAt(0, heap.count - 1)
        let first = heap.removeLast()
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2]
            where child < heap.count && heap[child].isBefore(heap[smallest]) { smallest = child }
            if smallest == parent { return first }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }

    mutating func removeAll(where isGone: (Item) -> Bool) {
        let kept = heap.filter { !isGone($0.item) }
        // A sorted array is a heap, and sequence numbers make the order total.
        heap = kept.sorted { $0.isBefore($1) }
    }
}
