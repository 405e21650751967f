import Testing

@testable import Control

/// What keepalived 2.2.7 wrote of the same configuration, but for its sockets.
@Suite struct `Dump files` {
    private let moment = DumpedMoment(microseconds: 1_795_690_207_031_621, localText: "Thu Nov 26 10:50:07 2026")

    /// A MASTER with a little of everything.
    private var master: DumpedInstance {
        var instance = DumpedInstance(
            name: "VI_1", version: 2, interface: "eth0", virtualRouterID: 51, lastTransition: moment)
        instance.syncGroup = "G"
        (instance.state, instance.wanted, instance.hasAddresses) = (.master, .master, true)
        instance.nextDeadline = DumpedMoment(
            microseconds: 1_795_690_211_842_897, localText: "Thu Nov 26 10:50:11 2026")
        instance.masterDownTimer = 3_519_531
        instance.masterInterval = 1_000_000
        instance.source = "192.0.2.1"
        instance.announcements.repeats = 2
        instance.announcements.refresh = 60
        instance.announcements.lowerPriorityRepeats = 2
        (instance.effectivePriority, instance.totalPriority) = (123, 123)
        instance.authentication = .password
        instance.addresses = ["192.0.2.10/24 dev eth0 scope global set"]
        instance.excludedAddresses = ["2001:db8::13/64 dev eth0 scope global preferred_lft forever set"]
        instance.routes = ["prepend 10.1.0.0/16 via inet 192.0.2.254 dev eth0 proto 18"]
        instance.rules = ["from 192.0.2.10 priority 300 tos 0x0 protocol 18 lookup 100"]
        instance.interfaces = [.init(name: "eth1", weight: 7, isReversed: false)]
        instance.scripts = [
            .init(name: "good", weight: -5, isReversed: true, command: "'/usr/bin/test' '-e' '/run/good one'")
        ]
        instance.files = [.init(name: "number", weight: 2, isReversed: false)]
        instance.processes = [.init(name: "sleeper", weight: 3, isReversed: false)]
        instance.notifications.saysDeleted = true
        instance.notifications.backup = .init(text: "'/run/tell' 'backup'", user: 0, group: 0)
        instance.notifications.everyChange = .init(text: "'/run/tell' 'every'", user: 33, group: 34)
        instance.counters.sent = 4
        instance.counters.becameMaster = 1
        return instance
    }

    /// A BACKUP of version 3 with unicast.
    private var backup: DumpedInstance {
        var instance = DumpedInstance(
            name: "VI_3", version: 3, interface: "eth0", virtualRouterID: 53, lastTransition: moment)
        (instance.state, instance.wanted) = (.backup, .backup)
        (instance.masterAddress, instance.masterPriority, instance.masterInterval) = ("192.0.2.2", 200, 500_000)
        instance.interval = 400_000
        instance.masterDownTimer = 1_824_218
        instance.source = "192.0.2.1"
        instance.isSourceConfigured = true
        instance.transport = .unicast(
            peers: [.init(address: "192.0.2.2", leastHopLimit: 0, largestHopLimit: 255)], hopLimit: 255)
        instance.preemptDelay = 1_500_000
        instance.sendsMail = true
        instance.counters.received = 14
        return instance
    }

    @Test func `the state of a MASTER is keepalived's, line by line`() {
        #expect(
            master.text == """
                 VRRP Instance = VI_1
                   VRRP Version = 2
                   Sync group = G
                   State = MASTER
                   Flags: none
                   Wantstate = MASTER
                   Number of config faults = 0
                   Number of interface and track script faults = 0
                   Number of track scripts init = 0
                   Last transition = 1795690207.031621 (Thu Nov 26 10:50:07.031621 2026)
                   Read timeout = 1795690211.842897 (Thu Nov 26 10:50:11.842897 2026)
                   Master down timer = 3519531 usecs
                   Interface = eth0
                   Using src_ip = 192.0.2.1
                   Multicast address 224.0.0.18
                   Gratuitous ARP delay = 5
                   Gratuitous ARP repeat = 2
                   Gratuitous ARP refresh = 60
                   Gratuitous ARP refresh repeat = 1
                   Gratuitous ARP lower priority delay = 5
                   Gratuitous ARP lower priority repeat = 2
                   Down timer adverts = 3
                   Send advert after receive lower priority advert = true
                   Send advert after receive higher priority advert = false
                   Virtual Router ID = 51
                   Priority = 100
                   Effective priority = 123
                   Total priority = 123
                   Advert interval = 1 sec
                   Accept = enabled
                   Preempt = enabled
                   Promote_secondaries = disabled
                   Authentication type = SIMPLE_PASSWORD
                   Password = ********
                   Virtual IP (1):
                     192.0.2.10/24 dev eth0 scope global set
                   Virtual IP Excluded :
                     2001:db8::13/64 dev eth0 scope global preferred_lft forever set
                   Virtual Routes :
                     prepend 10.1.0.0/16 via inet 192.0.2.254 dev eth0 proto 18
                   Virtual Rules :
                     from 192.0.2.10 priority 300 tos 0x0 protocol 18 lookup 100
                   Tracked interfaces :
                     eth1 weight 7
                   Tracked scripts :
                     good weight -5 reverse
                   Tracked files :
                     number, weight 2
                   Tracked processes :
                     sleeper, weight 3
                   Using smtp notification = no
                   Notify deleted = Deleted
                   Backup state transition script = '/run/tell' 'backup', uid:gid 0:0
                   Generic state transition script = '/run/tell' 'every', uid:gid 33:34
                   Notify priority changes = false

                """)
    }

    @Test func `a BACKUP tells whom it follows, and a router that is at fault does not`() {
        var instance = backup
        #expect(
            instance.text.split(separator: "\n").prefix(9) == [
                " VRRP Instance = VI_3", "   VRRP Version = 3", "   State = BACKUP", "   Master router = 192.0.2.2",
                "   Master priority = 200", "   Master advert int = 0.50 sec", "   Flags:", "     Using unicast",
                "   Wantstate = BACKUP",
            ])
        for line in [
            "   Read timeout = DISABLED\n", "   Using src_ip = 192.0.2.1 (from configuration)\n",
            "   Advert interval = 400 milli-sec\n   Master advert interval = 500 milli-sec\n",
            "   Preempt delay = 1.5 secs\n", "   Unicast TTL = 255\n   Check unicast src : no\n   Unicast Peer :\n",
            "     192.0.2.2 min_ttl 0 max_ttl 255\n   Unicast checksum compatibility = no\n",
            "   Using smtp notification = yes\n",
        ] { #expect(instance.text.contains(line), "\(line)") }
        #expect(!instance.text.contains("Multicast"))
        (instance.state, instance.source) = (.fault, nil)
        #expect(instance.text.contains("   State = FAULT\n   Flags:\n"))
        #expect(instance.text.contains("   Using src_ip = (none)"))
        for line in ["Master router", "Master priority", "Master advert"] { #expect(!instance.text.contains(line)) }
        instance.isIPv6 = true
        instance.interfaceIndex = 3
        instance.transport = .multicast(group: "ff02::12")
        #expect(instance.text.contains("   Using Native IPv6\n"))
        #expect(instance.text.contains("   Multicast address ff02::12, ifindex 3\n"))
    }

    @Test func `counters are keepalived's, line by line`() {
        var instance = master
        instance.counters.received = 1 << 40
        instance.counters.releasedMaster = 2
        instance.counters.lengthErrors = 3
        instance.counters.hopLimitErrors = 4
        instance.counters.invalidTypes = 5
        instance.counters.intervalErrors = 6
        instance.counters.addressListErrors = 7
        instance.counters.invalidAuthenticationTypes = 8
        instance.counters.authenticationTypeMismatches = 9
        instance.counters.authenticationFailures = 10
        instance.counters.priorityZeroReceived = 11
        instance.counters.priorityZeroSent = 12
        #expect(
            instance.stats == """
                VRRP Instance: VI_1
                  Advertisements:
                    Received: 1099511627776
                    Sent: 4
                  Became master: 1
                  Released master: 2
                  Packet Errors:
                    Length: 3
                    TTL: 4
                    Invalid Type: 5
                    Advertisement Interval: 6
                    Address List: 7
                  Authentication Errors:
                    Invalid Type: 8
                    Type Mismatch: 9
                    Failure: 10
                  Priority Zero:
                    Received: 11
                    Sent: 12

                """)
        let stats =
            #""stats":{"advert_rcvd":1099511627776,"advert_sent":4,"become_master":1,"release_master":2,"#
            + #""packet_len_err":3,"advert_interval_err":6,"ip_ttl_err":4,"invalid_type_rcvd":5,"addr_list_err":7,"#
            + #""invalid_authtype":8,"authtype_mismatch":9,"auth_failure":10,"pri_zero_rcvd":11,"pri_zero_sent":12}}"#
        #expect(instance.json.hasSuffix(stats))
    }

    @Test func `JSON is keepalived's, octet by octet`() {
        let expected =
            #"{"data":{"iname":"VI_1","dont_track_primary":0,"skip_check_adv_addr":0,"strict_mode":0,"vmac_ifname":"","#
            + #""ifp_ifname":"eth0","master_priority":0,"last_transition":1795690207.031621,"garp_delay":5,"#
            + #""garp_refresh":60,"garp_rep":2,"garp_refresh_rep":1,"garp_lower_prio_delay":5,"garp_lower_prio_rep":2,"#
            + #""lower_prio_no_advert":0,"higher_prio_send_advert":0,"vrid":51,"base_priority":100,"#
            + #""effective_priority":123,"vipset":true,"promote_secondaries":false,"adver_int":1,"master_adver_int":1,"#
            + #""accept":1,"nopreempt":false,"preempt_delay":0,"state":2,"wantstate":2,"version":2,"smtp_alert":false,"#
            + #""notify_deleted":true,"script_backup":"'\/run\/tell' 'backup'","script":"'\/run\/tell' 'every'","#
            + #""vips":["192.0.2.10\/24 dev eth0 scope global set"],"#
            + #""evips":["2001:db8::13\/64 dev eth0 scope global preferred_lft forever set"],"#
            + #""vroutes":["prepend 10.1.0.0\/16 via inet 192.0.2.254 dev eth0 proto 18"],"#
            + #""vrules":["from 192.0.2.10 priority 300 tos 0x0 protocol 18 lookup 100"],"track_ifp":["eth1"],"#
            + #""track_script":["'\/usr\/bin\/test' '-e' '\/run\/good one'"],"#
            + #""auth_type":1,"auth_data":"********"},"#
        #expect(master.json.hasPrefix(expected), "\(master.json)")
        #expect(backup.json.contains(#""adver_int":0.4,"master_adver_int":0.5,"#))
        #expect(backup.json.contains(#""preempt_delay":1,"state":1,"wantstate":1,"version":3,"smtp_alert":true,"#))
        #expect(backup.json.contains(#""notify_deleted":false,"auth_type":0},"stats""#))
    }

    @Test(arguments: [(0, "0"), (1_000_000, "1"), (200_000, "0.2"), (40_950_000, "40.95"), (1, "0.000001")])
    func `seconds have no more decimals than they need`(microseconds: Int, expected: String) {
        #expect(DumpedObject.seconds(microseconds) == expected)
    }

    @Test func `what is watched, and groups, are keepalived's, line by line`() {
        var script = DumpedScript(
            name: "good", command: "'/usr/bin/test' '-e' '/run/good one'", interval: 1_000_000, timeout: 3_000_000,
            weight: 10)
        (script.rise, script.fall, script.result, script.status) = (2, 3, 4, .good)
        script.trackers = [.init(name: "VI_1", weight: 10, isReversed: false)]
        #expect(
            script.text == """
                 VRRP Script = good
                   Command = '/usr/bin/test' '-e' '/run/good one'
                   Interval = 1 sec
                   Timeout = 3 sec
                   Weight = 10
                   Rise = 2
                   Fall = 3
                   Result = 4
                   Insecure = no
                   Init state = unknown
                   Status = GOOD
                   Script uid:gid = 0:0
                   VRRP instances :
                   Tracking instances :
                     VI_1, weight 10
                   State = idle

                """)
        (script.status, script.isRunning) = (.initial, true)
        #expect(script.text.contains("   Init state = INIT\n   Status = INIT\n"))
        #expect(script.text.hasSuffix("   State = running\n"))
        var file = DumpedFile(name: "number", path: "/run/number", number: 3, weight: 2)
        file.trackers = [.init(name: "VI_1", weight: 2, isReversed: true)]
        #expect(
            file.text == """
                 Track file = number
                   File = /run/number
                   Status = 3
                   Weight = 2
                   Tracking instances :
                     VI_1, weight 2 reverse

                """)
        var group = DumpedGroup(name: "G")
        (group.state, group.members, group.countsWeights, group.faultyMembers) = (.fault, ["VI_1", "VI_2"], true, 2)
        group.scripts = [.init(name: "hard", weight: 0, isReversed: false)]
        group.files = [.init(name: "number", weight: 2, isReversed: false)]
        group.notifications.master = .init(text: "'/run/tell' 'group'", user: 0, group: 0)
        #expect(
            group.text == """
                 VRRP Sync Group = G, FAULT
                   Num member fault 2, num member init 0
                   VRRP member instances :
                     VI_1
                     VI_2
                   sync group tracking weight set
                   Using smtp notification = no
                   Tracked scripts :
                     hard weight 0
                   Tracked files :
                     number, weight 2
                   Master state transition script = '/run/tell' 'group', uid:gid 0:0

                """)
    }

    @Test func `a process has its lines, and its object in the second version of JSON`() {
        var process = DumpedProcess(name: "sleeper", path: "sleep")
        (process.parameters, process.match, process.isFullCommand) = (["12", "34"], "exact", true)
        (process.most, process.count, process.hasQuorum, process.weight) = (4, 1, true, 3)
        (process.terminateDelay, process.forkDelay) = (1_000_000, 500_000)
        #expect(
            process.text == """
                 VRRP Track process = sleeper
                   Process = sleep
                   Parameters = 12 34
                   Param match
                   Min processes = 1
                   Max processes = 4
                   Current processes = 1
                   Have quorum = true
                   Weight = 3
                   Terminate delay = 1.000000s
                   Fork delay = 0.500000s
                   Fork delay timer not running
                   Terminate delay timer not running
                   Full command = true
                   Tracking instances :

                """)
        #expect(
            process.json
                == #"{"process":"sleeper","parameters":"12 34","param_match":"exact","min_processes":1,"max_processes":4,"#
                + #""current_processes":1,"have_quorum":true,"weight":3,"terminate_delay":1,"fork_delay":0.5,"#
                + #""fork_delay_timer_running":false,"terminate_delay_timer_running":false,"full_command":true}"#)
    }
}
