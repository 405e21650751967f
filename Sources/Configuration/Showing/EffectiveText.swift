extension EffectiveConfiguration {
    /// A configuration file that says the same by itself: what is written, with the place where it is written at the line's end,
    /// and as comments what nobody wrote.
    ///
    /// - Parameter title: what it is the configuration of, for its first line.
    public func text(title: String) -> String {
        var text = """
            # \(oneLine(title))
            # What counts: a line that is a comment says a default, or what is said elsewhere for all.

            """
        if !settings.isEmpty { text += "\n" + settings.map(\.written).joined() }
        for block in blocks {
            text += "\n\(block.head) {\(note(block.place, nil))\n"
            for line in block.lines { text += line.written }
            for setting in block.settings { text += setting.written }
            text += "}\n"
        }
        // The layout is that of every file; what it is made of is sound, or it stays as it is.
        switch format(Array(text.utf8), file: title) {
        case .success(let laidOut): return String(decoding: laidOut, as: UTF8.self)
        case .failure: return text
        }
    }
}

extension EffectiveLine {
    fileprivate var written: String { "\(text)\(note(place, description))\n" }
}

extension EffectiveSetting {
    fileprivate var written: String {
        if let lines {
            return "\(keyword) {\(note(place, nil))\n" + lines.map(\.written).joined() + "}\n"
        }
        let line = value.map { $0.isEmpty ? keyword : "\(keyword) \($0)" } ?? keyword
        switch origin {
        case .written: return line + note(place, description) + "\n"
        case .idle: return "# \(line)" + note(place, "does not count") + "\n"
        case .inherited(let name): return "# \(line)" + note(place, name) + "\n"
        case .usual: return "# \(line)  # default" + (description.map { ": \(oneLine($0))" } ?? "") + "\n"
        }
    }
}

/// `  # file:line, more`; nothing when there is neither.
private func note(_ place: SourceLocation?, _ more: String?) -> String {
    let parts = [place.map { "\($0.file):\($0.line)" }, more].compactMap(\.self).map(oneLine)
    return parts.isEmpty ? "" : "  # " + parts.joined(separator: ", ")
}

/// A comment ends with its line, and the name of a file may hold anything.
private func oneLine(_ text: String) -> String {
    String(text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "?" : $0 })
}

// MARK: JSON

extension EffectiveConfiguration {
    /// For programs, one JSON object (RFC 8259).
    ///
    /// The names and `version` are an interface: fields may be added, never renamed. `origin` is `written`, `inherited`, `default` or
    /// `idle`.
    public var json: String {
        var writer = JSONWriter()
        writer.open("{")
        writer.field("version", "1")
        writer.key("settings")
        writer.open("[")
        for setting in settings { setting.write(to: &writer) }
        writer.close("]")
        writer.key("blocks")
        writer.open("[")
        for block in blocks {
            writer.element()
            writer.open("{")
            writer.field("block", JSONWriter.quoted(block.keyword))
            writer.field("name", JSONWriter.quoted(orNull: block.name))
            writer.place(block.place)
            writer.key("settings")
            writer.open("[")
            for setting in block.settings { setting.write(to: &writer) }
            writer.close("]")
            writer.lines(block.lines)
            writer.close("}")
        }
        writer.close("]")
        writer.close("}")
        return writer.text + "\n"
    }
}

extension EffectiveSetting {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.element()
        writer.open("{")
        writer.field("keyword", JSONWriter.quoted(keyword))
        writer.field("value", JSONWriter.quoted(orNull: value))
        writer.field("origin", JSONWriter.quoted(origin.word))
        if case .inherited(let name) = origin { writer.field("from", JSONWriter.quoted(name)) }
        writer.place(place)
        writer.field("description", JSONWriter.quoted(orNull: description))
        writer.lines(lines ?? [])
        writer.close("}")
    }
}

extension EffectiveSetting.Origin {
    fileprivate var word: String {
        switch self {
        case .written: "written"
        case .inherited: "inherited"
        case .usual: "default"
        case .idle: "idle"
        }
    }
}

extension JSONWriter {
    fileprivate static func quoted(orNull text: String?) -> String { text.map(quoted) ?? "null" }

    fileprivate mutating func place(_ place: SourceLocation?) {
        field("file", JSONWriter.quoted(orNull: place?.file))
        field("line", place.map { "\($0.line)" } ?? "null")
    }

    fileprivate mutating func lines(_ lines: [EffectiveLine]) {
        key("lines")
        open("[")
        for line in lines {
            element()
            open("{")
            field("text", JSONWriter.quoted(line.text))
            place(line.place)
            field("description", JSONWriter.quoted(orNull: line.description))
            close("}")
        }
        close("]")
    }
}
