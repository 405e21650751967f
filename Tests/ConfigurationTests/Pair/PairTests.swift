import Configuration
import Testing

private func pair(_ a: String, _ b: String) -> [Diagnostic] {
    checkPair(resolved(a).model, resolved(b).model, fileA: "a.conf", fileB: "b.conf")
}

private func codes(_ a: String, _ b: String) -> [String] {
    pair(a, b).filter { $0.severity > .note }.map { "\($0.severity.rawValue) \($0.code)" }
}

private func checked(_ weight: Int, priority: Int, _ lines: String...) -> String {
    "vrrp_script chk {\n script /bin/check\n weight \(weight)\n}\n"
        + instance("track_script { chk }", lines.joined(separator: "\n"), priority: priority)
}

@Suite struct PairTests {
    @Test func `finds nothing wrong with a sound pair`() {
        #expect(pair(instance(priority: 101), instance(priority: 100)) == [])
    }

    @Test func `a file is no partner of itself`() {
        #expect(codes(instance(), instance()) == ["warning pair-equal-priority"])
    }

    @Test func `priorities are equal when they are so with the weights`() {
        #expect(codes(checked(20, priority: 100), checked(5, priority: 100)) == [])
        let least = pair(instance(priority: 1), instance(priority: 1))
        #expect(least.map(\.code) == ["pair-equal-priority"] && least.first?.fix?.hasPrefix("priority 2 ") == true)
        let clamped = pair(checked(253, priority: 150), checked(253, priority: 100))
        #expect(clamped.map(\.code) == ["pair-equal-priority"], "\(clamped)")
        #expect(clamped.first?.message.contains("priority 254 on both hosts while all is well: priority 150") == true)
        #expect(clamped.first?.fix?.hasPrefix("smaller weights") == true)
        let other = codes(checked(-2, priority: 120), checked(20, priority: 100)).filter { $0.contains("priority") }
        #expect(other == ["warning pair-equal-priority"])
    }

    @Test func `settings that make both MASTER are errors`() {
        let a = instance(priority: 101)
        #expect(codes(a, instance("version 3")) == ["error pair-version"])
        #expect(codes(a, instance("advert_int 2")) == ["error pair-interval"])
        #expect(codes(a, instance("authentication {\nauth_type PASS\nauth_pass x\n}")) == ["error pair-authentication"])
        #expect(codes(a, instance(addresses: ["192.168.10.101/24"])) == ["error pair-addresses"])
        #expect(codes(a, instance("unicast_peer {\n10.0.0.2\n}")) == ["error pair-transport"])
    }

    @Test func `version 3 adapts to another interval, and not to other addresses`() {
        let a = instance("version 3", priority: 101)
        #expect(codes(a, instance("version 3", "advert_int 2")) == ["warning pair-interval"])
        #expect(codes(a, instance("version 3", addresses: ["192.168.10.101/24"])) == ["error pair-addresses"])
    }

    @Test func `routers that wait for different numbers of adverts are told of it`() {
        let a = instance("down_timer_adverts 5", priority: 101)
        #expect(codes(a, instance()) == ["warning pair-down-timer"])
        #expect(codes(a, instance("down_timer_adverts 5")) == [])
    }

    @Test func `passwords that differ after the eighth character are the same`() {
        func with(_ password: String, _ priority: Int) -> String {
            instance("authentication {\nauth_type PASS\nauth_pass \(password)\n}", priority: priority)
        }
        #expect(codes(with("12345678a", 101), with("12345678b", 100)) == [])
        #expect(codes(with("1234567a", 101), with("1234567b", 100)) == ["error pair-authentication"])
    }

    @Test func `a password that is sent is not one that is a key`() {
        func with(_ type: String, _ priority: Int) -> String {
            instance("authentication {\nauth_type \(type)\nauth_pass x\n}", priority: priority)
        }
        #expect(codes(with("AH", 101), with("AH", 100)) == [])
        #expect(codes(with("AH", 101), with("PASS", 100)) == ["error pair-authentication"])
        let (model, diagnostics) = resolved(with("AH", 100))
        #expect(diagnostics.map(\.brief) == ["note authentication-header@6"])
        #expect(model.instances.first?.usesAuthenticationHeader == true)
        let sentences = changes(from: resolved(with("PASS", 100)).model, to: model).flatMap(\.sentences)
        #expect(sentences == ["instance VI_1: auth_type AH off -> on"])
    }

    @Test func `excluded addresses that differ are lost by a takeover`() {
        let a = instance("virtual_ipaddress_excluded {\n10.1.1.1\n}", priority: 101)
        #expect(codes(a, instance()) == ["warning pair-excluded-addresses"])
    }

    @Test func `no router may demand more TTL than the other sends with`() {
        func with(_ own: String, _ peer: String, _ priority: Int) -> String {
            instance("unicast_src_ip \(own)", "unicast_ttl 64", "unicast_peer {", peer, "}", priority: priority)
        }
        let a = with("10.0.0.1", "10.0.0.2 min_ttl 64", 101)
        #expect(codes(a, with("10.0.0.2", "10.0.0.1 max_ttl 64", 100)) == [])
        #expect(codes(a, with("10.0.0.2", "10.0.0.1 min_ttl 65", 100)) == ["error pair-ttl"])
    }

    @Test func `unicast routers must list each other`() {
        func with(_ own: String, _ peer: String, _ priority: Int) -> String {
            instance("unicast_src_ip \(own)", "unicast_peer {", peer, "}", priority: priority)
        }
        #expect(codes(with("10.0.0.1", "10.0.0.2", 101), with("10.0.0.2", "10.0.0.1", 100)) == [])
        let found = pair(with("10.0.0.1", "10.0.0.3", 101), with("10.0.0.2", "10.0.0.1", 100))
        #expect(found.map(\.code) == ["pair-peers"])
        #expect(found.first?.fix == "unicast_peer { 10.0.0.2 }")
    }

    @Test func `says what two MASTERs and unequal preemption mean`() {
        #expect(
            codes(instance("state MASTER", priority: 101), instance("state MASTER")) == ["warning pair-two-masters"])
        #expect(codes(instance("nopreempt", priority: 101), instance()) == ["warning pair-preemption"])
    }

    @Test func `an instance in one file only protects nothing`() {
        let other = "vrrp_instance B {\n interface eth0\n virtual_router_id 9\n virtual_ipaddress { 10.9.9.9 }\n}\n"
        #expect(codes(instance(priority: 101) + other, instance()) == ["error no-counterpart"])
        #expect(codes(instance(priority: 101), instance() + other) == ["error no-counterpart"])
    }

    @Test func `the same address under another virtual_router_id is one mistake, and has one remedy`() {
        let other = instance().replacing("virtual_router_id 51", with: "virtual_router_id 52")
        let found = pair(instance(priority: 101), other)
        #expect(found.map { "\($0.severity) \($0.code)" } == ["error pair-vrid"])
        #expect(found.first?.fix == "virtual_router_id 51")
    }

    @Test func `a file that was copied with its source address is one mistake too`() {
        let own = instance("unicast_src_ip 10.0.0.1\nunicast_peer { 10.0.0.2 }", priority: 101)
        #expect(codes(own, own.replacing("priority 101", with: "priority 100")) == ["error pair-source"])
    }

    @Test func `a weight that cannot cross the gap is named with its arithmetic`() {
        let found = pair(checked(2, priority: 150), checked(2, priority: 100))
        #expect(found.map(\.code) == ["pair-never-moves"])
        #expect(
            found.first?.message
                == "`chk` fails where `VI_1` is MASTER -> priority 152 becomes 150 against 102: the address never moves"
        )
        #expect(found.first?.fix?.hasPrefix("chk weight 51 ") == true)
        #expect(codes(checked(51, priority: 150), checked(51, priority: 100)) == [])
        #expect(codes(checked(50, priority: 150), checked(50, priority: 100)) == ["error pair-never-moves"])
    }

    @Test func `the suggested negative weight is the least that moves the address`() {
        let found = pair(checked(-2, priority: 150), checked(-2, priority: 100))
        #expect(found.first?.fix?.hasPrefix("chk weight -51 ") == true)
        #expect(codes(checked(-51, priority: 150), checked(-51, priority: 100)) == [])
        #expect(codes(checked(-50, priority: 150), checked(-50, priority: 100)) == ["error pair-never-moves"])
    }

    @Test(arguments: [
        ("-10 reverse", "chk weight -51 reverse"), ("10 reverse", "chk weight 51 reverse"),
    ])
    func `what is looked for and should not be there moves the address when it is there`(weight: String, fix: String) {
        func file(_ weight: String, _ priority: Int) -> String {
            "vrrp_script chk {\n script \"/usr/bin/test -e /run/x\"\n weight \(weight)\n}\n"
                + instance("track_script { chk }", priority: priority)
        }
        let found = pair(file(weight, 150), file(weight, 100))
        #expect(found.map(\.code) == ["pair-never-moves"], "\(found)")
        #expect(found.first?.message.hasPrefix("`chk` succeeds where `VI_1` is MASTER -> ") == true, "\(found)")
        #expect(found.first?.fix?.hasPrefix("\(fix) ") == true, "\(found)")
        let sufficient = weight.replacing("10", with: "51")
        #expect(pair(file(sufficient, 150), file(sufficient, 100)) == [])
    }

    @Test(arguments: [(254, 100), (200, 2), (254, 253), (240, 180)])
    func `the suggested weight moves the address within what priorities there are`(first: Int, second: Int) throws {
        for weight in [1, -1] {
            let found = pair(checked(weight, priority: first), checked(weight, priority: second))
                .filter { $0.code == "pair-never-moves" }
            // One that is below the other by one moves by that alone.
            guard let fix = found.first?.fix else { continue }
            let words = fix.split(separator: " ")
            let suggested = try #require(words.count > 2 ? Int(words[2]) : nil, "\(fix)")
            let mended = pair(checked(suggested, priority: first), checked(suggested, priority: second))
            #expect(!mended.contains { $0.severity == .error }, "\(fix): \(mended)")
        }
    }

    @Test func `a host that watches nothing is told of it`() {
        let found = pair(checked(0, priority: 150), instance(priority: 100))
        #expect(found.map { "\($0.severity) \($0.code)@\($0.location.line)" } == ["warning pair-unwatched@1"])
        #expect(found.first?.message == "`VI_1` watches `chk` in a.conf, and nothing in b.conf")
        #expect(codes(instance(priority: 150), checked(0, priority: 100)) == ["warning pair-unwatched"])
        let other = checked(0, priority: 100).replacing("chk", with: "other")
        #expect(codes(checked(0, priority: 150), other) == [])
    }

    @Test func `a check without weight always moves the address`() {
        #expect(pair(checked(0, priority: 150), checked(0, priority: 100)) == [])
    }

    @Test func `nopreempt on the other host keeps the address where it is`() {
        let found = pair(checked(-60, priority: 150, "nopreempt"), checked(-60, priority: 100, "nopreempt"))
        // Whoever of the two is MASTER.
        #expect(found.map(\.code) == ["pair-never-moves", "pair-never-moves"])
        #expect(found.allSatisfy { $0.message.contains("nopreempt") })
    }

    /// Two instances, and a group of them with `more`.
    private func two(_ priorities: [Int], isGrouped: Bool = true, _ more: String = "", _ lines: String = "") -> String {
        let members = zip(["A", "B"], priorities).map { name, priority in
            let id = name == "A" ? 1 : 2
            return "vrrp_instance \(name) {\n interface eth\(id)\n virtual_router_id \(id)\n priority \(priority)\n"
                + "\(name == "A" ? lines : "")\n virtual_ipaddress {\n 10.0.\(id).1/24\n }\n}\n"
        }
        let script = "vrrp_script chk {\n script /bin/check\n weight -20\n}\n"
        return (more + lines).contains("chk")
            ? script + group(isGrouped, more) + members.joined() : group(isGrouped, more) + members.joined()
    }

    private func group(_ isGrouped: Bool, _ more: String) -> String {
        isGrouped ? "vrrp_sync_group G {\n group {\n A\n B\n }\n\(more)\n}\n" : ""
    }

    @Test func `what moves together on one host only is an error`() {
        #expect(codes(two([150, 150]), two([100, 100])) == [])
        #expect(codes(two([150, 150]), two([100, 100], isGrouped: false)) == ["error pair-sync-group"])
        #expect(codes(two([150, 150], isGrouped: false), two([100, 100])) == ["error pair-sync-group"])
        #expect(codes(two([150, 150], isGrouped: false), two([100, 100], isGrouped: false)) == [])
    }

    @Test func `hosts that are ahead on different members are told that nobody takes the group`() {
        #expect(codes(two([150, 90]), two([90, 150])) == ["warning pair-group-order"])
        #expect(codes(two([150, 150]), two([90, 100])) == [])
    }

    @Test func `a weight moves a group only when it moves every member`() {
        let tracked = "track_script {\n chk\n}"
        func told(_ a: String, _ b: String) -> [String] { pair(a, b).map { "\($0.code): \($0.message)" } }
        #expect(told(two([110, 110], tracked), two([100, 100], tracked)) == [])
        let one = "sync_group_tracking_weight"
        let alone = told(two([110, 110], one, tracked), two([100, 100], one, tracked))
        #expect(alone.first?.hasPrefix("pair-never-moves") == true, "\(alone)")
        #expect(alone.first?.contains("sync group `G` never moves") == true, "\(alone)")
        // The remedy is one.
        let fix = pair(two([110, 110], one, tracked), two([100, 100], one, tracked)).first?.fix ?? ""
        #expect(fix.hasPrefix("track_script { chk weight -11 }   # in vrrp_sync_group G "), "\(fix)")
        let mended = "track_script { chk weight -11 }"
        #expect(told(two([110, 110], mended), two([100, 100], mended)) == [])
    }
}
