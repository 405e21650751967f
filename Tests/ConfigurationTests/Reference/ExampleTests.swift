import Configuration
import Testing

/// Every example of the keyword table in a file where it belongs.
@Suite struct `Each keyword has an example` {
    private static let checks = """
        vrrp_script chk_haproxy {
            script "/usr/bin/systemctl is-active haproxy"
        }
        vrrp_track_process haproxy {
            process haproxy
        }
        track_file maintenance {
            file /run/understudy/maintenance
        }
        bfd_instance ROUTER {
            neighbor_ip 192.0.2.250
        }

        """

    /// An instance with the example in place of the line that has the same keyword.
    private func instance(_ name: String, _ example: String, keyword: String = "", address: String = "192.0.2.10/24")
        -> String
    {
        let own = [
            "interface": "interface eth0", "virtual_router_id": "virtual_router_id 5\(name == "VI_1" ? 1 : 2)",
            "virtual_ipaddress": "virtual_ipaddress {\n\(address)\n}",
        ]
        let lines = own.filter { $0.key != keyword }.map(\.value).sorted()
        return "vrrp_instance \(name) {\n\(lines.joined(separator: "\n"))\n\(example)\n}\n"
    }

    private func block(_ name: String, _ lines: String) -> String { "\(name) {\n\(lines)\n}\n" }

    /// The whole file around an example.
    private func file(_ example: String, of keyword: Keyword, in kind: BlockKind) -> String {
        let tracked = [
            "track_script": "chk_haproxy", "track_process": "haproxy", "track_file": "maintenance",
            "track_bfd": "ROUTER",
        ]
        .sorted { $0.key < $1.key }.map { block($0.key, $0.value) }.joined()
        func with(_ needed: String) -> String {
            needed.hasPrefix(keyword.name + " ") ? example : needed + "\n" + example
        }
        func inInstance(_ text: String) -> String { Self.checks + instance("VI_1", text) }
        // What only static lines may say is tried there.
        func moving(_ block: String, or staticBlock: String, _ line: String) -> String {
            guard keyword.name == "track_group" else { return inInstance(self.block(block, line)) }
            return inInstance("") + "track_group GATEWAY {\ngroup {\nVI_1\n}\n}\n" + self.block(staticBlock, line)
        }
        switch kind {
        case .globalDefs: return block("global_defs", example) + inInstance("")
        case .script: return block("vrrp_script s", with("script \"/bin/true\"")) + inInstance("track_script {\ns\n}")
        case .process: return block("vrrp_track_process p", with("process x")) + inInstance("track_process {\np\n}")
        case .trackFile: return block("track_file f", with("file /run/f")) + inInstance("track_file {\nf\n}")
        case .instance:
            let isIPv6 = keyword.name == "native_ipv6"
            let needed =
                ["unicast_src_ip", "unicast_ttl"].contains(keyword.name) ? "unicast_peer {\n192.0.2.2\n}\n" : ""
            return Self.checks
                + instance(
                    "VI_1", needed + example, keyword: keyword.name,
                    address: isIPv6 ? "fe80::1\n2001:db8::1" : "192.0.2.10/24")
        case .authentication:
            let other = keyword.name == "auth_type" ? "auth_pass x" : "auth_type PASS"
            return inInstance(block("authentication", other + "\n" + example))
        case .authHMAC:
            let key = keyword.name == "key" ? "" : "key 1 hex:\(String(repeating: "ab", count: 32))\n"
            let active = keyword.name == "active_key" ? "" : "active_key 1\n"
            return inInstance(block("auth_hmac", key + active + example))
        case .unicastPeers: return inInstance(block("unicast_peer", example))
        case .addresses:
            return moving(
                "virtual_ipaddress_excluded", or: "static_ipaddress", example.replacing(".10/", with: ".11/"))
        case .routes: return moving("virtual_routes", or: "static_routes", example)
        case .rules: return moving("virtual_rules", or: "static_rules", example)
        case .trackedInterfaces: return inInstance(block("track_interface", example))
        case .trackedScripts: return inInstance(block("track_script", example))
        case .trackedProcesses: return inInstance(block("track_process", example))
        case .trackedFiles: return inInstance(block("track_file", example))
        case .trackedSessions: return inInstance(block("track_bfd", example))
        case .bfd:
            let needed = keyword.name == "neighbour_ip" ? example : with("neighbor_ip 192.0.2.253")
            return block("bfd_instance b", needed) + inInstance("track_bfd {\nb\n}")
        case .syncGroup:
            let group = keyword.name == "group" ? "" : "group {\nVI_1\nVI_2\n}\n"
            return Self.checks + instance("VI_1", tracked)
                + instance("VI_2", "", address: "192.0.2.20/24") + block("vrrp_sync_group G", group + example)
        case .garpGroup:
            let interface = keyword.name.hasPrefix("interface") ? "" : "interface eth0\n"
            let interval = keyword.name == "garp_interval" ? "" : "garp_interval 0.001\n"
            return inInstance("") + block("garp_group", interface + interval + example)
        case .trackGroup: return inInstance("") + block("track_group GATEWAY", example)
        case .topLevel, .interfaceDelays: return example
        }
    }

    @Test(arguments: BlockKind.allCases)
    func `that is read without an error in its block`(kind: BlockKind) throws {
        for keyword in KeywordTable.keywords(in: kind) where keyword.status == .supported {
            let example = try #require(keyword.example(in: kind), "\(keyword.name)")
            #expect(
                example.split(whereSeparator: \.isWhitespace).contains { $0 == keyword.name },
                "\(keyword.name): \(example)")
            if kind == .topLevel { continue }
            let text = file(example, of: keyword, in: kind)
            let found = resolved(text).diagnostics.filter { $0.severity == .error || $0.code == "extra-words" }
            #expect(found == [], "\(kind.rawValue) \(keyword.name)\n\(text)")
        }
    }

    @Test func `and those of the top level are a file without a complaint`() {
        #expect(complaints(exampleFile()) == [])
        #expect(resolved(exampleFile()).model.instances.count == 2)
    }

    @Test func `and what Understudy does not do has none`() {
        for kind in BlockKind.allCases {
            for keyword in KeywordTable.keywords(in: kind) where keyword.status != .supported {
                #expect(keyword.example(in: kind) == nil)
            }
        }
    }
}
