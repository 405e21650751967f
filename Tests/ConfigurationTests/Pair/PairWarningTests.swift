import Configuration
import Testing

/// What runs as a pair, and not as its files make one think.
@Suite struct `What two files of a pair only seem to say` {
    private func found(_ a: String, _ b: String, _ code: String? = nil) -> [Diagnostic] {
        let all = provePair(resolved(a).model, resolved(b).model, fileA: "lb1.conf", fileB: "lb2.conf").diagnostics
        return all.filter { $0.severity > .note && (code == nil || $0.code == code) }
    }

    private func briefs(_ a: String, _ b: String) -> [String] {
        found(a, b).map { "\($0.severity.rawValue) \($0.code)" }
    }

    // MARK: lease off

    @Test func `without a lease a killed host keeps what another takes, which is told with the time`() throws {
        let warnings = found(instance("lease off", priority: 101), instance())
        #expect(warnings.map(\.brief) == ["warning pair-lease-off@5"])
        let said = try #require(warnings.first)
        #expect(said.message == "`VI_1` has `lease off` in lb1.conf")
        // RFC 3768 section 6.1: 3 s, 156/256 s for priority 100, and what a frame takes.
        #expect(
            said.consequence?.contains("the host of lb2.conf has them too, after at most 3.61 s, and both") == true,
            "\(said)")
        #expect(said.fix?.hasPrefix("remove `lease off`   # ") == true)
    }

    @Test func `who is MASTER only when the other is gone is told too, and without a time that nobody tried`() throws {
        let warnings = found(instance(priority: 101), instance("lease off"))
        #expect(warnings.map(\.code) == ["pair-lease-off"])
        #expect(
            warnings.first?.consequence?.contains("the host of lb1.conf has them too, as soon as it becomes") == true)
        #expect(briefs(instance("lease off", priority: 101), instance("lease off")).count == 2)
    }

    @Test func `one line for all instances is one warning, where it stands`() {
        let other = instance().replacing("VI_1", with: "VI_2").replacing("_id 51", with: "_id 52")
            .replacing("10.100", with: "10.101")
        func file(_ priority: Int) -> String {
            ("global_defs {\n lease off\n}\n" + instance() + other)
                .replacing("priority 100", with: "priority \(priority)")
        }
        let warnings = found(file(150), file(100))
        #expect(warnings.map(\.brief) == ["warning pair-lease-off@2", "warning pair-lease-off@2"])
        #expect(warnings.first?.message == "`VI_1` and 1 more have `lease off` in lb1.conf")
    }

    @Test func `an owner has its addresses in any case, and a lease in seconds is one`() {
        #expect(!briefs(instance("lease off", priority: 255), instance()).contains("warning pair-lease-off"))
        #expect(briefs(instance("lease 60", priority: 101), instance("lease 60")) == [])
    }

    // MARK: state MASTER

    @Test func `state MASTER on the lower priority is told who is MASTER`() throws {
        let warnings = found(instance(priority: 150), instance("state MASTER"))
        #expect(warnings.map(\.code) == ["pair-state"])
        let said = try #require(warnings.first)
        #expect(
            said.message
                == "`VI_1` has `state MASTER` in lb2.conf, and is BACKUP there while all is well: priority 150 against 100"
        )
        #expect(said.consequence?.contains("the host of lb1.conf is MASTER") == true)
    }

    @Test func `what checks add to a priority counts there`() {
        let script = "vrrp_script chk {\n script /bin/check\n weight 60\n}\n"
        let raised = script + instance("track_script { chk }", "state MASTER")
        #expect(found(instance(priority: 150), raised, "pair-state") == [])
    }

    @Test func `state MASTER on both is told who is MASTER, at the file of the other`() throws {
        for (a, b, winner) in [(150, 100, "lb1.conf"), (100, 150, "lb2.conf")] {
            let warnings = found(instance("state MASTER", priority: a), instance("state MASTER", priority: b))
            #expect(warnings.map(\.code) == ["pair-two-masters"])
            #expect(
                warnings.first?.consequence?.hasPrefix("the host of \(winner) is MASTER while all is well") == true)
        }
        let equal = found(instance("state MASTER"), instance("state MASTER"), "pair-two-masters")
        #expect(equal.first?.consequence?.hasPrefix("whoever is MASTER first remains it") == true)
    }

    @Test func `where nobody takes over again whoever was first is MASTER, and nothing is said`() {
        let leader = instance("nopreempt", priority: 150)
        #expect(found(leader, instance("state MASTER"), "pair-state") == [])
        #expect(briefs(instance("state MASTER", priority: 150), instance()) == [])
    }

    // MARK: Weights

    private func checked(_ weight: String, priority: Int, _ lines: String = "") -> String {
        "vrrp_script chk {\n script /bin/check\n}\n"
            + instance("track_script {\nchk weight \(weight)\n}", lines, priority: priority)
    }

    @Test func `weights of which it matters which is meant are told with both figures and what they do`() throws {
        // With either in both files the first host keeps the addresses when the check fails everywhere.
        let warnings = found(checked("-20", priority: 101), checked("-10", priority: 100))
        #expect(warnings.map(\.brief) == ["warning pair-weights@9"])
        let said = try #require(warnings.first)
        #expect(said.message == "`chk` has weight -20 for `VI_1` in lb1.conf, and -10 in lb2.conf")
        #expect(
            said.consequence
                == "failed on lb1.conf alone: 81 against 100, lb2.conf is MASTER; on lb2.conf alone: 101 against 90, lb1.conf is "
                + "MASTER; on both: 81 against 90, lb2.conf is MASTER; with either weight in both files something of that would be "
                + "otherwise")
        #expect(said.fix == "chk weight -20   # in both files")
    }

    @Test func `a weight of 0 on one host alone is a fault there alone`() {
        let warnings = found(checked("0", priority: 150), checked("-60", priority: 100))
        #expect(warnings.map(\.code) == ["pair-weights"])
        #expect(warnings.first?.consequence?.contains("on both: fault against 40, lb2.conf is MASTER") == true)
    }

    @Test func `weights that come to the same are nothing to speak of`() {
        #expect(briefs(checked("-60", priority: 150), checked("-70", priority: 100)) == [])
        #expect(briefs(checked("-20", priority: 101), checked("-20", priority: 100)) == [])
    }

    @Test func `that a failure moves nothing at all is said, and not this as well`() {
        #expect(briefs(checked("-2", priority: 150), checked("-60", priority: 100)) == ["error pair-never-moves"])
    }

    @Test func `interfaces have weights too, and many instances one warning`() {
        func file(_ priority: Int, _ weight: Int) -> String {
            (1...3).map { id in
                "vrrp_instance V\(id) {\n interface eth0\n virtual_router_id \(id)\n priority \(priority)\n"
                    + " track_interface {\n eth1 weight \(weight)\n }\n virtual_ipaddress {\n 10.0.\(id).1/24\n }\n}\n"
            }.joined()
        }
        let warnings = found(file(101, -20), file(100, -10))
        #expect(warnings.map(\.code) == ["pair-weights"])
        #expect(
            warnings.first?.message
                == "`eth1` has weight -20 for `V1` (and for 2 more) in lb1.conf, and -10 in lb2.conf")
    }
}
