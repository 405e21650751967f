import Console
import Testing
import VRRPWire

@Suite struct `HAProxy's bind lines` {
    private func addresses(_ line: String) -> [HAProxyBind.Address] {
        haproxyBinds(in: "frontend web\n\(line)\n", file: "haproxy.cfg").map(\.address)
    }

    private func ip(_ text: String) throws -> HAProxyBind.Address { .ip(try #require(IPAddress(text))) }

    @Test(arguments: [
        ("bind 192.0.2.10:80", ["192.0.2.10"]), ("\tbind 192.0.2.10:80-90 ssl crt /x", ["192.0.2.10"]),
        ("bind 192.0.2.10:80,192.0.2.11:80", ["192.0.2.10", "192.0.2.11"]),
        ("bind ipv4@192.0.2.10:80", ["192.0.2.10"]), ("bind [2001:db8::10]:443", ["2001:db8::10"]),
        ("bind 2001:db8::10:443", ["2001:db8::10"]), ("bind ipv6@2001:db8::10:443 v6only", ["2001:db8::10"]),
        ("bind quic4@192.0.2.10:443 ssl", ["192.0.2.10"]), ("bind \"192.0.2.10\":80", ["192.0.2.10"]),
        ("bind '192.0.2.10:80' # bind 192.0.2.99:80", ["192.0.2.10"]), ("listen old 192.0.2.10:80", ["192.0.2.10"]),
    ])
    func `addresses are read as HAProxy reads them`(line: String, expected: [String]) throws {
        #expect(try addresses(line) == expected.map { try ip($0) })
    }

    @Test(arguments: [
        ("bind 192.0.2.10", false), ("bind [2001:db8::10]", false), ("bind 192.0.2.10:", false), ("bind *", false),
        ("bind 192.0.2.10:80", true), ("bind [2001:db8::10]:443", true), ("bind 192.0.2.10:$PORT", true),
        ("bind \"$BIND\"", true), ("bind :80-90", true),
    ])
    func `a port is one where it is written`(line: String, expected: Bool) {
        #expect(haproxyBinds(in: "\(line)\n", file: "haproxy.cfg").map(\.hasPort) == [expected])
    }

    @Test(arguments: ["bind *:80", "bind :80", "bind 0.0.0.0:80", "bind :::80", "bind [::]:80 v4v6", "bind ipv4@*:80"])
    func `wildcards are no address`(line: String) { #expect(addresses(line) == [.wildcard]) }

    @Test(arguments: [
        "bind /run/haproxy.sock mode 600", "bind unix@/run/x", "bind abns@name", "bind fd@3", "bind sockpair@4",
        "# bind 192.0.2.10:80", "bind", "server s 192.0.2.10:80", "binding 192.0.2.10:80",
    ])
    func `what is no IP address, or no bind line, is passed over`(line: String) { #expect(addresses(line).isEmpty) }

    @Test(arguments: ["bind \"$VIP:80\"", "bind ${VIP}:80", "bind lb.example.org:80"])
    func `what only HAProxy can resolve is not guessed`(line: String) throws {
        guard case .unclear? = addresses(line).first else {
            Issue.record("\(addresses(line))")
            return
        }
    }

    @Test func `transparent is noticed, and the place is kept`() throws {
        let binds = haproxyBinds(in: "\n\n  bind 192.0.2.10:80 name a transparent\n", file: "/etc/haproxy/haproxy.cfg")
        #expect(binds.map(\.isTransparent) == [true])
        #expect(binds.map(\.place) == ["/etc/haproxy/haproxy.cfg:3: bind 192.0.2.10:80 name a transparent"])
    }
}

@Suite struct `Files of sysctl.d` {
    @Test func `settings are read in every way of writing them`() {
        let text = """
            # net.ipv4.ip_nonlocal_bind = 0
            ; net.ipv4.ip_nonlocal_bind = 0
            net.ipv4.ip_nonlocal_bind=1
            -net/ipv6/ip_nonlocal_bind =  1
            not a setting
            """
        let settings = SysctlFiles.parse(text, file: "f")
        #expect(settings.map(\.key) == ["net.ipv4.ip_nonlocal_bind", "net.ipv6.ip_nonlocal_bind"])
        #expect(settings.map(\.value) == ["1", "1"])
        #expect(settings.map(\.line) == [3, 4])
    }

    @Test func `the last file by name counts, and of equal names that of the first directory`() throws {
        let place = try FileTree()
        try place.write("a.b = usr", to: "usr/lib/sysctl.d/50-x.conf")
        try place.write("a.b = etc", to: "etc/sysctl.d/50-x.conf")
        try place.write("a.b = early", to: "etc/sysctl.d/10-y.conf")
        #expect(SysctlFiles.read(root: place.path).last("a.b")?.value == "etc")
        try place.write("a.b = old", to: "etc/sysctl.conf")
        // Without systemd the old file is read last, with it not at all, unless it is linked.
        #expect(SysctlFiles.read(root: place.path).last("a.b")?.value == "old")
        try place.write("", to: "run/systemd/system/x")
        #expect(SysctlFiles.read(root: place.path).last("a.b")?.value == "etc")
        #expect(SysctlFiles.read(root: place.path).ignored.map(\.value) == ["old"])
        try place.link("etc/sysctl.d/99-sysctl.conf", to: "../sysctl.conf")
        #expect(SysctlFiles.read(root: place.path).last("a.b")?.value == "old")
    }
}
