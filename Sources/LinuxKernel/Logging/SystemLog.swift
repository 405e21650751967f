internal import Glibc

/// A syslog client that never waits: syslog(3) blocks when the log daemon does, and an advert cannot wait for that.
///
/// RFC 3164 datagrams to /dev/log. Lines that find no reader are counted and the count is told with the next one.
package final class SystemLog {
    private let identity: String
    private let facility: Int32
    private var socket: FileDescriptor?
    private var lost = 0
    private let path: String

    /// - Parameter facility: as in `LOG_DAEMON` (3), not shifted.
    package init(identity: String, facility: Int32, path: String = "/dev/log") {
        self.identity = identity
        self.facility = facility
        self.path = path
    }

    /// True while what is written is taken.
    package var isRead: Bool { lost == 0 }

    /// Sends one line; `priority` is one of syslog's severities, 0 to 7.
    package func write(priority: Int32, _ message: String) {
        var text = message
        if lost > 0 { text += " [\(lost) earlier lines were lost: the log was not read]" }
        let line = "<\(facility << 3 | priority)>\(timestamp())\(identity)[\(getpid())]: \(text)"
        if send(line) || (reconnect() && send(line)) {
            lost = 0
        } else {
            lost += 1
        }
    }

    private func send(_ line: String) -> Bool {
        guard let descriptor = socket?.rawValue else { return false }
        var line = line
        return line.withUTF8 { bytes in
            // SAFETY: the buffer is valid for the duration of the call, which reads exactly `count` octets.
            unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
                >= 0
        }
    }

    private func reconnect() -> Bool {
        socket = nil
        do throws(SystemError) {
            let fresh = try FileDescriptor("socket") {
                Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
            }
            guard connect(fresh.rawValue) else { return false }
            socket = consume fresh
            return true
        } catch {
            return false
        }
    }

    private func connect(_ descriptor: Int32) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let octets = Array(path.utf8)
        // SAFETY: at most the size of sun_path less one is written, so it stays NUL-terminated.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            for (index, octet) in octets.prefix(room.count - 1).enumerated() { unsafe room[index] = octet }
        }
        // SAFETY: the pointer is to a local value of the size that is passed.
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe Glibc.connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    /// `Nov 23 03:04:05 `, local time, as RFC 3164 section 4.1.2 wants it.
    private func timestamp() -> String {
        var now = time(nil)
        // SAFETY: a C struct of numbers and a pointer to a static name.
        var parts = unsafe tm()
        // SAFETY: both are local values; localtime_r writes only to `parts`.
        _ = unsafe localtime_r(&now, &parts)
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        func two(_ value: Int32, _ pad: String = "0") -> String { value < 10 ? pad + "\(value)" : "\(value)" }
        // SAFETY: only numbers are read from it.
        let (month, day) = unsafe (Int(parts.tm_mon), parts.tm_mday)
        let (hour, minute, second) = unsafe (parts.tm_hour, parts.tm_min, parts.tm_sec)  // SAFETY: as above.
        return "\(months[month]) \(two(day, " ")) \(two(hour)):\(two(minute)):\(two(second)) "
    }
}

/// Writes to standard error unless nobody reads it, in which case the text, or the rest of it, is dropped.
package func writeStandardErrorWithoutWaiting(_ text: String) {
    var text = text
    text.withUTF8 { bytes in
        var offset = 0
        while offset < bytes.count {
            // A pipe or socket that poll calls writable takes this much without waiting, but not always more.
            let count = min(bytes.count - offset, portion)
            var ready = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
            // SAFETY: one local pollfd, and a timeout of zero.
            guard unsafe poll(&ready, 1, 0) > 0 else { return }
            // SAFETY: the buffer is valid for the duration of the call, which reads exactly `count` octets.
            let written = unsafe Glibc.write(STDERR_FILENO, bytes.baseAddress?.advanced(by: offset), count)
            if written <= 0 { return }
            offset += written
        }
    }
}

/// PIPE_BUF.
private let portion = 4096
