import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension Groups {
    /// What commands and pipes are told of a group, with Debian's keepalived as the measure.
    @Suite(.serialized) struct Notifications {
        /// One of the two, alone on its networks.
        private final class Side {
            let program: Program
            let scene: NotifyScene
            let process: SpawnedProcess
            private let trial: Trial
            let log: OutputLog

            init(_ program: Program, _ trial: Trial, _ configuration: String) throws {
                self.program = program
                self.trial = trial
                let interfaces = try [("eth0", "192.0.2.1"), ("eth1", "198.51.100.1")].map { name, address in
                    Interface(name, segment: "\(program)-\(name)", addresses: [try .init(address, 24)])
                }
                scene = try NotifyScene(trial, try trial.laboratory.addHost("\(program)", interfaces))
                try scene.readPipe()
                try scene.host.writeFile("/run/vrrp.conf", configuration)
                log = try OutputLog("\(program)")
                let command = program.command("/run/vrrp.conf")
                process = try scene.host.start(command.program, command.arguments, log: log)
            }

            /// Waits until the last line about the group is this one, and the group's commands have been told `calls` times.
            func becomes(_ state: String, calls: Int = 0) throws {
                try wait("GROUP \"G\" \(state) 0 to be the last of \(program)") {
                    try scene.piped.last { $0.hasPrefix("GROUP") } == "GROUP \"G\" \(state) 0"
                }
                try wait("\(calls) calls") { try self.calls.count >= calls }
            }

            /// What the commands of the group were told.
            var calls: [String] { get throws { try scene.calls.filter { !$0.hasPrefix("member") } } }

            func wait(_ what: String, _ condition: () throws -> Bool) throws {
                guard try trial.observer.wait(seconds: 8, condition) else {
                    throw DidNotHappen(description: "\(what): \(try scene.piped) \(try scene.calls)\n\(log.tail())")
                }
            }

            func reload(_ configuration: String) throws {
                try scene.host.writeFile("/run/vrrp.conf", configuration)
                try process.send(.reload)
            }
        }

        private func configuration(isGrouped: Bool = true) -> String {
            let global = """
                global_defs {
                 script_user root
                 enable_script_security
                 notify_fifo \(NotifyScene.pipe)
                 fifo_write_vrrp_states_on_reload
                }
                vrrp_script weight {
                 script "/usr/bin/test ! -e /run/slow"
                 interval 1
                 weight -10
                }

                """
            let group = """
                vrrp_sync_group G {
                 group {
                  OUT
                  IN
                 }
                 track_script {
                  weight
                 }
                 notify_master "/run/tell master 'of group'"
                 notify_backup "/run/tell backup" root
                 notify_fault "/run/tell fault"
                 notify_stop "/run/tell stop"
                 notify "/run/tell every"
                 notify_priority_changes true
                }

                """
            let members = [("OUT", "eth0", GroupPair.addresses[0]), ("IN", "eth1", GroupPair.addresses[1])]
                .enumerated().map { number, member in
                    instance(
                        member.0, id: 51 + number, interface: member.1, addresses: ["\(member.2)/24"],
                        "notify \"/run/tell member\"")
                }
            return global + (isGrouped ? group : "") + members.joined()
        }

        @Test func `arguments, order and lines of a group are keepalived's`() throws {
            let trial = try Trial()
            let sides = try [Program.understudy, .keepalived].map { try Side($0, trial, configuration()) }
            for side in sides { try side.becomes("MASTER", calls: 4) }
            for side in sides { try side.scene.host.setLink("eth1", up: false) }
            // Commands that wait for their turn are not told of what is past.
            for side in sides { try side.becomes("FAULT", calls: 6) }
            for side in sides { try side.scene.host.setLink("eth1", up: true) }
            for side in sides { try side.becomes("MASTER", calls: 10) }
            // The group's word on changes of priority is for its members; of the group there are none.
            for side in sides { try side.scene.host.writeFile("/run/slow", "") }
            for side in sides {
                for name in ["OUT", "IN"] { try side.scene.waitForLine("INSTANCE \"\(name)\" MASTER_PRIORITY 90") }
            }
            for side in sides {
                let before = try side.scene.piped.count { $0.hasPrefix("GROUP") }
                try side.reload(configuration())
                try side.wait("the state once more") {
                    try side.scene.piped.count { $0.hasPrefix("GROUP") } == before + 1
                }
            }
            for side in sides { try side.process.send(.terminate) }
            for side in sides {
                #expect(try side.process.wait(until: monotonicNanoseconds() + 10_000_000_000) == .exited(code: 0))
                try side.becomes("STOP")
            }
            let lines = try sides.map { try $0.scene.piped }
            let ofGroup = lines.map { $0.filter { $0.hasPrefix("GROUP") } }
            #expect(ofGroup[0] == ofGroup[1])
            #expect(
                ofGroup[0].map { $0.split(separator: " ")[2] } == [
                    "BACKUP", "MASTER", "FAULT", "BACKUP", "MASTER", "MASTER", "STOP",
                ], "\(ofGroup[0])")
            // What is said of the group comes after what is said of its members.
            for side in lines {
                for state in ["MASTER", "FAULT", "STOP"] {
                    let whole = try #require(side.firstIndex(of: "GROUP \"G\" \(state) 0"))
                    for name in ["OUT", "IN"] {
                        let part = try #require(side.firstIndex { $0.hasPrefix("INSTANCE \"\(name)\" \(state) ") })
                        #expect(part < whole, "\(side)")
                    }
                }
            }
            // keepalived starts all commands of one moment at once, so that only their set can be compared.
            let calls = try sides.map { try $0.calls }
            #expect(calls[0].sorted() == calls[1].sorted())
            #expect(
                calls[0] == [
                    "backup", "every GROUP G BACKUP 0", "master of group", "every GROUP G MASTER 0", "fault",
                    "every GROUP G FAULT 0", "backup", "every GROUP G BACKUP 0", "master of group",
                    "every GROUP G MASTER 0", "stop", "every GROUP G STOP 0",
                ], "\(calls[0])")
        }

        @Test func `a worker that is replaced tells nothing again, and a change in that moment all the same`() throws {
            let trial = try Trial()
            let side = try Side(.understudy, trial, configuration())
            try side.becomes("MASTER")
            try side.scene.waitForCalls(8)
            let lines = try side.scene.piped.count { $0.hasPrefix("GROUP") }
            func killWorker() throws {
                let worker = try #require(
                    SpawnedProcess.children(of: side.process.pid).first { processName(of: $0) == "understudyd-run" })
                let successors = side.log.text.components(separatedBy: "(IN) goes on as").count
                sendSignal(Signals.kill, to: worker)
                try side.wait("the successor") {
                    side.log.text.components(separatedBy: "(IN) goes on as").count > successors
                        || side.log.text.contains("(IN) Waiting")
                }
            }
            try killWorker()
            try trial.observer.wait(seconds: 0.5) { false }
            #expect(try side.scene.piped.count { $0.hasPrefix("GROUP") } == lines)
            #expect(try side.scene.calls.count { $0.hasPrefix("every") } == 2)
            try side.scene.host.setLink("eth1", up: false)
            try killWorker()
            try side.becomes("FAULT")
            // A member's own command may come after it.
            try side.wait("the command") { try side.scene.calls.contains("every GROUP G FAULT 0") }
            // keepalived says nothing of a group that a reload has removed, and nor do we.
            let told = try side.scene.piped.count { $0.hasPrefix("GROUP") }
            try side.reload(configuration(isGrouped: false))
            try side.wait("the reload") { side.log.text.contains("Reload finished") }
            try side.scene.waitForLine("INSTANCE \"OUT\" MASTER 100")
            try side.process.send(.terminate)
            #expect(try side.process.wait(until: monotonicNanoseconds() + 10_000_000_000) == .exited(code: 0))
            #expect(try side.scene.piped.count { $0.hasPrefix("GROUP") } == told)
        }
    }
}
