internal import LinuxKernel

/// What the process that writes dump files is told: a line, and as many octets as it says.
struct DumpOrder: Equatable {
    var path: String
    /// Its permission bits.
    var mode: UInt32
    /// Of what follows.
    var length: Int

    /// As in `MODE LENGTH PATH`.
    var line: String { "\(mode) \(length) \(path)\n" }

    init(path: String, mode: UInt32, length: Int) {
        self.path = path
        self.mode = mode
        self.length = length
    }

    init?(line: some StringProtocol) {
        let parts = line.split(separator: " ", maxSplits: 2)
        guard parts.count == 3, let mode = UInt32(parts[0]), let length = Int(parts[1]), length >= 0 else { return nil }
        self.init(path: String(parts[2]), mode: mode, length: length)
    }
}

/// The process that writes keepalived's dump files on the daemon's behalf, because a disk that hangs must not delay an advert.
///
/// It answers each order with a line, which is empty when the file is written and says what went wrong otherwise. It ends
/// when the daemon does.
enum DumpWriter {
    static let argument = "--dump-writer"

    static func run() -> Int32 {
        nameProcess("understudyd-dmp")
        for signal in Signals.forDaemon { Signals.ignore(signal) }
        Signals.ignorePipe()
        var pending: [UInt8] = []
        var order: DumpOrder?
        while let octets = readStandardInput(), !octets.isEmpty {
            pending += octets
            while true {
                if let known = order {
                    guard pending.count >= known.length else { break }
                    writeStandardOutput(obey(known, Array(pending.prefix(known.length))) + "\n")
                    pending.removeFirst(known.length)
                    order = nil
                }
                guard let end = pending.firstIndex(of: UInt8(ascii: "\n")) else { break }
                order = DumpOrder(line: String(decoding: pending[..<end], as: UTF8.self))
                pending.removeSubrange(...end)
                // Nothing that follows could be told from what it is not.
                if order == nil { return 1 }
            }
        }
        return 0
    }

    /// - Returns: what went wrong; empty when nothing did.
    private static func obey(_ order: DumpOrder, _ octets: [UInt8]) -> String {
        do throws(SystemError) {
            try replaceFile(order.path, with: octets, mode: order.mode)
            return ""
        } catch {
            return "\(error)" + (error.code == readOnly ? advice : "")
        }
    }

    /// EROFS: what `ProtectSystem=strict` of the service's unit makes of other directories.
    private static let readOnly: Int32 = 30
    private static let advice = "; the service may write below /run/understudy and /tmp"
}
