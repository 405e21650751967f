package import LinuxKernel

/// Lines that are shown again and again: in place on a terminal, one after the other elsewhere.
package struct Screen {
    private var isFirst = true

    package init() {}

    /// The octets that make `terminal` show these lines and nothing else.
    package mutating func show(_ lines: [StyledText], on terminal: Terminal) -> String {
        defer { isFirst = false }
        guard terminal.isInteractive else { return (isFirst ? "" : "\n") + terminal.text(lines) }
        // ECMA-48: ED clears the screen, CUP goes home, EL clears the rest of each line. Nothing is cleared before it is
        // written again, so that it does not flicker.
        let shown = fitting(lines, rows: terminal.rows)
        return (isFirst ? "\u{1B}[2J" : "") + "\u{1B}[H"
            + shown.map { terminal.palette.paint($0) + "\u{1B}[K\n" }.joined() + "\u{1B}[J"
    }

    /// The cursor stands on the row below the last line, so one row less than there are can be used.
    private func fitting(_ lines: [StyledText], rows: Int?) -> [StyledText] {
        guard let rows, lines.count >= max(rows, 3) else { return lines }
        let kept = max(rows, 3) - 2
        let rest = StyledText(
            "... \(lines.count - kept) more lines: make the window higher, or name an instance", .faint)
        return lines.prefix(kept) + [rest]
    }
}

extension Terminal {
    func text(_ lines: [StyledText]) -> String { lines.map { palette.paint($0) + "\n" }.joined() }
}

/// Does something once a second until Ctrl-C, a signal to end, or the end of whoever reads our output.
///
/// - Parameter body: what to do; a result ends it.
/// - Returns: the result of `body`, or nil.
package func repeatEverySecond(
    until ends: EndRequests, _ body: () -> CommandResult?
) throws(SystemError) -> CommandResult? {
    while true {
        let next = monotonicNanoseconds() + 1_000_000_000
        if let result = body() { return result }
        var items = [Readiness(ends.rawDescriptor)]
        try Readiness.wait(&items, until: next)
        if items[0].isReady || standardOutputIsClosed() { return nil }
    }
}
