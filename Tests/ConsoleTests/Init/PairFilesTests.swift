import Console
import Foundation
import Testing

/// What `init` does to the disk.
@Suite struct `Writing the two files` {
    /// A directory of the test's own, gone with it.
    private final class Place {
        let path: String
        init() throws {
            path = NSTemporaryDirectory() + "pair-\(UUID().uuidString)"
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        deinit {
            do { try FileManager.default.removeItem(atPath: path) } catch { Issue.record(error) }
        }
        var names: [String] { get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() } }
        func text(_ name: String) throws -> String { try String(contentsOfFile: "\(path)/\(name)", encoding: .utf8) }
        func write(_ name: String, _ text: String) throws {
            try text.write(toFile: "\(path)/\(name)", atomically: false, encoding: .utf8)
        }
        func mode(_ name: String) throws -> Int {
            try FileManager.default.attributesOfItem(atPath: "\(path)/\(name)")[.posixPermissions] as? Int ?? -1
        }
        func files(mayReplace: Bool = false) -> PairFiles {
            PairFiles(own: "\(path)/own.conf", peer: "\(path)/peer.conf", mayReplace: mayReplace)
        }
    }

    private let texts = (own: "vrrp_instance a {\n}\n", peer: "vrrp_instance b {\n}\n")

    private func failure(_ body: () throws(InitFailure) -> Void) -> InitFailure? {
        do throws(InitFailure) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test func `both appear, and a password makes them secret`() throws {
        let place = try Place()
        #expect(try place.files().write(texts, areSecret: false) == [])
        #expect(try place.names == ["own.conf", "peer.conf"])
        #expect(try place.text("own.conf") == texts.own && place.text("peer.conf") == texts.peer)
        #expect(try place.mode("own.conf") == 0o644)
        let secret = try Place()
        _ = try secret.files().write(texts, areSecret: true)
        #expect(try secret.mode("own.conf") == 0o600 && secret.mode("peer.conf") == 0o600)
    }

    @Test(arguments: ["own.conf", "peer.conf"])
    func `a file with something in it is in the way, and stays as it is`(name: String) throws {
        let place = try Place()
        try place.write(name, "# mine\n  vrrp_instance x {\n")
        let found = failure { () throws(InitFailure) in try place.files().requireRoom() }
        #expect(
            found == .refused("\(place.path)/\(name) is there already: --force replaces it and keeps a copy"))
        #expect(try place.names == [name])
    }

    @Test func `a file of comments, as the package installs it, is not in the way`() throws {
        let place = try Place()
        try place.write("own.conf", "# nothing\n\n  ! nothing either\n\t#vrrp_instance x {\n")
        try place.files().requireRoom()
        let kept = try place.files().write(texts, areSecret: false)
        #expect(try kept.count == 1 && place.names.count == 3)
    }

    @Test func `what is replaced is kept, readable by its owner only`() throws {
        let place = try Place()
        try place.write("own.conf", "old own")
        try place.write("peer.conf", "old peer")
        try place.files(mayReplace: true).requireRoom()
        let kept = try place.files(mayReplace: true).write(texts, areSecret: false)
        #expect(kept.count == 2)
        let names = kept.map { String($0.dropFirst(place.path.count + 1)) }
        #expect(try names.map { try place.text($0) } == ["old own", "old peer"])
        #expect(
            names.allSatisfy { $0.wholeMatch(of: /(own|peer)\.conf\.\d{4}-\d\d-\d\dT\d{6}Z\.bak/) != nil }, "\(names)")
        #expect(try names.map { try place.mode($0) } == [0o600, 0o600])
        #expect(try place.text("own.conf") == texts.own)
    }

    @Test func `a symbolic link stays one`() throws {
        let place = try Place()
        try place.write("real.conf", "old")
        try FileManager.default.createSymbolicLink(
            atPath: "\(place.path)/own.conf", withDestinationPath: "\(place.path)/real.conf")
        _ = try place.files(mayReplace: true).write(texts, areSecret: false)
        #expect(try place.text("real.conf") == texts.own)
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: "\(place.path)/own.conf")
                == "\(place.path)/real.conf")
    }

    @Test func `when the second cannot be written, the first is taken back`() throws {
        let place = try Place()
        // Where the new content would be prepared.
        try FileManager.default.createDirectory(
            atPath: "\(place.path)/own.conf.new", withIntermediateDirectories: false)
        let found = failure { () throws(InitFailure) in _ = try place.files().write(texts, areSecret: false) }
        guard case .refused(let sentence) = found else {
            Issue.record("\(String(describing: found))")
            return
        }
        #expect(sentence.hasSuffix("Is a directory; nothing was changed"))
        #expect(try place.names == ["own.conf.new"])
        try place.write("peer.conf", "old")
        _ = failure { () throws(InitFailure) in _ = try place.files(mayReplace: true).write(texts, areSecret: false) }
        #expect(try place.text("peer.conf") == "old")
        #expect(try place.names == ["own.conf.new", "peer.conf"])
    }

    @Test func `a place that is not there, or the same for both, is refused`() throws {
        let place = try Place()
        let nowhere = PairFiles(own: "\(place.path)/no/own.conf", peer: "\(place.path)/peer.conf", mayReplace: false)
        #expect(
            failure { () throws(InitFailure) in try nowhere.requireRoom() }
                == .refused("there is no directory \(place.path)/no"))
        let same = PairFiles(own: "\(place.path)/a", peer: "\(place.path)/a", mayReplace: false)
        #expect(
            failure { () throws(InitFailure) in try same.requireRoom() }
                == .usage("both files would be \(place.path)/a"))
    }
}
