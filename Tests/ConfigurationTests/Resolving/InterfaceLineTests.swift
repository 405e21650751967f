import Configuration
import Testing
import VRRPCore
import VRRPWire

/// Where instances and addresses live when they do not say it themselves, and what is said of interfaces that are absent.
@Suite struct InterfaceLineTests {
    private static let without = """
        vrrp_instance A {
            virtual_router_id 1
            virtual_ipaddress {
                10.0.0.1/24
                10.0.1.1/24 dev eth7
            }
        }

        """

    @Test(arguments: ["", "later"])
    func `an instance without an interface runs on the default one, wherever that stands`(place: String) throws {
        let defaults = "global_defs {\ndefault_interface eth3\n}\n"
        let found = resolved(place.isEmpty ? defaults + Self.without : Self.without + defaults)
        let instance = try #require(found.model.instances.first)
        #expect(instance.interface == "eth3")
        #expect(instance.addresses.map(\.interface) == ["eth3", "eth7"])
        #expect(found.diagnostics.map(\.code) == ["default-interface"])
        #expect(found.diagnostics.allSatisfy { $0.severity == .note && $0.fix == "interface eth3" })
    }

    @Test func `an instance that names its interface keeps it`() throws {
        let found = resolved(instance(prelude: "global_defs {\ndefault_interface eth3\n}\n"))
        #expect(found.model.instances.map(\.interface) == ["eth0"])
        #expect(found.diagnostics == [])
    }

    @Test(arguments: [
        Mistake(without, "error missing-keyword@1", quotes: "interface", fix: "interface eth0"),
        Mistake(
            instance(prelude: "global_defs {\ndefault_interface lo\n}\n"), "error loopback-interface@2",
            quotes: "default_interface lo", fix: "default_interface eth0"),
        Mistake(
            instance(prelude: "global_defs {\ndefault_interface an-interface-too-long\n}\n"),
            "error bad-interface-name@2", quotes: "an-interface-too-long", fix: "default_interface NAME"),
        Mistake(
            instance(prelude: "global_defs {\ndynamic_interfaces allow_changes\n}\n"), "error bad-value@2",
            quotes: "allow_changes", fix: "allow_if_changes"),
    ])
    func `says what is wrong with the interfaces`(mistake: Mistake) {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        #expect(found.first?.message.contains(mistake.quotes) == true, "\(found.first?.message ?? "")")
        #expect(found.first?.fix?.contains(mistake.fix) == true, "\(found.first?.fix ?? "")")
    }

    @Test(arguments: ["dynamic_interfaces", "dynamic_interfaces allow_if_changes"])
    func `takes interfaces that come and go, as it does without`(line: String) {
        let found = resolved(instance(prelude: "global_defs {\n\(line)\n}\n"))
        #expect(found.model.global.expectsAbsentInterfaces)
        #expect(found.diagnostics == [])
        #expect(!resolved(instance()).model.global.expectsAbsentInterfaces)
    }

    @Test func `a reload says which default changed, and that the instance moves`() {
        func text(_ interface: String) -> String { "global_defs {\ndefault_interface \(interface)\n}\n" + Self.without }
        let found = changes(from: resolved(text("eth3")).model, to: resolved(text("eth4")).model).flatMap(\.sentences)
        #expect(
            Array(found.prefix(2)) == [
                "global_defs: default_interface eth3 -> eth4", "instance A: interface eth3 -> eth4",
            ])
    }

    // MARK: interface_up_down_delays

    private static func delays(_ lines: String...) -> String {
        "interface_up_down_delays {\n\(lines.joined(separator: "\n"))\n}\n"
    }

    @Test func `reads the delays, in millionths of a second, without UP as keepalived's code does`() {
        let found = resolved(
            Self.delays("eth0 0.5 1.5", "eth1 0.000001") + instance("track_interface {\neth1\n}"))
        #expect(found.diagnostics == [])
        #expect(
            found.model.global.interfaceDelays == [
                InterfaceDelay(interface: "eth0", down: .milliseconds(500), up: .milliseconds(1500)),
                InterfaceDelay(interface: "eth1", down: .microseconds(1), up: .zero),
            ])
    }

    @Test(arguments: [
        (["eth0 5 5"], "advert_int 1", 1_999), (["eth0 2"], "advert_int 1", 1_999), (["eth0 1.999"], "", 1_999),
        (["eth0 5"], "down_timer_adverts 10", 5_000), (["eth0 5"], "version 3\nadvert_int 0.5", 999),
        (["eth0 5"], "down_timer_adverts 1", 0), (["eth1 5"], "track_interface {\neth1\n}", 5_000),
    ])
    func `a delay is shorter than an instance waits for adverts`(lines: [String], more: String, kept: UInt64) {
        let text = Self.delays(lines.joined(separator: "\n")) + instance(more)
        #expect(resolved(text).model.global.interfaceDelays.map(\.down) == [.milliseconds(kept)])
    }

    @Test(arguments: [
        Mistake(
            delays("eth0 2 0.5") + instance(), "warning long-down-delay@2", quotes: "eth0", fix: "eth0 1.999 0.5"),
        Mistake(delays("eth0") + instance(), "error missing-argument@2", quotes: "eth0", fix: "eth0 0.5 0.5"),
        Mistake(delays("eth0 soon") + instance(), "error bad-value@2", quotes: "soon", fix: "seconds"),
        Mistake(delays("eth0 1 256") + instance(), "error out-of-range@2", quotes: "256", fix: "0 to 255"),
        Mistake(delays("eth0 1 1 1") + instance(), "warning extra-words@2", quotes: "1", fix: "eth0 1 1"),
        Mistake(
            delays("eth0 1", "eth0 0.5") + instance(), "warning repeated-keyword@3", quotes: "line 2", fix: "remove"),
        Mistake(delays("eth7 1") + instance(), "warning no-effect@2", quotes: "eth7", fix: "remove the line"),
        Mistake(
            delays("an-interface-too-long 1") + instance(), "error bad-interface-name@2",
            quotes: "an-interface-too-long", fix: "NAME"),
    ])
    func `says what is wrong with a delay`(mistake: Mistake) {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        #expect(found.first?.message.contains(mistake.quotes) == true, "\(found.first?.message ?? "")")
        #expect(found.first?.fix?.contains(mistake.fix) == true, "\(found.first?.fix ?? "")")
        #expect(found.allSatisfy { $0.consequence != nil })
    }

    @Test func `a group's tracked interface is one that is used`() {
        let group = "vrrp_sync_group G {\ngroup {\nVI_1\n}\ntrack_interface {\neth5\n}\n}\n"
        #expect(!complaints(Self.delays("eth5 1") + instance() + group).contains { $0.code == "no-effect" })
    }

    @Test func `reads how long the start is delayed, and says what a reload changes of it all`() {
        let before = "global_defs {\nvrrp_startup_delay 5.5\nvrrp_delay_after_boot 60\n}\n" + Self.delays("eth0 0.5")
        let after = "global_defs {\nvrrp_startup_delay 0\n}\n" + Self.delays("eth0 0.5 1")
        let old = resolved(before + instance())
        #expect(old.model.global.startupDelay == .milliseconds(5500))
        #expect(old.model.global.delayAfterBoot == .seconds(60))
        #expect(old.diagnostics == [])
        #expect(
            changes(from: old.model, to: resolved(after + instance()).model).flatMap(\.sentences) == [
                "global_defs: vrrp_startup_delay 5.5 -> 0", "global_defs: vrrp_delay_after_boot 60 -> 0",
                "global_defs: interface_up_down_delays eth0 0.5 0 -> 0.5 1",
            ])
    }
}
