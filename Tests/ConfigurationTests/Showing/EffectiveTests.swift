import Configuration
import Foundation
import Testing

private func effective(_ text: String, files: [String: String] = [:]) -> (CheckedFile, EffectiveConfiguration) {
    var reader = DictionaryReader(files)
    reader.files["/etc/t.conf"] = Array(text.utf8)
    let checked = check(
        file: "/etc/t.conf", reading: reader, configurationID: "node", host: nil, hostIsAuthoritative: false)
    return (checked, effectiveConfiguration(of: checked))
}

@Suite struct `The configuration that counts` {
    private let file = """
        $PRIO=150
        global_defs {
            vrrp_garp_master_repeat 3
        }
        include checks
        vrrp_instance VI_1 {
            interface eth0
            virtual_router_id 51
            @node priority $PRIO
            @other priority 100
            advert_int 0.4
            state MASTER
            nopreempt
            virtual_ipaddress {
                192.0.2.10
            }
            track_script {
                chk
            }
        }

        """
    private let files = ["/etc/checks": "vrrp_script chk {\n    script \"/bin/check \\#1\"\n    weight -20\n}\n"]

    @Test func `has each value with its place, and defaults as comments`() {
        let text = effective(file, files: files).1.text(title: "t")
        let lines = Set(text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") })
        for line in [
            "vrrp_garp_master_repeat 3 # /etc/t.conf:3", "vrrp_script chk { # /etc/checks:1",
            "script \"/bin/check \\#1\" # /etc/checks:2", "weight -20 # /etc/checks:3", "# rise 1 # default",
            "priority 150 # /etc/t.conf:9", "192.0.2.10 # /etc/t.conf:15, default: /32 dev eth0",
            "chk # /etc/t.conf:18, weight -20", "advert_int 1 # /etc/t.conf:11, written as 0.4",
            "# nopreempt # /etc/t.conf:13, does not count", "# version 2 # default", "# garp_master_delay 5 # default",
            "# lease # default: as long as a takeover may take", "# vrrp_version 2 # default",
            "# vrrp_rt_priority # default: none", "# garp_master_repeat 3 # /etc/t.conf:3, vrrp_garp_master_repeat",
        ] {
            #expect(lines.contains(line), "\(line) in\n\(text)")
        }
        #expect(!text.contains("priority 100") && !text.contains("$PRIO"))
    }

    @Test func `is for programs one object with the same`() throws {
        let json = effective(file, files: files).1.json
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["version"] as? Int == 1)
        let blocks = try #require(object["blocks"] as? [[String: Any]])
        #expect(blocks.map { $0["block"] as? String } == ["global_defs", "vrrp_script", "vrrp_instance"])
        let settings = try #require(blocks[2]["settings"] as? [[String: Any]])
        func setting(_ name: String) throws -> [String: Any] {
            try #require(settings.first { $0["keyword"] as? String == name })
        }
        let priority = try setting("priority")
        #expect(priority["value"] as? String == "150" && priority["origin"] as? String == "written")
        #expect(priority["file"] as? String == "/etc/t.conf" && priority["line"] as? Int == 9)
        let repeats = try setting("garp_master_repeat")
        #expect(repeats["origin"] as? String == "inherited" && repeats["from"] as? String == "vrrp_garp_master_repeat")
        #expect(try setting("version")["origin"] as? String == "default")
        #expect(try setting("nopreempt")["origin"] as? String == "idle")
        let lines = try #require(try setting("virtual_ipaddress")["lines"] as? [[String: Any]])
        #expect(lines.map { $0["text"] as? String } == ["192.0.2.10"])
    }

    @Test func `has the fields that its page explains, and no others`() throws {
        let page = try String(
            contentsOf: URL(filePath: #filePath).appending(path: "../../../../docs/reference/config-show.md")
                .standardized,
            encoding: .utf8)
        func names(_ value: Any) -> Set<String> {
            if let list = value as? [Any] { return Set(list.flatMap(names)) }
            guard let object = value as? [String: Any] else { return [] }
            return Set(object.keys).union(object.values.flatMap(names))
        }
        let fields = names(try JSONSerialization.jsonObject(with: Data(effective(file, files: files).1.json.utf8)))
        let table = page.split(separator: "## As JSON")[1].matches(of: /`([a-z]+)`/).map { String($0.output.1) }
        #expect(fields.subtracting(table) == [])
        let explained = page.split(separator: "## As JSON")[1].matches(of: /(?m)^\| `([a-z]+)`(?:, `([a-z]+)`)?/)
            .flatMap { [String($0.output.1), $0.output.2.map { String($0) }].compactMap(\.self) }
        #expect(Set(explained).subtracting(fields) == [])
    }

    @Test func `names every supported keyword of an instance that has a default`() {
        let settings = effective(instance()).1.blocks.first { $0.keyword == "vrrp_instance" }?.settings ?? []
        let shown = Set(settings.map(\.keyword))
        for keyword in KeywordTable.keywords(in: .instance)
        where keyword.status == .supported && keyword.defaultText != nil {
            let isIdle =
                ["accepted;", "old name"].contains { keyword.meaning.hasPrefix($0) } || keyword.name == "preempt"
            #expect(shown.contains(keyword.name) == !isIdle, "\(keyword.name)")
        }
    }

    @Test func `says of rules where they stand, and of static addresses what they leave open`() {
        let file = """
            vrrp_instance VI_1 {
                interface eth0
                virtual_router_id 51
                priority 150
                virtual_ipaddress {
                    192.0.2.10/24
                }
                virtual_routes {
                    203.0.113.0/24 mtu lock 1400 nexthop via 192.0.2.1 weight 2 nexthop via 192.0.2.2 dev eth1
                }
                virtual_rules {
                    from 192.0.2.10 lookup 100
                    from 192.0.2.11 lookup 100 preference 300
                    iif eth1 blackhole
                }
            }
            track_group G {
                group {
                    VI_1
                }
            }
            static_rules {
                from 192.0.2.12 lookup 101 track_group G
            }
            static_ipaddress {
                192.0.2.20 track_group G
                192.0.2.20 track_group G
            }

            """
        let (checked, configuration) = effective(file)
        let text = configuration.text(title: "t")
        let lines = Set(text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") })
        for line in [
            "from 192.0.2.10 lookup 100 preference 16384 # /etc/t.conf:12, written without preference",
            "from 192.0.2.11 lookup 100 preference 300 # /etc/t.conf:13",
            "iif eth1 blackhole preference 16383 # /etc/t.conf:14, written without preference",
            "from 192.0.2.12 lookup 101 track_group G preference 16382 # /etc/t.conf:23, written without preference",
            "203.0.113.0/24 mtu lock 1400 nexthop via 192.0.2.1 weight 2 nexthop via 192.0.2.2 dev eth1 # /etc/t.conf:9",
            "track_group G { # /etc/t.conf:17", "192.0.2.20 track_group G # /etc/t.conf:26, default: /32 dev eth0",
            "192.0.2.20 track_group G # /etc/t.conf:27, does not count",
        ] {
            #expect(lines.contains(line), "\(line) in\n\(text)")
        }
        #expect(meaning(effective(text).0.model) == meaning(checked.model), "\(text)")
    }

    @Test func `says of mail, of the packet filter and of strict mode what counts`() {
        let file = """
            global_defs {
                vrrp_strict
                smtp_alert
                smtp_connect_timeout 0
                notification_email {
                    ops@example.net
                }
                smtp_server 192.0.2.25
                nftables_priority -150
            }
            vrrp_instance VI_1 {
                interface eth0
                virtual_router_id 51
                priority 150
                accept
                preempt_delay 30
                authentication {
                    auth_type PASS
                    auth_pass s3cret
                }
                virtual_ipaddress {
                    192.0.2.10/24
                }
            }
            vrrp_instance VI_2 {
                interface eth0
                virtual_router_id 52
                no_accept
                promote_secondaries
                smtp_alert off
                strict_mode off
                virtual_ipaddress {
                    192.0.2.20/24
                }
            }
            vrrp_instance OWNER {
                interface eth0
                virtual_router_id 53
                priority 255
                virtual_ipaddress {
                    192.0.2.30/24
                }
            }

            """
        let (checked, configuration) = effective(file)
        let text = configuration.text(title: "t")
        let lines = Set(text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") })
        for line in [
            "smtp_connect_timeout 1 # /etc/t.conf:4, written as 0", "ops@example.net # /etc/t.conf:6",
            "smtp_server 192.0.2.25 # /etc/t.conf:8", "nftables_priority -150 # /etc/t.conf:9",
            "# nftables # default: understudy", "# smtp_alert on # /etc/t.conf:3, smtp_alert",
            "# strict_mode # /etc/t.conf:2, vrrp_strict", "# accept # /etc/t.conf:15, does not count",
            "preempt_delay 0 # /etc/t.conf:16, written as 30", "# garp_lower_prio_repeat 0 # default",
            "no_accept # /etc/t.conf:28", "promote_secondaries # /etc/t.conf:29", "smtp_alert off # /etc/t.conf:30",
            "strict_mode off # /etc/t.conf:31", "auth_pass s3cret # /etc/t.conf:19, does not count",
            "# accept # default: on; off with strict_mode, but for priority 255",
        ] {
            #expect(lines.contains(line), "\(line) in\n\(text)")
        }
        #expect(meaning(effective(text).0.model) == meaning(checked.model), "\(text)")
    }

    @Test(arguments: try CorpusFile.all("valid") + CorpusFile.all("invalid"))
    func `is a file that means the same as that of the corpus`(file: CorpusFile) throws {
        let checked = try file.checked(Array(try Data(contentsOf: file.url)))
        guard !checked.diagnostics.contains(where: { $0.severity == .error }) else { return }
        let text = effectiveConfiguration(of: checked).text(title: file.name)
        let again = try file.checked(Array(text.utf8))
        #expect(meaning(again.model) == meaning(checked.model), "\(text)")
        #expect(!again.diagnostics.contains { $0.severity == .error }, "\(text)")
    }

    @Test func `shows a peer without the prefix that does not count`() {
        let text = effective(instance("unicast_peer {", "10.0.0.2/24 min_ttl 254", "}")).1.text(title: "t")
        #expect(text.contains(" 10.0.0.2 min_ttl 254 ") && !text.contains("10.0.0.2/24"), "\(text)")
    }

    @Test func `is a file that means the same as any random one`() {
        var compared = 0
        for seed in 1...UInt64(100 * thoroughness) {
            var file = RandomFile(seed: seed)
            let (checked, configuration) = effective(file.text())
            guard !checked.diagnostics.contains(where: { $0.severity == .error }) else { continue }
            let text = configuration.text(title: "t")
            let again = effective(text).0
            #expect(meaning(again.model) == meaning(checked.model), "seed \(seed)\n\(text)")
            #expect(!again.diagnostics.contains { $0.severity == .error }, "seed \(seed)\n\(text)")
            compared += 1
        }
        #expect(compared > 60 * thoroughness)
    }
}
