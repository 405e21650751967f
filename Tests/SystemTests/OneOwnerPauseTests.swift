import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

extension OneOwner {
    @Suite(.serialized) struct Pauses {
        /// In seconds.
        private static let pauses = OneOwner.isLong ? [1.0, 5.0, 30.0] : [1.0, 5.0]

        /// Ends the second, so that the first has the address again, and starts it anew.
        private func giveBack(_ trial: OwnerTrial) throws {
            let second = try trial.daemon(1)
            try second.send(.terminate)
            try trial.waitFor("the first to have it again") { trial.holders[0].isHolding && second.status != nil }
            try trial.members[1].start()
            try trial.rest(1)
        }

        /// Everything of the Active Router is stopped for a while, then goes on.
        @Test(arguments: pauses, [true, false])
        func `a daemon that was stopped has one owner beside it for two seconds at most, and claims nothing unheard`(
            seconds: Double, preempts: Bool
        ) throws {
            let interval = seconds < 2 ? "0.1" : "1"
            let trial = try OwnerTrial(interval: interval)
            defer { trial.close() }
            if !preempts {
                trial.members[0].configuration = trial.members[0].configuration.replacing(
                    "priority 150", with: "priority 150\n nopreempt")
            }
            try trial.open()
            var overlaps: [Double] = []
            for _ in 0..<OneOwner.runs(1) {
                let start = monotonicNanoseconds()
                try trial.daemon(0).sendToAll(.stop)
                try trial.rest(seconds)
                let resumed = monotonicNanoseconds()
                try trial.daemon(0).sendToAll(.continue)
                let taken = try #require(trial.holders[1].first(true, since: start), "\(trial.members[1].log.tail())")
                try trial.waitFor("the first to let go") { trial.holders[0].first(false, since: start) != nil }
                let gone = try #require(trial.holders[0].first(false, since: start))
                overlaps.append((Double(gone) - Double(taken)) / 1e6)
                // After going on it hears the other before it says a word.
                try trial.waitFor("the end of it") {
                    preempts
                        ? trial.holders[0].isHolding && !trial.holders[1].isHolding
                        : trial.members[0].hasSaid("listening before claiming anything")
                }
                try trial.rest(trial.interval * 3)
                // That it leaves is no claim.
                let heard = trial.adverts.adverts(since: resumed).filter { $0.priority > 0 }
                let first = heard.firstIndex { "\($0.source)" == "192.0.2.1" }
                if preempts {
                    #expect(
                        try #require(first, "it never came back") > 0, "it claimed the address before it heard the peer"
                    )
                } else {
                    #expect(first == nil && trial.holders[1].isHolding, "it took back what it was told to leave")
                    try giveBack(trial)
                }
                #expect(trial.members[0].hasSaid("Away: the loop "), "\(trial.members[0].log.tail())")
            }
            #expect(overlaps.allSatisfy { $0 <= 2000 }, "\(overlaps)")
            OneOwner.tell("stopped for \(seconds) s, adverts every \(interval) s, two owners for", overlaps)
        }

        /// As a machine that is paused and moved: what the others said meanwhile never reached it, and the kernel took the
        /// addresses back.
        @Test(arguments: [true, false])
        func `a machine that was paused off the network announces nothing before it has listened`(
            othersLive: Bool
        ) throws {
            let trial = try OwnerTrial(interval: "0.2")
            defer { trial.close() }
            trial.members[0].configuration = trial.members[0].configuration.replacing(
                "priority 150", with: "priority 150\n nopreempt")
            try trial.open()
            let host = try #require(trial.members[0].host)
            let digits = try host.run("cat", ["/sys/class/net/eth0/address"]).output.filter(\.isHexDigit)
            let hardwareAddress = HardwareAddress(rawValue: try #require(UInt64(digits, radix: 16)))
            let announcements = try Announcements(in: trial.client)
            if !othersLive {
                try trial.members[1].stop()
                try trial.waitFor("the end of the second") { trial.members[1].hasStopped }
            }
            for _ in 0..<OneOwner.runs(1) {
                let start = monotonicNanoseconds()
                try trial.daemon(0).sendToAll(.stop)
                try trial.laboratory.setForwarding(of: host, "eth0", false)
                try trial.waitFor("the kernel to take the address back") { !trial.holders[0].isHolding }
                if othersLive { try trial.waitFor("the second to take over") { trial.holders[1].isHolding } }
                try trial.laboratory.setForwarding(of: host, "eth0", true)
                try announcements.forget()
                try trial.daemon(0).sendToAll(.continue)
                if othersLive {
                    try trial.waitFor("it to listen") {
                        trial.members[0].hasSaid("Entering BACKUP STATE: nothing was advertised for")
                    }
                    try trial.rest(trial.interval * 4)
                    _ = try announcements.collect()
                    #expect(!announcements.announcers.contains(hardwareAddress), "\(trial.members[0].log.tail())")
                    #expect(trial.holders[0].changes(since: start).count == 1 && trial.holders[1].isHolding)
                    try giveBack(trial)
                } else {
                    try trial.waitFor("it to be active again") { trial.holders[0].isHolding }
                    #expect(trial.members[0].hasSaid("Entering BACKUP STATE: nothing was advertised for"))
                }
                #expect(!trial.members[0].hasSaid("was removed by someone else"), "\(trial.members[0].log.tail())")
            }
        }

        /// Not while it waited for the next thing to do: then nothing was late when it went on.
        @Test func `a daemon that was stopped in the midst of its work says so, too`() throws {
            let trial = try OwnerTrial(interval: "0.01")
            defer { trial.close() }
            // More work, so that it is found at it before long.
            for number in 1...60 {
                trial.members[0].configuration += instance(
                    "more\(number)", id: 60 + number, addresses: ["203.0.113.\(number)/32"]
                ).replacing("advert_int 0.1", with: "advert_int 0.02")
            }
            try trial.open()
            let (daemon, worker) = (try trial.daemon(0), try trial.worker(0))
            var looks: [String: Int] = [:]
            for _ in 0..<100 { looks[try Self.systemCall(of: worker), default: 0] += 1 }
            let wait = try #require(looks.max { $0.value < $1.value }?.key)
            var (mark, isStopped, attempts) = (0, false, 0)
            while !isStopped {
                attempts += 1
                try #require(attempts < 5, "it does not stay stopped")
                try trial.waitFor("it to be stopped at work", seconds: 30) {
                    daemon.sendToAll(.stop)
                    while activity(of: worker)?.state != .stopped {}
                    if try Self.systemCall(of: worker) != wait { return true }
                    daemon.sendToAll(.continue)
                    return false
                }
                mark = trial.members[0].log.text.count
                try trial.rest(0.4)
                isStopped = activity(of: worker)?.state == .stopped
                if !isStopped { print("OWNER somebody let it go on: \(String(describing: activity(of: worker)))") }
                daemon.sendToAll(.continue)
            }
            try trial.waitFor("it to say so") {
                trial.members[0].log.text.dropFirst(mark).contains("Away: the loop ")
            }
            #expect(try trial.worker(0) == worker, "it is no crash: \(trial.members[0].log.tail())")
        }

        /// The number of the system call that a process is in, or that it is in none (proc_pid_syscall(5)).
        private static func systemCall(of process: Int32) throws -> String {
            let line = String(decoding: try readFile("/proc/\(process)/syscall", limit: 512).get(), as: UTF8.self)
            return line.split(separator: " ").first.map(String.init) ?? ""
        }

        @Test func `a pause that is shorter than others wait changes nothing`() throws {
            let trial = try OwnerTrial()
            defer { trial.close() }
            try trial.open()
            let (transitions, start) = ([0, 1].map(trial.transitions), monotonicNanoseconds())
            try trial.daemon(0).sendToAll(.stop)
            try trial.rest(1)
            try trial.daemon(0).sendToAll(.continue)
            try trial.rest(3)
            #expect([0, 1].map(trial.transitions) == transitions)
            #expect(trial.holders[0].heldThroughout(since: start))
        }
    }
}
