import Configuration
import VRRPWire

/// The machine that the corpus is checked against: always the same, whatever the tests run on.
struct FixedHost: HostInspector {
    private static let programs: Set<String> = [
        "/bin/sh", "/usr/bin/pgrep", "/usr/bin/pkill", "/usr/bin/killall", "/usr/bin/pidof",
        "/etc/keepalived/check_apiserver.sh", "/etc/keepalived/check_haproxy.sh", "/etc/keepalived/check_nginx.sh",
        "/etc/keepalived/chk_both.sh", "/etc/keepalived/chk_default.sh", "/etc/keepalived/fifo-reader.sh",
        "/etc/keepalived/fw.sh", "/etc/keepalived/notify.sh", "/etc/keepalived/takeover.sh",
    ]

    let facts = HostFacts(
        interfaces: [HostFacts.Interface(name: "lo", isLoopback: true)]
            + [
                ("eth0", "192.168.10.11"), ("eth1", "10.0.0.11"), ("eth2", nil), ("ens192", "10.20.0.11"),
                ("ens3", "10.30.0.11"), ("bond0", "10.40.0.11"), ("enp1s0", "10.70.0.11"), ("eth0.100", nil),
                ("br0", nil), ("wlan0", nil),
            ].map { name, address in
                let assigned = address.flatMap { IPAddress($0) }.map {
                    HostFacts.Assigned(address: $0, prefixLength: 24)
                }
                return HostFacts.Interface(name: name, addresses: assigned.map { [$0] } ?? [])
            })

    func trackedFile(at path: String) -> HostFacts.TrackedFile? { .missing }
    func scriptText(of program: String) -> String? { nil }

    func exists(_ user: UserName) -> Bool {
        ["root", "nobody"].contains(user.user) && [nil, "root", "nogroup"].contains(user.group)
    }

    func problem(running program: String, as user: UserName?) -> HostFacts.ProgramProblem? {
        let path = program.contains("/") ? program : "/usr/bin/\(program)"
        let identity = RunIdentity(name: "root", user: 0, groups: [0])
        return ProgramAccess(identity: identity) { path in
            let isDirectory = path == "/" || Self.programs.contains { $0.hasPrefix(path + "/") }
            guard isDirectory || Self.programs.contains(path) || path == "/usr/local" else {
                return .failure(ReadFailure("No such file or directory"))
            }
            return .success(
                PathFacts(
                    kind: Self.programs.contains(path) ? .regular : .directory, mode: 0o755, owner: 0, group: 0,
                    ownerName: "root", groupName: "root"))
        }.problem(running: path)
    }
}
