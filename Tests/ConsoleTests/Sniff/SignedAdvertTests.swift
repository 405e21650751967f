import Configuration
import Console
import Testing
import VRRPWire

@Suite struct `Sniffing of signed adverts` {
    private static let digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

    private func block(_ mode: String) -> String {
        "auth_hmac {\nkey 1 hex:\(Self.digits)\nactive_key 1\nmode \(mode)\n}"
    }

    /// What is said of a signed advert that comes a second after the capture began.
    private func sighting(_ block: String, key octets: ClosedRange<UInt8>, id: UInt8 = 1) throws -> Sighting {
        let advertisement = Advertisement(
            version: .v2, virtualRouterID: try #require(VirtualRouterID(51)), priority: Priority(101),
            interval: .oneSecond, addressCount: 1)
        let carrier = TestAdvert().carrier
        let message = [UInt8](capacity: 100) { output in
            advertisement.emit(
                into: &output, addresses: [ip("192.0.2.10")], carrier: carrier, checksum: .messageOnly, keyID: id,
                key: AuthenticationKey(Array(octets).span),
                sequence: AuthenticationSequence(seconds: 1_795_593_601, nanoseconds: 0))
        }
        var listener = try Listener(configuration(block))
        let heard = listener.hear(TestAdvert().frame { $0 = message })
        return try #require(heard)
    }

    @Test func `says that the key is right, and that the instance accepts it`() throws {
        let sighting = try sighting(block("enforce"), key: 0...31)
        #expect(sighting.sentence.contains("signed with key 1, which is right"))
        #expect(sighting.verdicts.map(\.code) == [.accepted])
        #expect(sighting.advert?.trailer?.isGenuine == true)
        #expect(sighting.advert?.trailer?.signedAt.description.hasPrefix("2026-11-25T08:00:01") == true)
    }

    @Test func `says that the key is wrong, and what comes of it in each mode`() throws {
        let enforced = try sighting(block("enforce"), key: 1...32)
        #expect(enforced.sentence.contains("signed with key 1, which is wrong"))
        #expect(enforced.verdicts.map(\.code) == [.dropped] && enforced.isProblem)
        let tolerated = try sighting(block("permissive"), key: 1...32)
        #expect(tolerated.verdicts.map(\.code) == [.accepted, .unproven] && tolerated.isProblem)
    }

    @Test func `says that it has nothing to check a trailer with`() throws {
        let unknown = try sighting(block("enforce"), key: 0...31, id: 9)
        #expect(unknown.sentence.contains("signed with key 9, which is not known here"))
        #expect(unknown.advert?.trailer?.isGenuine == nil)
        let without = try sighting("", key: 0...31)
        #expect(without.verdicts.map(\.code) == [.accepted, .unproven] && !without.isProblem)
    }

    @Test func `says of a standby notice that it is unsigned, where proof is wanted`() throws {
        let notice = StandbyNotice(
            virtualRouterID: try #require(VirtualRouterID(51)), priority: Priority(100), interval: .oneSecond)
        let message = [UInt8](capacity: StandbyNotice.size) { notice.emit(into: &$0) }
        for (block, isUnsigned) in [(block("enforce"), true), ("", false)] {
            var listener = try Listener(configuration(block))
            let heard = listener.hear(TestAdvert(version: .v3).frame { $0 = message })
            let sighting = try #require(heard)
            #expect(sighting.kind == .standbyNotice && !sighting.isProblem)
            #expect(sighting.line.contains("It is unsigned, as every standby notice is") == isUnsigned)
        }
    }

    @Test func `of one that is not signed says what enforce would do`() throws {
        var listener = try Listener(configuration(block("enforce")))
        let heard = listener.hear(TestAdvert().frame())
        let sighting = try #require(heard)
        #expect(sighting.verdicts.map(\.code) == [.dropped])
        #expect(sighting.line.contains("it has no authentication trailer (block 'auth_hmac' is missing there"))
    }
}
