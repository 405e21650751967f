public import VRRPWire

/// Why an advert does not prove who sent it (`auth_hmac`).
public enum TrailerRefusal: Error, Equatable, Sendable {
    case missing
    /// There is a trailer, and nothing here to judge it by.
    case notConfigured
    case malformed(WireError)
    /// Its time is so many seconds behind ours; ahead when negative.
    case stale(seconds: Int, window: Int)
    case unknownKey(UInt8)
    case wrongCode(key: UInt8)
    case replayed
}

extension TrailerRefusal: CustomStringConvertible {
    /// The reason as the end of a sentence about the packet, with what would end it.
    public var description: String {
        switch self {
        case .missing:
            "it has no authentication trailer (block 'auth_hmac' is missing there, or its mode is receive-only)"
        case .notConfigured: "it has an authentication trailer, and there is no block 'auth_hmac' here to check it by"
        case .malformed(let error): error.description
        case .stale(let seconds, let window):
            "its time is \(abs(seconds)) s \(seconds < 0 ? "ahead of" : "behind") ours, and \(window) s are allowed: a replay, or "
                + "one of the two clocks is wrong (timedatectl; keyword 'time_window')"
        case .unknownKey(let id): "it is signed with key \(id), which is not in the block 'auth_hmac' here"
        case .wrongCode(let id):
            "its HMAC is wrong: it was forged, or key \(id) is another one there (block 'auth_hmac')"
        case .replayed:
            "it is not newer than the last one of this sender: a replay, or the sender's clock was set back before it "
                + "started (timedatectl there)"
        }
    }
}

extension VirtualRouter {
    /// Judges the trailer of `message`, in the order window, key, HMAC, replay, and returns the mark to set once everything
    /// else about the message has been found good.
    ///
    /// The window comes before the costly HMAC, and may only refuse: nothing in the trailer is proven by then. A sender
    /// that was heard before is in time as well when its clock has gone on as ours has without being set, so that setting
    /// our clock does not make us deaf.
    func judge(
        trailerOf message: Span<UInt8>, from source: IPAddress, by keyed: KeyedAuthentication,
        at clock: AuthenticationClock?
    ) throws(TrailerRefusal) -> KeyedMemory.Mark {
        let trailer: AuthenticationTrailer
        do throws(WireError) { trailer = try AuthenticationTrailer.parse(message) } catch { throw .malformed(error) }
        let mark = keyedMemory.mark(of: source)
        var isOfThePresent = true
        if let clock, keyed.replayProtection == .time {
            let behind = clock.wall.secondsSince(trailer.sequence)
            isOfThePresent = abs(behind) <= keyed.window
            let goesOn = mark.map {
                abs($0.expected(at: clock.now) - trailer.sequence.secondsSince($0.sequence)) <= keyed.window
            }
            guard isOfThePresent || goesOn == true else { throw .stale(seconds: behind, window: keyed.window) }
        }
        guard let key = keyed.key(trailer.keyID) else { throw .unknownKey(trailer.keyID) }
        let code = AuthenticationTrailer.code(over: message, from: source, key: key)
        guard code.matches(trailer.code) else { throw .wrongCode(key: trailer.keyID) }
        if let mark, !trailer.sequence.isAfter(mark.sequence) {
            guard isOfThePresent, !mark.believed.contains(trailer.sequence), let clock, keyed.replayProtection == .time,
                mark.isStranded(
                    at: clock, window: keyed.window,
                    interval: .milliseconds(10 * UInt64(Advertisement.statedInterval(in: message))))
            else { throw .replayed }
        }
        let now = clock?.now ?? MonotonicInstant(nanoseconds: 0)
        return (mark ?? KeyedMemory.Mark(source: source, sequence: trailer.sequence, at: now))
            .moved(to: trailer.sequence, at: now)
    }
}

extension KeyedMemory.Mark {
    /// Whether the mark orders nothing any more, because the clocks were set back since.
    ///
    /// The window would refuse it, and two and a half of the sender's intervals went by without another. While a sender goes on
    /// from it, what is older is a recording, however far our own clock is off.
    fileprivate func isStranded(at clock: AuthenticationClock, window: Int, interval: Interval) -> Bool {
        abs(clock.wall.secondsSince(sequence)) > window && clock.now.since(at) * 2 > interval * 5
    }

    /// How many seconds a sender's clock has gone on since, unless it was set.
    fileprivate func expected(at now: MonotonicInstant) -> Int {
        Int(clamping: now.since(at).nanoseconds / 1_000_000_000)
    }
}
