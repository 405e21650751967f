internal import Configuration
internal import LinuxKernel

/// A program that the configuration names: whether it may run, and how it is started.
///
/// Checks and notify commands are one kind of program: the same user, the same security, the same surroundings.
struct ProgramLaunch {
    /// The program and its arguments.
    let command: [String]
    let user: UserName
    /// `enable_script_security`.
    let security: Bool
    private let inspector: any HostInspector
    /// The numbers behind `user`, looked up once: a directory service may take its time, and adverts may not wait for it.
    private var identity: (uid: UInt32, gid: UInt32, groups: [UInt32])?

    init(_ command: [String], as user: UserName?, _ global: GlobalSettings, _ inspector: any HostInspector) {
        self.command = command
        var runner = global.runner(of: user) ?? defaultScriptUser()
        runner.hasEveryGroup = runner.hasEveryGroup || global.process.givesEveryGroup
        self.user = runner
        security = global.scriptSecurity
        self.inspector = inspector
    }

    /// Why it must not or cannot run, with what mends it; nil when it can.
    var problem: String? {
        guard let problem = inspector.problem(running: command[0], as: user), !problem.isSecurityOnly || security else {
            return nil
        }
        return problem.sentence + (problem.fix.map { "; mend it with: \($0)" } ?? "")
    }

    /// Looks its user up, so that it is known when there is no time for that; who does not exist is told when it is run.
    mutating func prepare() {
        do throws(SystemError) { identity = try lookUpIdentity() } catch { identity = nil }
    }

    /// As whom it runs, where that has been looked up.
    var knownIdentity: (uid: UInt32, gid: UInt32)? { identity.map { ($0.uid, $0.gid) } }

    /// How to start it: in `/`, with our environment but for what is ours, and `more`.
    mutating func request(adding more: [String] = [], arguments: [String] = []) throws(SystemError) -> SpawnRequest {
        // Of two with one name the first would count.
        let names = more.map { $0.prefix { $0 != "=" } + "=" }
        let inherited = environmentVariables().filter { variable in
            !Self.isDropped(variable) && !names.contains { variable.hasPrefix($0) }
        }
        var request = SpawnRequest(
            path: findProgram(command[0]) ?? command[0], arguments: command + arguments,
            environment: inherited + more, workingDirectory: "/")
        if identity == nil { identity = try lookUpIdentity() }
        // Root stays root without being asked to: in a user namespace there are no other groups to give up.
        if currentUserID() == 0, let identity, identity.uid != 0 || identity.gid != 0 { request.user = identity }
        return request
    }

    /// keepalived: without the user's supplementary groups, unless they are asked for.
    private func lookUpIdentity() throws(SystemError) -> (uid: UInt32, gid: UInt32, groups: [UInt32]) {
        guard let found = lookUpUser(user.user) else { throw SystemError("look up user \(user.user)", 2) }
        var gid = found.gid
        if let group = user.group {
            guard let number = lookUpGroup(group) else { throw SystemError("look up group \(group)", 2) }
            gid = number
        }
        return (found.uid, gid, user.hasEveryGroup ? supplementaryGroups(ofUser: user.user, primary: gid) : [])
    }

    /// What a program must not inherit: the way to our service manager, and keepalived's list.
    private static func isDropped(_ variable: String) -> Bool {
        ["NOTIFY_SOCKET=", "WATCHDOG_", "IFS=", "LD_PRELOAD=", "LD_LIBRARY_PATH="].contains { variable.hasPrefix($0) }
    }
}
