// A libFuzzer target for `auth_hmac`: the file that holds a key, and a receiver among senders, recorders and forgers whose
// clocks are set at any time. See scripts/fuzz.

import Configuration
import VRRPCore
import VRRPWire

/// Takes the input apart, octet by octet; zeros follow its end.
private struct Script {
    var octets: ArraySlice<UInt8>

    mutating func next() -> UInt8 { octets.popFirst() ?? 0 }

    mutating func next(_ count: Int) -> [UInt8] {
        let taken = Array(octets.prefix(count))
        octets = octets.dropFirst(count)
        return taken
    }

    /// Either way: often a second or so, seldom hours.
    mutating func milliseconds() -> Int {
        let (count, scale) = (Int(Int8(bitPattern: next())), next())
        return [10, 100, 1000, 60_000][Int(scale & 3)] * count
    }
}

/// What was on the wire: all that the code covers.
///
/// It does not cover the checksum, so whoever changes only that has sent the same advert again.
private struct Packet: Hashable {
    var source: IPAddress
    var octets: [UInt8]

    var withoutChecksum: Packet {
        var copy = self
        if copy.octets.count >= 8 { (copy.octets[6], copy.octets[7]) = (0, 0) }
        return copy
    }
}

private func key(_ octet: UInt8) -> AuthenticationKey {
    AuthenticationKey([UInt8](repeating: octet, count: 32).span)
}

/// One sender with a key; its clock may be wrong.
private struct Sender {
    var router: VirtualRouter
    var keyed: KeyedAuthentication
    var clockError = 0

    init(_ address: IPAddress, _ keyed: KeyedAuthentication) {
        router = VirtualRouter(
            VirtualRouter.Configuration(version: .v3, advertisementInterval: .oneSecond), priority: Priority(100),
            primaryAddress: address)
        self.keyed = keyed
    }
}

private struct Link {
    private let virtualRouterID: VirtualRouterID
    private var receiver: VirtualRouter
    private var rules: ReceptionRules
    private var receiverClockError = 0
    private var senders: [Sender] = []
    private let version: ProtocolVersion
    private let sources: [IPAddress]
    private let group: IPAddress

    /// What passed by, forged or not.
    private var recordings: [Packet] = []
    /// Who signed what, by the number of the key.
    private var genuine: [Packet: UInt8] = [:]
    /// When a packet was believed: how often clocks that matter to it had been set, and how many of its sender were.
    private var believed: [Packet: (settings: Int, count: Int)] = [:]
    private var believedCounts: [IPAddress: Int] = [:]
    private var settings: [IPAddress: Int] = [:]
    /// When a sender was last believed.
    private var heardAt: [IPAddress: Int] = [:]
    private var milliseconds = 1_000_000
    private let epoch: Int
    private var wasAnyClockSet = false

    typealias Mode = KeyedAuthentication.Mode

    init(_ script: inout Script) {
        let flags = script.next()
        guard let virtualRouterID = VirtualRouterID(51) else { preconditionFailure("51 names a virtual router") }
        self.virtualRouterID = virtualRouterID
        let isV6 = flags & 1 != 0
        version = flags & 3 == 2 ? .v2 : .v3
        sources = (2...4).compactMap { IPAddress(isV6 ? "fe80::\($0)" : "192.0.2.\($0)") }
        group = .vrrpGroup(isV6 ? .v6 : .v4)
        let addresses = [IPAddress(isV6 ? "fe80::99" : "192.0.2.99")].compactMap(\.self)
        // In 2106 the seconds begin anew.
        epoch = flags & 4 == 0 ? 1_800_000_000 : (1 << 32) - 60
        let mode: Mode = flags & 0x18 == 0x08 ? .permissive : flags & 0x18 == 0x10 ? .receiveOnly : .enforce
        let keyed = KeyedAuthentication(
            keys: [.init(id: 1, key: key(1)), .init(id: 2, key: key(2))], activeKey: flags & 0x40 == 0 ? 1 : 2,
            mode: .enforce, replayProtection: flags & 0x20 == 0 ? .time : .monotonic, window: 5)
        rules = ReceptionRules(
            version: version, interval: .oneSecond, authentication: .none, addresses: addresses,
            peers: flags & 0x80 == 0 ? nil : sources, keyed: keyed)
        rules.keyed?.mode = mode
        receiver = VirtualRouter(
            VirtualRouter.Configuration(version: version, advertisementInterval: .oneSecond), priority: Priority(100),
            primaryAddress: sources[0])
        senders = sources.map { Sender($0, keyed) }
    }

    private func clock(error: Int) -> AuthenticationClock {
        let wall = max(0, epoch * 1000 + milliseconds - 1_000_000 + error)
        return AuthenticationClock(
            wall: AuthenticationSequence(seconds: UInt64(wall / 1000), nanoseconds: UInt64(wall % 1000) * 1_000_000),
            now: MonotonicInstant(nanoseconds: UInt64(milliseconds) * 1_000_000))
    }

    // MARK: Sending

    private mutating func signed(by index: Int, priority: UInt8) -> Packet? {
        let clock = clock(error: senders[index].clockError)
        guard let signature = senders[index].router.sign(senders[index].keyed, at: clock) else { return nil }
        let packet = emit(from: sources[index], priority, signature.key.id, signature.key.key, signature.sequence)
        genuine[packet.withoutChecksum] = signature.key.id
        recordings.append(packet)
        return packet
    }

    private func emit(
        from source: IPAddress, _ priority: UInt8, _ id: UInt8, _ key: AuthenticationKey,
        _ sequence: AuthenticationSequence
    ) -> Packet {
        let advertisement = Advertisement(
            version: version, virtualRouterID: virtualRouterID, priority: Priority(priority), interval: .oneSecond,
            addressCount: rules.addresses.count)
        let carrier = Carrier(source: source, destination: group)
        let octets = [UInt8](capacity: 128) { output in
            advertisement.emit(
                into: &output, addresses: rules.addresses, carrier: carrier,
                checksum: version == .v2 ? .messageOnly : .pseudoHeader, keyID: id, key: key, sequence: sequence)
        }
        return Packet(source: source, octets: octets)
    }

    // MARK: Hearing

    /// - Returns: whether it was believed, and proved its sender.
    @discardableResult private mutating func deliver(_ packet: Packet) -> Bool {
        let admitted: Admitted
        let before = receiver.counters
        do throws(Refusal) {
            admitted = try receiver.admit(
                packet.octets.span, carrier: Carrier(source: packet.source, destination: group), rules: rules,
                clock: clock(error: receiverClockError))
        } catch {
            precondition(!"\(error)".isEmpty && receiver.keyedMemory.marks.count <= sources.count)
            return false
        }
        let keyed = rules.keyed
        precondition(
            keyed?.mode != .enforce || admitted.distrust == nil, "believed \(admitted.distrust.debugDescription)")
        guard admitted.distrust == nil else { return false }
        let bare = packet.withoutChecksum
        guard let id = genuine[bare] else { preconditionFailure("believed what nobody signed: \(packet)") }
        precondition(keyed?.key(id) != nil, "believed what key \(id) signed, which is not held")
        precondition(receiver.counters.trailersForged == before.trailersForged)
        let isMonotonic = keyed?.replayProtection == .monotonic
        let settings = isMonotonic ? 0 : settings[packet.source, default: 0]
        let count = believedCounts[packet.source, default: 0]
        if let then = believed[bare] {
            let isForgotten = !isMonotonic && count - then.count >= KeyedMemory.Mark.mostBelieved
            precondition(settings > then.settings || isForgotten, "believed twice, and no clock was set: \(packet)")
        }
        believed[bare] = (settings, count)
        believedCounts[packet.source] = count + 1
        return true
    }

    /// A new advert on an undisturbed link must be believed: who refuses it becomes a second owner.
    private mutating func deliverAtOnce(_ packet: Packet) {
        let isHeld = genuine[packet.withoutChecksum].flatMap { rules.keyed?.key($0) } != nil
        let isProven = deliver(packet)
        precondition(isProven || wasAnyClockSet || !isHeld, "refused an advert that is good: \(packet)")
    }

    private mutating func set(_ error: Int, of index: Int?) {
        wasAnyClockSet = true
        if let index {
            senders[index].clockError = error
            settings[sources[index], default: 0] += 1
        } else {
            receiverClockError = error
            for source in sources { settings[source, default: 0] += 1 }
        }
    }

    // MARK: Steps

    mutating func step(_ script: inout Script) {
        let (what, which) = (script.next() % 16, Int(script.next()))
        let index = which % sources.count
        switch what {
        case 0...3: if let packet = signed(by: index, priority: script.next()) { deliverAtOnce(packet) }
        case 4: _ = signed(by: index, priority: 200)  // Lost on its way to us.
        case 5, 6: milliseconds += abs(script.milliseconds())
        case 7: set(script.milliseconds(), of: nil)
        case 8: set(script.milliseconds(), of: index)
        case 9: replay(which, &script)
        case 10: damage(which, &script)
        case 11: forge(index, &script)
        case 12: deliver(Packet(source: sources[index], octets: script.next(which & 0x7F)))
        case 13: exchangeKeys(which)
        case 14: if let packet = recordings.last { deliver(packet) }
        default: replaceReceiver()
        }
    }

    private mutating func replay(_ which: Int, _ script: inout Script) {
        guard !recordings.isEmpty else { return }
        var packet = recordings[which % recordings.count]
        // Perhaps in another's name.
        let other = Int(script.next())
        if other & 0xF0 == 0xF0 { packet.source = sources[other % sources.count] }
        deliver(packet)
    }

    private mutating func damage(_ which: Int, _ script: inout Script) {
        guard !recordings.isEmpty else { return }
        var packet = recordings[which % recordings.count]
        let (place, mask) = (Int(script.next()) % packet.octets.count, script.next())
        packet.octets[place] ^= mask
        if mask & 0x0F == 0x0F { packet.octets.removeLast(Int(mask >> 4) + 1) }
        if mask & 0x0F == 0x0E { packet.octets += script.next(Int(mask >> 4)) }
        if mask & 1 != 0 { mendChecksum(of: &packet) }
        deliver(packet)
    }

    /// So that the code has to tell, rather than the checksum.
    private func mendChecksum(of packet: inout Packet) {
        guard packet.octets.count >= 8 else { return }
        do throws(WireError) {
            _ = try Advertisement.parse(
                packet.octets.span, carrier: Carrier(source: packet.source, destination: group), trailer: 28)
        } catch .checksum(_, let expected) {
            (packet.octets[6], packet.octets[7]) = (UInt8(expected >> 8), UInt8(expected & 0xFF))
        } catch {
            // It is wrong in another way as well.
        }
    }

    /// With a key of the right number that is another one.
    private mutating func forge(_ index: Int, _ script: inout Script) {
        let clock = clock(error: receiverClockError)
        let ahead = UInt64(script.next()) << 24
        let packet = emit(
            from: sources[index], 255, script.next(), key(9),
            AuthenticationSequence(rawValue: clock.wall.rawValue &+ ahead))
        recordings.append(packet)
        deliver(packet)
    }

    private mutating func exchangeKeys(_ which: Int) {
        let all: [KeyedAuthentication.NumberedKey] = [.init(id: 1, key: key(1)), .init(id: 2, key: key(2))]
        rules.keyed?.keys = which & 3 == 0 ? [all[0]] : which & 3 == 1 ? [all[1]] : all
    }

    /// A process that goes on from what the one before it remembered.
    private mutating func replaceReceiver() {
        let memory = receiver.keyedMemory
        receiver = VirtualRouter(
            VirtualRouter.Configuration(version: version, advertisementInterval: .oneSecond), priority: Priority(100),
            primaryAddress: sources[0])
        receiver.keyedMemory = memory
    }
}

// MARK: - Files that hold keys

private struct KeyFile: SourceReader {
    static let configuration = """
        vrrp_instance one {
            interface eth0
            virtual_router_id 51
            virtual_ipaddress {
                192.0.2.10/24
            }
            auth_hmac {
                key 1 file:/etc/vrrp.key
                active_key 1
            }
        }
        """
    var content: [UInt8]

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        switch path {
        case "/etc/fuzz.conf": .success(Array(Self.configuration.utf8))
        case "/etc/vrrp.key": .success(content)
        default: .failure(ReadFailure("No such file or directory"))
        }
    }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { true }

    /// What the content means, found another way than by the reader.
    var meaning: [UInt8]? {
        var octets = content[...]
        while octets.last == 0x0A || octets.last == 0x0D { octets.removeLast() }
        if octets.starts(with: [0x68, 0x65, 0x78, 0x3A]) {
            let digits = octets.dropFirst(4)
            let values = digits.compactMap { digit in Array("0123456789abcdef".utf8).firstIndex(of: digit | 0x20) }
            // With that bit set, the control characters 0x10 to 0x19 would be digits as well.
            guard values.count == digits.count, digits.allSatisfy({ $0 >= 0x30 }), values.count % 2 == 0 else {
                return nil
            }
            octets = stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0] * 16 + values[$0 + 1]) }[...]
        }
        return (32...64).contains(octets.count) ? Array(octets) : nil
    }
}

private func readKey(_ content: [UInt8]) {
    let file = KeyFile(content: content)
    let checked = check(
        file: "/etc/fuzz.conf", reading: file, configurationID: "one", host: nil, hostIsAuthoritative: true)
    let isRefused = checked.diagnostics.contains { $0.severity == .error }
    let keyed = checked.model.instances.first?.keyed
    if let meaning = file.meaning {
        precondition(
            !isRefused && keyed?.key(1) == AuthenticationKey(meaning.span), "another key: \(checked.diagnostics)")
    } else {
        precondition(isRefused, "no key, and nothing was said")
    }
    // What may be a key is never said, however wrong it is.
    let text = String(decoding: content, as: UTF8.self)
    guard text.utf8.count >= 32 else { return }
    for diagnostic in checked.diagnostics {
        precondition(!diagnostic.message.contains(text) && diagnostic.fix?.contains(text) != true, "\(diagnostic)")
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    var script = Script(octets: Array(UnsafeBufferPointer(start: data, count: count))[...])
    if script.next() & 0x0F == 0x0F {
        readKey(Array(script.octets))
        return 0
    }
    var link = Link(&script)
    while !script.octets.isEmpty { link.step(&script) }
    return 0
}
