/// What is said of Tests/VRRPWireTests/Captures/vectors.pcap, one frame a second.
enum Golden {
    static let vectors = """
        08:00:01.000Z   eth0      first  192.0.2.2 advertises VRID 51: priority 100, every 1 s, 192.0.2.1 \
        (VRRPv2). vrrp_1 accepts it.
        08:00:02.000Z   eth0      first  10.0.0.11 advertises VRID 1: priority 200, every 1 s, 10.0.0.1, \
        10.0.0.2 and 10.0.0.3 (VRRPv2). Nobody here is configured for VRID 1.
        08:00:03.000Z ! eth0   +2.000 s  192.0.2.2 advertises VRID 51: priority 100, every 1 s, 192.0.2.1 \
        (VRRPv2, password hidden). vrrp_1 would drop it: its authentication type is PASS, ours is none \
        (block 'authentication').
        08:00:04.000Z   eth0   +1.000 s  192.0.2.2 gives up VRID 51: priority 0 (was 100), every 1 s, \
        192.0.2.1 (VRRPv2). vrrp_1 accepts it.
        08:00:05.000Z ! eth0      first  192.0.2.1 advertises VRID 51: priority 255, which is that of the \
        addresses' owner, every 1 s, 192.0.2.1 (VRRPv2). Its source is an address of this host: another \
        host has it too, or the network sends our packets back.
        08:00:06.000Z ! eth0   +2.000 s  192.0.2.2 advertises VRID 51: priority 100 (was 0), every 1 s, \
        192.0.2.1 (VRRPv3). vrrp_1 would drop it: it speaks VRRP version 3, we are configured for version 2 \
        (keyword 'version').
        08:00:07.000Z ! eth0   +1.000 s  192.0.2.2 advertises VRID 51: priority 100, every 1 s, 192.0.2.1 \
        (VRRPv3). vrrp_1 would drop it: it speaks VRRP version 3, we are configured for version 2 (keyword \
        'version').
        08:00:08.000Z ! eth0   +1.000 s  192.0.2.2 gives up VRID 51: priority 0 (was 100), every 1 s, \
        192.0.2.1 (VRRPv3). vrrp_1 would drop it: it speaks VRRP version 3, we are configured for version 2 \
        (keyword 'version').
        08:00:09.000Z ! eth0   +1.000 s  192.0.2.2 gives up VRID 51: priority 0, every 1 s, 192.0.2.1 \
        (VRRPv3). vrrp_1 would drop it: it speaks VRRP version 3, we are configured for version 2 (keyword \
        'version').
        08:00:10.000Z   eth0      first  fe80::2 advertises VRID 51: priority 100, every 1 s, fe80::1 and \
        2001:db8::1 (VRRPv3). Nobody here is configured for VRID 51 of IPv6 on eth0; vrrp_1 has it for IPv4 \
        on eth0.
        08:00:11.000Z   eth0   +1.000 s  fe80::2 gives up VRID 51: priority 0 (was 100), every 1 s, fe80::1 \
        and 2001:db8::1 (VRRPv3). Nobody here is configured for VRID 51 of IPv6 on eth0; vrrp_1 has it for \
        IPv4 on eth0.
        08:00:12.000Z ! eth0   +3.000 s  192.0.2.2 advertises VRID 51: priority 254 (was 0), every 0.1 s, \
        192.0.2.1 (VRRPv3). vrrp_1 would drop it: it speaks VRRP version 3, we are configured for version 2 \
        (keyword 'version').
        08:00:13.000Z ! eth0   +1.000 s  192.0.2.2 advertises VRID 51: priority 254, every 0.1 s, 192.0.2.1 \
        (VRRPv3). vrrp_1 would drop it: it speaks VRRP version 3, we are configured for version 2 (keyword \
        'version').
        08:00:14.000Z ! eth0   +1.000 s  192.0.2.2 advertises VRID 51: priority 100 (was 254), every 1 s, \
        192.0.2.1 (VRRPv3, unicast to 192.0.2.3). vrrp_1 would not get it: it is sent to 192.0.2.3, and \
        without 'unicast_peer' we listen to 224.0.0.18 only.
        08:00:15.000Z ! eth0   +1.000 s  192.0.2.2 advertises VRID 51: priority 100, every 1 s, 192.0.2.1 \
        (VRRPv3, unicast to 192.0.2.3). vrrp_1 would not get it: it is sent to 192.0.2.3, and without \
        'unicast_peer' we listen to 224.0.0.18 only.
        08:00:16.000Z ! eth0   +1.000 s  192.0.2.2 advertises VRID 51: priority 100, every 1 s, 192.0.2.1 \
        (VRRPv2, behind an authentication header). vrrp_1 would not get it: it has an IP authentication \
        header, and without 'auth_type AH' we do not listen for those.
        08:00:17.000Z   eth0      first  00:00:5e:00:01:33 (192.0.2.2) announces 192.0.2.1 (gratuitous ARP).
        08:00:18.000Z   eth0   +1.000 s  00:00:5e:00:01:33 (192.0.2.2) announces 192.0.2.1 (gratuitous ARP \
        reply).
        08:00:19.000Z   eth0      first  00:00:5e:00:02:33 (fe80::2) announces 2001:db8::1 (neighbour \
        advertisement).

        """.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}
