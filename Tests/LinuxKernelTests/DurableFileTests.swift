import Glibc
import LinuxKernel
import Testing

@Suite struct `Files that survive a power cut` {
    private func text(_ path: String) throws -> String {
        String(decoding: try readFile(path, limit: 4096).get(), as: UTF8.self)
    }

    @Test func `a line is added to a file, which is made when it is missing`() throws {
        let file = try TemporaryDirectory()
        let path = file.path + "/lines"
        #expect(try appendLineDurably(Array("one".utf8), to: path) == 4)
        #expect(try appendLineDurably(Array("two".utf8), to: path) == 8)
        #expect(try text(path) == "one\ntwo\n")
        #expect(try status(of: path).get().mode & 0o137 == 0, "it is not everybody's to read")
    }

    @Test func `half a line at the end does not spoil the next one`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("one\ntw", to: "lines")
        #expect(try appendLineDurably(Array("three".utf8), to: path) == 13)
        #expect(try text(path) == "one\ntw\nthree\n")
    }

    @Test func `a link is not followed, whoever put it there`() throws {
        let directory = try TemporaryDirectory()
        let target = try directory.write("precious", to: "target")
        let link = directory.path + "/link"
        try #require(symlink(target, link) == 0)
        let error = #expect(throws: SystemError.self) { try appendLineDurably(Array("x".utf8), to: link) }
        #expect(error?.code == ELOOP)
        try replaceDurably(link, with: Array("new".utf8))
        #expect(try text(target) == "precious" && text(link) == "new")
    }

    @Test func `what is replaced is replaced as a whole, and what is removed twice is gone once`() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("old and long", to: "file")
        try replaceDurably(path, with: Array("new".utf8))
        #expect(try text(path) == "new")
        #expect(access(path + ".new", F_OK) != 0)
        try removeDurably(path)
        try removeDurably(path)
        #expect(access(path, F_OK) != 0)
    }

    @Test func `a directory is locked once`() throws {
        let directory = try TemporaryDirectory()
        let first = try #require(try DirectoryLock.acquire(directory.path))
        #expect(try DirectoryLock.acquire(directory.path) == nil)
        withExtendedLifetime(first) {}
    }
}
