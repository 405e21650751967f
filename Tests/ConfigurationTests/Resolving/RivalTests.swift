import Configuration
import Testing

/// What an instance does about MASTERs beside it, and what it does without.
@Suite struct RivalTests {
    private func only(_ text: String) throws -> Instance { try #require(resolved(text).model.instances.first) }
    private func codes(_ text: String) -> [String] { resolved(text).diagnostics.map(\.code) }

    @Test func `whether a lower MASTER is answered, and an owner listens, is said for all or for one`() throws {
        #expect(try only(instance()).answersLowerPriority)
        #expect(try only(instance()).ownerListens)
        let all = "global_defs {\n vrrp_lower_prio_no_advert\n vrrp_owner_ignore_adverts on\n}\n"
        #expect(try !only(all + instance()).answersLowerPriority)
        #expect(try !only(all + instance()).ownerListens)
        #expect(codes(all + instance()) == [])
        let one = all + instance("lower_prio_no_advert off", "owner_ignore_adverts false")
        #expect(try only(one).answersLowerPriority)
        #expect(try only(one).ownerListens)
        #expect(try !only(instance("lower_prio_no_advert")).answersLowerPriority)
        #expect(codes(instance("owner_ignore_adverts")) == ["no-effect"])
        let changed = changes(from: resolved(instance()).model, to: resolved(all + instance()).model)
        #expect(
            changed.flatMap(\.sentences) == [
                "instance VI_1: lower_prio_no_advert off -> on", "instance VI_1: owner_ignore_adverts off -> on",
            ])
    }

    @Test func `an instance may be meant to have no address`() throws {
        func without(_ lines: String) -> String {
            "vrrp_instance VI_1 {\n interface eth0\n virtual_router_id 51\n priority 100\n \(lines)\n}\n"
        }
        for version in ["version 2", "version 3"] {
            #expect(complaints(without(version)).map(\.code) == ["no-addresses"])
            #expect(codes(without("\(version)\n no_virtual_ipaddress")) == [])
        }
        #expect(codes(instance("no_virtual_ipaddress")) == ["no-effect"])
    }

    @Test func `a buffer has a size that the kernel can give`() throws {
        #expect(try only(instance("kernel_rx_buf_size 65536")).receiveBuffer == 65536)
        #expect(try only(instance()).receiveBuffer == nil)
        for wrong in ["0", "2047", "2147483648"] {
            #expect(codes(instance("kernel_rx_buf_size \(wrong)")) == ["out-of-range"])
        }
    }

    @Test func `the checksum of keepalived before 1_3_7 is for unicast VRRPv3 over IPv4`() throws {
        let peers = "unicast_peer {\n10.0.0.2\n}"
        let old = instance("version 3", "old_unicast_checksum", peers)
        #expect(try only(old).checksum == .pseudoHeaderOfGroup)
        #expect(codes(old) == [])
        let never = instance("version 3", "old_unicast_checksum never", peers)
        #expect(try only(never).checksum == .follow)
        #expect(try !only(never).followsOldPeers)
        #expect(codes(never) == [])
        #expect(codes(instance("version 3", "old_unicast_checksum always", peers)) == ["bad-value"])
        for elsewhere in [
            instance("version 2", "old_unicast_checksum", peers), instance("version 3", "old_unicast_checksum"),
        ] {
            #expect(codes(elsewhere) == ["no-effect"])
            #expect(try only(elsewhere).checksum == .follow)
        }
    }
}
