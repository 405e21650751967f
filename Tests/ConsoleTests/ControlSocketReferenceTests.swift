import Console
import Control
import Testing

import class Foundation.FileManager
import struct Foundation.URL

/// docs/reference/control-socket.md, as tables.
private struct ReferencePage {
    /// The first cells of all rows below a heading, by heading.
    private(set) var members: [String: Set<String>] = [:]
    /// The first cells of the tables of words, by the head of their first column.
    private(set) var words: [String: Set<String>] = [:]
    /// The rows of the table of exit codes.
    private(set) var exitCodes: Set<String> = []

    init() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "docs/reference/control-socket.md"), encoding: .utf8)
        var heading = ""
        var head = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            if line.hasPrefix("#") { heading = String(line.drop { $0 == "#" || $0 == " " }) }
            guard line.hasPrefix("|") else {
                head = ""
                continue
            }
            let cell = line.split(separator: "|")[0].trimmed
            if head.isEmpty { head = cell } else if cell.hasPrefix("`") { take(cell.inCode, heading, head) }
            if head == "exit code", Int(cell) != nil { exitCodes.insert(cell) }
        }
    }

    private mutating func take(_ cell: String, _ heading: String, _ head: String) {
        if head == "member" {
            members[heading, default: []].insert(cell)
        } else {
            words[head, default: []].insert(cell)
        }
    }
}

extension Substring {
    fileprivate var trimmed: String { String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }
}

extension String {
    fileprivate var inCode: String { String(drop { $0 == "`" }.prefix { $0 != "`" }) }
}

@Suite struct `The page about the control socket` {
    private let page: ReferencePage

    init() throws { page = try ReferencePage() }

    /// One value of each type that is on the wire, with a value for every member.
    private var samples: [any Encodable] {
        var request = Request(.status)
        (request.id, request.instance, request.limit, request.seconds) = (1, "VI_1", 1, 1)
        (request.toPeer, request.dryRun) = (true, true)
        let term = PrioritySum.Term(points: 1, name: "chk")
        let standby = Standby(since: Sample.now, until: Sample.now)
        var instance = Sample.standby
        instance.sourceAddress = "192.0.2.1"
        instance.downTimerAdverts = 3
        instance.syncGroup = "VG1"
        (instance.virtualInterface, instance.virtualHardwareAddress) = ("vrrp.51", "00:00:5e:00:01:33")
        let link = VirtualInterfaceStatus(interface: "vrrp1.51", above: "eth1", hardwareAddress: "00:00:5e:00:01:33")
        instance.addressInterfaces = [link]
        let group = GroupStatus(name: "VG1", state: .active, members: ["VI_1"])
        var status = Status(loadedAt: Sample.now, standby: standby, instances: [], remarks: [])
        status.groups = [group]
        var session = SessionStatus(
            name: "ROUTER", neighbour: "192.0.2.254", isMultihop: false, state: .up, outcome: "up")
        (session.source, session.sinceSeconds, session.detectionSeconds) = ("192.0.2.1", 1, 0.15)
        status.sessions = [session]
        var fixed = StaticStatus(.route, "10.0.0.0/8 via 192.0.2.254", isPresent: true, isTracked: true)
        fixed.hasEnd = true
        status.statics = [fixed]
        var other = OtherOwner(
            address: "192.0.2.10", hardwareAddress: "02:00:00:00:00:01", sinceSeconds: 1, lastSeenSeconds: 1,
            announcements: 1)
        other.peer = "192.0.2.7"
        let repairs = RepairStatus(count: 1, lastSeconds: 1, culprit: "ip (process 1)", isFight: false)
        (instance.otherOwners, instance.repairs) = ([other], repairs)
        var standbySeen = StandbySeen(address: "192.0.2.3", priority: 90, lastHeardSeconds: 1)
        standbySeen.isUnsigned = true
        let pending = PendingLink(interface: "eth1", isUp: true, countsInSeconds: 1)
        instance.pendingLinks = [pending]
        instance.unheard = "interface eth0 is down"
        instance.standbys = [standbySeen]
        var route = RouteStatus(route: "default via 192.0.2.254", isPresent: true)
        route.hasEnd = true
        instance.routes = [route]
        instance.addresses[0].refusal = "r"
        let rule = RuleStatus(rule: "from 192.0.2.10/32 preference 300 lookup 100", isPresent: true)
        instance.rules = [rule]
        var filter = PacketFilterStatus(table: "inet understudy", isInForce: false)
        filter.refusal = "r"
        instance.packetFilter = filter
        let keyed = KeyedStatus(mode: "enforce", activeKey: 1, keys: [1], antiReplay: "time", timeWindowSeconds: 5)
        instance.hmac = keyed
        let active = ActiveRouter(address: "192.0.2.1", isSelf: false, priority: 1, lastHeardSeconds: 1)
        var peer = Peer(address: "192.0.2.1", priority: 1, lastHeardSeconds: 1, refusal: "why")
        peer.difference = "what"
        peer.hasAgreed = true
        let check = Sample.check(
            "chk", .script, .working, weight: 1, points: 1, outcome: "exited", ran: 1, took: 1, changed: 1)
        var record = HistoryRecord(
            at: Sample.now, sequence: 1, boot: "b", instance: "VI_1", event: .stopped, cause: "because")
        (record.from, record.to, record.peer, record.priority) = (.active, .standby, "192.0.2.1", 1)
        var switchover = SwitchoverReport(
            instance: "VI_1", outcome: .undone, successor: "192.0.2.1", preflight: "p", detail: "d")
        switchover.heardAfterSeconds = 1
        switchover.announcedAfterSeconds = 1
        switchover.releasedAfterSeconds = 1
        let standbyReport = StandbyReport(standby: standby, isComplete: true, sentences: [])
        let reload = ReloadReport(applied: true, changes: [], consequences: [], warnings: [])
        var answer = Sample.everything
        answer.error = Problem(.busy, "busy", details: [])
        (answer.history, answer.switchover, answer.standby, answer.reload) = ([], [], standbyReport, reload)
        let upgrade = UpgradeReport(from: "1", to: "2")
        var consequence = ReloadReport.Consequence(instance: "VI_1", givesUpAddresses: true, sentence: "s")
        consequence.unlessFails = ["check c"]
        answer.upgrade = upgrade
        return [
            request, answer, answer.daemon, Problem(.busy, "busy", details: []),
            status, group, session, fixed, pending, instance, instance.priority,
            term, active, peer, standbySeen, keyed, instance.addresses[0], route, rule, link, filter, other, repairs,
            check, standby, record,
            HistoryRecord.Phase("p", seconds: 1), switchover, standbyReport, reload, upgrade,
            consequence,
        ] + reports(answer)
    }

    /// What the commands print themselves.
    private func reports(_ answer: Answer) -> [any Encodable] {
        var history = HistoryReport(at: Sample.now, source: .file, history: [])
        (history.daemon, history.remark, history.files, history.skippedLines) = (answer.daemon, "r", [], 1)
        var explanations = ExplanationReport(
            answer, Status(loadedAt: Sample.now, standby: nil, instances: [Sample.active], remarks: []), history: [])
        explanations.remark = "r"
        return [history, explanations, explanations.explanations[0]]
    }

    @Test func `has every member of every object, and no other`() {
        for sample in samples {
            let name = "\(type(of: sample))"
            guard case .object(let members) = encode(sample) else {
                Issue.record("\(name) is no object")
                continue
            }
            for child in Mirror(reflecting: sample).children {
                let mirror = Mirror(reflecting: child.value)
                // A member without a value is not in the sample's JSON, and would not be looked for.
                #expect(!(mirror.displayStyle == .optional && mirror.children.isEmpty), "\(name).\(child.label ?? "")")
            }
            #expect(page.members[name] == Set(members.map(\.name)), "\(name)")
        }
        #expect(page.members.count == samples.count)
    }

    @Test func `has every word that stands for something`() {
        #expect(page.words["value of `request`"] == Set(Request.Kind.allCases.map(\.rawValue)))
        #expect(page.words["value of `state`"] == Set(RouterState.allCases.map(\.rawValue)))
        #expect(page.words["value of `event`"] == Set(HistoryRecord.Event.allCases.map(\.rawValue)))
        #expect(page.words["value of `outcome`"] == Set(SwitchoverReport.Outcome.allCases.map(\.rawValue)))
        let ours = ["not_running", "silent", "garbled", "usage", "no_successor", "upgrade_failed"]
        #expect(page.words["value of `code`"] == Set(Problem.Code.allCases.map(\.rawValue) + ours))
    }

    @Test func `has every exit code`() {
        #expect(page.exitCodes == Set(CommandStatus.allCases.map { "\($0.rawValue)" }))
    }

    @Test func `names the codes of what the command itself finds`() {
        let request = Request(.status)
        let errors: [ClientError] = [
            .notRunning(path: "", reason: ""), .notPermitted(path: ""), .silent(path: "", seconds: 1), .garbled(""),
        ]
        for error in errors {
            let code = Complaint(error, asking: request).code
            #expect(page.words["value of `code`"]?.contains(code) == true, "\(code)")
        }
    }
}
