import Foundation
import LinuxKernel
import Testing

@Suite struct LinkTests {
    @Test func `reads where a link points, as written`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let link = folder.appending(path: "link").path()
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "../no/such é")
        #expect(readLink(link) == .success("../no/such é"))
    }

    @Test func `fails on what is no link`() {
        guard case .failure(let error) = readLink("/") else {
            Issue.record("a directory was read as a link")
            return
        }
        #expect(error.operation == "readlink /")
    }
}
