extension KeywordTable {
    /// Who is told of an instance's changes.
    static let instanceNotify: [Keyword] =
        Notifications.Occasion.allCases.map { occasion in
            Keyword(
                occasion.rawValue, .notifyCommand(isOptional: occasion == .deleted), "nothing is run",
                "run \(occasion.inWords)" + details(of: occasion)
            ).firstCounts
        } + [
            Keyword(
                "notify_priority_changes", .optionalBoolean, "`vrrp_notify_priority_changes`",
                "write `MASTER_PRIORITY` and `BACKUP_PRIORITY` lines to the FIFOs when the priority changes"),
            Keyword(
                "notify_timeout", notifyTimeout, "`notify_timeout` of global_defs",
                "seconds that one command of this instance may run; then its process group is ended, and the next one runs"
            ).ours,
        ]

    /// Who is told of the changes of a whole group.
    static let syncGroupNotify: [Keyword] =
        [.master, .backup, .fault, .stop, .everyChange].map { (occasion: Notifications.Occasion) in
            Keyword(
                occasion.rawValue, .notifyCommand(isOptional: false), "nothing is run",
                "run \(groupOccasion(occasion))"
            ).firstCounts
        } + [
            Keyword(
                "notify_priority_changes", .optionalBoolean, "`vrrp_notify_priority_changes`",
                "what members do that do not say so themselves; of the group there are no such lines"),
            Keyword(
                "notify_timeout", notifyTimeout, "`notify_timeout` of global_defs",
                "seconds that one command of this group may run; then its process group is ended, and the next one runs"
            ).ours,
        ]

    private static func groupOccasion(_ occasion: Notifications.Occasion) -> String {
        switch occasion {
        case .everyChange:
            "on any change of the group, after the command above, with four more arguments: `GROUP`, the name, `MASTER`, "
                + "`BACKUP`, `FAULT` or `STOP`, and 0"
        case .stop: "when the daemon stops, once the addresses of all members are gone; it has five seconds"
        default: "\(occasion.inWords): when the last member is"
        }
    }

    private static func details(of occasion: Notifications.Occasion) -> String {
        switch occasion {
        case .everyChange:
            ", after the command above, with four more arguments: `INSTANCE`, the name, `MASTER`, `BACKUP`, `FAULT`, `STOP` or "
                + "`DELETED`, and the priority"
        case .deleted: "; without a command it only says `DELETED` in place of `FAULT`"
        case .stop: ", once the addresses are gone; it has five seconds"
        case .lowerPriorityHeard: ", once a second at most, and the addresses have been announced again"
        case .master, .backup, .fault: ""
        }
    }

    private static let notifyTimeout = ArgumentShape.integer(1...3600)
    private static let pipe = ArgumentShape.words("PATH [USER [GROUP]]", 1...3)

    static let globalDefsNotify: [Keyword] = [
        Keyword(
            "notify_fifo", pipe, "none",
            "named pipe that every change is written to, as `INSTANCE \"NAME\" STATE PRIORITY`, of a sync group as `GROUP \"NAME\" STATE 0`; it is made when it is missing, "
                + "for `script_user` or who is named here, and removed at the end if it was made"
        ).firstCounts,
        Keyword("vrrp_notify_fifo", pipe, "none", "a second pipe, which gets the same lines").firstCounts,
        Keyword(
            "notify_fifo_script", .notifyCommand(isOptional: false), "others read it",
            "program that reads `notify_fifo`, whose path is its last argument; started again when it ends"
        ).firstCounts,
        Keyword(
            "vrrp_notify_fifo_script", .notifyCommand(isOptional: false), "others read it",
            "program that reads `vrrp_notify_fifo`, alike"
        ).firstCounts,
        Keyword(
            "fifo_write_vrrp_states_on_reload", .flag, "off",
            "write the state of every instance to the pipes after a reload"),
        Keyword(
            "vrrp_notify_priority_changes", .optionalBoolean, "off",
            "write `MASTER_PRIORITY` and `BACKUP_PRIORITY` lines to the pipes when a priority changes"),
        Keyword(
            "notify_timeout", notifyTimeout, "60",
            "seconds that one notify command may run; then its process group is ended, and the next one runs"
        ).ours,
    ]
}
