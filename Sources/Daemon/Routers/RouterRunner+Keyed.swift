internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
package import VRRPWire

// `auth_hmac`: what time it is, and what people are told.

/// What an advert is signed with.
typealias Signature = (key: KeyedAuthentication.NumberedKey, sequence: AuthenticationSequence)

/// What the wall clock says, as adverts carry it.
package func presentSequence() -> AuthenticationSequence {
    let wall = wallClock()
    return AuthenticationSequence(
        seconds: UInt64(max(0, wall.seconds)), nanoseconds: UInt64(max(0, wall.nanoseconds)))
}

extension RouterRunner {
    /// Both clocks; the wall clock is asked only where adverts carry it.
    func authenticationClock(at now: MonotonicInstant) -> AuthenticationClock {
        guard instance.keyed != nil else {
            return AuthenticationClock(wall: AuthenticationSequence(rawValue: 0), now: now)
        }
        return AuthenticationClock(wall: presentSequence(), now: now)
    }

    /// Says what `mode enforce` would refuse, before it does.
    func warn(of distrust: TrailerRefusal, from source: IPAddress, at now: MonotonicInstant) {
        guard let more = limiter.pass(.distrusted(distrust.kind), at: now) else { return }
        let what = "(\(name)) an advert from \(source) does not prove its sender: \(distrust)"
        switch distrust {
        case .missing: log.info("\(what); `mode enforce` would ignore it\(more)")
        case .notConfigured: log.notice("\(what); it is believed all the same\(more)")
        default: log.warning("\(what); `mode enforce` would ignore it, and both of us would become MASTER\(more)")
        }
    }

    var keyedStatus: KeyedStatus? {
        instance.keyed.map {
            KeyedStatus(
                mode: $0.mode.rawValue, activeKey: Int($0.activeKey), keys: $0.keys.map { Int($0.id) },
                antiReplay: $0.replayProtection.rawValue, timeWindowSeconds: $0.window)
        }
    }
}

extension TrailerRefusal {
    /// True when the two configurations or clocks disagree, rather than a packet being damaged or sent again.
    var isDisagreement: Bool {
        switch self {
        case .missing, .stale, .unknownKey, .wrongCode, .notConfigured: true
        case .malformed, .replayed: false
        }
    }

    /// One number for each kind, beside those of ``Refusal``.
    var kind: Int {
        switch self {
        case .missing: 20
        case .notConfigured: 21
        case .malformed: 22
        case .stale: 23
        case .unknownKey: 24
        case .wrongCode: 25
        case .replayed: 26
        }
    }
}

extension Admitted {
    /// What sets its sender apart from us, for `status`.
    var differenceInWords: String? {
        let addresses = remarks.contains(.addressesDiffer) ? "other virtual addresses than ours" : nil
        let trailer: String? =
            switch distrust {
            case nil, .notConfigured: nil
            case .missing: "adverts that are not signed"
            case .some: "adverts that are signed, but not as ours"
            }
        let all = [addresses, trailer].compactMap(\.self)
        return all.isEmpty ? nil : all.joined(separator: "; ")
    }
}

extension OctetWriter {
    mutating func put(_ keyed: KeyedMemory) {
        put(keyed.sent != nil)
        put(keyed.sent?.rawValue ?? 0)
        let marks = keyed.marks.suffix(KeyedMemory.multicastSenders)
        put(UInt64(marks.count))
        for mark in marks {
            put(Heard(priority: .resigning, interval: .oneSecond, source: mark.source))
            put(mark.sequence.rawValue)
            put(mark.at)
            put(UInt64(mark.believed.count))
            for sequence in mark.believed { put(sequence.rawValue) }
        }
    }
}

extension OctetReader {
    mutating func keyedMemory() -> KeyedMemory {
        let hasSent = flag()
        let sent = AuthenticationSequence(rawValue: number())
        var marks: [KeyedMemory.Mark] = []
        var rest = min(number(), UInt64(KeyedMemory.multicastSenders))
        while rest > 0, !isDamaged {
            let source = heard()?.source
            let sequence = AuthenticationSequence(rawValue: number())
            let at = instant()
            let believed = (0..<min(number(), UInt64(KeyedMemory.Mark.mostBelieved))).map { _ in
                AuthenticationSequence(rawValue: number())
            }
            if let source {
                marks.append(KeyedMemory.Mark(source: source, sequence: sequence, at: at, believed: believed))
            }
            rest -= 1
        }
        return KeyedMemory(sent: hasSent ? sent : nil, marks: marks)
    }
}
