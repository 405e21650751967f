import Control

/// Answers as a daemon gives them, at 03:12:09 UTC on 2026-11-25.
enum Sample {
    static let now = Timestamp(milliseconds: 1_795_576_329_000)

    static func at(_ secondsAgo: Double) -> Timestamp { now.before(seconds: secondsAgo) }

    static func answer(secondsAgo: Double = 0) -> Answer {
        Answer(
            at: at(secondsAgo),
            daemon: DaemonIdentity(
                pid: 812, version: "0.2.0", startedAt: at(100_000), uptimeSeconds: 100_000,
                configuration: "/etc/understudy/understudy.conf"))
    }

    static func answer(_ instances: InstanceStatus..., standby: Standby? = nil) -> Answer {
        var answer = answer()
        answer.status = Status(loadedAt: at(50_000), standby: standby, instances: instances, remarks: [])
        return answer
    }

    static func check(
        _ name: String, _ kind: CheckStatus.Kind, _ result: CheckStatus.Result, weight: Int, points: Int,
        outcome: String?, ran: Double?, took: Double?, changed: Double?
    ) -> CheckStatus {
        var check = CheckStatus(
            name: name, kind: kind, result: result, weight: weight, isReversed: false, points: points)
        check.lastOutcome = outcome
        check.lastRunSeconds = ran
        check.durationSeconds = took
        check.changedSeconds = changed
        return check
    }

    /// It has taken over four minutes ago.
    static var active: InstanceStatus {
        var instance = InstanceStatus(
            name: "VI_1", interface: "eth0", virtualRouterID: 51, ipVersion: 4, vrrpVersion: 2, transport: "multicast",
            state: .active, since: at(245), sinceSeconds: 245, cause: "192.0.2.2 fell silent, last heard 3.6 s before",
            obstacles: [],
            priority: PrioritySum(
                effective: 107, base: 101, terms: [.init(points: 6, name: "chk_lb")], isOverruled: false),
            sourceAddress: "192.0.2.1", advertisementIntervalSeconds: 1, preempts: true)
        instance.activeRouter = ActiveRouter(address: "192.0.2.1", isSelf: true, priority: 107, lastHeardSeconds: nil)
        instance.peers = [Peer(address: "192.0.2.2", priority: 100, lastHeardSeconds: 248.6, refusal: nil)]
        instance.addresses = [
            AddressStatus(
                address: "192.0.2.10", prefixLength: 24, interface: "eth0", isAdvertised: true, isPresent: true),
            AddressStatus(
                address: "198.51.100.10", prefixLength: 32, interface: "eth1", isAdvertised: false, isPresent: true),
        ]
        instance.checks = [
            check(
                "chk_lb", .process, .working, weight: 6, points: 6, outcome: "2 running", ran: nil, took: nil,
                changed: nil),
            check(
                "chk_sshd", .script, .working, weight: 0, points: 0, outcome: "exited with status 0", ran: 0.8,
                took: 0.0123, changed: 7000),
        ]
        instance.next = ["if chk_sshd fails, it gives up the addresses at once"]
        instance.counters = ["adverts_sent": 245, "became_active": 1, "checksum_errors": 0]
        return instance
    }

    /// The other host has the addresses.
    static var standby: InstanceStatus {
        var instance = active
        instance.name = "VI_2"
        instance.state = .standby
        instance.cause = "192.0.2.2 has priority 108, ours is 107"
        instance.activeRouter = ActiveRouter(
            address: "192.0.2.2", isSelf: false, priority: 108, lastHeardSeconds: 0.4)
        instance.peers = [Peer(address: "192.0.2.2", priority: 108, lastHeardSeconds: 0.4, refusal: nil)]
        for index in instance.addresses.indices { instance.addresses[index].isPresent = false }
        return instance
    }

    /// A check without weight failed.
    static var fault: InstanceStatus {
        var instance = standby
        instance.name = "VI_3"
        instance.state = .fault
        instance.cause = "check chk_sshd failed"
        instance.obstacles = ["check chk_sshd failed"]
        instance.activeRouter = nil
        instance.checks[1].result = .failed
        instance.checks[1].lastOutcome = "exited with status 1"
        return instance
    }

    /// Every member has a value, and none is zero or false.
    static var everything: Answer {
        var instance = standby
        instance.obstacles = ["eth0 has no carrier"]
        instance.peers[0].refusal = "the password differs"
        instance.peers[0].difference = "other virtual addresses than ours"
        instance.peers[0].hasAgreed = true
        for index in instance.addresses.indices { instance.addresses[index].refusal = "Invalid scope value" }
        var other = OtherOwner(
            address: "192.0.2.10", hardwareAddress: "02:00:00:00:00:99", sinceSeconds: 12, lastSeenSeconds: 3,
            announcements: 4)
        other.peer = "192.0.2.7"
        instance.otherOwners = [other]
        instance.downTimerAdverts = 3
        instance.syncGroup = "VG1"
        instance.repairs = RepairStatus(count: 6, lastSeconds: 5, culprit: "ip (process 7)", isFight: true)
        instance.standbys = [StandbySeen(address: "192.0.2.3", priority: 90, lastHeardSeconds: 0.7)]
        instance.standbys?[0].isUnsigned = true
        instance.pendingLinks = [PendingLink(interface: "eth1", isUp: true, countsInSeconds: 2.5)]
        instance.unheard = "interface eth0 has no carrier"
        instance.routes = [RouteStatus(route: "default via 192.0.2.254 dev eth0", isPresent: false)]
        instance.routes?[0].hasEnd = false
        instance.rules = [RuleStatus(rule: "from 192.0.2.10/32 preference 300 lookup 100", isPresent: false)]
        var packetFilter = PacketFilterStatus(table: "inet understudy", isInForce: false)
        packetFilter.refusal = "it is somebody else's"
        instance.packetFilter = packetFilter
        (instance.virtualInterface, instance.virtualHardwareAddress) = ("vrrp.51", "00:00:5e:00:01:33")
        instance.addressInterfaces = [
            VirtualInterfaceStatus(interface: "vrrp1.51", above: "eth1", hardwareAddress: "00:00:5e:00:01:33")
        ]
        instance.checks[1].weight = 5
        instance.checks[1].isReversed = true
        instance.checks[1].points = -5
        instance.priority.isOverruled = true
        instance.priority.terms.append(.init(points: -5, name: "chk_sshd"))
        instance.counters = ["adverts_sent": 245]
        instance.hmac = KeyedStatus(
            mode: "permissive", activeKey: 2, keys: [1, 2], antiReplay: "time", timeWindowSeconds: 5)
        var answer = answer(instance, standby: Standby(since: at(600), until: at(-600)))
        answer.id = 7
        answer.status?.groups = [GroupStatus(name: "VG1", state: .standby, members: ["VI_1", "VI_2"])]
        var session = SessionStatus(
            name: "ROUTER", neighbour: "192.0.2.254", isMultihop: true, state: .up, outcome: "up with 192.0.2.254")
        session.source = "192.0.2.1"
        session.sinceSeconds = 240
        session.detectionSeconds = 0.15
        session.diagnostic = "No Diagnostic"
        session.remoteDiagnostic = "No Diagnostic"
        session.transmitSeconds = 0.05
        session.counters = ["sent": 4800]
        answer.status?.sessions = [session]
        var lost = StaticStatus(
            .route, "203.0.113.0/24 via 192.0.2.254 dev eth0", isPresent: false, isTracked: true)
        lost.hasEnd = false
        answer.status?.statics = [lost]
        answer.status?.remarks = ["history is not kept: no room"]
        answer.daemon.upgradeFailure = "/usr/sbin/understudyd is another program"
        answer.daemon.processStartedAt = at(30)
        answer.daemon.replaced = "process 12, which ended by signal 9 (SIGKILL)"
        return answer
    }
}
