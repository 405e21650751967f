package import Control

/// What is in a support bundle, what is not, and why.
package struct BundleManifest: Equatable, Sendable {
    package struct File: Equatable, Sendable {
        package var name: String
        /// In octets.
        package var size: Int
        package var what: String
        package var origin: String
        /// What went wrong while it was collected.
        package var remark: String?

        package init(name: String, size: Int, what: String, origin: String, remark: String?) {
            self.name = name
            self.size = size
            self.what = what
            self.origin = origin
            self.remark = remark
        }
    }

    package struct Missing: Equatable, Sendable {
        package var origin: String
        package var reason: String

        package init(origin: String, reason: String) {
            self.origin = origin
            self.reason = reason
        }
    }

    package var host: String
    package var at: Timestamp
    package var isRoot: Bool
    package var files: [File] = []
    package var missing: [Missing] = []
    /// How many secrets were removed.
    package var removals = 0

    package init(host: String, at: Timestamp, isRoot: Bool) {
        self.host = host
        self.at = at
        self.isRoot = isRoot
    }

    package var text: String {
        var lines = [
            "Support bundle of \(host), made at \(at)\(isRoot ? "" : ", not by root: what only root may see is missing").",
            "",
            "What was recognised as a password, key or token is replaced by \(Redactor.mark), in \(removals) "
                + "place\(removals == 1 ? "" : "s"). Not removed are: the names of hosts, interfaces, users and",
            "processes; IP and link-layer addresses; firewall rules and routes; the commands of checks; the log of the service.",
            "Look through the files, and take out what nobody else should see.",
            "",
        ]
        let width = files.map(\.name.count).max() ?? 0
        for file in files {
            let padding = String(repeating: " ", count: width - file.name.count + 2)
            let remark = file.remark.map { "; \($0)" } ?? ""
            lines.append("\(file.name)\(padding)\(file.what), \(file.size) octets (\(file.origin)\(remark))")
        }
        if !missing.isEmpty {
            lines += ["", "Not collected:"] + missing.map { "  \($0.origin): \($0.reason)" }
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
