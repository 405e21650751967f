import ArgumentParser
import Foundation
import Testing

@testable import understudy

/// The commands of the pages that people type from.
@Suite struct `The pages that walk through things` {
    /// Commands in a fenced block, and what precedes the block.
    private struct Block {
        var page: String
        var line: Int
        var before: String
        var commands: String
    }

    private static let pages = ["docs/haproxy-active-standby.md", "docs/troubleshooting.md"]

    private static func text(_ page: String) throws -> String {
        try String(contentsOf: Generated.root.appending(path: page), encoding: .utf8)
    }

    private static func blocks(_ page: String) throws -> [Block] {
        var blocks: [Block] = []
        var open: Block?
        var last = ""
        for (index, line) in try text(page).components(separatedBy: "\n").enumerated() {
            if var block = open {
                if line == "```" {
                    blocks.append(block)
                    open = nil
                } else {
                    block.commands += line + "\n"
                    open = block
                }
            } else if line == "```sh" {
                open = Block(page: page, line: index + 1, before: last, commands: "")
            }
            if !line.isEmpty { last = line }
        }
        try #require(open == nil, "\(page) has a block without end")
        return blocks
    }

    @Test(arguments: pages)
    func `what is in a block of commands is understood by a shell`(page: String) throws {
        let blocks = try Self.blocks(page)
        #expect(blocks.count > 10)
        for block in blocks {
            let shell = Process()
            shell.executableURL = URL(filePath: "/bin/bash")
            shell.arguments = ["-n", "-c", block.commands]
            try shell.run()
            shell.waitUntilExit()
            #expect(shell.terminationStatus == 0, "\(page):\(block.line)")
        }
    }

    @Test func `each block of the guide says where it is to be run`() throws {
        let places: Set<Substring> = ["lb1", "lb2", "both", "client"]
        let cases: Set<Substring> = [
            "debian", "rhel", "suse", "firewalld", "iptables", "nftables", "by-init", "by-hand", "ssh", "hapee", "undo",
            "reboot", "switchover", "switchover-back", "standby", "standby-back", "priority", "priority-back",
        ]
        for block in try Self.blocks(Self.pages[0]) {
            let place = "\(block.page):\(block.line)"
            let label = /<!-- run: on=(\w+)( when=([\w,-]+))? -->/
            let match = try #require(block.before.wholeMatch(of: label), "\(place)")
            #expect(places.contains(match.output.1), "\(place)")
            for word in (match.output.3 ?? "").split(separator: ",") {
                #expect(cases.contains(word), "\(place): \(word)")
            }
        }
    }

    /// Every `understudy ...` of a page: in blocks, and between backquotes in the text.
    private static func calls(_ page: String) throws -> [String] {
        let text = try text(page)
        let inline = text.matches(of: /`((?:sudo )?understudy [^`\n]+)`/).map { String($0.output.1) }
        let lines = try blocks(page).flatMap { $0.commands.components(separatedBy: "\n") }
        return inline + lines.filter { $0.hasPrefix("understudy ") || $0.hasPrefix("sudo understudy ") }
    }

    @Test(arguments: pages)
    func `every understudy command is one that there is, with flags that it has`(page: String) throws {
        let calls = try Self.calls(page)
        #expect(calls.count > 10)
        for call in calls {
            let command = call.split(separator: "#")[0].split(separator: "|")[0]
            let words = command.split(separator: " ").map(String.init).drop { $0 == "sudo" || $0 == "understudy" }
            #expect(throws: Never.self, "\(page): \(call)") { try Understudy.parseAsRoot(Array(words)) }
        }
    }

    /// Links to headings of the same page and of the other, which nothing else would miss.
    @Test func `links to headings and files lead somewhere`() throws {
        let headings = try Dictionary(
            uniqueKeysWithValues: Self.pages.map { page in
                (
                    page,
                    Set(
                        try Self.text(page).matches(of: /(?m)^#+ (.+)$/).map {
                            $0.output.1.lowercased().replacing(/[^a-z0-9 -]/, with: "").replacing(" ", with: "-")
                        })
                )
            })
        for page in Self.pages {
            for link in try Self.text(page).matches(of: /\]\(([^)#]*)(#([^)]+))?\)/) {
                let file = String(link.output.1)
                let target = file.isEmpty ? page : "docs/\(file)"
                if let heading = link.output.3, let known = headings[target] {
                    #expect(known.contains(String(heading)), "\(page): \(link.output.0)")
                }
                let path = Generated.root.appending(path: target).standardized.path()
                #expect(FileManager.default.fileExists(atPath: path), "\(page): \(link.output.0)")
            }
        }
    }
}
