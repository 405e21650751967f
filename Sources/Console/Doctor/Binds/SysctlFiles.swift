internal import LinuxKernel

/// What the files of sysctl.d(5) set when the host starts.
package struct SysctlFiles: Equatable, Sendable {
    package struct Setting: Equatable, Sendable {
        /// With dots.
        package var key: String
        package var value: String
        package var file: String
        package var line: Int
    }

    /// In the order in which they are applied: the last one counts.
    package var settings: [Setting]
    /// /etc/sysctl.conf sets something, and nothing reads it at start.
    package var ignored: [Setting]

    package init(settings: [Setting] = [], ignored: [Setting] = []) {
        self.settings = settings
        self.ignored = ignored
    }

    package func last(_ key: String) -> Setting? { settings.last { $0.key == key } }

    /// Reads the files of a host whose root directory is `root`.
    package static func read(root: String = "") -> SysctlFiles {
        // Of files with one name the first directory's counts; among names the order of the alphabet.
        var files: [(name: String, path: String)] = []
        for directory in ["etc", "run", "usr/local/lib", "usr/lib", "lib"] {
            for path in globFiles("\(root)/\(directory)/sysctl.d/*.conf") {
                let name = String(path.split(separator: "/").last ?? "")
                if !files.contains(where: { $0.name == name }) { files.append((name, path)) }
            }
        }
        files.sort { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
        var result = SysctlFiles(settings: files.flatMap { settings(in: $0.path) })
        let old = "\(root)/etc/sysctl.conf"
        let isLinked = files.contains { LocalFiles.absolute($0.path) == LocalFiles.absolute(old) }
        // systemd reads the directories only; other systems' `sysctl --system` reads the old file last.
        if !isLinked, LocalFiles.exists(old) {
            let settings = settings(in: old)
            if LocalFiles.exists("\(root)/run/systemd/system") {
                result.ignored = settings
            } else {
                result.settings += settings
            }
        }
        return result
    }

    private static func settings(in path: String) -> [Setting] {
        guard case .success(let bytes) = readFile(path, limit: 1 << 20) else { return [] }
        return parse(String(decoding: bytes, as: UTF8.self), file: path)
    }

    /// `key = value` lines; a leading `-` says that failure does not matter.
    package static func parse(_ text: String, file: String) -> [Setting] {
        text.split(separator: "\n", omittingEmptySubsequences: false).enumerated().compactMap { index, line in
            var line = line.drop { $0 == " " || $0 == "\t" }
            guard let first = line.first, first != "#", first != ";", let equals = line.firstIndex(of: "=") else {
                return nil
            }
            if first == "-" { line = line.dropFirst() }
            let key = line[..<equals].filter { !$0.isWhitespace }.map { $0 == "/" ? "." : $0 }
            let value = line[line.index(after: equals)...].filter { !$0.isWhitespace }
            return Setting(key: String(key), value: String(value), file: file, line: index + 1)
        }
    }
}

/// The value of a sysctl now, or nil when there is none: `net.ipv4.ip_nonlocal_bind`.
func runningSysctl(_ key: String) -> String? {
    let path = "/proc/sys/" + String(key.map { $0 == "." ? "/" : $0 })
    guard case .success(let bytes) = readFile(path, limit: 4096) else { return nil }
    return String(String(decoding: bytes, as: UTF8.self).filter { !$0.isWhitespace })
}
