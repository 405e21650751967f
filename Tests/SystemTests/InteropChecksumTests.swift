import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// VRRPv3 over IPv4 with either checksum: Understudy believes both and sends what its neighbours can read.
///
/// Debian's keepalived 2.2.7 knows the pseudo-header only, so the other form comes from hand-made packets and from
/// Understudy itself. Checksums are computed here once more, independently of the daemon's code.
@Suite(.serialized) struct InteropChecksumTests {
    enum Form: String, CustomTestStringConvertible {
        case messageOnly, pseudoHeader

        var testDescription: String { rawValue }
        var other: Form { self == .messageOnly ? .pseudoHeader : .messageOnly }
    }

    private static let address = "192.0.2.10"
    private static let virtualRouterID: UInt8 = 30

    /// A router made by hand: sends adverts of its choice ten times a second and looks at those of others.
    private final class Stranger {
        struct Advert {
            var priority: UInt8
            var form: Form
        }

        /// What it sends now; nil for nothing.
        var sends: Advert?
        /// The last advert heard: who sent it, and which form its checksum has (nil when it is wrong in both).
        private(set) var heard: (source: [UInt8], priority: UInt8, form: Form?)?
        private let socket: VRRPSocket
        private var dueAt: UInt64 = 0
        private static let own: [UInt8] = [192, 0, 2, 99]
        private static let group: [UInt8] = [224, 0, 0, 18]

        init(in laboratory: Laboratory, _ observer: Observer) throws {
            let network = try laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.99", 24)])])
            let index = try #require(try network.interfaceIndex("eth0"))
            socket = try network.perform { () throws(SystemError) in
                try VRRPSocket(
                    family: .v4, interfaceName: "eth0", interfaceIndex: UInt32(index),
                    mode: .multicast(group: .vrrpGroup(.v4)))
            }
            observer.onTick = { [unowned self] in try turn() }
        }

        func forget() { heard = nil }

        private func turn() throws {
            while try socket.receive({ packet, _ in notice((0..<packet.count).map { packet[$0] }) }) {}
            guard let sends, monotonicNanoseconds() >= dueAt else { return }
            dueAt = monotonicNanoseconds() + 90_000_000
            try socket.send(Self.packet(sends).span, from: ip("192.0.2.99"), to: .vrrpGroup(.v4))
        }

        private func notice(_ packet: [UInt8]) {
            guard packet.count == 32, packet[21] == InteropChecksumTests.virtualRouterID else { return }
            let (source, message) = (Array(packet[12..<16]), Array(packet[20...]))
            var form: Form?
            if Self.sum(message) == 0xFFFF { form = .messageOnly }
            if Self.sum(Self.pseudoHeader(source) + message) == 0xFFFF { form = .pseudoHeader }
            heard = (source, message[2], form)
        }

        private static func packet(_ advert: Advert) -> [UInt8] {
            var message: [UInt8] = [0x31, InteropChecksumTests.virtualRouterID, advert.priority, 1, 0, 10, 0, 0]
            message += [192, 0, 2, 10]
            let checksum = ~sum((advert.form == .pseudoHeader ? pseudoHeader(own) : []) + message)
            message[6] = UInt8(checksum >> 8)
            message[7] = UInt8(checksum & 0xFF)
            // The kernel fills in the header's own checksum.
            return [0x45, 0xC0, 0, 32, 0, 1, 0, 0, 255, 112, 0, 0] + own + group + message
        }

        private static func pseudoHeader(_ source: [UInt8]) -> [UInt8] { source + group + [0, 112, 0, 12] }

        /// The ones' complement sum.
        private static func sum(_ bytes: [UInt8]) -> UInt16 {
            var sum: UInt32 = 0
            for index in stride(from: 0, to: bytes.count, by: 2) {
                sum += UInt32(bytes[index]) << 8 | UInt32(bytes[index + 1])
                if sum > 0xFFFF { sum -= 0xFFFF }
            }
            return UInt16(sum)
        }
    }

    /// An Understudy host at 192.0.2.`number`, with a line of its own in its instance.
    private func member(_ number: UInt8, priority: Int, line: String, in lab: Laboratory) throws -> Member {
        let configuration = """
            vrrp_instance checksum {
             interface eth0
             version 3
             virtual_router_id \(Self.virtualRouterID)
             priority \(priority)
             advert_int 0.1
             \(line)
             virtual_ipaddress {
              \(Self.address)
             }
            }

            """
        let interface = Interface("eth0", addresses: [try .init("192.0.2.\(number)", 24)])
        let member = try Member("lb\(number)", .understudy, configuration, [interface], in: lab)
        try member.boot()
        return member
    }

    private func play(_ name: String, _ steps: [Step], _ members: [Member], _ observer: Observer) throws {
        let script = Script(name, steps) { members.map { $0.log.tail() }.joined(separator: "\n") }
        try Script.play([script], observer: observer)
        print("CHECKSUM", script.summary)
    }

    @Test(arguments: [Form.messageOnly, .pseudoHeader])
    func `an Active Router of either form is believed and its form is used after it`(form: Form) throws {
        let lab = try Laboratory(visible: [Program.binaries])
        defer { lab.close() }
        let observer = Observer(lab)
        let stranger = try Stranger(in: lab, observer)
        let router = try member(1, priority: 100, line: "", in: lab)
        let address = try ip(Self.address)
        let sendsLike = { (form: Form) in stranger.heard.map { $0.priority == 100 && $0.form == form } ?? false }
        let steps = [
            Step("believes a higher priority", within: 5, steady: 0.8) {
                stranger.sends = .init(priority: 200, form: form)
                try router.start()
            } until: {
                router.hasSaid("Entering BACKUP STATE") && !router.holds(address)
            },
            Step("takes over and sends the same form", within: 5) {
                stranger.sends = nil
                stranger.forget()
            } until: {
                router.holds(address) && sendsLike(form)
            },
            Step("yields to the other form", within: 5, steady: 0.8) {
                stranger.sends = .init(priority: 200, form: form.other)
            } until: {
                !router.holds(address)
            },
            Step("sends the other form", within: 5) {
                stranger.sends = nil
                stranger.forget()
            } until: {
                router.holds(address) && sendsLike(form.other)
            },
        ]
        try play("\(form)", steps, [router], observer)
        #expect(!router.hasSaid("ignored an advert"))
    }

    @Test(arguments: [Form.messageOnly, .pseudoHeader])
    func `who preempts an Active Router is understood by it`(form: Form) throws {
        let lab = try Laboratory(visible: [Program.binaries])
        defer { lab.close() }
        let observer = Observer(lab)
        let stranger = try Stranger(in: lab, observer)
        let router = try member(1, priority: 100, line: "", in: lab)
        let address = try ip(Self.address)
        let steps = [
            Step("preempts", within: 5) {
                stranger.sends = .init(priority: 50, form: form)
                try router.start()
            } until: {
                router.holds(address) && stranger.heard?.form == form
            }
        ]
        try play("over \(form)", steps, [router], observer)
    }

    @Test(arguments: [Form.messageOnly, .pseudoHeader])
    func `an Active Router answers a rival in the form that the rival reads`(form: Form) throws {
        let lab = try Laboratory(visible: [Program.binaries])
        defer { lab.close() }
        let observer = Observer(lab)
        let stranger = try Stranger(in: lab, observer)
        let router = try member(1, priority: 100, line: "", in: lab)
        let address = try ip(Self.address)
        // The first rival makes sure that the form of the second is not the one that is sent anyway.
        let steps = [form.other, form].map { form in
            Step("answers \(form)", within: 5) {
                if router.daemon == nil { try router.start() }
                stranger.sends = router.holds(address) ? .init(priority: 50, form: form) : nil
            } until: {
                if router.holds(address) { stranger.sends = .init(priority: 50, form: form) }
                return router.holds(address) && stranger.sends != nil && stranger.heard?.form == form
            }
        }
        try play("rival with \(form)", steps, [router], observer)
    }

    @Test(arguments: [("on", Form.messageOnly), ("off", .pseudoHeader)])
    func `a configured form is sent whatever the Active Router sent`(setting: String, form: Form) throws {
        let lab = try Laboratory(visible: [Program.binaries])
        defer { lab.close() }
        let observer = Observer(lab)
        let stranger = try Stranger(in: lab, observer)
        let router = try member(1, priority: 100, line: "v3_checksum_as_v2 \(setting)", in: lab)
        let address = try ip(Self.address)
        let steps = [
            Step("believes the other form", within: 5, steady: 0.8) {
                stranger.sends = .init(priority: 200, form: form.other)
                try router.start()
            } until: {
                router.hasSaid("Entering BACKUP STATE") && !router.holds(address)
            },
            Step("sends its own", within: 5) {
                stranger.sends = nil
                stranger.forget()
            } until: {
                router.holds(address) && stranger.heard?.form == form
            },
        ]
        try play("v3_checksum_as_v2 \(setting)", steps, [router], observer)
    }

    @Test func `a pair in which one sends the message-only form agrees on one owner`() throws {
        let lab = try Laboratory(visible: [Program.binaries])
        defer { lab.close() }
        let observer = Observer(lab)
        let stranger = try Stranger(in: lab, observer)
        let first = try member(1, priority: 150, line: "v3_checksum_as_v2", in: lab)
        let second = try member(2, priority: 100, line: "", in: lab)
        let address = try ip(Self.address)
        let isOwned = { (owner: Member, other: Member) in owner.holds(address) && !other.holds(address) }
        let steps = [
            Step("start", within: 5, steady: 0.8) {
                try first.start()
                try second.start()
            } until: {
                isOwned(first, second) && stranger.heard?.form == .messageOnly
            },
            Step("stop", within: 5) {
                try first.stop()
                stranger.forget()
            } until: {
                isOwned(second, first) && first.hasStopped && stranger.heard?.priority == 100
                    && stranger.heard?.form == .messageOnly
            },
            Step("failback", within: 5, steady: 0.8) {
                try first.start()
            } until: {
                isOwned(first, second)
            },
        ]
        try play("pair", steps, [first, second], observer)
    }
}
