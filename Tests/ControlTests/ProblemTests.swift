import Control
import Testing

@Suite struct `What is not as it should be` {
    private func status(_ nights: Situation...) -> Status {
        Status(
            loadedAt: Situation.at(60), standby: nights.first?.standby, instances: nights.map(\.instance), remarks: [])
    }

    private func address(_ text: String, isPresent: Bool) -> AddressStatus {
        AddressStatus(address: text, prefixLength: 24, interface: "eth0", isAdvertised: true, isPresent: isPresent)
    }

    @Test(arguments: [RouterState.active, .standby, .handingOver])
    func `is nothing while an instance serves or could`(state: RouterState) {
        var night = Situation(state, 9, "because", priority: sum(107, 107))
        night.instance.addresses = [address("192.0.2.10", isPresent: state.holdsAddresses)]
        #expect(status(night).problems == [])
    }

    @Test(arguments: [RouterState.fault, .waiting, .stopped])
    func `is an instance that neither serves nor could`(state: RouterState) {
        var night = Situation(state, 9, "eth0 is down", priority: sum(107, 107))
        night.instance.obstacles = ["eth0 is down", "no address"]
        #expect(status(night).problems == ["VI_1: \(state.word): eth0 is down; no address."])
    }

    @Test func `is said once, where the cause names every obstacle`() {
        var night = Situation(.fault, 9, "eth0 is down; no address", priority: sum(107, 107))
        night.instance.obstacles = ["eth0 is down", "no address"]
        #expect(status(night).problems == ["VI_1: FAULT: eth0 is down; no address."])
    }

    @Test func `is a route or a rule that is missing where the addresses are`() {
        var night = Situation(.active, 9, "because", priority: sum(107, 107))
        night.instance.routes = [
            RouteStatus(route: "default dev eth0", isPresent: false), RouteStatus(route: "10.0.0.0/8", isPresent: true),
        ]
        night.instance.rules = [RuleStatus(rule: "preference 3 lookup 1", isPresent: false)]
        let end = "is missing, although this host is active: what needs it goes another way, or none."
        #expect(
            status(night).problems == [
                "VI_1: the route default dev eth0 \(end)", "VI_1: the rule preference 3 lookup 1 \(end)",
            ])
        // One that has ended by itself is where it should be.
        night.instance.routes?[0].hasEnd = true
        #expect(status(night).problems == ["VI_1: the rule preference 3 lookup 1 \(end)"])
        night.instance.state = .standby
        #expect(status(night).problems == [])
    }

    @Test func `is a packet that is let in although no_accept is set`() {
        var night = Situation(.active, 9, "because", priority: sum(107, 107))
        var filter = PacketFilterStatus(table: nil, isInForce: false)
        filter.refusal = "there is no nf_tables"
        night.instance.packetFilter = filter
        #expect(
            status(night).problems == [
                "VI_1: packets to the addresses are let in, although no_accept is set: there is no nf_tables."
            ])
        filter.isInForce = true
        night.instance.packetFilter = filter
        #expect(status(night).problems == [])
        filter.isInForce = false
        night.instance.packetFilter = filter
        night.instance.state = .standby
        #expect(status(night).problems == [])
    }

    @Test(arguments: [(1.0, nil, 1), (59, nil, 1), (61, nil, 0), (9, 1.0, 0), (2, 1.0, 1), (9, 20, 1)])
    func `is a router that is not believed, until it is gone or believed`(
        refused: Double, believed: Double?, count: Int
    ) {
        var night = Situation(.standby, 99, "because", priority: sum(107, 107))
        night.instance.peers = [Peer(address: "192.0.2.3", priority: nil, lastHeardSeconds: refused, refusal: "TTL 64")]
        if let believed {
            night.instance.peers.append(
                Peer(address: "192.0.2.3", priority: 5, lastHeardSeconds: believed, refusal: nil))
        }
        #expect(status(night).doubts(at: Situation.now).count == count)
    }

    @Test func `is a router that is believed and advertises other addresses`() {
        var night = Situation(.standby, 99, "because", priority: sum(107, 107))
        var peer = Peer(address: "192.0.2.3", priority: 200, lastHeardSeconds: 1, refusal: nil)
        peer.difference = "other virtual addresses than ours"
        night.instance.peers = [peer]
        #expect(
            status(night).doubts(at: Situation.now) == [
                "VI_1: 192.0.2.3 was heard 1 s ago, and advertises other virtual addresses than ours: is it of this pair? Then "
                    + "make virtual_ipaddress the same on both, otherwise give one of them another virtual_router_id."
            ])
    }

    @Test func `is a router whose adverts are signed otherwise, with advice about the keys`() {
        var night = Situation(.standby, 99, "because", priority: sum(107, 107))
        var peer = Peer(address: "192.0.2.3", priority: 200, lastHeardSeconds: 1, refusal: nil)
        peer.difference = "adverts that are signed, but not as ours"
        night.instance.peers = [peer]
        let doubt = status(night).doubts(at: Situation.now).first ?? ""
        #expect(doubt.contains("Then make the keys of auth_hmac the same on both") && !doubt.contains("ipaddress"))
    }

    @Test func `of two owners is put right on the side that does not hear the other`() {
        var night = Situation(.active, 99, "because", priority: sum(107, 107))
        var other = OtherOwner(
            address: "192.0.2.10", hardwareAddress: "02:00:00:00:00:99", sinceSeconds: 9, lastSeenSeconds: 1,
            announcements: 3)
        other.peer = "192.0.2.3"
        night.instance.otherOwners = [other]
        #expect(night.instance.ownerProblems.first?.hasSuffix("let the two hear each other's adverts.") == true)
        night.instance.peers = [Peer(address: "192.0.2.3", priority: 90, lastHeardSeconds: 0.4, refusal: nil)]
        #expect(night.instance.ownerProblems.first?.contains("it does not hear ours: look for what drops them") == true)
    }

    @Test func `is an address that is not where the state wants it`() {
        var active = Situation(.active, 9, "because", priority: sum(107, 107))
        active.instance.addresses = [address("192.0.2.10", isPresent: true), address("192.0.2.11", isPresent: false)]
        var standby = Situation(.standby, 9, "because", priority: sum(107, 107))
        standby.instance.name = "VI_2"
        standby.instance.addresses = [address("192.0.2.12", isPresent: true), address("192.0.2.13", isPresent: false)]
        #expect(
            status(active, standby).problems == [
                "VI_1: 192.0.2.11/24 is missing on eth0, although this host is active: nobody serves it.",
                "VI_2: 192.0.2.12/24 is on eth0, although this host is not active: two hosts may answer for it.",
            ])
    }

    @Test func `is not the address of an owner that takes no part`() {
        var owner = Situation(.standby, 9, "because", priority: sum(255, 255))
        owner.instance.addresses = [address("192.0.2.10", isPresent: true)]
        #expect(status(owner).problems == [])
    }

    @Test func `is a daemon without instances`() {
        #expect(status().problems.count == 1)
    }

    @Test func `is no doubt, and a doubt is no problem`() {
        var night = Situation(.active, 9, "because", priority: sum(1, 107, isOverruled: true))
        night.standby = Standby(since: Situation.at(60), until: nil)
        night.instance.peers = [Peer(address: "192.0.2.3", priority: 5, lastHeardSeconds: 1, refusal: "TTL 64")]
        var status = status(night)
        status.remarks = ["history is not kept: no room"]
        #expect(status.problems == [])
        #expect(
            status.doubts(at: Situation.now) == [
                "history is not kept: no room",
                "maintenance mode is on since 03:11:09 UTC: this host is the last that takes an address; it ends with: "
                    + "understudy resume",
                "VI_1: 192.0.2.3 was heard 1 s ago, and its adverts are not believed: TTL 64.",
            ])
    }

    @Test func `is not claimed of whoever may be active meanwhile`() {
        var night = Situation(.fault, 9, "eth0 is down", priority: sum(107, 107))
        let peers = [
            Peer(address: "192.0.2.3", priority: 100, lastHeardSeconds: 0.5, refusal: "TTL 64"),
            Peer(address: "192.0.2.4", priority: 0, lastHeardSeconds: 0.5, refusal: nil),
            Peer(address: "192.0.2.5", priority: 100, lastHeardSeconds: 3, refusal: nil),
        ]
        night.instance.peers = peers
        #expect(night.instance.advertisingPeer == nil)
        night.instance.peers.append(Peer(address: "192.0.2.6", priority: 9, lastHeardSeconds: 2.9, refusal: nil))
        #expect(night.instance.advertisingPeer?.address == "192.0.2.6")
    }
}
