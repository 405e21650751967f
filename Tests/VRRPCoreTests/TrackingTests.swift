import Testing
import VRRPCore
import VRRPWire

@Suite struct `Tracking arithmetic` {
    /// keepalived.md: contribution of one tracker with weight w, with and without `reverse`, in each status.
    @Test(arguments: [
        (6, false, 6, 0), (6, true, -6, 0), (-4, false, 0, -4), (-4, true, 0, 4), (0, false, 0, 0), (0, true, 0, 0),
    ])
    func `each weight counts as keepalived counts it`(weight: Int, reverse: Bool, working: Int, failed: Int) {
        let weight = Weight(weight, reverse: reverse)
        #expect(Tracker(weight: weight, status: .working).contribution == working)
        #expect(Tracker(weight: weight, status: .failed).contribution == failed)
        #expect(Tracker(weight: weight, status: .unknown).contribution == 0)
    }

    @Test func `without weight failure is a fault, and success is with reverse`() {
        #expect(Tracker(weight: Weight(0), status: .failed).isFault)
        #expect(!Tracker(weight: Weight(0), status: .working).isFault)
        #expect(Tracker(weight: Weight(0, reverse: true), status: .working).isFault)
        #expect(!Tracker(weight: Weight(0, reverse: true), status: .failed).isFault)
        #expect(Tracker(weight: Weight(0), status: .unknown).isPending)
        #expect(!Tracker(weight: Weight(5), status: .unknown).isPending)
    }

    @Test func `the guide's sums come out`() {
        func priority(base: UInt8, sshd: CheckState.Status, loadBalancer: CheckState.Status) -> UInt8 {
            PriorityTracking(
                base: Priority(base),
                trackers: [
                    Tracker(weight: Weight(-4), status: sshd), Tracker(weight: Weight(6), status: loadBalancer),
                ]
            ).effectivePriority.rawValue
        }
        #expect(priority(base: 101, sshd: .working, loadBalancer: .working) == 107)
        #expect(priority(base: 101, sshd: .working, loadBalancer: .failed) == 101)
        #expect(priority(base: 101, sshd: .failed, loadBalancer: .working) == 103)
        #expect(priority(base: 100, sshd: .working, loadBalancer: .working) == 106)
        #expect(priority(base: 100, sshd: .working, loadBalancer: .failed) == 100)
    }

    @Test func `the total is clamped only where it is used, so contributions cancel exactly`() {
        var tracking = PriorityTracking(
            base: Priority(250),
            trackers: [Tracker(weight: Weight(100), status: .working), Tracker(weight: Weight(-253), status: .failed)])
        #expect(tracking.effectivePriority == Priority(97))
        tracking.set(.working, at: 1)
        #expect(tracking.effectivePriority == Priority(254))
        tracking.set(.failed, at: 0)
        #expect(tracking.effectivePriority == Priority(250))
        let low = PriorityTracking(base: Priority(3), trackers: [Tracker(weight: Weight(-253), status: .failed)])
        #expect(low.effectivePriority == Priority(1))
    }

    @Test func `an owner's priority is never moved`() {
        let owner = PriorityTracking(base: .owner, trackers: [Tracker(weight: Weight(-100), status: .failed)])
        #expect(owner.effectivePriority == .owner)
    }
}

@Suite struct `Rise and fall` {
    /// Runs a string of results, `+` and `-`, and writes the status after each: `w` or `f`.
    private func run(rise: Int, fall: Int, _ results: String) -> String {
        var state = CheckState(rise: rise, fall: fall)
        return String(
            results.map { result in
                _ = state.record(success: result == "+")
                return state.status == .working ? "w" : "f"
            })
    }

    @Test(arguments: [
        (1, 2, "++--+-+--", "wwwfwwwwf"),
        (3, 1, "+-+++-++-+++", "wfffwffffffw"),
        (1, 1, "-+-+", "fwfw"),
        (2, 3, "+---++---", "wwwffwwwf"),
    ])
    func `follows keepalived's counter`(rise: Int, fall: Int, results: String, expected: String) {
        #expect(run(rise: rise, fall: fall, results) == expected)
    }

    @Test func `a single result decides at the start`() {
        #expect(run(rise: 5, fall: 5, "+") == "w")
        #expect(run(rise: 5, fall: 5, "-") == "f")
    }

    /// Results before, `rise` and `fall` after a reload, and how many opposite results are needed then.
    @Test(arguments: [
        ("+", 3, 5, 5), ("+--", 3, 5, 3), ("+--", 3, 2, 1), ("+--", 3, 9, 7),
        ("-", 4, 2, 4), ("-+", 4, 2, 3), ("-++", 2, 2, 1), ("-++", 9, 2, 7),
    ])
    func `other settings neither change the status nor forget what came in a row`(
        results: String, rise: Int, fall: Int, needed: Int
    ) {
        var before = CheckState(rise: 3, fall: 5)
        for result in results { _ = before.record(success: result == "+") }
        var after = CheckState(rise: rise, fall: fall)
        after.goOn(from: before)
        #expect(after.status == before.status)
        let isWorking = before.status == .working
        for left in (0..<needed).reversed() { #expect(after.record(success: !isWorking) == (left == 0)) }
    }

    @Test func `another program under the same name is not failed by one result, and mended by one`() {
        var (good, bad) = (CheckState(rise: 3, fall: 3), CheckState(rise: 3, fall: 3))
        _ = good.record(success: true)
        _ = bad.record(success: false)
        var after = CheckState(rise: 3, fall: 3)
        after.begin(after: good)
        #expect(!after.record(success: false) && !after.record(success: false) && after.record(success: false))
        after = CheckState(rise: 3, fall: 3)
        after.begin(after: bad)
        #expect(after.record(success: true) && after.status == .working)
    }
}
