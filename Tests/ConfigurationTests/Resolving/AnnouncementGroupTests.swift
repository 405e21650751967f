import Configuration
import Testing
import VRRPCore

/// `garp_group` and `garp_extra_if`.
@Suite struct AnnouncementGroupTests {
    private static func group(_ lines: String...) -> String {
        "garp_group {\n\(lines.joined(separator: "\n"))\n}\n"
    }

    @Test func `groups share a pace, and one of a single interface has its own`() {
        let text =
            Self.group("garp_interval 0.002", "gna_interval 0.003", "interfaces {\neth0\neth1 eth2\n}")
            + Self.group("garp_interval 0.5", "interface eth3") + instance()
        let found = resolved(text)
        #expect(found.diagnostics == [])
        #expect(
            found.model.global.announcementGroups == [
                AnnouncementGroup(
                    interfaces: ["eth0", "eth1", "eth2"], gratuitousARPSpacing: .milliseconds(2),
                    neighborAdvertisementSpacing: .milliseconds(3)),
                AnnouncementGroup(
                    interfaces: ["eth3"], gratuitousARPSpacing: .milliseconds(500), neighborAdvertisementSpacing: .zero),
            ])
    }

    @Test(arguments: [
        Mistake(
            group("interface eth0") + instance(), "error missing-keyword@1", quotes: "neither", fix: "garp_interval"),
        Mistake(
            group("garp_interval 1") + instance(), "error missing-keyword@1", "warning slow-announcements@2",
            quotes: "no interface", fix: "interface eth0"),
        Mistake(
            group("garp_interval 0.1", "interface eth0") + group("gna_interval 0.1", "interface eth0") + instance(),
            "warning repeated-member@7", quotes: "eth0", fix: "remove"),
        Mistake(
            group("garp_interval 0.1", "interface eth0", "interfaces {\neth1\n}") + instance(),
            "warning repeated-keyword@3", quotes: "beside", fix: "interfaces {"),
        Mistake(
            group("garp_interval soon", "interface eth0") + instance(), "error bad-value@2", quotes: "soon",
            fix: "garp_interval"),
        Mistake(
            group("garp_interval 0.1", "interfaces {\nan-interface-too-long\n}") + instance(),
            "error bad-interface-name@4", quotes: "too-long", fix: "NAME"),
        Mistake(instance("garp_extra_if every 5"), "error bad-value@5", quotes: "every", fix: "all"),
        Mistake(instance("garp_extra_if all 86401"), "error out-of-range@5", quotes: "86401", fix: "0 to 86400"),
        Mistake(instance("garp_extra_if all"), "error bad-value@5", quotes: "all", fix: "whole number"),
    ])
    func `says what is wrong with a group`(mistake: Mistake) {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected)
        #expect(found.first?.message.contains(mistake.quotes) == true, "\(found.first?.message ?? "")")
        #expect(found.first?.fix?.contains(mistake.fix) == true, "\(found.first?.fix ?? "")")
        #expect(found.allSatisfy { $0.consequence != nil })
    }

    @Test(arguments: [
        ("vrrp_garp_extra_if all 100", "", 100, ""), ("vrrp_garp_extra_if all 100", "garp_extra_if all 7", 7, ""),
        ("vrrp_garp_extra_if all 100", "garp_extra_if 0", 0, ""),
        ("", "vmac_garp_intvl all 9", 9, "note obsolete-keyword@8"), ("", "garp_extra_if 9", 0, "note no-effect@8"),
        ("", "", 0, ""),
    ])
    func `other interfaces are announced on as the instance says, or global_defs`(
        global: String, own: String, seconds: UInt64, said: String
    ) throws {
        let found = resolved(instance(own, prelude: "global_defs {\n\(global)\n}\n"))
        #expect(found.model.instances.map(\.extraAnnouncements) == [.seconds(seconds)])
        #expect(found.diagnostics.map(\.brief).joined() == said)
    }

    @Test func `a reload says what changes`() {
        let old = Self.group("garp_interval 0.002", "interface eth0") + instance("garp_extra_if all 5")
        #expect(
            changes(from: resolved(old).model, to: resolved(instance()).model).flatMap(\.sentences) == [
                "global_defs: garp_group of eth0 0.002 0 (eth0) -> none", "instance VI_1: garp_extra_if all 5 -> 0",
            ])
    }
}
