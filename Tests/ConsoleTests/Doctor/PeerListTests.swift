import Configuration
import Console
import Control
import LinuxKernel
import Testing
import VRRPCore
import VRRPWire

private struct TextFile: SourceReader {
    var text: String
    func read(_ path: String) -> Result<[UInt8], ReadFailure> { .success(Array(text.utf8)) }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { true }
}

private func model(_ text: String) -> Model {
    check(
        file: "a.conf", reading: TextFile(text: text), configurationID: "", host: nil, hostIsAuthoritative: false
    ).model
}

/// Whom the doctor takes for the other host of the pair, and whom for a stranger.
@Suite struct `Lists of addresses in the doctor` {
    /// What it says of adverts of 192.0.2.2 for our VRID that list another address.
    private func finding(agreed: Bool? = nil, second: UInt8? = nil) throws -> Finding {
        let ours = model(configuration())
        var path = AdvertPath(
            interface: "eth0", family: .v4, peers: nil, instances: ["vrrp_1"], ownAddresses: [], subnets: [])
        path.protocolNumber = 112
        var wire = WireFacts(seconds: 3)
        func hear(_ advert: TestAdvert) throws {
            for place in [SeenAdvert.Place.wire, .socket] {
                wire.adverts.append(
                    try #require(
                        SeenAdvert(
                            place, on: "eth0", advert.message, carrier: advert.carrier,
                            from: HardwareAddress(rawValue: 0x0200_0000_0002))))
            }
        }
        try hear(TestAdvert(addresses: ["192.0.2.11"]))
        if let second { try hear(TestAdvert(virtualRouterID: second, addresses: ["192.0.2.20"])) }
        var status = Sample.standby
        var peer = Peer(address: "192.0.2.2", priority: 101, lastHeardSeconds: 0.4, refusal: nil)
        peer.hasAgreed = agreed
        status.peers = [peer]
        var context = ReceptionContext(
            instance: try #require(ours.instances.first), path: path, ownAddresses: [ip("192.0.2.1")],
            holdsAddresses: false, firewall: [], reversePath: ReversePathFilter(), status: status,
            configuredIDs: [51, 52])
        // Those of another instance of this host.
        context.virtualAddresses = [ip("192.0.2.10"), ip("192.0.2.20")]
        return try #require(judgeReception(wire, context).first { $0.severity > .note })
    }

    @Test func `of one that is not known may be another cluster's, and the remedy asks`() throws {
        let found = try finding()
        #expect(found.code == .vridInUse)
        let advice = found.remedy?.advice ?? ""
        #expect(advice.hasPrefix("if it is the other host of this pair, make `virtual_ipaddress` of vrrp_1 the same"))
        #expect(advice.contains("write `virtual_router_id 53` into vrrp_1"), "\(advice)")
    }

    @Test func `of one that agreed before, or shares another instance, are a peer's`() throws {
        for found in [try finding(agreed: true), try finding(second: 52)] {
            #expect(found.code == .addressListsDiffer)
            #expect(found.remedy?.advice?.contains("the same on both hosts") == true)
        }
    }

    @Test func `that are not of the subnet of a link-local address get an address of that subnet`() throws {
        let ours = model(
            """
            vrrp_instance V6 {
                interface eth0
                virtual_router_id 51
                version 3
                virtual_ipaddress {
                    fe80::51
                    fd00:9::61/64
                }
            }

            """)
        let facts = InterfaceFacts(
            links: [LinkInfo(index: 2, name: "eth0", isUp: true, isRunning: true)],
            addresses: [
                AddressInfo(interfaceIndex: 2, address: ip("fe80::8444:40ff:fec0:9d84"), prefixLength: 64)
            ])
        let found = try #require(judgeInterfaces(facts, ours).first { $0.code == .addressOutsideSubnet })
        let advice = found.remedy?.advice ?? ""
        #expect(advice.contains("ip -6 addr add fd00:9::8444:40ff:fec0:9d84/64 dev eth0"), "\(advice)")
    }

    @Test func `and remarks of the daemon get advice that fits each`() throws {
        let now = Timestamp(milliseconds: 1_764_057_783_123)
        var answer = Answer(
            at: now,
            daemon: Control.DaemonIdentity(
                pid: 7, version: "1.0", startedAt: now, uptimeSeconds: 60, configuration: "/etc/understudy/x.conf"))
        answer.status = Status(
            loadedAt: now, standby: nil, instances: [],
            remarks: [
                "the reload at 03:11 was refused, and what ran before runs on: x.conf:3: error",
                "history is not kept: EACCES", "(VI_1) notify_master ended with exit code 7",
            ])
        let advice = judgeDaemon(DaemonFacts(), answer, file: nil, usual: nil).filter { $0.code == .daemonRemark }
            .map { $0.remedy?.advice ?? "" }
        #expect(advice.count == 3)
        #expect(advice.first?.contains("understudy check /etc/understudy/x.conf") == true)
        #expect(advice.dropFirst().first?.contains("/var/lib/understudy") == true)
        #expect(advice.last == "mend what it says. The daemon's log may say more: journalctl -u understudy")
    }
}
