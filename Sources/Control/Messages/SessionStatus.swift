/// A BFD session with a neighbour (`bfd_instance`).
package struct SessionStatus: Codable, Equatable, Sendable {
    package enum State: String, Codable, Sendable {
        case adminDown = "admin_down"
        case down
        case initializing
        case up
    }

    package var name: String
    package var neighbour: String
    /// Nil when the kernel chooses the own address.
    package var source: String?
    package var isMultihop: Bool
    package var state: State
    /// Since it came up, or went down; nil when it never was up.
    package var sinceSeconds: Double?
    /// The state in words, with what led to it.
    package var outcome: String
    /// Why the own end was last not up, and the neighbour's, in the words of RFC 5880.
    package var diagnostic: String
    package var remoteDiagnostic: String
    /// After how long a silence the neighbour is given up; nil while the session is not up.
    package var detectionSeconds: Double?
    /// Between two packets of ours, before chance shortens it.
    package var transmitSeconds: Double
    package var counters: [String: Int]

    package init(name: String, neighbour: String, isMultihop: Bool, state: State, outcome: String) {
        self.name = name
        self.neighbour = neighbour
        self.isMultihop = isMultihop
        self.state = state
        self.outcome = outcome
        diagnostic = ""
        remoteDiagnostic = ""
        transmitSeconds = 0
        counters = [:]
    }
}
