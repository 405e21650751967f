import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// `bfd_instance` and `track_bfd` between two of our daemons, one of which plays the router.
@Suite(.serialized) struct BFDTests {
    private let router = ("router", "192.0.2.254")

    @Test func `a neighbour that dies is a fault within the detection time, and none when it is back`() throws {
        let trial = try Trial()
        let host = try trial.host()
        let daemon = try trial.start(host, session() + tracking())
        try daemon.says("Startup complete")
        try daemon.listens()
        // It is down until it has come up.
        #expect(try daemon.instance().obstacles == ["BFD session ROUTER is down"])
        #expect(try daemon.session().outcome == "down: 192.0.2.254 has not answered yet")
        var neighbour = try trial.host(router.0, router.1)
        _ = try trial.start(neighbour, otherEnd())
        try daemon.becomes(.active)
        try daemon.says("BFD_Instance(ROUTER) Entering Up state")
        try daemon.says("Entering MASTER STATE")
        let up = try daemon.session()
        #expect(up.state == .up && up.detectionSeconds == 0.15 && up.transmitSeconds == 0.05, "\(up)")
        #expect(
            try daemon.instance().next.contains("if BFD session ROUTER goes down, it gives up the addresses at once"))
        for _ in 0..<3 {
            let mark = daemon.mark
            let died = monotonicNanoseconds()
            try trial.laboratory.kill(neighbour)
            try daemon.says("(VI_1) Entering FAULT STATE", since: mark)
            let noticed = Double(monotonicNanoseconds() - died) / 1e6
            print("BFD noticed after \(noticed) ms of 150")
            #expect(noticed < 400)
            try daemon.says("BFD_Instance(ROUTER) Expired after", since: mark)
            try daemon.says(
                "BFD_Instance(ROUTER) Entering Down state (Local diagnostic - Control Detection Time Expired, ",
                since: mark)
            #expect(try daemon.instance().obstacles == ["BFD session ROUTER is down"])
            #expect(try daemon.session().outcome.hasPrefix("down: nothing came from 192.0.2.254 for "))
            let cause = "BFD session ROUTER is down"
            #expect(try daemon.history().contains { $0.event == .faulted && $0.cause.contains(cause) })
            neighbour = try trial.host(router.0, router.1)
            _ = try trial.start(neighbour, otherEnd())
            try daemon.becomes(.active)
        }
        #expect(try daemon.session().counters["went_down"] == 3)
        #expect(try daemon.stop() == .exited(code: 0))
    }

    @Test func `a weight moves the priority, and reverse the other way round`() throws {
        let trial = try Trial()
        let host = try trial.host()
        let daemon = try trial.start(host, session() + tracking("ROUTER weight -40"))
        try daemon.becomes(.active)
        try daemon.hasPriority(60)
        let neighbour = try trial.host(router.0, router.1)
        _ = try trial.start(neighbour, otherEnd())
        try daemon.hasPriority(100)
        try daemon.says("Changing effective priority from 60 to 100 (BFD session ROUTER is up)")
        let check = try #require(try daemon.instance().checks.first)
        #expect((check.kind, check.name, check.result, check.points) == (.bfd, "ROUTER", .working, 0))
        #expect(check.lastOutcome == "up with 192.0.2.254, which is given up after 0.15 s of silence")
        for (line, up) in [
            ("ROUTER weight 30", 130), ("ROUTER weight 30 reverse", 70), ("ROUTER weight -30 reverse", 100),
        ] {
            try daemon.reload(session() + tracking(line))
            try daemon.hasPriority(up)
        }
        let mark = daemon.mark
        try trial.laboratory.kill(neighbour)
        try daemon.hasPriority(130)
        try daemon.says("(BFD session ROUTER is down: nothing came from 192.0.2.254 for", since: mark)
        // Up is the fault then.
        try daemon.reload(session() + tracking("ROUTER weight 0 reverse"))
        try daemon.becomes(.active)
        _ = try trial.start(try trial.host(router.0, router.1), otherEnd())
        try daemon.says("Entering FAULT STATE", since: mark)
        #expect(try daemon.instance().obstacles == ["BFD session ROUTER is up"])
    }

    @Test func `a process that is replaced does not end the session, for neither end`() throws {
        let trial = try Trial()
        let (host, far) = (try trial.host(), try trial.host(router.0, router.1))
        // The neighbour waits for 300 ms, and is waited for as long.
        let slow = session("192.0.2.254", "min_tx 100\nmin_rx 100")
        let daemon = try trial.start(host, slow + tracking())
        let neighbour = try trial.start(far, otherEnd("min_tx 100\nmin_rx 100"))
        try daemon.becomes(.active)
        try neighbour.sessionBecomes(.up, "BALANCER")
        let (mine, theirs) = (daemon.mark, neighbour.mark)
        for _ in 0..<3 {
            let (mark, old) = (daemon.mark, try daemon.worker)
            sendSignal(Signals.kill, to: old)
            try daemon.says("(VI_1) goes on as MASTER", since: mark)
            try daemon.says("Startup complete", since: mark)
            try trial.observer.wait(seconds: 1) { false }
            #expect(try daemon.session().state == .up)
        }
        for (end, mark) in [(daemon, mine), (neighbour, theirs)] {
            #expect(!end.text(since: mark).contains("Entering Down state"), "\(end.text(since: mark))")
            #expect(!end.text(since: mark).contains("Entering Up state"), "\(end.text(since: mark))")
            #expect(!end.text(since: mark).contains("ignored a packet"), "\(end.text(since: mark))")
        }
        // It notices a death as before.
        let mark = daemon.mark
        try trial.laboratory.kill(far)
        try daemon.says("Entering FAULT STATE", since: mark, seconds: 2)
    }

    @Test func `the own pause is not the neighbour's failure`() throws {
        let trial = try Trial()
        let (host, far) = (try trial.host(), try trial.host(router.0, router.1))
        // The neighbour has 150 ms here, and this host 600 ms there.
        let own = session("192.0.2.254", "min_tx 200")
        let daemon = try trial.start(host, (own + tracking()).replacing("advert_int 0.1", with: "advert_int 1"))
        let neighbour = try trial.start(far, otherEnd())
        try daemon.becomes(.active, seconds: 15)
        try neighbour.sessionBecomes(.up, "BALANCER")
        let (mine, theirs) = (daemon.mark, neighbour.mark)
        for _ in 0..<5 {
            let worker = try daemon.worker
            sendSignal(Signals.stop, to: worker)
            try trial.observer.wait(seconds: 0.25) { false }
            sendSignal(Signals.proceed, to: worker)
            try trial.observer.wait(seconds: 0.5) { false }
        }
        #expect(!daemon.text(since: mine).contains("Entering Down state"), "\(daemon.text(since: mine))")
        #expect(!neighbour.text(since: theirs).contains("Entering Down state"), "\(neighbour.text(since: theirs))")
        #expect(try daemon.instance().state == .active)
    }

    @Test func `a reload changes intervals, adds and removes sessions, and nobody is at fault for it`() throws {
        let trial = try Trial()
        let (host, far) = (try trial.host(), try trial.host(router.0, router.1))
        let neighbour = try trial.start(far, otherEnd())
        let daemon = try trial.start(host, instance())
        try daemon.becomes(.active)
        let start = daemon.mark
        // New, and not held against the instance before it had the time to come up.
        try daemon.reload(session() + tracking())
        try daemon.says("reload: bfd_instance ROUTER: added", since: start)
        try daemon.sessionBecomes(.up)
        #expect(try daemon.instance().state == .active)
        let theirs = neighbour.mark
        let before = try daemon.session()
        try daemon.reload(session("192.0.2.254", "min_tx 80\nmultiplier 5") + tracking())
        try trial.waitFor("the new interval") { try daemon.session().transmitSeconds == 0.08 }
        try trial.waitFor("the neighbour's patience") { try neighbour.session("BALANCER").detectionSeconds == 0.4 }
        // Under another name it is the same one.
        let renamed = session("192.0.2.254", "min_tx 80\nmultiplier 5", name: "GATEWAY")
        try daemon.reload(renamed + tracking("GATEWAY"))
        #expect(try daemon.session("GATEWAY").state == .up)
        #expect(try daemon.session("GATEWAY").counters["received"] ?? 0 > before.counters["received"] ?? 0)
        #expect(!daemon.text(since: start).contains("Entering FAULT STATE"), "\(daemon.text(since: start))")
        #expect(!neighbour.text(since: theirs).contains("Entering Down state"), "\(neighbour.text(since: theirs))")
        // Removed, it is ended with a word.
        try daemon.reload(instance())
        try neighbour.says(
            "Entering Down state (Local diagnostic - Neighbor Signaled Session Down, Remote diagnostic - Administratively Down)",
            since: theirs)
        #expect(try daemon.status().sessions == nil)
        #expect(try daemon.instance().state == .active)
        // One that does not come up is held against it after three seconds.
        let mark = daemon.mark
        try daemon.reload(session("192.0.2.99") + tracking())
        try daemon.says("Entering FAULT STATE", since: mark, seconds: 6)
    }

    @Test func `a stop ends the session with a word, after the addresses are gone`() throws {
        let trial = try Trial()
        let (host, far) = (try trial.host(), try trial.host(router.0, router.1))
        let daemon = try trial.start(host, session() + tracking())
        let neighbour = try trial.start(far, otherEnd())
        try daemon.becomes(.active)
        let mark = neighbour.mark
        #expect(try daemon.stop() == .exited(code: 0))
        try neighbour.says("Remote diagnostic - Administratively Down", since: mark)
        #expect(try neighbour.session("BALANCER").outcome == "down: 192.0.2.1 has ended it")
        #expect(!neighbour.text(since: mark).contains("Expired"))
    }

    @Test func `what cannot be believed is counted, and told once`() throws {
        let trial = try Trial()
        let (host, far) = (try trial.host(), try trial.host(router.0, router.1))
        let daemon = try trial.start(host, session() + tracking())
        let neighbour = try trial.start(far, otherEnd("ttl 64"))
        try daemon.says("BFD_Instance(ROUTER) ignored a packet from 192.0.2.254: its TTL is 64, and must be 255")
        try daemon.listens()
        #expect(try daemon.session().counters["hop_limit_errors"] ?? 0 > 0)
        #expect(try daemon.session().state == .down)
        try neighbour.reload(otherEnd())
        try daemon.becomes(.active)
        let bash = "for i in 1 2 3; do printf '\\x20\\x40\\x03\\x18' >/dev/udp/192.0.2.1/3784; done"
        #expect(try far.run("bash", ["-c", bash]).status == .exited(code: 0))
        try trial.waitFor("three malformed packets") { try daemon.session().counters["malformed"] == 3 }
        let stranger = try trial.host("stranger", "192.0.2.66")
        #expect(try stranger.run("bash", ["-c", bash]).status == .exited(code: 0))
        try daemon.says("BFD: ignored a packet from 192.0.2.66, which is no neighbour here")
        #expect(try daemon.session().state == .up)
        #expect(daemon.lines().count { $0.contains("ignored a packet from 192.0.2.254") } == 1)
        #expect(try daemon.state().contains("BFD_Instance(ROUTER) up with 192.0.2.254"))
    }

    @Test func `a source address that comes late, and a port that another program has, are waited for`() throws {
        let trial = try Trial()
        let (host, far) = (try trial.host(), try trial.host(router.0, router.1))
        _ = try trial.start(far, otherEnd(peer: "192.0.2.9"))
        let daemon = try trial.start(host, session("192.0.2.254", from: "192.0.2.9") + tracking())
        try daemon.says("BFD_Instance(ROUTER) is down: bind 192.0.2.9: Cannot assign requested address")
        try host.ip("address", "add", "192.0.2.9/24", "dev", "eth0")
        try daemon.becomes(.active)
        // Two daemons of one host cannot both have the port.
        let second =
            session("192.0.2.254", from: "192.0.2.1", name: "SECOND")
            + instance("VI_2", id: 52, addresses: ["192.0.2.20/24"])
        try host.writeFile("/run/second.conf", second)
        let log = try OutputLog("second")
        let arguments = ["-f", "/run/second.conf", "-n", "-l", "-G", "-p", "/run/second.pid"]
        _ = try host.start(Trial.daemon, arguments, environment: ["RUNTIME_DIRECTORY=/run/second"], log: log)
        try trial.waitFor("the complaint\n\(log.text)") { log.text.contains("another program on this host does BFD") }
    }

    @Test func `between hosts that are not on one link the multihop port is used, over IPv6 as well`() throws {
        let trial = try Trial()
        let (host, far) = (try trial.host(), try trial.host(router.0, router.1))
        try host.ip("address", "add", "2001:db8::1/64", "dev", "eth0", "nodad")
        try far.ip("address", "add", "2001:db8::fe/64", "dev", "eth0", "nodad")
        func ends(_ four: (String, String), _ six: (String, String)) -> String {
            session(four.1, from: four.0, "multihop", name: "FAR") + session(six.1, from: six.0, name: "SIX")
                + session(six.1, from: nil, "multihop", name: "FAR_SIX")
        }
        let near = ends(("192.0.2.1", "192.0.2.254"), ("2001:db8::1", "2001:db8::fe"))
        let away = ends(("192.0.2.254", "192.0.2.1"), ("2001:db8::fe", "2001:db8::1"))
        let daemon = try trial.start(host, near + tracking("FAR\n        SIX\n        FAR_SIX"))
        _ = try trial.start(far, away + instance("OTHER", id: 77, addresses: ["192.0.2.77/24"]))
        try daemon.becomes(.active)
        #expect(try daemon.status().sessions?.map(\.state) == [.up, .up, .up])
        #expect(try host.run("ss", ["-ulnH"]).output.contains(":4784"))
    }

    @Test func `in a rehearsal every session counts as up`() throws {
        let trial = try Trial()
        let host = try trial.host()
        let daemon = try trial.start(host, session() + tracking(), environment: ["UNDERSTUDY_REHEARSAL=1"])
        try daemon.becomes(.active)
        #expect(try !host.run("ss", ["-ulnH"]).output.contains(":3784"))
    }
}
