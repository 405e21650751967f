/// What a successor process needs of one queue, so that nothing is told twice without need and nothing is lost.
struct NotifyMemory: Equatable {
    /// Whose queue it is.
    var key: String
    var backlog: NotifyBacklog

    init(key: String, backlog: NotifyBacklog) {
        self.key = key
        self.backlog = backlog
    }

    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.put(key)
        writer.put(backlog.octets)
        return writer.octets
    }

    init?(_ octets: [UInt8]) {
        var reader = OctetReader(octets)
        let (key, rest) = (reader.text(), reader.bytes())
        guard !reader.isDamaged, !key.isEmpty, let backlog = NotifyBacklog(rest) else { return nil }
        self.init(key: key, backlog: backlog)
    }
}

/// What a successor needs of one pipe.
struct PipeMemory: Equatable {
    var path: String
    /// We made it, and remove it at the end.
    var isOurs: Bool
    /// The program that reads it, while it runs.
    var reader: RunningCommand?

    init(path: String, isOurs: Bool, reader: RunningCommand?) {
        self.path = path
        self.isOurs = isOurs
        self.reader = reader
    }

    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.put(path)
        writer.put(isOurs)
        writer.put(UInt64(reader?.pid ?? 0))
        writer.put(reader?.startTime ?? 0)
        return writer.octets
    }

    init?(_ octets: [UInt8]) {
        var reader = OctetReader(octets)
        let (path, isOurs) = (reader.text(), reader.flag())
        let (pid, startTime) = (Int32(clamping: reader.number()), reader.number())
        guard !reader.isDamaged, !path.isEmpty else { return nil }
        self.init(
            path: path, isOurs: isOurs, reader: pid > 0 ? RunningCommand(pid: pid, startTime: startTime) : nil)
    }
}
