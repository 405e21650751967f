internal import ArgumentParser
internal import Console
internal import LinuxKernel

/// `understudy fmt FILE...`.
struct Format: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fmt",
        abstract: "Lay out configuration files, without changing what they say.",
        discussion: """
            Prints the file with four blanks for each open block, one statement a line, a block's brace at the end of its \
            line, and the comments of neighbouring lines in one column. Comments, quotes, definitions and the lines that begin \
            with @, ~SEQ, ~LST or include stay as they are written. Included files are not followed: each file is laid out \
            by itself, a part of a configuration as well as a whole one.

            With --in-place each file is replaced as a whole and keeps its owner and mode, and a link to it stays a link; \
            the names of those that changed are printed. A file whose syntax is wrong is left as it is.

            Exit status: 0 done, 1 a file would change (--check), 2 a file has errors, or cannot be read or written, 4 the \
            caller may not write it, 64 wrong usage.
            """)

    @Argument(help: "Configuration files; - is standard input.", completion: .file())
    var files: [String]

    @Flag(help: "Change nothing, and print the names of the files that would change.")
    var check = false

    @Flag(name: [.customShort("w"), .long], help: "Write the files.")
    var inPlace = false

    @Flag(help: "Print what changes, as diff -u does.")
    var diff = false

    func validate() throws {
        if check, inPlace { throw ValidationError("--check changes nothing: it cannot be used with --in-place") }
        if inPlace, files.contains(FormatCommand.standardInput) {
            throw ValidationError("standard input cannot be written in place: leave out --in-place")
        }
        if files.count > 1, !check, !inPlace, !diff {
            throw ValidationError("several files are formatted with --in-place, or looked at with --check or --diff")
        }
    }

    func run() throws {
        let outcome = FormatCommand(
            files: files, purpose: check ? .check : inPlace ? .rewrite : .print, showsDifference: diff
        ).run(standardInput: readStandardInput)
        writeStandardOutput(outcome.output)
        writeStandardError(outcome.complaint)
        throw ExitCode(outcome.status.rawValue)
    }
}
