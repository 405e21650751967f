internal import Configuration
internal import Control
internal import Daemon
internal import LinuxKernel

/// What `understudy support-bundle` was asked for.
package struct BundleOptions: Equatable, Sendable {
    /// The archive; nil for a name made of the host's and the time.
    package var output: String?
    /// The configuration file; nil for the running daemon's, or the usual one.
    package var file: String?
    package var configurationID: String
    package var socket: String
    /// The path of this program, which is asked for most of it.
    package var ownPath: String
    /// Where the files are put together.
    package var workPlace: String

    package init(
        output: String? = nil, file: String? = nil, configurationID: String, socket: String, ownPath: String,
        workPlace: String
    ) {
        self.output = output
        self.file = file
        self.configurationID = configurationID
        self.socket = socket
        self.ownPath = ownPath
        self.workPlace = workPlace
    }
}

/// Collects everything for a bug report into an archive, secrets removed.
///
/// - Parameter say: takes a line for the operator.
package func makeSupportBundle(_ options: BundleOptions, say: (String) -> Void) -> CommandStatus {
    do throws(BundleFailure) {
        var making = try BundleMaking(options)
        try making.collectConfiguration()
        try making.collectItems(say)
        try making.pack()
        for line in making.report { say(line) }
        return .good
    } catch {
        say("understudy support-bundle: \(error.sentence)")
        return .refused
    }
}

/// Why there is no bundle; nothing is left behind.
struct BundleFailure: Error {
    var sentence: String
    init(_ sentence: String) { self.sentence = sentence }
    init(_ error: SystemError) { sentence = "\(error)" }
}

private struct BundleMaking {
    private let options: BundleOptions
    private let output: String
    /// What the files of the archive lie in.
    private let top: String
    private let work: PrivateDirectory
    private let end: EndRequests
    private let file: String
    private let began = monotonicNanoseconds()
    private var redactor = Redactor()
    private var manifest: BundleManifest

    /// In seconds: what is not collected by then is left out.
    private static let timeLimit = 180.0
    /// In octets, before it is packed.
    private static let sizeLimit = 24 << 20
    private var size = 0

    init(_ options: BundleOptions) throws(BundleFailure) {
        self.options = options
        let now = wallClock()
        let stamp = Timestamp(seconds: now.seconds, nanoseconds: Int64(now.nanoseconds))
        let short = stamp.description.prefix(19).filter { $0 != ":" && $0 != "-" }
        let host = String(hostName().map { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." ? $0 : "_" })
        top = "understudy-\(host)-\(short)Z"
        output = options.output ?? "\(top).tar.gz"
        for tool in ["tar", "gzip"] where findProgram(tool) == nil {
            throw BundleFailure("\(tool) is needed for it, and is not installed")
        }
        if LocalFiles.exists(output) { throw BundleFailure("\(output) is there already: name another file with -o") }
        let directory = output.contains("/") ? LocalFiles.directory(of: output) : "."
        guard LocalFiles.exists(directory) else {
            throw BundleFailure("there is no directory \(directory): name another file with -o")
        }
        guard isAccessible(directory, for: .writing) else {
            throw BundleFailure(
                "\(directory == "." ? "the current directory" : directory) may not be written to: name a file with -o")
        }
        file = options.file ?? Self.runningFile(options.socket) ?? DoctorOptions.usualFile
        manifest = BundleManifest(host: host, at: stamp, isRoot: currentUserID() == 0)
        do throws(SystemError) {
            end = try EndRequests()
            work = try PrivateDirectory(in: options.workPlace, prefix: "understudy-bundle-")
        } catch {
            throw BundleFailure(error)
        }
    }

    /// The file that the daemon reads, when there is one that says so.
    private static func runningFile(_ socket: String) -> String? {
        do throws(ClientError) {
            return try ask(Request(.status), at: socket).daemon.configuration
        } catch {
            return nil
        }
    }

    // MARK: Collecting

    /// The configuration comes first: its passwords are looked for in everything that follows.
    mutating func collectConfiguration() throws(BundleFailure) {
        let parsed = parse(file: file, reading: DiskReader(), configurationID: options.configurationID)
        let texts = parsed.files.map { path in
            switch DiskReader().read(path) {
            case .success(let bytes): (path, String(decoding: bytes, as: UTF8.self))
            case .failure: (path, "")
            }
        }
        for (_, text) in texts { redactor.learn(fromConfiguration: text) }
        for (path, text) in texts {
            let name = "configuration/" + Self.relative(path)
            try add(
                name, redactor.redact(text, isConfiguration: true), what: "configuration file", from: path, remark: nil)
        }
        if case .failure(let failure) = DiskReader().read(file) {
            manifest.missing.append(.init(origin: file, reason: failure.reason))
        }
    }

    /// A path below the bundle's, whatever is in it.
    private static func relative(_ path: String) -> String {
        let parts = path.split(separator: "/").filter { $0 != "." && $0 != ".." }
        return parts.isEmpty ? "unnamed" : parts.joined(separator: "/")
    }

    mutating func collectItems(_ say: (String) -> Void) throws(BundleFailure) {
        let collector = Collector(ownPath: options.ownPath, end: end)
        say("Collecting; this takes up to a minute ...")
        for item in BundleItem.all(file: file, socket: options.socket) {
            try stopIfAsked()
            let seconds = Double(monotonicNanoseconds() - began) / 1e9
            guard seconds < Self.timeLimit else {
                manifest.missing.append(
                    .init(origin: item.origin, reason: "collecting took too long before it came to this"))
                continue
            }
            switch collector.collect(item) {
            case .nothing(let reason): manifest.missing.append(.init(origin: item.origin, reason: reason))
            case .text(let text, let remark):
                try add(item.name, redactor.redact(text), what: item.what, from: item.origin, remark: remark)
            }
        }
    }

    private mutating func add(
        _ name: String, _ text: String, what: String, from origin: String, remark: String?
    ) throws(BundleFailure) {
        guard size + text.utf8.count <= Self.sizeLimit else {
            manifest.missing.append(.init(origin: origin, reason: "the bundle is large enough without it"))
            return
        }
        size += text.utf8.count
        do throws(SystemError) {
            try work.write("\(top)/\(name)", text)
        } catch {
            throw BundleFailure(error)
        }
        manifest.files.append(
            .init(name: name, size: text.utf8.count, what: what, origin: origin, remark: remark))
    }

    private func stopIfAsked() throws(BundleFailure) {
        do throws(SystemError) {
            if try end.isPending { throw SystemError("interrupted", 4) }
        } catch {
            throw BundleFailure(error.code == 4 ? "interrupted; nothing is left behind" : "\(error)")
        }
    }

    // MARK: Packing

    mutating func pack() throws(BundleFailure) {
        manifest.removals = redactor.removals
        do throws(SystemError) {
            try work.write("\(top)/MANIFEST", redactor.redact(manifest.text))
            // Made by us beforehand, so that nobody else can read it.
            try LocalFiles.write(output, "", mode: 0o600)
        } catch {
            throw BundleFailure(error)
        }
        let archive = LocalFiles.absolute(output) ?? output
        let tar = BundleItem(
            "", "", .command("tar", ["--create", "--gzip", "--file", archive, "--directory", work.path, top]), bound: 60
        )
        let outcome = Collector(ownPath: options.ownPath).collect(tar)
        guard case .nothing("it says nothing") = outcome else {
            removeOutput()
            throw BundleFailure("tar did not do its work: \(outcome.words)")
        }
        work.remove()
    }

    private func removeOutput() {
        do throws(SystemError) {
            try LocalFiles.remove(output)
        } catch {
            writeStandardError("understudy support-bundle: \(output) could not be removed: \(error)\n")
        }
    }

    var report: [String] {
        [
            "Wrote \(output): \(manifest.files.count) files; passwords, keys and tokens were removed in "
                + "\(manifest.removals) place\(manifest.removals == 1 ? "" : "s").",
            "Host names, addresses, process names and check commands are in it. Look at it before you send it:",
            "  tar --extract --to-stdout --file \(output) \(top)/MANIFEST",
        ]
            + (manifest.missing.isEmpty
                ? [] : ["\(manifest.missing.count) things could not be collected; the MANIFEST says which, and why."])
            + (manifest.isRoot ? [] : ["Run as root there would be more in it: this was not."])
    }
}

extension Collected {
    fileprivate var words: String {
        switch self {
        case .nothing(let reason): reason
        case .text(let text, let remark): text.split(separator: "\n").last.map(String.init) ?? remark ?? ""
        }
    }
}
