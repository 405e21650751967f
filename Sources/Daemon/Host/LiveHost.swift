package import Configuration
package import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// The protocol mark (IFA_PROTO) of the addresses that we put on interfaces: VRRP's IP protocol number.
package let addressMark: UInt8 = 112

/// The machine we run on, asked now.
package struct LiveHost: HostInspector {
    package let facts: HostFacts
    private let looksAtFiles: Bool

    /// Reads interfaces and addresses from the kernel.
    ///
    /// - Parameter looksAtFiles: look at tracked files too, which may mean to wait for a disk.
    package init(looksAtFiles: Bool = false) throws(SystemError) {
        self.looksAtFiles = looksAtFiles
        let socket = try RouteSocket()
        let links = try socket.links()
        let addresses = try socket.addresses()
        var facts = HostFacts(
            interfaces: links.map { link in
                HostFacts.Interface(
                    name: link.name, isLoopback: link.isLoopback, supportsMulticast: link.supportsMulticast,
                    kind: link.kind ?? "",
                    addresses: addresses.filter { $0.interfaceIndex == link.index }.map {
                        HostFacts.Assigned(
                            address: $0.address, prefixLength: $0.prefixLength, isOurs: $0.protocolMark == addressMark,
                            scope: $0.scope)
                    })
            })
        if looksAtFiles {
            facts.bindsElsewhere[.v4] = setting("/proc/sys/net/ipv4/ip_nonlocal_bind")
            facts.bindsElsewhere[.v6] = setting("/proc/sys/net/ipv6/ip_nonlocal_bind")
        }
        self.facts = facts
    }

    /// The host as a daemon would find it: in the network namespace that its file names.
    package static func of(_ daemon: DaemonIdentity, looksAtFiles: Bool) throws(SystemError) -> LiveHost {
        guard let name = daemon.networkNamespace else { return try LiveHost(looksAtFiles: looksAtFiles) }
        let (here, there) = (try NetworkNamespace.current(), try NetworkNamespace(named: name))
        if here.isSame(as: there) { return try LiveHost(looksAtFiles: looksAtFiles) }
        return try there.perform { () throws(SystemError) in try LiveHost(looksAtFiles: looksAtFiles) }
    }

    package func exists(_ user: UserName) -> Bool {
        lookUpUser(user.user) != nil && user.group.map { lookUpGroup($0) != nil } ?? true
    }

    package func trackedFile(at path: String) -> HostFacts.TrackedFile? {
        guard looksAtFiles else { return nil }
        switch readBeginning(of: path, limit: FileNumber.octetLimit) {
        case .success(let octets): return .beginning(octets)
        case .failure(.notRegular): return .unreadable("it is no regular file")
        case .failure(.failed(let error)): return .unreadable(error.reason)
        case .failure(.missing):
            guard case .success(let status) = status(of: LocalFiles.directory(of: path)), status.isDirectory else {
                return .noDirectory
            }
            return .missing
        }
    }

    package func scriptText(of program: String) -> String? {
        guard looksAtFiles, let path = findProgram(program) else { return nil }
        let octets = textOfScript(path)
        return octets.starts(with: "#!".utf8) ? String(decoding: octets, as: UTF8.self) : nil
    }

    package func problem(running program: String, as user: UserName?) -> HostFacts.ProgramProblem? {
        // keepalived's `</dev/tcp/HOST/PORT` is no program but a redirection, for the shell.
        let program = program.hasPrefix("<") ? "/bin/sh" : program
        guard let path = findProgram(program) else {
            return HostFacts.ProgramProblem(
                sentence: "`\(program)` is in none of \(searchPath)",
                fix: "install it, or write the program's full path")
        }
        let name = user ?? defaultScriptUser()
        guard let identity = identity(of: name) else { return nil }
        return ProgramAccess(
            identity: identity, look: pathFacts, contents: beginningOfProgram, knowsOtherFormats: knowsOtherFormats
        ).problem(running: path)
    }
}

/// Who runs checks when the configuration does not say: user keepalived_script if there is one, else root (keepalived).
package func defaultScriptUser() -> UserName {
    UserName(user: lookUpUser("keepalived_script") == nil ? "root" : "keepalived_script")
}

/// The file that a command's first word means: itself when it has a slash, else the first match in the system's
/// program directories.
package func findProgram(_ name: String) -> String? {
    if name.contains("/") { return name }
    let candidates = searchPath.split(separator: ":").map { "\($0)/\(name)" }
    return candidates.first {
        guard case .success(let status) = status(of: $0) else { return false }
        return status.isRegular && status.mode & 0o111 != 0
    }
}

/// Not the PATH of whoever starts us: the command and the daemon, by hand or as a service, shall find the same program.
private let searchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

private func identity(of name: UserName) -> RunIdentity? {
    guard let user = lookUpUser(name.user) else { return nil }
    let primary = name.group.flatMap { lookUpGroup($0) } ?? user.gid
    // keepalived: programs run without the user's supplementary groups unless they are asked for.
    let others = name.hasEveryGroup ? supplementaryGroups(ofUser: name.user, primary: primary) : []
    return RunIdentity(name: name.user, user: user.uid, groups: [primary] + others.filter { $0 != primary })
}

/// No script is longer; what is, is a compiled program.
private let scriptLimit = 64 << 10

/// The text of a script, for its first line; empty when it is too long for one, or cannot be read by us.
private func textOfScript(_ path: String) -> [UInt8] {
    guard case .success(let bytes) = readFile(path, limit: scriptLimit) else { return [] }
    return bytes
}

/// A sysctl that is on or off; nil when there is none.
private func setting(_ path: String) -> Bool? {
    guard case .success(let bytes) = readFile(path, limit: 64) else { return nil }
    return bytes.first.map { $0 != UInt8(ascii: "0") }
}

/// So much as tells a script from a program; nil when it cannot be read by us.
private func beginningOfProgram(_ path: String) -> [UInt8]? {
    guard case .success(let bytes) = readBeginning(of: path, limit: 512) else { return nil }
    return bytes
}

/// Whether somebody has told the kernel how to run files that are neither programs nor scripts.
private func knowsOtherFormats() -> Bool {
    globFiles("/proc/sys/fs/binfmt_misc/*").contains { !$0.hasSuffix("/register") && !$0.hasSuffix("/status") }
}

private func pathFacts(_ path: String) -> Result<PathFacts, ReadFailure> {
    status(of: path, followingLinks: false).mapError { ReadFailure($0.reason) }.flatMap { status in
        var kind = PathFacts.Kind.other
        if status.isRegular { kind = .regular }
        if status.isDirectory { kind = .directory }
        if status.isSymlink {
            switch readLink(path) {
            case .failure(let error): return .failure(ReadFailure(error.reason))
            case .success(let target): kind = .link(target: target)
            }
        }
        return .success(
            PathFacts(
                kind: kind, mode: status.mode, owner: status.uid, group: status.gid,
                ownerName: userName(status.uid), groupName: groupName(status.gid)))
    }
}
