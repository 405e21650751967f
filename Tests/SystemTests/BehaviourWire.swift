import Dispatch
import LinuxKernel
import Rehearsal
import Synchronization
import Testing
import VRRPWire

/// Hears every advert on a switch, with the time it came.
final class AdvertRecorder {
    struct Advert: Sendable {
        var instant: UInt64
        var source: IPAddress
        var virtualRouterID: UInt8
        var priority: UInt8
    }

    private final class Shared: Sendable {
        let adverts = Mutex<[Advert]>([])
        let isEnding = Mutex(false)
        /// By how much this machine let us run late, at worst, in milliseconds.
        let lateness = Mutex(0.0)
        let failure = Mutex<SystemError?>(nil)
    }

    private let shared = Shared()
    private var thread: WorkerThread?

    init(in network: NetworkNamespace, _ family: AddressFamily = .v4) throws {
        guard let index = try network.interfaceIndex("eth0") else { throw DidNotHappen(description: "no eth0") }
        let shared = shared
        let isReady = DispatchSemaphore(value: 0)
        thread = try network.perform { () throws(SystemError) in
            try WorkerThread {
                let socket: VRRPSocket
                do throws(SystemError) {
                    socket = try VRRPSocket(
                        family: family, interfaceName: "eth0", interfaceIndex: UInt32(index),
                        mode: .multicast(group: .vrrpGroup(family)))
                } catch {
                    shared.failure.withLock { $0 = error }
                    isReady.signal()
                    return
                }
                isReady.signal()
                while !shared.isEnding.withLock({ $0 }) {
                    var items = [Readiness(socket.descriptor)]
                    let deadline = monotonicNanoseconds() + 20_000_000
                    do throws(SystemError) {
                        try Readiness.wait(&items, until: deadline)
                    } catch {
                        return shared.failure.withLock { $0 = error }
                    }
                    let late = Double(Int64(bitPattern: monotonicNanoseconds() &- deadline)) / 1e6
                    shared.lateness.withLock { $0 = max($0, late) }
                    do throws(SystemError) {
                        try Self.drain(socket, family, shared)
                    } catch {
                        return shared.failure.withLock { $0 = error }
                    }
                }
            }
        }
        isReady.wait()
        // Who hears nothing would find every silence in order.
        if let failure = shared.failure.withLock({ $0 }) { throw failure }
    }

    private static func drain(_ socket: VRRPSocket, _ family: AddressFamily, _ shared: Shared) throws(SystemError) {
        let now = monotonicNanoseconds()
        while try socket.receive({ bytes, received in
            let start = family == .v4 ? 20 : 0
            guard bytes.count >= start + 8 else { return }
            let advert = Advert(
                instant: now, source: received.source, virtualRouterID: bytes[start + 1], priority: bytes[start + 2])
            shared.adverts.withLock { $0.append(advert) }
        }) {}
    }

    deinit { stop() }

    func stop() {
        shared.isEnding.withLock { $0 = true }
        thread?.join()
        thread = nil
    }

    func adverts(since instant: UInt64 = 0, id: UInt8 = 51, from source: String? = nil) -> [Advert] {
        let failure = shared.failure.withLock { failure in
            defer { failure = nil }
            return failure
        }
        // Who has become deaf would find every silence in order.
        if let failure { Issue.record("the recorder of adverts hears nothing any more: \(failure)") }
        let address = source.flatMap { IPAddress($0) }
        return shared.adverts.withLock { all in
            all.filter {
                $0.instant >= instant && $0.virtualRouterID == id && (address == nil || $0.source == address)
            }
        }
    }

    /// By how much this machine let us run late, at worst, in milliseconds.
    var lateness: Double { shared.lateness.withLock { $0 } }

    /// Whether adverts that are due every 100 milliseconds came so.
    ///
    /// On a machine that is busy with other things single ones may be late, but no receiver may have missed three, unless
    /// the machine kept us waiting too. A fault of the daemon's would show again and again.
    func isSteady(_ gaps: [Double]) -> Bool {
        let late = gaps.count { $0 > 180 }
        let bound = 300 + shared.lateness.withLock { $0 }
        return gaps.count >= 2 && late <= 1 + gaps.count / 50 && gaps.allSatisfy { $0 < bound }
    }

    /// Milliseconds between consecutive adverts.
    func gaps(since start: UInt64, until end: UInt64 = .max, id: UInt8 = 51, from source: String? = nil) -> [Double] {
        let instants = adverts(since: start, id: id, from: source).map(\.instant).filter { $0 <= end }
        return zip(instants, instants.dropFirst()).map { Double($1 - $0) / 1e6 }
    }
}

/// A stranger on the link who sends the same frames over and over.
final class Flood {
    private final class Shared: Sendable {
        let sent = Mutex(0)
        let isEnding = Mutex(false)
        let failure = Mutex<SystemError?>(nil)
    }

    private let shared = Shared()
    private var thread: WorkerThread?

    init(in network: NetworkNamespace, _ frames: [[UInt8]], perSecond rate: Int) throws {
        guard let index = try network.interfaceIndex("eth0") else { throw DidNotHappen(description: "no eth0") }
        let shared = shared
        thread = try network.perform { () throws(SystemError) in
            try WorkerThread {
                let socket: PacketSocket
                do throws(SystemError) {
                    socket = try PacketSocket()
                } catch {
                    return shared.failure.withLock { $0 = error }
                }
                let start = monotonicNanoseconds()
                var sent = 0
                while !shared.isEnding.withLock({ $0 }) {
                    let due = Int((monotonicNanoseconds() - start) / 1_000_000) * rate / 1000
                    // What could not be sent in time is not made up for beyond a small burst.
                    for _ in 0..<min(max(due - sent, 0), 100) {
                        let frame = frames[sent % frames.count]
                        do throws(SystemError) {
                            try socket.send(frame.span, interfaceIndex: UInt32(index))
                        } catch {
                            return shared.failure.withLock { $0 = error }
                        }
                        sent += 1
                    }
                    shared.sent.withLock { $0 = sent }
                    var nothing: [Readiness] = []
                    do throws(SystemError) {
                        try Readiness.wait(&nothing, until: monotonicNanoseconds() + 1_000_000)
                    } catch {
                        return shared.failure.withLock { $0 = error }
                    }
                }
            }
        }
    }

    deinit { stop() }

    var sent: Int { shared.sent.withLock { $0 } }

    /// Says so when it ended before it was asked to: what follows would else show nothing.
    func stop() {
        shared.isEnding.withLock { $0 = true }
        thread?.join()
        thread = nil
        guard let failure = shared.failure.withLock({ $0 }) else { return }
        shared.failure.withLock { $0 = nil }
        Issue.record("the flood ended after \(sent) packets: \(failure)")
    }
}

/// A VRRP packet of which everything can be wrong.
struct Forgery {
    var source: IPAddress
    var hopLimit: UInt8 = 255
    var version: UInt8 = 3
    var type: UInt8 = 1
    var virtualRouterID: UInt8 = 51
    var priority: UInt8 = 254
    var count: UInt8?
    var interval: UInt16 = 10
    var addresses: [IPAddress]
    var checksumError: UInt16 = 0
    /// Octets cut off at the end.
    var cut = 0
    /// VRRPv2's type of authentication and its data.
    var authentication: (type: UInt8, data: [UInt8])?

    private var group: IPAddress { .vrrpGroup(source.family) }

    private var message: [UInt8] {
        let second: [UInt8] =
            if let authentication {
                [authentication.type, UInt8(truncatingIfNeeded: interval)]
            } else {
                [UInt8(truncatingIfNeeded: interval >> 8), UInt8(truncatingIfNeeded: interval)]
            }
        var bytes: [UInt8] = [version << 4 | type, virtualRouterID, priority, count ?? UInt8(addresses.count)]
        bytes += second + [0, 0]
        for address in addresses { bytes += address.wireOctets }
        bytes += authentication?.data ?? []
        var sum = version == 2 ? 0 : pseudoHeader(length: bytes.count)
        sum += Self.sum(bytes[...])
        let checksum = ~Self.fold(sum) &+ checksumError
        bytes[6] = UInt8(checksum >> 8)
        bytes[7] = UInt8(checksum & 0xFF)
        return Array(bytes.dropLast(cut))
    }

    private func pseudoHeader(length: Int) -> UInt32 {
        Self.sum(source.wireOctets[...]) + Self.sum(group.wireOctets[...]) + 112 + UInt32(length)
    }

    private static func sum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.enumerated().reduce(0) { $0 + UInt32($1.element) << ($1.offset % 2 == 0 ? 8 : 0) }
    }

    private static func fold(_ sum: UInt32) -> UInt16 {
        var sum = sum
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return UInt16(sum)
    }

    /// The whole Ethernet frame.
    var frame: [UInt8] {
        let message = message
        let sender: [UInt8] = [0x02, 0, 0, 0, 0xBA, 0xD0]
        switch source.family {
        case .v4:
            var header: [UInt8] =
                [0x45, 0xC0, 0, 0, 0, 0, 0, 0, hopLimit, 112, 0, 0] + source.wireOctets + group.wireOctets
            let length = UInt16(20 + message.count)
            header[2] = UInt8(length >> 8)
            header[3] = UInt8(length & 0xFF)
            let checksum = ~Self.fold(Self.sum(header[...]))
            header[10] = UInt8(checksum >> 8)
            header[11] = UInt8(checksum & 0xFF)
            return [0x01, 0, 0x5E, 0, 0, 0x12] + sender + [0x08, 0x00] + header + message
        case .v6:
            let length = UInt16(message.count)
            let header: [UInt8] =
                [0x6C, 0, 0, 0, UInt8(length >> 8), UInt8(length & 0xFF), 112, hopLimit] + source.wireOctets
                + group.wireOctets
            return [0x33, 0x33, 0, 0, 0, 0x12] + sender + [0x86, 0xDD] + header + message
        }
    }
}

extension IPAddress {
    /// In network order.
    fileprivate var wireOctets: [UInt8] {
        switch self {
        case .v4(let address):
            (0..<4).map { UInt8(truncatingIfNeeded: address.bigEndianValue >> (24 - 8 * UInt32($0))) }
        case .v6(let address):
            [address.high, address.low].flatMap { half in
                (0..<8).map { UInt8(truncatingIfNeeded: half >> (56 - 8 * UInt64($0))) }
            }
        }
    }
}
