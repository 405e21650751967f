import Console
import LinuxKernel
import Testing

import class Foundation.FileManager

@Suite struct `The daemon that is meant where nobody says which` {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func place(_ name: String) throws -> DaemonPlace {
        try FileManager.default.createDirectory(
            atPath: directory.path + "/" + name, withIntermediateDirectories: true)
        return DaemonPlace(called: name, in: directory.path)
    }

    private func daemon(_ name: String) throws -> FakeDaemon { try FakeDaemon(.hangs, at: place(name).socket) }

    /// As one leaves it that was killed.
    private func leaveSocket(of name: String) throws {
        _ = try LocalListener(place(name).socket, mode: 0o600, group: nil)
    }

    private var found: DaemonSearch { searchDaemon(in: directory.path) }

    @Test func `is the one without a name where there is none at all`() throws {
        let expected = try place("")
        #expect(found == .found(expected))
    }

    @Test func `is the only one, whatever it is called and whether it runs`() throws {
        let only = try daemon("blue_lb1")
        let expected = try place("blue_lb1")
        #expect(found == .found(expected))
        withExtendedLifetime(only) {}
        #expect(try place("blue_lb1").socket == directory.path + "/blue_lb1/control.sock")
    }

    @Test func `that was killed is still the only one`() throws {
        try leaveSocket(of: "lb1")
        let expected = try place("lb1")
        #expect(found == .found(expected))
    }

    @Test func `is the one without a name while it runs, and the other one after it was killed`() throws {
        let other = try daemon("lb1")
        do {
            let usual = try daemon("")
            let expected = try place("")
            #expect(found == .found(expected))
            withExtendedLifetime(usual) {}
        }
        try leaveSocket(of: "")
        let expected = try place("lb1")
        #expect(found == .found(expected))
        withExtendedLifetime(other) {}
    }

    @Test func `is to be named where several run, and those that do not are no choice`() throws {
        let first = try daemon("lb1")
        try leaveSocket(of: "lb2")
        let expected = try place("lb1")
        #expect(found == .found(expected))
        let third = try daemon("lb3")
        #expect(found == .several(["lb1", "lb3"]))
        withExtendedLifetime((first, third)) {}
    }

    @Test func `keeps its history beside that of the others`() {
        #expect(historyPath(of: DaemonPlace(socket: "/run/x.sock")) == defaultHistoryPath)
        let named = historyPath(of: DaemonPlace(called: "lb1"))
        #expect(named == defaultHistoryPath.replacing("/history.jsonl", with: "/lb1/history.jsonl"))
    }
}
