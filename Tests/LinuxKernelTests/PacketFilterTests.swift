import Glibc
import Testing
import VRRPWire

@testable import LinuxKernel

private func filter(_ form: PacketFilter.Form = .init(table: "understudy")) -> PacketFilter {
    var filter = PacketFilter(form)
    for text in ["192.0.2.10", "2001:db8::10", "fe80::10"] {
        filter.insert(IPAddress(text)!, interfaceName: "left0", interfaceIndex: 7)
    }
    return filter
}

/// The messages of one transaction, as the kernel meets them.
private func messages(_ bytes: [UInt8]) -> [NetlinkHeader] {
    var headers: [NetlinkHeader] = []
    var offset = 0
    while let header = NetlinkHeader(bytes.span, at: offset) {
        headers.append(header)
        offset = header.end
    }
    return headers
}

@Suite struct `Messages of the packet filter` {
    @Test func `are written octet by octet as Linux defines them`() {
        var batch = FilterBatch()
        batch.add([[192, 0, 2, 10]], to: .v4, of: "t")
        let (bytes, last) = batch.octets(first: 9)
        #expect(last == 10)
        #expect(
            bytes
                == [
                    20, 0, 0, 0, 16, 0, 1, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10,
                    // NFT_MSG_NEWSETELEM with NLM_F_CREATE and NLM_F_ACK, of family inet
                    68, 0, 0, 0, 12, 10, 5, 4, 10, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0,
                    6, 0, 1, 0, 116, 0, 0, 0,
                    20, 0, 2, 0, 117, 110, 100, 101, 114, 115, 116, 117, 100, 121, 95, 105, 112, 118, 52, 0,
                    20, 0, 3, 128, 16, 0, 1, 128, 12, 0, 1, 128, 8, 0, 1, 0, 192, 0, 2, 10,
                    20, 0, 0, 0, 17, 0, 1, 0, 11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 10,
                ].map { UInt8($0) })
    }

    @Test func `of a table ask for one answer, at the end`() {
        var batch = FilterBatch()
        batch.removeTable("understudy")
        batch.add(filter())
        let (bytes, last) = batch.octets(first: 1)
        let found = messages(bytes)
        #expect(found.map(\.sequence) == (1...UInt32(found.count)).map { $0 })
        #expect(found.filter { $0.flags & 4 != 0 }.map(\.sequence) == [last])
        #expect(found.count == 2 + 2 + 3 + 2 + 8 + 3)
    }

    @Test func `many elements are told in several messages`() {
        var batch = FilterBatch()
        batch.add(Set((0..<1100).map { [10, 0, UInt8($0 >> 8), UInt8($0 & 255)] }), to: .v4, of: "t")
        #expect(messages(batch.octets(first: 1).bytes).count == 2 + 3)
    }

    @Test func `that are damaged are read without leaving their bounds`() {
        var batch = FilterBatch()
        batch.add(filter())
        let bytes = batch.octets(first: 1).bytes
        var understood = 0
        func read(_ bytes: [UInt8]) {
            var listing = FilterListing("understudy")
            var culprit: FilterMonitor.Culprit?
            var offset = 0
            while let header = NetlinkHeader(bytes.span, at: offset) {
                listing.take(bytes.span, header)
                FilterMonitor.take(bytes.span, header, "understudy", &culprit)
                offset = header.end
            }
            if listing.isOurs, culprit != nil { understood += 1 }
        }
        read(bytes)
        #expect(understood == 1)
        for position in bytes.indices {
            for octet in [0, 3, 128, 255] as [UInt8] {
                var damaged = bytes
                damaged[position] = octet
                read(damaged)
            }
        }
        for length in stride(from: 0, to: bytes.count, by: 7) { read(Array(bytes.prefix(length))) }
        #expect(understood > 1)
    }
}

@Suite(.serialized, .enabled(if: isRoot))
struct `The packet filter of the kernel` {
    private func inNamespace(_ body: (FilterSocket) throws -> Void) throws {
        try Cable().left.enter { try body(try FilterSocket()) }
    }

    /// What `nft` says, without its indentation.
    private func ruleset() throws -> [String] {
        try shell("nft list ruleset").split(separator: "\n").map { line in
            line.split { " \t".contains($0) }.joined(separator: " ")
        }
    }

    @Test func `has the table as nft would make it`() throws {
        try inNamespace { socket in
            try socket.replace(isThere: false, with: filter())
            let found = try ruleset()
            for line in [
                "table inet understudy {", "type ipv4_addr", "elements = { 192.0.2.10 }", "type ipv6_addr",
                "elements = { 2001:db8::10 }", "type ipv6_addr . ifname", "elements = { fe80::10 . \"left0\" }",
                "type filter hook input priority filter - 1; policy accept;",
                "type filter hook output priority filter - 1; policy accept;",
                "ip daddr @understudy_ipv4 drop comment \"understudy: no_accept\"",
                "ip saddr @understudy_ipv4 drop comment \"understudy: no_accept\"",
                "ip6 daddr @understudy_ipv6 drop comment \"understudy: no_accept, IPv6\"",
                "ip6 daddr . iifname @understudy_link_local drop comment \"understudy: no_accept, link-local\"",
                "ip6 saddr . oifname @understudy_link_local drop comment \"understudy: no_accept, link-local\"",
            ] { #expect(found.contains(line), "\(line)\n\(found.joined(separator: "\n"))") }
            #expect(found.count { $0.hasPrefix("icmpv6 type") && $0.contains("accept") } == 2, "\(found)")
        }
    }

    @Test(arguments: [
        PacketFilter.Form(table: "understudy"), .init(table: "a.b-c", priority: 300, counts: true),
        .init(table: "x", priority: -500, matchesIndex: true), .init(table: "x", counts: true, matchesIndex: true),
    ])
    func `is listed as it was made, changed, and made again without a gap`(form: PacketFilter.Form) throws {
        try inNamespace { socket in
            #expect(try socket.look(at: form.table) == .absent)
            let empty = PacketFilter(form)
            try socket.replace(isThere: false, with: empty)
            #expect(try socket.look(at: form.table) == .ours(empty))
            let full = filter(form)
            try socket.change(from: empty, to: full)
            #expect(try socket.look(at: form.table) == .ours(full))
            var less = full
            less[.v4] = []
            less.insert(IPAddress("192.0.2.11")!, interfaceName: "left0", interfaceIndex: 7)
            try socket.change(from: full, to: less)
            #expect(try socket.look(at: form.table) == .ours(less))
            try socket.replace(isThere: true, with: full)
            #expect(try socket.look(at: form.table) == .ours(full))
            #expect(try ruleset().contains { $0.contains("counter packets 0") } == form.counts)
            try socket.remove(form.table)
            #expect(try socket.look(at: form.table) == .absent)
            #expect(try ruleset() == [])
        }
    }

    @Test func `takes a thousand addresses in one transaction`() throws {
        try inNamespace { socket in
            var filter = PacketFilter(.init(table: "understudy"))
            for number in 0..<1000 {
                filter.insert(
                    .v4(IPv4Address(10, 0, UInt8(number >> 8), UInt8(number & 255))), interfaceName: "left0",
                    interfaceIndex: 7)
                filter.insert(
                    .v6(IPv6Address(high: 0xFE80 << 48, low: UInt64(number))), interfaceName: "left0",
                    interfaceIndex: 7)
            }
            try socket.replace(isThere: false, with: filter)
            #expect(try socket.look(at: "understudy") == .ours(filter))
        }
    }

    @Test(arguments: [
        "nft delete chain inet understudy out", "nft flush chain inet understudy in",
        "nft insert rule inet understudy in accept", "nft add chain inet understudy more",
        "nft add table inet understudy '{ flags dormant; }'", "nft chain inet understudy out '{ policy drop; }'",
        "nft delete rule inet understudy in handle $(nft -a list chain inet understudy in | sed -n 's/.*link-local.*handle //p')",
    ])
    func `is not as we make it when somebody changes its rules`(command: String) throws {
        try inNamespace { socket in
            try socket.replace(isThere: false, with: filter())
            try shell(command)
            #expect(try socket.look(at: "understudy") == .ours(nil))
            try socket.replace(isThere: true, with: filter())
            #expect(try socket.look(at: "understudy") == .ours(filter()))
        }
    }

    @Test func `tells tables of others from ours`() throws {
        try inNamespace { socket in
            try shell(
                "nft add table inet filter; nft add table ip understudy; nft add set inet filter s { type ipv4_addr\\; }"
            )
            #expect(try socket.look(at: "filter") == .foreign)
            #expect(try socket.look(at: "understudy") == .absent)
            try socket.replace(isThere: false, with: filter())
            try socket.remove("understudy")
            #expect(try ruleset().filter { $0.hasPrefix("table") } == ["table inet filter {", "table ip understudy {"])
        }
    }

    @Test func `says why it refuses something, and does nothing of it then`() throws {
        try inNamespace { socket in
            let failure = #expect(throws: SystemError.self) { try socket.remove("understudy") }
            #expect(failure?.code == ENOENT)
            try shell("nft add table inet understudy; nft add chain inet understudy in")
            // A chain without a hook gets none.
            #expect(throws: SystemError.self) { try socket.replace(isThere: false, with: filter()) }
            #expect(try ruleset() == ["table inet understudy {", "chain in {", "}", "}"])
        }
    }

    @Test func `is news when others change our table, with the name of the program`() throws {
        try inNamespace { socket in
            let monitor = try FilterMonitor()
            func news() throws -> FilterMonitor.Culprit? {
                try monitor.drain(table: "understudy", ignoring: socket.port)
            }
            try socket.replace(isThere: false, with: filter())
            #expect(try news() == nil)
            try shell("nft add table inet other; nft add table ip understudy; nft delete table ip understudy")
            #expect(try news() == nil)
            for command in [
                "nft delete element inet understudy understudy_ipv4 { 192.0.2.10 }", "nft flush table inet understudy",
                "nft flush ruleset",
            ] {
                try shell(command)
                let culprit = try #require(try news(), "\(command)")
                #expect(culprit.name == "nft" && culprit.port != 0, "\(culprit)")
            }
            #expect(try news() == nil)
        }
    }

    @Test func `that changed too often to be told is news`() throws {
        try inNamespace { socket in
            let monitor = try FilterMonitor(receiveBuffer: 1)
            try shell((1...100).map { "add table inet t\($0)" }.map { "nft \($0)" }.joined(separator: "\n"))
            #expect(try monitor.drain(table: "understudy", ignoring: socket.port) == .init(port: 0, name: nil))
        }
    }
}

@Suite(.serialized, .enabled(if: isRoot))
struct `Settings of interfaces` {
    @Test func `promote_secondaries is read and set by netlink`() throws {
        let cable = try Cable()
        try cable.left.enter {
            let socket = try RouteSocket()
            try shell("sysctl -q net.ipv4.conf.left0.promote_secondaries=0 net.ipv4.conf.lo.promote_secondaries=1")
            #expect(try socket.interfacesThatPromote() == [1])
            try socket.setPromotesSecondaries(true, on: cable.leftIndex)
            #expect(try socket.interfacesThatPromote() == [1, cable.leftIndex])
            #expect(try shell("sysctl -n net.ipv4.conf.left0.promote_secondaries") == "1\n")
            try socket.setPromotesSecondaries(false, on: cable.leftIndex)
            #expect(try shell("sysctl -n net.ipv4.conf.left0.promote_secondaries") == "0\n")
            let failure = #expect(throws: SystemError.self) { try socket.setPromotesSecondaries(true, on: 4711) }
            #expect(failure?.code == ENODEV)
        }
    }
}
