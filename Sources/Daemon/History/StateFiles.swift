internal import LinuxKernel

/// Where things are kept, and how much.
///
/// The history is two files, the newer of which grows until it becomes the older one: there is an end to them.
package enum StateFiles {
    /// systemd names the directory in STATE_DIRECTORY, the first one if there are several.
    package static var directory: String { first(of: "STATE_DIRECTORY") ?? "/var/lib/understudy" }

    /// systemd names the directory in RUNTIME_DIRECTORY.
    package static var runtimeDirectory: String { first(of: "RUNTIME_DIRECTORY") ?? "/run/understudy" }

    package static func history(in directory: String) -> String { directory + "/history.jsonl" }
    package static func olderHistory(in directory: String) -> String { directory + "/history.1.jsonl" }
    package static func standby(in directory: String) -> String { directory + "/standby.json" }

    /// Octets of one history file; some 600 records.
    package static let historyLimit = 256 << 10

    private static func first(of variable: String) -> String? {
        environmentVariable(variable)?.split(separator: ":").first.map(String.init)
    }
}
