import Control
import Testing

@Suite struct `Control messages` {
    @Test func `a request reads as it was written`() throws {
        var request = Request(.standby)
        request.seconds = 7200
        request.id = 3
        let line = encode(request).text
        #expect(line == #"{"version":1,"id":3,"request":"standby","seconds":7200}"#)
        #expect(try Request.parse(Array(line.utf8)) == request)
    }

    @Test(arguments: [
        ("hello", Problem.Code.malformed), ("[]", .malformed), (#"{"request":"status"}"#, .malformed),
        (#"{"version":2,"request":"status"}"#, .unsupportedVersion),
        (#"{"version":1,"request":"explode"}"#, .unknownRequest),
        // A misspelt dry_run must not become a reload.
        (#"{"version":1,"request":"reload","dryrun":true}"#, .malformed),
        (#"{"version":1,"request":"reload","dry_run":1}"#, .malformed),
        (#"{"version":1,"request":"history","limit":0}"#, .malformed),
        (#"{"version":1,"request":"standby","seconds":99999999999}"#, .malformed),
    ])
    func `a request that is not understood is refused`(line: String, code: Problem.Code) {
        let problem = #expect(throws: Problem.self) { try Request.parse(Array(line.utf8)) }
        #expect(problem?.code == code)
    }

    @Test func `an answer reads as it was written`() throws {
        var instance = InstanceStatus(
            name: "VI_1", interface: "eth0", virtualRouterID: 51, ipVersion: 4, vrrpVersion: 2, transport: "multicast",
            state: .active, since: Timestamp(milliseconds: 5), sinceSeconds: 2.5, cause: "nobody else was heard",
            obstacles: [],
            priority: PrioritySum(
                effective: 107, base: 101, terms: [.init(points: 6, name: "chk_lb")], isOverruled: false),
            sourceAddress: "192.0.2.1", advertisementIntervalSeconds: 1, preempts: true)
        instance.counters = ["sent": 3]
        var answer = Answer(
            at: Timestamp(milliseconds: 1_764_057_600_123),
            daemon: DaemonIdentity(
                pid: 1, version: "0.1.0", startedAt: Timestamp(milliseconds: 0), uptimeSeconds: 3.5, configuration: "f"),
            id: 9)
        answer.status = Status(
            loadedAt: Timestamp(milliseconds: 0), standby: nil, instances: [instance], remarks: ["a \"remark\""])
        let text = encode(answer).text
        #expect(text.contains(#""virtual_router_id":51"#) && text.contains(#""is_advertised""#) == false)
        #expect(try decode(Answer.self, from: JSON(parsing: text)) == answer)
    }

    @Test func `a priority is written as a sum`() {
        let terms = [PrioritySum.Term(points: 6, name: "chk_lb"), .init(points: -4, name: "chk_sshd")]
        #expect(
            PrioritySum(effective: 103, base: 101, terms: terms, isOverruled: false).text
                == "103 = 101 + 6 chk_lb - 4 chk_sshd")
        #expect(
            PrioritySum(effective: 1, base: 101, terms: terms, isOverruled: true).text
                == "1 (standby; 103 = 101 + 6 chk_lb - 4 chk_sshd otherwise)")
        #expect(PrioritySum(effective: 100, base: 100, terms: [], isOverruled: false).text == "100")
    }

    /// The wall clock may be set while maintenance mode is on: what it says now counts, nothing else.
    @Test func `maintenance mode ends when the wall clock says so, however that came about`() {
        let standby = Standby(since: Timestamp(milliseconds: 1000), until: Timestamp(milliseconds: 61_000))
        let walls = [1000, 31_000, 60_999, 61_000, 90_000, 5000, -1_000_000]
        #expect(
            walls.map { standby.remaining(at: Timestamp(milliseconds: $0)) } == [
                60_000, 30_000, 1, 0, 0, 56_000, 1_061_000,
            ])
        let endless = Standby(since: Timestamp(milliseconds: 1000), until: nil)
        #expect(endless.remaining(at: Timestamp(milliseconds: .max)) == nil)
    }

    @Test(arguments: [
        (0, "1970-01-01T00:00:00.000Z"), (1_764_057_600_123, "2025-11-25T08:00:00.123Z"),
        (951_782_400_000, "2000-02-29T00:00:00.000Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (-1, "1969-12-31T23:59:59.999Z"),
    ])
    func `a time is written as RFC 3339 has it`(milliseconds: Int, text: String) {
        #expect(Timestamp(milliseconds: milliseconds).description == text)
        #expect(Timestamp(text) == Timestamp(milliseconds: milliseconds))
    }

    @Test(arguments: ["2025-02-30T00:00:00.000Z", "2025-11-25 08:00:00.123Z", "yesterday", ""])
    func `what is no time is not read as one`(text: String) { #expect(Timestamp(text) == nil) }
}
