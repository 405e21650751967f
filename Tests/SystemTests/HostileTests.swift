import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// Strangers on the link may send what they like: nothing changes, nothing is late, nearly nothing is logged.
    @Suite struct Hostile {
        private static let virtual = "192.0.2.10"

        /// Everything that must be refused, from many sources and most of it claiming to be better than everybody.
        private func nonsense(_ family: AddressFamily) throws -> [[UInt8]] {
            let virtual = try family == .v4 ? ip("192.0.2.10") : ip("fe80::10")
            var frames: [[UInt8]] = []
            for number in 1...40 {
                let source = try family == .v4 ? ip("192.0.2.\(100 + number)") : ip("fe80::bad:\(number)")
                let good = Forgery(source: source, addresses: [virtual])
                func add(_ change: (inout Forgery) -> Void) {
                    var forgery = good
                    change(&forgery)
                    frames.append(forgery.frame)
                }
                add { $0.hopLimit = 254 }
                add { $0.hopLimit = 1 }
                add { $0.checksumError = 1 }
                add { $0.version = 2 }
                add { $0.version = UInt8(4 + number % 12) }
                add { $0.count = 200 }
                add { $0.count = 0 }
                add { $0.cut = 4 + number % 8 }
                add { $0.virtualRouterID = 99 }
                add { $0.type = 2 }
                add { $0.interval = 0 }
            }
            return frames
        }

        private func scene(
            flags: [String] = ["-D"], _ text: (Int) -> String
        ) throws -> (trial: Trial, active: RunningDaemon, backup: RunningDaemon, stranger: NetworkNamespace) {
            let trial = try Trial()
            let first = try trial.host()
            let second = try trial.host("lb2", "192.0.2.2")
            let stranger = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])]
            )
            let active = try trial.start(first, text(150), flags: flags)
            try active.becomesMaster()
            let backup = try trial.start(second, text(100), flags: flags)
            try backup.says("Entering BACKUP STATE (init)")
            try backup.listens()
            try trial.waitFor("an advert") { try backup.status().instances.first?.activeRouter != nil }
            return (trial, active, backup, stranger)
        }

        @Test(arguments: [AddressFamily.v4, .v6])
        func `a flood of refused packets changes nothing and delays no advert and fills no log`(
            family: AddressFamily
        ) throws {
            let address = family == .v4 ? "192.0.2.10/24" : "fe80::10/64"
            let (trial, active, backup, stranger) = try scene { instance(priority: $0, addresses: [address]) }
            let recorder = try AdvertRecorder(in: stranger, family)
            var start = monotonicNanoseconds()
            try trial.waitFor("a quiet baseline") {
                recorder.adverts(since: start).filter { $0.priority == 150 }.count > 15
            }
            let quiet = recorder.gaps(since: start).sorted()
            let marks = (active.mark, backup.mark)
            let errors = ["ttl", "checksum", "version", "length", "interval"]
            let before = try errors.map { try active.counter($0) }

            start = monotonicNanoseconds()
            let recorded = try AdvertRecorder(in: stranger, family)
            let flood = try Flood(in: stranger, nonsense(family), perSecond: 5000)
            try trial.waitFor("ten thousand packets", seconds: 20) { flood.sent > 10_000 }
            flood.stop()
            let end = monotonicNanoseconds()
            let source = try #require(recorder.adverts().first?.source)
            let busy = recorded.gaps(since: start, until: end, from: "\(source)").sorted()
            #expect(busy.count >= 15)
            #expect(median(busy) < median(quiet) + 5, "quiet \(quiet), busy \(busy)")
            #expect(recorder.isSteady(busy), "quiet \(quiet), busy \(busy)")
            for (daemon, mark) in [(active, marks.0), (backup, marks.1)] {
                let lines = daemon.lines(since: mark).filter { !$0.contains("errors:") && !isState($0) }
                #expect(!lines.contains { $0.contains("Entering") })
                #expect(lines.count <= 9, "\(lines)")
                #expect(!lines.isEmpty)
            }
            let after = try errors.map { try active.counter($0) }
            // The kernel drops most of such a flood; a thousand of these eleven kinds, and a sample, are counted.
            for (name, (old, new)) in zip(errors, zip(before, after)) { #expect(new > old + 80, "\(name)") }
            #expect(try foreign(active) > 80)
            #expect(try active.state().contains("state MASTER"))
            #expect(try backup.state().contains("state BACKUP"))
        }

        @Test func `adverts of a lower priority from anywhere leave the active router what it is`() throws {
            let (trial, active, backup, stranger) = try scene(flags: []) { instance(priority: $0) }
            let marks = (active.mark, backup.mark)
            let sources = try (1...60).map { try ip("192.0.2.\(100 + $0)") }
            let virtual = try ip(Self.virtual)
            let frames = sources.map { Forgery(source: $0, priority: 1, addresses: [virtual]).frame }
            let recorder = try AdvertRecorder(in: stranger)
            let start = monotonicNanoseconds()
            let flood = try Flood(in: stranger, frames, perSecond: 2000)
            try trial.waitFor("four thousand packets", seconds: 20) { flood.sent > 4000 }
            flood.stop()
            let gaps = recorder.gaps(since: start, until: monotonicNanoseconds(), from: "192.0.2.1")
            #expect(recorder.isSteady(gaps))
            for (daemon, mark) in [(active, marks.0), (backup, marks.1)] {
                let lines = daemon.lines(since: mark)
                #expect(!lines.contains { $0.contains("Entering") }, "\(lines)")
                #expect(lines.count <= 4, "\(lines)")
            }
            #expect(try trial.laboratory.holders(of: virtual).map(\.name) == ["lb1"])
        }

        @Test func `a wrong password and foreign authentication leave version 2 alone`() throws {
            let authentication = "authentication {\n        auth_type PASS\n        auth_pass secret\n    }"
            let (trial, active, backup, stranger) = try scene {
                instance(priority: $0, authentication)
                    .replacing("version 3", with: "version 2").replacing("advert_int 0.1", with: "advert_int 1")
            }
            let marks = (active.mark, backup.mark)
            let virtual = try ip(Self.virtual)
            var frames: [[UInt8]] = []
            for number in 1...20 {
                var forgery = Forgery(
                    source: try ip("192.0.2.\(100 + number)"), version: 2, interval: 1, addresses: [virtual])
                forgery.authentication = (1, Array("wrong\0\0\0".utf8))
                frames.append(forgery.frame)
                forgery.authentication = (0, [UInt8](repeating: 0, count: 8))
                frames.append(forgery.frame)
                forgery.authentication = (2, [UInt8](repeating: 7, count: 8))
                frames.append(forgery.frame)
                forgery.authentication = (1, Array("secret\0\0".utf8))
                forgery.interval = 3
                frames.append(forgery.frame)
            }
            let flood = try Flood(in: stranger, frames, perSecond: 3000)
            try trial.waitFor("six thousand packets", seconds: 20) { flood.sent > 6000 }
            flood.stop()
            for (daemon, mark) in [(active, marks.0), (backup, marks.1)] {
                let lines = daemon.lines(since: mark)
                #expect(!lines.contains { $0.contains("Entering") }, "\(lines)")
                #expect((1...6).contains(lines.count), "\(lines)")
                #expect(!lines.contains { $0.contains("secret") }, "a password has no place in a log")
            }
            // The kernel compares no passwords, and drops what is wrong otherwise after the first thousand.
            #expect(try active.counter("authentication") > 1200)
            #expect(try active.counter("interval") > 200)
        }

        @Test func `garbage of every length does not end the daemon`() throws {
            let (trial, active, backup, stranger) = try scene { instance(priority: $0) }
            let mark = active.mark
            // Seeded, so that a failure can be repeated.
            var state: UInt64 = 0x5EED
            func next() -> UInt8 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 33)
            }
            let source = try ip("192.0.2.123")
            let frames = (0..<400).map { number -> [UInt8] in
                // The Ethernet and IP headers are right; behind them anything, with a checksum that is right or not.
                var forgery = Forgery(source: source, addresses: [])
                forgery.version = next() & 15
                forgery.type = next() & 15
                forgery.priority = next()
                forgery.count = next()
                forgery.interval = UInt16(next()) << 8 | UInt16(next())
                forgery.virtualRouterID = number % 2 == 0 ? 51 : next()
                forgery.hopLimit = 255
                forgery.checksumError = number % 3 == 0 ? 0 : 77
                forgery.authentication = (next(), (0..<number).map { _ in next() })
                return forgery.frame
            }
            let flood = try Flood(in: stranger, frames, perSecond: 4000)
            try trial.waitFor("four thousand packets", seconds: 20) { flood.sent > 4000 }
            flood.stop()
            #expect(active.process.status == nil)
            #expect(backup.process.status == nil)
            #expect(!active.text(since: mark).contains("Entering"))
            #expect(try active.state().contains("state MASTER"))
        }

        private func foreign(_ daemon: RunningDaemon) throws -> Int {
            try daemon.counter("packets for virtual routers that are not ours")
        }

        private func isState(_ line: String) -> Bool {
            ["state ", "priority 1", "holds ", "takes over in", "last heard", "not VRRP at all", "instance(s)"]
                .contains { line.contains($0) } && !line.contains("ignored") && !line.contains("Changing")
        }

        private func median(_ values: [Double]) -> Double { values.isEmpty ? 1000 : values[values.count / 2] }
    }
}
