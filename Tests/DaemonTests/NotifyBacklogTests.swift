import Configuration
import LinuxKernel
import Testing

@testable import Daemon

/// In which order commands are told what becomes of an instance, and what may be left out.
@Suite struct `The backlog of what has to be told` {
    private func event(_ word: NotifyWord, removal: Bool = false) -> NotifyEvent {
        NotifyEvent(
            word: word, previous: nil, sequence: 0, priority: 100, cause: "because", active: "192.0.2.1",
            isRemoval: removal)
    }

    /// Tells everything that is there, each command ending at once.
    private func told(_ backlog: inout NotifyBacklog) -> [String] {
        var words: [String] = []
        while let (event, occasion) = backlog.next() {
            words.append("\(occasion.rawValue) \(event.word.rawValue)")
            backlog.begin(RunningCommand(pid: 7, startTime: 1))
            #expect(backlog.next() == nil, "two commands at once")
            backlog.finishStep()
        }
        return words
    }

    @Test func `tells the command of the state first, then the one for every change`() {
        var backlog = NotifyBacklog()
        backlog.add(event(.backup))
        #expect(told(&backlog) == ["notify_backup BACKUP", "notify BACKUP"])
        backlog.add(event(.fault))
        #expect(told(&backlog) == ["notify_fault FAULT", "notify FAULT"])
        backlog.add(event(.stop))
        #expect(told(&backlog) == ["notify_stop STOP", "notify STOP"])
        #expect(backlog.isEmpty)
        backlog.add(event(.fault, removal: true))
        #expect(told(&backlog) == ["notify FAULT"], "keepalived: notify_fault is not told of a removal")
    }

    @Test func `leaves out a state that is over before its turn comes, and never the last`() {
        var backlog = NotifyBacklog()
        backlog.add(event(.master))
        _ = backlog.next()
        backlog.begin(RunningCommand(pid: 7, startTime: 1))
        #expect(backlog.add(event(.backup)) == nil)
        #expect(backlog.add(event(.master))?.word == .backup)
        #expect(backlog.add(event(.fault))?.word == .master)
        backlog.finishStep()
        // What it had begun to be told is told to the end.
        #expect(told(&backlog) == ["notify MASTER", "notify_fault FAULT", "notify FAULT"])
        #expect(backlog.sequence == 4)
    }

    @Test func `a flapping router ends with its last state, however long a command takes`() {
        let words: [NotifyWord] = [.master, .backup, .fault]
        for length in 1...40 {
            var backlog = NotifyBacklog()
            var told: [NotifyWord] = []
            for index in 0..<length {
                backlog.add(event(words[index % 3]))
                // A command ends with every fifth change.
                if index % 5 == 4 { backlog.finishStep() }
                if let (event, _) = backlog.next() {
                    told.append(event.word)
                    backlog.begin(RunningCommand(pid: 7, startTime: 1))
                }
            }
            backlog.finishStep()
            while let (event, _) = backlog.next() {
                told.append(event.word)
                backlog.finishStep()
            }
            #expect(told.last == words[(length - 1) % 3], "\(length)")
        }
    }

    @Test func `knows what was before, and counts`() throws {
        var backlog = NotifyBacklog()
        backlog.add(event(.backup))
        backlog.add(event(.master))
        let next = backlog.next()
        let first = try #require(next).event
        #expect(first.word == .master && first.previous == .backup && first.sequence == 2)
        backlog.finishStep()
        backlog.add(event(.lowerPriorityHeard))
        #expect(backlog.lastState == .master)
        #expect(told(&backlog) == ["notify MASTER", "notify_master_rx_lower_pri MASTER_RX_LOWER_PRI"])
    }

    @Test func `a contest is told once, and not of a state that is over`() {
        var backlog = NotifyBacklog()
        backlog.add(event(.master))
        backlog.add(event(.lowerPriorityHeard))
        backlog.add(event(.lowerPriorityHeard))
        #expect(
            told(&backlog) == [
                "notify_master MASTER", "notify MASTER", "notify_master_rx_lower_pri MASTER_RX_LOWER_PRI",
            ])
        backlog.add(event(.lowerPriorityHeard))
        backlog.add(event(.backup))
        #expect(told(&backlog) == ["notify_backup BACKUP", "notify BACKUP"])
    }

    @Test func `comes out of the memory as it went in, or not at all`() {
        var backlog = NotifyBacklog()
        #expect(NotifyBacklog(backlog.octets) == backlog)
        backlog.add(event(.backup))
        _ = backlog.next()
        backlog.begin(RunningCommand(pid: 4711, startTime: 12345))
        backlog.add(event(.master))
        backlog.add(event(.lowerPriorityHeard))
        let memory = NotifyMemory(key: "eth0 51 v4", backlog: backlog)
        #expect(NotifyMemory(memory.octets + [1, 2]) == memory)
        for count in 0..<memory.octets.count { #expect(NotifyMemory(Array(memory.octets.prefix(count))) == nil) }
        for index in memory.octets.indices {
            var damaged = memory.octets
            damaged[index] ^= 0xFF
            _ = NotifyMemory(damaged)
        }
        // Three events with the longest of sentences have room.
        var long = event(.master)
        long.cause = String(repeating: "ü", count: 1000)
        var full = NotifyBacklog()
        full.add(long)
        _ = full.next()
        full.add(long)
        long.word = .lowerPriorityHeard
        full.add(long)
        #expect(NotifyMemory(key: String(repeating: "k", count: 200), backlog: full).octets.count < 4096)
    }

    @Test func `is carried to a successor with the pipes`() throws {
        let memory = WorkerMemory(try SharedMemory(named: "test"), log: nil)
        #expect(memory.notify(at: 3) == nil && memory.pipes.isEmpty)
        var backlog = NotifyBacklog()
        backlog.add(event(.master))
        let queue = NotifyMemory(key: "eth0 51 v4", backlog: backlog)
        memory.keep(queue, at: 3)
        #expect(memory.notify(at: 3) == queue && memory.notify(at: 2) == nil)
        let pipes = [
            PipeMemory(path: "/run/a", isOurs: true, reader: RunningCommand(pid: 9, startTime: 8)),
            PipeMemory(path: "/run/b", isOurs: false, reader: nil),
        ]
        memory.keep(pipes: pipes)
        #expect(memory.pipes == pipes)
        memory.keep(pipes: [pipes[1]])
        #expect(memory.pipes == [pipes[1]])
        for count in 0..<pipes[0].octets.count { #expect(PipeMemory(Array(pipes[0].octets.prefix(count))) == nil) }
    }
}
