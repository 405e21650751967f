internal import Configuration
internal import Daemon
internal import LinuxKernel
internal import VRRPWire

/// What `understudy init` was asked for.
package struct InitOptions {
    package var flags: PairFlags
    package var files: PairFiles
    /// How long to listen for virtual routers; 0 for not at all.
    package var listenSeconds: Double
    package var configurationID: String

    package init(flags: PairFlags, files: PairFiles, listenSeconds: Double, configurationID: String) {
        self.flags = flags
        self.files = files
        self.listenSeconds = listenSeconds
        self.configurationID = configurationID
    }
}

/// Finds out what the pair is to be, writes its two files, and says what to do next.
///
/// - Parameters:
///   - say: takes a line for the operator.
///   - ask: puts a question; nil where nobody can be asked.
package func makePair(
    _ options: InitOptions, say: @escaping (String) -> Void, ask: ((String) -> String?)?
) throws(InitFailure) {
    try options.flags.requireEnough(canAsk: ask != nil)
    try options.files.requireRoom()
    let surroundings: PairSurroundings
    let host: LiveHost
    do throws(SystemError) {
        surroundings = try PairSurroundings.survey()
        host = try LiveHost()
    } catch {
        throw .refused("this host cannot be examined: \(error)")
    }
    let interview = PairInterview(
        answers: PairAnswers(surroundings), flags: options.flags,
        listen: { interface, addresses in
            guard options.listenSeconds > 0 else { return nil }
            say("Listening on \(interface) for other VRRP routers, and asking who has the address ...")
            let listened = listenToNetwork(on: interface, askingFor: addresses, seconds: options.listenSeconds)
            if listened == nil {
                say("Listening needs root: which VRIDs are in use, and whether the address is, is not known.")
            }
            return listened
        }, mayTakeUsedAddress: options.files.mayReplace, say: say, ask: ask)
    let settings = try interview.settings()
    let texts = (
        own: settings.text(other: options.files.peer),
        peer: settings.mirrored.text(other: "\(options.files.own) on \(hostName())")
    )
    let complaints = options.files.complaints(texts, host: host, configurationID: options.configurationID)
    guard complaints.isEmpty else {
        say(complaints)
        throw .refused("the files would not be right, so nothing was written")
    }
    if ask != nil {
        say("")
        say("This host gets \(options.files.own), the other \(options.files.peer).")
        guard try interview.confirm("Write both?", proposal: true) else { throw .ended }
    }
    // From here on Ctrl-C waits until both are there.
    let end: EndRequests
    do throws(SystemError) {
        end = try EndRequests()
    } catch {
        throw .refused("\(error)")
    }
    let kept = try withExtendedLifetime(end) { () throws(InitFailure) in
        try options.files.write(texts, areSecret: settings.password != nil)
    }
    for line in nextSteps(settings, options.files, kept: kept) { say(line) }
}

/// What there is to do once the files are there.
package func nextSteps(_ settings: PairSettings, _ files: PairFiles, kept: [String]) -> [String] {
    let roles = settings.isActive ? ("active", "standby") : ("standby", "active")
    let other =
        settings.peer.map { peer in
            if case .v6 = peer { "[\(peer)]" } else { "\(peer)" }
        } ?? "OTHER-HOST"
    return [
        "",
        "Wrote \(files.own) for this host: \(roles.0), priority \(settings.priority).",
        "Wrote \(files.peer) for the other host: \(roles.1), priority \(settings.peerPriority).",
        "Both were checked, each by itself and as a pair: no errors, no warnings.",
    ] + kept.map { "What was there before is in \($0)." }
        + [
            "",
            files.own == PairFiles.usualOwn ? nil : "0. Put this host's file where the daemon reads it:",
            files.own == PairFiles.usualOwn ? nil : "     install -m 600 \(files.own) \(PairFiles.usualOwn)",
            "1. Give the other host its file:",
            "     scp \(files.peer) root@\(other):\(PairFiles.usualOwn)",
            "2. On both hosts, see that the file fits and that nothing stands in the way (firewall, sysctl, addresses):",
            "     understudy check --host",
            "     understudy doctor",
            "3. On both hosts, start it now and at every boot; where it runs already, `systemctl reload understudy` instead:",
            "     systemctl enable --now understudy",
            "4. See who has the address, and let it move once, from the host that has it:",
            "     understudy status",
            "     understudy switchover",
        ].compactMap(\.self)
}
