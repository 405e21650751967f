/// Which packets a routing rule fits beside those of its networks, interfaces and mark, and which routes of its table count.
public struct RuleConditions: Hashable, Sendable {
    /// 0 is any, here and below nil.
    public var typeOfService: UInt8 = 0
    /// Numbers of the users whose sockets send.
    public var users: ClosedRange<UInt32>?
    /// The IP protocol.
    public var transport: UInt8?
    public var sourcePorts: ClosedRange<UInt16>?
    public var destinationPorts: ClosedRange<UInt16>?
    public var tunnel: UInt64?
    /// Two numbers for accounting that packets get, the source's in the upper half; 0 for none.
    public var realms: UInt32 = 0
    /// Routes with a prefix of this length or a shorter one do not count.
    public var suppressedLength: UInt32?
    /// Routes by interfaces of this group do not count.
    public var suppressedGroup: UInt32?

    public init() {}
}

extension RuleConditions: CustomStringConvertible {
    /// As it is written in a file.
    public var description: String {
        var words: [String] = []
        if typeOfService != 0 { words.append("tos \(typeOfService)") }
        if let users { words.append("uidrange \(users.lowerBound)-\(users.upperBound)") }
        if let transport { words.append("ipproto \(transport)") }
        if let sourcePorts { words.append("sport \(sourcePorts.lowerBound)-\(sourcePorts.upperBound)") }
        if let destinationPorts {
            words.append("dport \(destinationPorts.lowerBound)-\(destinationPorts.upperBound)")
        }
        if let tunnel { words.append("tunnel-id \(tunnel)") }
        if realms != 0 { words.append("realms \(realms >> 16)/\(realms & 0xFFFF)") }
        if let suppressedLength { words.append("suppress_prefixlength \(suppressedLength)") }
        if let suppressedGroup { words.append("suppress_ifgroup \(suppressedGroup)") }
        return words.joined(separator: " ")
    }
}
