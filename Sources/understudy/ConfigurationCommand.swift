internal import ArgumentParser
internal import Configuration
internal import Daemon
internal import LinuxKernel

/// `understudy config`.
struct ConfigurationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Look at a configuration as a whole.",
        subcommands: [Show.self])

    /// `understudy config show FILE`.
    struct Show: ParsableCommand {
        private static let defaultFile = "/etc/understudy/understudy.conf"

        static let configuration = CommandConfiguration(
            abstract: "Print the configuration that counts, with where each part of it was written.",
            discussion: """
                What the file and all that it includes say for this host, with names replaced: each setting with the value \
                that counts and, behind it, the place of its line. Comments say the defaults, and what a block takes from \
                global_defs. The output is itself a configuration that means the same. It has the passwords and keys that \
                the files have.

                Exit status: 0 done, 2 the file has errors, 64 wrong usage.
                """)

        @Argument(help: "The configuration file (default: \(defaultFile)); - is standard input.", completion: .file())
        var file: String?

        @Flag(help: "Print one JSON object instead of text.")
        var json = false

        @Option(
            name: [.customShort("i"), .customLong("id")],
            help: ArgumentHelp(
                "The configuration id that @ID lines are compared with (default: the short host name).",
                valueName: "name"))
        var configurationID: String?

        func run() throws {
            let file = self.file.map { $0 == "-" ? "/dev/stdin" : $0 } ?? Self.defaultFile
            let id = configurationID ?? shortHostName()
            let checked = check(
                file: file, reading: DiskReader(), configurationID: id, host: nil, hostIsAuthoritative: false)
            let report = CheckReport(
                diagnostics: checked.diagnostics.filter { $0.severity == .error }, sources: checked.parsed.sources)
            guard report.diagnostics.isEmpty else {
                writeStandardError("\(report.text)\(file): \(report.summary): nothing would run from it\n")
                throw ExitCode(report.exitCode)
            }
            let effective = effectiveConfiguration(of: checked)
            writeStandardOutput(
                json ? effective.json : effective.text(title: "\(file), for the configuration id \(id)"))
        }
    }
}
