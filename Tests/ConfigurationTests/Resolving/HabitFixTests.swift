import Configuration
import Testing

/// What people write from habit: the fix says what they meant.
@Suite struct HabitFixTests {
    /// A text, and the code and the fix of all that is said of it.
    struct Habit: Sendable, CustomTestStringConvertible {
        var text: String
        var expected: String
        var testDescription: String { expected }

        init(_ text: String, _ expected: String) { (self.text, self.expected) = (text, expected) }
    }

    private static let chk = "vrrp_script chk {\n script \"/bin/true\"\n}\n"
    private static let plain = instance()

    private static func check(_ line: String) -> String {
        "vrrp_script chk {\n \(line)\n}\n" + instance("track_script { chk }")
    }

    private static let numbers: [Habit] = [
        Habit(instance("preempt_delay 5m"), "bad-value: preempt_delay 300   # seconds, such as 1 or 0.5"),
        Habit(instance("advert_int 100ms\nversion 3"), "bad-value: advert_int 0.1   # seconds, such as 1 or 0.5"),
        Habit(
            instance("garp_master_refresh 1.5.2"), "bad-value: garp_master_refresh 60   # a whole number from 0 to 4294"
        ),
        Habit(instance("down_timer_adverts 0x4"), "bad-value: down_timer_adverts 4   # a whole number from 1 to 100"),
        Habit(
            plain.replacing("id 51", with: "id =51"),
            "bad-value: virtual_router_id 51   # a whole number from 1 to 255"),
        Habit(
            plain.replacing("priority 100", with: "priority 11O%"),
            "bad-value: priority 110   # a whole number from 1 to 255"),
        Habit(plain.replacing("priority 100", with: "priority : 110"), "equals-sign: priority 110"),
        Habit(check("script \"/bin/true\"\ninterval 0"), "out-of-range: interval 1   # 0.001 to 4294"),
        Habit(
            chk + instance("track_script {\nchk weight +20%\n}"),
            "bad-value: chk weight 20   # a whole number from -253 to 253"),
        Habit(
            chk + instance("track_script {\nchk weight -5%\n}"),
            "bad-value: chk weight -5   # a whole number from -253 to 253"),
        Habit(instance("version v3"), "bad-value: version 3   # a whole number from 2 to 3"),
        Habit(instance("down_timer_adverts four"), "bad-value: down_timer_adverts 4   # a whole number from 1 to 100"),
        Habit(
            plain.replacing("virtual_ipaddress {", with: "virtual_ipaddress my vips {"),
            "extra-words: virtual_ipaddress {"),
        Habit(instance("virtual_router_id"), "missing-argument: remove the line   # line 3 has the value"),
        Habit(plain.replacing("id 51", with: "id 1-2"), "bad-value: \(freeID)"),
    ]

    private static let freeID =
        "virtual_router_id 52   # 1 to 255, the same on both routers, unused elsewhere on this network"

    private static let lines: [Habit] = [
        Habit(
            instance("virtual_rules {\nfrom 10.0.0.1 lookup 100 pref 9\n}"),
            "unknown-keyword: from 10.0.0.1 lookup 100 preference 9"),
        Habit(
            instance("virtual_rules {\nfrom 10.0.0.1 lookup 100 preference 9 frobnicate\n}"),
            "unknown-keyword: remove `frobnicate`"),
        Habit(
            instance("virtual_routes {\n10.9.0.0/24 10.0.0.254\n}"),
            "two-on-a-line: 10.9.0.0/24 via 10.0.0.254"),
        Habit(
            "vrrp_instance A {\ninterface eth0\nvirtual_router_id 1\nvirtual_ipaddress\n10.0.0.1/24 dev eth0\n10.0.0.2/24\n}\n",
            "missing-block: virtual_ipaddress {\n    10.0.0.1/24 dev eth0\n    10.0.0.2/24\n}"),
        Habit(
            instance("10.0.0.1/24\n10.0.0.2/24"),
            "unknown-keyword: virtual_ipaddress {\n    10.0.0.1/24\n    10.0.0.2/24\n}"),
        Habit("inlcude /etc/x/*.conf\n" + plain, "unknown-keyword: include /etc/x/*.conf"),
        Habit(
            "vrrp_sync_group G {\ngroup {\nVI_1,\nVI_2\n}\n}\n" + plain
                + "vrrp_instance VI_2 {\ninterface eth0\nvirtual_router_id 52\nvirtual_ipaddress {\n10.0.0.1/24\n}\n}\n",
            "stray-punctuation: VI_1"),
        Habit(
            "global_defs {\nnotification_email {\na@example.net,b@example.net\n}\nsmtp_server 127.0.0.1\n}\n"
                + instance("smtp_alert"), "bad-mail-address: a@example.net\nb@example.net"),
        Habit(chk + instance("track_script {\nchk,\n}"), "stray-punctuation: chk"),
    ]

    @Test(arguments: numbers + lines)
    func `a fix says what was meant`(habit: Habit) {
        #expect(complaints(habit.text).map { "\($0.code): \($0.fix ?? "")" } == [habit.expected])
    }
}
