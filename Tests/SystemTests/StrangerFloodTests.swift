import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

import class Foundation.ProcessInfo

/// Each kind of packet that has to be refused, slowly and at 20,000 a second: what it costs us, and what keepalived.
///
/// A second for each here, and the slow ones together; `scripts/flood SECONDS` is the long run.
extension Behaviour {
    @Suite struct StrangerFloods {
        private static let longRun =
            ProcessInfo.processInfo.environment["UNDERSTUDY_FLOOD_SECONDS"].flatMap { Double($0) }
        /// Of the long run alone; nil is both.
        private static let onlyRate =
            ProcessInfo.processInfo.environment["UNDERSTUDY_FLOOD_RATE"].flatMap { Int($0) }
        private static let fast = 20_000
        private static let slow = 2

        /// What is wrong with the packets of a flood.
        enum Kind: String, CaseIterable, CustomTestStringConvertible {
            case hopLimit = "TTL 254"
            case checksum = "wrong checksum"
            case otherVersion = "the other version"
            case unknownVersion = "version 7"
            case type = "type 2"
            case foreign = "foreign VRID"
            case short = "four octets less"
            case long = "four octets more"
            case tiny = "three octets"
            case count = "200 addresses promised"
            case noAddress = "no address"
            case noInterval = "interval 0"
            case password = "wrong password"
            case noPassword = "no password"
            case otherInterval = "version 2, other interval"

            var testDescription: String { rawValue }

            var isVersion2: Bool {
                switch self {
                case .password, .noPassword, .otherInterval: true
                default: false
                }
            }

            func frame(source: IPAddress, _ address: IPAddress) -> [UInt8] {
                var forgery = Forgery(source: source, addresses: [address])
                if isVersion2 {
                    (forgery.version, forgery.interval) = (2, 1)
                    forgery.authentication = (1, Array("secret\0\0".utf8))
                }
                switch self {
                case .hopLimit: forgery.hopLimit = 254
                case .checksum: forgery.checksumError = 1
                case .otherVersion: forgery.version = 2
                case .unknownVersion: forgery.version = 7
                case .type: forgery.type = 2
                case .foreign: forgery.virtualRouterID = 99
                case .short: forgery.cut = 4
                case .long: forgery.authentication = (0, [0, 0, 0, 0])
                case .tiny: forgery.cut = 9
                case .count: forgery.count = 200
                case .noAddress: (forgery.addresses, forgery.count) = ([], 0)
                case .noInterval: forgery.interval = 0
                case .password: forgery.authentication = (1, Array("wrong\0\0\0".utf8))
                case .noPassword: forgery.authentication = (0, [UInt8](repeating: 0, count: 8))
                case .otherInterval: forgery.interval = 3
                }
                if self == .long { forgery.authentication = (0, [1, 2, 3, 4]) }
                return forgery.frame
            }
        }

        /// A pair of ours, a keepalived on another switch, and a stranger on each.
        private final class Scene {
            let laboratory: Laboratory
            let members: [Member]
            let rival: Member
            let stranger: NetworkNamespace
            let rivalsStranger: NetworkNamespace
            let interval: Double

            init(isVersion2: Bool) throws {
                guard currentUserID() == 0 else { throw NeedsRoot() }
                laboratory = try Laboratory(visible: [Program.binaries])
                interval = isVersion2 ? 1 : 0.5
                let (laboratory, interval) = (laboratory, interval)
                func member(_ name: String, _ program: Program, _ priority: Int, _ segment: String) throws -> Member {
                    let configuration = """
                        vrrp_instance VI_1 {
                         version \(isVersion2 ? 2 : 3)
                         interface eth0
                         virtual_router_id 51
                         priority \(priority)
                         advert_int \(isVersion2 ? "1" : "\(interval)")
                         \(isVersion2 ? "authentication {\n auth_type PASS\n auth_pass secret\n }" : "")
                         virtual_ipaddress {
                          192.0.2.10/24
                         }
                        }

                        """
                    let address = try Interface.Address(priority == 150 ? "192.0.2.1" : "192.0.2.2", 24)
                    let eth0 = Interface("eth0", segment: segment, addresses: [address])
                    let member = try Member(name, program, configuration, [eth0], in: laboratory)
                    try member.boot()
                    try member.start()
                    return member
                }
                func client(_ segment: String) throws -> NetworkNamespace {
                    let address = try Interface.Address("192.0.2.200", 24)
                    return try laboratory.addClient([Interface("eth0", segment: segment, addresses: [address])])
                }
                members = [
                    try member("lb1", .understudy, 150, "ours"), try member("lb2", .understudy, 100, "ours"),
                ]
                rival = try member("kp1", .keepalived, 150, "theirs")
                stranger = try client("ours")
                rivalsStranger = try client("theirs")
            }

            deinit { laboratory.close() }

            /// Waits until all of them are what they shall be.
            func settle() throws {
                let address = try ip("192.0.2.10")
                let observer = Observer(laboratory)
                let isSettled = try observer.wait(seconds: 20) {
                    members[0].holds(address) && rival.holds(address) && !members[1].holds(address)
                        && members[1].hasSaid("Entering BACKUP STATE")
                }
                guard isSettled else { throw DidNotHappen(description: "one owner on each switch") }
            }
        }

        /// Nanoseconds of processor time that the process which does the work has used.
        private func processorTime(_ member: Member) throws -> UInt64 {
            let daemon = try #require(member.daemon)
            let children = SpawnedProcess.children(of: daemon.pid)
            let wanted = member.program == .understudy ? "understudyd-run" : "keepalived"
            let worker = try #require(children.first { processName(of: $0) == wanted }, "\(member.name) has no worker")
            let text = String(decoding: try LocalFiles.read("/proc/\(worker)/schedstat"), as: UTF8.self)
            return try #require(text.split(separator: " ").first.flatMap { UInt64($0) })
        }

        private struct Figures {
            var longestGap = 0.0
            /// By how much this machine let the recorder run late, in milliseconds.
            var lateness = 0.0
            var sent = 0
            var written = 0
            var cost: [Double] = []
            var rivalsCost = 0.0
            /// The processor time of the Active one and of keepalived with nobody flooding, measured before and after.
            var quiet: (ours: Double, rivals: Double)?

            /// What the flood itself cost us and keepalived, in percent of a processor.
            var refusing: (ours: Double, rivals: Double) {
                (cost[0] - (quiet?.ours ?? 0), rivalsCost - (quiet?.rivals ?? 0))
            }

            var summary: String {
                let own = "processor Active \(cost[0].thousandths) %, Backup \(cost[1].thousandths) %, "
                let quiet = quiet.map { " (with no flood \($0.ours.thousandths) and \($0.rivals.thousandths) %)" }
                return own + "keepalived \(rivalsCost.thousandths) %" + (quiet ?? "")
            }

            /// In a flood a quarter; of two packets a second half, because most of it is the waking up, which both do.
            var isCheap: Bool { refusing.ours < refusing.rivals / (quiet == nil ? 4 : 2) }
        }

        private func flood(
            _ kinds: [Kind], _ rate: Int, _ scene: Scene, seconds: Double, from strangers: [NetworkNamespace]
        ) throws -> (sent: Int, seconds: Double) {
            let address = try ip("192.0.2.10")
            let seconds = Self.longRun ?? seconds
            let sources = try (100..<140).map { try ip("192.0.2.\($0)") }
            let frames = sources.flatMap { source in kinds.map { $0.frame(source: source, address) } }
            let floods = try strangers.map { try Flood(in: $0, frames, perSecond: rate) }
            let start = monotonicNanoseconds()
            let end = start + UInt64(seconds * 1e9)
            let observer = Observer(scene.laboratory)
            _ = try observer.wait(seconds: seconds) { monotonicNanoseconds() >= end }
            for flood in floods { flood.stop() }
            return (floods.map(\.sent).min() ?? 0, Double(monotonicNanoseconds() - start) / 1e9)
        }

        /// Percent of a processor that the Active one and keepalived take while nobody floods.
        private func quietCost(_ scene: Scene, seconds: Double) throws -> (ours: Double, rivals: Double) {
            let members = [scene.members[0], scene.rival]
            let (before, start) = (try members.map { try processorTime($0) }, monotonicNanoseconds())
            let end = start + UInt64(seconds * 1e9)
            _ = try Observer(scene.laboratory).wait(seconds: seconds) { monotonicNanoseconds() >= end }
            let used = zip(before, try members.map { try processorTime($0) }).map { Double($1 - $0) }
            let length = Double(monotonicNanoseconds() - start)
            return (used[0] / length * 100, used[1] / length * 100)
        }

        /// Two packets a second cost less than the adverts that go on meanwhile: those are measured too, and taken off.
        private func measureSlow(_ kinds: [Kind], _ scene: Scene, seconds: Double) throws -> Figures {
            let pause = (Self.longRun ?? seconds) / 2
            let before = try quietCost(scene, seconds: pause)
            var figures = try measure(kinds, Self.slow, scene, seconds: seconds)
            let after = try quietCost(scene, seconds: pause)
            figures.quiet = ((before.ours + after.ours) / 2, (before.rivals + after.rivals) / 2)
            return figures
        }

        private func measure(
            _ kinds: [Kind], _ rate: Int, _ scene: Scene, seconds length: Double
        ) throws -> Figures {
            var figures = Figures()
            let recorder = try AdvertRecorder(in: scene.stranger)
            let logs = scene.members.map { $0.log.text.utf8.count }
            let before = try (scene.members + [scene.rival]).map { try processorTime($0) }
            let start = monotonicNanoseconds()
            // Two packets a second more cost nobody anything that would show in the other's figure.
            let isSlow = rate == Self.slow
            let (sent, seconds) = try flood(
                kinds, rate, scene, seconds: length,
                from: isSlow ? [scene.stranger, scene.rivalsStranger] : [scene.stranger])
            let after = try (scene.members + [scene.rival]).map { try processorTime($0) }
            figures.cost = zip(before, after).map { Double($1 - $0) / 1e9 / seconds * 100 }
            figures.rivalsCost = figures.cost.removeLast()
            figures.sent = Int((Double(sent) / seconds).rounded())
            // An advert after the flood shows the gap at its end.
            let end = monotonicNanoseconds()
            let observer = Observer(scene.laboratory)
            _ = try observer.wait(seconds: scene.interval * 3) {
                recorder.adverts(since: end, from: "192.0.2.1").count >= 1
            }
            figures.longestGap = recorder.gaps(since: start, from: "192.0.2.1").max() ?? .infinity
            figures.lateness = recorder.lateness
            figures.written = zip(scene.members, logs).map { $0.log.text.utf8.count - $1 }.reduce(0, +)
            if isSlow { return figures }
            let rivalBefore = try processorTime(scene.rival)
            let (_, rivalSeconds) = try flood(kinds, rate, scene, seconds: length, from: [scene.rivalsStranger])
            figures.rivalsCost = Double(try processorTime(scene.rival) - rivalBefore) / 1e9 / rivalSeconds * 100
            return figures
        }

        private func judge(_ kinds: [Kind], _ rate: Int, _ scene: Scene) throws {
            func figures(_ seconds: Double) throws -> Figures {
                rate == Self.slow
                    ? try measureSlow(kinds, scene, seconds: seconds)
                    : try measure(kinds, rate, scene, seconds: seconds)
            }
            let name = kinds.map(\.rawValue).joined(separator: ", ")
            let first = try figures(rate == Self.slow ? 8 : 1)
            print(
                "FLOOD \(name) | \(rate)/s (\(first.sent) sent) | longest gap \(first.longestGap.thousandths) ms | "
                    + "log \(first.written) octets | \(first.summary)")
            #expect(first.longestGap < scene.interval * 1100 + first.lateness, "\(name) at \(rate)/s: \(first)")
            #expect(first.written < 10_240, "\(name) at \(rate)/s")
            if rate == Self.fast { #expect(first.sent > rate / 2, "the sender is too slow to show anything") }
            if first.isCheap { return }
            // So short a time says little where both cost little.
            let again = try figures(rate == Self.slow ? 24 : 5)
            print("FLOOD \(name), once more: \(again.summary)")
            #expect(again.isCheap, "\(name) at \(rate)/s: \(first), then \(again)")
        }

        @Test(arguments: [false, true])
        func
            `no kind of refused packet delays an advert or moves an address, and a flood costs a quarter of keepalived's`(
                isVersion2: Bool
            ) throws
        {
            let scene = try Scene(isVersion2: isVersion2)
            try scene.settle()
            let kinds = Kind.allCases.filter { $0.isVersion2 == isVersion2 }
            let slow = Self.longRun == nil ? [kinds] : kinds.map { [$0] }
            let rates = [Self.slow, Self.fast].filter { Self.longRun == nil || Self.onlyRate ?? $0 == $0 }
            try #require(!rates.isEmpty, "a flood has 2 or 20000 a second")
            if rates.contains(Self.slow) { for kinds in slow { try judge(kinds, Self.slow, scene) } }
            if rates.contains(Self.fast) { for kind in kinds { try judge([kind], Self.fast, scene) } }
            for member in scene.members {
                #expect(member.log.text.components(of: "Entering ") <= 2, "\(member.name): \(member.log.text)")
                #expect(member.daemon?.status == nil)
            }
        }
    }
}

extension String {
    fileprivate func components(of words: String) -> Int { ranges(of: words).count }
}
