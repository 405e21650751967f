import Control
import LinuxKernel
import Rehearsal
import Testing

extension Behaviour.Controlled {
    /// `auth_type AH`: what the pairs of `InteropTests` do not ask.
    @Suite struct AuthenticationHeaders {
        private static func text(_ priority: Int, _ password: String = "s3cret") -> String {
            """
            vrrp_instance VI_1 {
                interface eth0
                virtual_router_id 51
                priority \(priority)
                authentication {
                    auth_type AH
                    auth_pass \(password)
                }
                virtual_ipaddress {
                    192.0.2.10/24
                }
            }

            """
        }

        @Test func `a process that replaces another counts on, and is believed`() throws {
            let pair = try ControlledPair([150, 100], { Self.text($0) })
            sendSignal(Signals.kill, to: try pair.active.worker)
            try pair.active.says("goes on as MASTER")
            let before = try pair.backup.instance().counters["adverts_received", default: 0]
            try pair.trial.waitFor("three more adverts", seconds: 10) {
                try pair.backup.instance().counters["adverts_received", default: 0] >= before + 3
            }
            let text = pair.backup.text()
            #expect(!text.contains("Entering MASTER") && !text.contains("ignored an advert"), "\(text)")
        }

        @Test func `another password is refused by name, and the same one ends that`() throws {
            let pair = try ControlledPair([150, 100], { Self.text($0) })
            let mark = try pair.backup.reload(Self.text(100, "another"))
            try pair.backup.says("its authentication header is not made with our password", since: mark)
            try pair.backup.says("Entering MASTER STATE", since: mark, seconds: 10)
            try pair.backup.reload(Self.text(100))
            try pair.backup.becomes(.standby)
        }
    }
}
