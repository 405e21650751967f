import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension DoctorTests {
    /// The daemon as a service, its file, its checks, and the peer's file.
    @Suite struct Daemons {
        /// What a person has in their shell.
        private func mend(_ ward: Ward, _ host: Host, _ finding: SeenFinding) throws {
            try #require(!finding.commands.isEmpty, "nothing to run in \(finding)")
            try ward.run(
                host,
                "PATH=\(Trial.programs):$PATH SYSTEMD_OFFLINE=1; export PATH SYSTEMD_OFFLINE; "
                    + finding.commands.joined(separator: " && "))
        }

        @Test func `a file that was changed and not reloaded is found, with what is not in force`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair()
            #expect(try ward.examine(host).severities("configuration_loaded") == ["ok"])
            // Written anew with the same meaning: nothing to complain of.
            try host.writeFile("/run/vrrp.conf", "# The same.\n" + instance(priority: 100))
            #expect(try ward.examine(host).severities("configuration_loaded") == ["ok"])
            try host.writeFile("/run/vrrp.conf", instance(priority: 90))
            let finding = try ward.examine(host).fault("configuration_not_loaded")
            #expect(finding.severity == "warning" && !finding.isSafe)
            #expect(finding.evidence.contains { $0.contains("VI_1: priority 100 -> 90") }, "\(finding)")
            #expect(finding.evidence.contains { $0.hasPrefix("/run/vrrp.conf was written at ") }, "\(finding)")
            try mend(ward, host, finding)
            #expect(try ward.examine(host).faults.map(\.description) == [])
            try host.writeFile("/run/vrrp.conf", instance(priority: 900))
            #expect(
                try ward.examine(host).fault("configuration_not_loaded").title
                    == "the daemon would not take the file as it is now")
        }

        @Test func `a daemon that runs another file than the usual or the named one is found`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair()
            try host.writeFile("/run/other.conf", instance(priority: 100))
            let finding = try ward.examine(host, file: "/run/other.conf").fault("daemon_other_file")
            #expect(finding.commands == ["understudy doctor -f /run/vrrp.conf"])
            #expect(try ward.examine(host).all("daemon_other_file").isEmpty)
            #expect(try ward.examine(host, file: nil).all("daemon_other_file").isEmpty)
            // The usual file is one that nobody reads.
            try ward.run(host, "mkdir -p /run/etc && cp -a /etc/. /run/etc/ && mount --bind /run/etc /etc")
            try ward.run(host, "mkdir -p /etc/understudy && cp /run/other.conf /etc/understudy/understudy.conf")
            let usual = try ward.examine(host, file: nil).fault("daemon_other_file")
            #expect(usual.title == "the daemon runs /run/vrrp.conf, and not /etc/understudy/understudy.conf")
            // One file with two names is one file.
            try ward.run(host, "ln -sf /run/vrrp.conf /etc/understudy/understudy.conf")
            #expect(try ward.examine(host, file: nil).all("daemon_other_file").isEmpty)
        }

        @Test func `a daemon without a control socket is told from none, and one that listens elsewhere is named`()
            throws
        {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair()
            try ward.run(host, "mv /run/understudy/control.sock /run/understudy/gone.sock")
            let without = try ward.examine(host)
            let finding = try without.fault("daemon_no_socket")
            #expect(without.all("daemon_not_running").isEmpty)
            #expect(finding.commands == ["systemctl restart understudy"])
            #expect(finding.evidence.first?.contains("is understudyd") == true)
            try ward.run(host, "mv /run/understudy/gone.sock /run/understudy/control.sock")
            #expect(try ward.examine(host).all("daemon_no_socket").isEmpty)
            let elsewhere = try ward.examine(host, ["--socket", "/run/nothing.sock"]).fault("daemon_no_socket")
            #expect(elsewhere.commands == ["understudy doctor --socket /run/understudy/control.sock"])
        }

        @Test func `a service that does not start with the host is found and enabled`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair()
            // Hosts without systemd are left to their owners.
            #expect(try ward.examine(host).severities("daemon_enabled") == ["note"])
            try ward.privateCopy(host, "/etc/systemd/system")
            try ward.run(host, "mkdir -p /run/systemd/system; rm -f /etc/systemd/system/understudy.service")
            #expect(try ward.examine(host).fault("daemon_not_enabled").title.hasPrefix("no service starts the daemon"))
            try host.writeFile(
                "/etc/systemd/system/understudy.service",
                "[Service]\nExecStart=/usr/sbin/understudyd -n\n[Install]\nWantedBy=multi-user.target\n")
            let disabled = try ward.examine(host).fault("daemon_not_enabled")
            #expect(disabled.commands == ["systemctl enable understudy"])
            try mend(ward, host, disabled)
            #expect(try ward.examine(host).severities("daemon_enabled") == ["ok"])
            try ward.run(
                host,
                "rm /etc/systemd/system/multi-user.target.wants/understudy.service; "
                    + "mv /etc/systemd/system/understudy.service /run/unit; "
                    + "ln -s /dev/null /etc/systemd/system/understudy.service")
            let masked = try ward.examine(host).fault("daemon_not_enabled")
            #expect(masked.commands == ["systemctl unmask understudy", "systemctl enable understudy"])
        }

        @Test func `maintenance mode that was left on is a note, and resume ends it`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try ward.startPair()
            #expect(try ward.examine(host).all("maintenance_mode").isEmpty)
            try ward.run(host, "\(Trial.command) standby on")
            let examined = try ward.examine(host)
            let finding = try #require(examined.all("maintenance_mode").first, "\(examined.findings)")
            #expect(finding.severity == "note" && examined.exitCode == 0, "\(examined.findings)")
            try mend(ward, host, finding)
            #expect(try ward.examine(host).all("maintenance_mode").isEmpty)
        }

        @Test
        func
            `an installed program that does not run is found behind a daemon that does, and one that does is taken up`()
            throws
        {
            let ward = try Ward()
            let host = ward.lb1
            try host.writeFile("/run/vrrp.conf", instance())
            try ward.run(host, "mkdir -p /run/understudy /run/state; cp \(Trial.daemon) /run/understudyd")
            let log = try OutputLog("daemon")
            let line =
                "export RUNTIME_DIRECTORY=/run/understudy STATE_DIRECTORY=/run/state; "
                + "exec /run/understudyd -f /run/vrrp.conf -n -l -G -D -p /run/vrrp.pid"
            let process = try host.start("sh", ["-c", line], log: log)
            let daemon = RunningDaemon(trial: ward.trial, host: host, process: process, log: log)
            try daemon.becomesMaster()
            #expect(try ward.examine(host).severities("daemon_current") == ["ok"])
            try ward.run(
                host,
                "rm /run/understudyd; head -c 100000 \(Trial.daemon) > /run/understudyd; chmod 755 /run/understudyd")
            #expect(try ward.examine(host).fault("daemon_not_upgraded").severity == "problem")
            #expect(try host.run(Trial.command, ["upgrade"], seconds: 20).status == .exited(code: 1))
            let broken = try ward.examine(host).fault("daemon_not_upgraded")
            #expect(broken.evidence.contains { $0.hasPrefix("the last upgrade failed: ") }, "\(broken)")
            // The package is installed again.
            try ward.run(host, "rm /run/understudyd; cp \(Trial.daemon) /run/understudyd")
            let waiting = try ward.examine(host).fault("daemon_not_upgraded")
            #expect(waiting.severity == "warning" && waiting.commands == ["understudy upgrade"])
            try mend(ward, host, waiting)
            let after = try ward.examine(host)
            #expect(after.all("daemon_not_upgraded").map(\.description) == [])
            #expect(after.severities("daemon_current") == ["ok"])
        }

        @Test func `the network namespace of the file is looked at, and a missing one is made by the printed command`()
            throws
        {
            let ward = try Ward()
            let host = ward.lb1
            try ward.run(host, "mkdir -p /run/netns")
            try host.writeFile("/run/vrrp.conf", "net_namespace blue\n" + instance(interface: "inside"))
            let missing = try ward.examine(host)
            #expect(missing.all("interface_missing").isEmpty, "nothing is looked at in the wrong place")
            let finding = try missing.fault("network_namespace")
            let lost = try host.run(Trial.command, ["check", "--host", "/run/vrrp.conf"])
            #expect(lost.status == .exited(code: 2), "\(lost.output)")
            #expect(lost.output.contains("there is no network namespace `blue`"), "\(lost.output)")
            #expect(try host.run(Trial.command, ["check", "/run/vrrp.conf"]).status == .exited(code: 1))
            try ward.mend(host, finding)
            #expect(try ward.examine(host).fault("interface_missing").title == "this host has no interface inside")
            try ward.run(
                host,
                "ip link add outside type veth peer name inside netns blue; ip link set outside up; "
                    + "ip -n blue link set inside up; ip -n blue address add 192.0.2.1/24 dev inside")
            let daemon = try ward.start(
                host, "net_namespace blue\n" + instance(interface: "inside"), saying: "Entering MASTER STATE")
            let result = try host.run(
                Trial.command,
                ["doctor", "--json", "--seconds", "0.8", "-f", "/run/vrrp.conf", "--haproxy", "/run/haproxy.cfg"],
                seconds: 60)
            guard case .exited(let code)? = result.status else { throw DidNotHappen(description: result.output) }
            let inside = try Examined(code, result.output)
            #expect(inside.severities("network_namespace") == ["note"])
            // Its control socket is below the name.
            #expect(inside.severities("daemon_running") == ["ok"])
            #expect(inside.severities("interface_usable") == ["ok"])
            #expect(inside.severities("one_owner") == ["ok"], "\(inside.findings)")
            #expect(try host.run(Trial.command, ["check", "--host", "/run/vrrp.conf"]).status == .exited(code: 0))
            let heard = try host.run(
                Trial.command, ["sniff", "-f", "/run/vrrp.conf", "--count", "1", "--seconds", "10"])
            #expect(heard.output.contains("(this host) advertises VRID 51"), "\(heard.output)")
            #expect(daemon.process.status == nil)
        }

        @Test func `a BFD session is followed, and a neighbour that is not there is told from one that is silent`()
            throws
        {
            let ward = try Ward()
            let host = ward.lb1
            func file(_ neighbour: String) -> String {
                session(neighbour) + tracking("ROUTER weight -10")
            }
            try host.writeFile("/run/haproxy.cfg", "frontend web\n    bind *:80\n")
            let daemon = try ward.start(host, file("192.0.2.2"), saying: "Entering MASTER STATE")
            let silent = try ward.examine(host).fault("bfd_session_down")
            #expect(silent.evidence.contains("192.0.2.2 answers on the link"), "\(silent)")
            try ward.start(
                ward.lb2,
                session("192.0.2.1", from: "192.0.2.2", name: "BALANCER")
                    + instance("OTHER", id: 77, addresses: ["192.0.2.77/24"]), saying: "Entering MASTER STATE")
            try daemon.sessionBecomes(.up)
            #expect(try ward.examine(host).severities("bfd_session_up") == ["ok"])
            try daemon.reload(file("192.0.2.9"))
            let absent = try ward.examine(host).fault("bfd_session_down")
            #expect(absent.title.hasSuffix("the neighbour is not reachable"), "\(absent)")
        }

        @Test func `a virtual route that the kernel refuses is found, and one that is there is in order`() throws {
            let ward = try Ward()
            let host = ward.lb1
            func file(_ gateway: String) -> String {
                instance("VI_1", "virtual_routes {\n        10.0.0.0/8 via \(gateway) dev eth0\n    }")
            }
            let daemon = try ward.start(host, file("198.51.100.1"), saying: "Entering MASTER STATE")
            let finding = try ward.examine(host).fault("virtual_route_missing")
            #expect(finding.title.contains("10.0.0.0/8 via 198.51.100.1"), "\(finding)")
            try daemon.reload(file("192.0.2.254"))
            #expect(try ward.examine(host).severities("virtual_routes_present") == ["ok"])
        }

        @Test func `packets that are let in although no_accept is set are found`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try ward.run(host, "nft add table inet understudy")
            let daemon = try ward.start(host, instance(id: 51, "no_accept"), saying: "Entering MASTER STATE")
            let finding = try ward.examine(host).fault("packets_let_in")
            #expect(finding.evidence.first?.contains("was not made by Understudy") == true, "\(finding)")
            try ward.run(host, "nft delete table inet understudy")
            try daemon.says("packets to our addresses are dropped now", seconds: 10)
            #expect(try ward.examine(host).all("packets_let_in").isEmpty)
        }

        @Test func `what the daemon says is wrong with itself is passed on`() throws {
            let ward = try Ward()
            let host = ward.lb1
            // A file where the directory of its history should be.
            try host.writeFile("/run/broken", "")
            let daemon = try ward.trial.start(
                host, instance(),
                environment: ["RUNTIME_DIRECTORY=/run/understudy", "STATE_DIRECTORY=/run/broken/state"])
            try daemon.becomesMaster()
            let finding = try ward.examine(host).fault("daemon_remark")
            #expect(finding.title.contains("history is not kept"), "\(finding)")
            try ward.start(ward.lb2, instance(priority: 90), saying: "Entering BACKUP STATE")
            #expect(try ward.examine(ward.lb2).all("daemon_remark").isEmpty)
        }

        @Test func `a notify command that its user cannot run is found, and runs after the printed command`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try host.writeFile("/run/tell.sh", "#!/bin/sh\nexit 0\n", mode: 0o644)
            try host.writeFile("/run/vrrp.conf", instance("VI_1", "notify_master /run/tell.sh"))
            let finding = try ward.examine(host).fault("check_cannot_run")
            #expect(finding.title.hasPrefix("`/run/tell.sh` cannot be executed by root"), "\(finding)")
            try mend(ward, host, finding)
            #expect(try ward.examine(host).severities("checks_can_run") == ["ok"])
        }

        @Test func `a check that its user cannot run is found, and runs after the printed command`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try host.writeFile("/run/check.sh", "#!/bin/sh\nexit 0\n", mode: 0o644)
            let file = check("chk", "/run/check.sh") + instance("VI_1", "track_script {\n    chk\n}")
            try host.writeFile("/run/vrrp.conf", file)
            let finding = try ward.examine(host).fault("check_cannot_run")
            #expect(finding.title.hasPrefix("`/run/check.sh` cannot be executed by root"), "\(finding)")
            try mend(ward, host, finding)
            #expect(try ward.examine(host).severities("checks_can_run") == ["ok"])
            try ward.start(host, file, saying: "Entering MASTER STATE")
            try ward.run(host, "chmod o+w /run/check.sh")
            let insecure = try #require(try ward.examine(host).all("check_insecure").first)
            // Nobody asked for script security, so it is run all the same.
            #expect(insecure.severity == "note")
            try host.writeFile("/run/vrrp.conf", "global_defs {\n    enable_script_security\n}\n" + file)
            #expect(try ward.examine(host).fault("check_insecure").severity == "problem")
            try mend(ward, host, insecure)
            #expect(try ward.examine(host).all("check_insecure").isEmpty)
        }

        @Test func `the peer's file is compared when it is given`() throws {
            let ward = try Ward()
            let host = ward.lb1
            try host.writeFile("/run/vrrp.conf", instance(priority: 100))
            try host.writeFile("/run/peer.conf", instance(id: 52, priority: 110))
            let finding = try ward.examine(host, ["--peer", "/run/peer.conf"]).fault("pair_differs")
            #expect(finding.title.contains("virtual_router_id"), "\(finding)")
            try host.writeFile("/run/peer.conf", instance(priority: 110))
            #expect(try ward.examine(host, ["--peer", "/run/peer.conf"]).severities("pair_agrees") == ["ok"])
            let missing = try ward.examine(host, ["--peer", "/run/nothing.conf"]).fault("pair_differs")
            #expect(missing.title == "the peer's file cannot be used")
            #expect(try ward.examine(host).all("pair_agrees").isEmpty)
        }
    }
}
