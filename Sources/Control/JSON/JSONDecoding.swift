/// Turns JSON into a value; names are those that ``encode(_:)`` gives.
///
/// - Throws: `DecodingError`, which says which member is wrong.
package func decode<T: Decodable>(_ type: T.Type, from json: JSON) throws -> T {
    try read(type, from: json, path: [])
}

/// Reads the scalars that JSON has; anything else decodes itself.
private func read<T: Decodable>(_ type: T.Type, from json: JSON, path: [any CodingKey]) throws -> T {
    func refuse() -> DecodingError {
        DecodingError.typeMismatch(
            type, .init(codingPath: path, debugDescription: "expected \(type), found \(json.kind)"))
    }
    func take<Value>(_ value: Value?) throws -> T {
        guard let taken = value as? T else { throw refuse() }
        return taken
    }
    if type == Bool.self {
        guard case .bool(let value) = json else { throw refuse() }
        return try take(value)
    }
    if type == String.self {
        guard case .string(let value) = json else { throw refuse() }
        return try take(value)
    }
    if type == Double.self {
        switch json {
        case .decimal(let value): return try take(value)
        case .integer(let value): return try take(Double(value))
        default: throw refuse()
        }
    }
    if let integer = type as? any FixedWidthInteger.Type {
        guard case .integer(let value) = json else { throw refuse() }
        return try take(exact(value, as: integer))
    }
    return try T(from: ValueDecoder(json: json, codingPath: path))
}

private func exact<T: FixedWidthInteger>(_ value: Int, as type: T.Type) -> T? { T(exactly: value) }

extension JSON {
    fileprivate var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a truth value"
        case .integer, .decimal: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

private struct ValueDecoder: Decoder {
    let json: JSON
    var codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let members) = json else { throw mismatch("an object") }
        return KeyedDecodingContainer(KeyedReader<Key>(members: members, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = json else { throw mismatch("an array") }
        return UnkeyedReader(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer {
        SingleReader(json: json, codingPath: codingPath)
    }

    private func mismatch(_ wanted: String) -> DecodingError {
        .typeMismatch(
            JSON.self, .init(codingPath: codingPath, debugDescription: "expected \(wanted), found \(json.kind)"))
    }
}

private struct KeyedReader<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: [JSON.Member]
    var codingPath: [any CodingKey]

    var allKeys: [Key] { members.compactMap { Key(stringValue: $0.name) } }

    private func find(_ key: Key) -> JSON? {
        let name = snakeCase(key.stringValue)
        return members.first { $0.name == name }?.value
    }

    private func value(_ key: Key) throws -> JSON {
        guard let found = find(key) else {
            throw DecodingError.keyNotFound(
                key, .init(codingPath: codingPath, debugDescription: "'\(snakeCase(key.stringValue))' is missing"))
        }
        return found
    }

    func contains(_ key: Key) -> Bool { find(key) != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try value(key) == .null }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
        try read(type, from: try value(key), path: codingPath + [key])
    }
    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try ValueDecoder(json: try value(key), codingPath: codingPath + [key]).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try ValueDecoder(json: try value(key), codingPath: codingPath + [key]).unkeyedContainer()
    }
    func superDecoder() throws -> any Decoder { ValueDecoder(json: .object(members), codingPath: codingPath) }
    func superDecoder(forKey key: Key) throws -> any Decoder {
        ValueDecoder(json: try value(key), codingPath: codingPath + [key])
    }
}

private struct UnkeyedReader: UnkeyedDecodingContainer {
    let elements: [JSON]
    var codingPath: [any CodingKey]
    var currentIndex = 0

    init(elements: [JSON], codingPath: [any CodingKey]) {
        self.elements = elements
        self.codingPath = codingPath
    }

    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex >= elements.count }

    private mutating func next() throws -> JSON {
        guard currentIndex < elements.count else {
            throw DecodingError.valueNotFound(
                JSON.self, .init(codingPath: codingPath, debugDescription: "the array ends too early"))
        }
        defer { currentIndex += 1 }
        return elements[currentIndex]
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, elements[currentIndex] == .null else { return false }
        currentIndex += 1
        return true
    }
    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try read(type, from: try next(), path: codingPath)
    }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try ValueDecoder(json: try next(), codingPath: codingPath).container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try ValueDecoder(json: try next(), codingPath: codingPath).unkeyedContainer()
    }
    mutating func superDecoder() throws -> any Decoder { ValueDecoder(json: try next(), codingPath: codingPath) }
}

private struct SingleReader: SingleValueDecodingContainer {
    let json: JSON
    var codingPath: [any CodingKey]

    func decodeNil() -> Bool { json == .null }
    func decode<T: Decodable>(_ type: T.Type) throws -> T { try read(type, from: json, path: codingPath) }
}
