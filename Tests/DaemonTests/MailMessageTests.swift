import Control
import Foundation
import Testing
import VRRPCore

@testable import Daemon

/// A mail as an order for the process that sends it.
func mailOrder(subject: String = "VRRP Instance VI_1 - Entering MASTER state", lines: [String] = ["one"]) -> MailOrder {
    MailOrder(
        host: "127.0.0.1", port: 25, patienceMilliseconds: 1000, greeting: "lb1.example.net",
        sender: "lb@example.net", router: "lb1", user: "root", addressees: ["a@example.net", "b@example.net"],
        recipients: ["a@example.net", "b@example.net"], number: 7,
        at: Timestamp(milliseconds: 1_764_057_683_123), subject: subject, lines: lines)
}

@Suite struct `A mail as it is written` {
    private func lines(_ message: MailMessage) -> [String] { message.text.components(separatedBy: "\r\n") }

    @Test func `begins with keepalived's headers and its line`() {
        let message = MailMessage(mailOrder(lines: ["=> VRRP Instance is now owning VRRP VIPs <=", ""]), host: "h")
        let found = lines(message)
        #expect(
            found.prefix(3) == [
                "Date: Tue, 25 Nov 2025 08:01:23 +0000", "From: lb@example.net",
                "Subject: [lb1] VRRP Instance VI_1 - Entering MASTER state",
            ])
        #expect(found[3].hasPrefix("X-Mailer: ") && found[3].contains("Keepalived"))
        #expect(found[4] == "To: a@example.net, b@example.net")
        let body = found[(found.firstIndex(of: "") ?? 0)...].dropFirst()
        #expect(body.first == "=> VRRP Instance is now owning VRRP VIPs <=" && body.dropFirst().first?.isEmpty == true)
        #expect(found.contains("Content-Transfer-Encoding: 7bit") && found.last?.isEmpty == true)
    }

    @Test func `takes the host's name where the file says nothing, unless that is none`() {
        var order = mailOrder()
        (order.greeting, order.sender, order.router) = (nil, nil, nil)
        let message = MailMessage(order, host: "lb1.example.net")
        #expect(message.greeting == "lb1.example.net" && message.sender == "root@lb1.example.net")
        #expect(message.text.contains("\r\nSubject: [lb1.example.net] VRRP Instance"))
        let forged = MailMessage(order, host: "x\r\nBcc: all@example.net")
        #expect(forged.greeting == "localhost" && !forged.text.contains("Bcc"))
    }

    /// Names may hold whatever escapes in quotes can say.
    @Test(arguments: ["\r\nBcc: all@example.net", "\n.\nQUIT", "\u{0}", "\u{2028}Bcc: x", "\u{202e}x", "\u{85}", "\r"])
    func `no name ends a line`(evil: String) {
        let subject = "VRRP Instance A\(evil) - Entering MASTER state"
        let message = MailMessage(mailOrder(subject: subject, lines: ["Cause: \(evil)"]), host: "h")
        let plain = MailMessage(mailOrder(lines: ["Cause: "]), host: "h")
        #expect(lines(message).count == lines(plain).count)
        #expect(message.text.utf8.allSatisfy { $0 == 10 || $0 == 13 || (0x20..<0x7f).contains($0) })
        let rest = message.text.replacingOccurrences(of: "\r\n", with: "")
        #expect(!rest.unicodeScalars.contains { $0 == "\r" || $0 == "\n" })
    }

    @Test func `says what is not ASCII in encoded words, which any reader undoes`() throws {
        let subject = "VRRP Instance Zürich-東京-\(String(repeating: "ß", count: 90)) - Entering MASTER state"
        let message = MailMessage(mailOrder(subject: subject, lines: ["Cause: größer", "."]), host: "h")
        let found = lines(message)
        let start = try #require(found.firstIndex { $0.hasPrefix("Subject: ") })
        let header =
            [found[start].dropFirst(9)] + found[(start + 1)...].prefix { $0.hasPrefix(" ") }.map { $0.dropFirst() }
        let octets = try header.flatMap { word in
            try #require(word.hasPrefix("=?UTF-8?B?") && word.hasSuffix("?=") && word.utf8.count <= 75, "\(word)")
            return Array(try #require(Data(base64Encoded: String(word.dropFirst(10).dropLast(2)))))
        }
        #expect(String(decoding: octets, as: UTF8.self) == "[lb1] \(subject)")
        #expect(message.text.contains("\r\nCause: gr=C3=B6=C3=9Fer\r\n"))
        #expect(found.contains("Content-Transfer-Encoding: quoted-printable"))
        #expect(message.text.utf8.allSatisfy { $0 < 0x80 })
    }

    @Test func `has no line that is too long`() {
        let long = String(repeating: "x", count: 3000)
        var order = mailOrder(subject: "VRRP Instance \(long)", lines: [long, long + " "])
        order.addressees = (0..<200).map { "operator\($0)@example.net" }
        let found = lines(MailMessage(order, host: "h"))
        #expect(found.allSatisfy { $0.utf8.count <= 998 })
        let start = found.firstIndex { $0.hasPrefix("To: ") } ?? 0
        let unfolded = found[start] + found[(start + 1)...].prefix { $0.hasPrefix(" ") }.joined()
        #expect(unfolded == "To: " + order.addressees.joined(separator: ", "))
        let body = found.drop { !$0.isEmpty }.dropFirst()
        #expect(body.allSatisfy { $0.utf8.count <= 76 })
        #expect(body.joined(separator: "\r\n").replacingOccurrences(of: "=\r\n", with: "").contains(long + "=20"))
    }

    @Test(arguments: [
        (0, "Thu, 01 Jan 1970 00:00:00 +0000"), (951_782_400_000, "Tue, 29 Feb 2000 00:00:00 +0000"),
        (1_764_057_683_123, "Tue, 25 Nov 2025 08:01:23 +0000"), (4_102_444_799_999, "Thu, 31 Dec 2099 23:59:59 +0000"),
    ])
    func `dates are those of RFC 5322`(milliseconds: Int, expected: String) {
        #expect(Timestamp(milliseconds: milliseconds).dateOfMail == expected)
    }

    @Test func `is carried to the other process as it is`() throws {
        let order = mailOrder(subject: "VRRP Instance \"ü\"\n", lines: ["\\", "\u{1}"])
        let line = encode(order).text
        #expect(!line.contains("\n"))
        #expect(try decode(MailOrder.self, from: JSON(parsing: Array(line.utf8))) == order)
        let report = MailReport(outcome: .taken, reason: "250 ok", refused: ["a (550 no)"], deferred: ["b"])
        #expect(try decode(MailReport.self, from: JSON(parsing: Array(encode(report).text.utf8))) == report)
    }
}
