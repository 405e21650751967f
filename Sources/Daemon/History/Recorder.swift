internal import LinuxKernel

/// The words between the daemon and its recorder, each a line.
enum RecorderWord {
    /// Add the rest of the line to the history.
    static let append: Character = "H"
    /// Replace what is kept of maintenance mode by the rest of the line; nothing removes it.
    static let standby: Character = "S"
    /// The guardian gives up, because of the rest of the line; no daemon is left who could write the record.
    static let gaveUp: Character = "G"
}

/// The process that writes to the disk on the daemon's behalf.
///
/// A disk that hangs must not delay an advert, so the daemon never writes to one. It reads orders on standard input and
/// answers each with a line on standard output, which is empty when the disk has it and says what went wrong otherwise.
/// It ends when the daemon does, after it has written what it was given.
enum Recorder {
    static let argument = "--recorder"

    static func run(_ directory: String) -> Int32 {
        nameProcess("understudyd-rec")
        // The daemon's death closes our input; what is in it then is still to be written.
        for signal in Signals.forDaemon { Signals.ignore(signal) }
        Signals.ignorePipe()
        var pending: [UInt8] = []
        while let octets = readStandardInput(), !octets.isEmpty {
            pending += octets
            var start = pending.startIndex
            while let end = pending[start...].firstIndex(of: UInt8(ascii: "\n")) {
                writeStandardOutput(obey(pending[start..<end], directory) + "\n")
                start = end + 1
            }
            pending.removeSubrange(..<start)
        }
        return 0
    }

    /// Starts one for the guardian's last words, and gives them to it.
    static func lastWords(_ reason: String, in directory: String) throws(SystemError) -> Attendant {
        let scribe = try Attendant.start(arguments: ["understudyd-recorder", argument, directory])
        _ = scribe.stream.send(Array("\(RecorderWord.gaveUp)\(reason)\n".utf8)[...])
        scribe.stream.finishSending()
        return scribe
    }

    /// - Returns: what went wrong; empty when nothing did.
    private static func obey(_ line: ArraySlice<UInt8>, _ directory: String) -> String {
        let content = Array(line.dropFirst())
        do throws(SystemError) {
            switch line.first.map({ Character(Unicode.Scalar($0)) }) {
            case RecorderWord.append: try append(content, directory)
            case RecorderWord.standby: try keepStandby(content, directory)
            case RecorderWord.gaveUp:
                guard let lock = try DirectoryLock.acquire(directory) else {
                    return "another process keeps its history here"
                }
                defer { withExtendedLifetime(lock) {} }
                let record = Chronicle.lastRecord(because: String(decoding: content, as: UTF8.self), in: directory)
                try append(Array(record.utf8), directory)
            default: return "an order that the recorder does not know"
            }
            return ""
        } catch {
            return "\(error)"
        }
    }

    private static func append(_ line: [UInt8], _ directory: String) throws(SystemError) {
        let file = StateFiles.history(in: directory)
        let size = try appendLineDurably(line, to: file)
        if size > StateFiles.historyLimit { try renameFile(file, to: StateFiles.olderHistory(in: directory)) }
    }

    private static func keepStandby(_ line: [UInt8], _ directory: String) throws(SystemError) {
        let file = StateFiles.standby(in: directory)
        if line.isEmpty {
            try removeDurably(file)
        } else {
            try replaceDurably(file, with: line + [UInt8(ascii: "\n")])
        }
    }
}

extension Attendant {
    /// Waits for its end, but not for a disk that hangs.
    func letFinish() {
        var items = [LinuxKernel.Readiness(child.descriptor)]
        do throws(SystemError) {
            try LinuxKernel.Readiness.wait(&items, until: monotonicNanoseconds() + 1_000_000_000)
        } catch {
            return
        }
    }
}
