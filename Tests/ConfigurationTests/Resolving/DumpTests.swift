import Configuration
import Testing

private func global(_ lines: String) -> String { "global_defs {\n\(lines)\n}\n" }

@Suite struct `Keywords of dump files` {
    @Test func `are read as keepalived reads them`() {
        let text = global("state_dump_file /run/a\nstats_dump_file /run/b\njson_dump_file \"/run/c d\"\njson_version 2")
        let dumps = resolved(text + instance()).model.global.dumps
        #expect(dumps.statePath == "/run/a" && dumps.statsPath == "/run/b" && dumps.jsonPath == "/run/c d")
        #expect(dumps.jsonVersion == 2)
        #expect(complaints(text + instance()) == [])
        let usual = resolved(instance()).model.global
        #expect(usual.dumps == DumpSettings() && usual.dumps.jsonVersion == 1 && usual.umask == nil)
    }

    @Test func `have the name of the daemon where it has one, and no file is named`() {
        let text = global("data_use_instance") + instance()
        #expect(resolved("instance lb1\n" + text).model.global.dumps.namesDaemon)
        #expect(complaints("instance lb1\n" + text) == [])
        #expect(complaints("net_namespace blue\n" + text) == [])
        #expect(!resolved(global("data_use_instance no") + instance()).model.global.dumps.namesDaemon)
        #expect(resolved(text).diagnostics.map(\.brief) == ["note no-effect@2"])
        let named = "instance lb1\n" + global("data_use_instance\nstate_dump_file /run/a") + instance()
        #expect(complaints(named).map(\.brief) == ["warning no-effect@3"])
    }

    @Test(arguments: [
        ("022", 0o22), ("0", 0), ("0777", 0o777), ("0x12", 0o22), ("18", 0o22), ("IRGRP", 0o40), ("IRWXG|IRWXO", 0o77),
        ("IXUSR | IRWXG|IRWXO", 0o177), ("IRUSR|IWUSR|IXUSR|IRGRP|IWGRP|IXGRP|IROTH|IWOTH|IXOTH", 0o777),
        ("IRWXU|IRWXU", 0o700),
    ])
    func `read a mask as a number or as names`(written: String, expected: UInt32) {
        #expect(resolved(global("umask \(written)") + instance()).model.global.umask == expected)
    }

    private static let mistakes: [Mistake] = [
        Mistake(
            global("state_dump_file keepalived.data") + instance(), "error bad-path@2", quotes: "relative",
            fix: "state_dump_file /tmp/keepalived.data"),
        Mistake(
            global("json_dump_file /run/") + instance(), "error bad-path@2", quotes: "directory",
            fix: "json_dump_file /run/keepalived"),
        Mistake(
            global("state_dump_file /run/x\nstats_dump_file /run/x") + instance(), "error bad-path@3",
            quotes: "`state_dump_file` names as well", fix: "stats_dump_file /run/x.stats"),
        Mistake(global("json_version 3") + instance(), "error out-of-range@2", quotes: "3", fix: "1"),
        Mistake(global("umask 0888") + instance(), "error bad-value@2", quotes: "0888", fix: "0777"),
        Mistake(global("umask 01000") + instance(), "error bad-value@2", quotes: "01000", fix: "0777"),
        Mistake(global("umask IRGRP|") + instance(), "error bad-value@2", quotes: "IRGRP|", fix: "IROTH"),
        Mistake(global("umask S_IRGRP") + instance(), "error bad-value@2", quotes: "S_IRGRP", fix: "IROTH"),
        Mistake(global("umask 022 IRGRP") + instance(), "error bad-value@2", quotes: "022", fix: "0777"),
        Mistake(global("umask 77") + instance(), "warning decimal-mask@2", quotes: "0115", fix: "umask 077"),
    ]

    @Test(arguments: mistakes)
    func `say what is wrong and what mends it`(mistake: Mistake) throws {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        let first = try #require(found.first)
        #expect(first.message.contains(mistake.quotes), "\(first)")
        #expect(first.fix?.contains(mistake.fix) == true, "\(first)")
    }

    @Test func `tell what the file says of an instance, the nearest line first`() throws {
        func told(_ ofAll: String, _ own: String) throws -> ToldSettings {
            try #require(resolved(global(ofAll) + instance(own)).model.instances.first).told
        }
        #expect(try told("", "") == ToldSettings())
        #expect(try told("vrrp_skip_check_adv_addr", "").skipsAddressCheck)
        #expect(try !told("vrrp_skip_check_adv_addr", "skip_check_adv_addr off").skipsAddressCheck)
        #expect(try told("vrrp_higher_prio_send_advert", "").answersHigherPriority)
        #expect(try told("", "higher_prio_send_advert").answersHigherPriority)
        #expect(try told("", "check_unicast_src").checksUnicastSource)
        #expect(try told("vrrp_check_unicast_src", "").checksUnicastSource)
        #expect(try told("vrrp_strict", "version 3").isStrict)
        #expect(try !told("vrrp_strict", "strict_mode off").isStrict)
    }

    @Test func `that changed are named at a reload`() {
        func change(_ old: String, _ new: String) -> [String] {
            changes(from: resolved(old).model, to: resolved(new).model).flatMap(\.sentences)
        }
        #expect(
            change(
                instance(),
                global(
                    "state_dump_file /run/a\nstats_dump_file /run/b\njson_dump_file /run/c\njson_version 2\numask 077"
                        + "\ndata_use_instance")
                    + instance("skip_check_adv_addr", "check_unicast_src", "higher_prio_send_advert")) == [
                    "global_defs: state_dump_file default -> /run/a", "global_defs: stats_dump_file default -> /run/b",
                    "global_defs: json_dump_file default -> /run/c", "global_defs: json_version 1 -> 2",
                    "global_defs: data_use_instance off -> on", "global_defs: umask default -> 077",
                    "instance VI_1: skip_check_adv_addr off -> on",
                    "instance VI_1: higher_prio_send_advert off -> on", "instance VI_1: check_unicast_src off -> on",
                ])
    }
}
