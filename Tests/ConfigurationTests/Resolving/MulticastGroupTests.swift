import Configuration
import Testing
import VRRPWire

/// `mcast_dst_ip`, `vrrp_mcast_group4` and `vrrp_mcast_group6`.
@Suite struct MulticastGroupTests {
    private func group(_ text: String) throws -> String {
        try #require(resolved(text).model.instances.first).group.description
    }
    private func codes(_ text: String) -> [String] { complaints(text).map(\.code) }
    private let ipv6 = ["fe80::1/64", "2001:db8::1/64"]

    @Test func `adverts go to the group of the protocol, of all instances, or of one`() throws {
        #expect(try group(instance()) == "224.0.0.18")
        #expect(try group(instance(addresses: ipv6)) == "ff02::12")
        let all = "global_defs {\n vrrp_mcast_group4 224.0.0.77\n vrrp_mcast_group6 ff02::77\n}\n"
        #expect(try group(all + instance()) == "224.0.0.77")
        #expect(try group(all + instance(addresses: ipv6)) == "ff02::77")
        #expect(try group(all + instance("mcast_dst_ip 224.0.0.78")) == "224.0.0.78")
        #expect(try group(instance("mcast_dst_ip ff12::78", addresses: ipv6)) == "ff12::78")
        #expect(try group(all + instance("mcast_dst_ip 224.0.0.18")) == "224.0.0.18")
        #expect(complaints(all + instance("mcast_dst_ip 224.0.0.78")) == [])
        // Said expressly, it is the same as not said.
        let expressly = instance("mcast_dst_ip 224.0.0.18")
        #expect(changes(from: resolved(instance()).model, to: resolved(expressly).model) == [])
        #expect(complaints(expressly) == [])
    }

    @Test func `what cannot be a group, or will not reach the others, is said`() {
        #expect(codes(instance("mcast_dst_ip 10.0.0.2")) == ["bad-group"])
        #expect(complaints(instance("mcast_dst_ip 10.0.0.2")).first?.fix?.contains("unicast_peer { 10.0.0.2 }") == true)
        #expect(codes(instance("mcast_dst_ip somewhere")) == ["bad-value"])
        #expect(codes(instance("mcast_dst_ip ff02::77")) == ["family-mismatch"])
        #expect(codes(instance("mcast_dst_ip ff05::77", addresses: ipv6)) == ["bad-group"])
        #expect(codes(instance("mcast_dst_ip 239.1.2.3")) == ["group-not-link-local"])
        #expect(codes(instance("mcast_dst_ip 224.0.0.77", "unicast_peer {\n10.0.0.2\n}")) == ["group-with-unicast"])
        for wrong in ["vrrp_mcast_group4 ff02::77", "vrrp_mcast_group6 224.0.0.77"] {
            #expect(codes("global_defs {\n \(wrong)\n}\n" + instance()) == ["family-mismatch"])
        }
    }

    @Test func `another group is news at a reload, and an error between two files`() {
        let (old, new) = (resolved(instance()).model, resolved(instance("mcast_dst_ip 224.0.0.77")).model)
        #expect(
            changes(from: old, to: new).flatMap(\.sentences) == [
                "instance VI_1: mcast_dst_ip 224.0.0.18 -> 224.0.0.77"
            ])
        let found = checkPair(
            resolved(instance("mcast_dst_ip 224.0.0.77", priority: 101)).model, old, fileA: "a.conf", fileB: "b.conf")
        #expect(found.filter { $0.severity == .error }.map(\.code) == ["pair-group"])
    }
}
