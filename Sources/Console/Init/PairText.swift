internal import Configuration
internal import VRRPWire

extension PairSettings {
    /// The file of this host, with comments for whoever reads it next.
    ///
    /// - Parameter other: where the other host's file is, or was made.
    package func text(other: String) -> String {
        let text = ([heading(other: other)] + checkBlock + [instanceBlock]).joined(separator: "\n")
        // As `understudy fmt` would lay it out, so that it has nothing to change.
        guard case .success(let formatted) = format(Array(text.utf8), file: PairFiles.usualOwn) else { return text }
        return String(decoding: formatted, as: UTF8.self)
    }

    private func heading(other: String) -> String {
        """
        # Made by `understudy init` for the \(isActive ? "active" : "standby") host of a pair. The \
        \(isActive ? "standby" : "active") host's file was made with it: \(other).
        # Lines that say "other:" differ between the two hosts. Everything else is the same on both.
        # Every keyword is in understudy.conf(5). After a change: `understudy check`, then `systemctl reload understudy`.

        """
    }

    private var checkName: String? {
        guard case .process(let process) = check else { return nil }
        return "chk_" + process.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    }

    private var checkBlock: [String] {
        guard case .process(let process) = check, let checkName else { return [] }
        return [
            """
            # Does the load balancer run? Its death is seen within milliseconds, and no program is started to find out.
            vrrp_track_process \(checkName) {
                \(aligned("process \(process)", "as `ps -e` calls it"))
                \(aligned("weight \(Self.weight)", "points more while it runs: enough to turn the order of the two hosts round"))
                # terminate_delay 1  # would overlook a restart that takes less than a second
            }

            """
        ]
    }

    private var instanceBlock: String {
        var lines = [
            "vrrp_instance \(name) {",
            indented(
                "interface \(interface)",
                peerInterface == interface ? "where clients reach the address" : "other: \(peerInterface)"),
            indented("state \(isActive ? "MASTER" : "BACKUP")", "other: \(isActive ? "BACKUP" : "MASTER")"),
            indented("virtual_router_id \(virtualRouterID)", "of this pair, and of nobody else on this network"),
            indented(
                "priority \(priority)",
                "other: \(peerPriority). The higher one is active, as long as its checks are well"),
        ]
        if family == .v6 { lines.append(indented("version 3", "IPv6 has no other")) }
        lines.append(
            indented("advert_int 1", "seconds between two signs of life; the other takes over after three and a bit"))
        lines += transportLines + passwordLines
        lines.append("    virtual_ipaddress {")
        lines += advertised.map { "        \($0)" } + ["    }"]
        if !unadvertised.isEmpty {
            lines.append("    virtual_ipaddress_excluded {  # they go along; an advert has room for one family only")
            lines += unadvertised.map { "        \($0)" } + ["    }"]
        }
        if let checkName { lines += ["    track_process {", "        \(checkName)", "    }"] }
        return (lines + ["}", ""]).joined(separator: "\n")
    }

    private var transportLines: [String] {
        guard case .unicast(let own, let peer) = transport else { return [] }
        return [
            indented("unicast_src_ip \(own)", "other: \(peer)"), "    unicast_peer {",
            indented("    \(peer)", "other: \(own)"), "    }",
        ]
    }

    private var passwordLines: [String] {
        guard let password else { return [] }
        return [
            "    authentication {              # everyone on the network can read it: it keeps mistakes out, not attackers",
            "        auth_type PASS", "        auth_pass \(password)", "    }",
        ]
    }

    private func indented(_ text: String, _ comment: String) -> String { "    " + aligned(text, comment) }

    private func aligned(_ text: String, _ comment: String) -> String {
        text + String(repeating: " ", count: max(2, 30 - text.utf8.count)) + "# " + comment
    }
}
