internal import Configuration
internal import LinuxKernel

// Where the files of one daemon are, among others on its host.

extension Options {
    /// The directory of `use_pid_dir`.
    static func pidDirectory(calledAs program: String) -> String {
        program == "keepalived" ? "/run/keepalived" : "/run/understudy"
    }

    /// The name of a file there, with its ending.
    static func runFile(_ ending: String, of tag: String, calledAs program: String) -> String {
        let name = program == "keepalived" ? program : "understudyd"
        return "\(pidDirectory(calledAs: program))/\(name)\(tag.isEmpty ? "" : "_" + tag).\(ending)"
    }

    /// Puts the pid file where the configuration wants it, unless the command line names one.
    func withPIDFile(of identity: DaemonIdentity, calledAs program: String) -> Options {
        guard !namesPIDFile, identity.usesPIDDirectory || !identity.tag.isEmpty else { return self }
        var options = self
        options.pidFile = Self.runFile("pid", of: identity.tag, calledAs: program)
        return options
    }

    /// The same with what the command line says in its place.
    func identity(_ written: DaemonIdentity) -> DaemonIdentity {
        var identity = written
        identity.networkNamespace = networkNamespace ?? written.networkNamespace
        return identity
    }
}

/// Who the daemon is to be: the few lines of its configuration that have to be known before there is a pid file.
///
/// What is wrong with the file is said by who reads all of it.
func readIdentity(_ options: Options) -> DaemonIdentity {
    // A rehearsal's hosts have one daemon each, and none of this machine's namespaces.
    if environmentVariable(Notifier.rehearsalVariable) != nil { return DaemonIdentity() }
    let parsed = parse(
        file: options.configurationFile, reading: DiskReader(),
        configurationID: options.configurationID ?? String(hostName().prefix { $0 != "." }))
    return options.identity(daemonIdentity(of: parsed.statements))
}

extension StateFiles {
    /// A place below a directory for a daemon that shares it with others.
    static func place(_ directory: String, of tag: String) -> String {
        tag.isEmpty ? directory : "\(directory)/\(tag)"
    }
}
