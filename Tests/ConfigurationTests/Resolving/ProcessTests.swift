import Configuration
import Testing
import VRRPCore
import VRRPWire

private func global(_ lines: String...) -> String { "global_defs {\n\(lines.joined(separator: "\n"))\n}\n" }

private func process(_ text: String) -> ProcessSettings { resolved(text + instance()).model.global.process }

/// What the daemon is on its host, and what is run around its life.
@Suite struct ProcessTests {
    @Test func `the daemon's namespace and name are read at top level, and make its tag as keepalived makes it`() {
        let identity = process("net_namespace blue\ninstance lb1\nuse_pid_dir\n").identity
        #expect(identity == DaemonIdentity(networkNamespace: "blue", instance: "lb1", usesPIDDirectory: true))
        #expect(identity.tag == "blue_lb1")
        #expect(process("instance lb1\n").identity.tag == "lb1")
        #expect(process("").identity == DaemonIdentity() && DaemonIdentity().tag == "")
    }

    @Test func `who the daemon is is known without the rest of the file`() {
        let text = "net_namespace blue\nvrrp_instance {\n nonsense\n}\ninstance\n"
        #expect(daemonIdentity(of: parsed(text).statements) == DaemonIdentity(networkNamespace: "blue"))
    }

    @Test(arguments: [
        Mistake("net_namespace ../blue\n" + instance(), "error bad-value@1", quotes: "../blue", fix: "net_namespace"),
        Mistake("instance .x\n" + instance(), "error bad-value@1", quotes: ".x", fix: "instance"),
        Mistake("instance \"a b\"\n" + instance(), "error bad-value@1", quotes: "a b", fix: "instance"),
        Mistake(
            global("vrrp_process_name a_name_that_is_long") + instance(), "warning long-name@2",
            quotes: "a_name_that_is_long", fix: "vrrp_process_name a_name_that_is_"),
        Mistake(
            global("startup_script_timeout 5") + instance(), "warning no-effect@2", quotes: "startup_script",
            fix: "remove"),
        Mistake(
            global("reload_repeat") + instance(), "warning no-effect@2", quotes: "reload_repeat",
            fix: "reload_time_file"),
        Mistake(
            global("reload_time_file at") + instance(), "error bad-path@2", quotes: "at", fix: "/run/understudy/at"),
        Mistake(
            global("reload_file marker") + instance(), "error bad-path@2", quotes: "marker", fix: "/run/understudy/"),
        Mistake(
            global("process_monitor_rcv_bufs_force on") + instance(), "warning no-effect@2",
            quotes: "process_monitor_rcv_bufs", fix: "remove"),
        Mistake(global("vrrp_rx_bufs_policy 100") + instance(), "error out-of-range@2", quotes: "100", fix: "2048"),
        Mistake(global("vrrp_rx_bufs_policy LARGE") + instance(), "error bad-value@2", quotes: "LARGE", fix: "2048"),
        Mistake(
            global("include_check +wild_match") + instance(), "error bad-value@2", quotes: "+wild_match",
            fix: "brace_match"),
        Mistake(instance("timer_expired_backup 255"), "error out-of-range@5", quotes: "255", fix: "1 to 254"),
    ])
    func `says what is wrong with it`(mistake: Mistake) {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        #expect(found.first?.message.contains(mistake.quotes) == true, "\(found.first?.message ?? "")")
        #expect(found.first?.fix?.contains(mistake.fix) == true, "\(found.first?.fix ?? "")")
    }

    @Test func `reads the commands around the daemon's life with who runs them and for how long`() throws {
        let settings = process(
            global("startup_script \"/x/up 'a b'\" nobody :", "startup_script_timeout 3", "shutdown_script /x/down"))
        #expect(settings.startupScript?.command == ["/x/up", "a b"])
        #expect(settings.startupScript?.user == UserName(user: "nobody", hasEveryGroup: true))
        #expect(settings.shutdownScript?.command == ["/x/down"])
        #expect(settings.startupSeconds == 3 && settings.shutdownSeconds == 10)
    }

    @Test func `groups of a user are given where its line or the whole file asks for them`() {
        let check = "vrrp_script chk {\n script /bin/true\n user root :adm\n}\n"
        let model = resolved(check + instance("track_script { chk }")).model
        #expect(model.scripts.first?.user == UserName(user: "root", group: "adm", hasEveryGroup: true))
        #expect(model.global.runner(of: UserName(user: "www"))?.hasEveryGroup == false)
        let all = resolved(global("set_supplementary_groups", "script_user www") + instance()).model.global
        #expect(all.runner(of: nil) == UserName(user: "www", hasEveryGroup: true))
    }

    @Test func `sizes of buffers are read, and the limit is passed only where that is asked for`() {
        let buffers = process(
            global(
                "vrrp_netlink_cmd_rcv_bufs 2000000", "vrrp_netlink_monitor_rcv_bufs 3000000",
                "vrrp_netlink_monitor_rcv_bufs_force")
        ).buffers
        #expect(buffers.answers == BufferSizes.Size(octets: 2_000_000, isForced: false))
        #expect(buffers.news == BufferSizes.Size(octets: 3_000_000, isForced: true))
        #expect(buffers.processes == nil)
    }

    @Test func `the policy for adverts is a size for instances that have none`() {
        let both = resolved(
            global("vrrp_rx_bufs_policy 65536") + instance()
                + instance("kernel_rx_buf_size 4096").replacing("VI_1", with: "VI_2").replacing("51", with: "52"))
        #expect(both.model.instances.map(\.receiveBuffer) == [65536, 4096])
        let words = resolved(global("vrrp_rx_bufs_policy mtu", "vrrp_rx_bufs_multiplier 9") + instance())
        #expect(words.model.instances.map(\.receiveBuffer) == [nil])
        #expect(words.diagnostics.map(\.brief) == ["note no-effect@2"])
    }

    @Test func `a reload says what changes`() {
        let old = resolved(instance()).model
        let new = resolved(
            "instance b\n"
                + global(
                    "process_name x", "log_unknown_vrids", "shutdown_script /x/down root",
                    "vrrp_netlink_cmd_rcv_bufs 5000") + instance("mcast_src_ip 192.168.10.11", "track_src_ip")
        ).model
        let sentences = changes(from: old, to: new).flatMap(\.sentences)
        #expect(
            sentences == [
                "global_defs: instance none -> b", "global_defs: process_name usual -> x",
                "global_defs: shutdown_script none -> \"/x/down\" root",
                "global_defs: log_unknown_vrids off -> on", "global_defs: vrrp_netlink_cmd_rcv_bufs usual -> 5000",
                "instance VI_1: track_src_ip off -> on", "instance VI_1: source address none -> 192.168.10.11",
            ])
    }

    @Test func `names of routing tables are looked for where the file says`() {
        let reader = DictionaryReader([
            "/opt/usr/rt_tables": "100 isp1\n", "/opt/etc/rt_tables": "101 isp1\n102 isp2\n",
            "/etc/iproute2/rt_tables": "103 isp1\n",
        ])
        let text =
            global("iproute_usr_dir /opt/usr", "iproute_etc_dir /opt/etc")
            + instance("virtual_routes {", "10.0.0.0/8 dev eth0 table isp1", "}")
        let found = resolve(parsed(text).statements, file: "/etc/t.conf", keySource: reader)
        #expect(found.model.instances.first?.routes.map(\.table) == [101])
    }

    @Test func `what is not served is said once for each kind`() {
        let found = resolved(
            global("enable_snmp_vrrp", "enable_traps", "enable_dbus", "dbus_service_name x", "bfd_priority 1")
                + "linkbeat_use_polling\n" + instance("linkbeat_use_polling"))
        #expect(
            found.diagnostics.map(\.brief).sorted() == [
                "note no-effect@6", "note no-effect@8", "note not-served@2", "note not-served@4",
            ])
    }
}

/// What `include_check` demands of include lines.
@Suite struct IncludeCheckTests {
    private func codes(_ check: String, _ include: String, _ files: [String: String] = [:]) -> [String] {
        var reader = DictionaryReader(files)
        reader.files["/etc/t.conf"] = Array((global(check) + include + "\n").utf8)
        return parse(file: "/etc/t.conf", reading: reader, configurationID: "x").diagnostics.map {
            "\($0.severity.rawValue) \($0.code)"
        }
    }

    @Test(arguments: [
        ("", "warning"), ("include_check", "error"), ("include_check wildcard_match", "error"),
        ("include_check +match", "warning"), ("include_check +wildcard_match -wildcard_match", "warning"),
        ("include_check -brace_match +wildcard_match", "error"),
    ])
    func `a pattern that matches nothing is an error where a match is demanded`(check: String, severity: String) {
        #expect(codes(check, "include conf.d/*.conf") == ["\(severity) include-unmatched"])
    }

    @Test func `each alternative of a pattern is demanded by brace_match`() {
        let files = ["/etc/a.conf": "instance x\n"]
        #expect(codes("", "include {a,b}.conf", files) == [])
        #expect(codes("include_check +brace_match", "include {a,b}.conf", files) == ["error include-unmatched"])
    }

    @Test func `it holds in what is included, and what is said there does not hold outside`() {
        let inner = [
            "/etc/inner.conf": "include none*\n", "/etc/off.conf": "global_defs {\ninclude_check -wildcard_match\n}\n",
        ]
        #expect(codes("include_check", "include inner.conf", inner) == ["error include-unmatched"])
        #expect(codes("include_check", "include off.conf\ninclude none*", inner) == ["error include-unmatched"])
    }
}

/// Sources that have to be there, and what else the kernel is told of an address.
@Suite struct SourceTests {
    @Test func `a source is tracked where there is one`() {
        #expect(resolved(instance("mcast_src_ip 192.168.10.11", "track_src_ip")).model.instances[0].tracksSource)
        #expect(!resolved(instance("mcast_src_ip 192.168.10.11")).model.instances[0].tracksSource)
    }

    @Test func `marks of an address are read, and a reload sees them`() throws {
        let text = instance(
            addresses: ["192.168.10.100/24 noprefixroute no_track"]
        ).replacing(
            "virtual_ipaddress {",
            with: "virtual_ipaddress_excluded {\n2001:db8::1/64 home mngtmpaddr\n}\nvirtual_ipaddress {")
        let model = resolved(text).model
        let router = try #require(model.instances.first)
        #expect(router.addresses[0].marks == .noPrefixRoute && !router.addresses[0].isTracked)
        #expect(router.excludedAddresses[0].marks == [.home, .managesTemporaries])
        let other = resolved(text.replacing(" no_track", with: "")).model
        #expect(
            changes(from: model, to: other).flatMap(\.sentences) == [
                "instance VI_1: address 192.168.10.100/24 dev eth0 noprefixroute no_track removed",
                "instance VI_1: address 192.168.10.100/24 dev eth0 noprefixroute added",
            ])
    }
}
