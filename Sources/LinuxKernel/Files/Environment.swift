internal import CLinux
internal import Glibc

/// The host's name, or `localhost` when it has none.
package func hostName() -> String {
    var name = [CChar](repeating: 0, count: 257)
    // SAFETY: at most `count` bytes are written, one less than there are, so that the name ends in NUL.
    let result = unsafe gethostname(&name, name.count - 1)
    let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return result == 0 && !text.isEmpty ? text : "localhost"
}

/// The directory in which relative names begin; nil when it is gone.
package func currentDirectory() -> String? {
    // SAFETY: with a null buffer, getcwd(3) allocates the text, which is freed once it is copied.
    guard let name = unsafe getcwd(nil, 0) else { return nil }
    defer { unsafe free(name) }
    return unsafe String(cString: name)
}

package func currentProcessID() -> Int32 { getpid() }

/// Gives this process another name in the process table; fifteen octets of it are kept.
package func nameProcess(_ name: String) {
    // It cannot fail, and nothing depends on it.
    // SAFETY: the string outlives the call.
    _ = unsafe cl_name_process(name)
}

/// The value of an environment variable, or nil when it is not set.
package func environmentVariable(_ name: String) -> String? {
    // SAFETY: the string is copied before anything could change the environment.
    unsafe getenv(name).map { unsafe String(cString: $0) }
}

/// The whole environment, `NAME=value` each.
package func environmentVariables() -> [String] {
    var variables: [String] = []
    // SAFETY: each string is copied before anything could change the environment.
    while let variable = unsafe cl_environment(variables.count) { variables.append(unsafe String(cString: variable)) }
    return variables
}

/// Takes a variable out of the environment, so that children do not inherit it.
package func removeEnvironmentVariable(_ name: String) {
    // SAFETY: only the daemon's first thread reads the environment.
    _ = unsafe unsetenv(name)
}

/// Sets which permission bits new files do not get.
package func setUmask(_ mask: UInt32) { _ = umask(mode_t(mask)) }

/// Writes to standard output; ``endIfOutputIsLost(with:)`` decides what becomes of it when that is not possible.
package func writeStandardOutput(_ text: String) { writeStandardOutput(Array(text.utf8)) }

/// Writes octets as they are: a file need not be text in its comments.
package func writeStandardOutput(_ bytes: [UInt8]) {
    let code = writeAll(bytes, to: STDOUT_FILENO)
    if code != 0 { cl_output_lost(code) }
}

package func writeStandardError(_ text: String) { writeAll(Array(text.utf8), to: STDERR_FILENO) }

/// True when standard error goes to the journal: JOURNAL_STREAM (systemd.exec(5)) names its device and inode.
package var standardErrorIsJournal: Bool {
    guard let stream = environmentVariable("JOURNAL_STREAM") else { return false }
    var facts = stat()
    // SAFETY: the kernel writes the one struct that it is given.
    guard unsafe fstat(STDERR_FILENO, &facts) == 0 else { return false }
    return stream == "\(facts.st_dev):\(facts.st_ino)"
}

/// Waits for standard input; empty at its end, nil when it cannot be read.
package func readStandardInput() -> [UInt8]? {
    // SAFETY: read writes at most `size` octets.
    let outcome = unsafe readBytes { buffer, size in unsafe read(STDIN_FILENO, buffer, size) }
    guard case .success(let bytes) = outcome else { return nil }
    return bytes
}

/// Tells the service manager how we are (`READY=1`), when it asked to be told; sd_notify(3) has the words.
package func notifyServiceManager(_ state: String) {
    guard let name = environmentVariable("NOTIFY_SOCKET") else { return }
    let bytes = Array(state.utf8)
    // A manager that does not listen is not a reason to stop.
    // SAFETY: name and bytes outlive the call.
    _ = unsafe bytes.withUnsafeBufferPointer { unsafe cl_notify(name, $0.baseAddress, $0.count) }
}
