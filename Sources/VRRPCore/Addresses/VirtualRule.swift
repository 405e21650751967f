public import VRRPWire

/// A rule that says which routing table decides, and that goes with the virtual addresses.
///
/// Source: keepalived: `virtual_rules` lines; the numbers are those of <linux/fib_rules.h>.
public struct VirtualRule: Hashable, Sendable {
    /// What becomes of a packet that it fits: FR_ACT_*.
    public enum Action: Hashable, Sendable {
        /// A table decides.
        case lookup(table: UInt32)
        case blackhole
        case unreachable
        case prohibit
        /// The table of the VRF decides that the packet belongs to (`l3mdev`).
        case vrf
        /// Rules between this one and another are passed over (`goto`).
        case jump(to: UInt32)
        /// The next rule is asked (`nop`).
        case nothing

        /// FR_ACT_*.
        public var number: UInt8 {
            switch self {
            case .lookup, .vrf: 1
            case .jump: 2
            case .nothing: 3
            case .blackhole: 6
            case .unreachable: 7
            case .prohibit: 8
            }
        }
    }

    /// A network that packets come from or go to.
    public struct Network: Hashable, Sendable {
        public var address: IPAddress
        public var prefixLength: UInt8

        public init(address: IPAddress, prefixLength: UInt8) {
            self.address = address
            self.prefixLength = prefixLength
        }
    }

    /// The bits of a packet's mark that count, and what they are to be.
    public struct Mark: Hashable, Sendable {
        public var value: UInt32
        public var mask: UInt32

        public init(value: UInt32, mask: UInt32 = .max) {
            self.value = value
            self.mask = mask
        }
    }

    public var family: AddressFamily
    /// Its place: rules are asked in ascending order.
    public var preference: UInt32
    public var action: Action
    /// `not`: it fits what the rest does not.
    public var isInverted = false
    /// Nil is everything, here and below.
    public var source: Network?
    public var destination: Network?
    public var inputInterface: String?
    public var outputInterface: String?
    public var mark: Mark?
    public var conditions = RuleConditions()
    /// False with `no_track`: whoever removes it has removed it.
    public var isTracked = true

    public init(family: AddressFamily, preference: UInt32, action: Action) {
        self.family = family
        self.preference = preference
        self.action = action
    }

    /// Whether a rule that the kernel has is this one; `no_track` is nothing that the kernel knows.
    public func isSame(as other: VirtualRule) -> Bool { inKernel == other.inKernel }

    /// Without what only we know of it.
    public var inKernel: VirtualRule {
        var rule = self
        rule.isTracked = true
        return rule
    }
}

extension VirtualRule: CustomStringConvertible {
    /// As it is written in a file.
    public var description: String {
        var words: [String] = family == .v6 && source == nil && destination == nil ? ["inet6"] : []
        if isInverted { words.append("not") }
        if let source { words.append("from \(source.address)/\(source.prefixLength)") }
        if let destination { words.append("to \(destination.address)/\(destination.prefixLength)") }
        if let inputInterface { words.append("iif \(inputInterface)") }
        if let outputInterface { words.append("oif \(outputInterface)") }
        if let mark {
            // As `ip rule` writes it, without a mask that leaves nothing out.
            let mask = mark.mask == .max ? "" : "/0x\(String(mark.mask, radix: 16))"
            words.append("fwmark 0x\(String(mark.value, radix: 16))\(mask)")
        }
        if conditions != RuleConditions() { words.append("\(conditions)") }
        words.append("preference \(preference)")
        switch action {
        case .lookup(let table): words.append("lookup \(table)")
        case .blackhole, .unreachable, .prohibit: words.append("\(action)")
        case .vrf: words.append("l3mdev")
        case .jump(let target): words.append("goto \(target)")
        case .nothing: words.append("nop")
        }
        if !isTracked { words.append("no_track") }
        return words.joined(separator: " ")
    }
}
