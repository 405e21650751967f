internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore

/// The daemon's end of the line to the process that sends mail: docs/design/0020-mail.md.
///
/// Nothing here waits for that process, let alone for a server. It is started with the first mail.
final class Mailer {
    private unowned let surroundings: Surroundings
    private var settings = MailSettings()
    private var router: String?
    private lazy var user = userName(currentUserID())
    private var queue = MailQueue()
    private var attendant: Attendant?
    private var tokens: (stream: Token, child: Token)?
    private var hasHungUp = false
    private var isWatchingForRoom = false
    private var outgoing: [UInt8] = []
    private var received: [UInt8] = []
    /// Until when the process has to say what came of the mail that it was given.
    private var answerDueAt: MonotonicInstant?
    private var limiter = LineLimiter<Complaint>()
    /// Why the last attempt failed; nil while all is well.
    private var trouble: String?
    /// Mails that nobody got, and what became of the last one.
    private var lost = 0
    private var lastLoss = ""
    /// The daemon stops, and ends then at the latest.
    private var endsAt: MonotonicInstant?

    private enum Complaint { case deferred, dropped }

    /// What a stop waits for the server to take the last mail.
    private static let longestFarewell = Interval.seconds(5)
    /// Who is nobody on Linux, by number: the process speaks to strangers, and needs nothing of this host.
    private static let nobody: (uid: UInt32, gid: UInt32, groups: [UInt32]) = (65_534, 65_534, [])

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    private var log: Log { surroundings.log }

    // MARK: What is to be sent

    /// Takes up what `global_defs` says, and what a process before this one left.
    func configure(_ global: GlobalSettings, isHeir: Bool) {
        if isHeir { queue = MailQueue(surroundings.memory.mail) }
        if global.mail != settings || global.routerID != router { queue.hurry() }
        (settings, router) = (global.mail, global.routerID)
        guard !settings.isComplete, !queue.isEmpty, !queue.isSending else { return }
        giveUp(
            queue.removeAll(), because: "the configuration does not say any more who receives mail, and who takes it")
    }

    /// Whether mail can be sent at all.
    ///
    /// A rehearsal would send it to those who are asleep.
    var isOn: Bool { settings.isComplete && !surroundings.notifier.isRehearsal }
    var sparesFaults: Bool { settings.sparesFaults }

    func add(_ mail: Mail, at now: MonotonicInstant) {
        let (added, dropped) = queue.add(mail)
        if let dropped {
            forget([dropped])
            count([dropped], because: "more than \(MailQueue.most) wait")
            if let more = limiter.pass(.dropped, at: now) {
                log.warning("mail: \(dropped.title) is not sent: more than \(MailQueue.most) wait\(more)")
            }
        }
        surroundings.memory.keep(added)
    }

    // MARK: The clock

    var deadline: MonotonicInstant? {
        queue.isEmpty ? nil : [queue.deadline, answerDueAt, endsAt].compactMap(\.self).min()
    }

    /// Delivers the clock; true when a program was started, which takes a millisecond.
    func tick(at now: MonotonicInstant) -> Bool {
        if let answerDueAt, answerDueAt <= now {
            // It is collected when it has ended, which may take as long as what it waits for.
            attendant?.child.signalGroup(Signals.kill)
            fail("nothing came of it in time, because a name server or the server hangs", at: now)
        }
        guard let mail = queue.next(at: now) else { return false }
        guard let server = settings.server, settings.isComplete else {
            giveUp(queue.removeAll(), because: "the configuration does not say any more who takes mail")
            return false
        }
        let isNew = attendant == nil
        if isNew, !start() { return true }
        give(mail, for: server, at: now)
        return isNew
    }

    private func give(_ mail: Mail, for server: MailSettings.Server, at now: MonotonicInstant) {
        let order = MailOrder(
            host: server.host, port: Int(server.port),
            patienceMilliseconds: Int(clamping: settings.timeout.nanoseconds / 1_000_000), greeting: settings.greeting,
            sender: settings.sender, router: router, user: user, addressees: settings.recipients,
            recipients: mail.recipients ?? settings.recipients, number: Int(clamping: mail.number), at: mail.at,
            subject: mail.subject, lines: mail.lines)
        queue.begin()
        answerDueAt = now + order.longestAttempt
        outgoing = Array((encode(order).text + "\n").utf8)
        flush()
    }

    private func start() -> Bool {
        do throws(SystemError) {
            let fresh = try Attendant.start(
                arguments: ["understudyd-mail", MailSender.argument], user: currentUserID() == 0 ? Self.nobody : nil)
            attendant = fresh
            tokens = (
                try surroundings.readiness.watch(fresh.stream.rawDescriptor, as: .mail(self)),
                try surroundings.readiness.watch(fresh.child.descriptor, as: .mail(self))
            )
            hasHungUp = false
            return true
        } catch {
            attendant?.child.signalGroup(Signals.kill)
            part()
            fail("the process that sends mail cannot be started: \(error)", at: surroundings.now)
            return false
        }
    }

    // MARK: The process

    /// The stream or the process has something to tell.
    func look(at now: MonotonicInstant) {
        guard let attendant else { return }
        read(attendant, at: now)
        guard attendant.child.reap() == nil else {
            part()
            if queue.isSending { fail("the process that sends mail ended", at: now) }
            return
        }
        flush()
    }

    private func read(_ attendant: Attendant, at now: MonotonicInstant) {
        switch attendant.stream.receive() {
        case .bytes(let bytes): received += bytes
        case .nothingYet: break
        case .end:
            // It is about to end, and its end is told by another descriptor.
            hasHungUp = true
            if let tokens { surroundings.readiness.forget(attendant.stream.rawDescriptor, tokens.stream) }
        }
        while let end = received.firstIndex(of: UInt8(ascii: "\n")) {
            let line = Array(received[..<end])
            received.removeSubrange(...end)
            do {
                take(try decode(MailReport.self, from: JSON(parsing: line)), at: now)
            } catch {
                fail("the process that sends mail says what is no report: \(error)", at: now)
            }
        }
    }

    private func flush() {
        guard let attendant, !hasHungUp else { return }
        while !outgoing.isEmpty {
            guard let count = attendant.stream.send(outgoing[...]) else { break }
            if count == 0 { return watch(forRoom: true) }
            outgoing.removeSubrange(..<count)
        }
        watch(forRoom: false)
    }

    private func watch(forRoom: Bool) {
        guard let attendant, let tokens, forRoom != isWatchingForRoom else { return }
        do throws(SystemError) {
            try surroundings.readiness.watch(
                attendant.stream.rawDescriptor, tokens.stream, forReading: true, forWriting: forRoom)
            isWatchingForRoom = forRoom
        } catch {
            log.debug("mail: \(error)")
        }
    }

    /// Forgets the process, which has ended or is about to.
    private func part() {
        if let attendant, let tokens {
            surroundings.readiness.forget(attendant.stream.rawDescriptor, tokens.stream)
            surroundings.readiness.forget(attendant.child.descriptor, tokens.child)
            _ = attendant.child.reap()
        }
        (attendant, tokens, isWatchingForRoom, outgoing, received) = (nil, nil, false, [], [])
    }

    // MARK: What came of it

    private func take(_ report: MailReport, at now: MonotonicInstant) {
        guard queue.isSending else { return }
        answerDueAt = nil
        switch report.outcome {
        case .taken: taken(report, at: now)
        case .deferred: fail(report.reason, at: now)
        case .refused:
            trouble = nil
            if let mail = queue.removeFirst() { giveUp([mail], because: "\(serverName): \(report.reason)") }
        }
    }

    private func taken(_ report: MailReport, at now: MonotonicInstant) {
        if trouble != nil { log.notice("mail: \(serverName) takes mail again") }
        trouble = nil
        limiter.reset()
        guard let mail = queue.waiting.first else { return }
        if !report.refused.isEmpty {
            log.error(
                "mail: \(mail.title) is not sent to \(report.refused.joined(separator: ", ")): it is not tried again")
        }
        guard report.deferred.isEmpty else {
            let old = queue.keepFirst(for: report.deferred, at: now)
            if let left = queue.waiting.first, left.number == mail.number { surroundings.memory.keep(left) }
            log.notice("mail: \(mail.title) is taken later for \(report.deferred.joined(separator: ", "))")
            return giveUp(old, because: "\(serverName) did not take it for everybody")
        }
        _ = queue.removeFirst()
        forget([mail])
        // keepalived's words.
        log.info("SMTP alert successfully sent: \(mail.title)")
    }

    /// The first one is tried again later, unless it has been tried for long enough.
    private func fail(_ reason: String, at now: MonotonicInstant) {
        answerDueAt = nil
        let title = queue.waiting.first?.title ?? "a mail"
        let old = queue.postpone(at: now)
        let reason = "\(serverName): \(reason)"
        trouble = reason
        giveUp(old, because: reason)
        if !queue.isEmpty, let more = limiter.pass(.deferred, at: now) {
            log.warning("mail: \(title) is not sent yet, and tried again: \(reason)\(more)")
        }
    }

    private func giveUp(_ mails: [Mail], because reason: String) {
        guard let first = mails.first else { return }
        forget(mails)
        count(mails, because: reason)
        let more = mails.count > 1 ? ", nor \(mails.count - 1) more," : ""
        log.error("mail: \(first.title)\(more) is not sent: \(reason)")
    }

    private func count(_ mails: [Mail], because reason: String) {
        lost += mails.count
        if let last = mails.last { lastLoss = "\(last.title) of \(last.at): \(reason)" }
    }

    private func forget(_ mails: [Mail]) {
        for mail in mails { surroundings.memory.forget(mail) }
    }

    private var serverName: String { settings.server.map { "\($0.host) port \($0.port)" } ?? "no server" }

    /// What an operator should know, a sentence each.
    var remarks: [String] {
        var remarks: [String] = []
        if let trouble, let oldest = queue.waiting.first {
            remarks.append(
                "mail is not sent: \(trouble); \(queue.waiting.count) wait, the first since \(oldest.at), and are tried again"
            )
        }
        if lost > 0 { remarks.append("\(lost) mail(s) were not sent since this process started, the last \(lastLoss)") }
        return remarks
    }

    // MARK: The end

    /// Called while every router has stopped: true when the last mail is with the server, or cannot be brought there now.
    func hasFinished(at now: MonotonicInstant) -> Bool {
        if queue.isEmpty { return true }
        guard let endsAt else {
            // Whatever was in the way before has a last chance.
            queue.hurry()
            trouble = nil
            self.endsAt = now + Self.longestFarewell
            return false
        }
        guard endsAt <= now || trouble != nil else { return false }
        giveUp(queue.removeAll(), because: trouble ?? "\(serverName) has not taken it in time, and the daemon stops")
        return true
    }

    /// Stopping was asked for a second time: what is left is left.
    func hurry(at now: MonotonicInstant) { if endsAt != nil { endsAt = now } }
}

extension Mail {
    fileprivate var title: String { "\"\(subject)\"" }
}
