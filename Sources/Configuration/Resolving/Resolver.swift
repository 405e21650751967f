internal import VRRPCore
internal import VRRPWire

/// Turns statements into a model: defaults applied, names resolved after the whole file is read.
///
/// So the order of blocks does not matter. `file` only says where an empty file is reported.
/// Source: keepalived: the keywords' meaning and defaults; the severities are Understudy's own: an error would not
/// run, or would run unprotected, without an address, merged or half configured.
///
/// - Parameters:
///   - keySource: reads the files that hold keys; without it they are not known.
///   - portable: whether what only Understudy knows is complained of.
///   - lacking: how bad it is when such a file cannot be read.
public func resolve(
    _ statements: consuming [Statement], file: String = "configuration", keySource: (any SourceReader)? = nil,
    lacking: Diagnostic.Severity = .warning, portable: Bool = false
) -> (model: Model, diagnostics: [Diagnostic]) {
    var resolver = Resolver()
    resolver.keySource = keySource
    resolver.lacking = lacking
    resolver.portable = portable
    let ranks = fileRanks(statements)
    resolver.resolveFile(consume statements, file: file)
    return (resolver.model, resolver.orderedDiagnostics(ranks))
}

/// The files in the order in which they are read.
private func fileRanks(_ statements: [Statement]) -> [String: Int] {
    var ranks: [String: Int] = [:]
    func visit(_ statements: [Statement]) {
        for statement in statements {
            let file = statement.onlyFile
            if ranks[file ?? statement.location.file] == nil { ranks[file ?? statement.location.file] = ranks.count }
            if file == nil { visit(statement.children ?? []) }
        }
    }
    visit(statements)
    return ranks
}

/// The state of one resolution.
///
/// Methods are grouped by block in the other files of this folder.
struct Resolver {
    var model = Model()
    var keySource: (any SourceReader)?
    var lacking = Diagnostic.Severity.warning
    var portable = false
    private(set) var diagnostics: [Diagnostic] = []
    private var said: Set<Diagnostic> = []
    var defaults = GlobalDefaults()
    /// Names that were defined, rightly or not: whoever refers to them is not told that they do not exist.
    var definedScripts: Set<String> = []
    var definedProcesses: Set<String> = []
    var definedFiles: Set<String> = []
    var definedSessions: Set<String> = []
    /// Where each check was defined, by keyword and name.
    var definedPlaces: [String: SourceLocation] = [:]
    /// Once all checks have been read.
    var weights = CheckWeights(Model())
    var definedInstances: [String: SourceLocation] = [:]
    /// The names of virtual MAC interfaces that lines give, and those that have been given out, with where.
    var writtenVirtualInterfaces: Set<String> = []
    var virtualInterfaces: [String: SourceLocation] = [:]
    /// The instances that a sync group names: their weights are looked at when it is known what counts.
    var grouped: Set<String> = []
    /// Where each line of `interface_up_down_delays` stands, by interface.
    var delayLocations: [String: SourceLocation] = [:]
    /// Where `vrrp_rlimit_rttime` stands.
    var realTimeLimitLocation: SourceLocation?
    /// Why nothing comes of some keywords; each is said once.
    var saidRemarks: Set<Keyword.Remark> = []
    /// Where `iproute_usr_dir` and `iproute_etc_dir` have names of routing tables.
    var nameDirectories = ["/usr/share/iproute2", "/etc/iproute2"]
    /// Where the static addresses are.
    var staticPlaces: Set<AddressPlace> = []
    /// The names in `track_group` blocks.
    var trackGroupMembers: [Word] = []
    /// This host's names of routing tables, once they have been read.
    var hostTables: [String: UInt32]?
    /// What is left of the numbers for rules that have none.
    var rulePlaces = RulePlaces()
    /// Where mail is asked for, and where its recipients are named.
    var mailWishes: [SourceLocation] = []
    var recipientsLocation: SourceLocation?
    /// Recipients or a server are written, and have been reported as not to be used.
    var hasMailMistake = false
    /// Where `vrrp_strict` stands, and the instances whose traffic nothing else drops.
    var strictLocation: SourceLocation?
    var strictlySilent: [String] = []
    /// The blocks of keepalived's checker process, where it is asked what another daemon would say.
    var services: [Statement] = []
    /// A merge conflict has been reported.
    var hasConflict = false
    /// What keepalived would not look at.
    var passedOver: [PassedOver] = []
    /// The names that blocks have got from us, with their keywords, and what they are called in the file.
    var secondNames: [String: String] = [:]
    /// The number at the end of the last of them, by what comes before it.
    var lastNumbers: [String: Int] = [:]
    /// The first so many instances by name, for whoever comes upon a second one of a name.
    var positions: (of: [String: Int], count: Int) = ([:], 0)
    /// A block was not read that may name any check.
    var hasUnreadUser = false
    /// The names of blocks that were not read, by keyword; those with a blank as written and as meant.
    var unreadNames: [String: [String]] = [:]
    var usedScripts: Set<String> = []
    var usedProcesses: Set<String> = []
    var usedFiles: Set<String> = []
    var usedSessions: Set<String> = []

    mutating func report(
        _ severity: Diagnostic.Severity, _ code: String, at location: SourceLocation, _ message: String,
        consequence: String? = nil, fix: String? = nil, passesKeepalived: Bool? = nil
    ) {
        var diagnostic = Diagnostic(severity, code, at: location, message, consequence: consequence, fix: fix)
        diagnostic.passesKeepalived = passesKeepalived
        record(diagnostic)
    }

    /// Each thing is said once.
    mutating func record(_ diagnostic: Diagnostic) {
        if said.insert(diagnostic).inserted { diagnostics.append(diagnostic) }
    }

    /// Changes what was said since there were `start` diagnostics.
    mutating func amendDiagnostics(from start: Int, _ change: (inout Diagnostic) -> Void) {
        for index in start..<diagnostics.count { change(&diagnostics[index]) }
    }

    /// - Parameter statements: let go as they are read, where nobody else keeps them: there may be thousands of instances.
    mutating func resolveFile(_ statements: consuming [Statement], file: String) {
        var contents = read(statements, in: .topLevel)
        let outline = Outline(copy statements)
        rulePlaces = RulePlaces(copy statements)
        statements = []
        resolveIdentity(contents)
        resolveGlobals(contents)
        let scripts = contents.take("vrrp_script")
        model.scripts.reserveCapacity(scripts.count)
        for setting in scripts { resolveScript(setting.statement) }
        for setting in contents.all("vrrp_track_process") { resolveProcess(setting.statement) }
        for setting in contents.all("track_file") + contents.all("vrrp_track_file") {
            resolveFileCheck(setting.statement)
        }
        for setting in contents.all("bfd_instance") { resolveSession(setting.statement) }
        dropSecondChecks()
        weights = CheckWeights(model)
        definedScripts.formUnion(unreadNames["vrrp_script"] ?? [])
        definedProcesses.formUnion(unreadNames["vrrp_track_process"] ?? [])
        definedFiles.formUnion(unreadNames["track_file"] ?? [])
        definedSessions.formUnion(unreadNames["bfd_instance"] ?? [])
        noteGrouped(contents)
        resolveInterfaceDelays(contents)
        for setting in contents.all("garp_group") { resolveAnnouncementGroup(setting.statement) }
        noteVirtualInterfaces(contents)
        resolveInstances(&contents)
        suggestFreeIDs()
        reportStrictDrops()
        reportUselessExtraAnnouncements()
        checkBetweenInstances()
        dropSecondInstances()
        checkTrackGroups()
        checkStaticAddresses()
        resolveSyncGroups(contents)
        checkMail(contents)
        fitInterfaceDelays()
        checkRealTimeLimit()
        judgeServices()
        // An instance that was not read may use any of them.
        if !hasUnreadUser { reportUnused(outline) }
        reportNothingToDo(contents, outline, file: file)
        excusePassedOver()
    }

    private mutating func resolveInstances(_ contents: inout BlockContents) {
        var blocks = contents.take("vrrp_instance")
        // Thousands of them are copied a dozen times while an array grows.
        model.instances.reserveCapacity(blocks.count)
        definedInstances.reserveCapacity(blocks.count)
        blocks.reverse()
        while let block = blocks.popLast() {
            resolveInstance(block.statement)
            // What has been read leaves its room to what comes of it.
            if blocks.capacity > 1000, blocks.count < blocks.capacity / 2 { blocks = blocks.map(\.self) }
        }
        for name in unreadNames["vrrp_instance"] ?? [] where definedInstances[name] == nil {
            definedInstances[name] = SourceLocation(file: "", line: 1, column: 1)
        }
    }

    /// Sorted as a reader meets them: files in the order in which they are read, then by line and column.
    func orderedDiagnostics(_ ranks: [String: Int]) -> [Diagnostic] {
        func key(_ item: (offset: Int, element: Diagnostic)) -> (Int, Int, Int, Int) {
            let location = item.element.location
            return (ranks[location.file] ?? ranks.count, location.line, location.column, item.offset)
        }
        return diagnostics.enumerated().sorted { key($0) < key($1) }.map(\.element)
    }

    /// Remembers that a block could not be read, which has been reported: what it names may be used.
    mutating func noteUnread(_ keyword: String) {
        let users = ["vrrp_instance", "vrrp_sync_group", "track_script", "track_process", "track_file", "track_bfd"]
        if users.contains(keyword) { hasUnreadUser = true }
    }

    private mutating func reportUnused(_ outline: Outline) {
        for script in model.scripts where !usedScripts.contains(script.name) {
            report(
                .warning, "unused-script", at: script.location,
                "vrrp_script `\(script.name)` is not used by any instance",
                consequence: "it is never run, and nothing depends on it",
                fix: "track_script { \(script.name) }   # inside the vrrp_instance")
        }
        for process in model.processes where !usedProcesses.contains(process.name) {
            report(
                .warning, "unused-process", at: process.location,
                "vrrp_track_process `\(process.name)` is not used by any instance",
                consequence: "it is not watched, and nothing depends on it",
                fix: "track_process { \(process.name) }   # inside the vrrp_instance")
        }
        for file in model.files where !usedFiles.contains(file.name) && !outline.isServed(file.name, by: "FILE_CHECK") {
            report(
                .warning, "unused-file", at: file.location, "track_file `\(file.name)` is not used by any instance",
                consequence: "it is not read, and nothing depends on it",
                fix: "track_file { \(file.name) }   # inside the vrrp_instance")
        }
        for session in model.sessions
        where !usedSessions.contains(session.name) && session.isForInstances
            && !outline.isServed(session.name, by: "BFD_CHECK")
        {
            report(
                .note, "unused-session", at: session.location,
                "bfd_instance `\(session.name)` is not used by any instance",
                consequence: "the session is kept up for the neighbour, and nothing depends on it here",
                fix: "track_bfd { \(session.name) }   # inside the vrrp_instance")
        }
        // keepalived looks at the programs of all.
        if !portable { model.scripts.removeAll { !usedScripts.contains($0.name) } }
        model.processes.removeAll { !usedProcesses.contains($0.name) }
        model.files.removeAll { !usedFiles.contains($0.name) }
    }

    private mutating func reportNothingToDo(_ contents: BlockContents, _ outline: Outline, file: String) {
        if contents.wasAttempted("vrrp_instance") { return }
        let start = SourceLocation(file: outline.firstFile ?? file, line: 1, column: 1)
        let hasServers = outline.hasServers
        report(
            hasServers ? .warning : .error, "no-instance", at: start,
            outline.firstFile == nil ? "the file says nothing" : "there is no vrrp_instance block",
            consequence: hasServers
                ? "Understudy has nothing to do: IPVS services are not its business"
                : "nothing would be protected; keepalived would sit idle without a word (understudy init asks for what is "
                    + "needed and writes the files of a pair)",
            fix: """
                vrrp_instance VI_1 {
                    interface eth0
                    virtual_router_id 52
                    priority 101
                    virtual_ipaddress {
                        192.0.2.10/24
                    }
                }
                """)
    }
}

/// What has to be known of the whole file when its statements have been let go.
private struct Outline {
    /// That of the first statement; nil when there is none.
    let firstFile: String?
    let hasServers: Bool
    /// What the checks of IPVS services name, by the kind of check: it is used, although not here.
    private var served: [String: Set<String>] = [:]

    init(_ statements: [Statement]) {
        firstFile = statements.first?.location.file
        let servers = statements.filter { $0.keyword.text.hasPrefix("virtual_server") }
        hasServers = !servers.isEmpty
        for server in servers { noteServed(server.children ?? []) }
    }

    func isServed(_ name: String, by check: String) -> Bool { served[check]?.contains(name) ?? false }

    /// The lines of a service, and of its servers.
    private mutating func noteServed(_ statements: [Statement]) {
        let keywords = ["FILE_CHECK": "track_file", "BFD_CHECK": "name"]
        for statement in statements {
            guard let children = statement.children else { continue }
            let check = statement.keyword.text
            guard let keyword = keywords[check] else {
                noteServed(children)
                continue
            }
            let names = children.filter { $0.keyword.text == keyword }.compactMap { $0.arguments.first?.text }
            served[check, default: []].formUnion(names)
        }
    }
}
