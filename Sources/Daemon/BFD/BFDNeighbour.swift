internal import Configuration
internal import Control
internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// One BFD session with what this host needs for it.
final class BFDNeighbour {
    var check: BFDCheck
    var session: BFDSession
    /// Nil while it cannot be opened.
    var sender: UDPSender?
    /// The port that it sent from before.
    var port: UInt16
    /// When it is tried again to open what could not be opened.
    var retryAt: MonotonicInstant?
    /// Why nothing can be sent, or received; nil when nothing stands in the way.
    var hindrance: String?
    /// Since when the session is up, or is not.
    var changedAt: MonotonicInstant?
    /// Until when it is not held against a session that a reload added that it is not up yet, and what counts instead.
    var graceEndsAt: MonotonicInstant?
    var graceStatus = CheckState.Status.unknown
    /// Why it went down last, after a colon.
    var loss: String?
    var counters = BFDCounters()
    /// What a successor of this process has been left.
    var remembered: BFDMemory?

    init(_ check: BFDCheck, _ session: BFDSession, port: UInt16) {
        self.check = check
        self.session = session
        self.port = port
    }

    var status: CheckState.Status {
        if session.state == .up { return .working }
        return graceEndsAt == nil ? .failed : graceStatus
    }

    var deadline: MonotonicInstant? {
        [session.deadline, retryAt, graceEndsAt].compactMap(\.self).min()
    }

    var memory: BFDMemory { BFDMemory(key: BFDMemory.key(check.identity), session: session.saved, port: port) }

    /// What is known of it, as a part of a sentence.
    var outcome: String {
        let name = "\(check.neighbour)"
        switch session.state {
        case .up:
            let patience = session.detectionTime.map { ", which is given up after \($0.rounded) of silence" } ?? ""
            return "up with \(name)\(patience)"
        case .adminDown: return "ended here"
        case .initializing: return "down: \(name) is heard, and has not answered yet"
        case .down:
            if let hindrance { return "down: \(hindrance)" }
            return "down: " + (loss ?? "\(name) has not answered yet")
        }
    }

    func report(at now: MonotonicInstant) -> SessionStatus {
        var status = SessionStatus(
            name: check.name, neighbour: "\(check.neighbour)", isMultihop: check.isMultihop,
            state: session.state.shown, outcome: outcome)
        status.source = check.source.map { "\($0)" }
        status.sinceSeconds = changedAt.map { now.since($0).inSeconds }
        status.diagnostic = "\(session.diagnostic)"
        status.remoteDiagnostic = "\(session.remote.diagnostic)"
        status.detectionSeconds = session.state == .up ? session.detectionTime?.inSeconds : nil
        status.transmitSeconds = session.transmitInterval.inSeconds
        status.counters = counters.table
        return status
    }
}

/// What came of packets.
struct BFDCounters {
    var sent: UInt64 = 0
    var sendErrors: UInt64 = 0
    var received: UInt64 = 0
    /// Too few hops were left.
    var hopLimitErrors: UInt64 = 0
    /// Not as a control packet is, or against the rules of RFC 5880 section 6.8.6.
    var malformed: UInt64 = 0
    /// They named a session that is not there.
    var unknownSessions: UInt64 = 0
    var wentDown: UInt64 = 0

    var table: [String: Int] {
        [
            "sent": sent, "send_errors": sendErrors, "received": received, "hop_limit_errors": hopLimitErrors,
            "malformed": malformed, "unknown_sessions": unknownSessions, "went_down": wentDown,
        ].mapValues { Int(clamping: $0) }
    }

    /// Those that have counted, as the end of a line.
    var text: String {
        table.filter { $0.value != 0 }.sorted { $0.key < $1.key }.map { "; \($0.key) \($0.value)" }.joined()
    }
}

extension BFDCheck {
    var sessionConfiguration: BFDSession.Configuration {
        BFDSession.Configuration(
            desiredMinTx: desiredMinTx, requiredMinRx: requiredMinRx, idleTx: idleTx,
            detectMultiplier: UInt8(clamping: multiplier), isPassive: isPassive)
    }

    var port: UInt16 { isMultihop ? BFDControl.multihopPort : BFDControl.singleHopPort }
}

extension BFDState {
    var shown: SessionStatus.State {
        switch self {
        case .adminDown: .adminDown
        case .down: .down
        case .initializing: .initializing
        case .up: .up
        }
    }
}

extension Interval {
    /// To a millisecond.
    fileprivate var rounded: String { Interval.milliseconds(nanoseconds / 1_000_000).description }
}
