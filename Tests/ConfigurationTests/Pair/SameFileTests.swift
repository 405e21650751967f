import Configuration
import Testing

@Suite struct `One file in place of two` {
    private let text = instance(priority: 101)

    /// Two names, which lead to files with these numbers.
    private func report(_ names: [String], _ inodes: [UInt64], haproxy: Bool = false) -> CheckReport {
        var reader = DictionaryReader(Dictionary(names.map { ($0, text) }, uniquingKeysWith: { first, _ in first }))
        for (name, inode) in zip(names, inodes) { reader.identities[name] = FileIdentity(device: 1, inode: inode) }
        return Configuration.check(
            files: names, reading: reader, configurationID: "lb1", host: nil, hostIsAuthoritative: false,
            balancers: haproxy ? [BalancerFile(file: "h", binds: [BalancerBind(line: 1, address: .wildcard)])] : [])
    }

    @Test(arguments: [["a.conf", "link.conf"], ["a.conf", "./a.conf"], ["a.conf", "a.conf"]])
    func `is one mistake, told as one`(names: [String]) throws {
        let report = report(names, [7, 7])
        let complaints = report.diagnostics.filter { $0.severity > .note }
        #expect(complaints.map(\.code) == ["pair-same-file"], "\(report.text)")
        #expect(report.exitCode == 2 && report.proofs.isEmpty)
        let said = try #require(complaints.first)
        #expect(
            said.message
                == (names[0] == names[1] ? "`a.conf` is given twice" : "`\(names[1])` and `a.conf` are the same file"))
        #expect(said.fix?.hasPrefix("understudy check a.conf FILE") == true)
        // keepalived reads one file, and knows no pairs.
        #expect(report.judgedAsKeepalived().exitCode == 1)
    }

    @Test func `is looked at once, with the load balancer that stands beside it`() {
        let alone = report(["a.conf"], [7], haproxy: true).diagnostics
        let twice = report(["a.conf", "link.conf"], [7, 7], haproxy: true).diagnostics
        #expect(Set(twice.map(\.code)) == Set(alone.map(\.code) + ["pair-same-file"]))
    }

    @Test func `are two when they hold the same, and when nothing is known of them`() {
        #expect(!report(["a.conf", "b.conf"], [7, 8]).diagnostics.contains { $0.code == "pair-same-file" })
        #expect(!report(["a.conf", "b.conf"], []).diagnostics.contains { $0.code == "pair-same-file" })
    }

    @Test func `is found among more than two`() {
        let found = report(["a.conf", "b.conf", "c.conf"], [7, 8, 7]).diagnostics
        #expect(found.filter { $0.code == "pair-same-file" }.map(\.location.file) == ["c.conf"])
    }
}
