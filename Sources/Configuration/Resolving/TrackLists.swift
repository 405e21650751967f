internal import VRRPCore
internal import VRRPWire

extension Resolver {
    mutating func trackedScripts(_ contents: BlockContents) -> [Tracked] {
        trackList(contents, "track_script", range: -253...253) { resolver, line in
            let name = line.keyword.text
            resolver.usedScripts.insert(name)
            if let weight = resolver.weights.scripts[name] { return weight }
            if !resolver.definedScripts.contains(name) {
                resolver.reportUndefined(line, kind: "vrrp_script", names: resolver.model.scripts.map(\.name))
            }
            return nil
        }
    }

    mutating func trackedProcesses(_ contents: BlockContents) -> [Tracked] {
        trackList(contents, "track_process", range: -254...254) { resolver, line in
            let name = line.keyword.text
            resolver.usedProcesses.insert(name)
            if let weight = resolver.weights.processes[name] { return weight }
            if !resolver.definedProcesses.contains(name) {
                resolver.reportUndefined(line, kind: "vrrp_track_process", names: resolver.model.processes.map(\.name))
            }
            return nil
        }
    }

    mutating func trackedFiles(_ contents: BlockContents) -> [Tracked] {
        trackList(contents, "track_file", range: -254...254) { resolver, line in
            let name = line.keyword.text
            resolver.usedFiles.insert(name)
            if let weight = resolver.weights.files[name] { return weight }
            if !resolver.definedFiles.contains(name) {
                resolver.reportUndefined(line, kind: "track_file", names: resolver.model.files.map(\.name))
            }
            return nil
        }
    }

    mutating func trackedSessions(_ contents: BlockContents) -> [Tracked] {
        trackList(contents, "track_bfd", range: -253...253) { resolver, line in
            let name = line.keyword.text
            resolver.usedSessions.insert(name)
            if let weight = resolver.weights.sessions[name] { return weight }
            if let session = resolver.model.sessions.first(where: { $0.name == name }) {
                resolver.reportForChecker(session, line)
            } else if !resolver.definedSessions.contains(name) {
                resolver.reportUndefined(line, kind: "bfd_instance", names: resolver.model.sessions.map(\.name))
            }
            return nil
        }
    }

    /// `dont_track_primary`.
    mutating func resolveOwnLink(_ instance: inout Instance, _ contents: BlockContents) {
        guard let setting = contents["dont_track_primary"] else { return }
        instance.ignoresOwnLink = true
        instance.ownLinkLocation = setting.location
        report(
            .note, "own-link-ignored", at: setting.location,
            "the state of `\(instance.interface)` does not count for `\(instance.name)`",
            consequence:
                "a MASTER whose link fails stays MASTER and holds its addresses where nobody reaches them: it runs no "
                + "notify_fault, the other members of its sync group stay too, and there are two until the link is back",
            fix: "remove the line   # the loss of the link is a fault then")
    }

    /// - Parameter instance: whose own interface needs no line; nil in a sync group.
    mutating func trackedInterfaces(_ contents: BlockContents, of instance: Instance? = nil) -> [Tracked] {
        trackList(contents, "track_interface", range: -253...253) { resolver, line in
            guard resolver.interfaceName(line.keyword, of: resolver.valueLine(line, of: "track_interface")) != nil
            else { return nil }
            if let instance, line.keyword.text == instance.interface {
                resolver.reportOwnInterface(line, of: instance)
                return nil
            }
            return Weight(0)
        }
    }

    /// keepalived: where an address, a route or a rule is, the loss of the interface is a fault, and no weight counts.
    mutating func dropWeightsOfNeeded(_ instance: inout Instance) {
        if instance.trackedInterfaces.allSatisfy(\.weight.isFault) { return }
        let needed = instance.furtherInterfaces
        instance.trackedInterfaces = instance.trackedInterfaces.map { tracked in
            guard needed.contains(tracked.name), !tracked.weight.isFault else { return tracked }
            report(
                .warning, "weight-of-needed", at: tracked.location,
                "the weight of `\(tracked.name)` does not count for `\(instance.name)`, which has an address, a route or a rule there",
                consequence: "its loss is a fault, and the priority stays as it is; keepalived says nothing of it",
                fix: "\(tracked.name)   # or `no_track` at what is there, where the weight is to count",
                passesKeepalived: true)
            return Tracked(name: tracked.name, weight: Weight(0), location: tracked.location)
        }
    }

    private mutating func reportOwnInterface(_ line: Statement, of instance: Instance) {
        if instance.ignoresOwnLink {
            return report(
                .warning, "own-interface-tracked", at: line.location,
                "`\(instance.interface)` is the instance's own interface, and `dont_track_primary` is set: this line has no effect",
                consequence: "its loss does not count; keepalived leaves the line out too",
                fix: "remove `dont_track_primary`, or this line")
        }
        report(
            .note, "own-interface-tracked", at: line.location,
            "`\(instance.interface)` is the instance's own interface, which is always watched: this line has no effect",
            consequence: "its loss is a fault, whatever the weight; keepalived leaves the line out too",
            fix: "remove the line")
    }

    /// Reads the lines of a track block.
    ///
    /// `definition` says what weight a name has by itself, or nil when the line is
    /// to be left out.
    private mutating func trackList(
        _ contents: BlockContents, _ name: String, range: ClosedRange<Int>,
        definition: (inout Resolver, Statement) -> Weight?
    ) -> [Tracked] {
        var list: [Tracked] = []
        var known: Set<String> = []
        for line in contents.lines(name) {
            guard let basis = definition(&self, line), let weight = lineWeight(line, basis, range) else { continue }
            let word = line.keyword
            guard known.insert(word.text).inserted else {
                report(
                    .warning, "duplicate-tracker", at: word.location, "`\(word.text)` is in `\(name)` already",
                    consequence: "this line is left out", fix: "remove the line", passesKeepalived: false)
                continue
            }
            list.append(Tracked(name: word.text, weight: weight, location: word.location))
        }
        return list
    }

    private mutating func lineWeight(_ line: Statement, _ basis: Weight, _ range: ClosedRange<Int>) -> Weight? {
        guard let first = line.arguments.first else { return basis }
        if reportEqualsSign(line) { return basis }
        guard first.text == "weight" else {
            reportAfterName(first, line)
            return basis
        }
        let words = line.arguments.dropFirst()
        let quoted = Statement(keyword: first, arguments: Array(words), rawLine: line.rawLine)
        if words.isEmpty {
            report(
                .error, "missing-argument", at: first.location, "`weight` needs a value: N [reverse]",
                consequence: "keepalived would leave the line out", fix: "\(line.keyword.text) weight -20")
            return nil
        }
        if words.count > 2, let extra = words.dropFirst(2).first {
            report(
                .warning, "extra-words", at: extra.location, "`\(extra.text)` is ignored",
                consequence: "only the weight counts", fix: "\(line.keyword.text) weight \(words[1].text)")
        }
        let start = diagnostics.count
        let weight = weight(words.prefix(2), range, of: quoted, inherited: basis.reverse)
        amendDiagnostics(from: start) { diagnostic in
            diagnostic.fix = diagnostic.fix.map { $0.hasPrefix("weight ") ? "\(line.keyword.text) \($0)" : $0 }
        }
        return weight
    }

    /// `weight=-10`, with or without blanks.
    private mutating func reportEqualsSign(_ line: Statement) -> Bool {
        let text = line.arguments.map(\.text).joined(separator: " ")
        guard let first = line.arguments.first, let sign = text.firstIndex(of: "="),
            text[..<sign].split(separator: " ") == ["weight"]
        else { return false }
        let value = text[text.index(after: sign)...].drop { $0 == " " || $0 == "=" }
        report(
            .error, "equals-sign", at: first.location, "`=` does not belong between `weight` and its value",
            consequence: "keepalived would ignore it, and the weight would be that of the block that defines "
                + "`\(line.keyword.text)`",
            fix: "\(line.keyword.text) weight \(value.isEmpty ? "-20" : value)")
        return true
    }

    private mutating func reportAfterName(_ word: Word, _ line: Statement) {
        if Int(word.text) != nil {
            report(
                .error, "unknown-keyword", at: word.location,
                "`\(word.text)` is not known after a name; is `weight \(word.text)` meant?",
                consequence: "it would be ignored, so the weight would be another one",
                fix: "\(line.keyword.text) weight \(word.text)")
            return
        }
        let isMisspelt = KeywordTable.nearest(to: word.text, among: ["weight"]) != nil
        // What stands there is not also reported as unused.
        let names = line.arguments.map(\.text)
        usedScripts.formUnion(names)
        usedProcesses.formUnion(names)
        usedFiles.formUnion(names)
        usedSessions.formUnion(names)
        report(
            .error, isMisspelt ? "unknown-keyword" : "two-on-a-line", at: word.location,
            isMisspelt
                ? "`\(word.text)` is not known after a name; is `weight` meant?"
                : "`\(word.text)` must stand on a line of its own, or is not known after a name",
            consequence: "it would be ignored, so what it names would not be watched",
            fix: isMisspelt ? Self.text(of: line, with: "weight", for: word) : names.joined(separator: "\n"))
    }

    private mutating func reportUndefined(_ line: Statement, kind: String, names: [String]) {
        // What a comma or a semicolon stands behind is meant, too.
        let bare = String(line.keyword.text.prefix { !",;".contains($0) })
        usedScripts.insert(bare)
        usedProcesses.insert(bare)
        usedFiles.insert(bare)
        usedSessions.insert(bare)
        guard isPlain(line.keyword, of: valueLine(line, of: kind)), !reportConflict(line.keyword) else { return }
        let near = KeywordTable.nearest(to: line.keyword.text, among: names)
        // What is perhaps meant is not also reported as unused.
        if let near, kind == "vrrp_script" { usedScripts.insert(near) }
        if let near, kind == "vrrp_track_process" { usedProcesses.insert(near) }
        if let near, kind == "track_file" { usedFiles.insert(near) }
        if let near, kind == "bfd_instance" { usedSessions.insert(near) }
        report(
            .error, "undefined-check", at: line.location,
            "there is no \(kind) called `\(line.keyword.text)`" + (near.map { "; is `\($0)` meant?" } ?? ""),
            consequence: "keepalived would leave it out: the instance would run without this check",
            fix: near ?? "\(kind) \(line.keyword.text) { ... }")
    }

    /// What the weights cannot do: move priority 255, or leave the range from 1 to 254.
    mutating func checkWeights(_ instance: inout Instance) {
        if instance.priority == .owner {
            for tracked in instance.trackers + instance.trackedFiles where !tracked.weight.isFault {
                report(
                    .warning, "weight-on-owner", at: tracked.location,
                    "the weight of `\(tracked.name)` does not count with priority 255",
                    consequence: "the check moves nothing; keepalived leaves it out too",
                    fix: "priority 254, or \(tracked.name) weight 0 to make its failure a fault",
                    // It leaves out a process without a word.
                    passesKeepalived: instance.trackedProcesses.contains { $0.location == tracked.location }
                        ? true : nil)
            }
            instance.dropWeighted(\.trackedScripts, .script)
            instance.dropWeighted(\.trackedProcesses, .process)
            instance.dropWeighted(\.trackedInterfaces, .interface)
            instance.dropWeighted(\.trackedFiles, .file)
            instance.dropWeighted(\.trackedSessions, .session)
            return
        }
        let base = Int(instance.priority.rawValue)
        let most = instance.trackers.reduce(base) {
            $0 + max($1.weight.contributions.ok, $1.weight.contributions.failed)
        }
        let least = instance.trackers.reduce(base) {
            $0 + min($1.weight.contributions.ok, $1.weight.contributions.failed)
        }
        guard let first = instance.trackers.first(where: { !$0.weight.isFault }) else { return }
        if most > 254 {
            report(
                .note, "weight-clamped", at: first.location,
                "priority \(base) and the weights add up to \(most), which counts as 254",
                consequence: "routers that both reach 254 are equal, whatever their priorities are",
                fix: instance.smallerWeights(room: 254 - base) ?? "priority 253, and a weight of 1")
        }
        if least < 1 {
            report(
                .note, "weight-clamped", at: first.location,
                "priority \(base) and the weights can fall to \(least), which counts as 1",
                consequence: "routers that both fall to 1 are equal, whatever their priorities are",
                fix: instance.smallerWeights(room: 1 - base) ?? "priority \(min(254, base + 1 - least))")
        }
    }
}

/// The weights that checks have by themselves, by name.
struct CheckWeights {
    private(set) var scripts: [String: Weight] = [:]
    private(set) var processes: [String: Weight] = [:]
    private(set) var files: [String: Weight] = [:]
    /// Of those that instances may watch.
    private(set) var sessions: [String: Weight] = [:]

    init(_ model: Model) {
        for script in model.scripts { scripts[script.name] = script.weight }
        for process in model.processes { processes[process.name] = process.weight }
        for file in model.files { files[file.name] = file.weight }
        for session in model.sessions where session.isForInstances { sessions[session.name] = session.weight }
    }
}

extension Instance {
    /// Everything this instance watches that works or fails; what the number in a file may be, nobody knows.
    var trackers: [Tracked] { trackedInterfaces + trackedScripts + trackedProcesses + trackedSessions }

    /// What the weights may come to, which are to be the same on the other host; nil where there is no room for any.
    fileprivate func smallerWeights(room: Int) -> String? {
        if room == 0 { return nil }
        let weighted = trackers.filter { !$0.weight.isFault }
        if weighted.count == 1, let only = weighted.first, !only.weight.reverse, (only.weight.value > 0) == (room > 0) {
            return "\(only.name) weight \(room)   # at most, and the same in the other host's file"
        }
        return "weights that come to \(room) together, at most, and the same in the other host's file"
    }

    /// Takes what has a weight out of a list, and remembers that it was there.
    mutating func dropWeighted(_ list: WritableKeyPath<Instance, [Tracked]>, _ kind: UncountedCheck.Kind) {
        let weighted = self[keyPath: list].filter { !$0.weight.isFault }
        if weighted.isEmpty { return }
        self.uncountedChecks += weighted.map { UncountedCheck(kind: kind, name: $0.name) }
        self[keyPath: list].removeAll { !$0.weight.isFault }
    }
}

extension Weight {
    /// What a tracker adds to the priority while it is well, and while it has failed.
    ///
    /// Source: keepalived: a positive weight is added on success, a negative one on failure; `reverse` negates it.
    var contributions: (ok: Int, failed: Int) {
        let amount = reverse ? -value : value
        return value > 0 ? (amount, 0) : (0, amount)
    }
}
