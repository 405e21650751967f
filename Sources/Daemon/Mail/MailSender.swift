internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// The process that speaks to the mail server on the daemon's behalf, because a name server or a mail server that hangs
/// must not delay an advert.
///
/// It is given one mail after the other on standard input, tries each once, and says on standard output what came of it.
/// It has no rights: the daemon starts it as nobody. It ends when the daemon does.
enum MailSender {
    static let argument = "--mail-sender"
    /// No name needs more; the next attempt asks again.
    private static let mostAddresses = 4
    /// How long a server that has the mail may take to say good-bye, in nanoseconds.
    private static let farewell: UInt64 = 2_000_000_000

    static func run() -> Int32 {
        nameProcess("understudyd-mai")
        // SIGTERM comes when the daemon has ended, and ends this one in the middle of whatever it does.
        for signal in [Signals.interrupt, Signals.hangup] + Signals.dumps { Signals.ignore(signal) }
        Signals.ignorePipe()
        var pending: [UInt8] = []
        while let octets = readStandardInput(), !octets.isEmpty {
            pending += octets
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(pending[..<end])
                pending.removeSubrange(...end)
                obey(line)
            }
        }
        return 0
    }

    private static func obey(_ line: [UInt8]) {
        do {
            attempt(try decode(MailOrder.self, from: JSON(parsing: line)))
        } catch {
            tell(MailReport(outcome: .refused, reason: "the order cannot be read: \(error)"))
        }
    }

    private static func tell(_ report: MailReport) { writeStandardOutput(encode(report).text + "\n") }

    private static func attempt(_ order: MailOrder) {
        let message = MailMessage(order, host: fullName(for: order))
        var failure = "it has no address"
        for address in addresses(of: order.host, &failure) {
            var dialogue = SMTPDialogue(message, to: order.recipients)
            guard let stream = connect(to: address, order, &failure) else { continue }
            converse(&dialogue, over: stream, order)
            return
        }
        tell(MailReport(outcome: .deferred, reason: failure))
    }

    /// What this host is called, which is asked of name servers only where nothing else says it.
    private static func fullName(for order: MailOrder) -> String {
        let name = hostName()
        return order.greeting != nil && order.sender != nil && order.router != nil
            ? name : canonicalName(of: name) ?? name
    }

    private static func addresses(of host: String, _ failure: inout String) -> ArraySlice<IPAddress> {
        if let address = IPAddress(host) { return [address] }
        do throws(NameLookupFailure) {
            return try lookUpAddresses(of: host).prefix(mostAddresses)
        } catch {
            failure = "its name is not known: \(error.reason)"
            return []
        }
    }

    private static func connect(to address: IPAddress, _ order: MailOrder, _ failure: inout String) -> ByteStream? {
        do throws(SystemError) {
            let stream = try ByteStream(connectingTo: address, port: UInt16(clamping: order.port))
            guard wait(for: stream, toWrite: true, until: deadline(of: order)) else {
                failure = "\(address) does not answer within \(order.patience)"
                return nil
            }
            if let code = stream.connectionError { throw SystemError("connect \(address)", code) }
            return stream
        } catch {
            failure = "\(error)"
            return nil
        }
    }

    /// Speaks with the server to the end, and tells what came of it as soon as that is known.
    private static func converse(_ dialogue: inout SMTPDialogue, over stream: ByteStream, _ order: MailOrder) {
        var until = deadline(of: order)
        while dialogue.report == nil {
            guard wait(for: stream, toWrite: false, until: until) else {
                dialogue.end(because: "it did not answer within \(order.patience)")
                break
            }
            switch stream.receive() {
            case .bytes(let octets):
                let answer = dialogue.receive(octets)
                if answer.isEmpty { continue }
                if !stream.send(answer) { dialogue.end(because: "it takes no more octets") }
                // What comes in pieces has no more time than what comes whole.
                until = deadline(of: order)
            case .nothingYet: continue
            case .end: dialogue.end(because: "it hung up instead of an answer")
            case .failed(let code):
                dialogue.end(because: "the connection broke (\(SystemError("receive", code).reason))")
            }
        }
        if let report = dialogue.report { tell(report) }
        takeLeave(of: stream)
    }

    /// Waits for the server's answer to QUIT (RFC 5321 section 4.1.1.10), but not for long.
    private static func takeLeave(of stream: ByteStream) {
        stream.finishSending()
        let until = monotonicNanoseconds() + farewell
        while wait(for: stream, toWrite: false, until: until) {
            switch stream.receive() {
            case .nothingYet: continue
            case .bytes, .end, .failed: return
            }
        }
    }

    private static func deadline(of order: MailOrder) -> UInt64 {
        monotonicNanoseconds() + UInt64(clamping: order.patienceMilliseconds) * 1_000_000
    }

    /// False when the time is over.
    private static func wait(for stream: ByteStream, toWrite: Bool, until deadline: UInt64) -> Bool {
        guard monotonicNanoseconds() < deadline else { return false }
        var items = [LinuxKernel.Readiness(stream.rawDescriptor, wantsToWrite: toWrite)]
        do throws(SystemError) {
            try LinuxKernel.Readiness.wait(&items, until: deadline)
        } catch {
            return false
        }
        return items[0].isReady
    }
}
