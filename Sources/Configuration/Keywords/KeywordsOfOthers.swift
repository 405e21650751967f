/// What keepalived 2.2.7, which distributions have, makes of a keyword that others take in silence.
enum Elsewhere: Equatable, Sendable {
    /// It does not know it yet.
    case newer
    /// It takes it and complains, and wants to be told so instead.
    case deprecated(String)
}

extension KeywordTable {
    static func elsewhere(_ name: String, in block: BlockKind) -> Elsewhere? {
        if newer[block]?.contains(name) == true { return .newer }
        return deprecated[block]?[name].map { .deprecated($0) }
    }

    /// Whether keepalived 2.2.7 has never heard of a keyword that means something here.
    public static func isUnknownElsewhere(_ keyword: Keyword, in block: BlockKind) -> Bool {
        keyword.isOurs || elsewhere(keyword.name, in: block) == .newer
    }

    /// Source: measured, `keepalived -t` with a file for each keyword of the tables.
    static let newer: [BlockKind: Set<String>] = [
        .globalDefs: [
            "dbus_no_interface_name", "iproute_etc_dir", "iproute_usr_dir", "json_dump_file", "json_version",
            "set_supplementary_groups", "snmp_rs_stats_update_interval", "snmp_vs_stats_update_interval",
            "state_dump_file", "stats_dump_file", "use_symlink_paths", "v3_checksum_as_v2", "vrrp_delay_after_boot",
            "vrrp_owner_ignore_adverts",
        ],
        .instance: [
            "auth_hmac", "no_virtual_ipaddress", "owner_ignore_adverts", "thread_timer_expired", "timer_expired_backup",
            "v3_checksum_as_v2",
        ],
        .bfd: ["multihop"],
    ]

    /// The same, with what it says that one should write.
    static let deprecated: [BlockKind: [String: String]] = [
        .instance: [
            "linkbeat_use_polling": "linkbeat_interfaces { } at top level",
            "lvs_sync_daemon_interface": "lvs_sync_daemon in global_defs",
        ],
        .routes: ["gw": "via", "or": "nexthop"],
    ]
}

extension Resolver {
    /// For files that keepalived has to read too.
    mutating func reportElsewhere(_ name: String, at location: SourceLocation, in block: BlockKind, isBlock: Bool) {
        switch KeywordTable.elsewhere(name, in: block) {
        case nil: break
        case .newer:
            report(
                isBlock ? .warning : .note, "newer-keyword", at: location,
                "`\(name)` is newer than keepalived 2.2.7, which does not know it",
                consequence: isBlock
                    ? "an older keepalived takes the lines of the block for lines of what is around it, and its brace for the end "
                        + "of that: the rest of the instance is lost"
                    : "an older keepalived logs an unknown keyword, passes over the line, and does not do what it says",
                fix: "remove the \(isBlock ? "block" : "line") where such a keepalived has to read the file")
        case .deprecated(let replacement):
            report(
                .note, "deprecated-keyword", at: location, "keepalived calls `\(name)` deprecated",
                consequence: "it does what the line says all the same", fix: replacement)
        }
    }

    /// keepalived takes notice of the loss of a route by its interface.
    mutating func reportUntracked(_ line: Statement) {
        report(
            .note, "untracked-route", at: line.location, "the route names no interface",
            consequence:
                "keepalived complains that it cannot track it; here it is put back when it is gone, and compared by `status`",
            fix: "dev INTERFACE, or no_track   # at the end of the line")
    }
}
