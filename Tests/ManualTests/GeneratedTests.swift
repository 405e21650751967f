import Configuration
import Daemon
import Foundation
import Manual
import Testing

/// Every command, with the ones below it.
private func all(_ command: CommandDescription) -> [CommandDescription] {
    [command] + command.subcommands.flatMap(all)
}

/// A page without the marks of its language, so that it can be searched for what a reader would.
private func plain(_ page: String) -> String {
    page.replacing("\\-", with: "-").replacing("\\&", with: "").replacing("\\e", with: "\\")
}

@Suite struct `What is made from the tables` {
    @Test(arguments: Generated.allCases)
    func `the committed file is current`(file: Generated) throws {
        if ProcessInfo.processInfo.environment["UNDERSTUDY_REWRITE"] == "1" { try file.write() }
        #expect(try file.committed() == (try file.current()), "\(file.rawValue) is stale: run scripts/generate")
    }

    @Test func `the page of the command has every subcommand with each of its arguments`() throws {
        let page = plain(try Generated.commandPage.committed())
        let commands = all(try Generated.command()).dropFirst()
        #expect(!commands.isEmpty)
        for command in commands {
            #expect(page.contains(".Cm \(command.name)\n"), "\(command.name)")
            for argument in command.arguments {
                for name in argument.names {
                    #expect(page.contains("Fl \(name.dropFirst())"), "\(command.name) \(name)")
                }
                if argument.kind == .positional { #expect(page.contains("Ar \(argument.value)"), "\(command.name)") }
            }
        }
    }

    @Test(arguments: [Generated.commandBash, .commandZsh, .commandFish])
    func `the completions of the command have every subcommand with each of its arguments`(file: Generated) throws {
        let script = try file.committed()
        for command in all(try Generated.command()).dropFirst() {
            #expect(script.contains(command.name))
            for name in command.arguments.flatMap(\.names) {
                // fish gives the name without its hyphens.
                let written = file == .commandFish ? String(name.drop { $0 == "-" }) : name
                #expect(script.contains(written), "\(command.name) \(name)")
            }
        }
    }

    @Test(arguments: [Generated.daemonPage, .daemonBash, .daemonZsh, .daemonFish])
    func `page and completions of the daemon have every flag`(file: Generated) throws {
        let text = plain(try file.committed())
        for flag in Options.flags { #expect(text.contains(flag.long), "--\(flag.long)") }
        // Nobody needs help to write what changes nothing.
        guard file == .daemonPage else { return }
        for flag in Options.idleFlags { #expect(text.contains(flag.long), "--\(flag.long)") }
    }

    @Test(arguments: BlockKind.allCases)
    func `the page of the configuration has every keyword`(block: BlockKind) throws {
        let page = plain(try Generated.configurationPage.committed())
        for keyword in KeywordTable.keywords(in: block) {
            #expect(page.contains(".It Ic \(keyword.name)"), "\(keyword.name)")
        }
    }
}
