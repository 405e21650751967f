import LinuxKernel
import VRRPWire

/// The same numbers for the same seed, for ever.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// Adverts that nobody may believe, each for another reason.
enum Insults {
    static let frames: [[UInt8]] = {
        guard let stranger = IPAddress("192.0.2.66"), let virtual = IPAddress(OwnerTrial.address) else { return [] }
        let right = Forgery(source: stranger, addresses: [virtual])
        func wrong(_ change: (inout Forgery) -> Void) -> [UInt8] {
            var forgery = right
            change(&forgery)
            return forgery.frame
        }
        return [
            wrong { $0.hopLimit = 64 }, wrong { $0.version = 2 }, wrong { $0.type = 2 }, wrong { $0.checksumError = 1 },
            wrong { $0.cut = 4 }, wrong { $0.interval = 0 }, wrong { $0.count = 9 }, wrong { $0.virtualRouterID = 99 },
        ]
    }()
}
