import Configuration
import Testing

/// Whether every mistake of a file is said at once, also those behind another one.
@Suite struct `A block with a mistake in its first line` {
    private static let chk = "vrrp_script chk {\n script \"/bin/true\"\n}\n"

    private static func block(_ head: String, id: String = "52", _ lines: String...) -> String {
        "\(head) {\n interface eth0\n virtual_router_id \(id)\n priority 100\n\(lines.map { $0 + "\n" }.joined())}\n"
    }

    private func briefs(_ text: String) -> [String] { complaints(text).map(\.brief) }

    @Test(arguments: [
        // A second block of the same name.
        (
            instance() + block("vrrp_instance VI_1", id: "400", "prority 90", "track_script { nosuch }", "no_accept x"),
            [
                "error duplicate-name@10", "error out-of-range@12", "error unknown-keyword@14",
                "error undefined-check@15", "warning extra-words@16", "warning no-addresses@10",
            ]
        ),
        (
            chk + "vrrp_script chk {\n script \"/bin/true\"\n intervall 2\n weight 999\n}\n"
                + instance("track_script { chk }"),
            ["error duplicate-name@4", "error unknown-keyword@6", "error out-of-range@7"]
        ),
        (
            instance()
                + "vrrp_sync_group G {\n group {\n VI_1\n }\n}\nvrrp_sync_group G {\n group {\n VI_9\n }\n notfy x\n}\n",
            [
                "warning single-member@12", "error duplicate-name@15", "error undefined-instance@17",
                "error unknown-keyword@19",
            ]
        ),
        // Without a name.
        (
            block("vrrp_instance", id: "0", "virtual_ipaddress {", " 192.0.2.300/24", "}"),
            ["error missing-argument@1", "error out-of-range@3", "error bad-address@6"]
        ),
        // With blanks in its name.
        (
            block("vrrp_instance VI 1", id: "0") + block("vrrp_instance VI 2", id: "0"),
            [
                "error extra-words@1", "error out-of-range@3", "error extra-words@6", "error out-of-range@8",
                "warning no-addresses@1", "warning no-addresses@6",
            ]
        ),
        // With a keyword that nobody knows.
        (
            block("vrrp_instanc VI_1", id: "0", "virtual_ipaddres {", " 192.0.2.300/24", "}"),
            ["error unknown-keyword@1", "error out-of-range@3", "error unknown-keyword@5", "error bad-address@6"]
        ),
        (
            "vrrp_scrip chk {\n script \"/bin/true\"\n intervall 2\n}\n" + instance("track_script { chk }"),
            ["error unknown-keyword@1", "error unknown-keyword@3"]
        ),
        // In another block.
        (
            instance(
                "    vrrp_script chk {\n        script \"/bin/true\"\n        intervl 2\n    }\n    track_script {\n        chk\n    }"
            ),
            ["error unknown-keyword@5", "error unknown-keyword@7"]
        ),
        (
            "global_defs {\n vrrp_instance VI_2 {\n interfac eth0\n virtual_router_id 520\n}\n}\n" + instance(),
            ["error unknown-keyword@2", "error unknown-keyword@3", "error out-of-range@4"]
        ),
        // Behind another line.
        (
            "vrrp_instance VI_1 {\n state BACKUP interface eth0\n virtual_router_id 51\n virtual_ipaddress {\n192.0.2.1/24\n}\n}\n",
            ["error two-on-a-line@2"]
        ),
        // A line of which both halves are wrong.
        (instance("advrt_int=0"), ["error unknown-keyword@5", "error out-of-range@5"]),
        (instance(" notify_mastr \"/bin/sh -c 'a\""), ["error unknown-keyword@5", "error unterminated-quote@5"]),
    ])
    func `is read on as if that had been mended`(text: String, expected: [String]) {
        #expect(Set(briefs(text)) == Set(expected))
        #expect(briefs(text).count == expected.count)
    }

    @Test(arguments: [
        // The same virtual router once more: the name has said it.
        (instance() + instance(), ["error duplicate-name@10"]),
        // Another one, as which it takes what the first has.
        (
            instance() + block("vrrp_instance VI_1", id: "52", "virtual_ipaddress {", "192.168.10.100/24", "}"),
            ["error duplicate-name@10", "error address-in-two-instances@15"]
        ),
        // Others are not told to make room for a name that nobody has written.
        (
            block("vrrp_instance", id: "51", "virtual_ipaddress {", " 192.168.10.100/24", "}") + instance(),
            ["error missing-argument@1"]
        ),
        (
            "vrrp_sync_group G {\n group {\n VI_1\n VI_2\n }\n}\nvrrp_sync_group G {\n group {\n VI_1\n }\n}\n"
                + instance() + block("vrrp_instance VI_2", "virtual_ipaddress {", "192.0.2.7", "}"),
            ["error duplicate-name@7"]
        ),
        // What is there already is not given a second time by a word that is like it.
        (instance("prority 90"), ["error unknown-keyword@5"]),
        // There is nothing in it to be read.
        ("vrrp_instance {\n}\n", ["error missing-argument@1"]),
        // Each has a name of its own by then.
        (
            instance() + instance() + instance(),
            ["error duplicate-name@10", "error duplicate-name@19"]
        ),
    ])
    func `gives no cause for complaints that would be gone with it`(text: String, expected: [String]) {
        #expect(briefs(text) == expected)
    }

    @Test func `keeps its quotes and its places`() {
        let unquoted = complaints(instance("    notify_mster /usr/local/bin/x.sh and more words"))
        #expect(unquoted.first?.fix == "notify_master /usr/local/bin/x.sh and more words")
        #expect(unquoted.allSatisfy { $0.fix?.contains("/usr/local/bin/x.sh and more words") == true })
        #expect(complaints(instance("    nopremt yes")).map(\.location.column) == [5, 13])
        let found = complaints(instance(" notify_mastr \"/bin/sh -c 'a\""))
        #expect(found.first?.fix == "notify_master \"/bin/sh -c 'a\"")
        #expect(found.last?.location.column == 15)
    }

    @Test func `gets a name that nobody has`() {
        let other = Self.block("vrrp_instance VI_1_2", id: "60", "virtual_ipaddress {", "192.0.2.7", "}")
        let text = other + instance() + instance() + instance()
        let fixes = complaints(text).compactMap { $0.code == "duplicate-name" ? $0.fix : nil }
        #expect(fixes.map { $0.split(separator: " ")[1] } == ["VI_1_3", "VI_1_4"])
    }

    @Test func `leaves nothing in what is made of the file`() {
        let text = Self.chk + Self.chk + instance("track_script { chk }") + Self.block("vrrp_instance VI_1", id: "77")
        let model = resolved(text).model
        #expect(model.instances.map(\.name) == ["VI_1"])
        #expect(model.scripts.map(\.name) == ["chk"])
    }

    /// It does not look into them, or goes on with the next.
    @Test func `has keepalived say nothing of what it passes over`() {
        let text =
            Self.chk.replacing("vrrp_script", with: "vrrp_scrip")
            + instance("track_script { chk }") + Self.block("vrrp_instance VI_1", id: "400", "prority 90")
        let report = check(
            files: ["a.conf"], reading: OneText(text), configurationID: "lb1", host: nil, hostIsAuthoritative: false,
            portable: true
        ).judgedAsKeepalived()
        let errors = report.diagnostics.filter { $0.severity == .error }.map(\.brief)
        #expect(errors == ["error unknown-keyword@1", "error duplicate-name@13"])
        let excused = report.diagnostics.filter { $0.severity == .warning }
        #expect(
            Set(excused.map(\.brief)) == [
                "warning out-of-range@15", "warning unknown-keyword@17", "warning no-addresses@13",
            ])
    }
}

/// A file whose text may be another one when it is read a second time.
private final class OneText: SourceReader {
    private var texts: [String]
    private(set) var reads = 0
    private let isRegular: Bool

    init(_ texts: String..., isRegular: Bool = true) {
        self.texts = texts
        self.isRegular = isRegular
    }

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        reads += 1
        return .success(Array(texts[min(reads, texts.count) - 1].utf8))
    }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { isRegular }
}

@Suite struct `The text of a checked file` {
    private func report(_ reader: OneText) -> CheckReport {
        check(files: ["a.conf"], reading: reader, configurationID: "lb1", host: nil, hostIsAuthoritative: false)
    }

    @Test func `is read again where there is something to say of it, and only then`() {
        let quiet = OneText(instance())
        #expect(report(quiet).diagnostics.isEmpty)
        #expect(quiet.reads == 1)
        let loud = OneText(instance("prority 90"))
        #expect(report(loud).text.contains("\n    | prority 90\n"))
        #expect(loud.reads == 2)
    }

    @Test func `is kept where it can be read only once`() {
        let pipe = OneText(instance("prority 90"), isRegular: false)
        #expect(report(pipe).text.contains("\n    | prority 90\n"))
        #expect(pipe.reads == 1)
    }

    @Test func `is not shown where it says something else by then`() {
        let text = report(OneText(instance("prority 90"), instance("priority 80"))).text
        #expect(text.contains("a.conf:5:1: error: `prority` is not known"))
        #expect(!text.contains("| prior"))
    }
}
