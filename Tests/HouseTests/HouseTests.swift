import Foundation
import Testing

/// House rules that no compiler or linter knows.
///
/// `Rule` says what they are; these apply them to every file.
@Suite struct `The house` {
    @Test func `every target has its prohibitions`() throws {
        let listed = Set(Prohibition.all.map(\.target))
        let withSwift = try Repository.targets(in: "Sources").filter {
            !(try Repository.sources(below: "Sources/\($0)")).isEmpty
        }
        #expect(Set(withSwift) == listed)
    }

    @Test(arguments: Prohibition.all)
    func `a target imports only what it may`(prohibition: Prohibition) throws {
        for source in try Repository.sources(below: "Sources/\(prohibition.target)") {
            report(Rule.imports(source, only: prohibition.mayImport))
        }
    }

    @Test(arguments: Prohibition.all.filter(\.isPure))
    func `pure modules stay pure`(prohibition: Prohibition) throws {
        for source in try Repository.sources(below: "Sources/\(prohibition.target)") { report(Rule.purity(source)) }
    }

    @Test(arguments: Prohibition.all.filter { $0.target != Prohibition.unsafeTarget })
    func `only the kernel module is unsafe`(prohibition: Prohibition) throws {
        for source in try Repository.sources(below: "Sources/\(prohibition.target)") { report(Rule.safety(source)) }
    }

    @Test func `every unsafe expression says why it is safe`() throws {
        for source in try Repository.sources(below: "Sources/\(Prohibition.unsafeTarget)") {
            report(Rule.safetyComments(source))
        }
    }

    @Test func `files and functions can be read in one sitting`() throws {
        for source in try Repository.sources(below: "Sources") { report(Rule.size(source)) }
    }

    @Test func `no error is dropped`() throws {
        for source in try Repository.sources(below: "Sources") { report(Rule.errors(source)) }
    }

    @Test func `nothing is left for later`() throws {
        let directories = ["Sources", "Tests", "Fuzz", "Benchmarks", "scripts", "Examples", "docs", ".ci"]
        for path in try directories.flatMap(Repository.files(below:)) + ["Package.swift", "CONTRIBUTING.md"] {
            // Captures and fuzzing inputs are not text.
            guard let text = String(data: try Data(contentsOf: Repository.root.appending(path: path)), encoding: .utf8)
            else { continue }
            report(Rule.leftovers(name: path, lines: text.components(separatedBy: "\n")))
        }
    }

    @Test func `file names say what is inside`() throws {
        for path in try Repository.files(below: "Sources") + Repository.files(below: "Tests") {
            report(Rule.fileName(path))
        }
    }

    @Test func `a placeholder goes when the first real file comes`() throws {
        for directory in ["Sources", "Tests"] {
            for target in try Repository.targets(in: directory) {
                let names = try Repository.sources(below: "\(directory)/\(target)").map(\.name)
                if names.count > 1 {
                    #expect(!names.contains { $0.hasSuffix("/Placeholder.swift") }, "\(directory)/\(target)")
                }
            }
        }
    }

    /// The commands that each document must name, so that a newcomer finds them where they look first.
    @Test(arguments: [
        (
            "CONTRIBUTING.md",
            [
                "scripts/setup", "scripts/test", "scripts/fuzz", "scripts/allocations", "scripts/generate",
                "scripts/package", "scripts/test-package",
            ]
        ),
        ("README.md", ["scripts/rehearse", "scripts/test"]),
    ])
    func `documents name the commands that a newcomer needs`(name: String, commands: [String]) throws {
        let text = try Repository.text(name)
        for command in commands {
            #expect(text.contains(command), "\(name) does not mention \(command)")
            #expect(
                FileManager.default.isExecutableFile(atPath: Repository.root.appending(path: command).path),
                "\(command), which \(name) mentions, cannot be run")
        }
    }

    /// Otherwise it is found out in the middle of `scripts/mutations`, which takes minutes.
    @Test func `every planted bug has a place to be planted in`() throws {
        let lines = try Repository.text("scripts/planted/bugs.txt").split(separator: "\n")
        #expect(lines.count > 20)
        for line in lines where !line.hasPrefix("#") {
            let words = line.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
            try #require(words.count == 4, "\(line)")
            let places = try Repository.text("Sources/\(words[1])").ranges(of: words[2].replacing("\\n", with: "\n"))
            #expect(places.count == 1, "\(words[0]): \(words[1]) does not have it once")
        }
    }

    @Test func `the changelog keeps its shape`() throws {
        report(Rule.changelog(try Repository.text("CHANGELOG.md")))
    }

    /// `docs/log-lines.md` promises the heads of these lines; the sources must still write them.
    @Test func `documented log lines are written`() throws {
        let sources = try Repository.sources(below: "Sources/Daemon").flatMap(\.lines).joined(separator: "\n")
        let page = try Repository.text("docs/log-lines.md")
        let heads = page.matches(of: /\(NAME\) ([A-Z][A-Za-z ]+?)(?: ADDRESS| \(| from|`|\.)/).map {
            String($0.output.1)
        }
        #expect(heads.count > 8)
        for head in heads where !head.hasPrefix("ADDRESS") && !head.hasPrefix("PROGRAM") {
            #expect(sources.contains(head), "no line of the daemon says '\(head)'")
        }
    }

    private func report(_ problems: [String], _ location: SourceLocation = #_sourceLocation) {
        for problem in problems { Issue.record("\(problem)", sourceLocation: location) }
    }
}
