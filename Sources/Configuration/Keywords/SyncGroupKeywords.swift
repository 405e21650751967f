extension KeywordTable {
    static let syncGroup: [Keyword] =
        [
            Keyword(
                "group", .block(named: nil), nil,
                "the instances that move together, by name, one a line. Required, two at least"),
            Keyword(
                "track_interface", .block(named: nil), nil, "interfaces that every member watches",
                opens: .trackedInterfaces, repeats: true),
            Keyword(
                "track_script", .block(named: nil), nil, "checks (`vrrp_script`) that count for every member",
                opens: .trackedScripts, repeats: true),
            Keyword(
                "track_process", .block(named: nil), nil,
                "processes (`vrrp_track_process`) that count for every member", opens: .trackedProcesses, repeats: true),
            Keyword(
                "track_file", .block(named: nil), nil, "files (`track_file`) that count for every member",
                opens: .trackedFiles, repeats: true),
            Keyword(
                "track_bfd", .block(named: nil), nil, "BFD sessions (`bfd_instance`) that count for every member",
                opens: .trackedSessions, repeats: true),
            Keyword(
                "sync_group_tracking_weight", .flag, "off",
                "weights of members' own scripts, files and BFD sessions count; without it they are left out"),
            Keyword(
                "global_tracking", .flag, nil, "old name of `sync_group_tracking_weight`"),
        ] + syncGroupNotify + syncGroupMail
}
