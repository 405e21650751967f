import LinuxKernel
import Rehearsal
import VRRPWire

/// A mail server in a host of a laboratory, which does what a test tells it: it is driven while the test waits.
final class MailServer {
    /// What somebody has said to it, one conversation.
    struct Conversation {
        var commands: [String] = []
        /// The mail as it came, dots undone; nil when there was none.
        var text: String?
        var isAccepted = false

        /// A header, unfolded; empty when there is none.
        func header(_ name: String) -> String {
            let lines = (text ?? "").split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init).prefix
            { !$0.isEmpty }
            guard let start = lines.firstIndex(where: { $0.hasPrefix(name + ": ") }) else { return "" }
            let rest = lines[(start + 1)...].prefix { $0.hasPrefix(" ") }
            return String(lines[start].dropFirst(name.count + 2)) + rest.joined()
        }

        /// The lines of the mail itself.
        var body: [String] {
            Array(
                (text ?? "").split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init).drop {
                    !$0.isEmpty
                }.dropFirst())
        }
    }

    private final class Client {
        let stream: ByteStream
        var pending: [UInt8] = []
        var isInMail = false
        var conversation: Int

        init(_ stream: ByteStream, _ conversation: Int) {
            self.stream = stream
            self.conversation = conversation
        }
    }

    static let port: UInt16 = 2525
    private let host: Host
    private var listener: StreamListener?
    private var clients: [Client] = []
    private(set) var conversations: [Conversation] = []
    /// What it answers to what begins so, instead of the usual.
    ///
    /// The empty word is the call itself, a dot the end of the mail; an empty answer is none at all.
    var answers: [String: String] = [:]

    init(_ trial: Trial, _ host: Host) throws {
        self.host = host
        try open()
        let before = trial.observer.onTick
        trial.observer.onTick = { [weak self] in
            try before()
            try self?.attend()
        }
    }

    func open() throws {
        listener = try host.inNetwork { () throws(SystemError) in
            try StreamListener(.v4(IPv4Address(127, 0, 0, 1)), port: Self.port)
        }
    }

    /// Nobody can call any more; those who do already are cut off.
    func close() {
        listener = nil
        clients = []
    }

    /// The mails that were taken, in order.
    var mails: [Conversation] { conversations.filter(\.isAccepted) }
    var subjects: [String] { mails.map { $0.header("Subject") } }

    private func attend() throws {
        while let stream = try listener?.accept() {
            conversations.append(Conversation())
            let client = Client(stream, conversations.count - 1)
            clients.append(client)
            say(to: client, answering: "", usually: "220 mail.example.net at your service")
        }
        clients.removeAll { hasLeft($0) }
    }

    private func hasLeft(_ client: Client) -> Bool {
        switch client.stream.receive() {
        case .nothingYet: return false
        case .end, .failed: return true
        case .bytes(let octets):
            client.pending += octets
            while let end = client.pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: client.pending[...end], as: UTF8.self)
                client.pending.removeSubrange(...end)
                take(line, from: client)
            }
            return false
        }
    }

    private func take(_ line: String, from client: Client) {
        let index = client.conversation
        guard client.isInMail else {
            let command = String(line.prefix { !$0.isNewline })
            conversations[index].commands.append(command)
            if command == "DATA" {
                say(to: client, answering: "DATA", usually: "354 go on")
                client.isInMail = !answers.keys.contains("DATA")
                if client.isInMail { conversations[index].text = "" }
            } else {
                say(to: client, answering: command, usually: command == "QUIT" ? "221 bye" : "250 ok")
            }
            return
        }
        if line == ".\r\n" {
            client.isInMail = false
            conversations[index].isAccepted = !answers.keys.contains(".")
            return say(to: client, answering: ".", usually: "250 queued as \(index)")
        }
        conversations[index].text? += line.hasPrefix(".") ? String(line.dropFirst()) : line
    }

    private func say(to client: Client, answering command: String, usually: String) {
        let special = answers.first { $0.key.isEmpty ? command.isEmpty : command.hasPrefix($0.key) }
        let answer = special?.value ?? usually
        if answer.isEmpty { return }
        _ = client.stream.send(Array("\(answer)\r\n".utf8))
    }
}
