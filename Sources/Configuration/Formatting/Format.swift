/// Lays out one file anew without changing what it says: indentation, blanks, blank lines and the places of braces.
///
/// Includes are not followed. Comments, quotes, definitions, templates, conditions and include lines stay as they are written.
///
/// - Parameter expandedLineLimit: how many lines the templates and definitions of the file may make.
/// - Returns: the file's new text, or what is wrong with its syntax; then there is nothing to lay out.
public func format(
    _ bytes: [UInt8], file: String, expandedLineLimit: Int = 1_000_000
) -> Result<[UInt8], SyntaxErrors> {
    let source = SourceText(file: file, bytes: bytes)
    let readings = Reading.all(of: source, expandedLineLimit)
    let problems = syntaxProblems(readings)
    guard problems.isEmpty else {
        return .failure(SyntaxErrors(report: CheckReport(diagnostics: problems, sources: [source])))
    }
    let sound = readings.filter(\.errors.isEmpty)
    for style in [FileLayout.Style.full, .indentation] {
        var layout = FileLayout(source, sound, style)
        let text = layout.text()
        if Reading.all(sound, agreeWith: SourceText(file: file, bytes: text), expandedLineLimit) {
            return .success(text)
        }
    }
    // A line that is as long as lines may be cannot be moved to the right.
    return .success(bytes)
}

/// Why a file cannot be laid out.
public struct SyntaxErrors: Error {
    /// Has errors only.
    public var report: CheckReport
}

/// The errors of every reading that somebody asks for.
///
/// A host that no line names counts where nothing else does: `@lb1 vrrp_instance A {` beside `@lb2 vrrp_instance B {` is whole
/// on the two hosts only.
private func syntaxProblems(_ readings: [Reading]) -> [Diagnostic] {
    let named = readings.filter { $0.configurationID != nil }
    guard named.count > 1 else { return (named.first ?? readings[0]).errors }
    var problems: [Diagnostic] = []
    for reading in named {
        for var problem in reading.errors {
            if !named.allSatisfy({ $0.errors.contains(problem) }), let id = reading.configurationID {
                problem.message += ", where the configuration id is `\(id)`"
            }
            if !problems.contains(problem) { problems.append(problem) }
        }
    }
    return problems
}
