import Configuration
import Testing

private func sentences(_ old: String, _ new: String) -> [String] {
    changes(from: resolved(old).model, to: resolved(new).model).flatMap(\.sentences)
}

@Suite struct ChangeTests {
    @Test func `moving text around changes nothing`() {
        let script = "vrrp_script chk {\n script /bin/true\n}\n"
        let body = instance("track_script { chk }")
        #expect(changes(from: resolved(script + body).model, to: resolved("\n\n" + body + script).model) == [])
    }

    @Test func `says what changed in the operator's words`() {
        #expect(sentences(instance(priority: 101), instance(priority: 90)) == ["instance VI_1: priority 101 -> 90"])
        #expect(
            sentences(instance(addresses: ["10.0.0.1/24"]), instance(addresses: ["10.0.0.2/24"])) == [
                "instance VI_1: address 10.0.0.1/24 dev eth0 removed",
                "instance VI_1: address 10.0.0.2/24 dev eth0 added",
            ])
        #expect(
            sentences(instance(), instance(prelude: "global_defs { router_id x }\n")) == [
                "global_defs: router_id host name -> x"
            ])
    }

    @Test func `says which routes come and go`() {
        func with(_ route: String) -> String { instance("virtual_routes {\n\(route)\n}") }
        #expect(
            sentences(with("10.0.0.0/8 dev eth0"), with("default via 192.168.10.1 metric 50 no_track")) == [
                "instance VI_1: route 10.0.0.0/8 dev eth0 removed",
                "instance VI_1: route default via 192.168.10.1 metric 50 no_track added",
            ])
    }

    @Test func `a password is never written out`() {
        let with = instance("authentication {\nauth_type PASS\nauth_pass s3cret\n}")
        #expect(sentences(instance(), with) == ["instance VI_1: auth_pass added"])
    }

    @Test func `a renamed instance is the same one`() {
        let renamed = instance().split(separator: "VI_1", omittingEmptySubsequences: false).joined(separator: "VI_9")
        let found = changes(from: resolved(instance()).model, to: resolved(renamed).model)
        #expect(found.flatMap(\.sentences) == ["instance VI_9: name VI_1 -> VI_9"])
        guard case .instance(.some, .some)? = found.first?.subject else {
            Issue.record("not matched")
            return
        }
    }

    @Test func `another VRID or transport is the same instance when it keeps its name and an address`() {
        let other = instance().split(separator: "virtual_router_id 51").joined(separator: "virtual_router_id 52")
        #expect(sentences(instance(), other) == ["instance VI_1: virtual_router_id 51 -> 52"])
        let elsewhere = instance().split(separator: "interface eth0").joined(separator: "interface eth1")
        #expect(sentences(instance(), elsewhere).first == "instance VI_1: interface eth0 -> eth1")
        #expect(
            sentences(instance(), instance("unicast_peer {\n10.0.0.2\n}")).prefix(2)
                == ["instance VI_1: transport multicast -> unicast", "instance VI_1: peer 10.0.0.2 added"])
        // Other addresses, or another name: somebody else may have them.
        let new = [
            instance(addresses: ["192.168.10.7/24"]),
            instance().split(separator: "VI_1", omittingEmptySubsequences: false).joined(separator: "VI_9"),
        ].map { $0.split(separator: "virtual_router_id 51").joined(separator: "virtual_router_id 52") }
        #expect(sentences(instance(), new[0]) == ["instance VI_1: removed", "instance VI_1: added"])
        #expect(sentences(instance(), new[1]) == ["instance VI_1: removed", "instance VI_9: added"])
    }

    @Test func `who takes the VRID of another instance goes on as that one`() {
        func two(_ first: Int, _ second: Int) -> String {
            let one = instance().split(separator: "virtual_router_id 51").joined(
                separator: "virtual_router_id \(first)")
            let other = instance(addresses: ["192.168.10.101/24"])
                .split(separator: "VI_1", omittingEmptySubsequences: false).joined(separator: "VI_2")
                .split(separator: "virtual_router_id 51").joined(separator: "virtual_router_id \(second)")
            return one + other
        }
        let swapped = sentences(two(51, 52), two(52, 51))
        #expect(swapped.contains("instance VI_1: name VI_2 -> VI_1"), "\(swapped)")
        #expect(swapped.contains("instance VI_2: name VI_1 -> VI_2"), "\(swapped)")
    }

    @Test func `reports checks and the weights they have`() {
        func with(_ weight: Int, _ command: String) -> String {
            "vrrp_script chk {\n script \(command)\n weight \(weight)\n}\n" + instance("track_script { chk }")
        }
        #expect(
            sentences(with(2, "/bin/a"), with(3, "/bin/b")) == [
                "vrrp_script chk: script \"/bin/a\" -> \"/bin/b\"", "vrrp_script chk: weight 2 -> 3",
                "instance VI_1: track_script chk weight 2 -> 3",
            ])
        #expect(
            sentences(instance(), with(2, "/bin/a")) == [
                "vrrp_script chk: added", "instance VI_1: track_script chk weight 2 added",
            ])
    }
}
