import Foundation
import LinuxKernel
import Testing

@Suite struct LinkTests {
    @Test func `reads where a link points, as written`() throws {
        let folder = try TemporaryDirectory()
        let link = folder.path + "/link"
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
