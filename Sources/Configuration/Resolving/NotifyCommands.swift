internal import VRRPCore

extension Resolver {
    /// What a block says of who is told of its changes, over what applies to all.
    mutating func notifications(_ contents: BlockContents, in block: BlockKind) -> Notifications {
        var notifications = defaults.notifications
        for occasion in Notifications.Occasion.allCases {
            guard let setting = contents[occasion.rawValue] else { continue }
            if occasion == .deleted {
                notifications.saysDeleted = true
                if setting.statement.arguments.isEmpty { continue }
            }
            notifications.commands[occasion] = notifyCommand(setting.statement, in: block)
        }
        if let own = contents.boolean("notify_priority_changes") {
            (notifications.priorityChanges, notifications.hasOwnPriorityChanges) = (own, true)
        }
        if let seconds = contents.integer("notify_timeout") { notifications.timeout = .seconds(UInt64(seconds)) }
        if let sendsMail = contents.boolean("smtp_alert") {
            notifications.sendsMail = sendsMail
            noteWish(for: "smtp_alert", contents)
        }
        return notifications
    }

    /// Reads `KEYWORD "COMMAND" [USER [GROUP]]`; nil, and reported, when that cannot be done.
    mutating func notifyCommand(_ statement: Statement, in block: BlockKind) -> NotifyCommand? {
        let line: QuotedCommand
        switch QuotedCommand.parse(statement) {
        case .success(let parsed): line = parsed
        case .failure(let problem):
            var diagnostic = problem.diagnostic
            // keepalived takes notice of an empty command only where it is to be run around the daemon's life.
            if diagnostic.code == "missing-value", !statement.keyword.text.hasSuffix("_script") {
                diagnostic.passesKeepalived = statement.arguments.isEmpty ? nil : true
            }
            record(diagnostic)
            return nil
        }
        var command = NotifyCommand(command: line.command, text: line.text, location: line.location)
        if let sign = line.shellOperator {
            reportShell(sign, text: line.text, of: statement.keyword.text, at: line.location)
        }
        reportLostWords(line, of: statement.keyword.text)
        guard let user = line.user else { return command }
        if KeywordTable.keyword(user.text, in: block) != nil {
            report(
                .error, "two-on-a-line", at: user.location, "`\(user.text)` must begin a line of its own",
                consequence: "it would be taken for the user who runs `\(line.text)`",
                fix: "put everything from `\(user.text)` on into the next line")
            return nil
        }
        guard let name = self.user([user, line.group].compactMap(\.self), of: statement) else { return nil }
        command.user = name
        return command
    }

    /// The named pipes, their readers, and what instances do unless they say otherwise.
    mutating func resolveFIFOs(_ contents: BlockContents) {
        defaults.notifications.priorityChanges = contents.boolean("vrrp_notify_priority_changes") ?? false
        if let seconds = contents.integer("notify_timeout") {
            defaults.notifications.timeout = .seconds(UInt64(seconds))
        }
        model.global.writesStatesOnReload = contents.has("fifo_write_vrrp_states_on_reload")
        for name in ["notify_fifo", "vrrp_notify_fifo"] { resolveFIFO(name, contents) }
        if let setting = contents["fifo_write_vrrp_states_on_reload"], model.global.fifos.isEmpty {
            report(
                .warning, "no-effect", at: setting.location,
                "`fifo_write_vrrp_states_on_reload` has no effect without a pipe", consequence: "nothing is written",
                fix: "vrrp_notify_fifo /run/understudy/notify.fifo   # or remove the line")
        }
    }

    private mutating func resolveFIFO(_ name: String, _ contents: BlockContents) {
        let script = contents[name + "_script"]
        guard let setting = contents[name], let words = contents.words(name), let path = words.first else {
            if let script, !contents.wasAttempted(name) {
                report(
                    .warning, "no-effect", at: script.location, "`\(name)_script` has no effect without `\(name)`",
                    consequence: "there is no pipe to read, so the command is not run",
                    fix: "\(name) /run/understudy/notify.fifo")
            }
            return
        }
        guard isPlain(path, of: setting.statement) else { return }
        guard path.text.hasPrefix("/") else {
            return report(
                .error, "bad-path", at: path.location, "`\(path.text)` is a relative path, and the daemon runs in `/`",
                consequence: "the pipe would not be where its readers look",
                fix: "\(name) /run/understudy/\(path.text)",
                passesKeepalived: true)
        }
        if let other = model.global.fifos.first(where: { $0.path == path.text }) {
            return report(
                .error, "duplicate-name", at: path.location,
                "`\(path.text)` is the other pipe's path too, on line \(other.location.line)",
                consequence: "its reader would get every line twice", fix: "remove one of the two lines",
                passesKeepalived: true)
        }
        var owner: UserName?
        if words.count > 1 {
            guard let user = user(Array(words.dropFirst()), of: setting.statement) else { return }
            owner = user
        }
        var fifo = NotifyFIFO(path: path.text, owner: owner, location: path.location)
        if let script { fifo.reader = notifyCommand(script.statement, in: .globalDefs) }
        model.global.fifos.append(fifo)
    }
}
