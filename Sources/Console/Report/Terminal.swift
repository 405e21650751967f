internal import LinuxKernel

/// Where a command's text goes, as far as its shape depends on it.
package struct Terminal: Sendable {
    /// True when somebody looks at it: text may be replaced in place then.
    package var isInteractive: Bool
    /// In characters; nil where lines may have any length.
    package var columns: Int?
    package var rows: Int?
    package var palette: Palette

    /// A pipe or a file.
    package static let none = Terminal(isInteractive: false, columns: nil, rows: nil, palette: .none)

    package init(isInteractive: Bool, columns: Int?, rows: Int?, palette: Palette) {
        self.isInteractive = isInteractive
        self.columns = columns
        self.rows = rows
        self.palette = palette
    }

    /// Standard output, as it is now.
    package static func standardOutput() -> Terminal {
        guard standardOutputIsTerminal() else { return .none }
        let size = standardOutputSize()
        let kind = environmentVariable("TERM") ?? "dumb"
        let isDumb = kind == "dumb" || kind.isEmpty
        // no-color.org: any value but the empty one counts.
        let isColourless = isDumb || !(environmentVariable("NO_COLOR") ?? "").isEmpty
        return Terminal(
            isInteractive: !isDumb, columns: size?.columns, rows: size?.rows, palette: isColourless ? .none : .colours)
    }
}
