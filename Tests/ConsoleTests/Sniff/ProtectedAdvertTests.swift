import Configuration
import Console
import Testing
import VRRPCore
import VRRPWire

private struct ProtectedFile: SourceReader {
    var text: String
    func read(_ path: String) -> Result<[UInt8], ReadFailure> { .success(Array(text.utf8)) }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { true }
}

/// Adverts with `auth_type AH`, as sniff and the doctor see them.
@Suite struct `Adverts behind an authentication header` {
    private static func file(_ password: String = "s3cret") -> String {
        configuration("authentication {\n auth_type AH\n auth_pass \(password)\n }")
    }

    private func frame(_ password: String = "s3cret", sequence: UInt32 = 1) -> [UInt8] {
        ethernet(0x0800, from: 0x0200_0000_0002, TestAdvert().protectedDatagram(password, sequence: sequence))
    }

    @Test func `are told as adverts, with the time since the last one`() throws {
        var listener = try Listener(Self.file())
        #expect(
            listener.line(frame())
                == "08:00:01.000Z   eth0      first  192.0.2.2 advertises VRID 51: priority 101, every 1 s, 192.0.2.10 "
                + "(VRRPv2, behind an authentication header, made with our password: yes). vrrp_1 accepts it.")
        #expect(listener.line(frame(sequence: 2)).contains(" +1.000 s  192.0.2.2 advertises VRID 51"))
        let summary = listener.session.summary(interfaces: ["eth0"], seconds: 3)
        #expect(summary.routers.map(\.adverts) == [2] && summary.exitCode == 0)
    }

    @Test func `are refused when another password made them, and heard by nobody without auth_type AH`() throws {
        var listener = try Listener(Self.file("other"))
        #expect(
            listener.line(frame()).hasSuffix(
                "made with our password: no). vrrp_1 would drop it: its authentication header is not made with our password "
                    + "(keyword 'auth_pass')."))
        var plain = try Listener(configuration())
        #expect(plain.line(frame()).hasSuffix("without 'auth_type AH' we do not listen for those."))
        var alone = try Listener()
        #expect(alone.line(frame()).hasSuffix("Its message is sound; who sent it shows with the password only."))
    }

    @Test func `are for the VRID that is asked for`() throws {
        var listener = try Listener(Self.file(), only: 52)
        #expect(listener.line(frame()) == "")
        #expect(listener.session.summary(interfaces: ["eth0"], seconds: 3).leftOut == 1)
    }

    /// What the doctor says of an advert that both its sockets heard.
    private func findings(_ text: String, _ advert: SeenAdvert, arrives: Bool = true) throws -> [Finding] {
        let model = check(
            file: "a.conf", reading: ProtectedFile(text: text), configurationID: "", host: nil,
            hostIsAuthoritative: false
        ).model
        let instance = try #require(model.instances.first)
        var path = AdvertPath(
            interface: "eth0", family: .v4, peers: nil, instances: ["vrrp_1"], ownAddresses: [], subnets: [])
        path.protocolNumber = text.contains("AH") ? 51 : 112
        var wire = WireFacts(seconds: 3)
        wire.adverts = [advert]
        if arrives {
            var heard = advert
            heard.place = .socket
            wire.adverts.append(heard)
        }
        return judgeReception(
            wire,
            ReceptionContext(
                instance: instance, path: path, ownAddresses: [ip("192.0.2.1")], holdsAddresses: false, firewall: [],
                reversePath: ReversePathFilter(), status: nil, configuredIDs: [51]))
    }

    private func seen(_ password: String = "s3cret") throws -> SeenAdvert {
        let protected = try #require(ProtectedAdvert(datagram: TestAdvert().protectedDatagram(password)))
        return try #require(
            SeenAdvert(.wire, on: "eth0", protected, from: HardwareAddress(rawValue: 0x0200_0000_0002)))
    }

    @Test func `are judged by the doctor as by the daemon`() throws {
        #expect(try findings(Self.file(), try seen()).map(\.code) == [.advertsArrive, .vridFree])
        let wrong = try findings(Self.file(), try seen("other"))
        #expect(wrong.first?.code == .advertsRefused)
        #expect(wrong.first?.title.contains("not made with our password") == true)
        let lost = try findings(Self.file(), try seen(), arrives: false)
        #expect(lost.first?.code == .advertsDoNotArrive)
        #expect(lost.first?.evidence.contains { $0.contains("a raw socket for protocol 51") } == true)
    }

    @Test func `are no loss where the other side wants none, nor are plain ones where it wants them`() throws {
        let unwanted = try findings(configuration(), try seen(), arrives: false)
        #expect(unwanted.first?.code == .advertsRefused)
        #expect(unwanted.first?.title.hasSuffix("and vrrp_1 wants none") == true)
        let advert = TestAdvert()
        let plain = try #require(
            SeenAdvert(
                .wire, on: "eth0", advert.message, carrier: advert.carrier,
                from: HardwareAddress(rawValue: 0x0200_0000_0002)))
        let bare = try findings(Self.file(), plain, arrives: false)
        #expect(bare.first?.title == "adverts of 192.0.2.2 have no authentication header, and vrrp_1 has auth_type AH")
    }
}
