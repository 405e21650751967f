/// What `$NAME=` stands for from its line on.
struct Definition {
    /// The value; several lines when the definition's first line ends in a backslash.
    var lines: [LineText]
    var isMultiLine: Bool
    var location: SourceLocation
}

/// The definitions that hold at a place of the files, and what keepalived defines by itself.
///
/// keepalived: `$NAME=value` holds from its line on, in included files too, until it is defined again; a value is expanded
/// where it is used.
struct Definitions {
    /// What a built-in name needs to know.
    struct Surroundings {
        var configurationID: String
        var directory: String
        var environment: (String) -> String?
    }

    private var table: [String: Definition] = [:]
    /// The variables of the templates that are being expanded.
    private var templates: [String: [Unicode.Scalar]] = [:]
    /// How many random numbers were drawn.
    private var draws: UInt64 = 0

    mutating func define(_ name: String, as definition: Definition) { table[name] = definition }

    subscript(name: String) -> Definition? { table[name] }

    /// Whether a name is taken, so that a template may not use it.
    func isDefined(_ name: String) -> Bool { table[name] != nil }

    mutating func bind(_ name: String, to value: [Unicode.Scalar]?) { templates[name] = value }

    func template(_ name: String) -> [Unicode.Scalar]? { templates[name] }

    var hasTemplates: Bool { !templates.isEmpty }

    /// Nothing can be expanded, so no line needs to be searched.
    var isEmpty: Bool { table.isEmpty && templates.isEmpty }

    static let builtIn: Set<String> = ["_PWD", "_INSTANCE", "_RANDOM", "_ENV", "_HASH", "_BANG"]

    /// The text of a built-in name with its parameters, as in `${_ENV HOME}`; nil when the parameters make no sense.
    mutating func builtIn(_ name: String, _ parameters: [String], in surroundings: Surroundings) -> String? {
        switch (name, parameters.count) {
        case ("_PWD", 0): return surroundings.directory
        case ("_INSTANCE", 0): return surroundings.configurationID
        case ("_HASH", 0): return "#"
        case ("_BANG", 0): return "!"
        case ("_ENV", 1): return surroundings.environment(parameters[0]) ?? ""
        case ("_RANDOM", 0...2):
            let numbers = parameters.compactMap { UInt32($0) }
            guard numbers.count == parameters.count else { return nil }
            let (least, most) = (numbers.first ?? 0, numbers.count == 2 ? numbers[1] : 32767)
            guard least <= most else { return nil }
            return "\(draw(from: least, through: most, for: surroundings.configurationID))"
        default: return nil
        }
    }

    /// A number that differs from host to host and from use to use, and stays the same at each reload.
    ///
    /// keepalived draws anew whenever it reads the file, so that every reload is a change.
    private mutating func draw(from least: UInt32, through most: UInt32, for configurationID: String) -> UInt32 {
        // FNV-1a, 64 bits, with a last mix so that names that differ in one letter are far apart.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in configurationID.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        draws += 1
        hash = (hash ^ draws) &* 0x9E37_79B9_7F4A_7C15
        hash ^= hash >> 32
        return least + UInt32(hash % (UInt64(most - least) + 1))
    }
}

/// A `$` in a line, read as a name.
struct NameUse {
    var name: String
    /// `${NAME words}`: what stands after the name.
    var parameters: [String] = []
    /// From the `$` to past the name or the brace.
    var range: Range<Int>
    /// A name without braces ends only before a blank, a comma, `)` or the end of the line; otherwise it stays as it is.
    var isComplete: Bool
}

/// The names after `$` in a line, from `start` on.
func nameUses(in scalars: [Unicode.Scalar], from start: Int = 0) -> [NameUse] {
    var uses: [NameUse] = []
    var index = start
    while index < scalars.count, let dollar = scalars[index...].firstIndex(of: "$") {
        let isBraced = dollar + 1 < scalars.count && scalars[dollar + 1] == "{"
        let first = dollar + (isBraced ? 2 : 1)
        var end = first
        while end < scalars.count, scalars[end].isNamePart { end += 1 }
        index = max(end, dollar + 1)
        guard end > first, scalars[first].isNameStart else { continue }
        var use = NameUse(
            name: String(scalars[first..<end]), range: dollar..<end,
            isComplete: end == scalars.count || scalars[end].isBlank || scalars[end] == "," || scalars[end] == ")")
        if isBraced {
            guard let close = scalars[end..<min(scalars.count, end + 256)].firstIndex(of: "}"),
                close == end || scalars[end].isBlank
            else { continue }
            use.parameters = scalars[end..<close].split(whereSeparator: \.isBlank).map { String($0) }
            (use.range, use.isComplete) = (dollar..<(close + 1), true)
            index = close + 1
        }
        uses.append(use)
    }
    return uses
}
