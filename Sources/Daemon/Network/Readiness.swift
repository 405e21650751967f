internal import LinuxKernel

/// What a descriptor in the poller belongs to.
enum Source {
    case signals
    case routes
    case renewals
    case forwarding
    case filter
    case socket(SharedSocket)
    case bfd(BFDListener)
    case announcements(LinkListener)
    case claims(ClaimListener)
    case script(ScriptRunner)
    case notify(NotifyQueue)
    case notifyReader(NotifyPipe)
    case processEvents
    case process(pid: Int32)
    case recorder(RecorderLink)
    case files(FileWatcher)
    case mail(Mailer)
    case dumps(DumpFiles)
    case reloadTime(ReloadTimer)
    case controlListener
    case controlClient(ControlClient)
}

/// The poller and the meaning of its tokens.
///
/// A token is never used twice, so late news of a closed descriptor is no news.
final class Readiness {
    private let poller: Poller
    private var sources: [UInt64: Source] = [:]
    private var nextToken: UInt64 = 1
    /// Reused by every turn.
    private var ready: [UInt64] = []

    init() throws(SystemError) {
        poller = try Poller()
        ready.reserveCapacity(256)
    }

    func watch(_ descriptor: Int32, as source: Source) throws(SystemError) -> Token {
        let token = Token(rawValue: nextToken)
        nextToken += 1
        try poller.watch(descriptor, as: token)
        sources[token.rawValue] = source
        return token
    }

    /// Changes what is of interest; that the other end has hung up always is.
    func watch(_ descriptor: Int32, _ token: Token, forReading: Bool, forWriting: Bool) throws(SystemError) {
        try poller.watch(descriptor, as: token, readable: forReading, writable: forWriting)
    }

    func forget(_ descriptor: Int32, _ token: Token) {
        sources[token.rawValue] = nil
        poller.forget(descriptor)
    }

    /// Waits until something is readable or the clock reaches `deadline`, then hands out every source that is ready.
    ///
    /// All readable descriptors are visited before this returns, so that a process that was paused hears the news
    /// before it acts on deadlines that have long passed.
    func wait(untilNanoseconds deadline: UInt64?, _ visit: (Source) -> Void) throws(SystemError) {
        var limit = deadline
        for _ in 0..<Self.rounds {
            ready.removeAll(keepingCapacity: true)
            try poller.wait(untilNanoseconds: limit) { ready.append($0.rawValue) }
            for token in ready {
                if let source = sources[token] { visit(source) }
            }
            if ready.count < Self.fullRound { return }
            limit = 1
        }
    }

    /// The poller tells of 64 descriptors at a time, its own timer among them.
    private static let fullRound = 63
    private static let rounds = 8
}
