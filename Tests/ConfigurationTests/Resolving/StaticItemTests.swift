import Configuration
import Testing

private let group = "track_group G {\ngroup {\nVI_1\n}\n}\n"

/// A static address on line 7, after a group.
private func statics(_ lines: String..., prelude: String = group) -> String {
    prelude + "static_ipaddress {\n\(lines.joined(separator: "\n"))\n}\n" + instance()
}

private let mistakes: [Mistake] = [
    Mistake(statics("10.9.0.1/24 dev eth1"), "warning no-effect@1", quotes: "track_group `G`", fix: "track_group G"),
    Mistake(
        statics("10.9.0.1/24 dev eth1 track_group H"), "warning no-effect@1", "error undefined-track-group@7",
        quotes: "nothing static", fix: "static_ipaddress"),
    Mistake(
        statics("10.9.0.1/24 dev eth1", "10.9.0.1 dev eth1", prelude: ""), "warning duplicate-address@3",
        quotes: "10.9.0.1", fix: "remove"),
    Mistake(
        statics("192.168.10.100/24 dev eth0", prelude: ""), "error static-virtual-address@2", quotes: "VI_1",
        fix: "remove"),
    Mistake(statics("224.0.0.9 dev eth0", prelude: ""), "error bad-address@2", quotes: "of this host", fix: "address"),
    Mistake(
        statics("10.9.0.1/24 dev eth1 track_group G", prelude: "track_group G {\ngroup {\nVI_9\n}\n}\n"),
        "error undefined-instance@3", quotes: "VI_9", fix: "vrrp_instance VI_9"),
    Mistake(
        statics("10.9.0.1/24 dev eth1 track_group G", prelude: "track_group G {\ngroup {\n}\n}\n"),
        "error empty-track-group@1", quotes: "names no instance", fix: "group {"),
    Mistake(
        statics("10.9.0.1/24 dev eth1 track_group G", prelude: group + group), "error duplicate-name@6",
        quotes: "G", fix: "track_group"),
    Mistake(
        instance(addresses: ["192.168.10.100/24 track_group G"], prelude: group), "warning no-effect@1",
        "error misplaced-track-group@12", quotes: "nothing static", fix: "static_ipaddress"),
    Mistake(
        group + "static_routes {\n10.0.0.0/8 dev eth1 no_track track_group G\n}\n" + instance(),
        "warning no-effect@1", "warning no-effect@7", quotes: "nothing static", fix: "track_group G"),
]

@Suite struct `Static addresses and groups` {
    @Test(arguments: mistakes)
    func `say what is wrong and what mends it`(mistake: Mistake) {
        let found = complaints(mistake.text)
        #expect(found.map(\.brief) == mistake.expected, "\(found)")
        #expect(found.first?.message.contains(mistake.quotes) == true, "\(found.first?.message ?? "")")
        #expect(found.first?.fix?.contains(mistake.fix) == true, "\(found.first?.fix ?? "")")
    }

    @Test func `are read with what depends on them, and compared at a reload`() throws {
        let text =
            group
                + """
                static_ipaddress {
                    10.99.0.1/24 brd + dev eth2 track_group G
                    127.0.0.9 dev lo
                }
                static_routes {
                    10.98.0.0/16 via 10.99.0.2 dev eth2 track_group G
                }
                static_rules {
                    from 10.99.0.0/24 iif eth2 table 99 preference 500 track_group G
                }

                """
        let (model, diagnostics) = resolved(text + instance())
        #expect(diagnostics.isEmpty, "\(diagnostics)")
        #expect(
            model.global.staticAddresses.map { "\($0.address)/\($0.prefixLength)" } == ["10.99.0.1/24", "127.0.0.9/32"])
        let tracked = try #require(model.global.trackGroups.first)
        #expect(tracked.instances == ["VI_1"])
        #expect(
            tracked.items.map(\.description) == [
                "address 10.99.0.1/24", "route 10.98.0.0/16 via 10.99.0.2 dev eth2",
                "rule from 10.99.0.0/24 iif eth2 preference 500 lookup 99",
            ])
        #expect(tracked.items.allSatisfy { $0.interfaces == ["eth2"] })
        let sentences = changes(from: resolved(instance()).model, to: model).flatMap(\.sentences)
        #expect(sentences.contains("global_defs: static address 10.99.0.1/24 dev eth2 brd 10.99.0.255 added"))
        #expect(sentences.contains { $0.hasPrefix("global_defs: track_group G none -> (VI_1: address 10.99.0.1/24, ") })
    }

    @Test func `without an interface are on the default one`() {
        let text = "static_ipaddress {\n10.9.0.1/24\n}\n" + instance()
        #expect(resolved(text).model.global.staticAddresses.map(\.interface) == ["eth0"])
        #expect(resolved(text).diagnostics.map(\.brief) == ["note default-interface@2"])
        let named = resolved("global_defs {\ndefault_interface eth7\n}\n" + text)
        #expect(named.model.global.staticAddresses.map(\.interface) == ["eth7"] && named.diagnostics.isEmpty)
    }
}
