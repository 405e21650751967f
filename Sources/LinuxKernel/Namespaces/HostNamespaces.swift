internal import CLinux
internal import Glibc

/// A pretended machine: network, processes, mounts and name of its own around a first process.
///
/// It ends when `end` is called, when this value goes, or when the process that made it dies: nothing in it survives.
package final class HostNamespaces {
    package let name: String
    /// The first process, as this process sees it.
    package let pid: Int32
    package let network: NetworkNamespace
    private let pidfd: FileDescriptor
    private let processes: FileDescriptor
    private let mounts: FileDescriptor
    private let names: FileDescriptor
    private var children: [SpawnedProcess] = []
    private var hasEnded = false

    /// Starts it; /run and /tmp are empty and its own, but for `visible`: directories to see at their usual place.
    package init(name: String, visible: [String] = []) throws(SystemError) {
        let ownerPid = getpid()
        let owner = try FileDescriptor("pidfd_open") { lab_pidfd_open(ownerPid) }
        var rawPidfd: Int32 = -1
        var report = lab_report()
        let ownerDescriptor = owner.rawValue
        // SAFETY: the strings and the struct outlive the call, which copies what it keeps.
        let pid = unsafe withCStrings(visible) { visiblePointers in
            unsafe name.withCString { namePointer in
                var host = unsafe lab_host(
                    name: namePointer, visible: UnsafePointer(visiblePointers), visible_count: Int32(visible.count),
                    owner: ownerDescriptor)
                return unsafe lab_host_start(&host, &rawPidfd, &report)
            }
        }
        guard pid > 0 else { throw SystemError(report.failure("start host \(name)"), report.error) }
        let pidfd = FileDescriptor(owning: rawPidfd)
        let network = try NetworkNamespace(ofProcess: pid)
        let processes = try FileDescriptor(opening: "/proc/\(pid)/ns/pid", O_RDONLY)
        let mounts = try FileDescriptor(opening: "/proc/\(pid)/ns/mnt", O_RDONLY)
        let names = try FileDescriptor(opening: "/proc/\(pid)/ns/uts", O_RDONLY)
        self.name = name
        self.pid = pid
        self.network = network
        self.pidfd = pidfd
        self.processes = processes
        self.mounts = mounts
        self.names = names
    }

    deinit { end() }

    /// What the host sees as `path`, as a path of ours.
    package func outside(_ path: String) -> String { "/proc/\(pid)/root\(path)" }

    /// Runs the program at `path` (as the host sees it) in here.
    ///
    /// The first argument is the program's own name for itself.
    package func spawn(
        _ path: String, _ arguments: [String], environment: [String], output: Int32?
    ) throws(SystemError) -> SpawnedProcess {
        let place = SpawnPlace(
            processes: processes.rawValue, mounts: mounts.rawValue, network: network.rawDescriptor,
            names: names.rawValue, output: output ?? -1)
        let child = try SpawnedProcess(starting: path, arguments, environment, at: place)
        collectEnded()
        children.append(child)
        return child
    }

    /// Takes note of programs that have ended; until then their names are still seen by `pkill -0` and the like.
    package func collectEnded() { children.removeAll { $0.status != nil } }

    /// Kills everything in here at once, as pulling the plug would, and waits until it is gone.
    package func end() {
        guard !hasEnded else { return }
        hasEnded = true
        _ = lab_pidfd_signal(pidfd.rawValue, SIGKILL)
        // The first process is gone only after all others are, and those whose parent we are must be waited for by us.
        for child in children { child.reap() }
        var status: Int32 = 0
        // SAFETY: the kernel writes the one integer that it is given.
        while unsafe waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }
}

/// Where and how a program is started; -1 for what stays as it is here.
struct SpawnPlace {
    var processes: Int32 = -1
    var mounts: Int32 = -1
    var network: Int32 = -1
    var names: Int32 = -1
    var output: Int32 = -1
    var keepsTerminal = false
    var mountsProc = false
    var deathSignal: Int32 = 0
}

extension SpawnedProcess {
    /// Starts the program at `path` at `place`; the first argument is its own name for itself.
    convenience init(
        starting path: String, _ arguments: [String], _ environment: [String], at place: SpawnPlace
    ) throws(SystemError) {
        var rawPidfd: Int32 = -1
        var report = lab_report()
        // SAFETY: all strings outlive the call, which returns after the program has replaced the child's memory.
        let pid = unsafe withCStrings(arguments) { argumentPointers in
            unsafe withCStrings(environment) { environmentPointers in
                unsafe path.withCString { pathPointer in
                    var spawn = unsafe lab_spawn(
                        pid_namespace: place.processes, mount_namespace: place.mounts,
                        network_namespace: place.network, uts_namespace: place.names, output: place.output,
                        keeps_terminal: place.keepsTerminal ? 1 : 0, mounts_proc: place.mountsProc ? 1 : 0,
                        death_signal: place.deathSignal, path: pathPointer,
                        arguments: UnsafePointer(argumentPointers), environment: UnsafePointer(environmentPointers))
                    // SAFETY: three local values, written before the call returns.
                    return unsafe lab_spawn(&spawn, &rawPidfd, &report)
                }
            }
        }
        guard pid > 0 else { throw SystemError(report.failure("start \(path)"), report.error) }
        self.init(pid: pid, name: path, pidfd: FileDescriptor(owning: rawPidfd))
    }
}

extension lab_report {
    /// `operation`, with the step that went wrong.
    fileprivate func failure(_ operation: String) -> String {
        let words =
            switch Int(step) {
            case LAB_STEP_CLONE: "clone"
            case LAB_STEP_PRIVATE_MOUNTS: "make mounts private"
            case LAB_STEP_RUN: "mount /run"
            case LAB_STEP_TMP: "mount /tmp"
            case LAB_STEP_VISIBLE: "keep directories visible"
            case LAB_STEP_PROC: "mount /proc"
            case LAB_STEP_NAME: "sethostname"
            case LAB_STEP_ENTER: "enter namespaces"
            case LAB_STEP_EXECUTE: "execve"
            default: "prepare"
            }
        return "\(operation): \(words)"
    }
}

/// Calls `body` with a NULL-terminated array of C strings that lives for the call.
func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    // SAFETY: every string is freed after `body`, and the array has one more element, which stays nil.
    let pointers = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: strings.count + 1)
    unsafe pointers.initialize(repeating: nil, count: strings.count + 1)
    for index in strings.indices { unsafe pointers[index] = unsafe strdup(strings[index]) }
    defer {
        for index in strings.indices { unsafe free(pointers[index]) }
        unsafe pointers.deallocate()
    }
    return unsafe body(pointers)
}
