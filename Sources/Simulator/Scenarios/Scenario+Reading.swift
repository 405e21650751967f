internal import VRRPCore
internal import VRRPWire

extension Scenario {
    /// Reads a scenario; nothing is guessed.
    public init(reading text: String) throws(ScenarioProblems) {
        var problems: [ScenarioProblem] = []
        var last = 1
        for (index, piece) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            var line = ScenarioLine(piece, number: index + 1)
            last = index + 1
            guard !line.isEmpty else { continue }
            do throws(ScenarioProblem) {
                try read(&line)
            } catch {
                problems.append(error)
            }
        }
        if problems.isEmpty { problems = wholeProblems(last) }
        guard problems.isEmpty else { throw ScenarioProblems(problems: problems) }
    }

    private enum Statement: String, CaseIterable {
        case version, addresses, seed, loss, node, at, expect, end
    }

    private mutating func read(_ line: inout ScenarioLine) throws(ScenarioProblem) {
        switch try line.choose(Statement.allCases.map { ($0.rawValue, $0) }, "the first word of a line") {
        case .version:
            version = try line.choose([("2", .v2), ("3", .v3)], "the version of VRRP")
        case .addresses:
            family = try line.choose([("ipv4", .v4), ("ipv6", .v6)], "the family of the addresses")
        case .seed: seed = UInt64(try line.integer(0...Int.max, "the seed"))
        case .loss: lossPercent = UInt64(try line.integer(0...90, "the share of packets that are lost, in per cent,"))
        case .node: try readNode(&line)
        case .at: try readTrouble(&line)
        case .expect: try readExpectation(&line)
        case .end: end = try line.duration("the end")
        }
        try line.end(after: "this statement")
    }

    // MARK: Nodes

    private enum Setting: String, CaseIterable {
        case priority, interval, preempt, kind, clock, kernel, stopped
        case preemptDelay = "preempt_delay"
    }

    private mutating func readNode(_ line: inout ScenarioLine) throws(ScenarioProblem) {
        let name = try line.next("a node has a name, as in: node lb1 priority 150")
        guard nodes.count < Self.mostNodes else {
            throw line.problem("a cluster has at most \(Self.mostNodes) nodes", at: name)
        }
        guard name.text != "none", name.text != "changes", !nodes.contains(where: { $0.name == name.text }) else {
            throw line.problem("a name is used once, and is neither 'none' nor 'changes'", at: name)
        }
        var node = Node(name: name.text)
        while line.hasMore {
            switch try line.choose(Setting.allCases.map { ($0.rawValue, $0) }, "what a node is told") {
            case .priority: node.priority = UInt8(try line.integer(1...255, "a priority"))
            case .interval: node.interval = try readInterval(&line)
            case .preempt: node.preempts = try line.choose([("yes", true), ("no", false)], "preempt")
            case .preemptDelay: node.preemptDelay = try line.duration("the delay")
            case .kind: node.make = try readKind(&line)
            case .clock:
                node.drift = Int64(try line.integer(-10_000...10_000, "how fast a clock is, in parts per million,"))
            case .kernel: node.acquireLatency = try line.duration("what the kernel needs to add addresses")
            case .stopped: node.isStarted = false
            }
        }
        nodes.append(node)
    }

    private static let mostNodes = 8

    private func readKind(_ line: inout ScenarioLine) throws(ScenarioProblem) -> Make {
        try line.choose([("understudy", .understudy), ("keepalived", .keepalived), ("frr", .frr)], "a kind")
    }

    private func readInterval(_ line: inout ScenarioLine) throws(ScenarioProblem) -> Centiseconds {
        let right = "an interval is whole centiseconds from 10ms to 40.95s, as in: interval 1s"
        let word = try line.next(right)
        guard let nanoseconds = ScenarioLine.nanoseconds(word.text), nanoseconds % 10_000_000 == 0,
            let interval = Centiseconds(Int(nanoseconds / 10_000_000)), interval <= .maximumV3
        else { throw line.problem(right, at: word) }
        return interval
    }

    private func readNodeName(_ line: inout ScenarioLine) throws(ScenarioProblem) -> Int {
        let right =
            nodes.isEmpty
            ? "write the nodes first, as in: node lb1 priority 150"
            : "a node is one of \(names.joined(separator: ", ")), written above"
        let word = try line.next(right)
        guard let index = nodes.firstIndex(where: { $0.name == word.text }) else { throw line.problem(right, at: word) }
        return index
    }

    // MARK: What happens

    private enum Deed: String, CaseIterable {
        case start, stop, switchover, resume, crash, kill, respawn, pause, suspend, cable, check, address, delete, cut
        case mend, refuse, comply, reload
    }

    private mutating func readTrouble(_ line: inout ScenarioLine) throws(ScenarioProblem) {
        let at = try line.duration("a time")
        let deed = try line.choose(Deed.allCases.map { ($0.rawValue, $0) }, "what happens")
        let node = try readNodeName(&line)
        for what in try readDeed(deed, node, &line) { troubles.append((at, what, line.number)) }
    }

    private func readDeed(
        _ deed: Deed, _ node: Int, _ line: inout ScenarioLine
    ) throws(ScenarioProblem) -> [Disturbance] {
        switch deed {
        case .start: return [.start(node)]
        case .stop: return [.stop(node)]
        case .switchover: return [.switchOver(node)]
        case .resume: return [.resume(node)]
        case .crash: return [.crash(node)]
        case .kill: return [.kill(node)]
        case .respawn: return [.adopt(node)]
        case .delete: return [.delete(node)]
        case .comply: return [.refuse(node, [])]
        case .pause:
            try line.expect(["for"], in: "at TIME pause NODE for DURATION")
            return [.pause(node, try line.duration("a pause"))]
        case .suspend:
            try line.expect(["for"], in: "at TIME suspend NODE for DURATION")
            return [.suspend(node, try line.duration("a suspension"))]
        case .cable: return [.cable(node, isIn: try line.choose([("in", true), ("out", false)], "a cable"))]
        case .check: return [.check(node, isFailing: try line.choose([("fails", true), ("works", false)], "a check"))]
        case .address:
            return [.address(node, isThere: try line.choose([("lost", false), ("back", true)], "an address"))]
        case .refuse:
            let refusals: [(String, KernelRefusal)] = [
                ("adding", .adding), ("removing", .removing), ("both", [.adding, .removing]),
            ]
            return [.refuse(node, try line.choose(refusals, "what a kernel refuses"))]
        case .cut, .mend:
            let other = try readNodeName(&line)
            let isCut = deed == .cut
            return [.cut(from: node, to: other, isCut), .cut(from: other, to: node, isCut)]
        case .reload: return [try readReload(node, &line)]
        }
    }

    private func readReload(
        _ node: Int, _ line: inout ScenarioLine
    ) throws(ScenarioProblem) -> Disturbance {
        switch try line.choose([("interval", true), ("preempt", false)], "what a reload changes") {
        case true:
            return .reload(node, preempts: nil, preemptDelay: nil, interval: try readInterval(&line))
        case false:
            let preempts = try line.choose([("yes", true), ("no", false)], "preempt")
            return .reload(node, preempts: preempts, preemptDelay: nil, interval: nil)
        }
    }

    // MARK: What is expected

    private mutating func readExpectation(_ line: inout ScenarioLine) throws(ScenarioProblem) {
        let form =
            "expect owner NODE at TIME, expect owner changes at most N, expect time without owner at most DURATION, "
            + "or expect time with two owners at most DURATION"
        let what: Expectation
        switch try line.choose([("owner", true), ("time", false)], "what is expected") {
        case true: what = try readOwner(&line)
        case false:
            if try line.choose([("without", true), ("with", false)], "a time") {
                try line.expect(["owner", "at", "most"], in: form)
                what = .withoutOwner(atMost: try line.duration("the longest time"))
            } else {
                try line.expect(["two", "owners", "at", "most"], in: form)
                what = .twoOwners(atMost: try line.duration("the longest time"))
            }
        }
        expectations.append((what, line.number))
    }

    private func readOwner(_ line: inout ScenarioLine) throws(ScenarioProblem) -> Expectation {
        let choices: [(String, Int?)] = [("none", nil), ("changes", -1)]
        let nodes = names.enumerated().map { ($0.element, Optional($0.offset)) }
        let owner = try line.choose(nodes + choices, "the owner")
        if owner == -1 {
            try line.expect(["at", "most"], in: "expect owner changes at most NUMBER")
            return .ownerChanges(atMost: try line.integer(0...1_000_000, "the number of changes"))
        }
        try line.expect(["at"], in: "expect owner NODE at TIME")
        return .owner(owner, at: try line.duration("a time"))
    }

    // MARK: The whole

    private func wholeProblems(_ last: Int) -> [ScenarioProblem] {
        var result: [ScenarioProblem] = []
        func complain(_ sentence: String, at line: Int) {
            result.append(ScenarioProblem(line: line, column: 1, text: "", sentence: sentence))
        }
        if nodes.isEmpty { complain("there is no node; write for example: node lb1 priority 150", at: last) }
        if expectations.isEmpty {
            complain("nothing is expected; write for example: expect owner lb1 at 10s", at: last)
        }
        if version == .v2, family == .v6 { complain("VRRP version 2 has no IPv6; write: version 3", at: last) }
        for node in nodes where version == .v2 {
            if node.interval.count % 100 != 0 || node.interval != nodes[0].interval {
                complain("VRRP version 2 has whole seconds, the same for all; '\(node.name)' has others", at: last)
            }
        }
        for node in nodes where node.make != .understudy && node.priority == 255 {
            complain("the model of another program has no priority 255; '\(node.name)' has it", at: last)
        }
        for trouble in troubles where trouble.at > endsAt { complain("it happens after the end", at: trouble.line) }
        for expectation in expectations {
            if case .owner(_, let at) = expectation.what, at > endsAt {
                complain("it is expected after the end", at: expectation.line)
            }
        }
        return result
    }
}
