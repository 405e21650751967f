internal import Configuration
internal import VRRPCore
internal import VRRPWire

/// What a successor process needs of one router to go on as if nothing had happened.
struct RouterMemory: Equatable {
    /// Which one it is, by what makes it the same on the wire.
    var key: String
    var state: VirtualRouter.State
    var checksumForm: ChecksumForm
    var since: MonotonicInstant
    var hasTakenPart: Bool
    var cause: String
    /// `auth_hmac`: what was sent and heard last, so that nothing is sent or believed a second time.
    var keyed: KeyedMemory
    /// `auth_type AH`: likewise.
    var header: HeaderMemory

    private static let headerMark: UInt64 = 0x4148

    /// One instance and no other has this key.
    static func key(_ identity: InstanceIdentity) -> String {
        "\(identity.interface) \(identity.virtualRouterID.rawValue) \(identity.family) \(identity.isUnicast) "
            + (identity.unicastSource.map { "\($0)" } ?? "-")
    }

    init(
        key: String, state: VirtualRouter.State, checksumForm: ChecksumForm, since: MonotonicInstant,
        hasTakenPart: Bool,
        cause: String, keyed: KeyedMemory = KeyedMemory(), header: HeaderMemory = HeaderMemory()
    ) {
        self.key = key
        self.state = state
        self.checksumForm = checksumForm
        self.since = since
        self.hasTakenPart = hasTakenPart
        self.cause = cause
        self.keyed = keyed
        self.header = header
    }

    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.put(key)
        writer.put(state)
        writer.put(UInt64(checksumForm.number))
        writer.put(since)
        writer.put(hasTakenPart)
        writer.put(String(cause.prefix(400)))
        writer.put(keyed)
        if header != HeaderMemory() {
            writer.put(Self.headerMark)
            writer.put(header)
        }
        return writer.octets
    }

    init?(_ octets: [UInt8]) {
        var reader = OctetReader(octets)
        let key = reader.text()
        guard let state = reader.state() else { return nil }
        self.init(
            key: key, state: state, checksumForm: ChecksumForm(number: reader.number()), since: reader.instant(),
            hasTakenPart: reader.flag(), cause: reader.text(), keyed: reader.keyedMemory())
        // A version that knew no such headers wrote none.
        if reader.takes(Self.headerMark) { header = reader.headerMemory() }
        if reader.isDamaged || key.isEmpty { return nil }
    }
}

/// What is known of one check.
struct CheckMemory: Equatable {
    /// Its kind and name.
    var key: String
    var state: CheckState.Saved

    init(key: String, state: CheckState.Saved) {
        self.key = key
        self.state = state
    }

    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.put(key)
        writer.put(UInt64(state.status == .unknown ? 0 : state.status == .working ? 1 : 2))
        writer.put(UInt64(bitPattern: Int64(state.counter)))
        return writer.octets
    }

    init?(_ octets: [UInt8]) {
        var reader = OctetReader(octets)
        let (key, status, counter) = (reader.text(), reader.number(), reader.number())
        guard !reader.isDamaged, !key.isEmpty, status <= 2 else { return nil }
        self.init(
            key: key,
            state: CheckState.Saved(
                status: [.unknown, .working, .failed][Int(status)], counter: Int(Int64(bitPattern: counter))))
    }
}

extension ChecksumForm {
    fileprivate var number: UInt8 {
        switch self {
        case .messageOnly: 0
        case .pseudoHeader: 1
        case .pseudoHeaderOfGroup: 2
        }
    }

    fileprivate init(number: UInt64) {
        self = number == 0 ? .messageOnly : number == 2 ? .pseudoHeaderOfGroup : .pseudoHeader
    }
}

extension OctetWriter {
    fileprivate mutating func put(_ state: VirtualRouter.State) {
        switch state {
        case .initialize(let initialize):
            put(UInt64(1))
            put(initialize.isWanted)
        case .backup(let backup):
            put(UInt64(2))
            put(backup.takeOverAt)
            put(UInt64(backup.learnedInterval.count))
            put(backup.lastHeard)
            put(backup.lastHeardAt)
            put(backup.preemptAt)
            put(backup.handedOver)
            put(backup.hasListenedAgain)
        case .active(let active):
            put(UInt64(3))
            put(active.advertisedAt)
            put(active.advertiseAt)
            put(active.announceAgain?.at)
            put(UInt64(active.announceAgain?.times ?? 0))
            put(active.refreshAt)
            put(active.answerRivalsAt)
        case .resigning(let resigning):
            let number: UInt64 =
                switch resigning.purpose {
                case .stop: 4
                // A version that knew no such thing starts anew.
                case .switchOver: resigning.isResumed ? 10 : 5
                case .yield: 8
                }
            put(number + (resigning.announcementAwaited ? 0 : resigning.purpose == .yield ? 1 : 2))
            put(resigning.giveUpAt)
            put(resigning.successor)
            put(resigning.letGoAt)
        }
    }
}

extension OctetReader {
    fileprivate mutating func state() -> VirtualRouter.State? {
        switch number() {
        case 1: return .initialize(Initialize(isWanted: flag()))
        case 2:
            var backup = Backup(takeOverAt: instant(), learnedInterval: centiseconds())
            backup.lastHeard = heard()
            backup.lastHeardAt = optionalInstant()
            backup.preemptAt = optionalInstant()
            backup.handedOver = flag()
            backup.hasListenedAgain = flag()
            return .backup(backup)
        case 3:
            var active = Active(advertisedAt: instant(), advertiseAt: instant())
            if let at = optionalInstant() {
                active.announceAgain = .init(at: at, times: Int(clamping: number()))
            } else {
                _ = number()
            }
            active.refreshAt = optionalInstant()
            active.answerRivalsAt = optionalInstant()
            return .active(active)
        case 4: return .resigning(resigning(.stop, awaiting: true))
        case 5: return .resigning(resigning(.switchOver, awaiting: true))
        case 6: return .resigning(resigning(.stop, awaiting: false))
        case 7: return .resigning(resigning(.switchOver, awaiting: false))
        case 8: return .resigning(resigning(.yield, awaiting: true))
        case 9: return .resigning(resigning(.yield, awaiting: false))
        case 10: return .resigning(resigning(.switchOver, awaiting: true, isResumed: true))
        case 12: return .resigning(resigning(.switchOver, awaiting: false, isResumed: true))
        default: return nil
        }
    }

    private mutating func resigning(
        _ purpose: Resigning.Purpose, awaiting: Bool, isResumed: Bool = false
    ) -> Resigning {
        var resigning = Resigning(purpose: purpose, giveUpAt: instant())
        resigning.isResumed = isResumed
        resigning.announcementAwaited = awaiting
        resigning.successor = heard()
        resigning.letGoAt = optionalInstant()
        return resigning
    }
}
