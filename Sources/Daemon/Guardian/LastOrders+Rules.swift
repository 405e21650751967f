internal import LinuxKernel

// What a rule fits, so that the guardian finds it again to remove it.

extension OctetWriter {
    mutating func put(_ conditions: KernelRuleConditions) {
        put(UInt64(conditions.typeOfService))
        put(conditions.users.map { (UInt64($0.lowerBound), UInt64($0.upperBound)) })
        put(conditions.transport.map { (UInt64($0), 0) })
        for ports in [conditions.sourcePorts, conditions.destinationPorts] {
            put(ports.map { (UInt64($0.lowerBound), UInt64($0.upperBound)) })
        }
        put(conditions.tunnel.map { ($0, 0) })
        put(conditions.suppressedLength.map { (UInt64($0), 0) })
        put(conditions.suppressedGroup.map { (UInt64($0), 0) })
        put(conditions.usesVRF)
        put(UInt64(conditions.target))
        put(UInt64(conditions.realms))
    }

    private mutating func put(_ pair: (UInt64, UInt64)?) {
        put(pair != nil)
        put(pair?.0 ?? 0)
        put(pair?.1 ?? 0)
    }
}

extension OctetReader {
    mutating func conditions() -> KernelRuleConditions {
        var conditions = KernelRuleConditions()
        conditions.typeOfService = UInt8(clamping: number())
        conditions.users = range().map { UInt32(clamping: $0.lowerBound)...UInt32(clamping: $0.upperBound) }
        conditions.transport = single().map { UInt8(clamping: $0) }
        conditions.sourcePorts = range().map { UInt16(clamping: $0.lowerBound)...UInt16(clamping: $0.upperBound) }
        conditions.destinationPorts = range().map {
            UInt16(clamping: $0.lowerBound)...UInt16(clamping: $0.upperBound)
        }
        conditions.tunnel = single()
        conditions.suppressedLength = single().map { UInt32(clamping: $0) }
        conditions.suppressedGroup = single().map { UInt32(clamping: $0) }
        conditions.usesVRF = flag()
        conditions.target = UInt32(clamping: number())
        conditions.realms = UInt32(clamping: number())
        return conditions
    }

    private mutating func range() -> ClosedRange<UInt64>? {
        let (isThere, first, last) = (flag(), number(), number())
        return isThere && first <= last ? first...last : nil
    }

    private mutating func single() -> UInt64? {
        let (isThere, first) = (flag(), number())
        _ = number()
        return isThere ? first : nil
    }
}
