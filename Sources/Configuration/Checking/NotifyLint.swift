extension Model {
    /// Every command that is run to tell somebody, with what it is run for.
    var notifyCommands: [(command: NotifyCommand, purpose: String)] {
        instances.flatMap { instance in
            instance.notifications.inOrder.map { ($0.command, "`\(instance.name)` \($0.occasion.inWords)") }
        }
            + groups.flatMap { group in
                group.notifications.inOrder.map { ($0.command, "sync group `\(group.name)` \($0.occasion.inWords)") }
            } + global.fifos.compactMap { fifo in fifo.reader.map { ($0, "`\(fifo.path)`, to be read") } }
            + [
                (global.process.startupScript, "the start of the daemon"),
                (global.process.shutdownScript, "the end of the daemon"),
            ].compactMap { command, purpose in command.map { ($0, purpose) } }
    }
}

extension Linter {
    /// Commands that cannot be run, or would be run as somebody who does not exist.
    mutating func checkNotifyCommands(_ host: any HostInspector) {
        for (command, purpose) in model.notifyCommands {
            let user = model.global.runner(of: command.user)
            if let user, !host.exists(user) {
                reportNoSuchUser(user, command, purpose, near: nearUser(user, host))
                continue
            }
            checkProgram(
                command.command.first, of: command.text, as: user, at: command.location, host,
                consequence: "the command for \(purpose) cannot run, so its work is not done", isNotify: true)
        }
        for fifo in model.global.fifos {
            guard let owner = fifo.owner, !host.exists(owner) else { continue }
            report(
                missing, "no-such-user", at: fifo.location, "the pipe `\(fifo.path)` is to belong to \(inWords(owner))",
                consequence: "it would belong to root, so nobody else could read it",
                fix: "useradd --system --no-create-home \(owner.user)", passesKeepalived: true)
        }
    }

    private mutating func reportNoSuchUser(
        _ user: UserName, _ command: NotifyCommand, _ purpose: String, near: String?
    ) {
        // The second word of a command without quotes is taken for a user.
        let words = [command.text, user.user, user.group].compactMap(\.self).joined(separator: " ")
        let create = "useradd --system --no-create-home \(user.user)"
        let fix =
            switch (command.user != nil, near) {
            case (true, let near?): "\"\(command.text)\" \(near)"
            case (true, nil): "\"\(words)\"   # in quotes, if these are arguments; or: \(create)"
            case (false, let near?): "script_user \(near)   # in global_defs"
            case (false, nil): create
            }
        report(
            missing, "no-such-user", at: command.location,
            "`\(command.text)` is to run as \(inWords(user))" + (near.map { "; is `\($0)` meant?" } ?? ""),
            consequence: "the command for \(purpose) cannot run, so its work is not done", fix: fix,
            passesKeepalived: command.user == nil ? nil : true)
    }

    func inWords(_ user: UserName) -> String {
        (user.group.map { "`\(user.user)` or group `\($0)`" } ?? "`\(user.user)`") + ", who does not exist"
    }
}
