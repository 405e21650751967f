import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// Debian's keepalived and Understudy read the same file, and write the same mails as far as keepalived's go.
@Suite(.serialized) struct MailDifferentialTests {
    /// What of a mail can be compared: the rest is the time, and what only one of them says.
    private struct Letter: Hashable, Comparable, CustomStringConvertible {
        var subject: String
        var sender: String
        var recipients: String
        var firstLine: String
        var commands: [String]

        init(_ mail: MailServer.Conversation) {
            subject = mail.header("Subject")
            sender = mail.header("From")
            recipients = mail.header("To")
            firstLine = mail.body.first ?? ""
            commands = mail.commands
        }

        static func < (lhs: Self, rhs: Self) -> Bool { lhs.subject < rhs.subject }

        var description: String { "\(subject) | \(firstLine) | \(sender) -> \(recipients) | \(commands)" }
    }

    /// One of the two, alone on its network, with a mail server on its own host.
    private final class Side {
        let program: Program
        let host: Host
        let server: MailServer
        let process: SpawnedProcess
        let log: OutputLog
        private let trial: Trial
        private var seen = 0

        init(_ program: Program, _ trial: Trial, _ configuration: String) throws {
            self.program = program
            self.trial = trial
            let interface = Interface("eth0", segment: "alone-\(program)", addresses: [try .init(ip("192.0.2.1"), 24)])
            // Where the resolver does not know the host's own name, keepalived writes `(null)` and `[unknown]`.
            host = try trial.laboratory.addHost("localhost", [interface])
            server = try MailServer(trial, host)
            try host.writeFile("/run/vrrp.conf", configuration)
            log = try OutputLog("\(program)")
            let command = program.command("/run/vrrp.conf")
            process = try host.start(command.program, command.arguments, log: log)
        }

        /// The mails since the last question, once there are `count` and no more come.
        ///
        /// keepalived sends all of one moment at once, so that they come in any order.
        func told(_ count: Int) throws -> [Letter] {
            let came = try trial.observer.wait(seconds: 10) { server.mails.count >= seen + count }
            if came { try trial.observer.wait(seconds: 0.5) { server.mails.count > seen + count } }
            let letters = server.mails[seen...].map(Letter.init)
            if letters.count != count {
                throw DidNotHappen(description: "\(program): not \(count) but \(letters)\n\(log.tail())")
            }
            seen = server.mails.count
            return letters.sorted()
        }

        func reload(_ configuration: String) throws {
            try host.writeFile("/run/vrrp.conf", configuration)
            try process.send(.reload)
        }
    }

    private func configuration(_ more: String = "", removed: Bool = false) -> String {
        """
        global_defs {
            notification_email {
                ops@example.net second@example.net
                third@example.net
            }
            smtp_server 127.0.0.1 \(MailServer.port)
            smtp_alert
            \(more)
        }
        vrrp_sync_group G {
            group {
                VI_1
                VI_2
            }
        }

        """ + instance("VI_1", 51, 10) + instance("VI_2", 52, 11, "smtp_alert off")
            + (removed ? "" : instance("VI_3", 53, 12, "notify_deleted") + instance("VI_4", 54, 13))
    }

    private func instance(_ name: String, _ id: Int, _ last: Int, _ more: String = "") -> String {
        """
        vrrp_instance \(name) {
            version 3
            interface eth0
            virtual_router_id \(id)
            priority 100
            advert_int 0.2
            virtual_ipaddress {
                192.0.2.\(last)/24
            }
            \(more)
        }

        """
    }

    private func expectSame(_ sides: [Side], _ count: Int, _ what: String) throws {
        let told = try sides.map { try $0.told(count) }
        #expect(told[0] == told[1], "\(what)")
    }

    /// What is to be the same when nothing says who writes: the user and the host's name.
    @Test(arguments: [
        "", "router_id R\n notification_email_from lb@example.net\n smtp_helo_name lb1.example.net",
    ])
    func `what is written to whom is keepalived's`(names: String) throws {
        let trial = try Trial()
        let sides = try [Program.understudy, .keepalived].map { try Side($0, trial, configuration(names)) }
        // BACKUP and MASTER, of three instances and a group.
        try expectSame(sides, 8, "the start")
        for side in sides { try side.host.setLink("eth0", up: false) }
        try expectSame(sides, 4, "a fault")
        for side in sides { try side.host.setLink("eth0", up: true) }
        try expectSame(sides, 8, "the end of the fault")
        for side in sides { try side.reload(configuration(names, removed: true)) }
        try expectSame(sides, 2, "two instances removed")
    }

    @Test func `no_email_faults spares what keepalived spares`() throws {
        let trial = try Trial()
        let text = configuration("no_email_faults", removed: true)
        let sides = try [Program.understudy, .keepalived].map { try Side($0, trial, text) }
        try expectSame(sides, 4, "the start")
        for side in sides { try side.host.setLink("eth0", up: false) }
        for side in sides {
            #expect(try trial.observer.wait(seconds: 5) { side.log.text.contains("Entering FAULT STATE") })
            try side.host.setLink("eth0", up: true)
        }
        try expectSame(sides, 4, "the end of a fault")
    }
}
