extension KeywordTable {
    /// The files that keepalived writes when it is sent a signal, which exporters read.
    static let globalDefsDumps: [Keyword] = [
        Keyword(
            "state_dump_file", .word("PATH"), "`keepalived.data` in the directory that TMPDIR names, or /tmp",
            "where SIGUSR1 writes the state, in keepalived's words"),
        Keyword(
            "stats_dump_file", .word("PATH"), "`keepalived.stats` in the same directory",
            "where SIGUSR2 writes the counters; signal 63 does too, and counts from nothing again"),
        Keyword(
            "json_dump_file", .word("PATH"), "`keepalived.json` in the same directory",
            "where signal 36 writes state and counters as JSON"),
        Keyword(
            "json_version", .integer(1...2), "1",
            "1 is an array of the instances; 2 has it as the member `vrrp` of an object, and `track_process` beside it"),
        Keyword(
            "data_use_instance", .optionalBoolean, "off",
            "the file of the state is `keepalived.NAMESPACE_INSTANCE.data` where `net_namespace` or `instance` names the daemon, so "
                + "that several do not write the same; those of counters and JSON have no such name, as with keepalived"
        ),
        Keyword(
            "umask", .words("MODE", 1...20), "022, and 0177 for the files above",
            "which permissions new files do not get: an octal number with a leading 0, or `IRGRP|IROTH` and the like. It counts "
                + "for the files above, for what else the daemon makes from then on, and for its checks and notify commands; "
                + "`-u` goes before"),
    ]
}
