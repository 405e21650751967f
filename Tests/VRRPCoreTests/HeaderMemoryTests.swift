import Testing
import VRRPCore
import VRRPWire

@Suite struct `Sequence numbers of auth_type AH` {
    private let peer = IPAddress("192.0.2.2")!
    private let virtual = IPAddress("192.0.2.1")!

    private func router() -> VirtualRouter {
        VirtualRouter(
            VirtualRouter.Configuration(version: .v2, advertisementInterval: .oneSecond), priority: Priority(100),
            primaryAddress: IPAddress("192.0.2.3"))
    }

    /// What becomes of an advert of `source` with `proof` before it.
    private func verdict(
        _ proof: HeaderProof?, from source: IPAddress, _ router: inout VirtualRouter,
        says authentication: Authentication = .header, expecting expected: Authentication = .header
    ) -> Refusal? {
        let rules = ReceptionRules(
            version: .v2, interval: .oneSecond, authentication: expected, addresses: [virtual], peers: nil)
        let carrier = Carrier(source: source, destination: .vrrpGroup(.v4))
        let advertisement = Advertisement(
            version: .v2, virtualRouterID: VirtualRouterID(51)!, priority: Priority(150), interval: .oneSecond,
            addressCount: 1, authentication: authentication)
        let message = [UInt8](capacity: 64) { output in
            advertisement.emit(into: &output, addresses: [virtual], carrier: carrier, checksum: .messageOnly)
        }
        do throws(Refusal) {
            _ = try router.admit(message.span, carrier: carrier, rules: rules, header: proof)
            return nil
        } catch {
            return error
        }
    }

    @Test func `only grow, for each sender by itself`() {
        var router = router()
        #expect(verdict(.genuine(sequence: 7), from: peer, &router) == nil)
        for old in [UInt32(7), 6, 0] {
            #expect(
                verdict(.genuine(sequence: old), from: peer, &router) == .header(.replayed(sequence: old, last: 7)))
        }
        #expect(verdict(.genuine(sequence: 1), from: IPAddress("192.0.2.9")!, &router) == nil)
        #expect(verdict(.genuine(sequence: .max), from: peer, &router) == nil)
        #expect(router.counters.authenticationFailures == 3)
    }

    @Test func `nothing is believed without a proof, and nothing learned from what is not believed`() {
        var router = router()
        #expect(verdict(.forged, from: peer, &router) == .header(.wrongCode))
        #expect(verdict(nil, from: peer, &router) == .authenticationType(got: 0, expected: 2))
        let password = Authentication.password(SimplePassword("x"))
        #expect(
            verdict(.genuine(sequence: 9), from: peer, &router, says: password)
                == .authenticationType(got: 1, expected: 2))
        #expect(
            verdict(nil, from: peer, &router, expecting: .none) == .authenticationType(got: 2, expected: 0))
        #expect(router.headerMemory == HeaderMemory())
    }

    @Test func `of our own begin with the time and are above all that was heard`() {
        var router = router()
        #expect(router.headerMemory.next(seconds: 1_800_000_000) == 1_800_000_001)
        // The clock may stand still or be set.
        #expect(router.headerMemory.next(seconds: 5) == 1_800_000_002)
        #expect(verdict(.genuine(sequence: 2_000_000_000), from: peer, &router) == nil)
        #expect(router.headerMemory.next(seconds: 6) == 2_000_000_001)
        #expect(verdict(.genuine(sequence: .max), from: peer, &router) == nil)
        #expect(router.headerMemory.next(seconds: 7) == .max)
        #expect(router.headerMemory.next(seconds: 8) == .max)
    }

    @Test func `are kept for a number of senders`() {
        var router = router()
        for number in 1...40 {
            #expect(verdict(.genuine(sequence: 5), from: IPAddress("198.51.100.\(number)")!, &router) == nil)
        }
        #expect(router.headerMemory.marks.count == HeaderMemory.senders)
    }
}
