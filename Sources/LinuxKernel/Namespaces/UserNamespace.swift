internal import CLinux
internal import Glibc

/// The right to make namespaces: what it takes to have it, and how a user without it gets it.
package enum UserNamespace {
    /// Why this process may not make namespaces, or nil when it may.
    package static func obstacle() -> SystemError? {
        do throws(SystemError) {
            _ = try NetworkNamespace()
            return nil
        } catch {
            return error
        }
    }

    /// Runs a program in a new user namespace in which it is root, with process, mount and network namespaces that belong
    /// to it, and returns how it ended.
    ///
    /// Must be called while the process has one thread, and before it did anything that depends on who it is: it changes
    /// this process, too. SIGINT, SIGTERM and SIGHUP are passed on.
    package static func run(
        _ program: String, _ arguments: [String], environment: [String]
    ) throws(SystemError) -> ExitStatus {
        let (user, group) = (geteuid(), getegid())
        try retryingOnInterrupt("unshare(CLONE_NEWUSER)") { lab_unshare_user() }
        // Without this an unprivileged user could use the map to drop groups that deny access.
        try LocalFiles.set("/proc/self/setgroups", "deny")
        try LocalFiles.set("/proc/self/uid_map", "0 \(user) 1")
        try LocalFiles.set("/proc/self/gid_map", "0 \(group) 1")
        try retryingOnInterrupt("unshare(CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWNET)") { lab_unshare_rest() }
        let requests = try EndRequests()
        let child = try SpawnedProcess(
            starting: program, arguments, environment,
            at: SpawnPlace(keepsTerminal: true, mountsProc: true, deathSignal: SIGKILL))
        while true {
            var items = [Readiness(child.rawDescriptor), Readiness(requests.rawDescriptor)]
            try Readiness.wait(&items, until: nil)
            if let status = child.status { return status }
            if items[1].isReady {
                // The terminal has sent Ctrl-C to the child as well; what others sent to us has to be passed on.
                try child.send(.terminate)
                requests.take()
            }
        }
    }

    /// What the system says about why unprivileged users may not have user namespaces, and how to allow it.
    package static var restrictions: [String] {
        let known = [
            ("/proc/sys/kernel/unprivileged_userns_clone", "0", "sysctl kernel.unprivileged_userns_clone=1"),
            ("/proc/sys/user/max_user_namespaces", "0", "sysctl user.max_user_namespaces=10000"),
            (
                "/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1",
                "sysctl kernel.apparmor_restrict_unprivileged_userns=0"
            ),
        ]
        return known.compactMap { path, forbidding, remedy in
            guard case .success(let bytes) = readFile(path, limit: 64) else { return nil }
            let value = String(decoding: bytes.prefix { $0 != 10 }, as: UTF8.self)
            return value == forbidding ? "\(path) is \(value); to allow it: \(remedy)" : nil
        }
    }
}
