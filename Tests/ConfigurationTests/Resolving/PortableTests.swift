import Configuration
import Testing

@Suite struct `Portable files` {
    private struct OneFile: SourceReader {
        var text: String
        func read(_ path: String) -> Result<[UInt8], ReadFailure> { .success(Array(text.utf8)) }
        func glob(_ pattern: String) -> [String] { [] }
        func isIncludable(_ path: String) -> Bool { true }
    }

    private func codes(_ text: String, portable: Bool) -> [String] {
        let report = check(
            files: ["a.conf"], reading: OneFile(text: text), configurationID: "lb1", host: nil,
            hostIsAuthoritative: false, portable: portable)
        return report.diagnostics.filter { $0.severity > .note }.map { "\($0.code)@\($0.location.line)" }
    }

    @Test func `name what only Understudy knows, when that is asked`() {
        let text = "global_defs {\n lease off\n}\n" + instance("standby_notice on")
        #expect(codes(text, portable: true) == ["not-portable@2", "not-portable@8"])
        #expect(codes(text, portable: false) == [])
    }

    private func report(_ text: String, portable: Bool = true) -> CheckReport {
        check(
            files: ["a.conf"], reading: OneFile(text: text), configurationID: "lb1", host: nil,
            hostIsAuthoritative: false, portable: portable)
    }

    /// What `keepalived -t` 2.2.7 ends with 5 for, each measured.
    @Test(
        arguments: [
            ("global_defs {\n json_version 2\n}\n" + instance(), "newer-keyword", 2),
            ("global_defs {\n snmp_vs_stats_update_interval 3\n}\n" + instance(), "newer-keyword", 2),
            ("global_defs {\n dbus_no_interface_name x\n}\n" + instance(), "newer-keyword", 2),
            ("global_defs {\n vrrp_garp_interval 0\n}\n" + instance(), "out-of-range", 2),
            ("global_defs {\n vrrp_startup_delay 0\n}\n" + instance(), "out-of-range", 2),
            ("global_defs {\n smtp_server 127.0.0.1 smtp\n}\n" + instance(), "bad-value", 2),
            (instance("no_virtual_ipaddress"), "newer-keyword", 5),
            (instance("timer_expired_backup"), "newer-keyword", 5),
            (instance("lvs_sync_daemon_interface eth0"), "deprecated-keyword", 5),
            (instance("linkbeat_use_polling"), "deprecated-keyword", 5),
            (instance("virtual_routes {\n10.0.0.0/8 gw 192.168.10.9 dev eth0\n}"), "deprecated-keyword", 6),
            (instance("virtual_routes {\n10.0.0.0/8 via 192.168.10.9\n}"), "untracked-route", 6),
            (
                "bfd_instance B {\n neighbor_ip 192.0.2.3\n source_ip 192.0.2.4\n multihop\n}\n" + instance(),
                "newer-keyword",
                4
            ),
        ] as [(String, String, Int)])
    func `note what an older keepalived does not take, and refuse it where its verdict is asked for`(
        text: String, code: String, line: Int
    ) throws {
        #expect(!report(text, portable: false).diagnostics.contains { $0.code == code })
        let portable = report(text)
        let found = portable.diagnostics.filter { $0.code == code }
        #expect(found.map(\.brief) == ["note \(code)@\(line)"], "\(portable.text)")
        let judged = portable.judgedAsKeepalived().diagnostics.filter { $0.severity == .error }
        #expect(judged.map(\.code) == [code], "\(judged)")
    }

    /// Each line of what belongs to IPVS, where another daemon's opinion is asked for; else it is passed over whole.
    @Test(
        arguments: [
            ("delay_lop 6", ["delay_loop"]), ("lb_algo RR", ["rr"]), ("lb_kind dr", ["NAT"]),
            ("real_server 192.0.2.22 81 {\n}", ["the port of the service, 80"]),
            ("real_server 192.0.2.22 80 {\nHTTP_GET {\n}\n}", ["needs a line `url`"]),
            ("quorum 3", ["more than all servers weigh, 1"]), ("protocol TCP", []),
        ] as [(String, [String])])
    func `judge what belongs to IPVS where that is asked`(line: String, expected: [String]) {
        let text =
            instance() + "virtual_server 192.0.2.80 80 {\nprotocol TCP\nlb_algo wlc\nlb_kind DR\n"
            + "real_server 192.0.2.21 80 {\nweight 1\n}\n\(line)\n}\n"
        #expect(!report(text, portable: false).diagnostics.contains { $0.severity > .note })
        let judged = report(text).judgedAsKeepalived().diagnostics.filter { $0.severity == .error }
        #expect(judged.map(\.code) == expected.map { _ in "service-line" }, "\(judged)")
        for (diagnostic, words) in zip(judged, expected) {
            #expect((diagnostic.message + (diagnostic.fix ?? "")).contains(words), "\(diagnostic)")
        }
    }

    /// Whatever stands there, it is said and not stumbled over.
    @Test(arguments: [
        "weight \(Int.max)", "weight \(Int.min)", "quorum \(Int.min)", "hysteresis \(Int.max)", "\"\"", "\" \"", "-",
        "/",
        "real_server 192.0.2.22 80 {\nFILE_CHECK {\ntrack_file f\nweight \(Int.min)\n}\n}",
        "real_server \"\" {\n}", "real_server 192.0.2.22-/ -1 {\n\"\"\n}", "lb_kind \"\"", "delay_loop \(UInt64.max)",
    ])
    func `no value of another daemon's is too strange to be judged`(line: String) {
        let server = "real_server 192.0.2.21 80 {\nweight \(Int.max)\n}\n"
        let body = "{\nprotocol TCP\nlb_algo wlc\nlb_kind DR\n\(server)\(line)\n}\n"
        for head in [
            "virtual_server 192.0.2.80 80 ", "virtual_server_group G ", "SSL ", "virtual_server \"\" ",
            "virtual_server ",
        ] {
            let found = report(instance() + head + body).judgedAsKeepalived().diagnostics
            #expect(found.contains { $0.severity == .error }, "\(head)\(line)")
        }
    }

    @Test func `warn of a block that an older keepalived does not know, for its brace ends the one around it`() {
        let key = String(repeating: "k", count: 40)
        let text = instance("auth_hmac {\n key 1 \(key)\n active_key 1\n}")
        #expect(
            report(text).diagnostics.filter { $0.code == "newer-keyword" }.map(\.brief) == ["warning newer-keyword@5"])
        #expect(report(text).judgedAsKeepalived().exitCode == 2)
    }

    /// Each measured with `keepalived -t` 2.2.7.
    @Test(
        arguments: [
            (instance("notify /bin/a", "notify /bin/b"), "repeated-keyword", true),
            (instance("priority 90"), "repeated-keyword", false),
            (
                "vrrp_track_process p {\n process x\n process y\n}\n" + instance("track_process { p }"),
                "repeated-keyword", true
            ),
            (
                "track_file f {\n file /f\n weight 1\n weight 5\n}\n" + instance("track_file { f }"),
                "repeated-keyword", false
            ),
            (
                "track_file f {\n file /f\n weight 2\n weight 5\n}\n" + instance("track_file { f }"),
                "repeated-keyword", true
            ),
            ("net_namespace a\nnet_namespace b\n" + instance(), "repeated-keyword", false),
            (instance("    track_file f {\n    }"), "extra-words", true),
            (instance("track_interface {\n eth1\n eth1\n}"), "duplicate-tracker", true),
            ("vrrp_sync_group G {\n group {\n VI_1\n VI_1\n }\n}\n" + instance(), "repeated-member", true),
            (
                "vrrp_script c {\n script /bin/true\n interval 1.5\n}\n" + instance("track_script { c }"),
                "newer-keyword", true
            ),
            (instance("nopreempt off"), "extra-words", false),
            ("global_defs x {\n}\n" + instance(), "extra-words", false),
            (instance("track_interface eth1 {\n eth1\n}"), "extra-words", true),
            (instance("authentication {\n auth_type PASS\n auth_pass = x\n}"), "equals-sign", false),
            ("global_defs {\n router_id = a\n}\n" + instance(), "equals-sign", false),
            (instance("advert_int = 1"), "equals-sign", true),
            ("global_defs {\n router_id a;\n}\n" + instance(), "stray-punctuation", false),
            (instance("advert_int 1;"), "stray-punctuation", true),
            (instance(addresses: ["127.0.0.1/8"]), "bad-address", false),
            ("\u{FEFF}" + instance(), "byte-order-mark", true), (instance("vmac_xmit_base"), "no-effect", true),
            (instance("use_vmac\npromote_secondaries"), "no-effect", true),
            (
                "vrrp_instance A {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress_excluded {\n 10.0.0.1/24\n }\n}\n",
                "no-addresses", true
            ),
        ] as [(String, String, Bool)])
    func `judge as keepalived does what is written twice, or beside a value`(
        text: String, code: String, isRefused: Bool
    ) {
        let judged = report(text).judgedAsKeepalived().diagnostics.filter { $0.code == code }
        #expect(judged.map { $0.severity == .error } == [isRefused], "\(judged)")
    }

    @Test func `have nothing to hide of what keepalived takes`() {
        let routes = "10.0.0.0/8 via 192.168.10.9 dev eth0\n10.1.0.0/16 via 192.168.10.9 no_track"
        let text =
            "global_defs {\n vrrp_version 3\n}\n" + instance("virtual_routes {\n\(routes)\n}")
        #expect(report(text).diagnostics == [])
    }

    @Test func `every keyword of our own is in the list of them, and none of keepalived's`() {
        let ours = BlockKind.allCases.flatMap { block in
            KeywordTable.keywords(in: block).filter(\.isOurs).map { "\(block.rawValue) \($0.name)" }
        }
        #expect(
            Set(ours) == [
                "global_defs lease", "global_defs notify_timeout", "global_defs standby_notice", "vrrp_instance lease",
                "vrrp_instance notify_timeout", "vrrp_instance standby_notice", "vrrp_sync_group notify_timeout",
            ])
    }
}
