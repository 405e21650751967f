extension KeywordTable {
    static let globalDefsMail: [Keyword] = [
        Keyword(
            "notification_email", .block(named: nil), "nobody",
            "addresses that are sent mail, one or more a line", repeats: true),
        Keyword(
            "notification_email_from", .word("ADDRESS"), "the user who runs the daemon, at the host's full name",
            "sender of the mail"),
        Keyword(
            "smtp_server", .words("HOST [PORT]", 1...2), "none, and no mail is sent",
            "server that takes the mail, on port 25 unless another one is given. As with keepalived it is spoken to without "
                + "encryption and without a password: where that is not allowed, name a mail server on this host "
                + "(`smtp_server 127.0.0.1`) that sends the mail on"),
        Keyword("smtp_helo_name", .word("NAME"), "the host's full name", "name by which the server is greeted"),
        Keyword(
            "smtp_connect_timeout", .integer(0...4294), "30",
            "seconds that the server may take to answer, at each step; 0 counts as 1. A mail that is not taken is tried again for "
                + "an hour"),
        smtpAlert("off", "send mail on changes of state, unless another line says otherwise"),
        Keyword(
            "smtp_alert_vrrp", .optionalBoolean, "`smtp_alert`",
            "the same; goes before `smtp_alert` for instances and groups"),
        Keyword(
            "no_email_faults", .flag, "off",
            "send no mail about FAULT, nor about the end of it when the state is the one before"),
    ]

    static let instanceMail = [
        smtpAlert("`smtp_alert_vrrp` of global_defs", "send mail on changes of state")
    ]

    static let syncGroupMail = [
        smtpAlert(
            "`smtp_alert_vrrp` of global_defs",
            "send mail when all members are in another state; members send theirs as well")
    ]

    private static func smtpAlert(_ defaultText: String, _ meaning: String) -> Keyword {
        Keyword("smtp_alert", .optionalBoolean, defaultText, meaning)
    }
}
