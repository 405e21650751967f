internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// The name of a named block; nil, and reported, when another one has it already.
    mutating func name(of statement: Statement, among defined: Set<String>) -> String? {
        guard let word = statement.arguments.first else { return nil }
        let key = "\(statement.keyword.text) \(word.text)"
        if defined.contains(word.text) {
            return reportDuplicate(
                statement, word, earlier: definedPlaces[key] ?? word.location,
                consequence: "keepalived would ignore this second block"
            ) { defined.contains($0) }
        }
        definedPlaces[key] = word.location
        return word.text
    }

    /// Says where the name was taken; a file that is included twice defines each name twice at the same place.
    ///
    /// - Parameter isTaken: whether another block has a name.
    /// - Returns: a name to read the block by all the same; nil when it has been read already.
    mutating func reportDuplicate(
        _ statement: Statement, _ word: Word, earlier: SourceLocation, consequence: String, isTaken: (String) -> Bool
    ) -> String? {
        let keyword = statement.keyword.text
        let isSamePlace = earlier == word.location
        let file = earlier.file == word.location.file ? "" : " of \(earlier.file)"
        let isInstance = keyword == "vrrp_instance"
        let other = isSamePlace ? nil : otherName(for: word, of: keyword, among: isTaken)
        let more = isInstance ? "with a virtual_router_id and addresses of its own" : "also where it is named"
        report(
            .error, "duplicate-name", at: word.location,
            "there is already a \(keyword) called `\(word.text)`, "
                + (isSamePlace ? "from this very line: the file is read twice" : "on line \(earlier.line)\(file)"),
            consequence: consequence,
            fix: other.map { "\(keyword) \($0) {   # \(more); or remove the block" }
                ?? "remove one of the include lines",
            passesKeepalived: Self.silentlyTwice.contains(keyword) ? true : nil)
        if !Self.silentlyTwice.contains(keyword) { notePassedOver(statement) }
        return other
    }

    /// Of these keepalived takes the first, without a word, and reads the second all the same.
    private static let silentlyTwice = ["vrrp_script", "vrrp_track_process", "track_file", "vrrp_track_file"]

    mutating func resolveScript(_ statement: Statement) {
        guard let name = name(of: statement, among: definedScripts) else { return }
        definedScripts.insert(name)
        let contents = read(statement.children ?? [], in: .script)
        guard let setting = contents["script"] else {
            if !contents.wasAttempted("script") { reportMissing("script", of: "vrrp_script", name, at: statement) }
            return
        }
        guard let check = scriptCheck(name, setting, at: statement.location) else { return }
        var script = check
        script.interval = contents.interval("interval") ?? script.interval
        script.timeout = contents.interval("timeout")
        script.weight = contents.weight("weight") ?? script.weight
        script.rise = contents.integer("rise") ?? script.rise
        script.fall = contents.integer("fall") ?? script.fall
        script.user = contents.user("user")
        checkTiming(script, contents)
        if let setting = contents["init_fail"] {
            report(
                .note, "no-effect", at: setting.location, "`init_fail` has no effect on a tracked script",
                consequence: "the first result counts at once, as in keepalived", fix: "remove the line")
        }
        model.scripts.append(script)
    }

    private mutating func checkTiming(_ script: ScriptCheck, _ contents: BlockContents) {
        if portable { reportFractions(contents) }
        guard let timeout = script.timeout, timeout > script.interval, let setting = contents["timeout"] else { return }
        report(
            .warning, "timeout-over-interval", at: setting.valueLocation,
            "timeout \(timeout.decimalSeconds) is longer than interval \(script.interval.decimalSeconds)",
            consequence: "while a run hangs the next ones are left out, so a failure is seen late",
            fix: "timeout \(script.interval.decimalSeconds)")
    }

    /// For files that keepalived has to read too.
    private mutating func reportFractions(_ contents: BlockContents) {
        for name in ["interval", "timeout"] {
            guard let setting = contents[name], let value = contents.interval(name) else { continue }
            let whole = (value.nanoseconds + 999_999_999) / 1_000_000_000
            guard whole * 1_000_000_000 != value.nanoseconds else { continue }
            report(
                .note, "newer-keyword", at: setting.valueLocation,
                "keepalived 2.2.7 takes whole seconds for `\(name)` of a script, not \(value.decimalSeconds)",
                consequence: "such a keepalived passes over the line, and goes on with the default",
                fix: "\(name) \(whole)")
        }
    }

    mutating func reportMissing(
        _ keyword: String, of block: String, _ name: String, at statement: Statement
    ) {
        report(
            .error, "missing-keyword", at: statement.location, "\(block) `\(name)` has no `\(keyword)` line",
            consequence: "keepalived would drop it, and the instances that name it would run unchecked",
            fix: [
                "script": "script \"/path/to/check\"", "file": "file /run/understudy/\(name)",
                "neighbor_ip": "neighbor_ip ADDRESS",
            ][keyword]
                ?? "\(keyword) NAME")
    }

    /// Words after the command: an unquoted command's own arguments, which is fatal, or a user and a group, which
    /// keepalived reads after `notify` but not here.
    private mutating func checkAfterCommand(_ line: QuotedCommand, _ statement: Statement) -> Bool {
        guard let extra = line.user else { return true }
        let words = [line.user, line.group].compactMap { $0?.text }.joined(separator: " ")
        let written = statement.rawLine.dropFirst(statement.keyword.text.count).drop { $0 == " " || $0 == "\t" }
        if let first = written.first, first == "\"" || first == "'" {
            report(
                .warning, "user-after-command", at: extra.location,
                "`\(words)` after the command of a vrrp_script is ignored",
                consequence: "the command runs as `script_user`, in keepalived too",
                fix: "user \(words)   # on a line of its own, inside vrrp_script")
            return true
        }
        report(
            .error, "unquoted-command", at: extra.location,
            "`\(extra.text)` is not part of the command: only `\(line.text)` would run",
            consequence: "the check would not test what is written here", fix: "script \"\(line.text) \(words)\"")
        return false
    }

    /// `script "COMMAND" interval 2`: not a user, and not the command's arguments.
    private mutating func reportSettingAfterCommand(_ statement: Statement) -> Bool {
        let words = statement.arguments
        guard words.count > 1, !words[0].text.hasPrefix("'"), KeywordTable.keyword(words[1].text, in: .script) != nil
        else { return false }
        let command = words[0].isQuoted ? "\"\(words[0].text)\"" : words[0].text
        let lines = ["\(statement.keyword.text) \(command)"] + Self.lines(of: words.dropFirst(), in: .script)
        report(
            .error, "two-on-a-line", at: words[1].location, "`\(words[1].text)` must begin a line of its own",
            consequence: "everything after the command would be ignored", fix: lines.joined(separator: "\n"),
            passesKeepalived: true)
        return true
    }

    /// Reads the command; keepalived takes only the first word after `script`, which may be a quoted string.
    private mutating func scriptCheck(
        _ name: String, _ setting: Setting, at location: SourceLocation
    ) -> ScriptCheck? {
        var statement = setting.statement
        if reportSettingAfterCommand(statement) {
            // Where keepalived is asked for, the command is to be judged too.
            guard portable else { return nil }
            let length = statement.arguments[1].location.column - statement.location.column
            statement = Statement(
                keyword: statement.keyword, arguments: [statement.arguments[0]],
                rawLine: String(String.UnicodeScalarView(statement.rawLine.unicodeScalars.prefix(length))))
        }
        let line: QuotedCommand
        switch QuotedCommand.parse(statement) {
        case .success(let parsed): line = parsed
        case .failure(let problem):
            record(problem.diagnostic)
            return nil
        }
        let text = line.text
        // Where keepalived is asked for, what it would run is to be judged too.
        guard checkAfterCommand(line, statement) || portable else { return nil }
        var command = line.command
        if text.hasPrefix("</") {
            command = ["/bin/sh", "-c", text]
            report(
                .warning, "shell-redirection", at: setting.valueLocation,
                "`\(text)` is run by /bin/sh, which must know /dev/tcp",
                consequence: "where /bin/sh is not bash (Debian, Ubuntu) the check always fails",
                fix: "script \"/bin/bash -c '\(text)'\"")
        } else if let sign = line.shellOperator {
            reportShell(sign, text: text, of: "script", at: line.location)
        }
        reportLostWords(line, of: "script")
        return ScriptCheck(
            name: name, location: location, command: command, text: text, commandLocation: line.location)
    }

    /// `sh -c pgrep haproxy` runs `pgrep`.
    mutating func reportLostWords(_ line: QuotedCommand, of keyword: String) {
        let lost = QuotedCommand.wordsLost(by: line.command)
        guard !lost.isEmpty, line.shellOperator == nil, let shellLine = QuotedCommand.shellLine(of: line.command) else {
            return
        }
        let kept = line.command.dropLast(lost.count + 1).joined(separator: " ")
        let whole = ([shellLine] + lost).joined(separator: " ")
        let isQuotable = !whole.contains { "'\"\\".contains($0) }
        report(
            .warning, "unquoted-command", at: line.location,
            "`\(kept)` runs `\(shellLine)` alone: `\(lost.joined(separator: " "))` is no part of what the shell reads",
            consequence: "what is written here is not what runs; keepalived hands it over in the same way",
            fix: isQuotable
                ? "\(keyword) \"\(kept) '\(whole)'\""
                : "write the command into a file that begins with #!/bin/sh, and name it")
    }

    /// `keyword` is the line's own, which is repeated in the remedy.
    mutating func reportShell(_ sign: String, text: String, of keyword: String, at location: SourceLocation) {
        let body = text.hasPrefix("/bin/sh -c ") ? String(text.dropFirst("/bin/sh -c ".count)) : text
        let isQuotable = !body.contains { "'\"\\".contains($0) }
        report(
            .warning, "shell-syntax", at: location, "`\(sign)` is handed to the program: no shell is used",
            consequence: keyword == "script"
                ? "the check does not test what is written here; keepalived uses no shell either"
                : "what is written here is not done; keepalived uses no shell either",
            fix: isQuotable
                ? "\(keyword) \"/bin/sh -c '\(body)'\""
                : "write the command into a file that begins with #!/bin/sh, and name it")
    }

    mutating func resolveProcess(_ statement: Statement) {
        guard let name = name(of: statement, among: definedProcesses) else { return }
        definedProcesses.insert(name)
        let contents = read(statement.children ?? [], in: .process)
        guard let words = contents.words("process"), let first = words.first else {
            if !contents.wasAttempted("process") {
                reportMissing("process", of: "vrrp_track_process", name, at: statement)
            }
            return
        }
        guard isPlain(first, of: statement) else { return }
        var check = ProcessCheck(name: name, location: statement.location, process: first.text)
        check.parameters = words.dropFirst().map(\.text)
        check.match = parameterMatch(contents, hasParameters: words.count > 1)
        check.fullCommand = contents.has("full_command") || check.match != .ignored
        check.weight = contents.weight("weight") ?? check.weight
        check.quorum = contents.integer("quorum") ?? check.quorum
        check.quorumMaximum = contents.integer("quorum_max")
        let delay = contents.interval("delay") ?? .zero
        check.forkDelay = contents.interval("fork_delay") ?? delay
        check.terminateDelay = contents.interval("terminate_delay") ?? delay
        checkProcess(&check, contents, nameAt: first.location)
        model.processes.append(check)
    }

    private mutating func parameterMatch(
        _ contents: BlockContents, hasParameters: Bool
    ) -> ProcessCheck.ParameterMatch {
        guard let setting = contents["param_match"] else { return hasParameters ? .exact : .ignored }
        switch setting.statement.arguments.first?.text {
        case nil: return .exact
        case "initial": return .initial
        case "partial": return .partial
        case .some:
            reportBadValue(setting.statement.arguments[0], of: setting.statement, expected: "initial or partial")
            return .exact
        }
    }

    /// A path, or a command line in quotes, where the name belongs that the kernel keeps; false for others.
    private mutating func reportNoProcessName(_ text: String, at location: SourceLocation) -> Bool {
        let words = text.split(separator: " ")
        guard let first = words.first, first.hasPrefix("/") || words.count > 1 else { return false }
        let isLine = words.count > 1
        let name = (first.split(separator: "/").last ?? first).prefix(15)
        report(
            .warning, "not-a-process-name", at: location,
            "`\(text)` is a \(isLine ? "command line" : "path"), and processes are compared by the name that the kernel keeps",
            consequence: "none has this name, so the check always fails, in keepalived too",
            fix: isLine
                ? "process \(text)   # without quotes, as the process is started"
                : "process \(name)   # or full_command, on a line of its own")
        return true
    }

    private mutating func checkProcess(
        _ check: inout ProcessCheck, _ contents: BlockContents, nameAt location: SourceLocation
    ) {
        if !check.fullCommand, !reportNoProcessName(check.process, at: location), check.process.utf8.count > 15 {
            let kept = String(check.process.prefix(15))
            report(
                .warning, "long-process-name", at: location,
                "`\(check.process)` is longer than the 15 characters that the kernel keeps of a name",
                consequence: "it is compared as `\(kept)`", fix: "process \(kept)")
            check.process = kept
        }
        if let maximum = check.quorumMaximum, maximum > 0, maximum < check.quorum, let setting = contents["quorum_max"]
        {
            report(
                .error, "impossible-quorum", at: setting.valueLocation,
                "quorum_max \(maximum) is less than quorum \(check.quorum)",
                consequence: "no number of processes would do, so the check would always fail",
                fix: "quorum_max \(check.quorum)")
        }
    }
}
