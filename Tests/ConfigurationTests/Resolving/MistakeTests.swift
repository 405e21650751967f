import Configuration
import Testing

/// A mistake in a file, and what must be said about it.
struct Mistake: CustomTestStringConvertible, Sendable {
    var text: String
    /// Every warning and error, as `severity code@line`.
    var expected: [String]
    /// What the first of them must quote, and what its fix must contain.
    var quotes: String
    var fix: String

    init(_ text: String, _ expected: String..., quotes: String, fix: String) {
        self.text = text
        self.expected = expected
        self.quotes = quotes
        self.fix = fix
    }

    var testDescription: String { expected.first ?? "nothing" }
}

private let script = "vrrp_script chk {\n script /bin/true\n}\n"

private let mistakesInBlocks: [Mistake] = [
    Mistake(instance("prioritty 120"), "error unknown-keyword@5", quotes: "prioritty", fix: "priority 120"),
    Mistake(
        "vrrp_instance A {\n interface e\n virtual_router_id 1\n virtual_ipadress {\n 10.0.0.1\n }\n}",
        "error unknown-keyword@4", quotes: "virtual_ipadress", fix: "virtual_ipaddress {"),
    Mistake(instance("priority: 90"), "error unknown-keyword@5", quotes: "priority:", fix: "priority 90"),
    Mistake(instance("advert_int=1"), "error unknown-keyword@5", quotes: "advert_int=1", fix: "advert_int 1"),
    Mistake(instance("advertt_int=1"), "error unknown-keyword@5", quotes: "advert_int", fix: "advert_int 1"),
    Mistake(instance("; comment"), "error unknown-keyword@5", quotes: "`#` or `!`", fix: "# comment"),
    Mistake(instance("// comment"), "error unknown-keyword@5", quotes: "`#` or `!`", fix: "# comment"),
    Mistake(
        instance("<<<<<<< HEAD", "advert_int 1", "=======", "nopreempt", ">>>>>>> theirs"), "error merge-conflict@5",
        quotes: "merge conflict", fix: "keep one of the two"),
    Mistake(
        instance(addresses: ["<<<<<<< HEAD", "10.0.0.1/24", "=======", "10.0.0.2/24", ">>>>>>> theirs"]),
        "error merge-conflict@7", quotes: "merge conflict", fix: "keep one of the two"),
    Mistake(instance("======="), "error unknown-keyword@5", quotes: "=======", fix: "remove"),
    Mistake(
        instance(addresses: ["eth1 10.0.0.1/24"]), "error bad-address@7", quotes: "eth1", fix: "10.0.0.1/24 dev eth1"),
    Mistake(instance(addresses: ["- 10.0.0.1/24"]), "error bad-address@7", quotes: "`-`", fix: "10.0.0.1/24"),
    Mistake(instance(addresses: ["10.0.0.1O/24"]), "error bad-address@7", quotes: "10.0.0.1O", fix: "10.0.0.10/24"),
    Mistake(instance(addresses: ["10.0.0.1\\24"]), "error bad-address@7", quotes: "10.0.0.1", fix: "10.0.0.1/24"),
    Mistake(
        "vrrp_script chk {\n script /bin/true\n weight \u{2013}10\n}\n" + instance("track_script { chk }"),
        "error typographic-character@3", quotes: "dash", fix: "-"),
    Mistake(instance("preempt no"), "warning extra-words@5", quotes: "`preempt` takes no value", fix: "nopreempt"),
    Mistake(instance("nopreempt off"), "warning extra-words@5", quotes: "`nopreempt` takes no value", fix: "remove"),
    Mistake(
        instance(addresses: ["192.168.10.100 255.255.255.0"]), "error bad-prefix@7", quotes: "as `/24`",
        fix: "192.168.10.100/24"),
    Mistake(
        instance(addresses: ["192.168.10.100/255.255.255.128"]), "error bad-prefix@7", quotes: "255.255.255.128",
        fix: "192.168.10.100/25"),
    Mistake(
        instance("authentication PASS secret"), "error missing-block@5", quotes: "braces",
        fix: "    auth_type PASS\n    auth_pass secret\n"),
    Mistake(
        instance("authentication {", "auth_type PASS", "auth_pass x;", "}"), "warning stray-punctuation@7",
        quotes: "ends in `;`", fix: "without it"),
    Mistake(
        instance() + instance(), "error duplicate-name@10", quotes: "line 1",
        fix: "vrrp_instance VI_1_2 {   # with a virtual_router_id and addresses of its own; or remove"),
    Mistake(
        "vrrp_track_process p {\n process x\n process y\n}\n" + instance("track_process { p }"),
        "warning repeated-keyword@3", quotes: "line 2", fix: "remove"),
    Mistake(instance(";comment"), "error unknown-keyword@5", quotes: "`#` or `!`", fix: "# comment"),
    Mistake(
        script + instance("track_scripts {\nchk\n}"), "error unknown-keyword@8", quotes: "track_scripts",
        fix: "track_script {"),
    Mistake(
        script + instance("track_script chk {\nchk\n}"), "error extra-words@8", quotes: "chk",
        fix: "track_script {\n    chk"),
    Mistake(
        "vrrp_script chk it {\n script /bin/true\n}\n" + instance("track_script {\nchk_it\n}"),
        "error extra-words@1", quotes: "it", fix: "vrrp_script chk_it {"),
    Mistake(
        "vrrp_sync_group G {\n VI_1\n VI_2\n}\n" + instance()
            + instance(addresses: ["10.0.0.1"]).replacing("VI_1", with: "VI_2").replacing("51", with: "52"),
        "error missing-keyword@2", quotes: "outside of `group { }`", fix: "group {\n    VI_1\n    VI_2\n}"),
    Mistake(
        "$IFACE = eth0\n" + instance().replacing("eth0", with: "$IFACE"), "error blank-in-definition@1",
        quotes: "no blank", fix: "$IFACE=eth0"),
    Mistake(instance("router_id lb"), "error unknown-keyword@5", quotes: "router_id", fix: "into global_defs"),
    Mistake(instance() + "priority 5\n", "error unknown-keyword@10", quotes: "priority", fix: "into vrrp_instance"),
    Mistake(
        script + instance() + "track_script {\n chk\n}\n", "warning unused-script@1", "error unknown-keyword@13",
        quotes: "chk", fix: "track_script"),
    Mistake(
        instance("track_process {\nx\n}") + "vrrp_track_process x {\n process x\n interval 2\n}\n",
        "error unknown-keyword@14", quotes: "interval", fix: "into vrrp_script"),
    Mistake(instance("frobnicate {\n x\n y {\n }\n }"), "error unknown-keyword@5", quotes: "frobnicate", fix: "remove"),
    Mistake(instance("track_src_ip"), "warning no-effect@5", quotes: "track_src_ip", fix: "mcast_src_ip"),
    Mistake(
        "vrrp_sync_group G {\n group {\n VI_1\n }\n}\n" + instance(), "warning single-member@3",
        quotes: "one member", fix: "remove the block"),
    Mistake(
        "vrrp_sync_group G {\n group {\n }\n}\n" + instance(), "error empty-sync-group@1", quotes: "names no instance",
        fix: "group {"),
    Mistake(
        "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\n" + instance(), "error undefined-instance@4",
        quotes: "VI_2", fix: "vrrp_instance VI_2"),
    Mistake(
        "vrrp_sync_group G {\n group {\n VI_1\n VI_1\n }\n}\n" + instance(), "warning repeated-member@4",
        quotes: "VI_1", fix: "remove"),
    Mistake(
        "vrrp_sync_group G {\n group {\n VI_1\n }\n}\nvrrp_sync_group H {\n group {\n VI_1\n }\n}\n" + instance(),
        "warning single-member@3", "error member-of-two-groups@8", quotes: "one member", fix: "name the other"),
    Mistake(
        "vrrp_sync_group G {\n group {\n VI_1\n }\n track_bfd {\n X\n }\n}\n" + instance(),
        "warning single-member@3", "error undefined-check@6", quotes: "one member", fix: "remove the block"),
    Mistake(
        "vrrp_sync_group G {\n group {\n VI_1\n }\n notify_deleted\n}\n" + instance(), "warning single-member@3",
        "error unknown-keyword@5", quotes: "one member", fix: "remove the block"),
    Mistake(
        "global_defs {\n lvs_id x\n}\n" + instance(), "warning obsolete-keyword@2", quotes: "lvs_id", fix: "remove"),
    Mistake(instance("preempt", "preempt"), "warning repeated-keyword@6", quotes: "preempt", fix: "remove"),
    Mistake(instance() + instance(), "error duplicate-name@10", quotes: "VI_1", fix: "vrrp_instance VI_1_2"),
    Mistake(
        script + script, "warning unused-script@1", "error no-instance@1", "error duplicate-name@4",
        quotes: "chk", fix: "track_script"),
    Mistake("vrrp_instance {\n}\n", "error missing-argument@1", quotes: "vrrp_instance", fix: "NAME"),
    Mistake("vrrp_instance A B {\n}\n", "error extra-words@1", quotes: "B", fix: "vrrp_instance A_B {"),
    Mistake("", "error no-instance@1", quotes: "nothing", fix: "vrrp_instance"),
    Mistake(
        "virtual_server 10.0.0.1 80 {\n real_server 10.0.0.2 80 {\n weight 1\n }\n}\n", "warning no-instance@1",
        quotes: "no vrrp_instance", fix: "vrrp_instance"),
    Mistake(instance("authentication"), "error missing-block@5", quotes: "authentication", fix: "{ }"),
    Mistake(instance("preempt {\n}"), "error unexpected-block@5", quotes: "preempt", fix: "preempt"),
]

private let mistakesInValues: [Mistake] = [
    Mistake(instance("advert_int"), "error missing-argument@5", quotes: "advert_int", fix: "advert_int 1"),
    Mistake(instance("advert_int 1 2"), "warning extra-words@5", quotes: "2", fix: "advert_int 1"),
    Mistake(instance("advert_int = 1"), "error equals-sign@5", quotes: "=", fix: "advert_int 1"),
    Mistake(instance("advert_int 1;"), "error stray-punctuation@5", quotes: "1;", fix: "advert_int 1"),
    Mistake(instance("advert_int one"), "error bad-value@5", quotes: "one", fix: "advert_int"),
    Mistake(instance("advert_int -1"), "error bad-value@5", quotes: "-1", fix: "advert_int"),
    Mistake(instance("advert_int 0"), "error out-of-range@5", quotes: "0", fix: "0.01 to 255"),
    Mistake(instance("version 3\nadvert_int 41"), "error out-of-range@6", quotes: "41", fix: "40.95"),
    Mistake(instance("version 4"), "error out-of-range@5", quotes: "4", fix: "2 to 3"),
    Mistake(instance(priority: 300), "error out-of-range@4", quotes: "300", fix: "1 to 255"),
    Mistake(instance(priority: 0), "error out-of-range@4", quotes: "0", fix: "1 to 255"),
    Mistake(instance("v3_checksum_as_v2 ON"), "error bad-value@5", quotes: "ON", fix: "lower case"),
    Mistake(instance("state SLAVE"), "warning unknown-state@5", quotes: "SLAVE", fix: "state BACKUP"),
    Mistake(
        instance("preempt_delay 99999999999999999999"), "error out-of-range@5", quotes: "9999", fix: "preempt_delay"),
    Mistake(
        instance("preempt_delay 1.0000001"), "warning rounded-value@5", quotes: "1.0000001", fix: "preempt_delay 1"),
    Mistake(
        "vrrp_instance A {\n interface a-very-long-name\n virtual_router_id 1\n virtual_ipaddress { 10.0.0.1 }\n}",
        "error bad-interface-name@2", quotes: "a-very-long-name", fix: "interface NAME"),
    Mistake(
        "vrrp_instance A {\n interface eth0;\n virtual_router_id 1\n virtual_ipaddress { 10.0.0.1 }\n}",
        "error stray-punctuation@2", quotes: "eth0;", fix: "interface eth0"),
    Mistake(
        "vrrp_instance A {\n interface lo\n virtual_router_id 1\n virtual_ipaddress { 10.0.0.1 }\n}",
        "error loopback-interface@2", quotes: "lo", fix: "interface eth0"),
    Mistake(
        "vrrp_instance A {\n virtual_router_id 1\n virtual_ipaddress { 10.0.0.1 }\n}", "error missing-keyword@1",
        quotes: "interface", fix: "interface eth0"),
    Mistake(
        "vrrp_instance A {\n interface e\n virtual_ipaddress { 10.0.0.1 }\n}", "error missing-keyword@1",
        quotes: "virtual_router_id", fix: "virtual_router_id 52"),
    Mistake(
        "vrrp_instance A {\n interface e\n virtual_router_id 300\n virtual_ipaddress { 10.0.0.1 }\n}",
        "error out-of-range@3", quotes: "300", fix: "1 to 255"),
]

private let mistakesInRouters: [Mistake] = [
    Mistake(
        instance("unicast_src_ip 10.0.0.1"), "error unicast-without-peers@5", quotes: "no peer", fix: "unicast_peer"),
    Mistake(
        instance("unicast_peer {", "}"), "error unicast-without-peers@5", quotes: "no peer", fix: "unicast_peer"),
    Mistake(
        instance("unicast_src_ip 10.0.0.1", "unicast_peer {", "10.0.0.1", "}"),
        "error own-address-among-peers@7", quotes: "own address", fix: "ADDRESS   # the other router's"),
    Mistake(
        instance("unicast_src_ip 10.0.0.1", "unicast_peer {", "10.0.0.1", "10.0.0.2", "}"),
        "warning own-address-among-peers@7", quotes: "own address", fix: "remove the line"),
    Mistake(
        instance("unicast_src_ip 10.0.0.1/24", "unicast_peer {", "10.0.0.2/24", "}"),
        "warning prefix-on-router-address@5", "warning prefix-on-router-address@7", quotes: "10.0.0.1/24",
        fix: "unicast_src_ip 10.0.0.1"),
    Mistake(
        instance("unicast_peer {", "10.0.0.2 10.0.0.3", "}"), "error two-on-a-line@6", quotes: "10.0.0.3",
        fix: "10.0.0.3"),
    Mistake(
        instance("unicast_peer {", "10.0.0.2", "10.0.0.2", "}"), "warning duplicate-peer@7", quotes: "10.0.0.2",
        fix: "remove"),
    Mistake(
        instance("unicast_peer {", "2001:db8::2", "}"), "error family-mismatch@6", quotes: "2001:db8::2", fix: "IPv4"),
    Mistake(
        instance("unicast_peer {", "10.0.0.2 min_ttl 256", "}"), "error bad-value@6", quotes: "min_ttl",
        fix: "10.0.0.2 min_ttl 254"),
    Mistake(
        instance("mcast_src_ip 2001:db8::2"), "error family-mismatch@5", quotes: "2001:db8::2", fix: "IPv4"),
    Mistake(
        instance("authentication {", "auth_type PASS", "auth_pass mysecurepassword", "}"), "warning long-password@7",
        quotes: "first 8", fix: "auth_pass mysecure"),
    Mistake(
        instance("authentication {", "auth_type MD5", "auth_pass x", "}"), "error unknown-auth-type@6", quotes: "MD5",
        fix: "auth_type PASS"),
    Mistake(
        instance("standby_notice on", "authentication {", "auth_type AH", "auth_pass x", "}"), "warning no-effect@5",
        quotes: "auth_type AH", fix: "standby_notice off"),
    Mistake(
        instance("version 3", "authentication {", "auth_type PASS", "auth_pass x", "}"),
        "error authentication-with-v3@6", quotes: "VRRPv3", fix: "remove the block"),
    Mistake(
        instance("authentication {", "auth_type PASS", "}"), "error missing-keyword@5", quotes: "auth_pass",
        fix: "auth_pass"),
    Mistake(
        instance("authentication {", "auth_pass x", "}"), "error missing-keyword@5", quotes: "auth_type",
        fix: "auth_type PASS"),
    Mistake(
        instance("authentication { auth_type PASS auth_pass x }"), "error two-on-a-line@5", quotes: "auth_pass",
        fix: "auth_type PASS\nauth_pass x"),
    Mistake(instance("state MASTER", "nopreempt"), "warning nopreempt-cancelled@6", quotes: "nopreempt", fix: "BACKUP"),
    Mistake(
        instance("nopreempt", "preempt_delay 5"), "warning preempt-delay-ignored@6", quotes: "preempt_delay",
        fix: "remove"),
    Mistake(
        instance("state MASTER", "preempt_delay 5"), "warning preempt-delay-ignored@6", quotes: "preempt_delay",
        fix: "state BACKUP"),
    Mistake(instance("lease soon"), "error bad-lease@5", quotes: "soon", fix: "remove"),
    Mistake(instance("lease 0"), "error bad-lease@5", quotes: "0", fix: "remove"),
    Mistake(instance("lease 3"), "error lease-too-short@5", quotes: "3 s", fix: "lease 4"),
    Mistake(instance("preempt", "nopreempt"), "warning preempt-and-nopreempt@6", quotes: "nopreempt", fix: "remove"),
]

private func check(_ command: String) -> String {
    "vrrp_script chk {\n script \(command)\n}\n" + instance("track_script { chk }")
}

private let mistakesInCommands: [Mistake] = [
    Mistake(
        check("\"/bin/true && /bin/false\""), "warning shell-syntax@2", quotes: "&&",
        fix: "script \"/bin/sh -c '/bin/true && /bin/false'\""),
    Mistake(
        check("\"curl -s localhost | grep ok\""), "warning shell-syntax@2", quotes: "no shell",
        fix: "/bin/sh -c 'curl -s localhost | grep ok'"),
    Mistake(check("\"/bin/a 2>/dev/null\""), "warning shell-syntax@2", quotes: "2>/dev/null", fix: "/bin/sh -c"),
    Mistake(check("\"cd /x; ./y\""), "warning shell-syntax@2", quotes: "/x;", fix: "/bin/sh -c 'cd /x; ./y'"),
    Mistake(
        check("\"/bin/sh -c a || b\""), "warning shell-syntax@2", quotes: "||", fix: "script \"/bin/sh -c 'a || b'\""),
    Mistake(check("\"grep 'a b' f || x\""), "warning shell-syntax@2", quotes: "||", fix: "file that begins with #!"),
]

private let mistakesInChecks: [Mistake] = [
    Mistake(instance("track_script {", "chk", "}"), "error undefined-check@6", quotes: "chk", fix: "vrrp_script chk"),
    Mistake(
        script + instance("track_script {", "chkk", "}"), "error undefined-check@9",
        quotes: "chk", fix: "chk"),
    Mistake(script + instance(), "warning unused-script@1", quotes: "chk", fix: "track_script { chk }"),
    Mistake(
        "vrrp_script chk {\n interval 2\n}\n" + instance("track_script { chk }"), "error missing-keyword@1",
        quotes: "chk", fix: "script \""),
    Mistake(
        "vrrp_script chk {\n script /bin/true\n weight 300\n}\n" + instance("track_script { chk }"),
        "error out-of-range@3", quotes: "300", fix: "-253 to 253"),
    Mistake(
        "vrrp_script chk {\n script killall -0 haproxy\n}\n" + instance("track_script { chk }"),
        "error unquoted-command@2", quotes: "-0", fix: "script \"killall -0 haproxy\""),
    Mistake(
        "vrrp_script chk {\n script pidof haproxy\n}\n" + instance("track_script { chk }"),
        "error unquoted-command@2", quotes: "haproxy", fix: "script \"pidof haproxy\""),
    Mistake(
        "vrrp_script chk {\n script \"/bin/check x\" nobody nogroup\n}\n" + instance("track_script { chk }"),
        "warning user-after-command@2", quotes: "nobody nogroup", fix: "user nobody nogroup"),
    Mistake(
        "vrrp_script chk {\n script /bin/true\n raise 2\n}\n" + instance("track_script { chk }"),
        "error unknown-keyword@3", quotes: "raise", fix: "rise 2"),
    Mistake(
        "vrrp_script chk {\n script /bin/true\n interval 1\n timeout 2\n}\n" + instance("track_script { chk }"),
        "warning timeout-over-interval@4", quotes: "timeout 2", fix: "timeout 1"),
    Mistake(
        script + instance("track_script {", "chk weigth 5", "}"), "error unknown-keyword@9", quotes: "weigth",
        fix: "chk weight"),
    Mistake(
        script + instance("track_script {", "chk", "chk", "}"), "warning duplicate-tracker@10", quotes: "chk",
        fix: "remove"),
    Mistake(
        script + instance("track_script {", "chk weight 5", "}", priority: 255), "warning weight-on-owner@9",
        quotes: "chk", fix: "priority 254"),
    Mistake(
        "vrrp_track_process p {\n process a-name-too-long-for-linux\n}\n" + instance("track_process { p }"),
        "warning long-process-name@2", quotes: "15", fix: "process a-name-too-long"),
    Mistake(
        "vrrp_track_process p {\n process /usr/sbin/haproxy\n}\n" + instance("track_process { p }"),
        "warning not-a-process-name@2", quotes: "path", fix: "process haproxy   # or full_command"),
    Mistake(
        "vrrp_track_process p {\n process \"/usr/sbin/haproxy -f /etc/h.cfg\"\n}\n" + instance("track_process { p }"),
        "warning not-a-process-name@2", quotes: "command line",
        fix: "process /usr/sbin/haproxy -f /etc/h.cfg   # without quotes"),
    Mistake(
        script + script.replacing("chk", with: "chk2") + instance("track_script {", "chk chk2", "}"),
        "error two-on-a-line@12", quotes: "chk2", fix: "chk2"),
    Mistake(
        "vrrp_track_process p {\n process x\n quorum 3\n quorum_max 2\n}\n" + instance("track_process { p }"),
        "error impossible-quorum@4", quotes: "quorum_max 2", fix: "quorum_max 3"),
    Mistake(
        "track_file f {\n weight 5\n}\n" + instance("track_file { f }"), "error missing-keyword@1", quotes: "file",
        fix: "file /run/understudy/f"),
    Mistake(
        "track_file f {\n file run/f\n}\n" + instance("track_file { f }"), "error bad-path@2", quotes: "run/f",
        fix: "file /run/understudy/f"),
    Mistake(
        "track_file f {\n file /run/\n}\n" + instance("track_file { f }"), "error bad-path@2", quotes: "directory",
        fix: "file /run/f"),
    Mistake(
        "track_file f {\n file /run/f\n weight 255\n}\n" + instance("track_file { f }"), "error out-of-range@3",
        quotes: "255", fix: "-254 to 254"),
    Mistake(
        "track_file f {\n file /run/f\n init_file five\n}\n" + instance("track_file { f }"), "error bad-value@3",
        quotes: "five", fix: "overwrite"),
    Mistake(
        "track_file f {\n file /run/f\n}\n" + instance(), "warning unused-file@1", quotes: "f", fix: "track_file { f }"),
    Mistake(
        "track_file drain {\n file /run/f\n}\n" + instance("track_file {", "drian", "}"), "error undefined-check@9",
        quotes: "drian", fix: "drain"),
    Mistake(
        "track_file f {\n file /run/f\n}\n" + instance("track_file {", "f weight 300", "}"), "error out-of-range@9",
        quotes: "300", fix: "f weight 254   # -254 to 254"),
    Mistake(
        "track_file f {\n file /run/f\n}\n" + instance("track_file {", "f", "}", priority: 255),
        "warning weight-on-owner@9", quotes: "f", fix: "weight 0"),
    Mistake(
        "track_file f {\n file /run/f\n}\ntrack_file f {\n file /run/g\n}\n" + instance("track_file { f }"),
        "error duplicate-name@4", quotes: "line 1", fix: "track_file f_2"),
]

@Suite struct MistakeTests {
    @Test(arguments: mistakesInBlocks + mistakesInValues + mistakesInRouters + mistakesInCommands + mistakesInChecks)
    func `says what is wrong, where, and what mends it, and nothing else`(mistake: Mistake) {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        #expect(found.first?.message.contains(mistake.quotes) == true, "\(found.first?.message ?? "")")
        #expect(found.first?.fix?.contains(mistake.fix) == true, "\(found.first?.fix ?? "")")
        #expect(found.allSatisfy { $0.consequence != nil && $0.fix != nil })
    }

    @Test(arguments: [
        "/bin/sh -c 'a && b; c | d > e'", "awk -F '|' f", "curl http://h/?a=1&b=2", "a \\; b",
        "/bin/sh -c 'test -f $HOME/x'", "/bin/bash -ec 'x $1' sh /run/*", "pgrep -f /usr/sbin/haproxy*",
        "curl http://h/*", "awk '{ print $NF }' f", "/bin/check /a.*b",
    ])
    func `does not take a quoted sign for the shell's`(command: String) {
        #expect(complaints(check("\"\(command)\"")).isEmpty)
    }

    @Test func `IPVS blocks get one note each and are passed over whole`() {
        let text = instance() + "virtual_server 10.0.0.1 80 {\n nonsense {\n }\n}\nvirtual_server_group W {\n}\n"
        let (model, diagnostics) = resolved(text)
        #expect(diagnostics.map(\.brief) == ["note not-our-business@10", "note not-our-business@14"])
        #expect(model.instances.count == 1)
    }

    @Test func `a service that nobody balances is named`() {
        let (_, diagnostics) = resolved(instance() + "virtual_server 10.0.0.1 80 {\n}\n")
        #expect(diagnostics.first?.message.hasPrefix("`virtual_server 10.0.0.1 80` is passed over") == true)
        #expect(diagnostics.first?.fix?.hasPrefix("keepalived --check ") == true)
    }

    @Test func `a password may have any characters`() {
        let found = resolved(instance("authentication {", "auth_type PASS", "auth_pass $x,", "}"))
        #expect(
            found.model.instances.first?.password
                == resolved(
                    instance("authentication {", "auth_type PASS", "auth_pass \"$x,\"", "}")
                ).model.instances.first?.password)
        #expect(found.diagnostics.map(\.brief) == ["warning stray-punctuation@7"])
    }

    /// As keepalived, which says that it ignores the second.
    @Test func `the first process, file, pipe and name of the daemon count`() {
        let text = """
            instance a
            instance b
            net_namespace c
            net_namespace d
            global_defs {
                notify_fifo /run/e
                notify_fifo /run/f
            }
            vrrp_track_process p {
                process g
                process h
            }
            track_file f {
                file /run/i
                file /run/j
                weight 3
                weight 4
            }

            """
        let (model, diagnostics) = resolved(text + instance("track_process { p }\ntrack_file { f }"))
        #expect(diagnostics.filter { $0.code == "repeated-keyword" }.count == 6)
        #expect(diagnostics.allSatisfy { $0.consequence?.contains("last") != true }, "\(diagnostics)")
        let identity = model.global.process.identity
        #expect(identity.instance == "a" && identity.networkNamespace == "c")
        #expect(model.global.fifos.map(\.path) == ["/run/e"] && model.files.map(\.path) == ["/run/i"])
        #expect(model.files.map(\.weight.value) == [3])
        #expect(model.processes.count == 1 && "\(model.processes)".contains("\"g\""), "\(model.processes)")
    }

    @Test(arguments: [
        (100, "weight 200", "chk weight 154   # at most, and the same"),
        (100, "weight -150", "chk weight -99   # at most, and the same"), (254, "weight 1", "priority 253"),
        (1, "weight -4", "priority 5"),
    ])
    func `a sum outside of the range is mended by another weight, which both hosts can have`(
        priority: Int, line: String, fix: String
    ) {
        let text = "vrrp_script chk {\n script /bin/true\n \(line)\n}\n"
        let found = resolved(text + instance("track_script { chk }", priority: priority)).diagnostics
        #expect(found.map(\.code) == ["weight-clamped"])
        #expect(found.first?.fix?.hasPrefix(fix) == true, "\(found)")
    }

    @Test func `an instance that cannot be identified is left out of the model`() {
        #expect(resolved("vrrp_instance A {\n interface e\n virtual_ipaddress { 10.0.0.1 }\n}").model.instances.isEmpty)
    }

    @Test func `nopreempt is cancelled by state MASTER as in keepalived`() throws {
        let model = resolved(instance("state MASTER", "nopreempt")).model
        #expect(try #require(model.instances.first).preempts)
    }

    @Test func `diagnostics come in the order of the file`() {
        let lines = resolved(script + instance("frob", "smtp_alert", priority: 300)).diagnostics.map(\.location.line)
        #expect(lines == lines.sorted())
        #expect(lines.count == 4)
    }
}
