internal import Control

/// A mail as it is written: RFC 5322, and RFC 2045 and 2047 for what is not ASCII.
///
/// Names come from files, and from name servers: nothing in them can end a line.
struct MailMessage {
    /// Of the envelope.
    let sender: String
    let greeting: String
    /// Lines that end in CRLF, as they are before dots are doubled.
    let text: String

    /// - Parameter host: the full name of this host.
    init(_ order: MailOrder, host: String) {
        let host = Self.isHostName(host) ? host : "localhost"
        greeting = order.greeting ?? host
        sender = order.sender ?? "\(Self.isHostName(order.user) ? order.user : "understudy")@\(host)"
        let body = order.lines.map(Self.printable) + ["Host: \(host)", "Time: \(order.at)"]
        let isPlain = body.allSatisfy { Self.isASCII($0) && $0.utf8.count <= Self.longestLine }
        // keepalived: the first five, in this order.
        let headers: [String] = [
            "Date: \(order.at.dateOfMail)", "From: \(sender)",
            Self.header("Subject", "[\(order.router ?? host)] \(order.subject)"),
            "X-Mailer: Understudy (in the form of Keepalived)", Self.list("To", order.addressees),
            "Message-ID: <understudy.\(order.at.milliseconds).\(order.number)@\(host)>",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: \(isPlain ? "7bit" : "quoted-printable")",
        ]
        let written = isPlain ? body : body.map(Self.quotedPrintable)
        text = (headers + [""] + written).map { $0 + "\r\n" }.joined()
    }

    /// RFC 5322 section 2.1.1: without CRLF.
    private static let longestLine = 998

    private static func isASCII(_ text: String) -> Bool { text.utf8.allSatisfy { $0 < 0x80 } }

    private static func isHostName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 253
            && text.utf8.allSatisfy { octet in
                switch octet {
                case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
                default: false
                }
            }
    }

    /// One line: what would end it, or steer a terminal, is a question mark.
    private static func printable(_ text: String) -> String {
        var line = ""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            // Of Unicode: line and paragraph separators, and what changes the direction of writing.
            case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069: line.unicodeScalars.append("?")
            default: line.unicodeScalars.append(scalar)
            }
        }
        return line
    }

    // MARK: Headers

    /// As keepalived writes it where that can be, else in encoded words.
    private static func header(_ name: String, _ text: String) -> String {
        let text = printable(text)
        let line = "\(name): \(text)"
        if isASCII(text), line.utf8.count <= longestLine, !text.contains("=?") { return line }
        return "\(name): " + encodedWords(text).joined(separator: "\r\n ")
    }

    /// RFC 2047: no word is longer than 75 characters, no line with one longer than 76, and no character is divided.
    private static func encodedWords(_ text: String) -> [String] {
        var words: [String] = []
        var octets: [UInt8] = []
        for scalar in text.unicodeScalars {
            let next = Array(String(scalar).utf8)
            if octets.count + next.count > octetsInWord {
                words.append("=?UTF-8?B?\(base64(octets))?=")
                octets = []
            }
            octets += next
        }
        return words + ["=?UTF-8?B?\(base64(octets))?="]
    }

    private static let octetsInWord = 39

    private static func base64(_ octets: [UInt8]) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: octets.count, by: 3) {
            let group = octets[start..<min(start + 3, octets.count)]
            let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
            for position in 0..<4 {
                text.append(
                    position <= group.count ? alphabet[bits >> (18 - 6 * position) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Addresses, folded before a line becomes too long.
    private static func list(_ name: String, _ addresses: [String]) -> String {
        var lines = ["\(name): "]
        for (index, address) in addresses.enumerated() {
            let isLast = index == addresses.count - 1
            if index > 0, lines[lines.count - 1].utf8.count + address.utf8.count > 900 { lines.append("") }
            lines[lines.count - 1] += (lines[lines.count - 1].hasSuffix(",") ? " " : "") + address + (isLast ? "" : ",")
        }
        return lines.joined(separator: "\r\n ")
    }

    // MARK: The body

    /// RFC 2045 section 6.7: one line as one or more of at most 76 characters.
    private static func quotedPrintable(_ line: String) -> String {
        var lines: [String] = []
        var current = ""
        let octets = Array(line.utf8)
        for (index, octet) in octets.enumerated() {
            let isLast = index == octets.count - 1
            let isPlain = (0x21...0x7e).contains(octet) && octet != UInt8(ascii: "=") || octet == 0x20 && !isLast
            let piece = isPlain ? String(Unicode.Scalar(octet)) : "=" + hexadecimal(octet)
            // With the sign that the line goes on.
            if current.utf8.count + piece.utf8.count > 75 {
                lines.append(current + "=")
                current = ""
            }
            current += piece
        }
        return (lines + [current]).joined(separator: "\r\n")
    }

    private static func hexadecimal(_ octet: UInt8) -> String {
        (octet < 16 ? "0" : "") + String(octet, radix: 16, uppercase: true)
    }
}

extension Timestamp {
    /// RFC 5322 section 3.3, in UTC: `Wed, 25 Nov 2026 07:48:03 +0000`.
    var dateOfMail: String {
        let parts = description.split { "-T:.Z".contains($0) }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        guard milliseconds >= 0, parts.count == 7, let month = Int(parts[1]), months.indices.contains(month - 1) else {
            return "Thu, 01 Jan 1970 00:00:00 +0000"
        }
        // The first day of 1970 was a Thursday.
        let weekday = weekdays[milliseconds / 86_400_000 % 7]
        return "\(weekday), \(parts[2]) \(months[month - 1]) \(parts[0]) \(parts[3]):\(parts[4]):\(parts[5]) +0000"
    }
}
