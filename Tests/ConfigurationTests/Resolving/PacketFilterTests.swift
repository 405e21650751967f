import Configuration
import Testing
import VRRPCore
import VRRPWire

private func globals(_ lines: String, _ body: String = instance()) -> String { "global_defs {\n\(lines)\n}\n" + body }

private func only(_ text: String) throws -> Instance { try #require(resolved(text).model.instances.first) }

@Suite struct `The packet filter` {
    @Test func `is a table of ours with keepalived's priority unless the file says more`() {
        #expect(resolved(instance()).model.global.packetFilter == PacketFilterSettings())
        #expect(PacketFilterSettings().table == "understudy" && PacketFilterSettings().priority == -1)
        let text = globals("nftables keepalived\n nftables_priority -5\n nftables_counters\n nftables_ifindex")
        let filter = resolved(text).model.global.packetFilter
        #expect(filter.table == "keepalived" && filter.priority == -5 && filter.countsPackets && filter.matchesIndex)
        #expect(complaints(text) == [])
        // keepalived: `nftables` after it would take the priority back; here the order does not count.
        #expect(resolved(globals("nftables_priority 7\n nftables")).model.global.packetFilter.priority == 7)
    }

    @Test(arguments: [
        ("nftables 1st", "error bad-value@2"), ("nftables a/b", "error bad-value@2"),
        ("nftables \(String(repeating: "x", count: 256))", "error bad-value@2"),
        ("nftables_priority x", "error bad-value@2"), ("nftables_priority 3000000000", "error out-of-range@2"),
        ("nftables a\nnftables b", "warning repeated-keyword@3"),
        ("vrrp_iptables in out", "warning obsolete-keyword@2"),
    ])
    func `says what is wrong with it`(lines: String, expected: String) throws {
        let found = complaints(globals(lines))
        #expect(found.map(\.brief) == [expected])
        #expect(found.first?.fix != nil && found.first?.consequence != nil)
    }

    @Test func `the first name of the table counts, as with keepalived`() {
        #expect(resolved(globals("nftables a\nnftables b")).model.global.packetFilter.table == "a")
    }

    @Test func `of iptables the file says that nftables does it`() {
        for line in ["vrrp_iptables", "vrrp_ipsets a b"] {
            #expect(complaints(globals(line)).first?.consequence?.contains("`nftables`: `no_accept` drops") == true)
        }
    }

    @Test(arguments: [
        ("", true), ("accept", true), ("no_accept", false), ("accept\nno_accept", false), ("no_accept\naccept", true),
    ])
    func `packets are let in unless the instance says no_accept`(lines: String, accepts: Bool) throws {
        let found = try only(instance(lines))
        #expect(found.acceptsPackets == accepts && found.dropsPackets == !accepts)
        #expect(complaints(instance(lines)).map(\.code) == (lines.contains("\n") ? ["accept-and-no-accept"] : []))
    }

    @Test func `an owner takes what is sent to its addresses`() throws {
        let text = instance("no_accept", priority: 255)
        #expect(try !only(text).dropsPackets)
        #expect(resolved(text).diagnostics.contains { $0.code == "no-effect" && $0.location.line == 5 })
    }

    @Test func `a reload says what changes`() {
        func sentences(_ old: String, _ new: String) -> [String] {
            changes(from: resolved(old).model, to: resolved(new).model).flatMap(\.sentences)
        }
        #expect(sentences(instance(), instance("no_accept")) == ["instance VI_1: no_accept off -> on"])
        #expect(
            sentences(instance("promote_secondaries"), instance()) == ["instance VI_1: promote_secondaries on -> off"])
        #expect(
            sentences(instance(), globals("nftables t\nnftables_priority 3\nnftables_counters\nnftables_ifindex")) == [
                "global_defs: nftables understudy -> t", "global_defs: nftables_priority -1 -> 3",
                "global_defs: nftables_counters off -> on", "global_defs: nftables_ifindex off -> on",
            ])
    }

    @Test func `two hosts of a pair do the same`() {
        let found = checkPair(
            resolved(instance("no_accept", priority: 101)).model, resolved(instance()).model, fileA: "a.conf",
            fileB: "b.conf")
        #expect(found.map(\.code) == ["pair-accept"])
    }
}

@Suite struct `Strict mode` {
    private func strict(_ lines: String = "", priority: Int = 100) -> String {
        instance("version 3\nstrict_mode\n\(lines)", priority: priority)
    }

    @Test func `makes of an instance what keepalived makes of it`() throws {
        let found = try only(globals("vrrp_strict\nvrrp_down_timer_adverts 5\nvrrp_garp_lower_prio_repeat 9"))
        #expect(found.dropsPackets)
        #expect(found.downTimerAdverts == 3)
        #expect(found.announcements.contestedRepeats == 0 && found.announcements.contestedDelay == .zero)
        #expect(!found.answersLowerPriority)
        #expect(try only(globals("vrrp_strict", instance("strict_mode off"))).acceptsPackets)
        #expect(try only(globals("vrrp_strict off")).acceptsPackets)
    }

    @Test func `says once that it drops the traffic to the addresses of every instance`() {
        let second = instance(addresses: ["192.168.10.101/24"]).split(separator: "VI_1").joined(separator: "VI_2")
            .split(separator: "router_id 51").joined(separator: "router_id 52")
        let found = complaints(globals("vrrp_strict", instance() + second))
        #expect(found.map(\.brief) == ["warning strict-drops-traffic@2"])
        #expect(found.first?.message.contains("`VI_1`, `VI_2`") == true)
        #expect(found.first?.fix?.contains("remove the line") == true)
    }

    @Test(arguments: [
        ("", 100, ["warning strict-drops-traffic@6"]), ("accept", 100, []), ("no_accept", 100, []), ("", 255, []),
        ("accept\nstate MASTER", 100, ["warning strict-mode@8"]),
        ("state BACKUP", 255, ["warning strict-mode@7"]), ("state MASTER", 255, []),
        ("accept\npreempt_delay 5", 100, ["warning strict-mode@8"]),
        ("accept\ndown_timer_adverts 4", 100, ["warning strict-mode@8"]),
        ("accept\ndown_timer_adverts 3", 100, []),
        ("accept\ngarp_lower_prio_repeat 2\ngarp_lower_prio_delay 0", 100, ["warning strict-mode@8"]),
        ("accept\nlower_prio_no_advert off", 100, ["warning strict-mode@8"]),
        ("accept\nauthentication {\nauth_type PASS\nauth_pass x\n}", 100, ["warning strict-mode@8"]),
        ("accept\nunicast_peer {\n192.168.10.12\n}", 100, ["error strict-mode@8"]),
    ])
    func `says of each line what becomes of it`(lines: String, priority: Int, expected: [String]) {
        #expect(complaints(strict(lines, priority: priority)).map(\.brief) == expected)
    }

    @Test func `takes no accept for version 2, no password, and not an instance without addresses`() throws {
        let two = instance("strict_mode\naccept")
        #expect(try only(two).dropsPackets)
        #expect(complaints(two).map(\.brief) == ["warning strict-mode@6"])
        let password = instance("strict_mode\nno_accept\nauthentication {\nauth_type PASS\nauth_pass x\n}")
        #expect(try only(password).password == nil)
        let bare = "vrrp_instance A {\n interface eth0\n virtual_router_id 1\n strict_mode\n no_accept\n"
        #expect(complaints(bare + "}\n").map(\.code).contains("strict-mode"))
        #expect(complaints(bare + " no_virtual_ipaddress\n}\n").map(\.brief) == ["error strict-mode@6"])
    }

    @Test func `leaves MASTER at the start to the owner`() throws {
        #expect(try only(strict("accept\nstate MASTER")).initialState == .backup)
        #expect(try only(strict("state BACKUP", priority: 255)).initialState == .master)
        // keepalived: `nopreempt` is then not cancelled by a state that does not count.
        #expect(try !only(strict("accept\nstate MASTER\nnopreempt")).preempts)
    }
}
