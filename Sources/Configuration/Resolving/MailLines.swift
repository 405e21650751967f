internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// The mail keywords of `global_defs`.
    mutating func resolveMail(_ contents: BlockContents) {
        var mail = MailSettings()
        recipientsLocation = contents["notification_email"]?.location
        mail.recipients = recipients(contents)
        if let word = contents.words("notification_email_from")?.first, isMailbox(word, "notification_email_from") {
            mail.sender = word.text
        }
        mail.server = mailServer(contents)
        if let word = contents.words("smtp_helo_name")?.first, let setting = contents["smtp_helo_name"] {
            if Self.isHostName(word.text) {
                mail.greeting = word.text
            } else {
                reportBadValue(word, of: setting.statement, expected: "a name in ASCII, such as lb1.example.net")
            }
        }
        if let seconds = contents.integer("smtp_connect_timeout"), let setting = contents["smtp_connect_timeout"] {
            mail.timeout = .seconds(UInt64(max(seconds, 1)))
            if seconds == 0 { reportNoPatience(at: setting.valueLocation) }
        }
        mail.sparesFaults = contents.has("no_email_faults")
        hasMailMistake =
            mail.recipients.isEmpty && contents.wasAttempted("notification_email")
            || mail.server == nil && contents.wasAttempted("smtp_server")
        model.global.mail = mail
        defaults.notifications.sendsMail =
            contents.boolean("smtp_alert_vrrp") ?? contents.boolean("smtp_alert") ?? false
        for name in ["smtp_alert_vrrp", "smtp_alert"] { noteWish(for: name, contents) }
    }

    /// Remembers where mail is asked for.
    mutating func noteWish(for keyword: String, _ contents: BlockContents) {
        guard contents.boolean(keyword) == true, let setting = contents[keyword] else { return }
        mailWishes.append(setting.location)
    }

    /// Mail that is wanted and goes nowhere, or that could go and nobody wants; when every block has been read.
    mutating func checkMail(_ contents: BlockContents) {
        let mail = model.global.mail
        let isWanted =
            model.instances.contains { $0.notifications.sendsMail }
            || model.groups.contains { $0.notifications.sendsMail }
        if isWanted, !mail.isComplete, !hasMailMistake, let location = mailWishes.first {
            let isNobody = mail.recipients.isEmpty
            report(
                .warning, "no-mail", at: location,
                isNobody
                    ? "mail is asked for, and no `notification_email` says who receives it"
                    : "mail is asked for, and no `smtp_server` says who takes it",
                consequence: "nobody is told of changes of state, and keepalived would say nothing of it either",
                fix: isNobody
                    ? "notification_email {\n    ops@example.net\n}   # in global_defs"
                    : "smtp_server 127.0.0.1   # in global_defs")
        }
        guard !isWanted, let location = recipientsLocation, !mail.recipients.isEmpty, !model.instances.isEmpty,
            !contents.wasAttempted("virtual_server")
        else { return }
        report(
            .note, "no-effect", at: location, "`notification_email` has no effect: nothing asks for mail",
            consequence: "no mail is sent, by keepalived neither",
            fix: "smtp_alert   # in the vrrp_instance, or remove the block")
    }

    // MARK: The parts

    private mutating func recipients(_ contents: BlockContents) -> [String] {
        let words = contents.lines("notification_email").flatMap { [$0.keyword] + $0.arguments }
        if words.isEmpty, let location = recipientsLocation {
            report(
                .warning, "no-effect", at: location, "`notification_email` names nobody",
                consequence: "no mail is sent", fix: "notification_email {\n    ops@example.net\n}",
                passesKeepalived: false)
        }
        var recipients: [String] = []
        for word in words where isMailbox(word, "notification_email") && !recipients.contains(word.text) {
            recipients.append(word.text)
        }
        return recipients
    }

    /// False, and reported, when a word could not stand in an envelope, or would be more there than one address.
    private mutating func isMailbox(_ word: Word, _ keyword: String) -> Bool {
        let octets = Array(word.text.utf8)
        // RFC 5321 section 4.5.3.1.3 has 256 for a path with its angle brackets.
        let problem: String? =
            octets.contains { $0 >= 0x80 }
            ? "only ASCII is sent; a domain has such a form, which begins with xn--"
            : octets.contains { $0 <= 0x20 || $0 == 0x7f || "<>,;:()\"\\".utf8.contains($0) }
                ? "the address stands alone, without a name, blanks or brackets"
                : octets.isEmpty || octets.count > 254 ? "an address has 1 to 254 characters" : nil
        guard let problem else { return true }
        report(
            .error, "bad-mail-address", at: word.location,
            "`\(word.text)` cannot be the address of a mailbox: \(problem)",
            consequence: "servers would refuse the mail, or take it for something else",
            fix: Self.mailboxes(in: word.text).map { keyword == "notification_email" ? $0 : "\(keyword) \($0)" }
                .joined(separator: "\n"))
        return false
    }

    /// `a@example.net,b@example.net` and `Name <a@example.net>`; somebody where there is nobody.
    private static func mailboxes(in text: String) -> [String] {
        let words = text.split { ",;<> \"()".contains($0) }.filter { $0.contains("@") && $0.allSatisfy(\.isASCII) }
        return words.isEmpty ? ["ops@example.net"] : words.map(String.init)
    }

    private mutating func mailServer(_ contents: BlockContents) -> MailSettings.Server? {
        guard let setting = contents["smtp_server"], let words = contents.words("smtp_server"), let host = words.first
        else { return nil }
        guard isPlain(host, of: setting.statement) else { return nil }
        let address = IPAddress(host.text)
        guard address != nil || Self.isHostName(host.text) else {
            reportBadValue(host, of: setting.statement, expected: "an address, or the name of a host, without a port")
            return nil
        }
        if let address, address.isLinkLocal || address.isUnspecified || address.isMulticast {
            report(
                .error, "bad-address", at: host.location, "`\(host.text)` cannot be the address of a mail server",
                consequence: "no connection can be made to it", fix: "smtp_server 127.0.0.1")
            return nil
        }
        guard let word = words.dropFirst().first else { return MailSettings.Server(host: host.text, port: 25) }
        if let port = Self.services[word.text] ?? UInt16(word.text), port > 0 {
            if portable, Self.services[word.text] != nil {
                report(
                    .note, "bad-value", at: word.location, "keepalived takes a number only for the port",
                    consequence: "it would send to nobody", fix: "smtp_server \(host.text) \(port)",
                    passesKeepalived: false)
            }
            return MailSettings.Server(host: host.text, port: port)
        }
        reportBadValue(word, of: setting.statement, expected: "a port from 1 to 65535, or smtp")
        return nil
    }

    private static let services: [String: UInt16] = ["smtp": 25, "submission": 587]

    /// Letters, digits and what joins them, as in RFC 1123; an underscore too, which some networks have.
    private static func isHostName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "-") else { return false }
        return text.utf8.allSatisfy { octet in
            switch octet {
            case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
            default: false
            }
        }
    }

    private mutating func reportNoPatience(at location: SourceLocation) {
        report(
            .warning, "no-effect", at: location, "`smtp_connect_timeout 0` is no time at all: 1 s counts",
            consequence: "keepalived takes 1 as well", fix: "smtp_connect_timeout 30", passesKeepalived: false)
    }
}
