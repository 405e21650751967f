internal import VRRPCore

/// Lets one line of a kind through in a minute, or a few, and says with the next one how many were held back.
///
/// A stranger on the link can make us count, not write: the number of kinds is fixed, so is the number of lines.
struct LineLimiter<Kind: Hashable> {
    private struct Window {
        var closesAt: MonotonicInstant
        var written = 1
        var heldBack = 0
    }

    private static var minute: Interval { .seconds(60) }
    private var windows: [Kind: Window] = [:]

    /// Nil when `most` lines of this kind were written within a minute already; otherwise what to append to the line.
    mutating func pass(_ kind: Kind, at now: MonotonicInstant, most: Int = 1) -> String? {
        guard var window = windows[kind], now < window.closesAt else {
            let heldBack = windows[kind]?.heldBack ?? 0
            windows[kind] = Window(closesAt: now + Self.minute)
            return heldBack == 0 ? "" : " (\(heldBack) more like it since the last such line)"
        }
        if window.written < most { window.written += 1 } else { window.heldBack += 1 }
        windows[kind] = window
        return window.heldBack == 0 ? "" : nil
    }

    /// Forgets everything, so that the next fault of each kind is told at once.
    mutating func reset() { windows.removeAll(keepingCapacity: true) }
}
