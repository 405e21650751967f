import Testing
import VRRPCore
import VRRPWire

/// Whether an advert was believed, and what it failed to prove.
private struct Answer: Equatable {
    var isBelieved: Bool
    var reason: TrailerRefusal?

    init(_ isBelieved: Bool, _ reason: TrailerRefusal?) {
        self.isBelieved = isBelieved
        self.reason = reason
    }
}

/// One end of a link: signs and judges adverts as the daemon does, with clocks that a test sets.
private struct Station {
    var router: VirtualRouter
    var rules: ReceptionRules
    let address: IPAddress
    /// What the wall clock is ahead of the time that the test counts, in seconds.
    var clockError = 0

    static let epoch = 1_800_000_000

    init(
        _ address: String, _ keyed: KeyedAuthentication?, peers: [String]? = nil
    ) {
        self.address = IPAddress(address)!
        router = VirtualRouter(
            VirtualRouter.Configuration(version: .v3, advertisementInterval: .oneSecond), priority: Priority(100),
            primaryAddress: self.address)
        rules = ReceptionRules(
            version: .v3, interval: .oneSecond, authentication: .none, addresses: [IPAddress("192.0.2.1")!],
            peers: peers?.map { IPAddress($0)! }, keyed: keyed)
    }

    private func clock(at second: Double) -> AuthenticationClock {
        let milliseconds = Int((second * 1000).rounded())
        let wall = (Self.epoch + clockError) * 1000 + milliseconds
        return AuthenticationClock(
            wall: AuthenticationSequence(seconds: UInt64(wall / 1000), nanoseconds: UInt64(wall % 1000) * 1_000_000),
            now: MonotonicInstant(nanoseconds: UInt64(1_000_000 + milliseconds) * 1_000_000))
    }

    mutating func advert(at second: Double) -> [UInt8] {
        let signature = router.sign(rules.keyed, at: clock(at: second))
        let advertisement = Advertisement(
            version: .v3, virtualRouterID: VirtualRouterID(51)!, priority: Priority(200), interval: .oneSecond,
            addressCount: 1)
        let carrier = Carrier(source: address, destination: .vrrpGroup(.v4))
        return [UInt8](capacity: 64) { output in
            guard let signature else {
                return advertisement.emit(
                    into: &output, addresses: rules.addresses, carrier: carrier, checksum: .pseudoHeader)
            }
            advertisement.emit(
                into: &output, addresses: rules.addresses, carrier: carrier, checksum: .pseudoHeader,
                keyID: signature.key.id, key: signature.key.key, sequence: signature.sequence)
        }
    }

    /// Why it was not believed, for whatever reason.
    mutating func refusal(of advert: [UInt8], from source: IPAddress) -> Refusal? {
        let carrier = Carrier(source: source, destination: .vrrpGroup(.v4))
        do throws(Refusal) {
            _ = try router.admit(advert.span, carrier: carrier, rules: rules, clock: clock(at: 0))
            return nil
        } catch {
            return error
        }
    }

    mutating func hear(_ advert: [UInt8], from source: IPAddress, at second: Double) -> Answer {
        do throws(Refusal) {
            let admitted = try router.admit(
                advert.span, carrier: Carrier(source: source, destination: .vrrpGroup(.v4)), rules: rules,
                clock: clock(at: second))
            return Answer(true, admitted.distrust)
        } catch .trailer(let reason) {
            return Answer(false, reason)
        } catch {
            Issue.record("refused for another reason: \(error)")
            return Answer(false, nil)
        }
    }
}

private func key(_ id: UInt8, _ octet: UInt8) -> KeyedAuthentication.NumberedKey {
    .init(id: id, key: AuthenticationKey([UInt8](repeating: octet, count: 32).span))
}

private func keyed(
    _ mode: KeyedAuthentication.Mode = .enforce, _ keys: [KeyedAuthentication.NumberedKey] = [key(1, 1)],
    active: UInt8 = 1, _ protection: KeyedAuthentication.ReplayProtection = .time
) -> KeyedAuthentication {
    KeyedAuthentication(keys: keys, activeKey: active, mode: mode, replayProtection: protection, window: 5)
}

@Suite struct `Keyed authentication` {
    @Test func `believes what is signed, once`() {
        var sender = Station("192.0.2.2", keyed())
        var receiver = Station("192.0.2.3", keyed())
        let advert = sender.advert(at: 0)
        #expect(receiver.hear(advert, from: sender.address, at: 0) == Answer(true, nil))
        #expect(receiver.hear(advert, from: sender.address, at: 0.1) == Answer(false, .replayed))
        #expect(receiver.hear(sender.advert(at: 1), from: sender.address, at: 1) == Answer(true, nil))
        #expect(receiver.hear(advert, from: sender.address, at: 1.1) == Answer(false, .replayed))
        #expect(receiver.router.counters.trailersReplayed == 2)
    }

    @Test func `refuses a wrong key, an unknown key and no signature, and says which`() {
        var receiver = Station("192.0.2.3", keyed())
        var wrong = Station("192.0.2.2", keyed(.enforce, [key(1, 9)]))
        var unknown = Station("192.0.2.2", keyed(.enforce, [key(7, 1)], active: 7))
        var unsigned = Station("192.0.2.2", nil)
        #expect(receiver.hear(wrong.advert(at: 0), from: wrong.address, at: 0) == Answer(false, .wrongCode(key: 1)))
        #expect(receiver.hear(unknown.advert(at: 0), from: wrong.address, at: 0) == Answer(false, .unknownKey(7)))
        #expect(receiver.hear(unsigned.advert(at: 0), from: wrong.address, at: 0) == Answer(false, .missing))
        let counters = receiver.router.counters
        #expect(counters.trailersForged == 1 && counters.trailerKeysUnknown == 1 && counters.trailersMissing == 1)
        #expect("\(TrailerRefusal.unknownKey(7))".contains("auth_hmac"))
    }

    @Test func `looks at the time first, and moves no mark before the HMAC has been found good`() {
        var receiver = Station("192.0.2.3", keyed())
        var forger = Station("192.0.2.2", keyed(.enforce, [key(1, 9)]))
        var sender = Station("192.0.2.2", keyed())
        forger.clockError = 4
        #expect(receiver.hear(forger.advert(at: 0), from: sender.address, at: 0) == Answer(false, .wrongCode(key: 1)))
        #expect(receiver.hear(sender.advert(at: 0), from: sender.address, at: 0) == Answer(true, nil))
        forger.clockError = 60
        let early = receiver.hear(forger.advert(at: 0), from: sender.address, at: 0)
        #expect(early == Answer(false, .stale(seconds: -60, window: 5)))
        #expect(receiver.router.keyedMemory.marks.count == 1)
    }

    @Test func `learns nothing from an advert that was damaged where the HMAC does not look`() {
        var receiver = Station("192.0.2.3", keyed())
        var sender = Station("192.0.2.2", keyed())
        let advert = sender.advert(at: 0)
        var damaged = advert
        damaged[6] ^= 1
        #expect(receiver.refusal(of: damaged, from: sender.address) != nil)
        #expect(receiver.hear(advert, from: sender.address, at: 0) == Answer(true, nil))
    }

    @Test func `refuses an old recording, whoever's mark is missing`() {
        var sender = Station("192.0.2.2", keyed())
        let old = sender.advert(at: 0)
        var fresh = Station("192.0.2.3", keyed())
        #expect(fresh.hear(old, from: sender.address, at: 60) == Answer(false, .stale(seconds: 60, window: 5)))
    }

    @Test func `remembers four senders by multicast, and every peer by unicast`() {
        let addresses = (2...8).map { "192.0.2.\($0)" }
        for peers in [nil, addresses] {
            var receiver = Station("192.0.2.100", keyed(), peers: peers)
            for (index, address) in addresses.enumerated() {
                var sender = Station(address, keyed())
                #expect(
                    receiver.hear(sender.advert(at: Double(index)), from: sender.address, at: Double(index))
                        == Answer(
                            true, nil
                        ))
            }
            #expect(receiver.router.keyedMemory.marks.count == (peers == nil ? 4 : 7))
            #expect(receiver.router.keyedMemory.marks.last?.source == IPAddress("192.0.2.8"))
        }
    }

    @Test func `goes on from what a process before it has sent and heard`() {
        var sender = Station("192.0.2.2", keyed())
        var receiver = Station("192.0.2.3", keyed())
        let advert = sender.advert(at: 10)
        #expect(receiver.hear(advert, from: sender.address, at: 10) == Answer(true, nil))
        var (nextSender, nextReceiver) = (Station("192.0.2.2", keyed()), Station("192.0.2.3", keyed()))
        nextSender.router.keyedMemory = sender.router.keyedMemory
        nextReceiver.router.keyedMemory = receiver.router.keyedMemory
        nextSender.clockError = -2
        #expect(nextReceiver.hear(advert, from: sender.address, at: 10.5) == Answer(false, .replayed))
        #expect(nextReceiver.hear(nextSender.advert(at: 11), from: sender.address, at: 11) == Answer(true, nil))
    }

    @Test func `keys are exchanged without a moment of disbelief`() {
        let (old, new) = (key(1, 1), key(2, 2))
        let steps = [
            keyed(.enforce, [old]), keyed(.enforce, [old, new]), keyed(.enforce, [old, new], active: 2),
            keyed(.enforce, [new], active: 2),
        ]
        // One is a step ahead of the other at most, whichever it is.
        for (first, second) in [(0, 0), (1, 0), (1, 1), (2, 1), (1, 2), (2, 2), (3, 2), (2, 3), (3, 3)] {
            var (a, b) = (Station("192.0.2.2", steps[first]), Station("192.0.2.3", steps[second]))
            #expect(b.hear(a.advert(at: 0), from: a.address, at: 0) == Answer(true, nil), "steps \(first), \(second)")
            #expect(a.hear(b.advert(at: 0), from: b.address, at: 0) == Answer(true, nil), "steps \(first), \(second)")
        }
    }
}

@Suite struct `The roll-out of keyed authentication` {
    private static let steps: [KeyedAuthentication?] = [
        nil, keyed(.receiveOnly), keyed(.permissive), keyed(.enforce),
    ]

    @Test func `each believes the other at every step, when one is a step ahead at most`() {
        for first in 0..<4 {
            for second in max(0, first - 1)...min(3, first + 1) {
                var (a, b) = (Station("192.0.2.2", Self.steps[first]), Station("192.0.2.3", Self.steps[second]))
                #expect(b.hear(a.advert(at: 0), from: a.address, at: 0).isBelieved, "steps \(first), \(second)")
                #expect(a.hear(b.advert(at: 0), from: b.address, at: 0).isBelieved, "steps \(first), \(second)")
            }
        }
    }

    @Test func `a wrong key makes no second owner before enforce, and is said`() {
        for mode in [KeyedAuthentication.Mode.receiveOnly, .permissive] {
            var sender = Station("192.0.2.2", keyed(.permissive, [key(1, 9)]))
            var receiver = Station("192.0.2.3", keyed(mode))
            #expect(
                receiver.hear(sender.advert(at: 0), from: sender.address, at: 0) == Answer(true, .wrongCode(key: 1)))
            #expect(receiver.router.counters.trailersForged == 1)
            #expect(receiver.router.keyedMemory.marks.isEmpty)
        }
    }

    @Test func `a router without keys passes over the trailer`() {
        var sender = Station("192.0.2.2", keyed(.permissive))
        var receiver = Station("192.0.2.3", nil)
        #expect(receiver.hear(sender.advert(at: 0), from: sender.address, at: 0) == Answer(true, .notConfigured))
    }
}

@Suite struct `Keyed authentication and clocks that are set` {
    @Test func `what is sent grows while a clock stands still or goes back a little`() {
        for protection in KeyedAuthentication.ReplayProtection.allCases {
            var sender = Station("192.0.2.2", keyed(.enforce, [key(1, 1)], protection))
            var receiver = Station("192.0.2.3", keyed(.enforce, [key(1, 1)], protection))
            for (second, error) in [(0.0, 0), (0, 0), (1, -4), (2, -4), (3, -4), (4, -4), (5, 0)] {
                sender.clockError = error
                let answer = receiver.hear(sender.advert(at: second), from: sender.address, at: second)
                #expect(answer == Answer(true, nil), "\(protection) at \(second)")
            }
        }
    }

    @Test(arguments: [-86_400, -3600, -60, 60, 3600, 86_400])
    func `a receiver that hears its peer is not made deaf by its own clock`(step: Int) {
        var sender = Station("192.0.2.2", keyed())
        var receiver = Station("192.0.2.3", keyed())
        for second in 0..<30 {
            if second == 3 { receiver.clockError = step }
            if second == 20 { receiver.clockError = 0 }
            let advert = sender.advert(at: Double(second))
            #expect(
                receiver.hear(advert, from: sender.address, at: Double(second)) == Answer(true, nil), "at \(second) s")
        }
    }

    @Test func `a sender whose clock was an hour ahead is believed at once when it has been mended`() {
        var sender = Station("192.0.2.2", keyed())
        var receiver = Station("192.0.2.3", keyed())
        #expect(receiver.hear(sender.advert(at: 0), from: sender.address, at: 0) == Answer(true, nil))
        sender.clockError = 3600
        let ahead = receiver.hear(sender.advert(at: 1), from: sender.address, at: 1)
        #expect(ahead == Answer(false, .stale(seconds: -3600, window: 5)))
        sender.clockError = 0
        #expect(receiver.hear(sender.advert(at: 2), from: sender.address, at: 2) == Answer(true, nil))
    }

    @Test func `both clocks an hour ahead and mended, in either order, leave nobody locked out`() {
        for senderIsFirst in [true, false] {
            var sender = Station("192.0.2.2", keyed())
            var receiver = Station("192.0.2.3", keyed())
            (sender.clockError, receiver.clockError) = (3600, 3600)
            #expect(receiver.hear(sender.advert(at: 0), from: sender.address, at: 0) == Answer(true, nil))
            if senderIsFirst { sender.clockError = 0 } else { receiver.clockError = 0 }
            _ = receiver.hear(sender.advert(at: 1), from: sender.address, at: 1)
            (sender.clockError, receiver.clockError) = (0, 0)
            // Whatever is older than what was heard just now may be a recording; before a Backup takes over it is believed.
            let silence = senderIsFirst ? 0.0 : 1.0
            #expect(!receiver.hear(sender.advert(at: silence + 2), from: sender.address, at: silence + 2).isBelieved)
            for second in [3.0, 4, 5] {
                let answer = receiver.hear(
                    sender.advert(at: silence + second), from: sender.address, at: silence + second)
                #expect(answer == Answer(true, nil))
            }
        }
    }

    @Test func `what was believed is not believed again, however long its sender is silent and our clock behind`() {
        var sender = Station("192.0.2.2", keyed())
        var receiver = Station("192.0.2.3", keyed())
        #expect(receiver.hear(sender.advert(at: 0), from: sender.address, at: 0) == Answer(true, nil))
        receiver.clockError = -11
        let recorded = (1..<10).map { (Double($0), sender.advert(at: Double($0))) }
        for (second, advert) in recorded {
            #expect(receiver.hear(advert, from: sender.address, at: second) == Answer(true, nil))
        }
        // The process may be another one by then.
        var successor = Station("192.0.2.3", keyed())
        successor.clockError = receiver.clockError
        successor.router.keyedMemory = receiver.router.keyedMemory
        for second in stride(from: 12.0, to: 22, by: 1) {
            for (_, advert) in recorded {
                #expect(!successor.hear(advert, from: sender.address, at: second).isBelieved)
            }
        }
    }

    @Test(arguments: [-3600, -60, -6])
    func `recordings are refused while their sender is heard, however far our clock is behind`(error: Int) {
        var sender = Station("192.0.2.2", keyed())
        var receiver = Station("192.0.2.3", keyed())
        sender.clockError = error
        let recorded = (0..<3).map { sender.advert(at: Double($0)) }
        sender.clockError = 0
        #expect(receiver.hear(sender.advert(at: 0), from: sender.address, at: 0) == Answer(true, nil))
        receiver.clockError = error
        for second in 1..<10 {
            for old in recorded {
                #expect(!receiver.hear(old, from: sender.address, at: Double(second) - 0.5).isBelieved)
            }
            // A recording that was believed would make us deaf to its sender.
            let advert = sender.advert(at: Double(second))
            #expect(receiver.hear(advert, from: sender.address, at: Double(second)) == Answer(true, nil))
        }
    }

    @Test func `monotonic sequences are believed whatever the clocks say, and never fall`() {
        var sender = Station("192.0.2.2", keyed(.enforce, [key(1, 1)], .monotonic))
        var receiver = Station("192.0.2.3", keyed(.enforce, [key(1, 1)], .monotonic))
        receiver.clockError = -1_000_000
        for (second, error) in [(0.0, 0), (1, 3600), (2, 0), (3, -3600), (4, 0)] {
            sender.clockError = error
            let before = sender.router.keyedMemory.sent
            let answer = receiver.hear(sender.advert(at: second), from: sender.address, at: second)
            #expect(answer == Answer(true, nil), "at \(second)")
            if let before, let sent = sender.router.keyedMemory.sent { #expect(sent.isAfter(before)) }
        }
    }
}
