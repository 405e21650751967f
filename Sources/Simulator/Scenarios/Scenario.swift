internal import VRRPCore
internal import VRRPWire

/// A cluster, what happens to it and what is expected of it, as a person wrote it down.
///
/// docs/reference/simulate.md has the format.
public struct Scenario: Sendable {
    struct Node: Sendable {
        var name: String
        var make = Make.understudy
        var priority: UInt8 = 100
        var interval = Centiseconds.oneSecond
        var preempts = true
        var preemptDelay: UInt64 = 0
        /// Parts per million.
        var drift: Int64 = 0
        var acquireLatency: UInt64 = 0
        /// False when it waits for its `start`.
        var isStarted = true
    }

    enum Expectation: Sendable {
        /// Nil is nobody.
        case owner(Int?, at: UInt64)
        case ownerChanges(atMost: Int)
        case withoutOwner(atMost: UInt64)
        case twoOwners(atMost: UInt64)
    }

    var version = ProtocolVersion.v3
    var family = AddressFamily.v4
    var seed: UInt64 = 0
    var lossPercent: UInt64 = 0
    var nodes: [Node] = []
    /// Nanoseconds since the start, and the line of each.
    var troubles: [(at: UInt64, what: Disturbance, line: Int)] = []
    var expectations: [(what: Expectation, line: Int)] = []
    /// When the story is over; nil for ten seconds after the last thing that happens or is expected.
    var end: UInt64?

    /// The names of the nodes, in the order in which they were written.
    public var names: [String] { nodes.map(\.name) }

    var endsAt: UInt64 {
        if let end { return end }
        let expected = expectations.map { expectation -> UInt64 in
            if case .owner(_, let at) = expectation.what { at } else { 0 }
        }
        let awake = troubles.map { trouble -> UInt64 in
            switch trouble.what {
            case .pause(_, let duration), .suspend(_, let duration): trouble.at + duration
            default: trouble.at
            }
        }
        return ([0] + expected + awake).reduce(0, max) + 10_000_000_000
    }
}

/// Where a scenario cannot be understood, and what would be right.
public struct ScenarioProblem: Error, Equatable, Sendable {
    /// From 1.
    public var line: Int
    public var column: Int
    /// What is written there; empty at the end of a line.
    public var text: String
    /// What is wrong, and what would be right.
    public var sentence: String

    /// `FILE:LINE:COLUMN: 'TEXT': SENTENCE`.
    public func description(in file: String) -> String {
        "\(file):\(line):\(column): \(text.isEmpty ? "the end of the line" : "'\(text)'"): \(sentence)"
    }
}

/// Every line that cannot be understood.
public struct ScenarioProblems: Error, Sendable {
    public var problems: [ScenarioProblem]
}
