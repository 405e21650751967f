/// How much one tracker moves a router's priority (keepalived: `weight N [reverse]`).
///
/// A zero value means that failure is a fault instead: the router gives up altogether.
public struct Weight: Hashable, Sendable {
    /// -253...253 for scripts and interfaces, -254...254 for processes and files.
    public var value: Int
    /// True exchanges the meaning of success and failure.
    public var reverse: Bool

    public init(_ value: Int, reverse: Bool = false) {
        self.value = value
        self.reverse = reverse
    }

    public var isFault: Bool { value == 0 }
}
