/// SHA-256 (FIPS 180-4 section 6.2), a value that octets are added to: no allocation, no branch on what is hashed.
struct SHA256: Sendable {
    static let blockSize = 64

    /// The eight words of the intermediate hash value.
    private(set) var state: SIMD8<UInt32>
    private var block = InlineArray<64, UInt8>(repeating: 0)
    private var filled = 0
    /// Octets that were added, those behind a saved state included.
    private var total: UInt64

    init() {
        state = Self.initial
        total = 0
    }

    /// Goes on after `total` octets, a whole number of blocks, that made `state`.
    init(after state: SIMD8<UInt32>, total: UInt64) {
        precondition(total.isMultiple(of: UInt64(Self.blockSize)), "a state is saved between two blocks")
        self.state = state
        self.total = total
    }

    mutating func update(_ bytes: Span<UInt8>) {
        for index in bytes.indices { update(bytes[index]) }
    }

    mutating func update(_ octet: UInt8) {
        total += 1
        append(octet)
    }

    mutating func update(zeros count: Int) {
        for _ in 0..<count { update(0) }
    }

    /// Adds a word in network byte order.
    mutating func update(bigEndian value: UInt64) {
        for shift in stride(from: UInt64(56), through: 0, by: -8) { update(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    /// The digest as eight big-endian words; the value is used up.
    mutating func finish() -> SIMD8<UInt32> {
        let bits = total * 8
        append(0x80)
        while filled != 56 { append(0) }
        for shift in stride(from: UInt64(56), through: 0, by: -8) { append(UInt8(truncatingIfNeeded: bits >> shift)) }
        return state
    }

    private mutating func append(_ octet: UInt8) {
        block[filled] = octet
        filled += 1
        if filled == Self.blockSize {
            compress()
            filled = 0
        }
    }

    private mutating func compress() {
        var schedule = InlineArray<16, UInt32>(repeating: 0)
        for index in 0..<16 {
            schedule[index] =
                UInt32(block[index * 4]) << 24 | UInt32(block[index * 4 + 1]) << 16
                | UInt32(block[index * 4 + 2]) << 8 | UInt32(block[index * 4 + 3])
        }
        var words = state
        for round in 0..<64 {
            if round >= 16 {
                let (late, early) = (schedule[(round - 2) & 15], schedule[(round - 15) & 15])
                let small0 = early.rotated(by: 7) ^ early.rotated(by: 18) ^ (early >> 3)
                let small1 = late.rotated(by: 17) ^ late.rotated(by: 19) ^ (late >> 10)
                schedule[round & 15] = schedule[round & 15] &+ small0 &+ schedule[(round - 7) & 15] &+ small1
            }
            let (a, e) = (words[0], words[4])
            let choice = (e & words[5]) ^ (~e & words[6])
            let majority = (a & words[1]) ^ (a & words[2]) ^ (words[1] & words[2])
            let big1 = e.rotated(by: 6) ^ e.rotated(by: 11) ^ e.rotated(by: 25)
            let big0 = a.rotated(by: 2) ^ a.rotated(by: 13) ^ a.rotated(by: 22)
            let first = words[7] &+ big1 &+ choice &+ Self.constants[round] &+ schedule[round & 15]
            words = SIMD8(
                first &+ big0 &+ majority, a, words[1], words[2], words[3] &+ first, e, words[5], words[6])
        }
        state &+= words
    }

    /// FIPS 180-4 section 5.3.3.
    private static let initial = SIMD8<UInt32>(
        0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19)

    /// FIPS 180-4 section 4.2.2.
    private static let constants: InlineArray<64, UInt32> = [
        0x428a_2f98, 0x7137_4491, 0xb5c0_fbcf, 0xe9b5_dba5, 0x3956_c25b, 0x59f1_11f1, 0x923f_82a4, 0xab1c_5ed5,
        0xd807_aa98, 0x1283_5b01, 0x2431_85be, 0x550c_7dc3, 0x72be_5d74, 0x80de_b1fe, 0x9bdc_06a7, 0xc19b_f174,
        0xe49b_69c1, 0xefbe_4786, 0x0fc1_9dc6, 0x240c_a1cc, 0x2de9_2c6f, 0x4a74_84aa, 0x5cb0_a9dc, 0x76f9_88da,
        0x983e_5152, 0xa831_c66d, 0xb003_27c8, 0xbf59_7fc7, 0xc6e0_0bf3, 0xd5a7_9147, 0x06ca_6351, 0x1429_2967,
        0x27b7_0a85, 0x2e1b_2138, 0x4d2c_6dfc, 0x5338_0d13, 0x650a_7354, 0x766a_0abb, 0x81c2_c92e, 0x9272_2c85,
        0xa2bf_e8a1, 0xa81a_664b, 0xc24b_8b70, 0xc76c_51a3, 0xd192_e819, 0xd699_0624, 0xf40e_3585, 0x106a_a070,
        0x19a4_c116, 0x1e37_6c08, 0x2748_774c, 0x34b0_bcb5, 0x391c_0cb3, 0x4ed8_aa4a, 0x5b9c_ca4f, 0x682e_6ff3,
        0x748f_82ee, 0x78a5_636f, 0x84c8_7814, 0x8cc7_0208, 0x90be_fffa, 0xa450_6ceb, 0xbef9_a3f7, 0xc671_78f2,
    ]
}

extension UInt32 {
    fileprivate func rotated(by bits: UInt32) -> UInt32 { self >> bits | self << (32 - bits) }
}
