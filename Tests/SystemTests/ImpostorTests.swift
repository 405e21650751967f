import Glibc
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour {
    /// Strangers who speak in the name of one of us, or of somebody who has our VRID.
    @Suite struct Impostors {
        /// A pair and a stranger on one switch.
        private struct Scene {
            var trial: Trial
            var active: RunningDaemon
            var backup: RunningDaemon
            var stranger: NetworkNamespace
        }

        private func scene(_ priorities: (Int, Int) = (150, 100), address: String = "192.0.2.10/24") throws -> Scene {
            let trial = try Trial()
            let (first, second) = (try trial.host(), try trial.host("lb2", "192.0.2.2"))
            let stranger = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])]
            )
            let active = try trial.start(first, instance(priority: priorities.0, addresses: [address]), flags: [])
            try active.becomesMaster()
            let backup = try trial.start(second, instance(priority: priorities.1, addresses: [address]), flags: [])
            try backup.says("Entering BACKUP STATE (init)")
            try backup.listens()
            try trial.waitFor("an advert") { try backup.status().instances.first?.activeRouter != nil }
            return Scene(trial: trial, active: active, backup: backup, stranger: stranger)
        }

        /// Sends the same for some time.
        private func flood(_ scene: Scene, _ frame: [UInt8], perSecond: Int, seconds: UInt64) throws {
            let start = monotonicNanoseconds()
            let flood = try Flood(in: scene.stranger, [frame], perSecond: perSecond)
            try scene.trial.waitFor("\(seconds) s of it", seconds: Double(seconds) + 5) {
                monotonicNanoseconds() > start + seconds * 1_000_000_000
            }
            flood.stop()
            #expect(flood.sent > perSecond * Int(seconds) / 4)
        }

        private func entries(_ daemon: RunningDaemon, since mark: Int, _ state: String) -> Int {
            daemon.lines(since: mark).count { $0.contains("Entering \(state) STATE") }
        }

        /// A Backup of the second highest priority has a millisecond to learn that a resignation was none.
        @Test(arguments: ["192.0.2.1", "192.0.2.77"])
        func `resignations forged at a rate move a Backup once at most, and no address is without its owner`(
            source: String
        ) throws {
            let scene = try scene((254, 253))
            let (marks, virtual) = ((scene.active.mark, scene.backup.mark), try ip("192.0.2.10"))
            let forged = Forgery(source: try ip(source), priority: 0, addresses: [virtual]).frame
            try flood(scene, forged, perSecond: 200, seconds: 3)
            #expect(entries(scene.active, since: marks.0, "BACKUP") == 0)
            let taken = entries(scene.backup, since: marks.1, "MASTER")
            print("IMPOSTOR resignations from \(source), 200/s for 3 s: the Backup took over \(taken) times")
            #expect(taken <= 1, "\(scene.backup.text(since: marks.1))")
            try scene.trial.waitFor("one owner") {
                try scene.trial.laboratory.holders(of: virtual).map(\.name) == ["lb1"]
            }
            #expect(scene.backup.lines(since: marks.1).count <= 12, "\(scene.backup.text(since: marks.1))")
        }

        @Test func `resignations forged at a rate leave an Active router what it is, and cost few adverts`() throws {
            let scene = try scene()
            let (mark, virtual) = (scene.active.mark, try ip("192.0.2.10"))
            let recorder = try AdvertRecorder(in: scene.stranger)
            let start = monotonicNanoseconds()
            let forged = Forgery(source: try ip("192.0.2.2"), priority: 0, addresses: [virtual]).frame
            try flood(scene, forged, perSecond: 2000, seconds: 3)
            let adverts = recorder.adverts(since: start, from: "192.0.2.1")
            let answers = Double(adverts.count) / (Double(monotonicNanoseconds() - start) / 1e9)
            print("IMPOSTOR 2000 resignations a second are answered by \(Int(answers)) adverts a second")
            // At most one in half of the shortest Skew_Time, 1/256 of 100 ms.
            #expect(answers < 2560)
            #expect(recorder.isSteady(recorder.gaps(since: start, from: "192.0.2.1")))
            #expect(scene.active.lines(since: mark).count <= 4, "\(scene.active.text(since: mark))")
            #expect(entries(scene.active, since: mark, "BACKUP") == 0)
        }

        /// Without `auth_hmac` a recording is as good as its original; it may put off, and nothing else.
        @Test func `recorded adverts of a dead Active router put its successor off until they end, and no longer`()
            throws
        {
            let scene = try scene()
            let virtual = try ip("192.0.2.10")
            let recorded = Forgery(source: try ip("192.0.2.1"), priority: 150, addresses: [virtual]).frame
            let mark = scene.backup.mark
            try flood(scene, recorded, perSecond: 20, seconds: 1)
            #expect(entries(scene.backup, since: mark, "MASTER") == 0)
            let flood = try Flood(in: scene.stranger, [recorded], perSecond: 20)
            try scene.trial.laboratory.kill(scene.active.host)
            let start = monotonicNanoseconds()
            try scene.trial.waitFor("a second of it") { monotonicNanoseconds() > start + 1_000_000_000 }
            #expect(entries(scene.backup, since: mark, "MASTER") == 0)
            flood.stop()
            let end = monotonicNanoseconds()
            try scene.backup.becomesMaster(since: mark)
            // Three intervals and Skew_Time are 0.36 s.
            let seconds = Double(monotonicNanoseconds() - end) / 1e9
            print("IMPOSTOR the successor is Active \(seconds.thousandths) s after the last recording")
            #expect(seconds < 1.5)
            // One that comes now makes it yield, as the standard wants; and then it is Active again.
            let later = scene.backup.mark
            try scene.stranger.send(recorded)
            try scene.backup.says("Entering BACKUP STATE", since: later)
            try scene.backup.becomesMaster(since: later)
        }

        @Test(arguments: [AddressFamily.v4, .v6])
        func `a switch that sends our adverts back is counted and said once, and changes nothing`(
            family: AddressFamily
        ) throws {
            let address = family == .v4 ? "192.0.2.10/24" : "fe80::10/64"
            let trial = try Trial()
            let host = try trial.host()
            // The kernel itself drops what comes from an address of its own, unless it is told not to.
            for interface in ["all", "eth0"] {
                try host.setSysctl("net/ipv4/conf/\(interface)/accept_local", "1")
                try host.setSysctl("net/ipv4/conf/\(interface)/rp_filter", "0")
            }
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let daemon = try trial.start(host, instance(priority: 150, addresses: [address]))
            try daemon.becomesMaster()
            let recorder = try AdvertRecorder(in: client, family)
            try trial.waitFor("an advert") { !recorder.adverts().isEmpty }
            let source = try #require(recorder.adverts().first?.source)
            let mark = daemon.mark
            let before = try daemon.counter("own address heard")
            let echo = Forgery(
                source: source, priority: 150, addresses: [try ip(family == .v4 ? "192.0.2.10" : "fe80::10")]
            ).frame
            let start = monotonicNanoseconds()
            let flood = try Flood(in: client, [echo], perSecond: 100)
            try trial.waitFor("two hundred echoes", seconds: 10) { flood.sent > 200 }
            flood.stop()
            let warnings = daemon.lines(since: mark).filter { $0.contains("WARNING - equal priority advert") }
            #expect(warnings.count == 1, "\(daemon.text(since: mark))")
            #expect(!daemon.text(since: mark).contains("Entering"))
            #expect(try daemon.counter("own address heard") > before + 150)
            // No storm: what we say is not more than before.
            let (ours, seconds) = (recorder.adverts(since: start).count, Double(monotonicNanoseconds() - start) / 1e9)
            #expect(Double(ours) < seconds * 15 + 5, "\(ours) in \(seconds) s")
        }

        @Test func `another cluster with our VRID is said once by name, with a VRID that is free`() throws {
            let scene = try scene()
            let mark = scene.backup.mark
            for id in [UInt8(1), 2, 4] {
                var other = Forgery(source: try ip("192.0.2.99"), addresses: [try ip("192.0.2.90")])
                other.virtualRouterID = id
                try scene.stranger.send(other.frame)
            }
            let foreign = Forgery(source: try ip("192.0.2.77"), priority: 200, addresses: [try ip("192.0.2.70")])
            try flood(scene, foreign.frame, perSecond: 20, seconds: 2)
            let said = scene.backup.lines(since: mark).filter { $0.contains("other virtual addresses") }
            #expect(said.count == 1, "\(scene.backup.text(since: mark))")
            let line = try #require(said.first)
            #expect(line.contains("(VI_1) 192.0.2.77 advertises other virtual addresses than ours for VRID 51"))
            #expect(line.contains("virtual_router_id (3 was heard from nobody on eth0)"), "\(line)")
        }

        @Test func `news of interfaces that the kernel did not send are refused, counted and said`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, instance())
            try daemon.becomesMaster()
            let mark = daemon.mark
            let worker = try daemon.worker
            let network = try NetworkNamespace(ofProcess: worker)
            let index = UInt32(try #require(try network.interfaceIndex("eth0")))
            let ports = try host.run("sh", ["-c", "cat /proc/net/netlink"]).output.split(separator: "\n").compactMap {
                // Address, protocol, port, groups: ours hears of links and addresses.
                let words = $0.split(separator: " ")
                return words.count > 3 && words[1] == "0" && (Int(words[3], radix: 16) ?? 0) != 0
                    ? UInt32(words[2]) : nil
            }
            #expect(!ports.isEmpty)
            // RTM_DELLINK, and an RTM_NEWLINK that says that the interface is down.
            let messages = [linkMessage(17, index), linkMessage(16, index)]
            let failures = try network.perform { () throws(SystemError) in
                ports.flatMap { port in messages.filter { !sendNetlink($0, to: port) } }.count
            }
            #expect(failures == 0)
            try daemon.says("sent us news of interfaces in the kernel's place", since: mark)
            #expect(try daemon.counter("netlink messages that are not the kernel's") == 2)
            let lines = daemon.lines(since: mark)
            #expect(lines.filter { $0.contains("in the kernel's place") }.count == 1)
            #expect(!lines.contains { $0.contains("Entering") || $0.contains("Netlink reports") }, "\(lines)")
            #expect(try host.has("192.0.2.10"))
        }

        private func linkMessage(_ type: UInt16, _ index: UInt32) -> [UInt8] {
            var bytes: [UInt8] = []
            func add<Value: FixedWidthInteger>(_ value: Value) { withUnsafeBytes(of: value) { bytes += $0 } }
            // nlmsghdr, then ifinfomsg without any flag.
            add(UInt32(32))
            add(type)
            for value in [UInt16(0)] { add(value) }
            for value in [UInt32(0), 0, 0, index, 0, .max] { add(value) }
            return bytes
        }
    }
}

extension NetworkNamespace {
    /// One frame, from `eth0`.
    fileprivate func send(_ frame: [UInt8]) throws {
        let index = try #require(try interfaceIndex("eth0"))
        let socket = try perform { () throws(SystemError) in try PacketSocket() }
        try socket.send(frame.span, interfaceIndex: UInt32(index))
    }
}

/// Whether `message` was sent to the netlink socket of `port` in the network that this thread is in.
private func sendNetlink(_ message: [UInt8], to port: UInt32) -> Bool {
    let descriptor = socket(16, Int32(SOCK_RAW.rawValue), 0)  // AF_NETLINK, NETLINK_ROUTE
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // sockaddr_nl: family, padding, port, groups.
    var address = [UInt8](repeating: 0, count: 12)
    address[0] = 16
    withUnsafeBytes(of: port) { for (offset, octet) in $0.enumerated() { address[4 + offset] = octet } }
    return address.withUnsafeBytes { bytes in
        guard let target = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
        return sendto(descriptor, message, message.count, 0, target, socklen_t(bytes.count)) == message.count
    }
}
