internal import CLinux
internal import Glibc

/// Where a standard stream of a child goes, or comes from.
package enum StandardStream: Hashable, Sendable {
    case null
    case descriptor(Int32)
}

/// A program to run, and as whom.
package struct SpawnRequest: Sendable {
    /// The program's file; PATH is not searched.
    package var path: String
    /// What the program sees as its arguments, its own name first.
    package var arguments: [String]
    /// `NAME=value` each; nothing else is inherited.
    package var environment: [String]
    /// Nil keeps the identity of this process.
    package var user: (uid: UInt32, gid: UInt32, groups: [UInt32])?
    package var workingDirectory: String?
    /// What was begun is finished although we end: no signal at our death.
    package var outlivesUs = false
    package var standardInput: StandardStream
    package var standardOutput: StandardStream
    package var standardError: StandardStream

    package init(
        path: String, arguments: [String], environment: [String] = [],
        user: (uid: UInt32, gid: UInt32, groups: [UInt32])? = nil, workingDirectory: String? = nil,
        standardInput: StandardStream = .null, standardOutput: StandardStream = .null,
        standardError: StandardStream = .null
    ) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.user = user
        self.workingDirectory = workingDirectory
        self.standardInput = standardInput
        self.standardOutput = standardOutput
        self.standardError = standardError
    }
}

/// How a process ended.
package enum ExitStatus: Hashable, Sendable {
    /// By itself; -1 when someone else collected the code.
    case exited(code: Int32)
    case signalled(signal: Int32)
}

/// A running program: the leader of its own process group, which dies with us.
///
/// Whoever spawns it must `reap` it; a child that is dropped before that stays a zombie until we exit.
package final class Child {
    package let pid: Int32
    private let handle: FileDescriptor
    private var status: ExitStatus?
    /// False for one that a process before us started: its end can be seen, but not how it ended.
    private let isOurs: Bool

    private init(pid: Int32, handle: consuming FileDescriptor, isOurs: Bool) {
        self.pid = pid
        self.handle = handle
        self.isOurs = isOurs
    }

    /// A program that a process before us started, if it is still there; `startTime` tells it from another one that has its
    /// number by now.
    package static func adopt(_ pid: Int32, startedAt startTime: UInt64) -> Child? {
        do throws(SystemError) {
            let handle = try FileDescriptor("pidfd_open \(pid)") { cl_process_descriptor(pid) }
            // Asked after the descriptor is there, which belongs to one process for good.
            guard LinuxKernel.startTime(of: pid) == startTime, !hasEnded(pid) else { return nil }
            return Child(pid: pid, handle: handle, isOurs: false)
        } catch {
            return nil  // There is no such process, or it cannot be watched: it counts as ended.
        }
    }

    /// Readable once the program has ended.
    package var descriptor: Int32 { handle.rawValue }

    /// Starts the program with default signals, no descriptor of ours but the three streams, and SIGTERM at our death.
    ///
    /// When the program cannot be executed, or the identity not assumed, this throws; there is no child then.
    package static func spawn(_ request: SpawnRequest) throws(SystemError) -> Child {
        var strings: [CChar] = []
        let leading = [request.path] + (request.workingDirectory.map { [$0] } ?? [])
        for string in leading + request.arguments + request.environment {
            if string.utf8.contains(0) { throw SystemError("execute \(request.path)", EINVAL) }
            strings += string.utf8.map { CChar(bitPattern: $0) }
            strings.append(0)
        }
        let groups = request.user?.groups ?? []
        // SAFETY: both buffers outlive the call, which returns only after the child has left our memory.
        let result = unsafe strings.withUnsafeBufferPointer { strings in
            unsafe groups.withUnsafeBufferPointer { groups in
                unsafe cl_spawn(
                    request.options, strings.baseAddress, strings.count, groups.baseAddress, groups.count)
            }
        }
        guard result.error == 0 else { throw SystemError(request.operation(result.step), result.error) }
        return Child(pid: result.process, handle: FileDescriptor(owning: result.descriptor), isOurs: true)
    }

    /// Signals the whole process group, while the program has not been reaped.
    ///
    /// Afterwards the number may be someone else's, and what the program left running was left on purpose.
    package func signalGroup(_ signal: Int32) {
        guard status == nil else { return }
        // It fails when the group is gone already, which is what a signal was to bring about.
        _ = kill(-pid, signal)
    }

    /// How the program ended, or nil while it runs.
    package func reap() -> ExitStatus? {
        if let status { return status }
        if !isOurs { return reapAdopted() }
        let result = cl_reap(handle.rawValue)
        if result.error != 0 {
            status = .exited(code: -1)
        } else if result.is_over != 0 {
            status = result.signal == 0 ? .exited(code: result.code) : .signalled(signal: result.signal)
        }
        return status
    }

    private func reapAdopted() -> ExitStatus? {
        var item = pollfd(fd: handle.rawValue, events: Int16(POLLIN), revents: 0)
        // SAFETY: one structure is given, and outlives the call.
        if unsafe poll(&item, 1, 0) > 0, item.revents != 0 { status = .exited(code: -1) }
        return status
    }
}

extension SpawnRequest {
    fileprivate var options: cl_spawn_options {
        cl_spawn_options(
            argument_count: UInt32(arguments.count), environment_count: UInt32(environment.count),
            has_directory: workingDirectory == nil ? 0 : 1, has_identity: user == nil ? 0 : 1, user: user?.uid ?? 0,
            group: user?.gid ?? 0, input: standardInput.number, output: standardOutput.number,
            error: standardError.number, death_signal: outlivesUs ? 0 : SIGTERM)
    }

    /// The words for the step that failed.
    fileprivate func operation(_ step: Int32) -> String {
        switch cl_spawn_step(rawValue: UInt32(bitPattern: step)) {
        case CL_SPAWN_GROUP: "make a process group for \(path)"
        case CL_SPAWN_DIRECTORY: "enter \(workingDirectory ?? "") for \(path)"
        case CL_SPAWN_STREAMS: "open the standard streams of \(path)"
        case CL_SPAWN_DESCRIPTORS: "close descriptors for \(path)"
        case CL_SPAWN_GROUPS: "set the groups of \(path)"
        case CL_SPAWN_GROUP_ID: "run \(path) as group \(user?.gid ?? 0)"
        case CL_SPAWN_USER_ID: "run \(path) as user \(user?.uid ?? 0)"
        case CL_SPAWN_DEATH_SIGNAL: "set the death signal of \(path)"
        case CL_SPAWN_EXECUTE: "execute \(path)"
        default: "start a process for \(path)"
        }
    }
}

extension StandardStream {
    fileprivate var number: Int32 {
        switch self {
        case .null: -1
        case .descriptor(let descriptor): descriptor
        }
    }
}
