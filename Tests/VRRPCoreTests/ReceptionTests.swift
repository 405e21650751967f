import Testing
import VRRPCore
import VRRPWire

@Suite struct `Reception` {
    private let source = IPAddress("192.0.2.2")!
    private let ourAddresses = [IPAddress("192.0.2.1")!]

    private func rules(
        _ version: ProtocolVersion = .v2, password: String? = nil, interval: Int = 100, peers: [IPAddress]? = nil
    ) -> ReceptionRules {
        ReceptionRules(
            version: version, interval: Centiseconds(interval)!,
            authentication: password.map { .password(SimplePassword($0)) } ?? .none, addresses: ourAddresses,
            peers: peers)
    }

    private func router() -> VirtualRouter {
        VirtualRouter(
            VirtualRouter.Configuration(version: .v2, advertisementInterval: .oneSecond), priority: Priority(100),
            primaryAddress: IPAddress("192.0.2.3"))
    }

    private func message(
        _ version: ProtocolVersion = .v2, priority: UInt8 = 200, interval: Int = 100, password: String? = nil,
        addresses: [String] = ["192.0.2.1"], source: String = "192.0.2.2", form: ChecksumForm = .messageOnly
    ) -> [UInt8] {
        let list = addresses.map { IPAddress($0)! }
        let advertisement = Advertisement(
            version: version, virtualRouterID: VirtualRouterID(51)!, priority: Priority(priority),
            interval: Centiseconds(interval)!, addressCount: list.count,
            authentication: password.map { .password(SimplePassword($0)) } ?? .none)
        let carrier = Carrier(source: IPAddress(source)!, destination: .vrrpGroup(.v4))
        return [UInt8](capacity: Advertisement.maximumSize) { output in
            advertisement.emit(into: &output, addresses: list, carrier: carrier, checksum: form)
        }
    }

    private func judge(
        _ bytes: [UInt8], _ rules: ReceptionRules, hopLimit: UInt8 = 255
    ) -> (Result<Admitted, Refusal>, Counters) {
        var router = router()
        let carrier = Carrier(source: source, destination: .vrrpGroup(.v4), hopLimit: hopLimit)
        let result: Result<Admitted, Refusal>
        do { result = .success(try router.admit(bytes.span, carrier: carrier, rules: rules)) } catch {
            result = .failure(error)
        }
        return (result, router.counters)
    }

    @Test func `a good advert is believed`() {
        let (result, counters) = judge(message(), rules())
        let heard = Heard(priority: Priority(200), interval: .oneSecond, source: source)
        #expect(result == .success(Admitted(heard: heard, checksum: .messageOnly, remarks: [])))
        #expect(counters == Counters())
    }

    @Test func `a peer's adverts are believed within its bounds of TTL only`() throws {
        var bounded = rules(peers: [source])
        bounded.hopLimits = [source: 253...254]
        for limit: UInt8 in [253, 254] { _ = try judge(message(), bounded, hopLimit: limit).0.get() }
        for limit: UInt8 in [0, 252, 255] {
            let (result, counters) = judge(message(), bounded, hopLimit: limit)
            #expect(result == .failure(.peerHopLimit(limit, allowed: 253...254)))
            #expect(counters.hopLimitErrors == 1)
        }
    }

    @Test func `each fault has its refusal and its own counter`() {
        #expect(judge(message(), rules(), hopLimit: 254).0 == .failure(.hopLimit(254)))
        #expect(judge(message(), rules(), hopLimit: 254).1.hopLimitErrors == 1)
        #expect(judge(message(.v3), rules()).0 == .failure(.version(got: 3, expected: .v2)))
        #expect(judge(message(.v3), rules()).1.versionErrors == 1)
        #expect(
            judge(message(interval: 200), rules()).0
                == .failure(.interval(got: Centiseconds(200)!, expected: .oneSecond)))
        #expect(judge(message(interval: 200), rules()).1.intervalErrors == 1)
        #expect(judge(message(password: "1111"), rules()).0 == .failure(.authenticationType(got: 1, expected: 0)))
        #expect(judge(message(), rules(password: "1111")).1.authenticationTypeMismatches == 1)
        #expect(judge(message(password: "1112"), rules(password: "1111")).0 == .failure(.password))
        #expect(judge(message(password: "1112"), rules(password: "1111")).1.authenticationFailures == 1)
        #expect(judge(Array(message().dropLast(4)), rules()).1.lengthErrors == 1)
        #expect(judge([0x21, 51], rules()).1.lengthErrors == 1)
        #expect(judge([], rules()).1.lengthErrors == 1)
        var broken = message()
        broken[6] ^= 1
        #expect(judge(broken, rules()).1.checksumErrors == 1)
        var otherType = message()
        otherType[0] = 0x22
        #expect(judge(otherType, rules()).1.invalidTypes == 1)
    }

    @Test func `the right password is believed and only its first eight octets count`() throws {
        let (result, _) = judge(message(password: "s3cr3t01"), rules(password: "s3cr3t01-and-more"))
        #expect(try result.get().remarks == [])
    }

    @Test func `another address list is believed, said and counted, because refusing it would make two owners`() throws
    {
        for version in [ProtocolVersion.v2, .v3] {
            let (result, counters) = judge(message(version, addresses: ["192.0.2.1", "192.0.2.9"]), rules(version))
            #expect(try result.get().remarks == .addressesDiffer)
            #expect(counters.addressListErrors == 1)
        }
    }

    @Test func `version 3 learns another interval, and believes both checksum forms`() throws {
        let (slow, counters) = judge(message(.v3, interval: 250), rules(.v3))
        #expect(try slow.get().remarks == .intervalDiffers)
        #expect(try slow.get().heard.interval == Centiseconds(250))
        #expect(counters.intervalErrors == 1)
        let (pseudo, _) = judge(message(.v3, form: .pseudoHeader), rules(.v3))
        #expect(try pseudo.get().checksum == .pseudoHeader)
    }

    @Test func `unicast believes its peers from any distance, and nobody else`() throws {
        #expect(try judge(message(), rules(peers: [source]), hopLimit: 61).0.get().remarks == [])
        let (result, counters) = judge(message(), rules(peers: [IPAddress("192.0.2.77")!]))
        #expect(result == .failure(.unknownPeer))
        #expect(counters.unknownPeers == 1)
    }

    /// Erratum 8300 wants a link-local address first; keepalived sends what is configured, in its order.
    @Test func `an IPv6 list that is ours is believed whatever comes first, and another one is not`() throws {
        func judgeIPv6(_ sent: [String], configured: [String]) -> Result<Admitted, Refusal> {
            let sender = IPAddress("fe80::2")!
            let list = sent.map { IPAddress($0)! }
            let carrier = Carrier(source: sender, destination: .vrrpGroup(.v6))
            let advertisement = Advertisement(
                version: .v3, virtualRouterID: VirtualRouterID(51)!, priority: Priority(200), interval: .oneSecond,
                addressCount: list.count, authentication: .none)
            let bytes = [UInt8](capacity: Advertisement.maximumSize) { output in
                advertisement.emit(into: &output, addresses: list, carrier: carrier, checksum: .pseudoHeader)
            }
            var rules = rules(.v3)
            rules.addresses = configured.map { IPAddress($0)! }
            var router = router()
            do { return .success(try router.admit(bytes.span, carrier: carrier, rules: rules)) } catch {
                return .failure(error)
            }
        }
        let mixed = ["2001:db8::51", "fe80::51"]
        #expect(try judgeIPv6(["2001:db8::51"], configured: ["2001:db8::51"]).get().remarks == [])
        #expect(try judgeIPv6(mixed, configured: mixed.reversed()).get().remarks == [])
        guard case .failure(.malformed(.firstAddressNotLinkLocal)) = judgeIPv6(mixed, configured: ["fe80::51"]) else {
            Issue.record("a foreign list without a link-local address first was believed")
            return
        }
    }
}
