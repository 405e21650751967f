/// MD5 (RFC 1321), a value that octets are added to: no allocation, no branch on what is hashed.
///
/// Broken as a digest, and here for `auth_type AH` alone, whose code is made of it.
struct MD5: Sendable {
    static let blockSize = 64

    private var state = SIMD4<UInt32>(0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476)
    private var block = InlineArray<64, UInt8>(repeating: 0)
    private var filled = 0
    private var total: UInt64 = 0

    mutating func update(_ octet: UInt8) {
        total += 1
        append(octet)
    }

    /// The digest as four little-endian words; the value is used up.
    mutating func finish() -> SIMD4<UInt32> {
        let bits = total &* 8
        append(0x80)
        while filled != 56 { append(0) }
        for shift in stride(from: UInt64(0), through: 56, by: 8) { append(UInt8(truncatingIfNeeded: bits >> shift)) }
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
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        for round in 0..<64 {
            let mixed: UInt32
            let place: Int
            switch round / 16 {
            case 0: (mixed, place) = ((b & c) | (~b & d), round)
            case 1: (mixed, place) = ((d & b) | (~d & c), (5 * round + 1) & 15)
            case 2: (mixed, place) = (b ^ c ^ d, (3 * round + 5) & 15)
            default: (mixed, place) = (c ^ (b | ~d), (7 * round) & 15)
            }
            let sum = mixed &+ a &+ Self.constants[round] &+ word(place)
            (a, d, c) = (d, c, b)
            b = b &+ sum.rotated(by: Self.rotations[round / 16 * 4 + round & 3])
        }
        state &+= SIMD4(a, b, c, d)
    }

    private func word(_ index: Int) -> UInt32 {
        UInt32(block[index * 4]) | UInt32(block[index * 4 + 1]) << 8 | UInt32(block[index * 4 + 2]) << 16
            | UInt32(block[index * 4 + 3]) << 24
    }

    /// RFC 1321 section 3.4: four for each of the four rounds of sixteen steps.
    private static let rotations: InlineArray<16, UInt32> = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

    /// The integer part of 2^32 times the sine of each step's number (RFC 1321 section 3.4).
    private static let constants: InlineArray<64, UInt32> = [
        0xd76a_a478, 0xe8c7_b756, 0x2420_70db, 0xc1bd_ceee, 0xf57c_0faf, 0x4787_c62a, 0xa830_4613, 0xfd46_9501,
        0x6980_98d8, 0x8b44_f7af, 0xffff_5bb1, 0x895c_d7be, 0x6b90_1122, 0xfd98_7193, 0xa679_438e, 0x49b4_0821,
        0xf61e_2562, 0xc040_b340, 0x265e_5a51, 0xe9b6_c7aa, 0xd62f_105d, 0x0244_1453, 0xd8a1_e681, 0xe7d3_fbc8,
        0x21e1_cde6, 0xc337_07d6, 0xf4d5_0d87, 0x455a_14ed, 0xa9e3_e905, 0xfcef_a3f8, 0x676f_02d9, 0x8d2a_4c8a,
        0xfffa_3942, 0x8771_f681, 0x6d9d_6122, 0xfde5_380c, 0xa4be_ea44, 0x4bde_cfa9, 0xf6bb_4b60, 0xbebf_bc70,
        0x289b_7ec6, 0xeaa1_27fa, 0xd4ef_3085, 0x0488_1d05, 0xd9d4_d039, 0xe6db_99e5, 0x1fa2_7cf8, 0xc4ac_5665,
        0xf429_2244, 0x432a_ff97, 0xab94_23a7, 0xfc93_a039, 0x655b_59c3, 0x8f0c_cc92, 0xffef_f47d, 0x8584_5dd1,
        0x6fa8_7e4f, 0xfe2c_e6e0, 0xa301_4314, 0x4e08_11a1, 0xf753_7e82, 0xbd3a_f235, 0x2ad7_d2bb, 0xeb86_d391,
    ]
}

extension UInt32 {
    fileprivate func rotated(by bits: UInt32) -> UInt32 { self << bits | self >> (32 - bits) }
}

/// HMAC-MD5 (RFC 2104) with the eight octets of the password as its key.
extension SimplePassword {
    /// What the message is added to, with the mask 0x36.
    func begun(masked mask: UInt8) -> MD5 {
        var hash = MD5()
        for index in 0..<MD5.blockSize {
            let octet = index < Self.size ? UInt8(truncatingIfNeeded: bigEndianValue >> UInt64(56 - 8 * index)) : 0
            hash.update(octet ^ mask)
        }
        return hash
    }

    /// The whole code of what was added.
    func finish(_ hash: MD5) -> SIMD4<UInt32> {
        var inner = hash
        let digest = inner.finish()
        var outer = begun(masked: 0x5C)
        for index in 0..<16 { outer.update(UInt8(truncatingIfNeeded: digest[index / 4] >> UInt32(index % 4 * 8))) }
        return outer.finish()
    }
}
