import Configuration
import Testing

private func notifications(_ lines: String..., prelude: String = "") -> Notifications? {
    resolved(instance(lines.joined(separator: "\n"), prelude: prelude)).model.instances.first?.notifications
}

@Suite struct NotifyTests {
    @Test func `reads every command with its arguments, its user and its group`() throws {
        let found = try #require(
            notifications(
                "notify_master \"/x/n.sh 'two words' \\x41\" root adm", "notify_backup /x/b.sh nobody",
                "notify_fault '/x/f.sh'", "notify_stop \"/x/s.sh\"", "notify_deleted \"/x/d.sh\"",
                "notify_master_rx_lower_pri \"/x/r.sh\"", "notify \"/x/n.sh -v\" nobody nogroup"))
        #expect(found.inOrder.map(\.occasion) == Notifications.Occasion.allCases)
        #expect(found.commands[.master]?.command == ["/x/n.sh", "two words", "A"])
        #expect(found.commands[.master]?.user == UserName(user: "root", group: "adm"))
        #expect(found.commands[.backup]?.user == UserName(user: "nobody"))
        #expect(found.commands[.fault]?.command == ["/x/f.sh"] && found.commands[.fault]?.user == nil)
        #expect(found.commands[.everyChange]?.user == UserName(user: "nobody", group: "nogroup"))
        #expect(found.saysDeleted)
    }

    @Test func `has keepalived's defaults, and a minute for each command`() throws {
        let found = try #require(notifications())
        #expect(found == Notifications())
        #expect(!found.saysDeleted && !found.priorityChanges && found.timeout == .seconds(60))
        let bare = try #require(notifications("notify_deleted", "notify_priority_changes", "notify_timeout 5"))
        #expect(bare.saysDeleted && bare.commands.isEmpty && bare.priorityChanges && bare.timeout == .seconds(5))
        let prelude = "global_defs {\n vrrp_notify_priority_changes\n notify_timeout 7\n}\n"
        let inherited = try #require(notifications(prelude: prelude))
        #expect(inherited.priorityChanges && inherited.timeout == .seconds(7))
        let own = try #require(notifications("notify_priority_changes off", "notify_timeout 8", prelude: prelude))
        #expect(!own.priorityChanges && own.timeout == .seconds(8))
    }

    @Test func `takes the first of two commands, as keepalived does`() throws {
        let text = instance("notify_master /bin/one", "notify_master /bin/two")
        #expect(resolved(text).model.instances.first?.notifications.commands[.master]?.command == ["/bin/one"])
        let found = complaints(text)
        #expect(found.map(\.brief) == ["warning repeated-keyword@6"])
        #expect(found.first?.consequence?.contains("the first") == true)
    }

    @Test func `reads pipes, their owners and their readers`() {
        let global = resolved(
            """
            global_defs {
                notify_fifo /run/all.fifo
                vrrp_notify_fifo /run/vrrp.fifo nobody nogroup
                vrrp_notify_fifo_script "/x/reader.sh --json" nobody
                fifo_write_vrrp_states_on_reload
            }
            """ + "\n" + instance()
        ).model.global
        #expect(global.fifos.map(\.path) == ["/run/all.fifo", "/run/vrrp.fifo"])
        #expect(global.fifos.map(\.owner) == [nil, UserName(user: "nobody", group: "nogroup")])
        #expect(global.fifos.map(\.reader?.command) == [nil, ["/x/reader.sh", "--json"]])
        #expect(global.fifos.last?.reader?.user == UserName(user: "nobody") && global.writesStatesOnReload)
    }

    private static let mistakes: [Mistake] = [
        Mistake(
            instance("notify_master /x/n.sh MASTER now --fast"), "error unquoted-command@5", quotes: "MASTER",
            fix: "notify_master \"/x/n.sh MASTER now --fast\""),
        Mistake(
            instance("notify_master \"/x/n.sh\" notify_backup \"/x/b.sh\""), "error two-on-a-line@5",
            quotes: "notify_backup", fix: "next line"),
        Mistake(
            instance("notify \"/x/n.sh && /x/m.sh\""), "warning shell-syntax@5", quotes: "&&",
            fix: "notify \"/bin/sh -c '/x/n.sh && /x/m.sh'\""),
        Mistake(instance("notify '/x/n.sh"), "error unterminated-quote@5", quotes: "quote", fix: "'"),
        Mistake(instance("notify_timeout 0"), "error out-of-range@5", quotes: "0", fix: "1 to 3600"),
        Mistake(
            "global_defs {\n notify_fifo n.fifo\n}\n" + instance(), "error bad-path@2", quotes: "n.fifo",
            fix: "/run/understudy/n.fifo"),
        Mistake(
            "global_defs {\n notify_fifo /r\n vrrp_notify_fifo /r\n}\n" + instance(), "error duplicate-name@3",
            quotes: "/r", fix: "remove"),
        Mistake(
            "global_defs {\n notify_fifo_script /x/r\n}\n" + instance(), "warning no-effect@2",
            quotes: "notify_fifo_script", fix: "notify_fifo /run"),
        Mistake(
            "global_defs {\n fifo_write_vrrp_states_on_reload\n}\n" + instance(), "warning no-effect@2",
            quotes: "without a pipe", fix: "vrrp_notify_fifo"),
    ]

    @Test(arguments: mistakes)
    func `says what is wrong and what mends it`(mistake: Mistake) throws {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        let first = try #require(found.first)
        #expect(first.message.contains(mistake.quotes), "\(first)")
        #expect(first.fix?.contains(mistake.fix) == true, "\(first)")
    }

    @Test func `a reload says which command changed`() {
        func change(_ old: String, _ new: String) -> [String] {
            changes(from: resolved(old).model, to: resolved(new).model).flatMap(\.sentences)
        }
        #expect(
            change(instance("notify_master \"/x/n.sh 'a b'\""), instance("notify_master /x/m.sh nobody")) == [
                "instance VI_1: notify_master \"/x/n.sh 'a b'\" -> \"/x/m.sh\" nobody"
            ])
        #expect(
            change(instance("notify_deleted"), instance("notify_timeout 9")) == [
                "instance VI_1: notify_deleted on -> off", "instance VI_1: notify_timeout 60 -> 9",
            ])
        // Other quotes, the same command.
        #expect(change(instance("notify '/x/n a'"), instance("notify \"/x/n 'a'\"")) == [])
        func pipe(_ lines: String) -> String { "global_defs {\n\(lines)\n}\n" + instance() }
        #expect(
            change(pipe("notify_fifo /a"), pipe("vrrp_notify_fifo /b\nvrrp_notify_fifo_script /x/r")) == [
                "global_defs: FIFO /a written -> none", "global_defs: FIFO /b none -> written",
            ])
        #expect(
            change(pipe("notify_fifo /a"), pipe("notify_fifo /a\nnotify_fifo_script /x/r")) == [
                "global_defs: FIFO /a reader none -> \"/x/r\""
            ])
    }
}
