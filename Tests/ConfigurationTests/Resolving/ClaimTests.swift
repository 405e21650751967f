import Configuration
import Testing

/// Instances that claim the same: each is held against the first, and every one of them is told.
@Suite struct ClaimTests {
    private func text(_ claims: [(interface: String, id: Int, addresses: [String])]) -> String {
        claims.enumerated().map { index, claim in
            """
            vrrp_instance V_\(index) {
                interface \(claim.interface)
                virtual_router_id \(claim.id)
                virtual_ipaddress {
                    \(claim.addresses.joined(separator: "\n        "))
                }
            }

            """
        }.joined()
    }

    private func messages(_ code: String, _ text: String) -> [String] {
        resolved(text).diagnostics.filter { $0.code == code }.map(\.message)
    }

    @Test func `a VRID on an interface belongs to the first of three, in one family`() {
        let found = messages(
            "duplicate-virtual-router-id",
            text([
                ("eth1", 7, ["192.0.2.1/24"]), ("eth0", 7, ["192.0.2.2/24"]), ("eth1", 7, ["2001:db8::1/64"]),
                ("eth1", 7, ["192.0.2.3/24"]), ("eth1", 8, ["192.0.2.4/24"]), ("eth1", 7, ["192.0.2.5/24"]),
                ("eth1", 7, ["2001:db8::2/64"]),
            ]))
        #expect(
            found == [
                "instances `V_0` and `V_3` both use virtual_router_id 7 on eth1",
                "instances `V_0` and `V_5` both use virtual_router_id 7 on eth1",
                "instances `V_2` and `V_6` both use virtual_router_id 7 on eth1",
            ])
    }

    @Test func `an address belongs to the first that has it, and on each interface to the first there`() {
        let found = messages(
            "address-in-two-instances",
            text([
                ("eth0", 1, ["192.0.2.1/24"]), ("eth1", 2, ["192.0.2.1/24"]), ("eth1", 3, ["192.0.2.1/24"]),
                ("eth0", 4, ["192.0.2.1/24"]), ("eth2", 5, ["192.0.2.1/24", "192.0.2.9/24"]),
                ("eth2", 6, ["192.0.2.9/24"]),
            ]))
        #expect(
            found == [
                "192.0.2.1 is in instance `V_0` too", "192.0.2.1 is in instance `V_0` too",
                "192.0.2.1 is in instance `V_1` too", "192.0.2.1 is in instance `V_0` too",
                "192.0.2.1 is in instance `V_0` too", "192.0.2.9 is in instance `V_4` too",
            ])
    }

    @Test func `a link-local address may be on every interface, once`() {
        let found = messages(
            "address-in-two-instances",
            text([
                ("eth0", 1, ["fe80::1/64"]), ("eth1", 2, ["fe80::1/64"]), ("eth1", 3, ["fe80::1/64"]),
                ("eth0", 4, ["fe80::1/64"]),
            ]))
        #expect(found == ["fe80::1 is in instance `V_1` too", "fe80::1 is in instance `V_0` too"])
    }
}
