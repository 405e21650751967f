/// One file with all that its text says, checked.
public struct CheckedFile: Sendable {
    public var model: Model
    public var parsed: ParsedFile
    /// Everything there is to say about it: parser, resolver and lints.
    public var diagnostics: [Diagnostic]
}

/// Reads, resolves and lints one file.
///
/// The model must not run when there is a diagnostic of severity error. Without a `host` the file is checked by itself;
/// `hostIsAuthoritative` says that the file is for that machine, so that what it lacks is an error.
public func check(
    file: String, reading reader: any SourceReader, configurationID: String, host: (any HostInspector)?,
    hostIsAuthoritative: Bool, portable: Bool = false
) -> CheckedFile {
    let parsed = parse(file: file, reading: reader, configurationID: configurationID)
    let statements = parsed.statements
    var checked = check(
        parsed, file: file, reading: reader, host: host, hostIsAuthoritative: hostIsAuthoritative, portable: portable)
    checked.parsed.statements = statements
    return checked
}

/// The same of a file that has been parsed; its statements are not kept.
private func check(
    _ parsed: consuming ParsedFile, file: String, reading reader: any SourceReader, host: (any HostInspector)?,
    hostIsAuthoritative: Bool, portable: Bool
) -> CheckedFile {
    guard !parsed.isUseless else {
        return CheckedFile(model: Model(), parsed: parsed, diagnostics: parsed.diagnostics)
    }
    let statements = parsed.statements
    parsed.statements = []
    let (model, problems) = resolve(
        consume statements, file: file, keySource: reader, lacking: hostIsAuthoritative ? .error : .warning,
        portable: portable)
    let lints = lint(model, host: host, hostIsAuthoritative: hostIsAuthoritative) + definitionOrderNotes(model)
    let elsewhere = portable ? securityNotes(model, hostIsAuthoritative ? host : nil) : []
    return CheckedFile(model: model, parsed: parsed, diagnostics: parsed.diagnostics + problems + lints + elsewhere)
}

/// What keepalived says of commands that it runs without having been told to look at who can change them.
///
/// - Parameter host: where it is to run; what cannot be found there it drops, and says nothing of.
private func securityNotes(_ model: Model, _ host: (any HostInspector)?) -> [Diagnostic] {
    func isKept(_ command: [String], _ user: UserName?) -> Bool {
        guard let program = command.first, let host else { return true }
        let runner = model.global.runner(of: user)
        return runner.map { host.exists($0) } ?? true
            && host.problem(running: program, as: runner).map(\.isThere) ?? true
    }
    // `</dev/tcp/HOST/PORT` is no program to it.
    let script = model.scripts.first { !$0.text.hasPrefix("<") && isKept($0.command, $0.user) }
    let notify = model.notifyCommands.first { isKept($0.command.command, $0.command.user) }
    let service = model.global.serviceCommands.first { isKept($0.command, $0.user) }
    guard !model.global.scriptSecurity,
        let command = script?.commandLocation ?? notify?.command.location ?? service?.location
    else { return [] }
    return [
        Diagnostic(
            .note, "no-script-security", at: command, "commands are run, and `enable_script_security` is not set",
            consequence: "keepalived calls that a security violation, and runs them",
            fix: "enable_script_security   # in global_defs, with script_user")
    ]
}

/// Checks each file, and two also as a pair.
///
/// - Parameters:
///   - host: the host that the files are checked against, by what the first of them says of the daemon.
///   - balancers: what each host's load balancer listens on: one for all of them, or one for each file in turn.
///   - ids: what `@ID` lines of each file in turn are compared with; empty for `configurationID` in all of them.
public func check(
    files: [String], reading reader: any SourceReader, configurationID: String, ids: [String] = [],
    on host: (DaemonIdentity) throws -> (any HostInspector)?, hostIsAuthoritative: Bool, portable: Bool = false,
    balancers: [BalancerFile] = []
) rethrows -> CheckReport {
    func read(_ index: Int) -> ParsedFile {
        var parsed = parse(
            file: files[index], reading: reader,
            configurationID: ids.indices.contains(index) ? ids[index] : configurationID)
        parsed.sources = parsed.sources.map { $0.lettingGo(of: reader) }
        return parsed
    }
    func checkOne(_ parsed: consuming ParsedFile, _ file: String, on host: (any HostInspector)?) -> CheckedFile {
        check(
            parsed, file: file, reading: reader, host: host, hostIsAuthoritative: hostIsAuthoritative,
            portable: portable)
    }
    var inspector: (any HostInspector)?
    var checked: [CheckedFile] = []
    let names = Names(of: files, ids: ids, reader)
    for (index, file) in files.enumerated() {
        if let earlier = names.earlier(index) {
            checked.append(CheckedFile(model: Model(), parsed: ParsedFile(), diagnostics: [sameFile(file, earlier)]))
            continue
        }
        let parsed = read(index)
        if checked.isEmpty { inspector = try host(daemonIdentity(of: parsed.statements)) }
        checked.append(checkOne(consume parsed, file, on: inspector))
    }
    if checked.count == 2, !names.hasTwins, !hostIsAuthoritative, let facts = inspector?.facts {
        // Of a pair that is checked on one of its hosts, the other's file lacks everything here.
        let isElsewhere = checked.map { $0.model.isForAnotherHost(facts) }
        for index in files.indices where isElsewhere[index] && !isElsewhere[1 - index] {
            checked[index] = checkOne(read(index), files[index], on: nil)
        }
    }
    return report(on: checked, files: files, names, reader, balancers: balancers, facts: inspector?.facts)
}

/// The same with one host, whatever the files say.
public func check(
    files: [String], reading reader: any SourceReader, configurationID: String, host: (any HostInspector)?,
    hostIsAuthoritative: Bool, portable: Bool = false, balancers: [BalancerFile] = []
) -> CheckReport {
    check(
        files: files, reading: reader, configurationID: configurationID, on: { _ in host },
        hostIsAuthoritative: hostIsAuthoritative, portable: portable, balancers: balancers)
}

/// What there is to say of files that have been checked each by itself.
private func report(
    on checked: [CheckedFile], files: [String], _ names: Names, _ reader: any SourceReader, balancers: [BalancerFile],
    facts: HostFacts?
) -> CheckReport {
    var diagnostics = checked.flatMap(\.diagnostics)
    if checked.count == 2 {
        // The two files of a pair are alike, and what is merely worth knowing of both is said of the first.
        let said = Set(checked[0].diagnostics.filter { $0.severity == .note }.map { [$0.code, $0.message] })
        let rest = checked[1].diagnostics.filter { $0.severity > .note || !said.contains([$0.code, $0.message]) }
        diagnostics = checked[0].diagnostics + rest
    }
    for (index, file) in zip(files.indices, checked) where !balancers.isEmpty && names.earlier(index) == nil {
        let balancer = balancers.count == 1 ? balancers[0] : balancers[min(index, balancers.count - 1)]
        diagnostics += checkBalancer(balancer, file.model, file: files[index], facts: facts)
    }
    if checked.count > 2 { diagnostics.append(notCompared(files)) }
    var (proofs, unproved): ([Proof], [String]) = ([], [])
    // Without an instance there is nothing to compare, and that has been said.
    if checked.count == 2, checked.allSatisfy({ !$0.model.instances.isEmpty }) {
        let pair = comparePair(checked[0].model, checked[1].model, fileA: names.title(0), fileB: names.title(1))
        // What one file alone gives cause to fear is known of two.
        diagnostics.removeAll {
            $0.code == "weight-with-nopreempt" && pair.judged.contains($0.location)
                || $0.code == "weight-clamped" && pair.immovable.contains($0.location)
        }
        diagnostics += pair.diagnostics
        // What a file that would not run would do is of no use.
        if checked.allSatisfy({ file in !file.diagnostics.contains { $0.severity == .error } }) {
            (proofs, unproved) = (pair.proofs, pair.unproved)
        }
    }
    let sources = checked.flatMap(\.parsed.sources)
    return CheckReport(
        diagnostics: diagnostics, sources: diagnostics.isEmpty ? sources : sources.map { $0.readAgain(by: reader) },
        order: zip(files, checked).flatMap { [$0] + $1.parsed.files }, proofs: proofs, unproved: unproved)
}

private func notCompared(_ files: [String]) -> Diagnostic {
    Diagnostic(
        .note, "not-compared", at: SourceLocation(file: files[0], line: 1, column: 1),
        "\(files.count) files are checked each by itself", consequence: "whether they fit together is not known",
        fix: "understudy check \(files[0]) \(files[1])   # two at a time")
}

extension Model {
    /// Whether the addresses that it sends from are not on this host, none of them.
    ///
    /// Where it does not say what they are, whether it has this host as a peer.
    fileprivate func isForAnotherHost(_ facts: HostFacts) -> Bool {
        let sources = instances.compactMap(\.sourceAddress)
        let here = Set(facts.interfaces.flatMap(\.addresses).map(\.address))
        if sources.isEmpty { return instances.contains { !here.isDisjoint(with: $0.unicastPeers) } }
        return here.isDisjoint(with: sources)
    }
}
