import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// One of the two daemons, with a neighbour that is MASTER where it is BACKUP.
final class DumpSide {
    let program: Program
    let host: Host
    private let trial: Trial
    private let process: SpawnedProcess
    private let log: OutputLog

    init(_ program: Program, _ trial: Trial, _ configuration: String) throws {
        self.program = program
        self.trial = trial
        let segment = "with-\(program)"
        let neighbour = try trial.laboratory.addHost(
            "other-\(program)", [Interface("eth0", segment: segment, addresses: [try .init(ip("192.0.2.2"), 24)])])
        host = try trial.laboratory.addHost(
            "\(program)", [Interface("eth0", segment: segment, addresses: [try .init(ip("192.0.2.1"), 24)])])
        for name in ["eth1", "eth2", "eth3"] {
            try host.addCable(name)
            if name != "eth3" { try host.ip("link", "set", name, "up") }
        }
        try host.ip("addr", "add", "198.51.100.1/24", "dev", "eth3")
        try host.ip("addr", "add", "2001:db8::1/64", "dev", "eth0", "nodad")
        try host.writeFile("/run/tell", "#!/bin/sh\nexit 0\n", mode: 0o755)
        try host.writeFile("/run/good one", "")
        try host.writeFile("/run/number", "3\n")
        try neighbour.writeFile(
            "/run/vrrp.conf", instance("VI_3", id: 53, priority: 200, addresses: ["192.0.2.30/24"]))
        let theirs = Program.understudy.command("/run/vrrp.conf")
        let said = try OutputLog("other-\(program)")
        _ = try neighbour.start(theirs.program, theirs.arguments, log: said)
        try trial.waitFor("the neighbour of \(program)") { said.text.contains("Entering MASTER STATE") }
        try host.writeFile("/run/vrrp.conf", configuration)
        let ours = program.command("/run/vrrp.conf")
        log = try OutputLog("\(program)")
        process = try host.start(ours.program, ours.arguments, log: log)
    }

    /// Sends a signal, and waits for a text that is whole.
    func dump(_ signal: DumpSignal) throws -> String {
        let suffix = [DumpSignal.state: "data", .json: "json"][signal] ?? "stats"
        let path = "/tmp/keepalived.\(suffix)"
        if try DumpedFileFacts(host, path) != nil { _ = try host.run("rm", [path]) }
        sendSignal(signal.number, to: process.pid)
        var text = ""
        try trial.waitFor("\(path) of \(program)\n\(log.text.suffix(3000))") {
            guard try DumpedFileFacts(host, path) != nil else { return false }
            // keepalived's is there before it is written.
            let before = text
            text = try host.readFile(path)
            return text.hasSuffix("\n") && text == before
        }
        return text
    }

    /// Waits until every instance is in its state.
    func settle(_ states: [Int]) throws {
        let wanted = states.map { "\"state\":\($0)," }
        var text = ""
        let isSettled = try trial.observer.wait(seconds: 20) {
            text = try dump(.json)
            return text.matches(of: #/"state":[0-9]+,/#).map { String($0.output) } == wanted
        }
        guard isSettled else {
            throw DidNotHappen(description: "\(program) is not in \(states): \(text)\n\(log.text.suffix(3000))")
        }
    }

    /// A little of everything: three MASTERs, a BACKUP, one at fault, unicast, IPv6, a check that decides.
    static let everything = global + instances

    private static let global = """
        global_defs {
            script_user root
            enable_script_security
            vrrp_garp_master_repeat 2
        }
        vrrp_script good {
            script "/usr/bin/test -e '/run/good one'"
            interval 1
            timeout 3
            weight 10
            rise 2
            fall 3
        }
        vrrp_script zero {
            script "/usr/bin/test -e /run/zero"
            interval 1
        }
        track_file number {
            file /run/number
            weight 2
        }
        vrrp_track_process sleeper {
            process sleep
            weight 3
            quorum_max 4
            fork_delay 0.5
            terminate_delay 1
        }
        vrrp_sync_group G {
            group {
                VI_1
                VI_2
            }
            notify_master "/run/tell group master"
            sync_group_tracking_weight
        }

        """

    private static let instances =
        instance(
            "VI_1", id: 51,
            """
            preempt_delay 1
            garp_master_refresh 60
            virtual_ipaddress_excluded {
                192.0.2.13/24 brd +
                2001:db8::13/64
            }
            virtual_routes {
                10.1.0.0/16 via 192.0.2.254 dev eth0
                src 192.0.2.10 to 10.2.0.0/16 via 192.0.2.254 dev eth0 metric 50
                10.3.0.0/16 dev eth0 table 100 no_track
                blackhole 10.7.0.0/16 no_track
                10.6.0.9 dev eth0
                default via 192.0.2.254 dev eth0 table 101
                10.4.0.0/16 via 203.0.113.1 dev eth0 onlink table 100 mtu 1400
                10.14.0.0/16 via 192.0.2.254 dev eth0 append realms 1/2 congctl lock reno mtu 1400
                add 10.15.0.0/16 via 192.0.2.254 dev eth0 realms 5 congctl reno
                multicast 224.1.1.0/24 dev eth0 table 104
                10.16.0.0/16 dev eth0 encap ip id 5 dst 192.0.2.77 src 192.0.2.1 ttl 9 tos 0x10 flags 256
                2001:db8:5::/48 dev eth0 no_track encap ip6 dst 2001:db8::7 hoplimit 9 tc 4
                2001:db8:6::/48 from 2001:db8:9::/48 via fe80::99 dev eth0 no_track expires 1000
                10.13.0.0/16 via 192.0.2.254 dev eth0 rto_min 300 mtu lock 1300 cwnd lock 20 features ecn
            }
            virtual_rules {
                from 192.0.2.10 lookup 100 preference 300
                to 10.0.0.0/8 iif eth0 table 101 priority 301
                not from 10.9.0.0/16 fwmark 0x10/0xf0 lookup 102 preference 302
                from 10.5.0.0/16 blackhole preference 304
                from 10.8.0.0/16 tos 0x10 ipproto tcp sport 100-200 dport 80-80 uidrange 10-20 lookup 103 preference 305
                from 10.8.1.0/24 suppress_prefixlength 0 suppress_ifgroup 5 table 103 preference 306
                from 10.8.2.0/24 goto 310 preference 307
                from 10.8.3.0/24 nop preference 308
                from 10.8.4.0/24 realms 1/2 tunnel-id 7 lookup 103 preference 309
            }
            track_interface {
                eth1 weight 7
                eth2
            }
            track_script {
                good
            }
            track_file {
                number
            }
            track_process {
                sleeper
            }
            notify_master "/run/tell master 'two words' \\x41"
            notify_backup "/run/tell backup" root
            notify "/run/tell every"
            notify_deleted
            """)
        + instance(
            "VI_2", id: 52, priority: 110, addresses: ["192.0.2.20/24", "192.0.2.21 label eth0:vip"],
            "promote_secondaries\nnopreempt\ndown_timer_adverts 5")
        + instance("VI_3", id: 53, priority: 90, addresses: ["192.0.2.30/24"], "notify_priority_changes")
        + instance("VI_4", id: 54, interface: "eth3", addresses: ["198.51.100.30/24"], "no_accept")
        + instance(
            "VI_5", id: 55, addresses: ["192.0.2.50"],
            """
            unicast_src_ip 192.0.2.1
            unicast_peer {
                192.0.2.77
                192.0.2.78 min_ttl 254 max_ttl 255
            }
            skip_check_adv_addr
            higher_prio_send_advert
            lower_prio_no_advert
            kernel_rx_buf_size 100000
            """)
        + instance(
            "VI_6", id: 56, addresses: ["2001:db8::60/64", "2001:db8::61", "2001:db8::62/64 preferred_lft 0"],
            "notify_stop \"/run/tell stop\"")
        + instance(
            "VI_7", id: 57, addresses: ["192.0.2.70/24"],
            "state MASTER\ntrack_script {\n zero\n }\nno_accept\ndont_track_primary")
        + instance("VI_8", id: 58, addresses: ["192.0.2.80/24"], "mcast_src_ip 192.0.2.1")
        .replacing("version 3", with: "version 2\nauthentication {\n auth_type PASS\n auth_pass s3cret\n}")
        .replacing("advert_int 0.1", with: "advert_int 1")
}
