import Console
import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

private let firstKey = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
private let secondKey = "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff000102030405060708090a0b0c0d0e0f"
private let wrongKey = "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"

private func block(_ mode: String = "enforce", keys: [String] = ["1 hex:\(firstKey)"], active: Int = 1) -> String {
    (["auth_hmac {", "mode \(mode)", "active_key \(active)"] + keys.map { "key \($0)" } + ["}"]).joined(separator: "\n")
}

private func signed(_ priority: Int, _ block: String, _ address: String = "192.0.2.10/24") -> String {
    instance(priority: priority, addresses: [address], block)
}

/// Adverts as they pass the client's interface.
private final class Recording {
    private let capture: FrameCapture
    private(set) var frames: [[UInt8]] = []

    init(in network: NetworkNamespace) throws {
        let index = try #require(try network.interfaceIndex("eth0"))
        capture = try network.perform { () throws(SystemError) in
            try FrameCapture(interfaceIndex: UInt32(index))
        }
    }

    /// Takes what has come; IPv4 VRRP only.
    func read() throws {
        while let frame = try capture.next() {
            guard frame.octets.count > 34, frame.octets[12] == 8, frame.octets[23] == 112 else { continue }
            frames.append(frame.octets)
        }
    }
}

/// A signed advert of version 3 in a frame of its own.
private func frame(from source: IPAddress, key digits: String, secondsOff: Int = 0, priority: UInt8 = 254) throws
    -> [UInt8]
{
    let octets = stride(from: 0, to: digits.count, by: 2).map { offset in
        let start = digits.index(digits.startIndex, offsetBy: offset)
        return UInt8(digits[start..<digits.index(start, offsetBy: 2)], radix: 16) ?? 0
    }
    let (seconds, nanoseconds) = wallClock()
    let sequence = AuthenticationSequence(
        seconds: UInt64(Int(seconds) + secondsOff), nanoseconds: UInt64(nanoseconds))
    let list = [try ip("192.0.2.10")]
    let carrier = Carrier(source: source, destination: .vrrpGroup(.v4))
    let advertisement = Advertisement(
        version: .v3, virtualRouterID: try #require(VirtualRouterID(51)), priority: Priority(priority),
        interval: try #require(Centiseconds(10)), addressCount: 1)
    let size = advertisement.encodedSize(addresses: list) + AuthenticationTrailer.size
    guard case .v4(let from) = source, case .v4(let to) = carrier.destination else { return [] }
    return [0x01, 0, 0x5E, 0, 0, 0x12, 0x02, 0, 0, 0, 0xBA, 0xD0, 0x08, 0x00]
        + [UInt8](capacity: IPv4Header.size + size) { output in
            IPv4Header.emit(into: &output, source: from, destination: to, payloadSize: size, identification: 1)
            advertisement.emit(
                into: &output, addresses: list, carrier: carrier, checksum: .pseudoHeader, keyID: 1,
                key: AuthenticationKey(octets.span), sequence: sequence)
        }
}

extension ControlledPair {
    fileprivate convenience init(signedBy block: String, _ address: String = "192.0.2.10/24") throws {
        try self.init(
            [150, 100], { signed($0, block, address) },
            follows: { $0.state == .standby && $0.activeRouter?.isSelf == false })
    }

    fileprivate var transitions: [Int] {
        get throws {
            try daemons.map {
                let counters = try $0.instance().counters
                return counters["became_active", default: -1] + counters["left_active", default: -1]
            }
        }
    }

    fileprivate func sum(_ counter: String) throws -> Int {
        try daemons.reduce(0) { try $0 + $1.instance().counters[counter, default: 0] }
    }

    /// Waits until the standby has believed more adverts than before.
    fileprivate func isHeard(_ count: Int = 5) throws {
        let before = try backup.instance().counters["adverts_received", default: 0]
        try trial.waitFor("adverts that are believed") {
            try backup.instance().counters["adverts_received", default: 0] > before + count
        }
    }
}

extension Behaviour.Controlled {
    @Suite struct Keyed {
        @Test(arguments: ["receive-only", "permissive", "enforce"], ["192.0.2.10/24", "fe80::10/64"])
        func `two of one mode have one owner, and refuse nothing`(mode: String, address: String) throws {
            let pair = try ControlledPair(signedBy: block(mode), address)
            try pair.isHeard()
            #expect(try pair.active.instance().hmac?.mode == mode)
            #expect(try pair.active.instance().state == .active)
            for counter in ["hmac_missing", "hmac_stale", "hmac_unknown_keys", "hmac_failures", "hmac_replays"] {
                #expect(try pair.sum(counter) == 0, "\(counter)")
            }
            let recording = try Recording(in: pair.client)
            guard address.contains(".") else { return }
            try pair.trial.waitFor("an advert") {
                try recording.read()
                return !recording.frames.isEmpty
            }
            // Ethernet, IPv4, VRRP with one address, and the trailer.
            #expect(recording.frames[0].count == 14 + 20 + 12 + (mode == "receive-only" ? 0 : 28))
        }

        @Test func `a wrong key is said by both with what mends it, and a reload mends it`() throws {
            let pair = try ControlledPair(signedBy: block())
            let marks = [pair.active.mark, pair.backup.mark]
            try pair.backup.reload(signed(100, block(keys: ["1 hex:\(wrongKey)"])))
            try pair.active.says("its HMAC is wrong: it was forged, or key 1 is another one there", since: marks[0])
            try pair.backup.says("while that is so, both of us become MASTER", since: marks[1])
            let refusal = try pair.backup.instance().peers.first { $0.address == "192.0.2.1" }?.refusal
            #expect(refusal?.contains("auth_hmac") == true)
            #expect(try pair.backup.instance().counters["hmac_failures", default: 0] > 0)
            try pair.backup.reload(signed(100, block()))
            try pair.hears(pair.backup, "192.0.2.1")
            #expect(try pair.active.instance().counters["left_active"] == 0)
        }

        @Test func `a recording that is played back has no effect, and does not keep a standby quiet`() throws {
            let pair = try ControlledPair(signedBy: block())
            let recording = try Recording(in: pair.client)
            try pair.trial.waitFor("a recording") {
                try recording.read()
                return recording.frames.count >= 5
            }
            let before = try pair.transitions
            let flood = try Flood(in: pair.client, recording.frames, perSecond: 50)
            try pair.trial.waitFor("refusals") {
                try pair.backup.instance().counters["hmac_replays", default: 0] > 20
            }
            #expect(try pair.transitions == before)
            try pair.backup.says("it is not newer than the last one of this sender: a replay")
            // The sender is gone, and its ghost speaks on.
            try pair.active.isKilled()
            try pair.backup.becomes(.active, seconds: 3)
            flood.stop()
        }

        @Test func `forged adverts, and those of another time, are refused and named`() throws {
            let pair = try ControlledPair(signedBy: block())
            let before = try pair.transitions
            let stranger = try ip("192.0.2.66")
            let frames = [
                try frame(from: stranger, key: wrongKey), try frame(from: stranger, key: firstKey, secondsOff: -60),
                try frame(from: stranger, key: firstKey, secondsOff: 60),
                Forgery(source: stranger, addresses: [try ip("192.0.2.10")]).frame,
            ]
            let flood = try Flood(in: pair.client, frames, perSecond: 100)
            defer { flood.stop() }
            for counter in ["hmac_failures", "hmac_stale", "hmac_missing"] {
                try pair.trial.waitFor(counter) { try pair.active.instance().counters[counter, default: 0] > 10 }
            }
            #expect(try pair.transitions == before)
            try pair.active.says("ours, and 5 s are allowed")
        }

        @Test func `is rolled out and gets another key by reloads alone, and nobody moves`() throws {
            let both = ["1 hex:\(firstKey)", "2 hex:\(secondKey)"]
            let steps = [
                "", block("receive-only"), block("permissive"), block("enforce"), block(keys: both),
                block(keys: both, active: 2), block(keys: ["2 hex:\(secondKey)"], active: 2),
            ]
            let pair = try ControlledPair(signedBy: steps[0])
            let before = try pair.transitions
            for step in steps.dropFirst() {
                // The standby first, then the active router; both orders are a step apart for a while.
                try pair.backup.reload(signed(100, step))
                try pair.isHeard(12)
                try pair.active.reload(signed(150, step))
                try pair.isHeard(12)
                #expect(try pair.transitions == before, "\(step)")
            }
            #expect(try pair.backup.instance().hmac?.activeKey == 2)
            for counter in ["hmac_missing", "hmac_failures", "hmac_unknown_keys", "hmac_replays"] {
                #expect(try pair.sum(counter) == 0 || counter == "hmac_missing", "\(counter)")
            }
            #expect(pair.active.text().contains("auth_hmac active_key 1 -> 2"))
        }

        @Test func `a worker that is killed goes on in its sequence, and its peer notices nothing`() throws {
            let pair = try ControlledPair(signedBy: block())
            for daemon in [pair.active, pair.backup] {
                let worker = try daemon.worker
                #expect(sendSignal(Signals.kill, to: worker))
                try pair.trial.waitFor("another worker") {
                    daemon.process.status == nil
                        && SpawnedProcess.children(of: daemon.process.pid).contains {
                            $0 != worker && processName(of: $0) == "understudyd-run"
                        }
                }
                try pair.trial.waitFor("the new worker to answer") {
                    do throws(ClientError) {
                        return try daemon.ask(Request(.status)).status != nil
                    } catch {
                        return false
                    }
                }
                try pair.isHeard()
                #expect(try pair.backup.instance().state == .standby)
                #expect(try pair.active.instance().state == .active)
                #expect(try pair.sum("hmac_replays") == 0)
                #expect(try pair.backup.instance().counters["became_active"] == 0)
                #expect(try pair.active.instance().counters["left_active"] == 0)
            }
        }

        @Test func `what the guardian says in the name of a worker it gives up is signed, and believed`() throws {
            let pair = try ControlledPair(signedBy: block())
            let daemon = pair.active
            var killed: Set<Int32> = []
            try pair.trial.waitFor("the guardian to give up", seconds: 20) {
                let begun = daemon.lines().count { $0.contains("Startup complete") }
                for child in SpawnedProcess.children(of: daemon.process.pid)
                where begun > killed.count && !killed.contains(child) && processName(of: child) == "understudyd-run" {
                    sendSignal(Signals.kill, to: child)
                    killed.insert(child)
                }
                return daemon.process.status != nil
            }
            #expect(killed.count == 6)
            try pair.backup.becomes(.active)
            let counters = try pair.backup.instance().counters
            #expect(counters["priority_zero_received", default: 0] >= 1)
            #expect(counters["hmac_replays"] == 0 && counters["hmac_stale"] == 0 && counters["hmac_failures"] == 0)
        }

        @Test func `a key that cannot be read stops the start and a reload, with a line that says so`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let file = block(keys: ["1 file:/run/vrrp.key"])
            let refused = try trial.start(host, signed(150, file))
            #expect(try refused.process.wait(until: monotonicNanoseconds() + 10_000_000_000) != nil)
            #expect(refused.text().contains("key 1 cannot be read from /run/vrrp.key: No such file or directory"))
            try host.writeFile("/run/vrrp.key", "hex:\(firstKey)\n")
            let daemon = try trial.start(host, signed(150, file))
            try daemon.becomesMaster()
            try daemon.listens()
            #expect(try daemon.instance().hmac?.keys == [1])
            try daemon.reload(signed(150, block(keys: ["1 file:/run/other.key"])), saying: "/run/other.key")
            #expect(try daemon.instance().state == .active)
        }

        @Test func `says no key anywhere`() throws {
            let pair = try ControlledPair(signedBy: block(keys: ["1 hex:\(firstKey)", "2 hex:\(secondKey)"]))
            try pair.active.reload(signed(150, block(keys: ["1 hex:\(firstKey)", "2 hex:\(wrongKey)"])))
            let state = try pair.active.state()
            let command = Trial.command
            var outputs = try [
                ["status"], ["status", "--json"], ["history"], ["explain"], ["check", "/run/vrrp.conf"],
                ["support-bundle", "-o", "/tmp/out.tar.gz", "-f", "/run/vrrp.conf"],
            ].map { try pair.hosts[0].run(command, $0, seconds: 60).output }
            outputs.append(try pair.hosts[0].run("tar", ["-xzOf", "/tmp/out.tar.gz"]).output)
            #expect(outputs[6].contains("auth_hmac"))
            let history = try pair.active.history().map(\.cause).joined(separator: "\n")
            #expect(outputs[0].contains("signs with key 1"))
            for text in outputs + [state, history, pair.active.text(), pair.backup.text()] {
                for key in [firstKey, secondKey, wrongKey] { #expect(!text.lowercased().contains(key)) }
            }
        }
    }
}
