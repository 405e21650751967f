import Configuration
import Testing
import VRRPCore

private func proved(_ a: String, _ b: String) -> (diagnostics: [Diagnostic], proofs: [Proof]) {
    provePair(resolved(a).model, resolved(b).model, fileA: "lb1.conf", fileB: "lb2.conf")
}

private func prove(_ a: String, _ b: String) throws -> Proof {
    let result = proved(a, b)
    return try #require(result.proofs.first, "\(result.diagnostics)")
}

private func errors(_ a: String, _ b: String) -> [String] {
    proved(a, b).diagnostics.filter { $0.severity == .error }.map(\.code)
}

/// A check with `lines`, and an instance that tracks it.
private func checked(_ lines: String, priority: Int, _ more: String = "") -> String {
    "vrrp_script chk {\n script /bin/check\n \(lines)\n}\n"
        + instance("track_script { chk }", more, priority: priority)
}

extension Proof {
    fileprivate func outcome(_ thing: ProofThing, scene: Int = 0) throws -> ProofOutcome {
        let failures = try #require(scenes.indices.contains(scene) ? scenes[scene].failures : nil)
        return try #require(failures.first { $0.thing == thing }?.outcome, "\(failures.map(\.thing))")
    }

    /// Who has the addresses after two failures at once.
    fileprivate func owner(after first: ProofThing, _ second: ProofThing) throws -> ProofOwner {
        let found = couples.first { Set([$0.first, $0.second]) == [first, second] }
        return try #require(found).owner
    }
}

extension Interval {
    fileprivate func isBetween(_ least: Double, _ most: Double) -> Bool {
        let seconds = Double(nanoseconds) / 1e9
        return least <= seconds && seconds <= most
    }
}

@Suite struct ProofTests {
    // MARK: Times

    @Test func `the death of a host is survived within three adverts and Skew_Time, and mended in as many`() throws {
        let proof = try prove(instance(priority: 101), instance(priority: 100))
        #expect(proof.scenes.map(\.master) == [.first])
        let death = try proof.outcome(.host(.first))
        #expect(death.owner == .side(.second) && death.mendedOwner == .side(.first))
        // RFC 3768 section 6.1: 3 s, and 156/256 s for priority 100.
        #expect(death.within.isBetween(3.609375, 3.62), "\(death.within)")
        #expect(death.mendedWithin.isBetween(3.60, 3.62), "\(death.mendedWithin)")
        #expect(death.moves == 1 && death.mendedMoves == 1)
        let other = try proof.outcome(.host(.second))
        #expect(other.owner == .side(.first) && other.within == .zero && other.mendedWithin == .zero)
    }

    @Test(arguments: [("0.1", 0.361), ("0.01", 0.0361), ("2", 7.219)])
    func `with other intervals the time is another`(interval: String, most: Double) throws {
        let lines = "version 3\nadvert_int \(interval)"
        let death = try prove(instance(lines, priority: 101), instance(lines)).outcome(.host(.first))
        #expect(death.within.isBetween(most * 0.98, most * 1.02), "\(death.within)")
    }

    @Test func `what a check takes to notice is a part of it, and more when it hangs`() throws {
        let lines = "interval 2\n fall 3\n rise 2\n weight -60\n timeout 1"
        let proof = try prove(checked(lines, priority: 150), checked(lines, priority: 100))
        let failure = try proof.outcome(.script(.first, "chk"))
        #expect(failure.owner == .side(.second))
        // 6 s until the third failure, and then the Backup's timer, which the last good advert has set.
        #expect(failure.within.isBetween(6 + 2.6, 6 + 3.62), "\(failure.within)")
        #expect(failure.hanging == .seconds(1))
        #expect(failure.mendedOwner == .side(.first) && failure.mendedWithin.isBetween(4, 4 + 3.62))
    }

    @Test func `a run that hangs for longer than the interval puts off each next one`() throws {
        let lines = "interval 2\n fall 3\n weight -60\n timeout 6"
        let proof = try prove(checked(lines, priority: 150), checked(lines, priority: 100))
        let failure = try proof.outcome(.script(.first, "chk"))
        // Measured: 22.9 s, of up to 2 s until it hangs, three times 6 s, and the Backup's timer.
        #expect((failure.within + failure.hanging).isBetween(22.9, 2 + 18 + 3.62), "\(failure)")
    }

    @Test func `whoever has lost a contest holds the addresses until it hears the winner`() throws {
        let proof = try prove(instance(priority: 101), instance(priority: 100))
        let cut = try proof.outcome(.network)
        #expect(cut.owner == .both && cut.mendedOwner == .side(.first))
        #expect(cut.mendedWithin.isBetween(0.01, 1.01), "\(cut.mendedWithin)")
    }

    @Test func `a delay of preemption is waited for, however long it is`() throws {
        let proof = try prove(instance("preempt_delay 300", priority: 150), instance("preempt_delay 300"))
        let death = try proof.outcome(.host(.first))
        #expect(death.within.isBetween(3.6, 3.62), "\(death.within)")
        #expect(death.mendedOwner == .side(.first) && death.mendedWithin.isBetween(300, 305), "\(death.mendedWithin)")
    }

    @Test func `an interface that has to be down for a while is noticed after that, unless adverts end with it`() throws
    {
        let delays = "interface_up_down_delays {\n eth0 0.5 1.5\n eth1 0.5 1.5\n}\n"
        func lines(_ priority: Int) -> String {
            delays + instance("track_interface {\n eth1\n}", priority: priority)
        }
        let proof = try prove(lines(101), lines(100))
        let tracked = try proof.outcome(.interface(.first, "eth1"))
        #expect(tracked.owner == .side(.second) && tracked.within.isBetween(0.5 + 0.6, 0.5 + 0.63), "\(tracked.within)")
        let own = try proof.outcome(.interface(.first, "eth0"))
        #expect(own.owner == .side(.second) && own.within.isBetween(3.6, 3.63), "\(own.within)")
        #expect(own.mendedWithin.isBetween(1.5 + 3.4, 1.5 + 3.63), "\(own.mendedWithin)")
    }

    @Test func `a host that comes back waits as long after its boot as it is told to, and its daemon alone does not`()
        throws
    {
        let delay = "global_defs {\n vrrp_startup_delay 10\n vrrp_delay_after_boot 60\n}\n"
        let proof = try prove(delay + instance(priority: 101), delay + instance(priority: 100))
        let (host, daemon) = (try proof.outcome(.host(.first)), try proof.outcome(.daemon(.first)))
        #expect(host.mendedOwner == .side(.first) && host.mendedWithin.isBetween(63, 64), "\(host.mendedWithin)")
        #expect(daemon.mendedWithin.isBetween(13, 14), "\(daemon.mendedWithin)")
    }

    @Test func `what a killed daemon leaves ends soon after the other has it, and never with lease off`() throws {
        let killed = try prove(instance(priority: 101), instance()).outcome(.daemon(.first))
        #expect(killed.owner == .side(.second) && killed.within.isBetween(3.6, 3.62))
        #expect(killed.overlap > .zero && killed.overlap <= .seconds(2), "\(killed.overlap)")
        let kept = try prove(instance("lease off", priority: 101), instance("lease off")).outcome(.daemon(.first))
        #expect(kept.owner == .both)
        #expect(kept.mendedOwner == .side(.first))
    }

    // MARK: Owners

    @Test func `while the network is cut both have it, and at once one when it is mended`() throws {
        let proof = try prove(instance(priority: 101), instance())
        let cut = try proof.outcome(.network)
        #expect(cut.owner == .both && cut.mendedOwner == .side(.first))
        #expect(cut.mendedWithin < .seconds(2), "\(cut.mendedWithin)")
        #expect(try proof.owner(after: .network, .host(.first)) == .side(.second))
        #expect(try proof.owner(after: .interface(.first, "eth0"), .host(.second)) == .nobody)
    }

    @Test func `a check without weight that fails on both leaves nobody, and with a weight the better one`() throws {
        func both(_ weight: Int) throws -> ProofOwner {
            try prove(checked("weight \(weight)", priority: 101), checked("weight \(weight)", priority: 100))
                .owner(after: .script(.first, "chk"), .script(.second, "chk"))
        }
        #expect(try both(0) == .nobody)
        #expect(try both(-20) == .side(.first))
    }

    @Test func `with equal priorities the second is taken for the higher address, and either may fail`() throws {
        let proof = try prove(checked("weight -2", priority: 100), checked("weight -2", priority: 100))
        // Who comes later does not take it from the other (RFC 9568 section 6.4.2).
        #expect(proof.scenes.map(\.master) == [.second, .first])
        #expect(try proof.outcome(.script(.second, "chk")).owner == .side(.first))
        #expect(try proof.outcome(.host(.second)).owner == .side(.first))
    }

    @Test func `a router that keeps what it has is tried as MASTER too`() throws {
        let lines = "weight -60"
        let proof = try prove(checked(lines, priority: 150, "nopreempt"), checked(lines, priority: 100, "nopreempt"))
        #expect(proof.scenes.map(\.master) == [.first, .second])
        let death = try proof.outcome(.host(.first))
        #expect(death.owner == .side(.second) && death.mendedOwner == .side(.second) && death.mendedWithin == .zero)
        #expect(try proof.outcome(.host(.second), scene: 1).owner == .side(.first))
    }

    @Test func `a sync group moves as one when any of its interfaces fails`() throws {
        func file(_ priority: Int) -> String {
            let members = [("A", 1), ("B", 2)].map { name, id in
                "vrrp_instance \(name) {\n interface eth\(id)\n virtual_router_id \(id)\n priority \(priority)\n"
                    + " virtual_ipaddress {\n 10.0.\(id).1/24\n }\n}\n"
            }
            return "vrrp_sync_group G {\n group {\n A\n B\n }\n}\n" + members.joined()
        }
        let proof = try prove(file(150), file(100))
        #expect(proof.name == "sync group G")
        for name in ["eth1", "eth2"] {
            let loss = try proof.outcome(.interface(.first, name))
            #expect(loss.owner == .side(.second) && loss.within.isBetween(0.5, 4.7), "\(name) \(loss)")
            #expect(loss.mendedOwner == .side(.first) && loss.moves == 1 && loss.mendedMoves == 1, "\(name) \(loss)")
        }
        #expect(try proof.outcome(.interface(.second, "eth1")).owner == .side(.first))
        #expect(proof.couples.allSatisfy { $0.owner != .split }, "\(proof.couples.filter { $0.owner == .split })")
    }

    // MARK: Classics

    /// kubeadm's guides, and the weight of 2 with priorities 150 and 100.
    @Test(arguments: [("weight -2", 101, 50), ("weight 2", 150, 100)])
    func `a tutorial's pair that can never fail over is an error`(lines: String, first: Int, second: Int) {
        #expect(errors(checked(lines, priority: first), checked(lines, priority: second)) == ["pair-never-moves"])
    }

    /// hetzneronline/community-content 977: a weight on the MASTER alone.
    @Test func `a weight that only adds to the higher priority can never move it`() {
        #expect(errors(checked("weight 101", priority: 200), instance(priority: 100)) == ["pair-never-moves"])
    }

    @Test func `a check that keeps nopreempt from helping is an error for whoever is MASTER`() {
        let pair = [150, 100].map { checked("weight -20", priority: $0, "nopreempt") }
        #expect(Set(errors(pair[0], pair[1])) == ["pair-never-moves"])
    }

    @Test func `a pair that is said not to hear itself is not tried`() {
        let result = proved(instance(priority: 101), instance("version 3"))
        #expect(result.proofs.isEmpty && result.diagnostics.map(\.code) == ["pair-version"])
    }

    // MARK: Any pair

    @Test(arguments: 0..<40)
    func `what fails in any pair that preempts moves the address just when the numbers say so`(seed: Int) throws {
        var random = seed &* 2_654_435_761 &+ 12345
        func pick(_ values: [Int]) -> Int {
            random = (random &* 1_103_515_245 &+ 12345) & 0x7FFF_FFFF
            return values[(random >> 8) % values.count]
        }
        let interval = ["1", "0.1", "0.5"][pick([0, 1, 2])]
        let weight = pick([-60, -20, -2, 2, 20, 60])
        let priorities = [pick([101, 110, 150, 200]), pick([100, 90, 50])]
        let files = priorities.map {
            checked("weight \(weight)", priority: $0, "version 3\nadvert_int \(interval)")
        }
        let proof = try prove(files[0], files[1])
        let bonus = max(weight, 0)
        let failed = min(254, max(1, priorities[0] + min(weight, 0)))
        let other = min(254, priorities[1] + bonus)
        let found = try proof.outcome(.script(.first, "chk"))
        // The second has the higher address.
        #expect(found.owner == (failed < other ? .side(.second) : .side(.first)), "\(priorities) \(weight) \(found)")
        #expect(found.moves <= 1 && found.mendedMoves <= 1)
        #expect(try proof.outcome(.host(.first)).owner == .side(.second))
        #expect(try proof.outcome(.host(.second)).owner == .side(.first))
        #expect(try proof.outcome(.interface(.first, "eth0")).owner == .side(.second))
        for failure in proof.scenes[0].failures { #expect(failure.outcome.mendedOwner == .side(.first), "\(failure)") }
        // The same again, to the nanosecond.
        #expect(proved(files[0], files[1]).proofs == [proof])
    }
}
