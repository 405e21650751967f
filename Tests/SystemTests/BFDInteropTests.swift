import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// Sessions with the BFD of Debian's keepalived and of FRR, in both directions.
@Suite(.serialized) struct BFDInteropTests {
    enum Kind: String, CaseIterable, CustomTestStringConvertible {
        case single, passive, multihop, single6, multihop6

        var isIPv6: Bool { self == .single6 || self == .multihop6 }
        var isMultihop: Bool { self == .multihop || self == .multihop6 }
        var addresses: (balancer: String, router: String) {
            isIPv6 ? ("2001:db8::1", "2001:db8::fe") : ("192.0.2.1", "192.0.2.254")
        }
        var testDescription: String { rawValue }

        var ours: String {
            var lines: [String] = []
            if isMultihop { lines.append("multihop") }
            if self == .passive { lines.append("passive") }
            return session(addresses.router, from: addresses.balancer, lines.joined(separator: "\n"))
        }
    }

    private func host(_ name: String, _ number: String, in trial: Trial) throws -> Host {
        let addresses: [Interface.Address] = [try .init("192.0.2.\(number == "1" ? "1" : "254")", 24)]
        let six = try Interface.Address("2001:db8::\(number == "1" ? "1" : "fe")", 64)
        return try trial.laboratory.addHost(name, [Interface("eth0", addresses: addresses + [six])])
    }

    /// Three seconds in which the session stays up; begun anew when this machine did not let one of the two run meanwhile, for a
    /// session of 150 ms does not survive that.
    ///
    /// What the machine did is read from when the packets arrived at either end, and not from who says to be innocent.
    ///
    /// - Returns: where the log was at their beginning.
    private func staysUp(
        _ daemon: RunningDaemon, _ trial: Trial, _ near: Host, _ far: Host, once isReady: () throws -> Void
    ) throws -> Int {
        let (toUs, toThem) = (try SessionRecording(at: near), try SessionRecording(at: far))
        for _ in 0..<4 {
            try isReady()
            try trial.waitFor("packets in both directions") { toUs.count > 0 && toThem.count > 0 }
            let mark = daemon.mark
            let (ours, theirs) = (toThem.count - 1, toUs.count - 1)
            try trial.observer.wait(seconds: 3) { false }
            let text = daemon.text(since: mark)
            guard let line = daemon.lines(since: mark).first(where: { $0.contains("Entering Down state") }) else {
                return mark
            }
            let (us, them) = (toThem.longestSilence(since: ours), toUs.longestSilence(since: theirs))
            print("BFD: down: \(us) s without a packet of ours, \(them) s without one of the neighbour's:\n\(text)")
            // Who gives up has waited for 150 ms, and packets are at most 50 ms apart where their sender is in time.
            if line.contains("Local diagnostic - Control Detection Time Expired") {
                try #require(them > 0.14, "the neighbour was heard in time:\n\(text)")
            } else {
                let hadNoProcessor = text.contains("it gets no processor") || Self.secondsWithoutProcessor(text) > 0.05
                try #require(
                    us < 0.1 || hadNoProcessor, "silent for \(us) s, and not for want of a processor:\n\(text)")
            }
        }
        throw DidNotHappen(description: "three seconds in which this machine let both ends run")
    }

    /// What the daemon says in the lines about its absence.
    private static func secondsWithoutProcessor(_ text: String) -> Double {
        let words = text.split(whereSeparator: \.isWhitespace)
        return zip(words, words.dropFirst()).filter { $0.0 == "waited" }.compactMap { Double($0.1) }.max() ?? 0
    }

    // MARK: keepalived

    private func startKeepalived(_ host: Host, _ configuration: String) throws -> OutputLog {
        try host.writeFile("/run/keepalived.conf", configuration)
        let log = try OutputLog("keepalived")
        let files = ["-p", "/run/keepalived.pid", "-r", "/run/vrrp.pid", "-b", "/run/bfd.pid", "-c", "/run/check.pid"]
        _ = try host.start(
            "chrt", ["-f", "1", "keepalived", "-f", "/run/keepalived.conf", "-n", "-l", "-D"] + files, log: log)
        return log
    }

    private func keepalivedEnd(_ kind: Kind) -> String {
        // keepalived 2.2.7 binds no IPv6 address: it gives the kernel the length of an IPv4 one.
        session(kind.addresses.balancer, from: kind.isIPv6 ? nil : kind.addresses.router, name: "BALANCER")
            + instance("OTHER", id: 77, addresses: ["192.0.2.77/24"], "track_bfd {\n        BALANCER weight 20\n    }")
    }

    @Test(arguments: [Kind.single, .passive, .single6])
    func `with keepalived each end notices that the other has died, and that it is back`(kind: Kind) throws {
        let trial = try Trial()
        var (near, far) = (try host("lb1", "1", in: trial), try host("router", "254", in: trial))
        let configuration = kind.ours + tracking()
        var daemon = try trial.start(near, configuration)
        var log = try startKeepalived(far, keepalivedEnd(kind))
        func bothAreUp() throws {
            try daemon.becomes(.active, seconds: 20)
            try trial.waitFor("keepalived's end to be up\n\(log.text.suffix(2000))", seconds: 10) {
                log.text.contains("Entering Up state")
            }
        }
        try bothAreUp()
        // It stays so: keepalived announces intervals at which it does not send yet.
        var heard = 0
        let mark = try staysUp(daemon, trial, near, far) {
            heard = log.text.utf8.count
            try bothAreUp()
        }
        let text = String(decoding: Array(log.text.utf8.dropFirst(heard)), as: UTF8.self)
        #expect(!text.contains("Entering Down state"), "\(text)")
        let died = monotonicNanoseconds()
        try trial.laboratory.kill(far)
        try daemon.says("Entering FAULT STATE", since: mark, seconds: 2)
        print("BFD noticed keepalived's death after \(Double(monotonicNanoseconds() - died) / 1e6) ms of 150")
        far = try host("router", "254", in: trial)
        log = try startKeepalived(far, keepalivedEnd(kind))
        try bothAreUp()
        try trial.laboratory.kill(near)
        try trial.waitFor("keepalived to notice\n\(log.text)", seconds: 5) { log.text.contains("Expired after") }
        near = try host("lb1", "1", in: trial)
        // It has another hardware address, which a passive end would not tell anybody.
        _ = try near.run("ping", ["-c", "1", "-W", "2", kind.addresses.router])
        daemon = try trial.start(near, configuration)
        try daemon.becomes(.active, seconds: 20)
        // An orderly stop is told.
        #expect(try daemon.stop() == .exited(code: 0))
        try trial.waitFor("keepalived to be told\n\(log.text)", seconds: 5) {
            log.text.contains("Remote diagnostic - Administratively Down")
        }
    }

    @Test func `a process that is replaced is not noticed by keepalived`() throws {
        let trial = try Trial()
        let (near, far) = (try host("lb1", "1", in: trial), try host("router", "254", in: trial))
        let slower = session("192.0.2.254", "min_tx 100")
        let daemon = try trial.start(near, slower + tracking())
        let log = try startKeepalived(far, keepalivedEnd(.single))
        try daemon.becomes(.active, seconds: 20)
        try trial.observer.wait(seconds: 1) { false }
        for _ in 0..<3 {
            let mark = daemon.mark
            sendSignal(Signals.kill, to: try daemon.worker)
            try daemon.says("Startup complete", since: mark)
            try trial.observer.wait(seconds: 1) { false }
        }
        #expect(try daemon.session().state == .up)
        #expect(!log.text.contains("Entering Down state"), "\(log.text)")
    }

    /// Both read one file, and have the same neighbour.
    @Test(arguments: [
        "weight 0", "weight -40", "weight 30", "weight 30 reverse", "weight -30 reverse", "weight 0 reverse",
    ])
    func `keepalived and Understudy do the same about a neighbour that comes and dies`(weight: String) throws {
        let trial = try Trial()
        let configuration = session() + tracking("ROUTER \(weight)")
        let found = try [Program.understudy, .keepalived].map { program -> [String] in
            func add(_ name: String, _ address: String) throws -> Host {
                try trial.laboratory.addHost(
                    "\(program)-\(name)",
                    [Interface("eth0", segment: "\(program)", addresses: [try .init(address, 24)])])
            }
            let (near, far) = (try add("lb", "192.0.2.1"), try add("router", "192.0.2.254"))
            let log: OutputLog
            if program == .keepalived {
                log = try startKeepalived(near, configuration)
            } else {
                log = try trial.start(near, configuration).log
            }
            let address = try ip("192.0.2.10")
            var story: [String] = []
            func note(_ what: String) throws {
                try trial.observer.wait(seconds: 4) { false }
                story.append("\(what): \(try near.holds(address) ? "active" : "not active")")
            }
            try note("alone")
            _ = try trial.start(far, otherEnd())
            try note("up")
            try trial.laboratory.kill(far)
            try note("dead")
            let moves = log.text.split(separator: "\n").compactMap { line -> String? in
                guard let range = line.range(of: "Changing effective priority from ") else { return nil }
                return line[range.upperBound...].split(separator: " ").prefix(3).joined(separator: " ")
            }
            // keepalived says at its start what a session that is down costs; here that is known before.
            return story + moves.suffix(2)
        }
        print("BFD \(weight): \(found[0])")
        #expect(found[0] == found[1])
    }

    // MARK: FRR

    private struct FRR {
        let host: Host
        let log: OutputLog

        init(_ host: Host, _ peers: String) throws {
            self.host = host
            log = try OutputLog("bfdd")
            // The package's user, which its programs insist on.
            let made = try host.run("install", ["-d", "-o", "frr", "-g", "frr", Self.directory])
            #expect(made.status == .exited(code: 0), "\(made.output)")
            let file = "\(Self.directory)/bfdd.conf"
            try host.writeFile(file, "log stdout\nbfd\n\(peers)!\n")
            let places = ["--vty_socket", Self.directory, "-z", "\(Self.directory)/zserv.api"]
            let others = ["-i", "\(Self.directory)/bfdd.pid", "--bfdctl", "\(Self.directory)/bfdd.sock"]
            // A router does not let others have the processor that its BFD needs.
            _ = try host.start("chrt", ["-f", "1", "/usr/lib/frr/bfdd", "-f", file] + places + others, log: log)
        }

        private static let directory = "/run/frr"

        var isUp: Bool {
            get throws {
                let question = ["--vty_socket", Self.directory, "-d", "bfdd", "-c", "show bfd peers"]
                return try host.run("vtysh", question).output.contains("Status: up")
            }
        }
    }

    private func frrPeer(_ kind: Kind) -> String {
        " peer \(kind.addresses.balancer)\(kind.isMultihop ? " multihop" : "") local-address \(kind.addresses.router)\n"
            + "  detect-multiplier 3\n  receive-interval 50\n  transmit-interval 50\n  no shutdown\n !\n"
    }

    @Test(arguments: Kind.allCases)
    func `with FRR each end notices that the other has died, and that it is back`(kind: Kind) throws {
        let trial = try Trial()
        var (near, far) = (try host("lb1", "1", in: trial), try host("router", "254", in: trial))
        let configuration = kind.ours + tracking()
        var daemon = try trial.start(near, configuration)
        var router = try FRR(far, frrPeer(kind))
        func bothAreUp() throws {
            try daemon.becomes(.active, seconds: 20)
            try trial.waitFor("FRR's end to be up\n\(router.log.text)", seconds: 10) { try router.isUp }
        }
        try bothAreUp()
        let mark = try staysUp(daemon, trial, near, far) { try bothAreUp() }
        let up = try daemon.session()
        #expect(up.detectionSeconds == 0.15 && up.transmitSeconds == 0.05, "\(up)")
        let died = monotonicNanoseconds()
        try trial.laboratory.kill(far)
        try daemon.says("Entering FAULT STATE", since: mark, seconds: 2)
        print("BFD noticed FRR's death after \(Double(monotonicNanoseconds() - died) / 1e6) ms of 150")
        far = try host("router", "254", in: trial)
        router = try FRR(far, frrPeer(kind))
        try bothAreUp()
        try trial.laboratory.kill(near)
        try trial.waitFor("FRR to notice", seconds: 5) { try !router.isUp }
        near = try host("lb1", "1", in: trial)
        // It has another hardware address, which a passive end would not tell anybody.
        _ = try near.run("ping", ["-c", "1", "-W", "2", kind.addresses.router])
        daemon = try trial.start(near, configuration)
        try bothAreUp()
        #expect(try daemon.stop() == .exited(code: 0))
        try trial.waitFor("FRR to be told", seconds: 5) { try !router.isUp }
    }
}
