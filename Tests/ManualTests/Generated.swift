import ArgumentParser
import Foundation
import Manual

@testable import understudy

/// The files that are made from the tables that the programs work by, and how.
enum Generated: String, CaseIterable {
    case commandPage = "packaging/man/understudy.1"
    case configurationPage = "packaging/man/understudy.conf.5"
    case daemonPage = "packaging/man/understudyd.8"
    case commandBash = "packaging/completions/understudy.bash"
    case commandZsh = "packaging/completions/_understudy"
    case commandFish = "packaging/completions/understudy.fish"
    case daemonBash = "packaging/completions/understudyd.bash"
    case daemonZsh = "packaging/completions/_understudyd"
    case daemonFish = "packaging/completions/understudyd.fish"

    static let root = URL(filePath: #filePath).appending(path: "../../..").standardized
    static let notice = "Made by scripts/generate. Do not edit."

    private var url: URL { Self.root.appending(path: rawValue) }

    /// What the committed file says.
    func committed() throws -> String { try String(contentsOf: url, encoding: .utf8) }

    /// What it has to say.
    func current() throws -> String {
        switch self {
        case .commandPage: try page(["COMMANDS": commandSections(try Self.command())])
        case .configurationPage: try page(["KEYWORDS": keywordSections()])
        case .daemonPage:
            try page([
                "SYNOPSIS": FlagSections.synopsis, "FLAGS": FlagSections.list, "IDLE": FlagSections.idleList,
            ])
        case .commandBash:
            // A file that is read in, not run, says so without the line that names an interpreter.
            "# bash completion for understudy. \(Self.notice)\n"
                + Understudy.completionScript(for: .bash).replacing(/^#!.*\n/, with: "")
        case .commandZsh:
            Understudy.completionScript(for: .zsh).replacing(/^(#compdef.*\n)/) { $0.output.1 + "# \(Self.notice)\n" }
        case .commandFish:
            "# fish completion for understudy. \(Self.notice)\n" + Understudy.completionScript(for: .fish)
        case .daemonBash: DaemonCompletion.bash
        case .daemonZsh: DaemonCompletion.zsh
        case .daemonFish: DaemonCompletion.fish
        }
    }

    func write() throws { try Data(try current().utf8).write(to: url) }

    /// `understudy` with all its subcommands, as it describes itself.
    static func command() throws -> CommandDescription {
        try CommandDescription(dump: Understudy._dumpHelp())
    }

    private func page(_ parts: [String: String]) throws -> String {
        let template = try String(contentsOf: url.appendingPathExtension("in"), encoding: .utf8)
        return ".\\\" \(Self.notice)\n" + (try Page.filled(template, with: parts))
    }
}
