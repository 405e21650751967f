import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// Debian's keepalived and Understudy read the same file, and put the addresses on the same interfaces.
@Suite(.serialized) struct AddressMACDifferentialTests {
    private static let elsewhere = [
        "198.51.100.10/24 dev eth1", "203.0.113.10/24 dev eth2", "198.51.100.11/24 dev eth1",
        "2001:db8::10/64", "2001:db8:1::10/64 dev eth1",
    ]

    /// A line of an instance, its addresses, and those that are excluded.
    struct Variant: CustomTestStringConvertible {
        var lines: String
        var addresses = ["192.0.2.10/24"]
        var excluded: [String] = []
        var globals = ""

        var testDescription: String { "\(globals) \(lines) \(addresses) \(excluded)" }

        var text: String {
            (globals.isEmpty ? "" : "global_defs {\n\(globals)\n}\n")
                + instance(
                    addresses: addresses,
                    lines
                        + (excluded.isEmpty
                            ? "" : "\nvirtual_ipaddress_excluded {\n\(excluded.joined(separator: "\n"))\n}"))
        }
    }

    @Test(arguments: [
        Variant(lines: "use_vmac_addr", excluded: elsewhere),
        Variant(lines: "use_vmac\nuse_vmac_addr", excluded: elsewhere),
        Variant(lines: "use_vmac_addr", excluded: elsewhere, globals: "vmac_prefix vip\nvmac_addr_prefix other"),
        Variant(lines: "use_vmac\nuse_vmac_addr", excluded: elsewhere, globals: "vmac_prefix vip"),
        Variant(
            lines: "", addresses: ["192.0.2.10/24 use_vmac", "192.0.2.11/24"],
            excluded: ["198.51.100.10/24 dev eth1 use_vmac", "198.51.100.11/24 dev eth1", "2001:db8::10/64 use_vmac"]),
        Variant(
            lines: "use_vmac",
            addresses: ["192.0.2.10/24", "192.0.2.11/24 dev eth0 use_vmac", "192.0.2.12/24 dev eth0"],
            excluded: ["198.51.100.10/24 dev eth1 use_vmac", "198.51.100.11/24 dev eth1", "2001:db8::10/64"]),
        // Of IPv6 alone keepalived's first has the name that IPv4 has; here it is always that of IPv6.
        Variant(
            lines: "use_vmac_addr", addresses: ["fe80::10", "2001:db8::10/64"],
            excluded: ["192.0.2.10/24", "2001:db8:1::10/64 dev eth1", "198.51.100.10/24 dev eth1"]),
    ])
    func `every address is on the interface that keepalived puts it on`(variant: Variant) throws {
        let trial = try Trial()
        let found = try [Program.understudy, .keepalived].map { program -> [String] in
            let interfaces = try (0..<3).map { number in
                Interface(
                    "eth\(number)", segment: "alone-\(program)-\(number)",
                    addresses: number == 0 ? [try .init("192.0.2.1", 24), try .init("fe80::1", 64)] : [])
            }
            let host = try trial.laboratory.addHost("\(program)", interfaces)
            try host.writeFile("/run/vrrp.conf", variant.text)
            let command = program.command("/run/vrrp.conf")
            let log = try OutputLog("\(program)")
            _ = try host.start(command.program, command.arguments, log: log)
            var places: [String] = []
            try trial.waitFor("the addresses of \(program)\n\(log.text)", seconds: 10) {
                places = try Self.places(variant.addresses + variant.excluded, on: host)
                return places.count == variant.addresses.count + variant.excluded.count
            }
            return places
        }
        #expect(found[0] == found[1])
    }

    /// Of each address that is here the interface, with what that is above and its MAC address where it is a macvlan.
    private static func places(_ addresses: [String], on host: Host) throws -> [String] {
        // Lines may be missing while interfaces come and go: it is asked again until all are there.
        func words(_ arguments: String...) throws -> [[String]] {
            try host.run("ip", ["-o"] + arguments).output.split(separator: "\n").map {
                $0.split(separator: " ").map(String.init)
            }.filter { $0.count > 3 }
        }
        let (held, links) = (try words("addr"), try words("link", "show", "type", "macvlan"))
        return addresses.compactMap { written in
            let address = written.prefix { $0 != "/" && $0 != " " }
            guard let name = held.first(where: { $0[3].hasPrefix("\(address)/") })?[1] else { return nil }
            guard let link = links.first(where: { $0[1].hasPrefix("\(name)@") }),
                let mark = link.firstIndex(of: "link/ether"), mark + 1 < link.count
            else { return "\(address) \(name)" }
            return "\(address) \(link[1]) \(link[mark + 1])"
        }
    }
}
