import Console
import Control
import Dispatch
import Glibc
import LinuxKernel
import Rehearsal
import Synchronization
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// Clients of the control socket may do what they like: no advert is late, nothing grows, others are served.
    @Suite struct HostileClients {
        private final class Scene {
            let trial: Trial
            let daemon: RunningDaemon
            let client: NetworkNamespace
            let recorder: AdvertRecorder
            let interval: Double

            init(interval: Double) throws {
                self.interval = interval
                trial = try Trial()
                let host = try trial.host()
                client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
                recorder = try AdvertRecorder(in: client)
                daemon = try trial.start(
                    host, instance(priority: 250).replacing("advert_int 0.1", with: "advert_int \(interval)"))
                try daemon.becomes(.active)
            }

            /// Milliseconds between adverts while `body` goes on for a second and a half.
            func gaps(while body: (Double) throws -> Void) throws -> [Double] {
                let start = monotonicNanoseconds()
                let end = start + 1_500_000_000
                while monotonicNanoseconds() < end {
                    try body(Double(monotonicNanoseconds() - start) / 1e9)
                    var nothing: [Readiness] = []
                    try Readiness.wait(&nothing, until: monotonicNanoseconds() + 2_000_000)
                }
                return recorder.gaps(since: start, until: end).sorted()
            }

            /// In kibibytes.
            func memory() throws -> Int {
                let text = String(decoding: try LocalFiles.read("/proc/\(daemon.process.pid)/status"), as: UTF8.self)
                let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("VmRSS:") })
                return try #require(Int(line.split(separator: " ").dropLast().last ?? ""))
            }

            /// In clock ticks of a hundredth of a second, the system's share included.
            func processorTime() throws -> Int {
                let text = String(decoding: try LocalFiles.read("/proc/\(daemon.process.pid)/stat"), as: UTF8.self)
                let words = text.split(separator: " ")
                return try #require(Int(words[13])) + #require(Int(words[14]))
            }
        }

        private static let status = #"{"version":1,"request":"status"}"# + "\n"

        /// What a client does, again and again; it keeps what it needs in the list.
        enum Nuisance: String, CaseIterable, CustomTestStringConvertible {
            case garbage, endless, slow, many, deaf, vanishing, pipeline, halfClosed
            var testDescription: String { rawValue }
        }

        /// A client that is let in; nil when the queue of those who wait is full.
        private func enter(_ host: Host) throws -> RawClient? {
            do {
                return try RawClient(host)
            } catch let error as SystemError where error.code == EAGAIN {
                return nil
            }
        }

        /// - Returns: how many clients came in.
        private func plague(
            _ nuisance: Nuisance, _ host: Host, _ clients: inout [RawClient], _ round: Int
        ) throws -> Int {
            var entered = 0
            /// Keeps at most `most` clients; those that were hung up on make room.
            func refill(_ most: Int, _ greet: (RawClient) -> Void) throws {
                for client in clients { client.read() }
                clients.removeAll(where: \.isOver)
                while clients.count < most, let fresh = try enter(host) {
                    clients.append(fresh)
                    entered += 1
                    greet(fresh)
                }
            }
            switch nuisance {
            case .garbage:
                try refill(8) { client in
                    client.send((0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ round) } + [0x0A])
                    client.send("{}\n[]\nnull\n{\"version\":1}\n\"\\ud800\"\n")
                }
            case .endless:
                let block = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
                try refill(8) { _ in }
                for client in clients { client.send(block) }
            case .slow:
                try refill(16) { _ in }
                for client in clients { client.send("{") }
            case .many:
                try refill(400) { _ in }
            case .deaf:
                while clients.count < 16, let fresh = try enter(host) {
                    clients.append(fresh)
                    entered += 1
                }
                for client in clients { client.send(String(repeating: Self.status, count: 100)) }
            case .vanishing:
                for _ in 0..<4 {
                    guard let fresh = try enter(host) else { break }
                    entered += 1
                    fresh.send(round % 2 == 0 ? Self.status : "{\"version\":1,\"requ")
                }
            case .pipeline:
                try refill(12) { _ in }
                for client in clients { client.send(String(repeating: Self.status, count: 200)) }
            case .halfClosed:
                try refill(8) { client in
                    client.send(Self.status)
                    client.stream.finishSending()
                }
            }
            return entered
        }

        @Test(arguments: Nuisance.allCases, [0.1, 0.01])
        func `nuisances delay no advert and use nothing up, and others are served afterwards`(
            nuisance: Nuisance, interval: Double
        ) throws {
            let scene = try Scene(interval: interval)
            let quiet = try scene.gaps { _ in }
            let (memory, descriptors) = (try scene.memory(), try scene.daemon.descriptors.count)
            var clients: [RawClient] = []
            var (round, entered) = (0, 0)
            let busy = try scene.gaps { _ in
                entered += try plague(nuisance, scene.daemon.host, &clients, round)
                round += 1
            }
            print(
                "\(nuisance) at \(interval) s: median gap \(median(quiet)) -> \(median(busy)) ms, longest "
                    + "\(quiet.last ?? 0) -> \(busy.last ?? 0) ms; memory \(memory) -> \(try scene.memory()) KiB")
            #expect(round > 20)
            #expect(entered >= 8, "a plague of nobody shows nothing")
            #expect(busy.count > Int(0.8 / interval))
            // A machine that is busy with other things delays single ones; the daemon would delay many.
            let tolerance = interval * 500
            #expect(median(busy) < median(quiet) + tolerance / 5, "quiet \(quiet), busy \(busy)")
            let late = busy.count { $0 > interval * 1000 + tolerance }
            #expect(late <= 2 + busy.count / 8, "\(late) of \(busy.count) are late: \(busy.suffix(10))")
            #expect(try scene.memory() < memory + 4096)
            // Those who are served, and those who are just being turned away.
            #expect(try scene.daemon.descriptors.count <= descriptors + 20)
            clients = []
            // Those that are still looked after make room at once.
            try scene.trial.waitFor("an answer") { try scene.daemon.ask(Request(.status), within: 1).status != nil }
            #expect(try scene.daemon.instance().counters["left_active"] == 0)
            try scene.trial.waitFor("the descriptors") { try scene.daemon.descriptors.count <= descriptors }
            #expect(scene.daemon.lines().count { $0.contains("control socket") } <= 3)
        }

        @Test func `a client that asks more than it reads costs no processor time while it waits`() throws {
            let scene = try Scene(interval: 0.1)
            var clients: [RawClient] = []
            for _ in 0..<12 { clients.append(try RawClient(scene.daemon.host)) }
            for client in clients { client.send(String(repeating: Self.status, count: 3000)) }
            // Until answers and requests fill all buffers.
            try scene.trial.waitFor("the first answers") {
                clients[0].read(); return !clients[0].lines.isEmpty
            }
            for client in clients { client.send(String(repeating: Self.status, count: 3000)) }
            let before = try scene.processorTime()
            let adverts = scene.recorder.adverts().count
            try scene.trial.waitFor("two seconds of adverts") { scene.recorder.adverts().count > adverts + 20 }
            let used = try scene.processorTime() - before
            print("processor time in two seconds: \(used * 10) ms")
            #expect(used < 100, "a loop that spins uses all of it: 200")
        }

        @Test func `who is slow, silent, long-winded or half closed gets what was promised`() throws {
            let scene = try Scene(interval: 0.1)
            let host = scene.daemon.host
            let silent = try RawClient(host)
            let start = monotonicNanoseconds()
            let slow = try RawClient(host)
            let long = try RawClient(host)
            long.send(String(repeating: "x", count: 5000))
            try scene.trial.waitFor("a refusal") {
                long.read(); return long.isOver
            }
            #expect(long.lines.count == 1 && long.lines[0].contains("a request has at most 4096 octets"))
            let half = try RawClient(host)
            half.send(Self.status + Self.status)
            half.stream.finishSending()
            try scene.trial.waitFor("two answers and the end") {
                half.read(); return half.isOver
            }
            #expect(half.lines.count == 2)
            // The longest line that is taken, and the shortest that is not.
            let exact = try RawClient(host)
            exact.send(Self.padded(to: 4096))
            exact.send(Self.padded(to: 4097))
            try scene.trial.waitFor("both outcomes") {
                exact.read(); return exact.isOver
            }
            #expect(exact.lines.count == 2)
            #expect(exact.lines[0].contains("\"status\":") && exact.lines[1].contains("at most 4096 octets"))
            try scene.trial.waitFor("the end of the silent and the slow one", seconds: 8) {
                slow.send("{")
                silent.read()
                slow.read()
                return silent.isOver && slow.isOver
            }
            let seconds = Double(monotonicNanoseconds() - start) / 1e9
            #expect(seconds > 4.5 && seconds < 7, "\(seconds)")
            #expect(silent.lines.isEmpty && slow.lines.isEmpty)
        }

        private static func padded(to count: Int) -> String {
            let request = #"{"version":1,"request":"status"}"#
            return request + String(repeating: " ", count: count - request.utf8.count) + "\n"
        }

        @Test func `sixteen are served, the others are told that it is busy, and each gets its turn`() throws {
            let scene = try Scene(interval: 0.1)
            let host = scene.daemon.host
            let clients = try (0..<20).map { _ in try RawClient(host) }
            for client in clients { client.send(Self.status) }
            try scene.trial.waitFor("answers") {
                for client in clients { client.read() }
                return clients.allSatisfy { !$0.lines.isEmpty }
            }
            let refused = clients.filter { $0.lines[0].contains(#""code":"busy""#) }
            #expect(refused.count == 4 && refused.allSatisfy { $0.isOver || !$0.send(" ") })
            #expect(clients.count { $0.lines[0].contains("\"status\":") } == 16)
            // One that asks all the time does not keep the others waiting.
            clients[0].send(String(repeating: Self.status, count: 100))
            let before = clients[1].lines.count
            clients[1].send(Self.status)
            try scene.trial.waitFor("the other's answer") {
                clients[1].read(); return clients[1].lines.count > before
            }
            clients[0].read()
            #expect(clients[0].lines.count < 90, "it was served first altogether")
        }

        @Test func `two hundred and fifty-five instances answer without holding up an advert`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let recorder = try AdvertRecorder(in: client)
            let text = (1...255).map { number in
                instance(
                    "VI_\(number)", id: number, priority: 250,
                    addresses: (1...5).map { "10.\(number).\($0).1/32" }, "garp_master_delay 0"
                ).replacing("advert_int 0.1", with: number == 255 ? "advert_int 0.01" : "advert_int 1")
            }.joined()
            let daemon = try trial.start(host, text, flags: [])
            try daemon.becomes(.active, "VI_254", seconds: 20)
            // The takeovers are over when nine tenths of a second's gaps are what they are asked to be, as below; the others'
            // adverts, all in one moment, may delay one in each.
            var ready = monotonicNanoseconds()
            try trial.waitFor("rest", seconds: 60) {
                let gaps = recorder.gaps(since: ready, id: 255).sorted()
                guard gaps.count > 100 else { return false }
                if gaps[gaps.count * 9 / 10] < 12 { return true }
                ready = monotonicNanoseconds()
                return false
            }
            let quiet = recorder.gaps(since: ready, id: 255).sorted()
            let start = monotonicNanoseconds()
            var took: [Double] = []
            while recorder.adverts(since: start, id: 255).count < 150 {
                let begun = monotonicNanoseconds()
                let answer = try daemon.ask(Request(.status))
                took.append(Double(monotonicNanoseconds() - begun) / 1e6)
                let status = try #require(answer.status)
                #expect(status.instances.map(\.virtualRouterID) == Array(1...255))
                #expect(status.instances.allSatisfy { $0.addresses.count == 5 && $0.addresses.allSatisfy(\.isPresent) })
            }
            let busy = recorder.gaps(since: start, id: 255).sorted()
            print(
                "255 instances: status in \(median(took)) ms; gaps of 10 ms: median \(median(quiet)) -> \(median(busy)), "
                    + "nine tenths below \(busy[busy.count * 9 / 10]) ms, longest \(busy.last ?? 0)")
            #expect(took.count > 3)
            // In one piece it would be away for 60 ms and more, each time.
            #expect(median(busy) < median(quiet) + 1)
            #expect(busy[busy.count * 9 / 10] < quiet[quiet.count * 9 / 10] + 5)
        }

        private func median(_ values: [Double]) -> Double {
            values.isEmpty ? .infinity : values.sorted()[values.count / 2]
        }
    }
}
