/// Turns a value into JSON.
///
/// Names become snake_case, and what is nil is left out. The daemon has no Foundation, hence not its encoder.
package func encode(_ value: some Encodable) -> JSON {
    let encoder = ValueEncoder(Slot())
    do {
        try value.encode(to: encoder)
    } catch {
        preconditionFailure("only synthesised conformances are encoded, and they do not fail: \(error)")
    }
    return encoder.slot.value
}

/// `lastHeardSeconds` as `last_heard_seconds`, `virtualRouterID` as `virtual_router_id`; our names are ASCII.
func snakeCase(_ name: String) -> String {
    var octets: [UInt8] = []
    octets.reserveCapacity(name.utf8.count + 4)
    var previousIsUpper = true
    for octet in name.utf8 {
        let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet)
        if isUpper, !previousIsUpper { octets.append(UInt8(ascii: "_")) }
        previousIsUpper = isUpper
        octets.append(isUpper ? octet + 32 : octet)
    }
    return String(decoding: octets, as: UTF8.self)
}

/// A place for a value that is being built.
private final class Slot {
    private enum Kind { case scalar, elements, members }
    private var kind = Kind.scalar
    private var scalar = JSON.null
    /// Of elements and members; appended to in place, because an array that is copied for each member takes its time.
    private var slots: [Slot] = []
    private var names: [String] = []

    var value: JSON {
        switch kind {
        case .scalar: scalar
        case .elements: .array(slots.map(\.value))
        case .members: .object(zip(names, slots).map { JSON.Member($0, $1.value) })
        }
    }

    func set(_ value: JSON) { scalar = value }

    func becomeObject() { kind = .members }

    func becomeArray() { kind = .elements }

    func member(_ name: String) -> Slot {
        names.append(name)
        return element()
    }

    func element() -> Slot {
        let slot = Slot()
        slots.append(slot)
        return slot
    }
}

/// Nobody asks where it is, because encoding does not fail: the path is always empty.
private struct ValueEncoder: Encoder {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(_ slot: Slot) { self.slot = slot }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        slot.becomeObject()
        return KeyedEncodingContainer(KeyedWriter<Key>(slot: slot))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        slot.becomeArray()
        return UnkeyedWriter(slot: slot)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { SingleWriter(slot: slot) }
}

/// Writes the scalars that JSON has; anything else encodes itself.
private func write<T: Encodable>(_ value: T, to slot: Slot) throws {
    switch value {
    case let value as Bool: slot.set(.bool(value))
    case let value as String: slot.set(.string(value))
    case let value as Double: slot.set(.decimal(value))
    case let value as any BinaryInteger: slot.set(.integer(Int(clamping: value)))
    default: try value.encode(to: ValueEncoder(slot))
    }
}

private struct KeyedWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }

    private func room(_ key: Key) -> Slot { slot.member(snakeCase(key.stringValue)) }

    mutating func encodeNil(forKey key: Key) throws { _ = room(key) }
    // What nearly all members are; without a look at the type.
    mutating func encode(_ value: Bool, forKey key: Key) throws { room(key).set(.bool(value)) }
    mutating func encode(_ value: String, forKey key: Key) throws { room(key).set(.string(value)) }
    mutating func encode(_ value: Double, forKey key: Key) throws { room(key).set(.decimal(value)) }
    mutating func encode(_ value: Int, forKey key: Key) throws { room(key).set(.integer(value)) }
    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
        try write(value, to: room(key))
    }
    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(room(key)).container(keyedBy: keyType)
    }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        ValueEncoder(room(key)).unkeyedContainer()
    }
    mutating func superEncoder() -> any Encoder { ValueEncoder(slot) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { ValueEncoder(room(key)) }
}

private struct UnkeyedWriter: UnkeyedEncodingContainer {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }
    var count = 0

    init(slot: Slot) { self.slot = slot }

    private mutating func room() -> Slot {
        count += 1
        return slot.element()
    }

    mutating func encodeNil() throws { _ = room() }
    mutating func encode<T: Encodable>(_ value: T) throws { try write(value, to: room()) }
    mutating func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
        ValueEncoder(room()).container(keyedBy: keyType)
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        ValueEncoder(room()).unkeyedContainer()
    }
    mutating func superEncoder() -> any Encoder { ValueEncoder(room()) }
}

private struct SingleWriter: SingleValueEncodingContainer {
    let slot: Slot
    var codingPath: [any CodingKey] { [] }

    mutating func encodeNil() throws { slot.set(.null) }
    mutating func encode<T: Encodable>(_ value: T) throws { try write(value, to: slot) }
}
