/// A line as it is read: its characters, and where each was written when that is not simply one place after the other.
struct LineText {
    var scalars: [Unicode.Scalar]
    /// The file, and why the whole line is read if it stands in a definition that is used elsewhere.
    private var origin: SourceLocation.Origin
    private let line: Int
    /// The column of the first character, from 1.
    private var column: Int
    /// Where each character was written; nil while nothing was expanded.
    private var places: [SourceLocation]?
    /// How often names were replaced to come to this line.
    var passes = 0

    /// A line of a file, from a column on.
    init(_ scalars: [Unicode.Scalar], in origin: SourceLocation.Origin, line: Int, column: Int = 1) {
        self.scalars = scalars
        self.origin = origin
        self.line = line
        self.column = column
    }

    /// Where the character at `index` was written; its end for one past the last.
    func location(_ index: Int) -> SourceLocation {
        if let places {
            if places.indices.contains(index) { return places[index] }
            if var last = places.last {
                last.column += 1
                return last
            }
        }
        return SourceLocation(in: origin, line: line, column: column + index)
    }

    /// The rest of the line from `index` on.
    func dropping(_ index: Int) -> LineText {
        guard index > 0 else { return self }
        var rest = self
        rest.scalars = Array(scalars[index...])
        rest.places = places.map { Array($0[index...]) }
        rest.column += index
        return rest
    }

    /// The part in `range`.
    func part(_ range: Range<Int>) -> LineText {
        var part = dropping(range.lowerBound)
        part.scalars = Array(part.scalars.prefix(range.count))
        part.places = part.places.map { Array($0.prefix(range.count)) }
        return part
    }

    /// The same line, read because of a use at another place.
    func used(_ relation: Relation) -> LineText {
        var line = self
        line.origin = SourceLocation.Origin(origin.file, relation)
        line.places = places.map { $0.map { $0.related(relation) } }
        return line
    }

    /// The line with `ranges` replaced; each new character is where the name stands that it replaces.
    func replacing(_ replacements: [(range: Range<Int>, by: [Unicode.Scalar], relation: Relation?)]) -> LineText {
        var result = self
        result.scalars = []
        var newPlaces: [SourceLocation] = []
        var index = 0
        func keep(to end: Int) {
            result.scalars += scalars[index..<end]
            for position in index..<end { newPlaces.append(location(position)) }
        }
        for replacement in replacements {
            keep(to: replacement.range.lowerBound)
            result.scalars += replacement.by
            let start = location(replacement.range.lowerBound)
            let place = replacement.relation.map { start.related($0) } ?? start
            newPlaces += Array(repeating: place, count: replacement.by.count)
            index = replacement.range.upperBound
        }
        keep(to: scalars.count)
        result.places = newPlaces
        result.passes += 1
        return result
    }
}
