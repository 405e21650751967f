internal import Daemon

/// The parts of understudyd(8) that the table of flags says.
package enum FlagSections {
    /// The list of the flags.
    package static var list: String {
        var text = ".Bl -tag -width Ds\n"
        for flag in Options.flags {
            let value = flag.value.map { " Ar " + Mdoc.argument($0) } ?? ""
            let short = flag.short.map { "Fl \($0)\(value) , " } ?? ""
            text += ".It \(short)Fl \(Mdoc.argument("-" + flag.long))\(value)\n"
            text += Mdoc.text(flag.help + ".") + "\n"
        }
        return text + ".El\n"
    }

    /// The list of keepalived's flags that are taken and change nothing.
    package static var idleList: String {
        var text = ".Bl -tag -width Ds\n"
        for flag in Options.idleFlags {
            let value =
                switch flag.argument {
                case .none: ""
                case .value(let name), .optional(let name): " Ar " + Mdoc.argument(name)
                }
            let short = flag.short.map { "Fl \($0)\(value) , " } ?? ""
            text += ".It \(short)Fl \(Mdoc.argument("-" + flag.long))\(value)\n"
            text += Mdoc.text(flag.becomes + ".") + "\n"
        }
        return text + ".El\n"
    }

    /// How they are given, shortly.
    package static var synopsis: String {
        let switches = Options.flags.filter { $0.value == nil }.compactMap { $0.short.map(String.init) }.joined()
        let valued = Options.flags.compactMap { flag in
            flag.value.map { value in
                let name = flag.short.map(String.init) ?? Mdoc.argument("-" + flag.long)
                return ".Op Fl \(name) Ar \(Mdoc.argument(value))\n"
            }
        }
        return ".Op Fl \(switches)\n" + valued.joined()
    }
}
