internal import VRRPWire

/// The VRIDs that were heard on a link, whoever used them.
struct VirtualRouterIDs: Equatable {
    private var bits = SIMD4<UInt64>(repeating: 0)

    func contains(_ id: UInt8) -> Bool { bits[Int(id >> 6)] & 1 << UInt64(id & 63) != 0 }

    mutating func insert(_ id: UInt8) { bits[Int(id >> 6)] |= 1 << UInt64(id & 63) }

    /// The lowest that nobody was heard to use; nil when all are taken.
    var lowestFree: VirtualRouterID? {
        for id in UInt8(1)...255 where !contains(id) { return VirtualRouterID(id) }
        return nil
    }
}
