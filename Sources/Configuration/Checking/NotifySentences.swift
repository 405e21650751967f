internal import VRRPCore

extension Sentences {
    /// What changed about who is told.
    mutating func compareNotifications(_ old: Notifications, _ new: Notifications) {
        for occasion in Notifications.Occasion.allCases {
            add(occasion.rawValue, old.commands[occasion].inWords, new.commands[occasion].inWords)
        }
        if old.commands[.deleted] == nil, new.commands[.deleted] == nil {
            add("notify_deleted", old.saysDeleted.onOff, new.saysDeleted.onOff)
        }
        add("notify_priority_changes", old.priorityChanges.onOff, new.priorityChanges.onOff)
        add("notify_timeout", old.timeout, new.timeout)
        add("smtp_alert", old.sendsMail.onOff, new.sendsMail.onOff)
    }

    mutating func compareMail(_ old: MailSettings, _ new: MailSettings) {
        addItems("notification_email", old.recipients, new.recipients) { $0 }
        if Set(old.recipients) == Set(new.recipients), old.recipients != new.recipients {
            add("notification_email", old.recipients.joined(separator: " "), new.recipients.joined(separator: " "))
        }
        add("notification_email_from", old.sender ?? "default", new.sender ?? "default")
        add("smtp_server", old.server?.text ?? "none", new.server?.text ?? "none")
        add("smtp_helo_name", old.greeting ?? "default", new.greeting ?? "default")
        add("smtp_connect_timeout", old.timeout, new.timeout)
        add("no_email_faults", old.sparesFaults.onOff, new.sparesFaults.onOff)
    }

    mutating func compareFIFOs(_ old: GlobalSettings, _ new: GlobalSettings) {
        for fifo in old.fifos where !new.fifos.contains(where: { $0.path == fifo.path }) {
            add("FIFO \(fifo.path)", "written", "none")
        }
        for fifo in new.fifos {
            guard let before = old.fifos.first(where: { $0.path == fifo.path }) else {
                add("FIFO \(fifo.path)", "none", "written")
                continue
            }
            add("FIFO \(fifo.path) owner", before.owner.text, fifo.owner.text)
            add("FIFO \(fifo.path) reader", before.reader.inWords, fifo.reader.inWords)
        }
        add("fifo_write_vrrp_states_on_reload", old.writesStatesOnReload.onOff, new.writesStatesOnReload.onOff)
    }
}

extension Optional where Wrapped == NotifyCommand {
    var inWords: String {
        guard let self else { return "none" }
        // What is compared are the words, which quotes written in another way may leave as they are.
        let command = self.command.map { $0.contains(" ") || $0.isEmpty ? "'\($0)'" : $0 }.joined(separator: " ")
        return "\"\(command)\""
            + (self.user == nil ? "" : " \(self.user.text)")
    }
}
