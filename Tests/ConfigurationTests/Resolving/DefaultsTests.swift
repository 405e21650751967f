import Configuration
import Testing
import VRRPCore
import VRRPWire

private func only(_ text: String) throws -> Instance {
    try #require(resolved(text).model.instances.first)
}

private let everyCheckKeyword = """
    global_defs {
        router_id lb-a
        script_user nobody nogroup
        enable_script_security
        vrrp_garp_interval 0.001
        vrrp_gna_interval 0.000001
    }
    vrrp_script s {
        script "/bin/check 'two words' \\x41"
        interval 0.5
        timeout 0.2
        weight -253 reverse
        rise 2
        fall 3
        user root
    }
    vrrp_track_process p {
        process envoy -c /etc/envoy.yaml
        param_match initial
        weight -254
        quorum 2
        quorum_max 4
        delay 1
        terminate_delay 1.5
    }

    """ + instance("track_script { s }", "track_process { p }")

@Suite struct DefaultsTests {
    @Test func `gives a minimal instance keepalived's defaults`() throws {
        let instance = try only(
            "vrrp_instance A {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress {\n 10.0.0.1\n }\n}")
        #expect(instance.priority == Priority(100))
        #expect(instance.advertisementInterval == .oneSecond)
        #expect(instance.version == .v2)
        #expect(instance.initialState == .backup)
        #expect(instance.transport == .multicast)
        #expect(instance.checksum == .follow)
        #expect(instance.announcements == AnnouncementPolicy())
        #expect(instance.preemptDelay == .zero)
        #expect(instance.addresses.map(\.prefixLength) == [32])
    }

    @Test func `defaults in global_defs count wherever the block stands`() throws {
        let late = instance() + "global_defs {\n vrrp_version 3\n vrrp_garp_master_repeat 2\n v3_checksum_as_v2\n}\n"
        let resolvedInstance = try only(late)
        #expect(resolvedInstance.version == .v3)
        #expect(resolvedInstance.announcements.repeats == 2)
        #expect(resolvedInstance.checksum == .messageOnly)
        #expect(complaints(late) == [])
    }

    @Test func `how the process is scheduled is the service manager's matter until the file says it`() {
        #expect(resolved(instance()).model.global.scheduling == Scheduling())
        let text = "global_defs {\n vrrp_priority -10\n vrrp_rt_priority 50\n vrrp_no_swap\n}\n" + instance()
        let scheduling = resolved(text).model.global.scheduling
        #expect(scheduling.niceValue == -10)
        #expect(scheduling.realTimePriority == 50)
        #expect(scheduling.locksMemory)
        #expect(complaints(text) == [])
        #expect(complaints("global_defs {\n vrrp_rt_priority 100\n}\n" + instance()).count == 1)
    }

    @Test func `processors and a limit of real time are taken from the file, and wrong ones are refused`() {
        func globals(_ lines: String) -> String { "global_defs {\n \(lines)\n}\n" + instance() }
        let text = globals("vrrp_rt_priority 50\n vrrp_rlimit_rttime 10000\n vrrp_cpu_affinity 3 0 1 3")
        #expect(resolved(text).model.global.scheduling.realTimeLimit == 10000)
        #expect(resolved(text).model.global.scheduling.processors == [0, 1, 3])
        #expect(complaints(text) == [])
        let old = globals("vrrp_rt_priority 50\n vrrp_rlimit_rtime 17000")
        #expect(resolved(old).model.global.scheduling.realTimeLimit == 17000)
        #expect(complaints(old) == [])
        #expect(complaints(globals("vrrp_rlimit_rttime 10000")).map(\.code) == ["limit-without-real-time"])
        #expect(complaints(globals("max_auto_priority 5\n vrrp_rlimit_rttime 10000")) == [])
        for wrong in [
            "vrrp_cpu_affinity 0 1024", "vrrp_cpu_affinity 0 -1", "vrrp_rt_priority 5\n vrrp_rlimit_rttime 1",
        ] {
            #expect(complaints(globals(wrong)).map(\.code) == ["out-of-range"])
        }
        for (wrong, code) in [("0,1", "bad-value"), ("0-1", "bad-value"), ("", "missing-argument")] {
            let found = complaints(globals("vrrp_cpu_affinity \(wrong)"))
            #expect(found.map(\.code) == [code])
            #expect(resolved(globals("vrrp_cpu_affinity \(wrong)")).model.global.scheduling.processors == nil)
        }
    }

    @Test func `a limit of real time that the work of so many instances reaches is warned of`() {
        func limited(_ limit: Int, _ instances: String) -> [String] {
            complaints("global_defs {\n vrrp_rt_priority 5\n vrrp_rlimit_rttime \(limit)\n}\n" + instances).map(\.code)
        }
        let many = (1...40).map { number in
            "vrrp_instance V\(number) {\n interface eth0\n virtual_router_id \(number)\n priority 100\n virtual_ipaddress {\n"
                + " 10.0.0.\(number)/24\n }\n}\n"
        }.joined()
        #expect(limited(9_999, instance()) == ["short-real-time-limit"])
        #expect(limited(10_000, instance()) == [])
        #expect(limited(19_999, many) == ["short-real-time-limit"])
        #expect(limited(20_000, many) == [])
    }

    @Test func `how far the priority rises by itself is said, or it does not rise`() {
        func highest(_ line: String) -> Int {
            resolved("global_defs {\n \(line)\n}\n" + instance()).model.global.scheduling.highestAutomaticPriority
        }
        #expect(["", "max_auto_priority 0", "max_auto_priority -1"].map(highest) == [0, 0, 0])
        #expect(["max_auto_priority", "max_auto_priority 5"].map(highest) == [99, 5])
        #expect(
            complaints("global_defs {\n max_auto_priority -1\n min_auto_priority_delay 500000\n}\n" + instance()) == [])
        #expect(complaints("global_defs {\n max_auto_priority 100\n}\n" + instance()).map(\.code) == ["out-of-range"])
        let delay = resolved("global_defs {\n min_auto_priority_delay 500\n}\n" + instance()).model.global.scheduling
        #expect(delay.automaticPriorityDelay == .microseconds(500))
    }

    @Test func `how many adverts may be missed is said for all or for one`() throws {
        #expect(try only(instance()).downTimerAdverts == 3)
        let all = "global_defs {\n vrrp_down_timer_adverts 5\n}\n"
        #expect(try only(all + instance()).downTimerAdverts == 5)
        #expect(try only(all + instance("down_timer_adverts 2")).downTimerAdverts == 2)
        #expect(complaints(all + instance("down_timer_adverts 100")) == [])
        for number in ["0", "101"] { #expect(complaints(instance("down_timer_adverts \(number)")).count == 1) }
    }

    @Test func `unicast adverts have the TTL that the file says, and peers the bounds`() throws {
        let peers = "unicast_peer {\n10.0.0.2 min_ttl 254\n10.0.0.3 max_ttl 100 min_ttl 3\n10.0.0.4\n}"
        let found = try only(instance("unicast_ttl 200", peers))
        #expect(found.unicastHopLimit == 200)
        let bounds = ["10.0.0.2", "10.0.0.3", "10.0.0.4"].map { IPAddress($0).flatMap { found.peerHopLimits[$0] } }
        #expect(bounds == [254...255, 3...100, nil])
        #expect(complaints(instance("unicast_ttl 200", peers)) == [])
        #expect(try only(instance(peers)).unicastHopLimit == nil)
        for wrong in ["min_ttl", "min_ttl 256", "min_ttl x", "min_ttl 9 max_ttl 8", "ttl 5"] {
            #expect(complaints(instance("unicast_peer {\n10.0.0.2 \(wrong)\n}")) != [], "\(wrong)")
        }
        #expect(complaints(instance("unicast_ttl 64")).map(\.code) == ["unicast-ttl-without-peers"])
    }

    @Test func `what already happens may be asked for, and changes nothing`() throws {
        let globals =
            "global_defs {\n vrrp_check_unicast_src\n vrrp_skip_check_adv_addr\n"
            + " vrrp_higher_prio_send_advert\n}\n"
        let lines = "accept\nskip_check_adv_addr\nhigher_prio_send_advert\ndebug 2"
        let unicast = "unicast_fault_no_peer\ncheck_unicast_src\nunicast_peer {\n10.0.0.2\n}"
        #expect(complaints(globals + instance(lines, unicast)) == [])
        let before = resolved(instance("unicast_peer {\n10.0.0.2\n}")).model
        // Nothing but what the dump files say of it.
        let told = ["skip_check_adv_addr", "higher_prio_send_advert", "check_unicast_src"]
        #expect(
            changes(from: before, to: resolved(globals + instance(lines, unicast)).model).flatMap(\.sentences)
                == told.map { "instance VI_1: \($0) off -> on" })
        #expect(complaints(instance("unicast_fault_no_peer", "unicast_src_ip 10.0.0.1")).count == 1)
        let notes = resolved(instance("higher_prio_send_advert off")).diagnostics.map(\.brief)
        #expect(notes.contains("note no-effect@5"))
        #expect(complaints(instance("native_ipv6")).map(\.code) == ["family-mismatch"])
        let six = try only(instance("native_ipv6", "version 3", addresses: ["fe80::1/64"]))
        #expect(six.family == .v6 && six.version == .v3)
    }

    @Test func `a lease must outlast the adverts that may be missed`() {
        #expect(complaints(instance("lease 5")) == [])
        #expect(complaints(instance("lease 5", "down_timer_adverts 6")).count == 1)
    }

    @Test func `a check may be defined after the instance that uses it`() throws {
        let text = instance("track_script { chk }") + "vrrp_script chk {\n script /bin/true\n weight 5\n}\n"
        #expect(complaints(text) == [])
        #expect(try only(text).trackedScripts.map(\.weight) == [Weight(5)])
    }

    @Test func `lower-priority announcements follow the global master announcements, not the instance's`() throws {
        let text = instance(
            "garp_master_delay 9", prelude: "global_defs {\n vrrp_garp_master_delay 7\n vrrp_garp_master_repeat 3\n}\n")
        let policy = try only(text).announcements
        #expect(policy.delay == .seconds(9))
        #expect(policy.contestedDelay == .seconds(7))
        #expect(policy.contestedRepeats == 3)
    }

    @Test func `vrrp_min_garp is one announcement unless something else is said`() throws {
        let bare = try only(instance(prelude: "global_defs { vrrp_min_garp }\n")).announcements
        #expect(bare.repeats == 1)
        #expect(bare.delay == .zero)
        #expect(bare.contestedRepeats == 1)
        let off = try only(instance(prelude: "global_defs { vrrp_min_garp false }\n")).announcements
        #expect(off == AnnouncementPolicy())
        let partly = try only(
            instance(prelude: "global_defs {\n vrrp_min_garp\n vrrp_garp_master_repeat 3\n}\n")
        ).announcements
        #expect(partly.repeats == 3)
        #expect(partly.delay == .zero)
    }

    @Test func `the zero spacing of the distribution's sample is accepted`() {
        #expect(complaints(instance(prelude: "global_defs {\n vrrp_garp_interval 0\n vrrp_gna_interval 0\n}\n")) == [])
    }

    @Test func `IPv6 uses version 3 whatever the global version is`() throws {
        let text = instance(addresses: ["fe80::51/64"], prelude: "global_defs { vrrp_version 2 }\n")
        #expect(try only(text).version == .v3)
        #expect(try only(text).family == .v6)
        #expect(complaints(text) == [])
    }

    @Test func `state MASTER without a priority is the owner's, with a warning`() throws {
        let text =
            "vrrp_instance A {\n interface e\n state MASTER\n virtual_router_id 1\n virtual_ipaddress { 10.0.0.1 }\n}"
        #expect(try only(text).priority == .owner)
        #expect(complaints(text).map(\.brief) == ["warning master-without-priority@3"])
    }

    @Test func `times are exact`() throws {
        let text = instance("version 3", "advert_int 0.92", "preempt_delay 0.000001")
        #expect(try only(text).advertisementInterval == Centiseconds(92))
        #expect(try only(text).preemptDelay == .microseconds(1))
        #expect(complaints(text) == [])
    }

    @Test(arguments: [("0.5", 100), ("0.01", 100), ("1.5", 200), ("2.4", 200)])
    func `version 2 rounds to whole seconds and says so`(written: String, centiseconds: Int) throws {
        let text = instance("advert_int \(written)")
        #expect(try only(text).advertisementInterval == Centiseconds(centiseconds))
        #expect(complaints(text).map(\.brief) == ["warning rounded-interval@5"])
        #expect(complaints(text).first?.fix?.hasPrefix("version 3") == true)
    }

    @Test func `a reference's weight overrides the definition's and inherits its reverse`() throws {
        let script = "vrrp_script chk {\n script /bin/true\n weight 5 reverse\n}\n"
        let inherited = try only(script + instance("track_script {", "chk weight 9", "}"))
        #expect(inherited.trackedScripts.map(\.weight) == [Weight(9, reverse: true)])
        let straight = try only(script + instance("track_script {", "chk weight 9 noreverse", "}"))
        #expect(straight.trackedScripts.map(\.weight) == [Weight(9)])
    }

    @Test func `reads every supported keyword of an instance`() throws {
        let text = instance(
            "state BACKUP", "version 2", "advert_int 2", "unicast_src_ip 10.0.0.1", "unicast_peer {", "10.0.0.2",
            "10.0.0.3",
            "}", "authentication {", "auth_type PASS", "auth_pass secret", "}", "preempt_delay 30", "track_interface {",
            "eth1 weight -10 reverse", "}", "garp_master_delay 1", "garp_master_repeat 2", "garp_master_refresh 3",
            "garp_master_refresh_repeat 4", "garp_lower_prio_delay 5", "garp_lower_prio_repeat 6",
            "v3_checksum_as_v2 off",
            "virtual_ipaddress_excluded {", "2001:db8::1/64", "}",
            addresses: ["10.0.0.9/24 brd + dev eth2 scope link label eth2:vip"])
        #expect(complaints(text) == [])
        let instance = try only(text)
        #expect(instance.sourceAddress == IPAddress("10.0.0.1"))
        #expect(
            instance.transport
                == .unicast(peers: [IPAddress.v4(IPv4Address(10, 0, 0, 2)), .v4(IPv4Address(10, 0, 0, 3))]))
        #expect(instance.password == SimplePassword("secret"))
        #expect(instance.advertisementInterval == Centiseconds(200))
        #expect(instance.preemptDelay == .seconds(30))
        #expect(instance.trackedInterfaces.map(\.weight) == [Weight(-10, reverse: true)])
        #expect(instance.checksum == .pseudoHeader)
        #expect(
            instance.addresses == [
                VirtualAddress(
                    address: .v4(IPv4Address(10, 0, 0, 9)), prefixLength: 24, interface: "eth2",
                    broadcast: IPv4Address(10, 0, 0, 255), scope: 253, label: "eth2:vip")
            ])
        #expect(instance.excludedAddresses.map(\.prefixLength) == [64])
        #expect(instance.addressLocations.count == 2)
        let policy = instance.announcements
        #expect([policy.delay, policy.refresh, policy.contestedDelay] == [.seconds(1), .seconds(3), .seconds(5)])
        #expect([policy.repeats, policy.refreshRepeats, policy.contestedRepeats] == [2, 4, 6])
    }

    @Test func `reads every supported keyword of the checks`() throws {
        #expect(complaints(everyCheckKeyword) == [])
        let model = resolved(everyCheckKeyword).model
        #expect(model.global.routerID == "lb-a")
        #expect(model.global.scriptUser == UserName(user: "nobody", group: "nogroup"))
        #expect(model.global.scriptSecurity)
        #expect(model.global.gratuitousARPSpacing == .milliseconds(1))
        #expect(model.global.neighborAdvertisementSpacing == .microseconds(1))
        let script = try #require(model.scripts.first)
        #expect(script.command == ["/bin/check", "two words", "A"])
        #expect(script.interval == .milliseconds(500))
        #expect(script.timeout == .milliseconds(200))
        #expect(script.weight == Weight(-253, reverse: true))
        #expect((script.rise, script.fall) == (2, 3))
        #expect(script.user == UserName(user: "root"))
        let process = try #require(model.processes.first)
        #expect(process.process == "envoy")
        #expect(process.parameters == ["-c", "/etc/envoy.yaml"])
        #expect(process.match == .initial)
        #expect(process.fullCommand)
        #expect(process.quorum == 2 && process.quorumMaximum == 4)
        #expect(process.forkDelay == .seconds(1))
        #expect(process.terminateDelay == .milliseconds(1500))
    }

    @Test func `a tracked file has keepalived's defaults, and what is written counts`() throws {
        let text = """
            track_file drain {
                file "/run/drain"
                weight 0
                init_file
            }
            vrrp_track_file load {
                file /run/load
                init_file overwrite -3
            }

            """
        let (model, found) = resolved(
            text + instance("track_file {", "drain weight 2 reverse", "load", "}"))
        #expect(found.map(\.brief) == ["note old-name@6"])
        #expect(model.files.map(\.path) == ["/run/drain", "/run/load"])
        #expect(model.files.map(\.weight) == [Weight(0), Weight(1)])
        #expect(model.files.map(\.beginning) == [.init(), .init(value: -3, overwrites: true)])
        let instance = try #require(model.instances.first)
        #expect(instance.trackedFiles.map(\.weight) == [Weight(2, reverse: true), Weight(1)])
    }
}
