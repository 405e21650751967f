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
