/// The part of understudy(1) that the commands themselves say: a subsection for each.
package func commandSections(_ root: CommandDescription) -> String {
    root.subcommands.map { section($0, path: []) }.joined()
}

/// What every command understands and only the page as a whole explains.
private let everywhere: Set<String> = ["--help", "--version"]

private func section(_ command: CommandDescription, path: [String]) -> String {
    let path = path + [command.name]
    let arguments = command.arguments.filter { everywhere.isDisjoint(with: $0.names) }
    var text = ".Ss \(path.joined(separator: " "))\n"
    if command.subcommands.isEmpty {
        text += ".Nm\n" + path.map { ".Cm \(Mdoc.argument($0))\n" }.joined()
        let inOrder = arguments.filter { $0.kind != .positional } + arguments.filter { $0.kind == .positional }
        text += inOrder.map { synopsis($0) + "\n" }.joined()
        text += ".Pp\n"
    }
    text += Mdoc.text(command.abstract) + "\n"
    if !command.discussion.isEmpty { text += ".Pp\n" + Mdoc.text(command.discussion) + "\n" }
    if !arguments.isEmpty {
        text += ".Bl -tag -width Ds\n"
        for argument in arguments { text += item(argument) }
        text += ".El\n"
    }
    return text + command.subcommands.map { section($0, path: path) }.joined()
}

/// `.Op Fl i Ar name | Fl \-id Ar name`.
private func synopsis(_ argument: CommandDescription.Argument) -> String {
    let written: String
    if argument.kind == .positional {
        written = "Ar " + Mdoc.argument(argument.value) + (argument.isRepeating ? " ..." : "")
    } else {
        written = shortFirst(argument.names).map { flag($0, of: argument) }.joined(separator: " | ")
    }
    return argument.isOptional ? ".Op " + written : "." + written
}

private func item(_ argument: CommandDescription.Argument) -> String {
    let head =
        argument.kind == .positional
        ? "Ar " + Mdoc.argument(argument.value) + (argument.isRepeating ? " ..." : "")
        : shortFirst(argument.names).map { flag($0, of: argument) }.joined(separator: " , ")
    var text = ".It \(head)\n" + (argument.abstract.isEmpty ? "" : Mdoc.text(argument.abstract) + "\n")
    if let value = argument.defaultValue, argument.kind != .flag {
        text += Mdoc.text("The default is \(value).") + "\n"
    }
    if !argument.discussion.isEmpty { text += ".Pp\n" + Mdoc.text(argument.discussion) + "\n" }
    return text
}

private func flag(_ name: String, of argument: CommandDescription.Argument) -> String {
    let letters = Mdoc.argument(String(name.dropFirst()))
    return "Fl " + letters + (argument.kind == .option ? " Ar " + Mdoc.argument(argument.value) : "")
}

private func shortFirst(_ names: [String]) -> [String] {
    names.filter { !$0.hasPrefix("--") } + names.filter { $0.hasPrefix("--") }
}
