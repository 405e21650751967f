internal import Daemon

/// Completions of `understudyd` for the shells, made from the table of its flags.
package enum DaemonCompletion {
    private static let notice = "# Made from the table of flags by scripts/generate. Do not edit."

    private static func takesFile(_ flag: Options.Flag) -> Bool { flag.value == "FILE" }

    package static var bash: String {
        let names = Options.flags.flatMap(\.names)
        func pattern(_ flags: [Options.Flag]) -> String {
            flags.flatMap(\.names).joined(separator: " | ")
        }
        let files = Options.flags.filter(takesFile)
        let others = Options.flags.filter { $0.value != nil && !takesFile($0) }
        return """
            # bash completion for understudyd
            \(notice)
            _understudyd() {
                local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
                COMPREPLY=()
                case $previous in
                \(pattern(files)))
                    compopt -o filenames
                    mapfile -t COMPREPLY < <(compgen -f -- "$current")
                    ;;
                \(pattern(others))) ;;
                *) mapfile -t COMPREPLY < <(compgen -W "\(names.joined(separator: " "))" -- "$current") ;;
                esac
            }
            complete -F _understudyd understudyd

            """
    }

    package static var zsh: String {
        let specifications = Options.flags.map { flag in
            let help = flag.help.replacing("'", with: "'\\''").replacing("[", with: "\\[").replacing("]", with: "\\]")
                .replacing(":", with: "\\:")
            let value = flag.value.map { ":\($0):\(takesFile(flag) ? "_files" : " ")" } ?? ""
            let long = "--\(flag.long)" + (flag.value == nil ? "" : "=")
            guard let short = flag.short else { return "    '\(long)[\(help)]\(value)'" }
            let either = "'(\(flag.names.joined(separator: " ")))'"
            return "    \(either){-\(short)\(flag.value == nil ? "" : "+"),\(long)}'[\(help)]\(value)'"
        }
        return """
            #compdef understudyd
            \(notice)
            _arguments -s -S : \\
            \(specifications.joined(separator: " \\\n"))

            """
    }

    package static var fish: String {
        let lines = Options.flags.map { flag in
            let help = flag.help.replacing("\\", with: "\\\\").replacing("'", with: "\\'")
            let value = flag.value == nil ? "" : takesFile(flag) ? " -r -F" : " -x"
            let short = flag.short.map { " -s \($0)" } ?? ""
            return "complete -c understudyd\(short) -l \(flag.long)\(value) -d '\(help)'"
        }
        return """
            # fish completion for understudyd
            \(notice)
            complete -c understudyd -f
            \(lines.joined(separator: "\n"))

            """
    }
}
