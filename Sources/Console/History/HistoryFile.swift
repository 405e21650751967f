package import Control
internal import Daemon
package import LinuxKernel

/// Where the daemon keeps its history; `STATE_DIRECTORY` moves it for both.
package let defaultHistoryPath = StateFiles.history(in: StateFiles.directory)

/// Where one of several daemons keeps it.
package func historyPath(of daemon: DaemonPlace) -> String {
    daemon.name.isEmpty ? defaultHistoryPath : StateFiles.history(in: "\(StateFiles.directory)/\(daemon.name)")
}

/// The records in the daemon's files, read without the daemon.
package struct HistoryFile: Equatable, Sendable {
    /// The oldest first.
    package private(set) var records: [HistoryRecord] = []
    /// Those that were read.
    package private(set) var paths: [String] = []
    /// Lines that are no records: torn by a loss of power, or written by something else.
    package private(set) var skippedLines = 0

    /// Much more than the daemon keeps is not its file.
    private static let longest = 4 * StateFiles.historyLimit

    /// Reads the file and the older half beside it, which need not be there.
    ///
    /// - Throws: when neither can be read, why.
    package init(reading path: String) throws(SystemError) {
        var failure: SystemError?
        for path in [Self.olderHalf(of: path), path] {
            switch readFile(path, limit: Self.longest) {
            case .success(let octets):
                paths.append(path)
                take(octets)
            // There is an older half only when the first one was full.
            case .failure(let error) where error.code == 2: failure = error
            case .failure(let error): throw error
            }
        }
        if paths.isEmpty, let failure { throw failure }
        records.sort { $0.sequence < $1.sequence }
    }

    /// `history.1.jsonl` for `history.jsonl`.
    static func olderHalf(of path: String) -> String {
        path.hasSuffix(".jsonl") ? "\(path.dropLast(6)).1.jsonl" : path + ".1"
    }

    private mutating func take(_ octets: [UInt8]) {
        for line in octets.split(separator: UInt8(ascii: "\n")) {
            do {
                records.append(try decode(HistoryRecord.self, from: JSON(parsing: Array(line))))
            } catch {
                skippedLines += 1
            }
        }
    }
}
