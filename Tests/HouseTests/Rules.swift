import Foundation

/// What a target may not do.
///
/// A target is earned by a prohibition, so each has a line here.
struct Prohibition: Sendable {
    var target: String
    /// Nothing else may be imported.
    var mayImport: Set<String>
    /// A replay with the same inputs must give the same outputs: no clock, no chance, no system, no output.
    var isPure: Bool

    static let all = [
        Prohibition(target: "VRRPWire", mayImport: [], isPure: true),
        Prohibition(target: "VRRPCore", mayImport: ["VRRPWire"], isPure: true),
        Prohibition(target: "Configuration", mayImport: ["VRRPCore", "VRRPWire"], isPure: true),
        Prohibition(target: "Simulator", mayImport: ["VRRPCore", "VRRPWire"], isPure: true),
        Prohibition(target: "Control", mayImport: [], isPure: true),
        Prohibition(
            target: "LinuxKernel", mayImport: ["CLinux", "Glibc", "Synchronization", "VRRPWire"], isPure: false),
        Prohibition(
            target: "Daemon",
            mayImport: ["Configuration", "Control", "Glibc", "LinuxKernel", "VRRPCore", "VRRPWire"], isPure: false),
        Prohibition(
            target: "Console",
            mayImport: ["Configuration", "Control", "Daemon", "LinuxKernel", "VRRPCore", "VRRPWire"], isPure: false),
        Prohibition(
            target: "Rehearsal",
            mayImport: ["Configuration", "Glibc", "LinuxKernel", "Synchronization", "VRRPCore", "VRRPWire"],
            isPure: false),
        Prohibition(target: "Manual", mayImport: ["Configuration", "Control", "Daemon"], isPure: true),
        Prohibition(target: "understudyd", mayImport: ["Daemon", "Glibc"], isPure: false),
        Prohibition(
            target: "understudy",
            mayImport: [
                "ArgumentParser", "Configuration", "Console", "Control", "Daemon", "Glibc", "LinuxKernel", "Rehearsal",
                "Simulator", "Synchronization", "VRRPWire",
            ],
            isPure: false
        ),
    ]

    /// The only target that may step outside memory safety.
    static let unsafeTarget = "LinuxKernel"
}

/// The rules, each a function from a text to the sentences that say where it breaks them.
enum Rule {
    static let fileLength = 400
    static let functionLength = 60

    static func imports(_ source: SourceText, only allowed: Set<String>) -> [String] {
        source.imports.filter { !allowed.contains($0.module) }
            .map { "\(source.name):\($0.line): may not import \($0.module)" }
    }

    /// What lets the world into a pure module, as patterns over code.
    private static let impure = [
        #"\b(Continuous|Suspending)Clock\b"#, #"\bSystemRandomNumberGenerator\b"#,
        // Seeded generators are passed as `using:`, so chance without it comes from the system.
        #"\.random(Element)?\((?!.*using:)"#, #"\.shuffle(d)?\((?!.*using:)"#,
        #"\bTask\b"#, #"\bawait\b"#, #"\basync\b"#, #"\bactor\b"#,
        #"(^|[^.\w])(print|debugPrint|dump|readLine)\("#, #"\bCommandLine\b"#, #"@_(silgen_name|cdecl|extern)\b"#,
        #"@c\b"#,
    ]

    static func purity(_ source: SourceText) -> [String] {
        impure.flatMap { pattern in
            source.matches(pattern).map { "\(source.name):\($0): \(pattern) has no place in a pure module" }
        }
    }

    static func safety(_ source: SourceText) -> [String] {
        source.matches(#"\bunsafe\b|\bUnsafe|@unchecked\b|\bunsafe[A-Z]|\bwithUnsafe"#)
            .map { "\(source.name):\($0): only \(Prohibition.unsafeTarget) may be unsafe" }
    }

    /// Every `unsafe` has a `SAFETY:` comment above it, close enough to be about it; neighbouring lines may share one.
    static func safetyComments(_ source: SourceText) -> [String] {
        var covered = Int.min
        var problems: [String] = []
        for (index, line) in source.lines.enumerated() {
            if line.contains("// SAFETY:") { covered = index }
            guard source.code[index].range(of: #"\bunsafe\b"#, options: .regularExpression) != nil else { continue }
            if covered > index - 7 {
                covered = max(covered, index - 3)
            } else {
                problems.append("\(source.name):\(index + 1): unsafe without a SAFETY: comment above")
            }
        }
        return problems
    }

    static func size(_ source: SourceText) -> [String] {
        var problems: [String] = []
        let count = source.lines.count - (source.lines.last == "" ? 1 : 0)
        if count > fileLength { problems.append("\(source.name): \(count) lines, more than \(fileLength)") }
        for function in source.functions where function.length > functionLength {
            problems.append(
                "\(source.name):\(function.line): a function of \(function.length) lines, more than \(functionLength)")
        }
        return problems
    }

    /// Work that was left for later.
    ///
    /// Spelled in halves, so that this file passes its own rule.
    private static let leftovers = ["FIX" + "ME", "TO" + "DO", "XX" + "X", "HA" + "CK"]

    static func leftovers(name: String, lines: [String]) -> [String] {
        let pattern = #"\b(\#(leftovers.joined(separator: "|")))\b"#
        return lines.enumerated().filter { $0.element.range(of: pattern, options: .regularExpression) != nil }
            .map { "\(name):\($0.offset + 1): left for later" }
    }

    /// An error is handled or passed on, never dropped; an invariant is a `precondition` with a sentence.
    static func errors(_ source: SourceText) -> [String] {
        source.matches(#"\btry\?"#).map { "\(source.name):\($0): an error may not be dropped" }
            + source.matches(#"\btry!"#).map { "\(source.name):\($0): an error may not be assumed away" }
    }

    /// Names that say nothing about what is inside.
    static func fileName(_ path: String) -> [String] {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        return ["util", "helper", "manager", "misc", "common"].filter { name.lowercased().contains($0) }
            .map { "\(path): '\($0)' says nothing about what is inside" }
    }

    // MARK: - Documents

    private static let changeKinds: Set<String> = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]

    /// Keep a Changelog: releases, newest first, each with a date; under them kinds of change; under those sentences.
    static func changelog(_ text: String) -> [String] {
        var problems: [String] = []
        let lines = text.components(separatedBy: "\n")
        if lines.first != "# Changelog" { problems.append("line 1: the title is '# Changelog'") }
        var dates: [String] = []
        var releases = 0
        for (index, line) in lines.enumerated() {
            if line.hasPrefix("## ") {
                let release = #"^## (\[?Unreleased\]?|\[?\d+\.\d+\.\d+\]? - \d{4}-\d{2}-\d{2})$"#
                if line.range(of: release, options: .regularExpression) == nil {
                    problems.append("line \(index + 1): a release is '## [1.2.3] - 2026-01-31' or '## [Unreleased]'")
                } else if line.contains("Unreleased"), releases > 0 {
                    problems.append("line \(index + 1): what is unreleased comes first")
                }
                releases += 1
                if !line.contains("Unreleased") { dates.append(String(line.suffix(10))) }
            } else if line.hasPrefix("### "), !changeKinds.contains(String(line.dropFirst(4))) {
                problems.append("line \(index + 1): a kind of change is one of \(changeKinds.sorted())")
            }
        }
        if releases == 0 { problems.append("it has no release, not even '## [Unreleased]'") }
        if dates != dates.sorted(by: >) { problems.append("releases are listed newest first") }
        return problems
    }
}
