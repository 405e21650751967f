internal import Daemon

/// The parts of understudyd(8) that the table of flags says.
package enum FlagSections {
    /// The list of the flags.
    package static var list: String {
        var text = ".Bl -tag -width Ds\n"
        for flag in Options.flags {
            let value = flag.value.map { " Ar " + Mdoc.argument($0) } ?? ""
            text += ".It Fl \(flag.short)\(value) , Fl \(Mdoc.argument("-" + flag.long))\(value)\n"
            text += Mdoc.text(flag.help + ".") + "\n"
        }
        return text + ".El\n"
    }

    /// How they are given, shortly.
    package static var synopsis: String {
        let switches = Options.flags.filter { $0.value == nil }.map { String($0.short) }.joined()
        let valued = Options.flags.compactMap { flag in
            flag.value.map { ".Op Fl \(flag.short) Ar \(Mdoc.argument($0))\n" }
        }
        return ".Op Fl \(switches)\n" + valued.joined()
    }
}
