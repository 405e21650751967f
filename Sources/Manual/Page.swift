/// A page of the manual: written by hand, but for the parts that are made from tables.
package enum Page {
    /// Why a template cannot be filled in.
    package struct Unfinished: Error, Equatable, Sendable, CustomStringConvertible {
        package var description: String
    }

    /// Replaces the lines `@NAME@` of a template by the parts of these names.
    ///
    /// Each part is used, and no such line is left: a table that a page forgot is found.
    package static func filled(_ template: String, with parts: [String: String]) throws(Unfinished) -> String {
        var unused = Set(parts.keys)
        var page = ""
        for line in template.split(separator: "\n", omittingEmptySubsequences: false).dropLast(
            template.hasSuffix("\n") ? 1 : 0)
        {
            guard line.count > 2, line.hasPrefix("@"), line.hasSuffix("@") else {
                page += line + "\n"
                continue
            }
            let name = String(line.dropFirst().dropLast())
            guard let part = parts[name] else { throw Unfinished(description: "nothing is known for @\(name)@") }
            unused.remove(name)
            page += part
        }
        guard unused.isEmpty else { throw Unfinished(description: "the template has no place for \(unused.sorted())") }
        return page
    }
}
