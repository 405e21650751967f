/// Turns a value into JSON.
///
/// Names become snake_case, and what is nil is left out. The daemon has no Foundation, hence not its encoder.
package func encode(_ value: some Encodable) -> JSON {
    let encoder = ValueEncoder(path: [])
    do {
        try value.encode(to: encoder)
    } catch {
        preconditionFailure("only synthesised conformances are encoded, and they do not fail: \(error)")
    }
    return encoder.slot.value
}

/// `lastHeardSeconds` as `last_heard_seconds`, `virtualRouterID` as `virtual_router_id`.
func snakeCase(_ name: String) -> String {
    var result = ""
    var previousIsUpper = true
    for character in name {
        if character.isUppercase, !previousIsUpper { result += "_" }
        previousIsUpper = character.isUppercase
        result += character.lowercased()
    }
    return result
}

/// A place for a value that is being built.
private final class Slot {
    enum Content {
        case value(JSON)
        case elements([Slot])
        case members([(String, Slot)])
    }
    var content = Content.value(.null)

    var value: JSON {
        switch content {
        case .value(let value): value
        case .elements(let slots): .array(slots.map(\.value))
        case .members(let members): .object(members.map { JSON.Member($0.0, $0.1.value) })
        }
    }

    func member(_ name: String) -> Slot {
        let slot = Slot()
        guard case .members(let members) = content else {
            content = .members([(name, slot)])
            return slot
        }
        content = .members(members + [(name, slot)])
        return slot
    }

    func element() -> Slot {
        let slot = Slot()
        guard case .elements(let slots) = content else {
            content = .elements([slot])
            return slot
        }
        content = .elements(slots + [slot])
        return slot
    }
}

private struct ValueEncoder: Encoder {
    var slot = Slot()
    var codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(path: [any CodingKey]) { codingPath = path }

    init(_ slot: Slot, path: [any CodingKey]) {
        self.slot = slot
        codingPath = path
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if case .value = slot.content { slot.content = .members([]) }
        return KeyedEncodingContainer(KeyedWriter<Key>(slot: slot, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.content = .elements([])
        return UnkeyedWriter(slot: slot, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        SingleWriter(slot: slot, codingPath: codingPath)
    }
}

/// Writes the scalars that JSON has; anything else encodes itself.
private func write<T: Encodable>(_ value: T, to slot: Slot, path: [any CodingKey]) throws {
    switch value {
    case let value as Bool: slot.content = .value(.bool(value))
    case let value as String: slot.content = .value(.string(value))
    case let value as Double: slot.content = .value(.decimal(value))
    case let value as any BinaryInteger: slot.content = .value(.integer(Int(clamping: value)))
    default: try value.encode(to: ValueEncoder(slot, path: path))
    }
}

private struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: Slot
    var codingPath: [any CodingKey]

    private func room(_ key: Key) -> Slot { slot.member(snakeCase(key.stringValue)) }

    mutating func encodeNil(forKey key: Key) throws { _ = room(key) }
    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try write(value, to: room(key), path: codingPath + [key])
    }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(room(key), path: codingPath + [key]).container(keyedBy: keyType)
    }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ValueEncoder(room(key), path: codingPath + [key]).unkeyedContainer()
    }
    mutating func superEncoder() -> any Encoder { ValueEncoder(slot, path: codingPath) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { ValueEncoder(room(key), path: codingPath) }
}

private struct UnkeyedWriter: UnkeyedEncodingContainer {
    let slot: Slot
    var codingPath: [any CodingKey]
    var count = 0

    init(slot: Slot, codingPath: [any CodingKey]) {
        self.slot = slot
        self.codingPath = codingPath
    }

    private mutating func room() -> Slot {
        count += 1
        return slot.element()
    }

    mutating func encodeNil() throws { _ = room() }
    mutating func encode<T: Encodable>(_ value: T) throws { try write(value, to: room(), path: codingPath) }
    mutating func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(room(), path: codingPath).container(keyedBy: keyType)
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        ValueEncoder(room(), path: codingPath).unkeyedContainer()
    }
    mutating func superEncoder() -> any Encoder { ValueEncoder(room(), path: codingPath) }
}

private struct SingleWriter: SingleValueEncodingContainer {
    let slot: Slot
    var codingPath: [any CodingKey]

    mutating func encodeNil() throws { slot.content = .value(.null) }
    mutating func encode<T: Encodable>(_ value: T) throws { try write(value, to: slot, path: codingPath) }
}
