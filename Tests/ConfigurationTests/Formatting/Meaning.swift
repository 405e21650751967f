import Configuration

/// All that a value says but the places of files, so that two layouts of one file can be compared.
func meaning(_ value: Any) -> String {
    if value is Configuration.SourceLocation { return "" }
    let mirror = Mirror(reflecting: value)
    let children = mirror.children.map { child in (child.label.map { "\($0)=" } ?? "") + meaning(child.value) }
    switch mirror.displayStyle {
    case .dictionary, .set: return "{\(children.sorted().joined(separator: ", "))}"
    case .optional: return children.first ?? "nil"
    case nil: return "\(value)"
    case .enum where children.isEmpty: return "\(value)"
    default: return "(\(children.joined(separator: ", ")))"
    }
}

extension [Diagnostic] {
    /// What is said, wherever and in whatever order; how long a line is depends on its indentation.
    var codesAnywhere: [String] {
        filter { !["long-line", "byte-order-mark"].contains($0.code) }.map { "\($0.severity.rawValue) \($0.code)" }
            .sorted()
    }
}
