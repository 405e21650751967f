internal import CLinux
internal import Glibc
package import VRRPWire

/// A routing rule: to be added or removed, or as the kernel reports it.
package struct KernelRule: Hashable, Sendable {
    package var family: AddressFamily
    /// FRA_PRIORITY: its place.
    package var preference: UInt32
    /// FR_ACT_*: 1 asks a table.
    package var action: UInt8
    /// Of an action that asks one, else 0.
    package var table: UInt32
    package var isInverted: Bool
    package var source: IPAddress?
    package var sourceLength: UInt8
    package var destination: IPAddress?
    package var destinationLength: UInt8
    package var inputInterface: String?
    package var outputInterface: String?
    package var mark: UInt32
    /// 0 when marks do not count.
    package var markMask: UInt32
    /// FRA_PROTOCOL: who put it there.
    package var protocolMark: UInt8
    package var conditions = KernelRuleConditions()

    package init(
        family: AddressFamily, preference: UInt32, action: UInt8 = 1, table: UInt32 = 0, isInverted: Bool = false,
        source: IPAddress? = nil, sourceLength: UInt8 = 0, destination: IPAddress? = nil,
        destinationLength: UInt8 = 0, inputInterface: String? = nil, outputInterface: String? = nil,
        mark: UInt32 = 0, markMask: UInt32 = 0, protocolMark: UInt8
    ) {
        self.family = family
        self.preference = preference
        self.action = action
        self.table = table
        self.isInverted = isInverted
        self.source = source
        self.sourceLength = sourceLength
        self.destination = destination
        self.destinationLength = destinationLength
        self.inputInterface = inputInterface
        self.outputInterface = outputInterface
        self.mark = mark
        self.markMask = markMask
        self.protocolMark = protocolMark
    }
}

/// The attributes of <linux/fib_rules.h>, which the Glibc overlay lacks.
private enum Attribute {
    static let destination = 1
    static let source = 2
    static let inputInterface = 3
    static let priority = 6
    static let mark = 10
    static let table = 15
    static let markMask = 16
    static let outputInterface = 17
    static let protocolMark = 21
}

extension KernelRule {
    private static let headerSize = 12
    /// FIB_RULE_INVERT.
    private static let inverted: UInt32 = 0x2

    /// Reads a fib_rule_hdr and its attributes.
    init?(_ bytes: Span<UInt8>, _ payload: Range<Int>) {
        let start = payload.lowerBound
        guard payload.count >= Self.headerSize, let family = AddressFamily(kernel: Int32(bytes[start])),
            let flags = bytes.hostUInt32(at: start + 8)
        else { return nil }
        self.init(
            family: family, preference: 0, action: bytes[start + 7], table: UInt32(bytes[start + 4]),
            isInverted: flags & Self.inverted != 0, sourceLength: bytes[start + 2],
            destinationLength: bytes[start + 1], protocolMark: 0)
        conditions.typeOfService = bytes[start + 3]
        forEachAttribute(of: bytes, in: start + Self.headerSize..<payload.upperBound) { type, value in
            take(type, value, of: bytes)
        }
    }

    private mutating func take(_ type: Int, _ value: Range<Int>, of bytes: Span<UInt8>) {
        switch type {
        case Attribute.destination: destination = IPAddress(bytes, value, family)
        case Attribute.source: source = IPAddress(bytes, value, family)
        case Attribute.inputInterface: inputInterface = bytes.text(in: value)
        case Attribute.outputInterface: outputInterface = bytes.text(in: value)
        case Attribute.priority: preference = bytes.hostUInt32(at: value.lowerBound) ?? preference
        case Attribute.table: table = bytes.hostUInt32(at: value.lowerBound) ?? table
        case Attribute.mark: mark = bytes.hostUInt32(at: value.lowerBound) ?? mark
        case Attribute.markMask: markMask = bytes.hostUInt32(at: value.lowerBound) ?? markMask
        case Attribute.protocolMark: if !value.isEmpty { protocolMark = bytes[value.lowerBound] }
        default: conditions.take(type, value, of: bytes)
        }
    }

    var words: String { "rule \(preference)" }

    fileprivate func write(to request: inout NetlinkRequest) {
        request.append(UInt8(family.kernelValue))
        request.append(destination == nil ? 0 : destinationLength)
        request.append(source == nil ? 0 : sourceLength)
        request.append(conditions.typeOfService)
        // Greater numbers have room in the attribute only.
        request.append(UInt8(exactly: table) ?? 0)
        request.append(UInt16(0))
        request.append(action)
        request.append(isInverted ? Self.inverted : 0)
        request.append(attribute: Attribute.priority, preference)
        if let destination { request.append(attribute: Attribute.destination, destination.octets) }
        if let source { request.append(attribute: Attribute.source, source.octets) }
        if let inputInterface { request.append(attribute: Attribute.inputInterface, Array(inputInterface.utf8) + [0]) }
        if let outputInterface {
            request.append(attribute: Attribute.outputInterface, Array(outputInterface.utf8) + [0])
        }
        if markMask != 0 {
            request.append(attribute: Attribute.mark, mark)
            request.append(attribute: Attribute.markMask, markMask)
        }
        if table != 0 { request.append(attribute: Attribute.table, table) }
        conditions.write(to: &request)
        request.append(attribute: Attribute.protocolMark, [protocolMark])
    }
}

extension NetlinkRequest {
    mutating func append(ruleMessage rule: KernelRule) { rule.write(to: &self) }
}

extension RouteSocket {
    /// The rules that carry `mark`.
    package func rules(marked mark: UInt8) throws(SystemError) -> [KernelRule] {
        var found: [KernelRule] = []
        for family in [AddressFamily.v4, .v6] {
            let rules: [KernelRule] = try dump(RTM_GETRULE, "list rules") { request in
                request.append(UInt8(family.kernelValue))
                request.append(UInt8(0))
                request.append(UInt16(0))
                request.append(UInt32(0))
                request.append(UInt32(0))
            } reading: { bytes, header, rules in
                guard Int(header.type) == RTM_NEWRULE, let rule = KernelRule(bytes, header.payload) else { return }
                rules.append(rule)
            }
            found += rules.filter { $0.protocolMark == mark && $0.family == family }
        }
        return found
    }

    /// Sets a rule; EEXIST when there is such a one already, whoever has set it.
    package func add(_ rule: KernelRule) throws(SystemError) {
        try command(RTM_NEWRULE, flags: Int(NLM_F_CREATE | NLM_F_EXCL), "add \(rule.words)") {
            $0.append(ruleMessage: rule)
        }
    }

    /// Removes a rule that carries the same mark; ENOENT when there is none.
    package func remove(_ rule: KernelRule) throws(SystemError) {
        try command(RTM_DELRULE, flags: 0, "remove \(rule.words)") { $0.append(ruleMessage: rule) }
    }
}
