import LinuxKernel
import Rehearsal
import Testing

/// The end of many containers: the kernel removes thousands of interfaces, and whoever configures a network waits meanwhile, in
/// whatever network namespace it is.
@Suite(.serialized) struct BusyKernelTests {
    /// A host that makes as many interfaces as it takes to keep the kernel at their removal for so many milliseconds.
    private final class Hog {
        let host: Host
        private var pairs = 1000

        init(_ trial: Trial) throws { host = try trial.laboratory.addHost("hog", "198.51.100.1") }

        /// Does `body` once interfaces are there, and returns how long their removal took, in milliseconds.
        func hold(_ least: Double, _ body: () throws -> Void = {}) throws -> (from: UInt64, until: UInt64) {
            while true {
                let made = try host.run(
                    "sh",
                    [
                        "-c",
                        "for i in $(seq \(pairs)); do echo link add a$i group 5 type veth peer name b$i group 5; done | ip -batch -",
                    ], seconds: 60)
                try #require(made.status == .exited(code: 0), "\(made.output)")
                let removal = try host.start("ip", ["link", "del", "group", "5"])
                let start = monotonicNanoseconds()
                try body()
                _ = try removal.wait(until: nil)
                let end = monotonicNanoseconds()
                if Double(end - start) / 1e6 >= least { return (start, end) }
                try #require(pairs < 64_000, "this kernel is never long at it")
                pairs *= 2
            }
        }
    }

    @Test func `adverts go on while the kernel is at something else, and the addresses stay`() throws {
        let trial = try Trial()
        let (near, far) = (try trial.host(), try trial.host("lb2", "192.0.2.2"))
        let hog = try Hog(trial)
        let recorder = try AdvertRecorder(in: far.namespaces.network)
        let configuration = instance(priority: 150)
        let (active, standby) = (try trial.start(near, configuration), try trial.start(far, instance()))
        try active.becomesMaster()
        try standby.says("Entering BACKUP STATE")
        let (mark, standbyMark) = (active.mark, standby.mark)
        let start = monotonicNanoseconds()
        // Longer than a standby waits for the next advert, several times.
        for _ in 0..<3 { _ = try hog.hold(600) }
        let gaps = recorder.gaps(since: start, from: "192.0.2.1").sorted()
        #expect(recorder.isSteady(gaps), "\(gaps.suffix(5)) of \(gaps.count)\n\(active.text(since: mark))")
        #expect(!active.text(since: mark).contains("BACKUP STATE"), "\(active.text(since: mark))")
        #expect(!standby.text(since: standbyMark).contains("MASTER STATE"), "\(standby.text(since: standbyMark))")
        #expect(try near.holds(try ip("192.0.2.10")))
        try active.says("to renew addresses: something else on this host", since: mark)
        print("BUSY KERNEL: longest gap between adverts \(gaps.last ?? 0) ms of 100")
    }

    /// What had been ordered before must not put the address back.
    @Test(arguments: [false, true])
    func `an address that is given up meanwhile is gone for good`(byReload: Bool) throws {
        let trial = try Trial()
        let near = try trial.host()
        let hog = try Hog(trial)
        let two = instance(priority: 150, addresses: ["192.0.2.10/24", "192.0.2.11/24"])
        let daemon = try trial.start(near, two)
        try daemon.becomesMaster()
        for _ in 0..<3 {
            let mark = daemon.mark
            if byReload {
                try daemon.reload(two)
                _ = try hog.hold(400) {
                    // A renewal waits for the kernel by then.
                    try trial.observer.wait(seconds: 0.3) { false }
                    try near.writeFile("/run/vrrp.conf", instance(priority: 150, addresses: ["192.0.2.10/24"]))
                    try daemon.process.send(.reload)
                }
                try daemon.says("Reload finished", since: mark)
            } else {
                _ = try hog.hold(400) {
                    try trial.observer.wait(seconds: 0.3) { false }
                    try daemon.process.send(.terminate)
                }
                #expect(try daemon.process.wait(until: monotonicNanoseconds() + 10_000_000_000) == .exited(code: 0))
            }
            let gone = try ip("192.0.2.11")
            // Longer than the lease that a renewal would have given it.
            let cameBack = try trial.observer.wait(seconds: 1.5) { try near.holds(gone) }
            #expect(!cameBack, "\(daemon.text(since: mark))")
            #expect(try near.holds(try ip("192.0.2.10")) == byReload)
            if !byReload { return }
        }
    }
}
