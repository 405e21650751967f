/// A command that keepalived's checker process would run, and as whom.
struct ServiceCommand: Equatable, Sendable {
    var command: [String]
    var user: UserName?
    var location: SourceLocation

    var text: String { command.joined(separator: " ") }
}

extension Linter {
    /// Who is to run them where they name nobody; whom they name keepalived looks for without a word.
    mutating func checkServiceCommands(_ host: any HostInspector) {
        guard let user = model.global.scriptUser, !host.exists(user),
            let command = model.global.serviceCommands.first(where: { $0.user == nil })
        else { return }
        report(
            .warning, "service-line", at: command.location, "`\(command.text)` is to run as \(inWords(user))",
            consequence: "keepalived refuses that", fix: "useradd --system --no-create-home \(user.user)",
            passesKeepalived: false)
    }
}
