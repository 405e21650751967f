import Configuration
import Control
import LinuxKernel
import Testing
import VRRPCore

@testable import Daemon

@Suite struct `Mails that wait` {
    private func at(_ seconds: Int) -> MonotonicInstant { MonotonicInstant(nanoseconds: 1) + .seconds(UInt64(seconds)) }

    private func mail(_ name: String, at seconds: Int = 0) -> Mail {
        Mail(at: Timestamp(milliseconds: 5), since: at(seconds), subject: name, lines: ["one", "two"])
    }

    private func subjects(_ queue: MailQueue) -> [String] { queue.waiting.map(\.subject) }

    @Test func `go one after the other, the oldest first`() throws {
        var queue = MailQueue()
        #expect(queue.next(at: at(0)) == nil && queue.deadline == nil)
        for name in ["a", "b", "c"] { _ = queue.add(mail(name)) }
        for name in ["a", "b", "c"] {
            #expect(queue.next(at: at(0))?.subject == name)
            queue.begin()
            #expect(queue.next(at: at(9)) == nil && queue.deadline == nil, "two at once")
            let done = queue.removeFirst()
            #expect(done?.subject == name)
        }
        let none = queue.removeFirst()
        #expect(queue.isEmpty && none == nil)
    }

    @Test func `that are not taken are tried again less and less often, in order, for an hour`() {
        var queue = MailQueue()
        _ = queue.add(mail("a"))
        _ = queue.add(mail("b", at: 1000))
        var now = at(0)
        var attempts: [UInt64] = []
        var givenUp: [Mail] = []
        while givenUp.isEmpty {
            #expect(queue.next(at: now)?.subject == "a")
            attempts.append(now.nanoseconds / 1_000_000_000)
            queue.begin()
            givenUp = queue.postpone(at: now)
            guard let due = queue.deadline else { break }
            #expect(queue.next(at: MonotonicInstant(nanoseconds: due.nanoseconds - 1)) == nil)
            now = due
        }
        #expect(attempts.prefix(6) == [0, 1, 3, 7, 15, 31] && (15...25).contains(attempts.count), "\(attempts)")
        #expect(givenUp.map(\.subject) == ["a"] && attempts.last.map { (3600...3900).contains($0) } == true)
        #expect(subjects(queue) == ["b"])
        queue.hurry()
        #expect(queue.next(at: at(0))?.subject == "b")
    }

    @Test func `that are too many lose the oldest, but not the one that is on its way`() {
        var queue = MailQueue()
        for index in 0..<MailQueue.most {
            let (_, dropped) = queue.add(mail("\(index)"))
            #expect(dropped == nil)
        }
        let first = queue.add(mail("x")).dropped
        #expect(first?.subject == "0")
        queue.begin()
        let second = queue.add(mail("y")).dropped
        #expect(second?.subject == "2")
        #expect(subjects(queue).first == "1" && subjects(queue).last == "y" && queue.waiting.count == MailQueue.most)
        #expect(Set(queue.waiting.map(\.place)).count == MailQueue.most)
        #expect(queue.waiting.allSatisfy { (0..<MailQueue.places).contains($0.place) })
        #expect(queue.waiting.map(\.number) == queue.waiting.map(\.number).sorted())
    }

    @Test func `for several are left for those who have not got them`() {
        var queue = MailQueue()
        _ = queue.add(mail("a"))
        queue.begin()
        let old = queue.keepFirst(for: ["late@example.net"], at: at(0))
        #expect(old.isEmpty && queue.waiting.first?.recipients == ["late@example.net"])
        #expect(queue.next(at: at(0)) == nil && queue.next(at: at(1))?.subject == "a")
    }

    @Test func `are carried to a successor, each in its place`() throws {
        let memory = WorkerMemory(try SharedMemory(named: "test"), log: nil)
        #expect(memory.mail.isEmpty)
        var queue = MailQueue()
        for name in ["a", "b", "ü"] { memory.keep(queue.add(mail(name)).added) }
        queue.begin()
        if let done = queue.removeFirst() { memory.forget(done) }
        queue.begin()
        _ = queue.keepFirst(for: ["x@example.net", "y"], at: at(0))
        if let partly = queue.waiting.first { memory.keep(partly) }
        let heir = MailQueue(memory.mail)
        #expect(heir.waiting == queue.waiting && !heir.isSending && heir.waiting.count == 2)
        var next = heir
        let added = next.add(mail("z")).added
        #expect(added.number == 4)
        // Other places are untouched.
        #expect(memory.pipes.isEmpty && memory.routers.isEmpty && memory.checks.isEmpty)
    }

    @Test func `come out of the memory as they went in, or not at all`() throws {
        var queue = MailQueue()
        let mail = queue.add(mail("größer")).added
        #expect(Mail(mail.octets, place: mail.place) == mail)
        for count in 0..<mail.octets.count { #expect(Mail(Array(mail.octets.prefix(count)), place: 0) == nil) }
        for index in mail.octets.indices {
            var damaged = mail.octets
            damaged[index] ^= 0xFF
            _ = Mail(damaged, place: 0)
        }
    }

    private func event(_ word: NotifyWord, previous: NotifyWord?, active: String? = nil, cause: String = "so")
        -> NotifyEvent
    {
        NotifyEvent(word: word, previous: previous, sequence: 0, priority: 150, cause: cause, active: active)
    }

    @Test func `say who is active as far as it is known, and how`() throws {
        let cases: [(NotifyWord, NotifyWord?, String?, String)] = [
            (.master, .backup, "192.0.2.1", "192.0.2.1, this host"), (.backup, nil, nil, "nobody is known to be"),
            (.backup, .master, "192.0.2.2", "192.0.2.2"),
            (.fault, .backup, "192.0.2.2", "192.0.2.2, when it was heard last"),
            (.fault, .master, nil, "nobody is known to be; until now it was this host"),
            (.fault, nil, nil, "nobody is known to be"),
            (.stop, .backup, "192.0.2.2", "192.0.2.2, when it was heard last"),
        ]
        for (word, previous, active, expected) in cases {
            let mail = try #require(
                Mail(
                    event(word, previous: previous, active: active), .instance, "VI_1", particulars: [],
                    at: Timestamp(milliseconds: 5), since: at(0)))
            #expect(mail.lines.contains("Active now: \(expected)"), "\(word): \(mail.lines)")
        }
    }

    @Test func `say what became of whom, in keepalived's words at first`() throws {
        let master = try #require(
            Mail(
                event(.master, previous: .backup, active: "192.0.2.1"), .instance, "VI_1",
                particulars: ["Addresses: 192.0.2.10/24"], at: Timestamp(milliseconds: 5), since: at(0)))
        #expect(master.subject == "VRRP Instance VI_1 - Entering MASTER state")
        #expect(
            master.lines == [
                "=> VRRP Instance is now owning VRRP VIPs <=", "", "Before: BACKUP", "Cause: so",
                "Active now: 192.0.2.1, this host", "Priority: 150", "Addresses: 192.0.2.10/24",
            ])
        let words: [(NotifyWord, String)] = [
            (.backup, "=> VRRP Instance is no longer owning VRRP VIPs <="),
            (.fault, "=> VRRP Instance is no longer owning VRRP VIPs <="), (.stop, "=> VRRP Instance stopping <="),
            (.deleted, "=> VRRP Deleted at reload <="),
        ]
        for (word, line) in words {
            let mail = Mail(
                event(word, previous: nil), .instance, "VI_1", particulars: [], at: Timestamp(milliseconds: 5),
                since: at(0))
            #expect(mail?.lines.first == line)
        }
        let contest = Mail(
            event(.lowerPriorityHeard, previous: .master), .instance, "VI_1", particulars: [],
            at: Timestamp(milliseconds: 5), since: at(0))
        #expect(contest == nil)
        let group = try #require(
            Mail(
                event(.fault, previous: .master), .group, "G", particulars: [], at: Timestamp(milliseconds: 5),
                since: at(0)))
        #expect(group.subject == "VRRP Group G - Entering FAULT state")
        #expect(group.lines.first == "=> All VRRP group instances are now in FAULT state <=")
        #expect(!group.lines.contains { $0.hasPrefix("Priority") })
    }

    @Test func `fit into their place, however long names are`() throws {
        let long = String(repeating: "ü", count: 5000)
        let mail = try #require(
            Mail(
                event(.master, previous: .backup, cause: long), .instance, long, particulars: [long, long],
                at: Timestamp(milliseconds: 5), since: at(0)))
        #expect(mail.octets.count <= 4096, "\(mail.octets.count)")
        #expect(mail.subject.hasSuffix("...") && mail.subject.unicodeScalars.allSatisfy { $0 != "\u{FFFD}" })
    }

    @Test func `are not sent twice about one state, nor about what lies between when that is not wanted`() {
        var backlog = NotifyBacklog()
        func worth(_ word: NotifyWord, sparing: Bool) -> Bool { backlog.noteMail(about: word, sparingFaults: sparing) }
        let all = [NotifyWord.backup, .master, .fault, .backup, .backup].map { worth($0, sparing: false) }
        #expect(all == [true, true, true, true, false])
        let spared = [NotifyWord.master, .fault, .master, .fault, .backup].map { worth($0, sparing: true) }
        #expect(spared == [true, false, false, false, true])
        #expect(NotifyBacklog(backlog.octets) == backlog)
    }
}
