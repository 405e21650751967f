import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// Mail about changes of state: what is sent, and what a server that is away or hangs does to it.
    @Suite(.serialized) struct Mails {
        private func settings(_ more: String = "", server: String = "127.0.0.1") -> String {
            """
            global_defs {
                router_id lb1
                notification_email {
                    ops@example.net
                    second@example.net
                }
                notification_email_from lb@example.net
                smtp_server \(server) \(MailServer.port)
                smtp_helo_name lb1.example.net
                smtp_connect_timeout 1
                smtp_alert
                \(more)
            }

            """
        }

        private func subject(_ state: String, of name: String = "VI_1") -> String {
            "[lb1] VRRP Instance \(name) - \(state)"
        }

        private func sender(of daemon: RunningDaemon) throws -> Int32? {
            SpawnedProcess.children(of: try daemon.worker).first { processName(of: $0) == "understudyd-mai" }
        }

        private func wait(_ what: String, _ daemon: RunningDaemon, seconds: Double = 10, _ condition: () throws -> Bool)
            throws
        {
            guard try daemon.trial.observer.wait(seconds: seconds, condition) else {
                throw DidNotHappen(description: "\(what)\n\(daemon.text().suffix(4000))")
            }
        }

        private func wait(for subjects: [String], at server: MailServer, _ daemon: RunningDaemon, seconds: Double = 10)
            throws
        {
            do {
                try wait("mail", daemon, seconds: seconds) { server.subjects.count >= subjects.count }
            } catch {
                throw DidNotHappen(description: "\(server.conversations)\n\(error)")
            }
            #expect(server.subjects == subjects)
        }

        /// Stops it while the server goes on.
        private func stop(_ daemon: RunningDaemon, seconds: Double = 12) throws {
            try daemon.process.send(.terminate)
            try wait("the end", daemon, seconds: seconds) { daemon.process.status != nil }
            #expect(daemon.process.status == .exited(code: 0))
        }

        @Test func `each change is told to everybody, in order, and the stop too`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let server = try MailServer(trial, host)
            let daemon = try trial.start(host, settings() + instance(priority: 150))
            var expected = ["Entering BACKUP state", "Entering MASTER state"].map { subject($0) }
            try wait(for: expected, at: server, daemon)
            try host.setLink("eth0", up: false)
            expected.append(subject("Entering FAULT state"))
            try wait(for: expected, at: server, daemon)
            try host.setLink("eth0", up: true)
            expected += ["Entering BACKUP state", "Entering MASTER state"].map { subject($0) }
            try wait(for: expected, at: server, daemon)
            let process = try #require(try sender(of: daemon))
            let status = String(decoding: try LocalFiles.read("/proc/\(process)/status"), as: UTF8.self)
            #expect(status.contains("Uid:\t65534\t65534\t65534\t65534") && status.contains("CapEff:\t0000000000000000"))
            try stop(daemon)
            #expect(server.subjects == expected + [subject("Stopping")])
            let master = try #require(server.mails.dropFirst().first)
            #expect(
                master.commands == [
                    "HELO lb1.example.net", "MAIL FROM:<lb@example.net>", "RCPT TO:<ops@example.net>",
                    "RCPT TO:<second@example.net>", "DATA", "QUIT",
                ])
            #expect(master.header("From") == "lb@example.net")
            #expect(master.header("To") == "ops@example.net, second@example.net")
            #expect(master.header("Date").hasSuffix(" +0000"))
            #expect(master.body.prefix(2) == ["=> VRRP Instance is now owning VRRP VIPs <=", ""])
            let particulars = [
                "Before: BACKUP", "Cause: nobody else was heard", "Active now: 192.0.2.1, this host", "Priority: 150",
                "Instance: VI_1 on eth0, virtual router 51", "Addresses: 192.0.2.10/24", "Host: ",
            ]
            for line in particulars {
                #expect(master.body.contains { $0.hasPrefix(line) }, "\(line): \(master.body)")
            }
            #expect(try trial.observer.wait(seconds: 2) { processName(of: process) != "understudyd-mai" })
        }

        @Test func `a group is told of beside its members`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let server = try MailServer(trial, host)
            let group = "vrrp_sync_group G {\n group {\n  VI_1\n  VI_2\n }\n}\n"
            let second = instance("VI_2", id: 52, addresses: ["192.0.2.11/24"], "smtp_alert off")
            let daemon = try trial.start(host, settings() + group + instance() + second)
            try wait("the mails", daemon) { server.mails.count >= 4 }
            let ofGroup = ["Entering BACKUP state", "Entering MASTER state"].map { "[lb1] VRRP Group G - \($0)" }
            #expect(server.subjects.filter { $0.contains("Group") } == ofGroup)
            let ofInstance = ["Entering BACKUP state", "Entering MASTER state"].map { subject($0) }
            #expect(server.subjects.filter { !$0.contains("Group") } == ofInstance)
            let master = try #require(server.mails.first { $0.header("Subject") == ofGroup[1] })
            #expect(master.body.first == "=> All VRRP group instances are now in MASTER state <=")
            #expect(master.body.contains("Members: VI_1, VI_2"))
        }

        @Test func `a standby in FAULT names whom it followed, and a master that it was one itself`() throws {
            let trial = try Trial()
            let hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
            let servers = try hosts.map { try MailServer(trial, $0) }
            let active = try trial.start(hosts[0], settings() + instance(priority: 150))
            try active.becomes(.active)
            let standby = try trial.start(hosts[1], settings() + instance())
            try standby.becomes(.standby)
            try trial.waitFor("the active router") { try standby.instance().activeRouter?.address == "192.0.2.1" }
            // The standby first, which would take over from the other.
            for (number, daemon) in [(1, standby), (0, active)] {
                try hosts[number].setLink("eth0", up: false)
                try wait("the mail", daemon) { servers[number].subjects.last == subject("Entering FAULT state") }
            }
            let lines = servers.map { server in server.mails.last?.body.first { $0.hasPrefix("Active now: ") } }
            #expect(
                lines == [
                    "Active now: nobody is known to be; until now it was this host",
                    "Active now: 192.0.2.1, when it was heard last",
                ])
        }

        @Test func `a name breaks neither the mail nor the conversation`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let server = try MailServer(trial, host)
            let name = "\"Zürich \\x0d\\x0aBcc: all@example.net\\x0d\\x0a.\\x0d\\x0aRCPT TO:<x@example.net>\""
            let daemon = try trial.start(host, settings() + instance(name))
            try wait("the mails", daemon) { server.mails.count { $0.commands.last == "QUIT" } == 2 }
            let words = ["HELO", "MAIL", "RCPT", "RCPT", "DATA", "QUIT"]
            for mail in server.mails {
                #expect(mail.commands.map { String($0.prefix(4)) } == words)
                #expect(mail.header("Subject").hasPrefix("=?UTF-8?B?"))
                #expect(mail.header("To") == "ops@example.net, second@example.net")
                #expect(mail.text?.contains("\r\nBcc") == false)
                #expect(mail.text?.utf8.allSatisfy { $0 < 0x80 } == true)
                #expect(
                    mail.body.first?.contains("VRRP Instance is") == true
                        && mail.body.contains { $0.hasPrefix("Cause: ") })
            }
            try stop(daemon)
        }

        /// Fifty instances that take over at once, on a host with mail.
        @Test func `many mails at once come one after the other, and all of them`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let server = try MailServer(trial, host)
            // With slower adverts than others have, so that a busy machine makes none of them wait for the next.
            let instances = (1...50).map {
                instance("VI_\($0)", id: $0, addresses: ["192.0.2.\($0 + 100)/24"])
                    .replacing("advert_int 0.1", with: "advert_int 2")
            }
            let daemon = try trial.start(host, settings() + instances.joined())
            do {
                try wait("the mails", daemon, seconds: 60) { server.mails.count >= 100 }
            } catch {
                let masters = daemon.text().ranges(of: "Entering MASTER STATE").count
                throw DidNotHappen(description: "\(server.mails.count) mails of \(masters) MASTERs\n\(daemon.text())")
            }
            #expect(server.conversations.count == 100)
            for number in 1...50 {
                let own = server.subjects.filter { $0.contains("VI_\(number) ") }
                #expect(
                    own == ["Entering BACKUP state", "Entering MASTER state"].map { subject($0, of: "VI_\(number)") })
            }
            #expect(!daemon.text().contains("more than"))
        }

        @Test func `a server that is away delays nothing but its mails, and gets all of them later`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let server = try MailServer(trial, host)
            server.close()
            let daemon = try trial.start(host, settings() + instance())
            try daemon.becomesMaster()
            let first =
                "mail: \"VRRP Instance VI_1 - Entering BACKUP state\" is not sent yet, and tried again: 127.0.0.1 port 2525: "
            try daemon.says(first + "connect 127.0.0.1: Connection refused")
            try wait("the remark", daemon) {
                try daemon.status().remarks.contains {
                    $0.hasPrefix("mail is not sent: 127.0.0.1 port 2525") && $0.contains("2 wait")
                }
            }
            try host.setLink("eth0", up: false)
            try daemon.says("Entering FAULT STATE")
            try server.open()
            try wait(
                for: ["Entering BACKUP state", "Entering MASTER state", "Entering FAULT state"].map { subject($0) },
                at: server, daemon, seconds: 20)
            try daemon.says("mail: 127.0.0.1 port 2525 takes mail again")
            #expect(try daemon.status().remarks == [])
            // A stop does not wait for one that is away.
            server.close()
            let start = monotonicNanoseconds()
            try stop(daemon)
            #expect(monotonicNanoseconds() - start < 3_000_000_000)
            try daemon.says("mail: \"VRRP Instance VI_1 - Stopping\" is not sent: 127.0.0.1 port 2525: connect")
        }

        @Test func `a server that hangs costs no advert, whatever it does`() throws {
            let trial = try Trial()
            let (first, second) = (try trial.host(), try trial.host("lb2", "192.0.2.2"))
            let server = try MailServer(trial, first)
            server.answers[""] = ""
            let standby = try trial.start(second, instance(priority: 100))
            let active = try trial.start(first, settings() + instance(priority: 150))
            try active.becomes(.active)
            try standby.becomes(.standby)
            let mark = standby.mark
            try active.says("it did not answer within 1 s when it was called", seconds: 8)
            // Nor does a process that cannot even be ended by itself.
            let process = try #require(try sender(of: active))
            sendSignal(19, to: process)
            try trial.observer.wait(seconds: 3) { false }
            #expect(!standby.text(since: mark).contains("Entering MASTER STATE"))
            sendSignal(18, to: process)
            server.answers = [:]
            try wait("the mails", active, seconds: 20) { server.mails.count >= 2 }
            // One that dies is replaced, and what it was given is sent all the same.
            server.answers[""] = ""
            try first.setLink("eth0", up: false)
            try wait("a conversation", active) { server.conversations.last?.commands.isEmpty == true }
            sendSignal(Signals.kill, to: process)
            try active.says("the process that sends mail ended")
            server.answers = [:]
            try wait("the mails", active, seconds: 20) { server.subjects.last == subject("Entering FAULT state") }
            // A stop takes what a stop may take.
            server.answers[""] = ""
            let start = monotonicNanoseconds()
            try stop(active)
            #expect(monotonicNanoseconds() - start < 8_000_000_000)
            try active.says("mail: \"VRRP Instance VI_1 - Stopping\" is not sent: 127.0.0.1 port 2525")
        }

        @Test func `what a server refuses for good is said and given up, and what it defers is not`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let server = try MailServer(trial, host)
            server.answers["MAIL FROM"] = "553 sender not allowed"
            let daemon = try trial.start(host, settings() + instance())
            try daemon.says("Entering BACKUP state\" is not sent: 127.0.0.1 port 2525: it answered to the sender")
            try daemon.says("Entering MASTER state\" is not sent: 127.0.0.1 port 2525: it answered to the sender")
            let remark =
                "2 mail(s) were not sent since this process started, the last \"VRRP Instance VI_1 - Entering MASTER state\""
            try wait("the remark", daemon) {
                try daemon.status().remarks.contains { $0.hasPrefix(remark) && $0.contains("553") }
            }
            #expect(server.mails.isEmpty)
            // One recipient is unknown, one has no room at present.
            server.answers = ["RCPT TO:<ops": "450 no room", "RCPT TO:<second": "550 who is that"]
            try host.setLink("eth0", up: false)
            try daemon.says("Entering FAULT state\" is not sent yet, and tried again")
            server.answers = ["RCPT TO:<second": "550 who is that"]
            try daemon.says("Entering FAULT state\" is not sent to second@example.net (550 who is that)", seconds: 10)
            #expect(server.subjects == [subject("Entering FAULT state")])
            // For whom it has room later is written to later, and nobody twice.
            server.answers = ["RCPT TO:<ops": "450 no room"]
            try host.setLink("eth0", up: true)
            try daemon.says("is taken later for ops@example.net")
            server.answers = [:]
            try wait("the mails", daemon) { server.subjects.count == 4 }
            #expect(server.mails[1].commands.contains("RCPT TO:<second@example.net>"))
            #expect(server.mails[2].commands.filter { $0.hasPrefix("RCPT") } == ["RCPT TO:<ops@example.net>"])
            #expect(server.mails[1].text == server.mails[2].text)
            #expect(server.subjects[3] == subject("Entering MASTER state"))
        }

        @Test func `a process that is replaced loses no mail and sends none twice`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let server = try MailServer(trial, host)
            server.close()
            let daemon = try trial.start(host, settings() + instance())
            try daemon.becomesMaster()
            try daemon.says("is not sent yet")
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("(VI_1) goes on as MASTER")
            try server.open()
            let expected = ["Entering BACKUP state", "Entering MASTER state"].map { subject($0) }
            try wait(for: expected, at: server, daemon)
            // Not in the moment in which the server has it and nobody knows.
            try daemon.says("SMTP alert successfully sent: \"VRRP Instance VI_1 - Entering MASTER state\"")
            sendSignal(Signals.kill, to: try daemon.worker)
            let mark = daemon.mark
            try host.setLink("eth0", up: false)
            try wait(for: expected + [subject("Entering FAULT state")], at: server, daemon)
            try trial.observer.wait(seconds: 1) { false }
            #expect(server.subjects.count == 3, "\(daemon.text(since: mark))")
        }

        @Test func `no_email_faults, a reload and a name of the server count`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let server = try MailServer(trial, host)
            let daemon = try trial.start(
                host, settings("no_email_faults\nsmtp_alert_vrrp off", server: "localhost") + instance())
            try daemon.becomesMaster()
            try daemon.reload(settings("no_email_faults", server: "localhost") + instance())
            try host.setLink("eth0", up: false)
            try daemon.says("Entering FAULT STATE")
            try host.setLink("eth0", up: true)
            let expected = ["Entering BACKUP state", "Entering MASTER state"].map { subject($0) }
            try wait(for: expected, at: server, daemon)
            try daemon.reload(settings(server: "no-such-host.invalid") + instance())
            try host.setLink("eth0", up: false)
            try daemon.says("no-such-host.invalid port 2525: its name is not known", seconds: 30)
            // What waits is taken by whoever the next file names.
            try daemon.reload(settings() + instance())
            try wait(for: expected + [subject("Entering FAULT state")], at: server, daemon)
        }

        @Test func `a rehearsal writes to nobody`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let server = try MailServer(trial, host)
            let daemon = try trial.start(host, settings() + instance(), environment: ["UNDERSTUDY_REHEARSAL=1"])
            try daemon.becomesMaster()
            try trial.observer.wait(seconds: 1) { false }
            #expect(server.conversations.isEmpty)
            #expect(try sender(of: daemon) == nil)
        }
    }
}
