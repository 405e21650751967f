import Configuration
import Console
import Testing
import VRRPWire

/// What `init` writes, judged by the checker that the daemon uses.
@Suite struct `The two files of a new pair` {
    private func settings(_ addresses: String...) -> PairSettings {
        var settings = PairSettings(
            interface: "eth0", addresses: addresses.map { .init(ip($0), ip($0).family == .v4 ? 24 : 64) },
            virtualRouterID: 51)
        settings.check = .process("haproxy")
        return settings
    }

    private let files = PairFiles(
        own: "/etc/understudy/understudy.conf", peer: "understudy-peer.conf", mayReplace: false)

    private func complaints(_ settings: PairSettings) -> String {
        files.complaints(
            (settings.text(other: "there"), settings.mirrored.text(other: "here")), host: nil, configurationID: "lb1")
    }

    @Test func `the guide's pair, line for line`() {
        #expect(
            settings("192.168.50.10").text(other: "understudy-peer.conf") == """
                # Made by `understudy init` for the active host of a pair. The standby host's file was made with it: understudy-peer.conf.
                # Lines that say "other:" differ between the two hosts. Everything else is the same on both.
                # Every keyword is in understudy.conf(5). After a change: `understudy check`, then `systemctl reload understudy`.

                # Does the load balancer run? Its death is seen within milliseconds, and no program is started to find out.
                vrrp_track_process chk_haproxy {
                    process haproxy  # as `ps -e` calls it
                    weight 6         # points more while it runs: enough to turn the order of the two hosts round
                    # terminate_delay 1  # would overlook a restart that takes less than a second
                }

                vrrp_instance vrrp_1 {
                    interface eth0        # where clients reach the address
                    state MASTER          # other: BACKUP
                    virtual_router_id 51  # of this pair, and of nobody else on this network
                    priority 101          # other: 100. The higher one is active, as long as its checks are well
                    advert_int 1          # seconds between two signs of life; the other takes over after three and a bit
                    virtual_ipaddress {
                        192.168.50.10/24
                    }
                    track_process {
                        chk_haproxy
                    }
                }

                """)
    }

    @Test func `every kind of pair passes the check without so much as a warning`() throws {
        let lists = [
            ["192.0.2.10"], ["192.0.2.10", "192.0.2.11"], ["192.0.2.10", "2001:db8::10"], ["2001:db8::10"],
            ["fe80::10", "2001:db8::10"], ["2001:db8::10", "2001:db8::11"],
        ]
        var count = 0
        for list in lists {
            for check in [PairSettings.Check.none, .process("haproxy"), .process("hapee-lb"), .process("nginx")] {
                // What the check is called matters to none of the priorities.
                for priority in check == .process("haproxy") ? [1, 2, 100, 101, 200, 248] : [UInt8(100)] {
                    for transport in 0...2 {
                        var pair = settings()
                        pair.addresses = list.map { .init(ip($0), ip($0).family == .v4 ? 24 : 64) }
                        pair.check = check
                        pair.setPriority(priority)
                        pair.peerInterface = transport == 1 ? "ens192" : "eth0"
                        if transport == 2 {
                            pair.transport =
                                pair.family == .v4
                                ? .unicast(own: ip("192.0.2.1"), peer: ip("192.0.2.2"))
                                : .unicast(own: ip("2001:db8::1"), peer: ip("2001:db8::2"))
                        }
                        if pair.family == .v4, priority == 101 { pair.password = "s3cret" }
                        #expect(complaints(pair) == "", "\(pair)")
                        for text in [pair.text(other: "there"), pair.mirrored.text(other: "here")] {
                            #expect(try format(Array(text.utf8), file: "a").get() == Array(text.utf8))
                        }
                        count += 1
                    }
                }
            }
        }
        #expect(count == 6 * (6 + 3) * 3)
    }

    @Test func `the load balancer's death moves the address, whichever host is active`() throws {
        for priority: UInt8 in [1, 100, 101, 248] {
            var pair = settings("192.0.2.10")
            pair.setPriority(priority)
            #expect(complaints(pair) == "")
            let texts = [pair.text(other: "x"), pair.mirrored.text(other: "x")]
            let report = check(
                files: ["a", "b"], reading: Texts(["a": texts[0], "b": texts[1]]), configurationID: "x", host: nil,
                hostIsAuthoritative: false)
            let proof = try #require(report.proofs.first)
            let isFirst = try #require(proof.scenes.first).master == .first
            let death = proof.outcome(of: .process(isFirst ? .first : .second, "chk_haproxy"))
            #expect(death?.owner == .side(isFirst ? .second : .first), "\(report.proofText)")
        }
    }

    @Test func `an IPv6 pair gets the link-local address that other makers ask for`() {
        let text = settings("2001:db8::10").text(other: "x")
        #expect(text.contains("version 3"))
        #expect(text.contains("fe80::1:51/64\n        2001:db8::10/64\n"))
    }

    @Test func `a complaint keeps the files from being written, in the checker's words`() {
        var pair = settings("192.0.2.10")
        pair.name = "a b"
        #expect(complaints(pair).contains("error:"))
    }
}

/// Files in memory.
private struct Texts: SourceReader {
    let texts: [String: String]
    init(_ texts: [String: String]) { self.texts = texts }

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        texts[path].map { .success(Array($0.utf8)) } ?? .failure(ReadFailure("No such file or directory"))
    }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { false }
}
