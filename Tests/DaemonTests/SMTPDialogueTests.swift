import Testing

@testable import Daemon

@Suite struct `A conversation with a mail server` {
    /// Plays the replies one after the other; returns what was said to each, and what came of it.
    private func play(
        _ replies: [String], to recipients: [String] = ["a@example.net", "b@example.net"], lines: [String] = ["one"]
    ) -> (said: [String], report: MailReport?) {
        var dialogue = SMTPDialogue(
            MailMessage(mailOrder(lines: lines), host: "h"), to: recipients)
        let said = replies.map { String(decoding: dialogue.receive(Array($0.utf8)), as: UTF8.self) }
        return (said, dialogue.report)
    }

    private static let good = [
        "220 mail\r\n", "250 hello\r\n", "250 ok\r\n", "250 ok\r\n", "250 ok\r\n", "354 go\r\n", "250 queued as 1\r\n",
    ]

    @Test func `goes as with keepalived`() throws {
        let (said, report) = play(Self.good)
        #expect(
            said.prefix(5) == [
                "HELO lb1.example.net\r\n", "MAIL FROM:<lb@example.net>\r\n", "RCPT TO:<a@example.net>\r\n",
                "RCPT TO:<b@example.net>\r\n", "DATA\r\n",
            ])
        #expect(said[5].hasPrefix("Date: ") && said[5].hasSuffix("\r\n.\r\n") && said[6] == "QUIT\r\n")
        #expect(report == MailReport(outcome: .taken, reason: "250 queued as 1"))
    }

    /// Pieces, long replies and bare line feeds are all the same.
    @Test func `does not care how replies arrive`() {
        var dialogue = SMTPDialogue(MailMessage(mailOrder(), host: "h"), to: ["a@example.net"])
        var said: [UInt8] = []
        let replies =
            "220-mail\r\n220-of example\r\n220 here\n250 ok\r\n250\r\n250 ok\r\n354 go\r\n250 ok\r\n221 bye\r\n"
        for octet in replies.utf8 { said += dialogue.receive([octet]) }
        #expect(dialogue.report?.outcome == .taken)
        let words = String(decoding: said, as: UTF8.self).split(separator: "\r\n").map { $0.prefix(4) }
        #expect(
            words.filter { ["HELO", "MAIL", "RCPT", "DATA", "QUIT"].contains($0) } == [
                "HELO", "MAIL", "RCPT", "DATA", "QUIT",
            ])
    }

    @Test func `doubles dots that begin a line`() {
        let said = play(Self.good, lines: [".", "..two", "no.dot", "."]).said[5]
        #expect(said.contains("\r\n..\r\n...two\r\nno.dot\r\n..\r\n"))
        #expect(said.ranges(of: "\r\n.\r\n").count == 1)
    }

    @Test(arguments: [
        (0, "554 no service", MailReport.Outcome.deferred), (0, "421 later", .deferred), (1, "500 who?", .deferred),
        (2, "451 later", .deferred), (2, "553 not you", .refused), (2, "421 closing", .deferred),
        (5, "451 later", .deferred), (5, "554 no", .refused), (5, "250 odd", .deferred), (6, "452 full", .deferred),
        (6, "550 spam", .refused), (0, "HTTP/1.1 400 Bad Request", .deferred), (3, "\u{1}\u{2}", .deferred),
        (4, "999 what", .deferred), (1, "25", .deferred),
    ])
    func `ends at once with what the server says against it`(at: Int, reply: String, outcome: MailReport.Outcome) throws
    {
        let (said, report) = play(Array(Self.good.prefix(at)) + [reply + "\r\n"])
        #expect(said.last == "QUIT\r\n")
        let found = try #require(report)
        #expect(found.outcome == outcome)
        #expect(found.reason.unicodeScalars.allSatisfy { $0.isASCII && $0.value >= 0x20 }, "\(found.reason)")
        if reply.first?.isNumber == true, reply.count > 2 { #expect(found.reason.contains(reply), "\(found.reason)") }
    }

    @Test func `writes to those who are accepted, and tells of the others`() throws {
        let replies = [
            "220 a\r\n", "250 b\r\n", "250 c\r\n", "550 unknown\r\n", "450 later\r\n", "250 ok\r\n", "354 go\r\n",
            "250 ok\r\n",
        ]
        let (said, report) = play(replies, to: ["a", "b", "c"])
        #expect(said[5] == "DATA\r\n")
        #expect(report == MailReport(outcome: .taken, reason: "250 ok", refused: ["a (550 unknown)"], deferred: ["b"]))
        let nobody = play(Array(replies.prefix(4)) + ["550 nor this one\r\n"], to: ["a", "b"])
        #expect(nobody.said.last == "QUIT\r\n" && nobody.report?.outcome == .refused)
        #expect(play(Array(replies.prefix(5)), to: ["a", "b"]).report?.outcome == .deferred)
    }

    @Test func `does not read for ever`() {
        var endless = SMTPDialogue(MailMessage(mailOrder(), host: "h"), to: ["a"])
        let answer = endless.receive([UInt8](repeating: 65, count: 5000))
        #expect(String(decoding: answer, as: UTF8.self) == "QUIT\r\n")
        #expect(endless.report?.outcome == .deferred)
        var talkative = SMTPDialogue(MailMessage(mailOrder(), host: "h"), to: ["a"])
        for _ in 0..<200 { _ = talkative.receive(Array("220-and\r\n".utf8)) }
        #expect(talkative.report?.outcome == .deferred)
    }

    @Test func `whatever a server says, it is answered in words of SMTP and comes to an end`() {
        let words = [
            "220", "250", "354", "421", "450", "550", "-", " ", "ok", "\r\n", "\n", "\r", "\0", "ü", ".", "QUIT",
        ]
        for seed in 0..<2000 {
            var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
            var dialogue = SMTPDialogue(MailMessage(mailOrder(), host: "h"), to: ["a", "b"])
            var said = ""
            for _ in 0..<60 {
                // A generator of Marsaglia's; the low bits are not looked at.
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                let word = words[Int(state >> 33) % words.count]
                said += String(decoding: dialogue.receive(Array(word.utf8)), as: UTF8.self)
            }
            for line in said.split(separator: "\r\n") where !said.contains("DATA") {
                #expect(["HELO", "MAIL", "RCPT", "QUIT"].contains { line.hasPrefix($0) }, "\(seed): \(line)")
            }
            #expect((dialogue.report != nil) == said.hasSuffix("QUIT\r\n"), "\(seed): \(said)")
            dialogue.end(because: "it is over")
            #expect(dialogue.report != nil)
        }
    }

    @Test func `a connection that ends is tried again, unless the mail is there`() {
        var dialogue = SMTPDialogue(MailMessage(mailOrder(), host: "h"), to: ["a"])
        _ = dialogue.receive(Array("220 hello\r\n".utf8))
        dialogue.end(because: "it hung up instead of an answer")
        #expect(
            dialogue.report
                == MailReport(
                    outcome: .deferred, reason: "it hung up instead of an answer to HELO lb1.example.net"))
        var taken = SMTPDialogue(MailMessage(mailOrder(), host: "h"), to: ["a", "b"])
        for reply in Self.good { _ = taken.receive(Array(reply.utf8)) }
        taken.end(because: "it hung up")
        #expect(taken.report?.outcome == .taken)
    }
}
