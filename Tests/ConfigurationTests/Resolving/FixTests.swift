import Configuration
import Testing

/// Fixes that are applied as they stand: a wrong one is worse than none.
@Suite struct FixTests {
    private static let script = "vrrp_script chk {\n script /bin/true\n}\n"

    /// The code and the fix of everything that is said of `text` beyond notes.
    private func fixes(_ text: String) -> [String] { complaints(text).map { "\($0.code): \($0.fix ?? "")" } }

    private static func check(_ line: String) -> String {
        "vrrp_script chk {\n \(line)\n}\n" + instance("track_script { chk }")
    }

    @Test(arguments: [
        (check("script \"/bin/true\" interval 2"), "two-on-a-line: script \"/bin/true\"\ninterval 2"),
        (
            check("script \"/bin/true\" interval 2 weight 2"),
            "two-on-a-line: script \"/bin/true\"\ninterval 2\nweight 2"
        ),
        (instance() + ";\n", "stray-punctuation: remove the `;`"),
        (script + instance("track_script {\nchk -5\n}"), "unknown-keyword: chk weight -5"),
        (instance("track_interface {\neth1 -2\n}"), "unknown-keyword: eth1 weight -2"),
        (instance(addresses: ["192.168.50.10 /24"]), "bad-prefix: 192.168.50.10/24"),
        (instance(addresses: ["192.168.50.10 netmask 255.255.255.0"]), "bad-prefix: 192.168.50.10/24"),
        (instance(addresses: ["192.168.50.10/24 eth0"]), "unknown-keyword: 192.168.50.10/24 dev eth0"),
        (instance(addresses: ["192.168.50.10/24 devv eth0"]), "unknown-keyword: 192.168.50.10/24 dev eth0"),
        (instance("unicast_peer 10.0.0.2 10.0.0.3"), "missing-block: unicast_peer {\n    10.0.0.2\n    10.0.0.3\n}"),
        (
            instance("virtual_ipaddress_excluded 10.0.0.2/24 dev eth1"),
            "missing-block: virtual_ipaddress_excluded {\n    10.0.0.2/24 dev eth1\n}"
        ),
        (instance("unicast_peer {\n10.0.0.2,\n}"), "stray-punctuation: 10.0.0.2"),
        (instance("unicast_peer {\nlb2.example.com\n}"), "bad-value: VALUE   # an IPv4 or IPv6 address"),
        (instance("state master"), "unknown-state: state MASTER"),
        (instance("state ACTIVE"), "unknown-state: state MASTER"),
        (instance("state SLAVE"), "unknown-state: state BACKUP"),
        (instance("frob {\nx\n}"), "unknown-keyword: remove the block"),
        (
            "[vrrp_instance VI_1]\n" + instance(), "unknown-keyword: vrrp_instance VI_1 {"
        ),
        (
            "vrrp_instance A {\n    interface e\n    virtual_router_id 1\n    virtual_ipaddress (\n"
                + "        10.0.0.1/24\n    }\n}\n", "missing-brace: virtual_ipaddress {"
        ),
    ])
    func `gives one fix that is right as it stands`(text: String, expected: String) {
        #expect(fixes(text) == [expected])
    }

    private static let inCommands: [(String, String)] = [
        (script + instance("track_script {\nchk weight=-10\n}"), "equals-sign: chk weight -10"),
        (script + instance("track_script {\nchk weight = -10\n}"), "equals-sign: chk weight -10"),
        (
            check("script \"/bin/bash -c \"kill -0 $(cat /run/haproxy.pid)\"\""),
            "unquoted-command: script \"/bin/bash -c 'kill -0 $(cat /run/haproxy.pid)'\""
        ),
        (check("script \"/bin/sh -c pgrep haproxy\""), "unquoted-command: script \"/bin/sh -c 'pgrep haproxy'\""),
        (
            check("script \"/usr/bin/test -f $HOME/x\""),
            "shell-syntax: script \"/bin/sh -c '/usr/bin/test -f $HOME/x'\""
        ),
        (
            check("script \"/usr/bin/test -e /run/haproxy/*.pid\""),
            "shell-syntax: script \"/bin/sh -c '/usr/bin/test -e /run/haproxy/*.pid'\""
        ),
    ]

    @Test(arguments: inCommands)
    func `gives a fix for a command or a weight that runs what was meant`(text: String, expected: String) {
        #expect(fixes(text) == [expected])
    }

    @Test func `does not make an owner of a router whose priority is the default`() {
        let text =
            "vrrp_instance A {\n interface e\n virtual_router_id 1\n state master\n virtual_ipaddress { 10.0.0.1 }\n}"
        #expect(fixes(text) == ["unknown-state: state MASTER\npriority 150"])
    }

    @Test(arguments: [
        script + instance("track_script { chk }").replacing("vrrp_instance", with: "vrrp_instace"),
        (script + instance("track_script { chk }")).replacing("vrrp_script", with: "vrrp_scripts"),
        instance(addresses: ["0.0.0.0/24"]), instance(addresses: ["224.0.0.18/24"]),
    ])
    func `says one thing of one mistake, without what follows from it`(text: String) {
        #expect(complaints(text).count == 1, "\(complaints(text).map(\.message))")
    }

    @Test(arguments: [
        [0xFF, 0xFE] + Array("a\0\n\0".utf8), Array(repeating: 0, count: 40), Array("a {\r b\r}\r".utf8),
    ])
    func `says once that a file is not text`(bytes: [UInt8]) {
        var reader = DictionaryReader()
        reader.files["f"] = bytes
        let found = Configuration.check(
            file: "f", reading: reader, configurationID: "a", host: nil, hostIsAuthoritative: false
        ).diagnostics
        #expect(found.map(\.brief) == ["error not-text@1"])
    }

    @Test func `says in which file a name was taken, and when a file is read twice`() throws {
        let block = "vrrp_script a {\n script /bin/true\n}\n"
        func duplicate(_ text: String) throws -> Diagnostic {
            let statements = parsed(text, files: ["/etc/x": block]).statements
            return try #require(
                resolve(statements, file: "/etc/t.conf").diagnostics.first { $0.code == "duplicate-name" })
        }
        #expect(try duplicate("include x\n" + block).message.hasSuffix("on line 1 of /etc/x"))
        #expect(try duplicate(block + block).message.hasSuffix("on line 1"))
        #expect(try duplicate("include x\ninclude x\n").fix == "remove one of the include lines")
    }

    /// Taken literally, none of these loses an address, a priority, or another instance's number.
    @Test(arguments: [
        (instance("prio 110"), "unknown-keyword", "priority 110"),
        (instance("vrid 7"), "unknown-keyword", "virtual_router_id 7"),
        (
            instance(addresses: ["192.168.10.100/24,192.168.10.102/24;"]), "stray-punctuation",
            "192.168.10.100/24\n192.168.10.102/24"
        ),
        ("global_defs {\nscript_security\n}\n" + instance(), "obsolete-keyword", "enable_script_security"),
        (
            instance().replacing("virtual_router_id 51", with: "")
                + instance().replacing("VI_1", with: "VI_2").replacing("router_id 51", with: "router_id 52"),
            "missing-keyword", "virtual_router_id 53 "
        ),
    ])
    func `offers nothing that does harm`(text: String, code: String, fix: String) throws {
        let found = try #require(complaints(text).first { $0.code == code })
        #expect(found.fix?.hasPrefix(fix) == true, "\(found)")
    }

    @Test func `does not call a block empty whose address is a name`() {
        #expect(!complaints(instance(addresses: ["${VIP}", "$VIP/24"])).contains { $0.code == "no-addresses" })
    }

    @Test func `says of a pair once what is merely worth knowing of both files`() {
        var reader = DictionaryReader()
        let text = "vrrp_script chk {\n script \"pidof haproxy\"\n}\n" + instance("track_script { chk }")
        reader.files["a"] = Array(text.utf8)
        reader.files["b"] = Array(text.replacing("priority 100", with: "priority 90").utf8)
        let report = Configuration.check(
            files: ["a", "b"], reading: reader, configurationID: "x", host: nil, hostIsAuthoritative: false)
        let notes = report.diagnostics.filter { $0.code == "process-check-by-command" }
        #expect(notes.map(\.location.file) == ["a"])
    }

    @Test func `names the block whose value is wrong`() throws {
        let found = try #require(complaints(instance("unicast_peer {\nlb2\n}")).first)
        #expect(found.message.contains("`lb2` is not a value for `unicast_peer`"))
    }

    @Test func `ends an undefined name before the prefix length`() throws {
        let found = parsed("virtual_ipaddress {\n$IP/24\n}").diagnostics
        #expect(found.map(\.message) == ["`$IP` is not defined anywhere"])
    }

    @Test func `keeps an instance's weight when it suggests to watch a process`() throws {
        let text = "vrrp_script chk {\n script \"pidof haproxy\"\n weight -20\n}\n"
        let model = resolved(text + instance("track_script {\nchk weight -30\n}")).model
        let fix = try #require(lint(model, host: nil, hostIsAuthoritative: false).first?.fix)
        #expect(fix.hasSuffix("track_process {\n    chk weight -30\n}"), "\(fix)")
    }
}
