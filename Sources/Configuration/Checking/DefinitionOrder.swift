/// Here a name may be used before it is defined.
///
/// Who runs the same file on a keepalived host should know that there it
/// may not.
func definitionOrderNotes(_ model: Model) -> [Diagnostic] {
    var definitions: [String: (block: String, location: SourceLocation)] = [:]
    for script in model.scripts { definitions[script.name] = ("vrrp_script", script.location) }
    for process in model.processes { definitions[process.name] = ("vrrp_track_process", process.location) }
    for file in model.files { definitions[file.name] = ("track_file", file.location) }
    for session in model.sessions { definitions[session.name] = ("bfd_instance", session.location) }
    let tracked = model.instances.lazy.flatMap {
        $0.trackedScripts + $0.trackedProcesses + $0.trackedFiles + $0.trackedSessions
    }
    return tracked.compactMap { tracked -> Diagnostic? in
        // Between files the order depends on the include lines, and where `$NAME` stands for lines on its uses.
        guard let definition = definitions[tracked.name], definition.location.file == tracked.location.file,
            definition.location.relation == nil, tracked.location.relation == nil,
            definition.location.line > tracked.location.line
        else { return nil }
        return Diagnostic(
            .note, "defined-after-use", at: tracked.location,
            "`\(tracked.name)` is defined further down, on line \(definition.location.line)",
            consequence: "Understudy does not mind, but keepalived would leave the check out and run unprotected",
            fix: "move the \(definition.block) block above the vrrp_instance, if keepalived is to read the file too")
    }
}
