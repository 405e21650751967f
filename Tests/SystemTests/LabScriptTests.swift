import Foundation
import Testing

/// `scripts/rehearse` says what is in its way, for users without a home and in other users' directories too.
@Suite(.serialized) struct LabScriptTests {
    private let manager = FileManager.default

    /// A copy of the script among sources that a false compiler, which tells its home, would build.
    private func withClone(_ body: (URL) throws -> Void) throws {
        let clone = manager.temporaryDirectory.appending(path: "lab-\(UUID().uuidString)")
        defer { #expect(throws: Never.self) { try manager.removeItem(at: clone) } }
        for directory in ["scripts", "Sources", "bin"] {
            try manager.createDirectory(at: clone.appending(path: directory), withIntermediateDirectories: true)
        }
        let script = URL(fileURLWithPath: #filePath).appending(path: "../../../scripts/rehearse").standardized
        try manager.copyItem(at: script, to: clone.appending(path: "scripts/rehearse"))
        try Data().write(to: clone.appending(path: "Package.swift"))
        let compiler = """
            #!/bin/sh
            echo x >"$HOME/cache" || exit 1
            mkdir -p .build/release
            for name in understudyd understudy; do
                printf '#!/bin/sh\\necho "played $*"\\n' >.build/release/$name
                chmod 755 .build/release/$name
            done
            """
        try compiler.write(to: clone.appending(path: "bin/swift"), atomically: true, encoding: .utf8)
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: clone.appending(path: "bin/swift").path)
        try manager.setAttributes([.posixPermissions: 0o755], ofItemAtPath: clone.path)
        try body(clone)
    }

    /// Runs the script as the user nobody, who has no home.
    private func run(_ clone: URL, path: String) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
        process.arguments = [
            "--reuid=65534", "--regid=65534", "--clear-groups", "/bin/sh", "scripts/rehearse", "a", "b",
        ]
        process.currentDirectoryURL = clone
        process.environment = ["PATH": path, "HOME": "/nonexistent"]
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: data, as: UTF8.self))
    }

    @Test func `a user without a home builds and plays, and then plays without building`() throws {
        try withClone { clone in
            try manager.setAttributes([.ownerAccountID: 65534], ofItemAtPath: clone.path)
            let first = try run(clone, path: clone.path + "/bin:/usr/bin:/bin")
            #expect(first.text.hasPrefix("Building") && first.text.hasSuffix("played rehearse a b\n"), "\(first.text)")
            #expect(first.status == 0)
            let second = try run(clone, path: "/usr/bin:/bin")
            #expect(second.text == "played rehearse a b\n")
            #expect(second.status == 0)
        }
    }

    @Test func `who cannot write to the clone is told so in one sentence, and no old log is shown`() throws {
        try withClone { clone in
            try manager.createDirectory(at: clone.appending(path: ".build"), withIntermediateDirectories: true)
            try Data("Build complete!".utf8).write(to: clone.appending(path: ".build/rehearse-build.log"))
            let result = try run(clone, path: clone.path + "/bin:/usr/bin:/bin")
            #expect(result.status == 2)
            #expect(result.text.split(separator: "\n").count == 1)
            #expect(result.text.contains("nobody cannot write to \(clone.path)/.build"))
        }
    }
}
