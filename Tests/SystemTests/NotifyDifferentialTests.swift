import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// Debian's keepalived and Understudy read the same file, and tell commands and pipes the same.
@Suite(.serialized) struct NotifyDifferentialTests {
    /// One of the two, alone on its network.
    private final class Side {
        let program: Program
        let scene: NotifyScene
        let log: OutputLog
        let process: SpawnedProcess
        let stranger: NetworkNamespace
        private var seen = 0

        init(_ program: Program, _ trial: Trial, _ configuration: String) throws {
            self.program = program
            let segment = "alone-\(program)"
            let interface = Interface("eth0", segment: segment, addresses: [try .init(ip("192.0.2.1"), 24)])
            scene = try NotifyScene(trial, try trial.laboratory.addHost("\(program)", [interface]))
            stranger = try trial.laboratory.addClient([Interface("eth0", segment: segment)])
            try scene.readPipe()
            try scene.host.writeFile(
                "/run/reader", "#!/bin/sh\nprintf '%s\\n' \"$*\" > /run/reader-arguments\nexec sleep 1000\n",
                mode: 0o755)
            try scene.host.writeFile("/run/vrrp.conf", configuration)
            log = try OutputLog("\(program)")
            let command = program.command("/run/vrrp.conf")
            process = try scene.host.start(command.program, command.arguments, log: log)
        }

        /// What commands were told since the last question, once there are `count`.
        func told(_ count: Int) throws -> [String] {
            try scene.waitForCalls(seen + count)
            let calls = try scene.calls
            defer { seen = calls.count }
            return Array(calls[seen...])
        }

        func hearLowerPriority() throws {
            let rival = Forgery(
                source: try ip("192.0.2.77"), priority: 3, interval: 20, addresses: [try ip("192.0.2.10")])
            let index = UInt32(try #require(try stranger.interfaceIndex("eth0")))
            let socket = try stranger.perform { () throws(SystemError) in try PacketSocket() }
            try socket.send(rival.frame.span, interfaceIndex: index)
        }
    }

    private func configuration(removed: Bool) -> String {
        let first = """
            global_defs {
                script_user root
                enable_script_security
                notify_fifo \(NotifyScene.pipe)
                vrrp_notify_fifo /run/own.fifo
                vrrp_notify_fifo_script "/run/reader --tag 'two words'"
                vrrp_notify_priority_changes
            }
            vrrp_script good {
                script "/usr/bin/test -e /run/good"
                interval 1
                weight 10
            }

            """
        return first
            + instance(
                "VI_1", 51, 10,
                """
                track_script {
                    good
                }
                notify_master "/run/tell master 'two words' \\x41"
                notify_backup "/run/tell backup" root
                notify_fault "/run/tell fault" root root
                notify_stop "/run/tell stop"
                notify_master_rx_lower_pri "/run/tell lower"
                notify "/run/tell every 'x y'"
                """)
            + (removed
                ? ""
                : instance("VI_2", 52, 11, "notify_deleted \"/run/tell deleted\"\nnotify \"/run/tell every2\"")
                    + instance("VI_3", 53, 12, "notify_fault \"/run/tell fault3\"\nnotify \"/run/tell every3\""))
    }

    private func instance(_ name: String, _ id: Int, _ last: Int, _ more: String) -> String {
        """
        vrrp_instance \(name) {
            version 3
            interface eth0
            virtual_router_id \(id)
            priority 100
            advert_int 0.2
            virtual_ipaddress {
                192.0.2.\(last)/24
            }
            \(more)
        }

        """
    }

    /// keepalived starts all commands of one moment at once, so that only their set can be compared.
    private func expectSame(_ sides: [Side], _ count: Int, _ what: String) throws {
        let told = try sides.map { try $0.told(count) }
        #expect(told[0].sorted() == told[1].sorted(), "\(what)")
        #expect(told[0].count == count, "\(what): \(told)")
        for name in ["VI_1", "VI_2", "VI_3"] {
            let states = told[0].filter { $0.contains(" \(name) ") }.compactMap {
                $0.split(separator: " ").suffix(2).first
            }
            #expect(states.last.map(String.init) != "INIT", "\(what)")
        }
        // The command for one state comes before the one for every change.
        for (word, state) in [("master", "MASTER"), ("backup", "BACKUP"), ("fault", "FAULT"), ("stop", "STOP")] {
            guard let own = told[0].firstIndex(where: { $0.hasPrefix(word + " ") || $0 == word }) else { continue }
            let every = try #require(told[0].firstIndex { $0.hasPrefix("every x y INSTANCE VI_1 \(state)") })
            #expect(own < every, "\(what): \(told[0])")
        }
    }

    @Test func `arguments, order and lines are keepalived's`() throws {
        let trial = try Trial()
        let sides = try [Program.understudy, .keepalived].map {
            try Side($0, trial, configuration(removed: false))
        }
        try expectSame(sides, 4 + 2 + 2, "the start")
        for side in sides { try side.scene.host.setLink("eth0", up: false) }
        try expectSame(sides, 2 + 1 + 2, "a fault")
        for side in sides { try side.scene.host.setLink("eth0", up: true) }
        try expectSame(sides, 4 + 2 + 2, "the end of the fault")
        for side in sides { try side.scene.host.writeFile("/run/good", "") }
        for side in sides { try side.scene.waitForLine("INSTANCE \"VI_1\" MASTER_PRIORITY 110") }
        // A rival just after the takeover is one that says its last.
        try trial.observer.wait(seconds: 1.2) { false }
        for side in sides { try side.hearLowerPriority() }
        try expectSame(sides, 1, "a contest")
        let arguments = try sides.map { try $0.scene.host.readFile("/run/reader-arguments") }
        #expect(arguments == Array(repeating: "--tag two words /run/own.fifo\n", count: 2))
        for side in sides {
            try side.scene.host.writeFile("/run/vrrp.conf", configuration(removed: true))
            try side.process.send(.reload)
        }
        try expectSame(sides, 2 + 1, "two instances removed")
        for side in sides { try side.process.send(.terminate) }
        try expectSame(sides, 2, "a stop")
        for side in sides {
            #expect(try side.process.wait(until: monotonicNanoseconds() + 10_000_000_000) == .exited(code: 0))
        }
        let lines = try sides.map { try $0.scene.piped }
        for name in ["VI_1", "VI_2", "VI_3"] {
            // In which order instances do the same at one moment is nobody's promise.
            // keepalived forgets a check's points during a reload and adds them again, as BACKUP although it is MASTER: the
            // priority has not changed, and we write nothing.
            let artefact = "INSTANCE \"VI_1\" BACKUP_PRIORITY 110"
            let own = lines.map { $0.filter { $0.contains("\"\(name)\"") && $0 != artefact } }
            #expect(own[0] == own[1], "\(name)")
            #expect(own[0].count >= 5, "\(name)")
        }
        // Who made a pipe removes it; the other one was there before.
        for side in sides {
            #expect(try side.scene.host.run("test", ["-e", "/run/own.fifo"]).status == .exited(code: 1))
            #expect(try side.scene.host.run("test", ["-p", NotifyScene.pipe]).status == .exited(code: 0))
        }
    }
}
