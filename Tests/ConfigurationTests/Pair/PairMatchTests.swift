import Configuration
import Testing
import VRRPCore

private func pair(_ a: String, _ b: String) -> [Diagnostic] {
    checkPair(resolved(a).model, resolved(b).model, fileA: "a.conf", fileB: "b.conf").filter { $0.severity > .note }
}

private func briefs(_ a: String, _ b: String) -> [String] { pair(a, b).map { "\($0.severity) \($0.code)" } }

private func unicast(_ peers: String..., priority: Int, source: String = "") -> String {
    instance(source, "unicast_peer {", peers.joined(separator: "\n"), "}", priority: priority)
}

private func report(_ a: String, _ b: String, ids: [String] = [], _ names: [String] = ["a.conf", "b.conf"])
    -> CheckReport
{
    let reader = DictionaryReader(Dictionary([(names[0], a), (names[1], b)], uniquingKeysWith: { first, _ in first }))
    return Configuration.check(
        files: names, reading: reader, configurationID: "lb1", ids: ids, on: { _ in nil }, hostIsAuthoritative: false)
}

@Suite struct `Two hosts that are to find each other` {
    @Test func `cannot have one and the same only peer`() {
        let found = pair(unicast("10.0.0.12", priority: 150), unicast("10.0.0.12", priority: 140))
        #expect(found.map(\.code) == ["pair-peers"])
        #expect(found.first?.message.contains("10.0.0.12 as its only peer in both files") == true)
        #expect(briefs(unicast("10.0.0.12", priority: 150), unicast("10.0.0.11", priority: 140)) == [])
        #expect(briefs(unicast("192.168.10.100", priority: 150), unicast("192.168.10.100", priority: 140)) == [])
        // One list for all hosts, and each finds the others in it.
        let list = ["10.0.0.11", "10.0.0.12"]
        #expect(briefs(unicast(list[0], list[1], priority: 150), unicast(list[0], list[1], priority: 140)) == [])
        let named = unicast("10.0.0.12", priority: 150, source: "unicast_src_ip 10.0.0.11")
        #expect(briefs(named, unicast("10.0.0.12", priority: 140)) == ["error pair-peers"])
        #expect(briefs(named, unicast("10.0.0.11", priority: 140)) == [])
    }

    @Test func `have addresses of their own, and not the virtual ones`() {
        let peer = resolved(unicast("192.168.10.100", priority: 150)).diagnostics
        #expect(peer.map(\.brief) == ["error virtual-router-address@7"])
        let source = resolved(unicast("192.168.10.12", priority: 150, source: "unicast_src_ip 192.168.10.100"))
        #expect(source.diagnostics.map(\.brief) == ["error virtual-router-address@5"])
        let owner = resolved(unicast("192.168.10.12", priority: 255, source: "unicast_src_ip 192.168.10.100"))
        #expect(!owner.diagnostics.contains { $0.severity == .error })
    }

    @Test func `must have every instance in common`() {
        let other = "vrrp_instance B {\n interface eth0\n virtual_router_id 9\n virtual_ipaddress { 10.9.9.9 }\n}\n"
        let found = pair(instance(priority: 101), other)
        let expected = ["b.conf", "a.conf"].map { "no-counterpart add the instance to \($0)" }
        #expect(found.map { "\($0.code) \($0.fix ?? "")" } == expected)
    }

    @Test func `are told of another number or family under the same name once`() {
        let number = instance(addresses: ["10.1.1.1/24"]).replacing("virtual_router_id 51", with: "virtual_router_id 7")
        let found = pair(instance(priority: 101), number)
        #expect(found.map { "\($0.code) \($0.fix ?? "")" } == ["pair-vrid virtual_router_id 51"])
        let family = instance(addresses: ["fe80::1/64"])
        #expect(briefs(instance(priority: 101), family) == ["error pair-family"])
    }

    private func network(_ number: Int, on interface: String, priority: Int) -> String {
        "vrrp_instance NET\(number) {\n interface \(interface)\n virtual_router_id 51\n priority \(priority)\n"
            + " virtual_ipaddress {\n 10.\(number).1.1/24\n }\n}\n"
    }

    @Test(arguments: [("ens1", "ens2"), ("eth1", "eth0"), ("eth0", "eth1"), ("eth1", "eth2")])
    func `may have one number on two networks, whatever the interfaces are called`(first: String, second: String) {
        let a = network(1, on: "eth0", priority: 150) + network(2, on: "eth1", priority: 150)
        let b = network(1, on: first, priority: 100) + network(2, on: second, priority: 100)
        #expect(briefs(a, b) == [])
        #expect(report(a, b).proofs.reduce(0) { $0 + $1.alike + 1 } == 2)
    }

    @Test func `have one remedy where a weight moves nothing`() {
        let check = "vrrp_script chk {\n script /bin/check\n weight 101\n}\n"
        let found = report(check + instance("track_script { chk }", priority: 200), instance(priority: 100))
        #expect(found.diagnostics.map(\.code) == ["pair-never-moves", "pair-unwatched"])
        #expect(found.diagnostics.first?.fix?.hasPrefix("chk weight -101 ") == true)
    }

    @Test func `must have both of two instances with one number`() {
        let both = network(1, on: "eth0", priority: 150) + network(2, on: "eth1", priority: 150)
        let one = network(1, on: "eth0", priority: 100)
        #expect(briefs(both, one) == ["error no-counterpart"])
        #expect(briefs(one, both) == ["error no-counterpart"])
        #expect(report(both, one).proofText.contains("No table for `NET2`: "))
    }

    @Test func `have the same prefix for an address`() {
        let found = pair(instance(priority: 101), instance(addresses: ["192.168.10.100"]))
        #expect(found.map { "\($0.severity) \($0.code)@\($0.location.line)" } == ["warning pair-prefix@7"])
        #expect(found.first?.message == "192.168.10.100 of `VI_1` is a /24 in a.conf and a /32 in b.conf")
        #expect(found.first?.fix?.hasPrefix("192.168.10.100/24 ") == true)
    }

    @Test func `get no table where they do not, and are told so`() {
        func own(_ priority: Int) -> String {
            unicast("10.0.0.12", priority: priority, source: "unicast_src_ip 10.0.0.11")
        }
        let found = report(own(150), own(140))
        #expect(found.proofs.isEmpty && found.diagnostics.map(\.code).contains("pair-source"))
        #expect(found.proofText.contains("No table for `VI_1`: "))
        #expect(!report(instance(priority: 101), instance()).proofText.contains("No table"))
    }

    @Test func `may have one file for both, each with its id`() {
        let text = instance(priority: 100).replacing("    priority 100", with: "@lb1 priority 150\n@lb2 priority 100")
        let found = report(text, text, ids: ["lb1", "lb2"], ["both.conf", "both.conf"])
        #expect(found.diagnostics.filter { $0.severity > .note } == [], "\(found.text)")
        #expect(found.proofText.contains("both.conf as lb1 is MASTER while all is well"), "\(found.proofText)")
        let same = report(text, text, ids: ["lb1", "lb1"], ["both.conf", "both.conf"])
        #expect(same.diagnostics.map(\.code) == ["pair-same-file"])
    }

    @Test func `are compared in no time, however many instances they have`() {
        func file(_ priority: Int) -> String {
            (0..<4000).map { index in
                "vrrp_instance V\(index) {\n interface eth\(index / 250)\n virtual_router_id \(index % 250 + 1)\n"
                    + " priority \(priority)\n virtual_ipaddress {\n 10.1.\(index / 250).\(index % 250 + 1)/24\n }\n}\n"
            }.joined()
        }
        let (a, b) = (resolved(file(101)).model, resolved(file(100)).model)
        let clock = ContinuousClock()
        let took = clock.measure {
            let found = provePair(a, b, fileA: "a.conf", fileB: "b.conf")
            #expect(found.diagnostics == [] && found.proofs.reduce(0) { $0 + $1.alike + 1 } == 4000)
        }
        // With a search for each instance it took minutes, without optimization.
        #expect(took < .seconds(30))
    }
}

@Suite struct `Weights of two checks` {
    private func file(_ weights: [Int], priority: Int, _ lines: String = "") -> String {
        weights.enumerated().map { "vrrp_script chk\($0.offset) {\n script /bin/check\n weight \($0.element)\n}\n" }
            .joined()
            + instance(
                lines, "track_script {\n" + weights.indices.map { "chk\($0)" }.joined(separator: "\n") + "\n}",
                priority: priority)
    }

    @Test func `that cross the gap only together are told as such`() throws {
        let found = pair(file([-30, -30], priority: 150), file([-30, -30], priority: 100))
        #expect(found.map { "\($0.severity) \($0.code)" } == [String](repeating: "warning pair-weight-alone", count: 2))
        let first = try #require(found.first)
        #expect(first.message.hasSuffix("priority 150 becomes 120 against 100: alone it moves nothing"))
        #expect(first.consequence == "the address moves only when `chk1` fails as well")
        #expect(first.fix?.hasPrefix("chk0 weight -51 ") == true)
    }

    @Test func `that cannot cross it together are errors`() {
        let found = pair(file([-20, -20], priority: 150), file([-20, -20], priority: 100))
        #expect(Set(found.map { "\($0.severity) \($0.code)" }) == ["error pair-never-moves"])
        // The second does it alone, so the first makes no difference.
        let one = pair(file([-1, -60], priority: 150), file([-1, -60], priority: 100))
        #expect(one.map { "\($0.severity) \($0.code)" } == ["error pair-never-moves"])
    }

    @Test func `and nopreempt are one mistake in each file, and none where it moves`() {
        let both = report(file([-60], priority: 150, "nopreempt"), file([-60], priority: 140, "nopreempt"))
        #expect(both.diagnostics.map(\.code) == ["pair-never-moves", "pair-never-moves"])
        let one = report(file([-60], priority: 150, "nopreempt"), file([-60], priority: 140))
        #expect(!one.diagnostics.contains { $0.code == "weight-with-nopreempt" })
        #expect(one.proofs.first?.outcome(of: .script(.first, "chk0"))?.owner == .side(.second))
    }
}

@Suite struct `Each thing that is watched` {
    private func prove(_ a: String, _ b: String) throws -> Proof {
        try #require(provePair(resolved(a).model, resolved(b).model, fileA: "a.conf", fileB: "b.conf").proofs.first)
    }

    @Test func `has a row, with priority 255 too`() throws {
        let text = "vrrp_script chk {\n script /bin/check\n weight -5\n}\n"
        let proof = try prove(text + instance("track_script { chk }", priority: 255), instance())
        #expect(proof.outcome(of: .daemon(.first))?.owner == .side(.second))
        #expect(proof.outcome(of: .script(.first, "chk"))?.owner == .side(.first))
    }

    @Test(arguments: [1, -10])
    func `has a row if it is a file with a weight, which is taken at its worst`(weight: Int) throws {
        func file(_ priority: Int) -> String {
            "track_file maint {\n file /run/maint\n weight \(weight)\n}\n"
                + instance("track_file { maint }", priority: priority)
        }
        let (a, b) = (resolved(file(150)).model, resolved(file(100)).model)
        let found = provePair(a, b, fileA: "a.conf", fileB: "b.conf")
        #expect(found.diagnostics == [])
        #expect(found.proofs.first?.outcome(of: .file(.first, "maint"))?.owner == .side(.second))
        #expect(report(file(150), file(100)).proofText.contains("a.conf file maint at its worst"))
    }

    @Test func `has a row in a group where its weight does not count`() throws {
        func file(_ priority: Int) -> String {
            let members = ["A", "B"].enumerated().map { index, name in
                "vrrp_instance \(name) {\n interface eth\(index)\n virtual_router_id \(index + 1)\n"
                    + " priority \(priority)\n track_script { chk }\n virtual_ipaddress {\n 10.0.\(index).1/24\n }\n}\n"
            }
            return "vrrp_script chk {\n script /bin/check\n weight -5\n}\n"
                + "vrrp_sync_group G {\n group {\n A\n B\n }\n}\n" + members.joined()
        }
        let proof = try prove(file(101), file(100))
        #expect(proof.outcome(of: .script(.first, "chk"))?.owner == .side(.first))
    }

    @Test func `says of dont_track_primary what the table says`() throws {
        let (a, b) = (instance("dont_track_primary", priority: 150), instance("dont_track_primary"))
        let said = try #require(pair(a, b).first { $0.code == "pair-link-ignored" })
        #expect(said.message.hasSuffix("it stays MASTER (`dont_track_primary`)"))
        #expect(said.consequence?.contains("clients find the addresses there") == true)
        #expect(try prove(a, b).outcome(of: .interface(.first, "eth0"))?.owner == .side(.second))
    }
}
