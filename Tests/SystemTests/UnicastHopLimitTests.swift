import Control
import Rehearsal
import Testing
import VRRPWire

extension Behaviour.Controlled {
    /// `unicast_ttl`, `min_ttl` and `max_ttl`: what the wire carries, and who believes it.
    @Suite struct UnicastHopLimits {
        private func text(_ family: AddressFamily, own: Int, priority: Int, ttl: Int?, peer bounds: String) -> String {
            let network = family == .v4 ? "192.0.2." : "fd00:2::"
            let address = family == .v4 ? "192.0.2.10/24" : "fe80::10/64"
            return instance(
                priority: priority, addresses: [address],
                "unicast_src_ip \(network)\(own)\n" + (ttl.map { "unicast_ttl \($0)\n" } ?? "")
                    + "unicast_peer {\n    \(network)\(3 - own) \(bounds)\n}")
        }

        @Test(arguments: [AddressFamily.v4, .v6])
        func `a peer is believed while its adverts have the TTL that is expected of it`(family: AddressFamily) throws {
            let trial = try Trial()
            let hosts = [try trial.host(), try trial.host("lb2", "192.0.2.2")]
            if family == .v6 {
                for (number, host) in hosts.enumerated() {
                    try host.ip("address", "add", "fd00:2::\(number + 1)/64", "dev", "eth0", "nodad")
                }
            }
            func leading(_ ttl: Int?) -> String { text(family, own: 1, priority: 150, ttl: ttl, peer: "") }
            let active = try trial.start(hosts[0], leading(200))
            try active.becomes(.active)
            let standby = try trial.start(
                hosts[1], text(family, own: 2, priority: 100, ttl: nil, peer: "min_ttl 200 max_ttl 200"))
            try standby.becomes(.standby)
            try standby.hears("\(family == .v4 ? "192.0.2." : "fd00:2::")1")
            #expect(try standby.instance().counters["hop_limit_errors"] == 0)
            // Without unicast_ttl it is 255, which is not what this peer expects.
            let mark = standby.mark
            try active.reload(leading(nil))
            try standby.says("its TTL is 255, and from this peer we expect 200 to 200", since: mark)
            try standby.becomes(.active)
            #expect(try standby.instance().counters["hop_limit_errors", default: 0] > 0)
            try active.reload(leading(200))
            try standby.becomes(.standby)
            #expect(try active.instance().state == .active)
        }
    }
}

extension RunningDaemon {
    /// Waits until it follows the router at `address`.
    fileprivate func hears(_ address: String) throws {
        try trial.waitFor("following \(address)") { try instance().activeRouter?.address == address }
    }
}
