internal import Daemon

/// Completions of `understudyd` for the shells, made from the table of its flags.
package enum DaemonCompletion {
    private static let notice = "# Made from the table of flags by scripts/generate. Do not edit."

    private static func takesFile(_ flag: Options.Flag) -> Bool { flag.value == "FILE" }

    package static var bash: String {
        let names = Options.flags.flatMap { ["-\($0.short)", "--\($0.long)"] }
        func pattern(_ flags: [Options.Flag]) -> String {
            flags.flatMap { ["-\($0.short)", "--\($0.long)"] }.joined(separator: " | ")
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
            let either = "'(-\(flag.short) --\(flag.long))'"
            guard let value = flag.value else { return "    \(either){-\(flag.short),--\(flag.long)}'[\(help)]'" }
            let action = takesFile(flag) ? "_files" : " "
            return "    \(either){-\(flag.short)+,--\(flag.long)=}'[\(help)]:\(value):\(action)'"
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
            return "complete -c understudyd -s \(flag.short) -l \(flag.long)\(value) -d '\(help)'"
        }
        return """
            # fish completion for understudyd
            \(notice)
            complete -c understudyd -f
            \(lines.joined(separator: "\n"))

            """
    }
}
