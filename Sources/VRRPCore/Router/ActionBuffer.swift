/// The actions of one event, in order, in a fixed inline buffer.
///
/// The capacity is an invariant of the state machine, not a tuning knob: no event yields more.
public struct ActionBuffer: ~Copyable {
    public static let capacity = 8
    private var storage: InlineArray<8, Action>
    public private(set) var count = 0

    public init() { storage = InlineArray(repeating: .acquireAddresses) }

    public var isEmpty: Bool { count == 0 }

    mutating func append(_ action: Action) {
        precondition(count < Self.capacity, "a single event may not yield this many actions")
        storage[count] = action
        count += 1
    }

    /// Removes every action, oldest first, handing each to `body`.
    public mutating func drain<Failure: Error>(_ body: (Action) throws(Failure) -> Void) throws(Failure) {
        defer { count = 0 }
        for index in 0..<count { try body(storage[index]) }
    }
}
