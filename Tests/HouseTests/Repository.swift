import Foundation

/// The files of this package, found from where this one lies.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The paths of all files below `directory`, relative to the package and sorted; none when there is no such directory.
    static func files(below directory: String) throws -> [String] {
        let url = root.appending(path: directory)
        guard FileManager.default.fileExists(atPath: url.path) else { return [] }
        return try FileManager.default.subpathsOfDirectory(atPath: url.path).sorted()
            .map { directory + "/" + $0 }
            .filter { path in
                var isDirectory: ObjCBool = false
                _ = FileManager.default.fileExists(atPath: root.appending(path: path).path, isDirectory: &isDirectory)
                return !isDirectory.boolValue
            }
    }

    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    /// The Swift files below `directory`.
    static func sources(below directory: String) throws -> [SourceText] {
        try files(below: directory).filter { $0.hasSuffix(".swift") }
            .map { SourceText(name: $0, text: try text($0)) }
    }

    /// The folders of `directory`, each one a target.
    static func targets(in directory: String) throws -> [String] {
        Set(try files(below: directory).compactMap { $0.split(separator: "/").dropFirst().first.map(String.init) })
            .sorted()
    }
}
