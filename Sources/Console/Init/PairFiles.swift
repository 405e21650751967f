package import Configuration
internal import Control
internal import Daemon
internal import LinuxKernel

/// Where the two files go, and whether what is there may go.
package struct PairFiles: Equatable, Sendable {
    package var own: String
    package var peer: String
    package var mayReplace: Bool

    package static let usualOwn = "/etc/understudy/understudy.conf"
    package static let usualPeer = "understudy-peer.conf"

    package init(own: String, peer: String, mayReplace: Bool) {
        self.own = own
        self.peer = peer
        self.mayReplace = mayReplace
    }

    /// Says before anything is asked what would be refused at the end.
    package func requireRoom() throws(InitFailure) {
        if own == peer { throw .usage("both files would be \(own)") }
        for path in [own, peer] {
            let directory = LocalFiles.directory(of: Self.absolute(path))
            let mayMake = path == Self.usualOwn
            if !LocalFiles.exists(directory), !mayMake { throw .refused("there is no directory \(directory)") }
            if LocalFiles.exists(directory), !isAccessible(directory, for: .writing) {
                throw .notPermitted(
                    "\(directory) may not be written to: run this as root, or name another place with --directory")
            }
            if Self.isConfiguration(path), !mayReplace {
                throw .refused("\(path) is there already: --force replaces it and keeps a copy")
            }
        }
    }

    /// True when something would be lost; comments alone, as the package installs them, are nobody's work.
    private static func isConfiguration(_ path: String) -> Bool {
        guard LocalFiles.exists(path) else { return false }
        guard case .success(let bytes) = DiskReader().read(path) else { return true }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").contains { line in
            guard let first = line.first(where: { $0 != " " && $0 != "\t" && $0 != "\r" }) else { return false }
            return first != "#" && first != "!"
        }
    }

    /// Checks both texts as the daemon would and as a pair.
    ///
    /// - Returns: what there is to complain of, in the checker's words; empty when there is nothing above a note.
    package func complaints(
        _ texts: (own: String, peer: String), host: (any HostInspector)?, configurationID: String
    ) -> String {
        let reader = TwoTexts(texts: [own: texts.own, peer: texts.peer])
        let pair = check(
            files: [own, peer], reading: reader, configurationID: configurationID, host: nil, hostIsAuthoritative: false
        )
        if pair.exitCode != 0 { return pair.text + pair.summary }
        guard let host else { return "" }
        let here = check(
            files: [own], reading: reader, configurationID: configurationID, host: host, hostIsAuthoritative: true)
        return here.exitCode == 0 ? "" : here.text + here.summary
    }

    /// Writes both or none.
    ///
    /// - Returns: the copies that were kept of what was there.
    package func write(_ texts: (own: String, peer: String), areSecret: Bool) throws(InitFailure) -> [String] {
        let kept: [String?]
        do throws(SystemError) {
            if own == Self.usualOwn { try LocalFiles.makeDirectories(LocalFiles.directory(of: own)) }
            kept = [try keep(own), try keep(peer)]
        } catch {
            throw Self.failure(error)
        }
        let mode: UInt32 = areSecret ? 0o600 : 0o644
        do throws(SystemError) {
            try replaceDurably(Self.absolute(peer), with: Array(texts.peer.utf8), mode: mode)
        } catch {
            throw Self.failure(error)
        }
        do throws(SystemError) {
            try replaceDurably(Self.absolute(own), with: Array(texts.own.utf8), mode: mode)
        } catch {
            takeBack(keptAs: kept[1])
            throw Self.failure(error)
        }
        return kept.compactMap(\.self)
    }

    /// One file of a pair is worse than none: the next reader takes it for the truth.
    private func takeBack(keptAs kept: String?) {
        do throws(SystemError) {
            if let kept {
                try renameFile(kept, to: Self.absolute(peer))
            } else {
                try LocalFiles.remove(Self.absolute(peer))
            }
        } catch {
            writeStandardError("understudy init: \(peer) was written and could not be taken back: \(error)\n")
        }
    }

    private func keep(_ path: String) throws(SystemError) -> String? {
        guard LocalFiles.exists(path) else { return nil }
        let now = wallClock()
        let stamp = Timestamp(seconds: now.seconds, nanoseconds: Int64(now.nanoseconds)).description
            .filter { $0 != ":" }.prefix(17)
        let copy = "\(path).\(stamp)Z.bak"
        try replaceDurably(Self.absolute(copy), with: try LocalFiles.read(path), mode: 0o600)
        return copy
    }

    private static func failure(_ error: SystemError) -> InitFailure {
        let sentence = "\(error); nothing was changed"
        return error.code == 13 || error.code == 1 ? .notPermitted(sentence) : .refused(sentence)
    }

    /// With a directory in it, and through symbolic links: what a link points to is replaced, not the link.
    private static func absolute(_ path: String) -> String {
        if let resolved = LocalFiles.absolute(path) { return resolved }
        return path.hasPrefix("/") ? path : "./" + path
    }
}

/// Two files that are not on the disk yet.
private struct TwoTexts: SourceReader {
    let texts: [String: String]

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        texts[path].map { .success(Array($0.utf8)) } ?? .failure(ReadFailure("No such file or directory"))
    }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { false }
}
