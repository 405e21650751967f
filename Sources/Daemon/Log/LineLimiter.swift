internal import VRRPCore

/// Lets one line of a kind through in a minute, and says with the next one how many were held back.
///
/// A stranger on the link can make us count, not write: the number of kinds is fixed, so is the number of lines.
struct LineLimiter<Kind: Hashable> {
    private struct Window {
        var opensAt: MonotonicInstant
        var heldBack: Int
    }

    private static var minute: Interval { .seconds(60) }
    private var windows: [Kind: Window] = [:]

    /// Nil when a line of this kind was written less than a minute ago; otherwise what to append to the line.
    mutating func pass(_ kind: Kind, at now: MonotonicInstant) -> String? {
        guard var window = windows[kind] else {
            windows[kind] = Window(opensAt: now + Self.minute, heldBack: 0)
            return ""
        }
        if now < window.opensAt {
            window.heldBack += 1
            windows[kind] = window
            return nil
        }
        windows[kind] = Window(opensAt: now + Self.minute, heldBack: 0)
        return window.heldBack == 0 ? "" : " (\(window.heldBack) more like it since the last such line)"
    }

    /// Forgets everything, so that the next fault of each kind is told at once.
    mutating func reset() { windows.removeAll(keepingCapacity: true) }
}
