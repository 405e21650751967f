import Configuration
import Testing

import class Foundation.FileManager

/// Two instances in a group; `lines` are further lines of each, `more` of the group.
private func grouped(_ first: String = "", _ second: String = "", more: String = "", blocks: String = "") -> String {
    func member(_ name: String, _ id: Int, _ lines: String) -> String {
        """
        vrrp_instance \(name) {
         interface eth\(id)
         virtual_router_id \(id)
         \(lines)
         virtual_ipaddress {
          10.0.\(id).1/24
         }
        }

        """
    }
    return blocks + "vrrp_sync_group G {\n group {\n A\n B\n }\n\(more)\n}\n" + member("A", 1, first)
        + member("B", 2, second)
}

private func codes(_ text: String) -> [String] {
    complaints(text).map { "\($0.severity.rawValue) \($0.code)" }
}

private let script = "vrrp_script chk {\n script /bin/true\n}\n"

@Suite struct SyncGroupTests {
    @Test func `a group of two is nothing to complain of, and each member knows its group`() {
        #expect(codes(grouped()) == [])
        let model = resolved(grouped()).model
        #expect(model.instances.map(\.syncGroup) == ["G", "G"])
        #expect(model.groups.map(\.members) == [["A", "B"]])
    }

    @Test(arguments: [
        ("priority 150", "priority 100", "priority 150"), ("advert_int 2", "", "advert_int 2"),
        ("nopreempt\nstate BACKUP", "state BACKUP", "preemption off"),
    ])
    func `members that differ are a warning that says what it costs`(first: String, second: String, quotes: String) {
        let found = complaints(grouped(first, second))
        #expect(found.map(\.code) == ["members-differ"] && found.map(\.severity) == [.warning])
        #expect(found.first?.message.contains(quotes) == true, "\(found)")
        #expect(found.first?.consequence?.isEmpty == false && found.first?.fix?.isEmpty == false)
    }

    @Test func `an owner beside others is an error, and owners alone are not`() {
        #expect(codes(grouped("priority 255", "priority 100")) == ["error owner-in-sync-group"])
        #expect(codes(grouped("priority 255", "priority 255")) == [])
    }

    @Test func `the weight of a member does not count without sync_group_tracking_weight`() {
        let tracked = "track_script {\n chk weight -20\n}"
        let found = complaints(grouped(tracked, blocks: script))
        #expect(found.map(\.code) == ["weight-in-sync-group"])
        #expect(found.first?.fix?.hasPrefix("track_script { chk weight -20 }   # in vrrp_sync_group ") == true)
        #expect(codes(grouped(more: "track_script { chk weight -20 }", blocks: script)) == [])
        #expect(resolved(grouped(tracked, blocks: script)).model.instances[0].trackedScripts.isEmpty)
        for keyword in ["sync_group_tracking_weight", "global_tracking"] {
            let model = resolved(grouped(tracked, more: keyword, blocks: script)).model
            #expect(model.instances[0].trackedScripts.map(\.weight.value) == [-20])
            #expect(model.instances[1].trackedScripts.isEmpty)
        }
        #expect(codes(grouped(tracked, more: "sync_group_tracking_weight", blocks: script)) == [])
        #expect(codes(grouped(tracked, more: "global_tracking", blocks: script)) == ["warning obsolete-keyword"])
    }

    @Test func `a file of the group counts for every member, and a member's own loses its weight`() {
        let file = "track_file f {\n file /run/f\n weight 2\n}\n"
        let tracked = "track_file {\n f\n}"
        let shared = resolved(grouped(more: tracked, blocks: file))
        #expect(shared.model.instances.map { $0.trackedFiles.map(\.weight.value) } == [[2], [2]])
        #expect(codes(grouped(more: tracked, blocks: file)) == [])
        #expect(codes(grouped(tracked, blocks: file)) == ["warning weight-in-sync-group"])
        let own = resolved(grouped(tracked, blocks: file)).model
        #expect(own.instances.map { $0.trackedFiles.map(\.weight.value) } == [[], []])
        let both = resolved(grouped("track_file {\n f weight 3\n}", more: tracked, blocks: file)).model
        #expect(both.instances.map { $0.trackedFiles.map(\.weight.value) } == [[2], [2]])
    }

    /// keepalived 2.2.7, although it says that it ignores an interface's.
    @Test func `the weight of a member's interface or process moves that member, and is no fault`() {
        let interface = "track_interface {\n eth9 weight 10\n}"
        let process = "vrrp_track_process p {\n process sleep\n}\n"
        let running = "track_process {\n p weight -7\n}"
        let found = complaints(grouped(interface, running, blocks: process))
        #expect(found.map(\.code) == ["weight-in-sync-group", "weight-in-sync-group"])
        #expect(found.allSatisfy { $0.message.contains("moves only") }, "\(found)")
        let model = resolved(grouped(interface, running, blocks: process)).model
        #expect(model.instances.map { $0.trackedInterfaces.map(\.weight.value) } == [[10], []])
        #expect(model.instances.map { $0.trackedProcesses.map(\.weight.value) } == [[], [-7]])
        #expect(codes(grouped(interface, more: "sync_group_tracking_weight")) == [])
        let both = resolved(grouped(interface, more: "track_interface {\n eth9 weight 5\n}")).model
        #expect(both.instances.map { $0.trackedInterfaces.map(\.weight.value) } == [[5], [5]])
    }

    @Test func `what the group tracks counts for every member, with its weight`() {
        let more = "track_script {\n chk weight -20\n}\ntrack_interface {\n eth9\n}"
        let model = resolved(grouped(more: more, blocks: script)).model
        for member in model.instances {
            #expect(member.trackedScripts.map(\.weight.value) == [-20])
            #expect(member.trackedInterfaces.map(\.name) == ["eth9"])
        }
    }

    @Test func `the examples are sound by themselves and as a pair`() throws {
        let directory = #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/Examples/"
        let texts = try ["sync-group-lb1.conf", "sync-group-lb2.conf"].map { name in
            try #require(FileManager.default.contents(atPath: directory + name)).reduce(into: "") {
                $0.unicodeScalars.append(Unicode.Scalar($1))
            }
        }
        for text in texts { #expect(complaints(text) == []) }
        let models = texts.map { resolved($0).model }
        let found = provePair(models[0], models[1], fileA: "lb1", fileB: "lb2")
        #expect(found.diagnostics == [])
        let proof = try #require(found.proofs.first)
        #expect(proof.name.hasPrefix("sync group ") && found.proofs.count == 1)
        for failure in proof.scenes.first?.failures ?? [] where failure.thing.side == .first {
            #expect(failure.outcome.owner == .side(.second), "\(failure)")
        }
    }
}
