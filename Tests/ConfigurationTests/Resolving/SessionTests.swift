import Configuration
import Testing
import VRRPCore
import VRRPWire

private func session(_ lines: String..., name: String = "ROUTER") -> String {
    "bfd_instance \(name) {\n\(lines.joined(separator: "\n"))\n}\n"
}

private let neighbour = "neighbor_ip 192.0.2.254"
private let tracked = instance("track_bfd { ROUTER }")

private func only(_ text: String) throws -> BFDCheck { try #require(resolved(text + tracked).model.sessions.first) }

private func codes(_ text: String) -> [String] { complaints(text).map(\.brief) }

@Suite struct `A bfd_instance` {
    @Test func `has keepalived's defaults`() throws {
        let plain = try only(session(neighbour))
        #expect((plain.requiredMinRx, plain.desiredMinTx) == (.milliseconds(10), .milliseconds(10)))
        #expect((plain.idleTx, plain.multiplier, plain.isPassive) == (.seconds(1), 5, false))
        #expect((plain.sentHopLimit, plain.leastHopLimit, plain.isMultihop) == (255, 255, false))
        #expect((plain.source, plain.weight, plain.isForInstances) == (nil, Weight(0), true))
        #expect(codes(session(neighbour) + tracked) == [])
    }

    @Test func `means what it says, in milliseconds with decimals`() throws {
        let whole = try only(
            session(
                "neighbour_ip 2001:db8::2", "source_ip 2001:db8::1", "min_rx 3.312", "min_tx 50", "idle_tx 1500.5",
                "multiplier 3", "passive", "hoplimit 64", "max_hops 2", "multihop", "weight -20 reverse", "vrrp",
                "checker"))
        #expect(whole.neighbour == IPAddress("2001:db8::2") && whole.source == IPAddress("2001:db8::1"))
        #expect((whole.requiredMinRx, whole.desiredMinTx) == (.microseconds(3312), .milliseconds(50)))
        #expect((whole.idleTx, whole.multiplier, whole.isPassive) == (.microseconds(1_500_500), 3, true))
        #expect((whole.sentHopLimit, whole.leastHopLimit, whole.isMultihop) == (64, 62, true))
        #expect(whole.weight == Weight(-20, reverse: true) && whole.isForInstances)
    }

    /// keepalived: a packet must arrive with the TTL that is sent, less max_hops; 255 is any.
    @Test(arguments: [
        ("192.0.2.254", "", 255, 255), ("192.0.2.254", "max_hops 2", 255, 253), ("192.0.2.254", "ttl 64", 64, 64),
        ("192.0.2.254", "max_hops 255", 255, 0), ("192.0.2.254", "max_hops -1", 255, 0),
        ("192.0.2.254", "multihop", 255, 0), ("192.0.2.254", "multihop\nmax_hops 3", 255, 252),
        ("2001:db8::2", "", 255, 64), ("2001:db8::2", "hoplimit 255", 255, 255),
        ("2001:db8::2", "max_hops 100", 255, 0),
    ])
    func `takes packets that have come no farther than it says`(address: String, lines: String, sent: Int, least: Int)
        throws
    {
        let found = try only(session("neighbor_ip \(address)", lines))
        #expect((Int(found.sentHopLimit), Int(found.leastHopLimit)) == (sent, least))
    }

    @Test(arguments: [
        ("", "error missing-keyword@1"), ("neighbor_ip fe80::1", "error bad-address@2"),
        ("neighbor_ip 192.0.2.254\nneighbour_ip 192.0.2.253", "error repeated-keyword@3"),
        ("neighbor_ip 192.0.2.254\nsource_ip 2001:db8::1", "error family-mismatch@3"),
        ("neighbor_ip 192.0.2.254\nsource_ip 192.0.2.254", "error own-address-among-peers@3"),
        ("neighbor_ip 192.0.2.254\nmin_rx 0.5", "error out-of-range@3"),
        ("neighbor_ip 192.0.2.254\nmin_tx 4294967.1", "error out-of-range@3"),
        ("neighbor_ip 192.0.2.254\nmin_tx fast", "error bad-value@3"),
        ("neighbor_ip 192.0.2.254\nidle_tx 999", "error out-of-range@3"),
        ("neighbor_ip 192.0.2.254\nmin_tx 50.0004", "warning rounded-value@3"),
        ("neighbor_ip 192.0.2.254\nmultiplier 0", "error out-of-range@3"),
        ("neighbor_ip 192.0.2.254\nttl 64", "warning session-ttl@3"),
        ("neighbor_ip 192.0.2.254\nmultihop\nttl 8\nmax_hops 9", "warning session-ttl@5"),
        ("neighbor_ip 192.0.2.254\nmultihop maybe", "error bad-value@3"),
    ])
    func `with a mistake is told where, what it does and what to write`(lines: String, expected: String) {
        let found = complaints(session(lines) + tracked)
        #expect(found.map(\.brief) == [expected])
        #expect(found.allSatisfy { $0.consequence?.isEmpty == false && $0.fix?.isEmpty == false })
    }

    @Test func `is the only one between two addresses, and has a name that keepalived can keep`() {
        let other = session("neighbour_ip 192.0.2.254", name: "OTHER")
        #expect(codes(session(neighbour) + other + tracked) == ["error duplicate-session@5"])
        let multihop = session(neighbour, "multihop", name: "OTHER")
        #expect(codes(session(neighbour) + multihop + tracked) == [])
        #expect(codes(session(neighbour) + session(neighbour) + tracked) == ["error duplicate-name@4"])
        let long = String(repeating: "x", count: 32)
        #expect(
            codes(session(neighbour, name: long) + instance("track_bfd { \(long) }")) == ["error long-session-name@1"])
    }

    @Test func `that nobody tracks is a note, and stays for its neighbour`() {
        let found = resolved(session(neighbour) + instance())
        #expect(found.diagnostics.map(\.brief) == ["note unused-session@1"])
        #expect(found.model.sessions.map(\.name) == ["ROUTER"])
    }

    @Test func `that a check of an IPVS server names is used, as is a file, although not here`() {
        let file = "track_file f {\n file /run/f\n}\n"
        func server(_ checks: String) -> String {
            "virtual_server 192.0.2.10 80 {\n real_server 192.0.2.20 80 {\n\(checks)\n }\n}\n"
        }
        func found(_ checks: String) -> [String] {
            resolved(session(neighbour) + file + instance() + server(checks)).diagnostics.map(\.brief)
                .filter { $0.contains("unused") }
        }
        #expect(found("  BFD_CHECK {\n   name ROUTER\n  }\n  FILE_CHECK {\n   track_file f\n  }") == [])
        #expect(found("  BFD_CHECK {\n   name OTHER\n  }").count == 2)
    }

    @Test func `for the IPVS checker alone counts for no instance`() {
        let found = resolved(session(neighbour, "checker") + tracked)
        #expect(
            found.diagnostics.map(\.brief).sorted() == ["note session-for-checker@3", "warning session-for-checker@9"])
        #expect(found.model.instances[0].trackedSessions.isEmpty)
    }
}

@Suite struct `track_bfd` {
    @Test func `takes the weight of the definition or its own, wherever the definition stands`() throws {
        let weighted = session(neighbour, "weight -20 reverse")
        func weight(_ line: String) throws -> Weight? {
            let text = instance("track_bfd {\n\(line)\n}") + weighted
            return try #require(resolved(text).model.instances.first).trackedSessions.first?.weight
        }
        #expect(try weight("ROUTER") == Weight(-20, reverse: true))
        #expect(try weight("ROUTER weight 30 noreverse") == Weight(30))
        #expect(try weight("ROUTER weight 0 reverse") == Weight(0, reverse: true))
        #expect(codes(instance("track_bfd {\nROUTER weight 254\n}") + weighted) == ["error out-of-range@6"])
    }

    @Test func `of a name that is not there says so, and which one is near`() {
        let found = complaints(session(neighbour, name: "router") + instance("track_bfd { routr }"))
        #expect(found.map(\.code) == ["undefined-check"])
        #expect(found.first?.message.contains("`router`") == true)
        #expect(complaints(instance("track_bfd { ROUTER }")).map(\.code) == ["undefined-check"])
        // One that was written wrongly is there all the same.
        #expect(codes(session("min_rx 50") + tracked) == ["error missing-keyword@1"])
    }

    /// keepalived: a member's weighted session is left out, one without weight is a fault of the whole group.
    @Test func `in a sync group counts as keepalived counts it`() {
        func group(_ member: String, _ more: String = "") -> String {
            let blocks = [("A", 1, member), ("B", 2, "")].map { name, id, lines in
                "vrrp_instance \(name) {\ninterface eth\(id)\nvirtual_router_id \(id)\n\(lines)\n"
                    + "virtual_ipaddress {\n10.0.\(id).1/24\n}\n}\n"
            }
            return session(neighbour) + blocks.joined() + "vrrp_sync_group G {\ngroup {\nA\nB\n}\n\(more)\n}\n"
        }
        func trackers(_ text: String) -> [[Weight]] {
            resolved(text).model.instances.map { $0.trackedSessions.map(\.weight) }
        }
        let weighted = "track_bfd {\nROUTER weight -20\n}"
        #expect(complaints(group(weighted)).map(\.code) == ["weight-in-sync-group"])
        #expect(trackers(group(weighted)) == [[], []])
        #expect(trackers(group(weighted, "sync_group_tracking_weight")) == [[Weight(-20)], []])
        #expect(trackers(group("track_bfd {\nROUTER\n}")) == [[Weight(0)], []])
        #expect(trackers(group("", weighted)) == [[Weight(-20)], [Weight(-20)]])
        #expect(complaints(group("", weighted)).isEmpty)
    }

    @Test func `does not move priority 255`() {
        let text = session(neighbour) + instance("track_bfd {\nROUTER weight -20\n}", priority: 255)
        #expect(complaints(text).map(\.code).contains("weight-on-owner"))
        #expect(resolved(text).model.instances[0].trackedSessions.isEmpty)
    }

    @Test func `is told by a reload, as the session is`() {
        func sentences(_ old: String, _ new: String) -> [String] {
            changes(from: resolved(old).model, to: resolved(new).model).flatMap(\.sentences)
        }
        let plain = session(neighbour)
        #expect(
            sentences(plain + tracked, session(neighbour, "min_rx 50", "multiplier 3", "passive") + tracked) == [
                "bfd_instance ROUTER: min_rx 10 -> 50", "bfd_instance ROUTER: multiplier 5 -> 3",
                "bfd_instance ROUTER: passive off -> on",
            ])
        #expect(sentences(instance(), plain + instance()) == ["bfd_instance ROUTER: added"])
        #expect(
            sentences(plain + instance(), plain + tracked) == ["instance VI_1: track_bfd ROUTER weight 0 added"])
    }

    private struct Here: HostInspector {
        var facts = HostFacts(interfaces: [
            .init(name: "eth0", addresses: [.init(address: .v4(IPv4Address(192, 0, 2, 1)), prefixLength: 24)])
        ])
        func problem(running program: String, as user: UserName?) -> HostFacts.ProgramProblem? { nil }
        func exists(_ user: UserName) -> Bool { true }
        func trackedFile(at path: String) -> HostFacts.TrackedFile? { nil }
        func scriptText(of program: String) -> String? { nil }
    }

    @Test(arguments: [
        ("multiplier 1", "warning fast-detection@1"), ("min_rx 2\nmin_tx 2", "warning fast-detection@1"),
        ("min_rx 5000", "note slow-detection@1"), ("min_rx 200\nmin_tx 1000", "note session-slower-than-adverts"),
        ("source_ip 192.0.2.9", "warning source-not-here@3"),
    ])
    func `of a session that is too fast, too slow or from nowhere is noticed`(lines: String, expected: String) {
        let text = session(neighbour, lines) + tracked
        let found = lint(resolved(text).model, host: Here(), hostIsAuthoritative: false)
        #expect(found.contains { $0.brief.hasPrefix(expected) && $0.fix != nil }, "\(found)")
    }

    @Test func `over IPv6 says that packets count which came from beyond the link`() {
        func codes(_ more: String) -> [String] {
            lint(
                resolved(session("neighbor_ip 2001:db8::2", more) + tracked).model, host: nil,
                hostIsAuthoritative: false
            )
            .map(\.code).filter { $0.hasPrefix("session") }
        }
        #expect(codes("") == ["session-hop-limit"])
        #expect(codes("hoplimit 255") == [])
    }

    @Test func `between the two hosts of a pair is no fault of the one that is left`() {
        func file(_ own: String, _ peer: String, _ priority: Int, _ weight: String) -> String {
            session("neighbor_ip \(peer)", "source_ip \(own)")
                + instance("track_bfd {\nROUTER \(weight)\n}", priority: priority)
        }
        func codes(_ weight: String) -> [String] {
            checkPair(
                resolved(file("192.0.2.1", "192.0.2.2", 150, weight)).model,
                resolved(file("192.0.2.2", "192.0.2.1", 100, weight)).model, fileA: "a", fileB: "b"
            ).map(\.code).filter { $0.hasPrefix("pair-mutual") || $0 == "pair-never-moves" }
        }
        #expect(codes("") == ["pair-mutual-session"])
        #expect(codes("weight -20") == [])
    }

    @Test func `with a router is proved to move the address, or not to`() {
        func codes(_ weight: String) -> [String] {
            func file(_ priority: Int) -> String {
                session(neighbour) + instance("track_bfd {\nROUTER \(weight)\n}", priority: priority)
            }
            return checkPair(resolved(file(150)).model, resolved(file(100)).model, fileA: "a", fileB: "b").map(\.code)
        }
        #expect(!codes("").contains { $0.hasPrefix("pair-") })
        #expect(!codes("weight -60").contains { $0.hasPrefix("pair-") })
        #expect(codes("weight -20").contains("pair-never-moves"))
    }
}
