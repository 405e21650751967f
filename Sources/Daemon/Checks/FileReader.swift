internal import LinuxKernel

/// The words from the daemon to the process that reads files, each a line: a letter, and the rest of the line.
enum FileReaderWord {
    /// Look at this file from now on.
    static let watch: Character = "F"
    /// Write `VALUE PATH` if nothing is there, or in any case.
    static let begin: Character = "I"
    static let overwrite: Character = "O"
}

/// The process that reads tracked files on the daemon's behalf, because a disk that hangs must not delay an advert.
///
/// It is told of files on standard input and tells what they hold, and what they hold then, on standard output. It ends
/// when the daemon does. The kernel says when a file was written, replaced or removed; once a second it looks by itself as
/// well, for what the kernel does not tell: a link that points elsewhere, a directory that comes late, a file system of
/// other machines. Such a look may meet a file that is just being written, so it counts when two in a row agree.
struct FileReader {
    static let argument = "--file-reader"
    private static let lookInterval: UInt64 = 1_000_000_000
    /// What changes without end is read twenty times a second.
    private static let pause: UInt64 = 50_000_000
    /// EROFS: what `ProtectSystem=strict` of the service's unit makes of other directories.
    private static let readOnly: Int32 = 30

    private struct Watched {
        var path: String
        /// What the daemon was told last.
        var told: FileContent?
        /// What the last look found.
        var seen: FileContent?
        var watches: [Int32] = []

        var name: Substring { path.split(separator: "/").last ?? "" }
        var directory: String { LocalFiles.directory(of: path) }
    }

    private var files: [Watched] = []
    private var news: FileNews?
    private var pending: [UInt8] = []

    static func run() -> Int32 {
        nameProcess("understudyd-fil")
        // The daemon's end closes our input, which ends us.
        for signal in Signals.forDaemon { Signals.ignore(signal) }
        Signals.ignorePipe()
        var reader = FileReader()
        do throws(SystemError) { reader.news = try FileNews() } catch {
            writeStandardError("\(error); files are looked at once a second\n")
        }
        do throws(SystemError) { try reader.readUntilTheEnd() } catch { return 1 }
        return 0
    }

    private mutating func readUntilTheEnd() throws(SystemError) {
        var lookAt = monotonicNanoseconds() + Self.lookInterval
        var quietUntil: UInt64 = 0
        while true {
            let isQuiet = quietUntil > monotonicNanoseconds()
            var items = [LinuxKernel.Readiness(standardInputDescriptor)]
            if !isQuiet, let news { items.append(LinuxKernel.Readiness(news.rawDescriptor)) }
            try LinuxKernel.Readiness.wait(&items, until: isQuiet ? min(quietUntil, lookAt) : lookAt)
            if items[0].isReady {
                guard let octets = readStandardInput(), !octets.isEmpty else { return }
                take(octets)
            }
            if items.count > 1, items[1].isReady {
                readNews()
                quietUntil = monotonicNanoseconds() + Self.pause
            }
            if monotonicNanoseconds() >= lookAt {
                for index in files.indices { look(at: index) }
                tell(.alive)
                lookAt = monotonicNanoseconds() + Self.lookInterval
            }
        }
    }

    private mutating func take(_ octets: [UInt8]) {
        pending += octets
        while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
            obey(String(decoding: pending[..<end], as: UTF8.self))
            pending.removeSubrange(...end)
        }
    }

    private mutating func obey(_ line: String) {
        let rest = String(line.dropFirst())
        switch line.first {
        case FileReaderWord.watch:
            files.append(Watched(path: rest))
            read(files.count - 1)
        case FileReaderWord.begin: begin(rest, overwrites: false)
        case FileReaderWord.overwrite: begin(rest, overwrites: true)
        default: break
        }
    }

    /// Writes the file that is named next.
    private func begin(_ order: String, overwrites: Bool) {
        let parts = order.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return }
        do throws(SystemError) {
            _ = try writeInPlace(Array("\(parts[0])\n".utf8), to: String(parts[1]), overwrites: overwrites)
        } catch {
            let advice = error.code == Self.readOnly ? "; the service may write below /run/understudy and /tmp" : ""
            tell(.notWritten(index: files.count, reason: "\(error)\(advice)"))
        }
    }

    private mutating func readNews() {
        guard let news else { return }
        var touched: Set<Int> = []
        do throws(SystemError) {
            let outcome = try news.drain { item in
                for (index, file) in files.enumerated()
                where file.watches.contains(item.watch) && (item.name.isEmpty || item.name == file.name) {
                    touched.insert(index)
                }
            }
            if outcome == .overrun { touched = Set(files.indices) }
        } catch {
            // The looks go on.
            self.news = nil
            return
        }
        for index in touched.sorted() { read(index) }
    }

    /// The kernel says that writing has ended: what is there counts.
    private mutating func read(_ index: Int) {
        attach(index)
        let content = content(of: files[index].path)
        files[index].seen = content
        report(content, of: index)
    }

    /// Nobody says that writing has ended: what is there counts when it stays.
    private mutating func look(at index: Int) {
        attach(index)
        let content = content(of: files[index].path)
        if content == files[index].seen { report(content, of: index) }
        files[index].seen = content
    }

    private mutating func report(_ content: FileContent, of index: Int) {
        if content == files[index].told { return }
        files[index].told = content
        tell(.content(index: index, content))
    }

    /// Has the kernel tell of what is there now; before it is read, so that nothing falls between.
    private mutating func attach(_ index: Int) {
        guard let news else { return }
        let file = files[index]
        var watches: [Int32] = []
        // What is not there cannot be watched, and is looked for again.
        do throws(SystemError) { watches.append(try news.watch(directory: file.directory)) } catch {}
        do throws(SystemError) { watches.append(try news.watch(file: file.path)) } catch {}
        files[index].watches = watches
        for old in file.watches where !files.contains(where: { $0.watches.contains(old) }) { news.forget(old) }
    }

    private func content(of path: String) -> FileContent {
        switch readBeginning(of: path, limit: FileContent.octetLimit) {
        case .success(let octets): FileContent(octets)
        case .failure(.missing): .missing
        case .failure(.notRegular): .unreadable("it is no regular file")
        case .failure(.failed(let error)): .unreadable(error.reason)
        }
    }

    private func tell(_ report: FileReport) { writeStandardOutput(report.line + "\n") }
}
