import Configuration
import Testing

private func global(_ lines: String) -> String { "global_defs {\n\(lines)\n}\n" }

private let recipients = "notification_email {\n ops@example.net\n}\n"
private let complete = recipients + "smtp_server 127.0.0.1\n"

@Suite struct `Mail keywords` {
    @Test func `are read as keepalived reads them`() {
        let text = global(
            """
            notification_email {
                ops@example.net oncall
                ops@example.net
            }
            notification_email {
                second@example.net
            }
            notification_email_from lb@example.net
            smtp_server mail.example.net 2525
            smtp_helo_name lb1.example.net
            smtp_connect_timeout 5
            no_email_faults
            """)
        let mail = resolved(text + instance("smtp_alert")).model.global.mail
        #expect(mail.recipients == ["ops@example.net", "oncall", "second@example.net"])
        #expect(mail.sender == "lb@example.net" && mail.greeting == "lb1.example.net")
        #expect(mail.server == .init(host: "mail.example.net", port: 2525))
        #expect(mail.timeout == .seconds(5) && mail.sparesFaults && mail.isComplete)
        #expect(complaints(text + instance("smtp_alert")) == [])
    }

    @Test func `have keepalived's defaults`() {
        let mail = resolved(instance()).model.global.mail
        #expect(mail == MailSettings() && !mail.isComplete)
        #expect(mail.timeout == .seconds(30) && !mail.sparesFaults && mail.server == nil && mail.sender == nil)
        #expect(resolved(global("smtp_server ::1")).model.global.mail.server == .init(host: "::1", port: 25))
        #expect(resolved(global("smtp_server h submission")).model.global.mail.server?.port == 587)
    }

    @Test(arguments: [
        ("", "", false), ("", "smtp_alert", true), ("smtp_alert", "", true), ("smtp_alert", "smtp_alert off", false),
        ("smtp_alert\nsmtp_alert_vrrp off", "", false), ("smtp_alert off\nsmtp_alert_vrrp", "", true),
        ("smtp_alert_vrrp off", "smtp_alert true", true),
    ])
    func `say for whom mail is sent, the nearest line first`(ofAll: String, own: String, expected: Bool) throws {
        let text = global(complete + ofAll) + instance(own)
        #expect(try #require(resolved(text).model.instances.first).notifications.sendsMail == expected)
        let group = "vrrp_sync_group G {\n group {\n VI_1\n }\n \(own)\n}\n"
        let model = resolved(global(complete + ofAll) + group + instance()).model
        #expect(try #require(model.groups.first).notifications.sendsMail == expected)
    }

    private static let mistakes: [Mistake] = [
        Mistake(
            instance("smtp_alert"), "warning no-mail@5", quotes: "notification_email", fix: "ops@example.net"),
        Mistake(
            global(recipients) + instance("smtp_alert"), "warning no-mail@11", quotes: "smtp_server",
            fix: "smtp_server 127.0.0.1"),
        Mistake(
            global("smtp_alert") + instance(), "warning no-mail@2", quotes: "notification_email", fix: "global_defs"),
        Mistake(
            global("notification_email {\n}\nsmtp_server ::1") + instance("smtp_alert"), "warning no-effect@2",
            quotes: "names nobody", fix: "ops@example.net"),
        Mistake(
            global("notification_email {\n \"Ops <ops@example.net>\"\n}\nsmtp_server ::1") + instance("smtp_alert"),
            "error bad-mail-address@3", quotes: "stands alone", fix: "ops@example.net"),
        Mistake(
            global(complete + "notification_email_from lb@bücher.example") + instance("smtp_alert"),
            "error bad-mail-address@6", quotes: "xn--", fix: "notification_email_from ops@example.net"),
        Mistake(
            global(complete + "notification_email_from <lb@example.net>") + instance("smtp_alert"),
            "error bad-mail-address@6", quotes: "brackets", fix: "notification_email_from lb@example.net"),
        Mistake(
            global(recipients + "smtp_server mail.example.net:25") + instance("smtp_alert"), "error bad-value@5",
            quotes: "mail.example.net:25", fix: "without a port"),
        Mistake(
            global(recipients + "smtp_server 127.0.0.1 65536") + instance("smtp_alert"), "error bad-value@5",
            quotes: "65536", fix: "1 to 65535"),
        Mistake(
            global(recipients + "smtp_server fe80::1") + instance("smtp_alert"), "error bad-address@5",
            quotes: "fe80::1", fix: "smtp_server 127.0.0.1"),
        Mistake(
            global(complete + "smtp_helo_name \"lb1 STARTTLS\"") + instance("smtp_alert"), "error bad-value@6",
            quotes: "lb1 STARTTLS", fix: "ASCII"),
        Mistake(
            global(complete + "smtp_connect_timeout 0") + instance("smtp_alert"), "warning no-effect@6",
            quotes: "no time at all", fix: "smtp_connect_timeout 30"),
        Mistake(
            global(complete + "smtp_alert maybe") + instance("smtp_alert"), "error bad-value@6", quotes: "maybe",
            fix: "on, off"),
    ]

    @Test(arguments: mistakes)
    func `say what is wrong and what mends it`(mistake: Mistake) throws {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        let first = try #require(found.first)
        #expect(first.message.contains(mistake.quotes), "\(first)")
        #expect(first.fix?.contains(mistake.fix) == true, "\(first)")
    }

    /// Many files carry the header of their distribution, and ask for nothing.
    @Test func `that nobody asked for are worth a note`() {
        let found = resolved(global(complete) + instance()).diagnostics
        #expect(found.map(\.brief) == ["note no-effect@2"])
        let balancer = "virtual_server 192.0.2.1 80 {\n}\n"
        #expect(!resolved(global(complete) + instance() + balancer).diagnostics.contains { $0.code == "no-effect" })
    }

    @Test func `that changed are named at a reload`() {
        func change(_ old: String, _ new: String) -> [String] {
            changes(from: resolved(old).model, to: resolved(new).model).flatMap(\.sentences)
        }
        let before = global(complete) + instance()
        #expect(
            change(before, global(complete + "no_email_faults\nsmtp_connect_timeout 7") + instance("smtp_alert")) == [
                "global_defs: smtp_connect_timeout 30 -> 7", "global_defs: no_email_faults off -> on",
                "instance VI_1: smtp_alert off -> on",
            ])
        #expect(
            change(before, global("notification_email {\n b@example.net\n}\nsmtp_server m 26") + instance()) == [
                "global_defs: notification_email ops@example.net removed",
                "global_defs: notification_email b@example.net added", "global_defs: smtp_server 127.0.0.1 25 -> m 26",
            ])
    }
}
