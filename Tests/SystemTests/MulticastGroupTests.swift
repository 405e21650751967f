import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// `mcast_dst_ip` and its defaults for all instances.
    @Suite struct MulticastGroups {
        private func text(_ family: AddressFamily, priority: Int, group: String?) -> String {
            instance(
                priority: priority, addresses: [family == .v4 ? "192.0.2.10/24" : "fe80::10/64"],
                group.map { "mcast_dst_ip \($0)" } ?? "")
        }

        @Test(arguments: [AddressFamily.v4, .v6])
        func `two routers hear each other in one group only, and a reload moves them to another`(family: AddressFamily)
            throws
        {
            let trial = try Trial()
            let hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
            let group = family == .v4 ? "224.0.0.77" : "ff02::77"
            let active = try trial.start(hosts[0], text(family, priority: 150, group: group))
            try active.becomes(.active)
            let standby = try trial.start(hosts[1], text(family, priority: 100, group: group))
            try standby.becomes(.standby)
            try trial.waitFor("following the other") { try standby.instance().activeRouter != nil }
            // In its own group it hears nobody.
            try standby.reload(text(family, priority: 100, group: nil))
            try standby.becomes(.active)
            #expect(try active.instance().state == .active)
            let mark = active.mark
            try active.reload(
                "global_defs {\n vrrp_mcast_group\(family == .v4 ? "4 224.0.0.18" : "6 ff02::12")\n}\n"
                    + text(family, priority: 150, group: nil))
            try active.says("mcast_dst_ip \(group) -> \(IPAddress.vrrpGroup(family))", since: mark)
            try standby.becomes(.standby)
            #expect(try active.instance().state == .active)
            #expect(!active.text(since: mark).contains("Entering BACKUP STATE"))
        }

        /// A successor of a dead process, and the guardian's last orders, speak in the group as well.
        @Test func `a replaced process goes on in its group`() throws {
            let trial = try Trial()
            let hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
            let active = try trial.start(hosts[0], text(.v4, priority: 150, group: "224.0.0.77"))
            try active.becomes(.active)
            let standby = try trial.start(hosts[1], text(.v4, priority: 100, group: "224.0.0.77"))
            try standby.becomes(.standby)
            let mark = standby.mark
            sendSignal(Signals.kill, to: try active.worker)
            try active.says("The new process runs")
            try active.becomes(.active)
            let sent = try active.instance().counters["adverts_sent", default: 0]
            try trial.waitFor("more adverts") { try active.instance().counters["adverts_sent", default: 0] > sent + 3 }
            #expect(!standby.text(since: mark).contains("Entering MASTER STATE"))
        }
    }
}
