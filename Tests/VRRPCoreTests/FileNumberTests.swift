import Testing
import VRRPCore
import VRRPWire

@Suite struct `Numbers in tracked files` {
    /// Measured on keepalived 2.2.7, which asks strtol(3) with base 0.
    @Test(arguments: [
        ("5\n", FileNumber.number(5)), ("-7", .number(-7)), ("+3\n", .number(3)), ("0x10\n", .number(16)),
        ("-0X1f", .number(-31)), ("010\n", .number(8)), ("0", .number(0)), ("0x", .number(0)), ("09", .number(0)),
        (" \t\n 12 and more", .number(12)), ("5abc", .number(5)), ("2147483647", .number(2_147_483_647)),
        ("-2147483648", .number(-2_147_483_648)), ("2147483648", .tooLarge), ("-2147483649", .tooLarge),
        ("99999999999999999999999999", .tooLarge), ("0x80000000", .tooLarge), ("", .empty), (" \n", .empty),
        ("foo\n", .noNumber), ("-", .noNumber), ("- 5", .noNumber), (".5", .noNumber), ("\0005", .empty),
    ])
    func `a file's beginning is read as keepalived reads it`(content: String, expected: FileNumber) {
        #expect(FileNumber(Array(content.utf8)) == expected)
    }

    @Test func `only the first 127 octets count`() {
        let spaces = [UInt8](repeating: 0x20, count: 126)
        #expect(FileNumber(spaces + Array("12".utf8)) == .number(1))
        #expect(FileNumber(spaces + [0x20] + Array("12".utf8)) == .empty)
    }

    @Test func `no content makes it trap`() {
        var chance = SplitMix64(seed: 11)
        for _ in 0..<20_000 {
            let alphabet = Array("0123456789abcdefxX+- \n\0".utf8)
            let octets = (0..<Int(chance.next() % 30)).map { _ in alphabet[Int(chance.next() % UInt64(alphabet.count))]
            }
            if case .number(let number) = FileNumber(octets) {
                #expect((Int(Int32.min)...Int(Int32.max)).contains(number))
            }
        }
    }

    /// Measured on keepalived 2.2.7: base 100, weight 1.
    @Test(arguments: [(5, 105, false), (-99, 1, false), (-150, 1, false), (-253, 1, false), (200, 254, false)])
    func `the number times the weight moves the priority within 1 to 254`(
        number: Int, priority: UInt8, isFault: Bool
    ) {
        #expect(effect(number, Weight(1)) == .init(priority: priority, isFault: isFault))
    }

    @Test(arguments: [(-254, 1), (-300, 1), (127, -2), (254, -1), (2_147_483_647, -254), (-2_147_483_648, 254)])
    func `a product of -254 or less is a fault`(number: Int, weight: Int) {
        #expect(effect(number, Weight(weight)).isFault)
        #expect(!effect(number, Weight(weight, reverse: true)).isFault)
    }

    @Test func `a fault moves no priority before the router stops`() {
        var tracking = PriorityTracking(base: Priority(100), trackers: [Tracker(weight: Weight(1))])
        for (number, priority) in [(5, 105), (-300, 105), (2, 102), (-254, 102), (-253, 1)] as [(Int, UInt8)] {
            tracking.set(.number(number), at: 0)
            #expect(tracking.effectivePriority == Priority(priority), "\(number)")
        }
    }

    @Test func `without weight every number but 0 is a fault, with reverse 0 is`() {
        for (number, reverse, isFault) in [
            (0, false, false), (1, false, true), (-1, false, true), (0, true, true), (7, true, false),
        ] {
            let found = effect(number, Weight(0, reverse: reverse))
            #expect(found == .init(priority: 100, isFault: isFault), "\(number) \(reverse)")
        }
    }

    @Test func `a file that was not read yet is waited for where it could be a fault, and moves nothing`() {
        #expect(Tracker(weight: Weight(0)).isPending)
        #expect(!Tracker(weight: Weight(5)).isPending)
        #expect(Tracker(weight: Weight(5)).contribution == 0)
    }

    @Test func `numbers cancel exactly however far the sum was out of range`() {
        var tracking = PriorityTracking(base: Priority(100), trackers: [Tracker(weight: Weight(3))])
        for number in [200, -80, 1_000_000, -84, 0] { tracking.set(.number(number), at: 0) }
        #expect(tracking.effectivePriority == Priority(100))
    }

    private struct Effect: Equatable {
        var priority: UInt8
        var isFault: Bool
    }

    private func effect(_ number: Int, _ weight: Weight) -> Effect {
        var tracking = PriorityTracking(base: Priority(100), trackers: [Tracker(weight: weight)])
        tracking.set(.number(number), at: 0)
        return Effect(priority: tracking.effectivePriority.rawValue, isFault: tracking.trackers[0].isFault)
    }
}
