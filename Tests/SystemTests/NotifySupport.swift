import LinuxKernel
import Rehearsal
import Testing

/// A host on which commands write down what they are told, and one reader what comes out of a pipe.
struct NotifyScene {
    let host: Host
    let trial: Trial

    static let pipe = "/run/told.fifo"

    init(_ trial: Trial, _ host: Host) throws {
        self.trial = trial
        self.host = host
        try host.writeFile("/run/tell", "#!/bin/sh\nprintf '%s\\n' \"$*\" >> /run/calls\n", mode: 0o755)
        try host.writeFile("/run/calls", "")
    }

    /// Reads the pipe as long as the host lives, whoever else opens and closes it.
    func readPipe() throws {
        _ = try host.start(
            "sh", ["-c", "mkfifo \(Self.pipe); exec 3<>\(Self.pipe); : > /run/lines; exec cat <&3 >> /run/lines"])
        try trial.waitFor("the reader") { try host.run("test", ["-e", "/run/lines"]).status == .exited(code: 0) }
    }

    /// What commands were told, one line each, in the order in which they wrote it.
    var calls: [String] { get throws { try lines("/run/calls") } }
    var piped: [String] { get throws { try lines("/run/lines") } }

    private func lines(_ path: String) throws -> [String] {
        try host.readFile(path).split(separator: "\n").map(String.init)
    }

    func waitForCalls(_ count: Int, seconds: Double = 8) throws {
        do {
            try trial.waitFor("\(count) calls", seconds: seconds) { try calls.count >= count }
        } catch {
            throw DidNotHappen(description: "not \(count) calls on \(host.name): \(try calls)")
        }
    }

    func waitForLine(_ line: String, seconds: Double = 8) throws {
        do {
            try trial.waitFor(line, seconds: seconds) { try piped.contains(line) }
        } catch {
            throw DidNotHappen(description: "no \(line) on \(host.name): \(try piped)")
        }
    }

    /// Writes a program that says `begin` and `end` with its arguments and what it was told, and does `work` in between.
    func writeProgram(_ path: String, doing work: String) throws {
        try host.writeFile(
            path,
            """
            #!/bin/sh
            echo "begin $* $UNDERSTUDY_STATE" >> /run/calls
            \(work)
            echo "end $* $UNDERSTUDY_STATE" >> /run/calls

            """, mode: 0o755)
    }
}
