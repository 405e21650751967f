import LinuxKernel
import Rehearsal
import Testing

extension Behaviour {
    /// `dont_track_primary`: what its own interface does is no obstacle, as long as there is one.
    @Suite struct OwnLink {
        private let text = instance(addresses: ["192.0.2.10/24"], "dont_track_primary")

        @Test func `a MASTER whose link fails stays MASTER, and is at fault when the interface is gone`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, text)
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
            var mark = daemon.mark
            try trial.laboratory.setPort(of: host, "eth0", up: false)
            try daemon.says("Netlink reports eth0 down", since: mark)
            try host.ip("link", "set", "eth0", "down")
            // What is said of this comes after all that the link brought about.
            #expect(try daemon.state().contains("MASTER"))
            #expect(try host.has("192.0.2.10"))
            #expect(!daemon.text(since: mark).contains("Entering"), "\(daemon.text(since: mark))")
            mark = daemon.mark
            try host.ip("link", "del", "eth0")
            try daemon.says("Entering FAULT STATE: interface eth0 does not exist", since: mark)
        }

        @Test func `nobody hears it while the link is down, and it says so`() throws {
            let trial = try Trial()
            let host = try trial.host()
            let daemon = try trial.start(host, text)
            try daemon.becomes(.active)
            #expect(try daemon.instance().unheard == nil)
            var mark = daemon.mark
            try host.ip("link", "set", "eth0", "down")
            try daemon.says("(VI_1) interface eth0 is down: nobody hears this router", since: mark)
            let first = try daemon.instance()
            #expect(first.state == .active && first.unheard == "interface eth0 is down")
            #expect(try daemon.status().problems.map { $0.contains("nobody hears this router") } == [true])
            // Several adverts are due in this time.
            try trial.waitFor("the time of five adverts") {
                try daemon.instance().sinceSeconds > first.sinceSeconds + 0.5
            }
            #expect(try daemon.instance().counters["adverts_sent"] == first.counters["adverts_sent"])
            mark = daemon.mark
            try host.ip("link", "set", "eth0", "up")
            try daemon.says("(VI_1) interface eth0 carries adverts again", since: mark)
            #expect(try daemon.instance().unheard == nil && daemon.status().problems.isEmpty)
        }

        @Test func `a daemon that starts while the link is down takes its addresses`() throws {
            let trial = try Trial()
            let host = try trial.host()
            try trial.laboratory.setPort(of: host, "eth0", up: false)
            let daemon = try trial.start(host, text)
            try daemon.becomesMaster()
            try trial.waitFor("the address") { try host.has("192.0.2.10") }
            // A reload counts the link again, or not.
            try daemon.reload(instance())
            try daemon.says("Entering FAULT STATE: interface eth0 has no carrier")
            let mark = try daemon.reload(text)
            try daemon.says("Entering MASTER STATE", since: mark)
        }
    }
}
