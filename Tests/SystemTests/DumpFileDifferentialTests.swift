import Control
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// Debian's keepalived and Understudy read the same file, and write the same about it.
@Suite(.serialized) struct DumpFileDifferentialTests {
    @Test func `JSON and statistics are keepalived's in every state, and so is what exporters read of the rest`() throws
    {
        let trial = try Trial()
        let sides = try [Program.understudy, .keepalived].map { try DumpSide($0, trial, DumpSide.everything) }
        let states: [(what: String, act: (DumpSide) throws -> Void, states: [Int])] = [
            ("with a check that fails", { _ in }, [2, 2, 1, 3, 2, 2, 3, 2]),
            ("with a check that works", { try $0.host.writeFile("/run/zero", "") }, [2, 2, 1, 3, 2, 2, 2, 2]),
            ("without a link", { try $0.host.setLink("eth0", up: false) }, [3, 3, 3, 3, 3, 3, 2, 3]),
            ("with the link again", { try $0.host.setLink("eth0", up: true) }, [2, 2, 1, 3, 2, 2, 2, 2]),
        ]
        for (what, act, expected) in states {
            for side in sides { try act(side) }
            for side in sides { try side.settle(expected) }
            try expectSame(sides, what)
        }
        for side in sides { _ = try side.dump(.statsAndClear) }
        let cleared = try sides.map { try $0.dump(.stats) }
        #expect(cleared[0].withoutCounts == cleared[1].withoutCounts)
        #expect(try cleared.map { try statistic("Became master", in: $0) } == [0, 0])
    }

    @Test func `the file of the state has the daemon's name in it, and the others have not, with both`() throws {
        let trial = try Trial()
        for program in [Program.understudy, .keepalived] {
            let host = try trial.host("\(program)")
            try host.writeFile("/run/vrrp.conf", "instance lb1\nglobal_defs {\ndata_use_instance\n}\n" + instance())
            let command = program.command("/run/vrrp.conf")
            let log = try OutputLog("\(program)")
            let process = try host.start(command.program, command.arguments, log: log)
            try trial.waitFor("the start of \(program)\n\(log.text)") { log.text.contains("Startup complete") }
            for (signal, name) in [
                (DumpSignal.state, "keepalived.lb1.data"), (.stats, "keepalived.stats"), (.json, "keepalived.json"),
            ] {
                sendSignal(signal.number, to: process.pid)
                try trial.waitFor("\(name) of \(program)\n\(log.text)") {
                    try DumpedFileFacts(host, "/tmp/\(name)") != nil
                }
            }
            #expect(try DumpedFileFacts(host, "/tmp/keepalived.data") == nil, "\(program)")
        }
    }

    private func expectSame(_ sides: [DumpSide], _ what: String) throws {
        let json = try sides.map { try $0.dump(.json) }
        // Whole texts, so that names, order, types and blanks are the same; then the same once more, where it can be read.
        #expect(json[0].withoutTimes == json[1].withoutTimes, "\(what)")
        let members = try json.map { try JSON(parsing: $0.withoutTimes).list }
        for (ours, theirs) in zip(members[0], members[1]) where ours != theirs {
            for part in ["data", "stats"] { expectSame(ours[part], theirs[part], "\(what)") }
        }
        let stats = try sides.map { try $0.dump(.stats) }
        #expect(stats[0].withoutCounts == stats[1].withoutCounts, "\(what)")
        let data = try sides.map { try $0.dump(.state) }
        let lines = data.map(\.exporterLines)
        #expect(lines[0].count > 300)
        #expect(lines[0] == lines[1], "\(what): \(lines[1].difference(from: lines[0]))")
    }

    private func expectSame(_ ours: JSON?, _ theirs: JSON?, _ what: String) {
        guard case .object(let ours)? = ours, case .object(let theirs)? = theirs else {
            Issue.record("\(what): no object")
            return
        }
        #expect(ours.map(\.name) == theirs.map(\.name), "\(what)")
        for (one, other) in zip(ours, theirs) { #expect(one == other, "\(what)") }
    }
}

extension JSON {
    fileprivate var list: [JSON] { if case .array(let list) = self { list } else { [] } }
}

extension String {
    /// Without what depends on when it was asked, without passwords, and without what keepalived counts and keeps in
    /// another way when a link fails.
    fileprivate var withoutTimes: String {
        replacing(#/"(last_transition|advert_rcvd|advert_sent|pri_zero_sent)":[0-9.]+/#) { "\"\($0.output.1)\":0" }
            .replacing(#/"auth_data":"[^"]*"/#, with: "\"auth_data\":\"\"")
            .replacing(#/"master_priority":[0-9]+([^}]*?"state":3)/#) { "\"master_priority\":0\($0.output.1)" }
    }

    /// The statistics without how many adverts came and went.
    fileprivate var withoutCounts: String {
        replacing(#/  Advertisements:\n    Received: [0-9]+\n    Sent: [0-9]+\n/#, with: "  Advertisements:\n")
            .replacing(#/(  Priority Zero:\n    Received: [0-9]+\n)    Sent: [0-9]+\n/#) { $0.output.1 }
    }

    /// The lines of `keepalived.data` that docs/exporters.md promises, without what depends on when it was asked.
    fileprivate var exporterLines: [String] {
        let promised = ["Topology", "Sync groups", "Scripts", "Track files", "Track processes"].map {
            "------< VRRP \($0) >------"
        }
        let other = [
            "fd_in", "Last transition", "Read timeout", "Password", "Result", "Current processes", "Have quorum",
            "Fork delay timer", "Terminate delay timer", "State = idle", "State = running", "Using src_ip = fe80:",
        ]
        var isPromised = false
        return split(separator: "\n").compactMap { line in
            if line.hasPrefix("------<") { isPromised = promised.contains(String(line)) }
            guard isPromised, !other.contains(where: { line.hasPrefix("   " + $0) }) else { return nil }
            return String(line.replacing(" nftable_set", with: ""))
        }
    }
}
