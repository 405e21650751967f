internal import VRRPCore
internal import VRRPWire

// What people write in good faith, and what has been somebody's outage.

extension Linter {
    /// A check that asks for the virtual address itself asks the MASTER, wherever it runs.
    mutating func checkSelfReference(_ instance: Instance) {
        if scriptsWithAddresses.isEmpty { return }
        let virtual = Set((instance.addresses + instance.excludedAddresses).map { "\($0.address)" })
        for tracked in instance.trackedScripts {
            guard let (index, addresses) = scriptsWithAddresses[tracked.name],
                let address = addresses.first(where: { virtual.contains($0) })
            else { continue }
            let script = model.scripts[index]
            report(
                .warning, "check-of-virtual-address", at: script.commandLocation,
                "`\(script.name)` asks for \(address), a virtual address of `\(instance.name)`",
                consequence:
                    "on a BACKUP the MASTER answers: the check says nothing of the host that it runs on, and fails on both "
                    + "while the address moves",
                fix: "127.0.0.1 in place of \(address)   # what runs on this host, whoever has the address")
        }
    }

    func findAddresses() -> [String: (index: Int, addresses: [String])] {
        var found: [String: (index: Int, addresses: [String])] = [:]
        for (index, script) in model.scripts.enumerated() {
            let addresses = Self.addresses(in: script.text)
            if !addresses.isEmpty, found[script.name] == nil { found[script.name] = (index, addresses) }
        }
        return found
    }

    /// What is an address in a command.
    static func addresses(in text: String) -> [String] {
        text.split { !($0.isHexDigit || $0 == "." || $0 == ":") }.compactMap { word in
            var word = word
            while let last = word.last, last == "." || last == ":" { word = word.dropLast() }
            // `192.0.2.10:80` is an address and a port.
            if word.contains("."), let colon = word.firstIndex(of: ":") { word = word[..<colon] }
            return IPAddress(String(word)) == nil ? nil : String(word)
        }
    }

    /// The password of VRRPv2 is sent as it is.
    mutating func checkPassword(_ instance: Instance) {
        guard instance.password != nil, !instance.usesAuthenticationHeader, case .unicast = instance.transport else {
            return
        }
        report(
            .note, "password-over-unicast", at: instance.location,
            "`\(instance.name)` sends its auth_pass to its unicast peers as it is, with every advert",
            consequence: "whoever sees packets on the way can send adverts that are believed",
            fix: "auth_hmac in place of authentication   # where every peer knows it")
    }

    /// A script that prints its result in place of ending with it always succeeds.
    mutating func checkPrintedResult(_ host: any HostInspector) {
        var printers: [String: Bool] = [:]
        for script in model.scripts {
            guard let program = script.command.first else { continue }
            let prints = printers[program] ?? host.scriptText(of: program).map(Self.printsItsResult) ?? false
            printers[program] = prints
            guard prints else { continue }
            report(
                .warning, "check-prints-result", at: script.commandLocation,
                "`\(program)` ends with an `echo` of a number, and never exits with one",
                consequence: "what counts is the exit status, which is that of `echo`: this check never fails",
                fix: "exit 1   # in place of `echo 1`")
        }
    }

    /// The same of a command that is written into the configuration: `/bin/echo 1`, or a line for a shell.
    mutating func checkPrintedResult(_ script: ScriptCheck) {
        let program = script.command.first?.split(separator: "/").last.map(String.init)
        let prints: Bool
        if let line = QuotedCommand.shellLine(of: script.command) {
            prints = Self.printsItsResult("#!/bin/sh\n" + line)
        } else {
            prints = program == "echo" || program == "printf"
        }
        guard prints else { return }
        report(
            .warning, "check-prints-result", at: script.commandLocation,
            "`\(script.text)` prints its result, and never fails",
            consequence: "what counts is the exit status, which is that of `echo`: this check never fails",
            fix: "script \"/path/to/check\"   # which exits with 0 when all is well, and with 1 when not")
    }

    private static func printsItsResult(_ text: String) -> Bool {
        guard text.hasPrefix("#!"), text.split(separator: "\n").first?.contains("sh") == true else { return false }
        var printed = false
        for line in text.split(separator: "\n").dropFirst() {
            let words = line.split { " \t;".contains($0) }
            guard let first = words.first, !first.hasPrefix("#") else { continue }
            // `exec` and `return` end it with another status, and so do `set -e` and an explicit `exit`.
            if words.contains(where: { ["exit", "exec", "return"].contains($0) }) || line.contains("set -e") {
                return false
            }
            for statement in line.split(separator: ";") { printed = endsInPrint(statement) ?? printed }
        }
        return printed
    }

    /// Whether a statement prints a number as the last thing that it does; nil for what only closes a block.
    private static func endsInPrint(_ statement: Substring) -> Bool? {
        var words = statement.split { " \t".contains($0) }[...]
        // What fails before `||` is followed by the `echo` all the same.
        if let or = words.lastIndex(of: "||") { words = words[(or + 1)...] }
        while let first = words.first, ["then", "else", "do", "{"].contains(first) || first.hasSuffix(")") {
            words = words.dropFirst()
        }
        guard let first = words.first else { return nil }
        if ["fi", "done", "esac", "}"].contains(first) { return nil }
        return first == "echo" && words.count == 2 && words.last.map { Int($0) != nil } == true
    }
}
