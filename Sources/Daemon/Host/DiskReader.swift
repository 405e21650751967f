package import Configuration
internal import LinuxKernel

/// Reads configuration files from the disk, for the daemon and the command alike.
package struct DiskReader: SourceReader {
    /// Far more than any configuration; a bound so that `/dev/zero` ends.
    private static let sizeLimit = 32 << 20

    package init() {}

    package func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        switch status(of: path) {
        case .failure(let error): return .failure(ReadFailure(error.reason))
        case .success(let status) where status.isDirectory: return .failure(ReadFailure("Is a directory"))
        // Opening a named pipe waits for a writer; only what the caller itself opened (`/dev/stdin`) is safe to read.
        case .success(let status) where !status.isRegular && !path.hasPrefix("/dev/") && !path.hasPrefix("/proc/self/"):
            return .failure(ReadFailure("Not a regular file"))
        case .success: break
        }
        return readFile(path, limit: Self.sizeLimit).mapError { ReadFailure($0.reason) }
    }

    package func permissions(of path: String) -> UInt32? {
        guard case .success(let status) = status(of: path) else { return nil }
        return status.mode
    }

    package func identity(of path: String) -> FileIdentity? {
        fileNumber(of: path).map { FileIdentity(device: $0.device, inode: $0.inode) }
    }

    package var credentialsDirectory: String? { environmentVariable("CREDENTIALS_DIRECTORY") }

    package func environment(_ name: String) -> String? { environmentVariable(name) }

    package var workingDirectory: String { currentDirectory() ?? "/" }

    package func glob(_ pattern: String) -> [String] { globFiles(pattern) }

    package func isIncludable(_ path: String) -> Bool {
        guard case .success(let status) = status(of: path) else { return false }
        return status.isRegular && status.mode & 0o111 == 0
    }
}
