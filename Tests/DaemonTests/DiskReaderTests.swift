import Configuration
import Daemon
import Testing

import class Foundation.FileManager
import struct Foundation.UUID

@Suite struct `Files on the disk` {
    @Test func `are one whatever they are called, and two when they hold the same`() throws {
        let files = FileManager.default
        let directory = files.temporaryDirectory.path + "/understudy-" + UUID().uuidString.prefix(8)
        try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer {
            do { try files.removeItem(atPath: directory) } catch { print("left behind: \(directory): \(error)") }
        }
        for name in ["a", "b"] { try #require(files.createFile(atPath: "\(directory)/\(name)", contents: nil)) }
        try files.createSymbolicLink(atPath: "\(directory)/symlink", withDestinationPath: "a")
        try files.linkItem(atPath: "\(directory)/a", toPath: "\(directory)/hard")
        let reader = OnceReader(DiskReader())
        let own = try #require(reader.identity(of: "\(directory)/a"))
        for name in ["a", "./a", "symlink", "hard", "../\(directory.split(separator: "/").last ?? "")/a"] {
            #expect(reader.identity(of: "\(directory)/\(name)") == own, "\(name)")
        }
        #expect(reader.identity(of: "\(directory)/b") != own)
        #expect(reader.identity(of: "\(directory)/c") == nil)
    }
}
