/// An interface that went up or down and still counts as it was before (`interface_up_down_delays`).
package struct PendingLink: Codable, Equatable, Sendable {
    package var interface: String
    /// What it is, and counts as later: up with a carrier, or not.
    package var isUp: Bool
    /// When that counts, if it lasts.
    package var countsInSeconds: Double

    package init(interface: String, isUp: Bool, countsInSeconds: Double) {
        self.interface = interface
        self.isUp = isUp
        self.countsInSeconds = countsInSeconds
    }

    /// `up, which counts in 2.5 s if it lasts`.
    package var text: String {
        "\(isUp ? "up" : "down"), which counts in \(spoken(seconds: countsInSeconds)) if it lasts"
    }
}
