internal import LinuxKernel
internal import Rehearsal

/// A spinning process for each processor, in a host of its own.
final class Load {
    private let laboratory: Laboratory
    private let host: Host
    private var processes: [SpawnedProcess] = []

    init(processors: Int) throws(SystemError) {
        laboratory = try Laboratory()
        host = try laboratory.addHost("load", [])
        for _ in 0..<processors { processes.append(try host.start("sh", ["-c", "while :; do :; done"])) }
    }

    func end() throws(SystemError) {
        for process in processes {
            try process.send(.kill)
            _ = try process.wait(until: nil)
        }
        laboratory.close()
    }
}
