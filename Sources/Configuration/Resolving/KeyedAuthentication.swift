internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// `auth_hmac { key ID KEY  active_key ID ... }`.
    ///
    /// keepalived goes on without it when the active key is missing; here that is an error, as is a key that cannot be read:
    /// whoever asks for authentication shall not run without.
    mutating func resolveKeyedAuthentication(_ instance: inout Instance, _ contents: BlockContents) {
        guard let block = contents["auth_hmac"] else { return }
        let statements = contents.lines("auth_hmac")
        let before = diagnostics.count
        let lines = read(statements, in: .authHMAC)
        let keys = keys(lines)
        hide(secretsOf: statements, inDiagnosticsFrom: before)
        if let other = contents["authentication"] {
            report(
                .error, "two-authentications", at: block.location,
                "`auth_hmac` cannot stand beside `authentication` (line \(other.location.line))",
                consequence: "keepalived would use neither", fix: "remove the block `authentication`")
        }
        guard let active = activeKey(lines, keys, at: block.location) else { return }
        instance.keyedLocation = block.location
        instance.keyed = KeyedAuthentication(
            keys: keys.compactMap { key in key.value.map { .init(id: key.id, key: $0) } }, activeKey: active,
            mode: choice("mode", lines, usual: .enforce), replayProtection: choice("anti_replay", lines, usual: .time),
            window: lines.integer("time_window") ?? instance.usualTimeWindow)
    }

    /// A key as it was written; its value is nil when that is not known here, which has been reported.
    private struct WrittenKey {
        var id: UInt8
        var value: AuthenticationKey?
    }

    private mutating func keys(_ lines: BlockContents) -> [WrittenKey] {
        var keys: [WrittenKey] = []
        for setting in lines.all("key") {
            let words = setting.statement.arguments
            guard words.count == 2, let id = UInt8(words[0].text) else {
                report(
                    .error, "bad-key", at: setting.location,
                    words.count == 2
                        ? "a key begins with its number, 0 to 255"
                        : "a key is a number and one word; it has \(words.count) words",
                    consequence: "it would not be known what signs and what is believed",
                    fix: "key 1 file:/etc/understudy/vrrp.key   # or hex:..., credential:NAME; quotes around blanks")
                continue
            }
            guard !keys.contains(where: { $0.id == id }) else {
                report(
                    .error, "duplicate-key", at: setting.location, "key \(id) is given a second time",
                    consequence: "keepalived would ignore the second", fix: "another number; or remove one of the two")
                continue
            }
            keys.append(WrittenKey(id: id, value: value(of: words[1], key: id)))
        }
        return keys
    }

    private mutating func activeKey(
        _ lines: BlockContents, _ keys: [WrittenKey], at block: SourceLocation
    ) -> UInt8? {
        guard let active = lines.integer("active_key") else {
            if !lines.wasAttempted("active_key") {
                report(
                    .error, "missing-keyword", at: block, "`auth_hmac` has no `active_key` line",
                    consequence: "nothing could be signed; keepalived would run without authentication",
                    fix: "active_key \(keys.first?.id ?? 1)")
            }
            return nil
        }
        let isWritten = lines.all("key").contains { $0.statement.arguments.first?.text == "\(active)" }
        guard keys.contains(where: { $0.id == active }) else {
            if !isWritten, let setting = lines["active_key"] {
                report(
                    .error, "no-active-key", at: setting.valueLocation, "there is no `key \(active)` in this block",
                    consequence: "nothing could be signed; keepalived would run without authentication",
                    fix: keys.first.map { "active_key \($0.id)" } ?? "key \(active) file:/etc/understudy/vrrp.key")
            }
            return nil
        }
        return UInt8(active)
    }

    private mutating func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String, _ lines: BlockContents, usual: Choice
    ) -> Choice where Choice.RawValue == String {
        guard let setting = lines[name], let word = lines.words(name)?.first else { return usual }
        if let choice = Choice(rawValue: word.text) { return choice }
        let choices = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        report(
            .error, "bad-value", at: setting.valueLocation, "`\(word.text)` is not a value for `\(name)`: \(choices)",
            consequence: "keepalived would go on with the default",
            fix: "\(name) \(usual.rawValue)")
        return usual
    }

    /// Takes what may be a key out of what was said about the block: it goes to logs.
    private mutating func hide(secretsOf statements: [Statement], inDiagnosticsFrom start: Int) {
        let words = statements.flatMap { [$0.keyword] + $0.arguments }.map(\.text).filter { $0.utf8.count >= 12 }
        let keywords = Set(KeywordTable.keywords(in: .authHMAC).map(\.name))
        amendDiagnostics(from: start) { diagnostic in
            for secret in words where !keywords.contains(secret) {
                diagnostic.message = diagnostic.message.replacing(secret, with: "KEY")
                diagnostic.consequence = diagnostic.consequence?.replacing(secret, with: "KEY")
                diagnostic.fix = diagnostic.fix?.replacing(secret, with: "KEY")
            }
            diagnostic.isAboutSecret = true
        }
    }
}

extension Instance {
    /// keepalived: three intervals, five seconds at least.
    var usualTimeWindow: Int { max(5, (Int(self.advertisementInterval.count) * 3 + 99) / 100) }
}
