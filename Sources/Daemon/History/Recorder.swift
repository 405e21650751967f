internal import LinuxKernel

/// The words between the daemon and its recorder, each a line.
enum RecorderWord {
    /// Add the rest of the line to the history.
    static let append: Character = "H"
    /// Replace what is kept of maintenance mode by the rest of the line; nothing removes it.
    static let standby: Character = "S"
}

/// The process that writes to the disk on the daemon's behalf.
///
/// A disk that hangs must not delay an advert, so the daemon never writes to one. It reads orders on standard input and
/// answers on standard output: a line for each order about maintenance, and one for each append that failed. It ends when
/// the daemon does, after it has written what it was given.
enum Recorder {
    static let argument = "--recorder"

    static func run(_ directory: String) -> Int32 {
        nameProcess("understudyd-rec")
        // The daemon's death closes our input; what is in it then is still to be written.
        for signal in [Signals.terminate, Signals.interrupt, Signals.hangup] { Signals.ignore(signal) }
        var pending: [UInt8] = []
        while let octets = readStandardInput(), !octets.isEmpty {
            pending += octets
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                obey(pending[..<end], directory)
                pending.removeSubrange(...end)
            }
        }
        return 0
    }

    private static func obey(_ line: ArraySlice<UInt8>, _ directory: String) {
        guard let first = line.first else { return }
        let content = line.dropFirst()
        switch Character(Unicode.Scalar(first)) {
        case RecorderWord.append:
            do throws(SystemError) {
                try append(content + [UInt8(ascii: "\n")], directory)
            } catch {
                answer(RecorderWord.append, "\(error)")
            }
        case RecorderWord.standby:
            do throws(SystemError) {
                let file = StateFiles.standby(in: directory)
                if content.isEmpty {
                    try removeDurably(file)
                } else {
                    try replaceDurably(file, with: content + [UInt8(ascii: "\n")])
                }
                answer(RecorderWord.standby, "")
            } catch {
                answer(RecorderWord.standby, "\(error)")
            }
        default:
            answer(RecorderWord.append, "an order that the recorder does not know")
        }
    }

    private static func append(_ line: ArraySlice<UInt8>, _ directory: String) throws(SystemError) {
        let file = StateFiles.history(in: directory)
        let size = try appendDurably(Array(line), to: file)
        if size > StateFiles.historyLimit { try renameFile(file, to: StateFiles.olderHistory(in: directory)) }
    }

    /// An empty text says that it was done.
    private static func answer(_ word: Character, _ text: String) { writeStandardOutput("\(word)\(text)\n") }
}
