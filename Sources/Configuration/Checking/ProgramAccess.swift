/// What decides whether a path can be used, as the file system says it.
public struct PathFacts: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        case regular, directory, other
        case link(target: String)
    }

    public var kind: Kind
    /// The permission bits, 0o7777.
    public var mode: UInt32
    public var owner: UInt32
    public var group: UInt32
    public var ownerName: String
    public var groupName: String

    public init(
        kind: Kind, mode: UInt32, owner: UInt32, group: UInt32, ownerName: String, groupName: String
    ) {
        self.kind = kind
        self.mode = mode
        self.owner = owner
        self.group = group
        self.ownerName = ownerName
        self.groupName = groupName
    }

    /// `owner root:adm, mode 0750`.
    var ownership: String {
        let digits = String(mode, radix: 8)
        let padded = String(repeating: "0", count: max(0, 4 - digits.count)) + digits
        return "owner \(ownerName):\(groupName), mode \(padded)"
    }
}

/// Who would run a program.
public struct RunIdentity: Equatable, Sendable {
    public var name: String
    public var user: UInt32
    /// All groups, the primary one among them.
    public var groups: [UInt32]

    public init(name: String, user: UInt32, groups: [UInt32]) {
        self.name = name
        self.user = user
        self.groups = groups
    }

    /// Which execute (for a directory: search) bit counts for this user; nil for root, who needs any on a file.
    fileprivate func executeBit(of facts: PathFacts) -> (bit: UInt32, letter: String)? {
        if user == 0 { return nil }
        if facts.owner == user { return (0o100, "u") }
        return groups.contains(facts.group) ? (0o010, "g") : (0o001, "o")
    }

    /// The letter of the class that would have to read; nil when this user can read the file, as root always can.
    fileprivate func lackOfReading(_ facts: PathFacts) -> String? {
        guard let (bit, letter) = executeBit(of: facts), facts.mode & (bit << 2) == 0 else { return nil }
        return letter
    }
}

/// Why the program at an absolute path cannot be run by someone: walks the path and names the first component that is
/// missing, not searchable or not executable; for root also the first that someone else could change.
///
/// `look` does not follow links; they are followed here, so that each directory on the way is seen.
public struct ProgramAccess {
    /// As many links as the kernel follows (path_resolution(7)).
    private static let linkLimit = 40
    /// An interpreter may be a script itself; the kernel gives up after five (ELOOP).
    private static let interpreterLimit = 5
    /// So much of the first line counts (execve(2)).
    private static let firstLineLimit = 255

    private let identity: RunIdentity
    private let look: (String) -> Result<PathFacts, ReadFailure>
    private let contents: (String) -> [UInt8]?
    private let knowsOtherFormats: () -> Bool
    private var insecurity: HostFacts.ProgramProblem?
    private var linksLeft = linkLimit
    /// What the walk led to.
    private var program: PathFacts?

    /// - Parameters:
    ///   - contents: gives what a file begins with, for its `#!` line; nil when that cannot be read.
    ///   - knowsOtherFormats: whether the kernel has been told how to run files of other kinds (binfmt_misc).
    public init(
        identity: RunIdentity, look: @escaping (String) -> Result<PathFacts, ReadFailure>,
        contents: @escaping (String) -> [UInt8]? = { _ in nil }, knowsOtherFormats: @escaping () -> Bool = { false }
    ) {
        self.identity = identity
        self.look = look
        self.contents = contents
        self.knowsOtherFormats = knowsOtherFormats
    }

    /// Nil when nothing stands in the way.
    public func problem(running path: String) -> HostFacts.ProgramProblem? {
        guard path.hasPrefix("/") else {
            return HostFacts.ProgramProblem(
                sentence: "`\(path)` is a relative path, and the daemon runs in `/`", fix: "the program's full path")
        }
        var walk = self
        if let problem = walk.walk(path) { return problem }
        var problem = readingProblem(of: path, walk.program) ?? interpreterProblem(of: path) ?? formatProblem(of: path)
        problem?.isThere = true
        return problem ?? walk.insecurity
    }

    /// What runs a script opens it as the same user, who so has to be allowed to read it.
    private func readingProblem(of path: String, _ facts: PathFacts?) -> HostFacts.ProgramProblem? {
        guard let facts, let letter = identity.lackOfReading(facts), contents(path)?.starts(with: "#!".utf8) == true
        else { return nil }
        return HostFacts.ProgramProblem(
            sentence: "the script `\(path)` cannot be read by \(identity.name) (\(facts.ownership))",
            fix: "chmod \(letter)+r \(path)")
    }

    /// Why the kernel does not know how to run the file (ENOEXEC): a shell would take it for a script, we are none.
    private func formatProblem(of path: String) -> HostFacts.ProgramProblem? {
        guard let start = contents(path), !start.starts(with: "\u{7F}ELF".utf8), !knowsOtherFormats() else {
            return nil
        }
        if start.starts(with: "#!".utf8) {
            guard interpreter(of: path) == nil else { return nil }
            return HostFacts.ProgramProblem(
                sentence: "the `#!` line of `\(path)` names nothing that runs it (Exec format error)",
                fix: "sed -i '1s|.*|#!/bin/sh|' \(path)")
        }
        if start.isEmpty {
            return HostFacts.ProgramProblem(
                sentence: "`\(path)` is empty (Exec format error)",
                fix: "write into it `#!/bin/sh`, and below that line what is to be done")
        }
        if start.starts(with: "\u{FEFF}#!".utf8) {
            return HostFacts.ProgramProblem(
                sentence: "`\(path)` begins with a byte order mark, which hides its `#!` (Exec format error)",
                fix: "sed -i '1s/^\\xEF\\xBB\\xBF//' \(path)")
        }
        guard !start.contains(0) else {
            return HostFacts.ProgramProblem(
                sentence: "`\(path)` is neither a script nor a program of this system (Exec format error)", fix: nil)
        }
        return HostFacts.ProgramProblem(
            sentence: "`\(path)` does not begin with a `#!` line, so nothing runs it (Exec format error)",
            fix: "sed -i '1i #!/bin/sh' \(path)   # or what else it is written for")
    }

    /// Why what the `#!` line names cannot be run: the kernel then says that the script itself does not exist.
    private func interpreterProblem(of path: String) -> HostFacts.ProgramProblem? {
        var script = path
        for _ in 0..<Self.interpreterLimit {
            guard let interpreter = interpreter(of: script) else { return nil }
            let start = "`\(script)` is run by `\(interpreter.path)`, as its first line says"
            if interpreter.endsInCarriageReturn {
                return HostFacts.ProgramProblem(
                    sentence: "\(start), and there the line ends in a carriage return, which counts as part of it",
                    fix: "sed -i 's/\\r$//' \(script)")
            }
            // A relative path counts from `/`, where the daemon runs.
            let target = interpreter.path.hasPrefix("/") ? interpreter.path : "/\(interpreter.path)"
            var walk = self
            if let problem = walk.walk(target) ?? formatProblem(of: target) {
                return HostFacts.ProgramProblem(
                    sentence: "\(start): \(problem.sentence)",
                    fix: problem.fix.map { $0.hasPrefix("chmod") ? $0 : "correct the first line of \(script)" })
            }
            script = target
        }
        return HostFacts.ProgramProblem(
            sentence: "`\(path)` needs more than \(Self.interpreterLimit) interpreters", fix: nil)
    }

    /// What the `#!` line names; nil when there is none.
    private func interpreter(of path: String) -> (path: String, endsInCarriageReturn: Bool)? {
        guard let start = contents(path)?.prefix(Self.firstLineLimit), start.starts(with: "#!".utf8) else { return nil }
        let isBlank: (UInt8) -> Bool = { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        let line = start.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") && $0 != 0 }.drop(while: isBlank)
        let word = line.prefix { !isBlank($0) }
        let name = word.last == UInt8(ascii: "\r") ? word.dropLast() : word
        guard !name.isEmpty else { return nil }
        return (String(decoding: name, as: UTF8.self), name.count < word.count)
    }

    private mutating func walk(_ path: String) -> HostFacts.ProgramProblem? {
        if let problem = enter("/") { return problem }
        var pending = path.split(separator: "/").map(String.init)
        pending.reverse()
        var directory = ""
        while let name = pending.popLast() {
            if name == "." { continue }
            if name == ".." {
                directory = directory.lastIndex(of: "/").map { String(directory[..<$0]) } ?? ""
                continue
            }
            let component = "\(directory)/\(name)"
            switch look(component) {
            case .failure(let failure):
                return missing(component, failure)
            case .success(let facts):
                if case .link(let target) = facts.kind {
                    linksLeft -= 1
                    guard linksLeft > 0 else {
                        return HostFacts.ProgramProblem(
                            sentence: "`\(component)` is a link that leads back to itself", fix: "rm \(component)")
                    }
                    if target.hasPrefix("/") { directory = "" }
                    pending += target.split(separator: "/").map(String.init).reversed()
                    continue
                }
                noteInsecurity(component, facts)
                if pending.isEmpty { program = facts }
                if let problem = pending.isEmpty ? run(component, facts) : search(component, facts) { return problem }
                directory = component
            }
        }
        return directory.isEmpty ? HostFacts.ProgramProblem(sentence: "`/` is a directory", fix: nil) : nil
    }

    private mutating func enter(_ directory: String) -> HostFacts.ProgramProblem? {
        guard case .success(let facts) = look(directory) else { return nil }
        noteInsecurity(directory, facts)
        return search(directory, facts)
    }

    private func missing(_ component: String, _ failure: ReadFailure) -> HostFacts.ProgramProblem {
        let isMissing = failure.reason == "No such file or directory"
        return HostFacts.ProgramProblem(
            sentence: isMissing ? "`\(component)` does not exist" : "`\(component)`: \(failure.reason)",
            fix: isMissing ? "create it, or correct the path" : nil)
    }

    private func search(_ path: String, _ facts: PathFacts) -> HostFacts.ProgramProblem? {
        guard facts.kind == .directory else {
            return HostFacts.ProgramProblem(sentence: "`\(path)` is not a directory", fix: "correct the path")
        }
        guard let needed = identity.executeBit(of: facts), facts.mode & needed.bit == 0 else { return nil }
        return HostFacts.ProgramProblem(
            sentence: "`\(path)` cannot be searched by \(identity.name) (\(facts.ownership))",
            fix: "chmod \(needed.letter)+x \(path)")
    }

    private func run(_ path: String, _ facts: PathFacts) -> HostFacts.ProgramProblem? {
        guard facts.kind == .regular else {
            let what = facts.kind == .directory ? "a directory" : "not a regular file"
            return HostFacts.ProgramProblem(sentence: "`\(path)` is \(what)", fix: "correct the path")
        }
        let needed = identity.executeBit(of: facts) ?? (0o111, "a")
        guard facts.mode & needed.bit == 0 else { return nil }
        // Who runs a script has to read it as well.
        let readsToo = identity.lackOfReading(facts) != nil && contents(path)?.starts(with: "\u{7F}ELF".utf8) != true
        return HostFacts.ProgramProblem(
            sentence: "`\(path)` cannot be executed by \(identity.name) (\(facts.ownership))",
            fix: "chmod \(needed.letter)+\(readsToo ? "rx" : "x") \(path)", isThere: true)
    }

    /// Whoever can write a component of the path decides what root runs.
    ///
    /// In a directory with the sticky bit others
    /// cannot replace what is not theirs, and what is inside is looked at next.
    private mutating func noteInsecurity(_ path: String, _ facts: PathFacts) {
        guard identity.user == 0, insecurity == nil else { return }
        let isSticky = facts.kind == .directory && facts.mode & 0o1000 != 0
        let who: String
        let fix: String
        if facts.owner != 0 {
            (who, fix) = ("belongs to \(facts.ownerName)", "chown root:root \(path)")
        } else if facts.mode & 0o002 != 0, !isSticky {
            (who, fix) = ("can be changed by everybody", "chmod o-w \(path)")
        } else if facts.mode & 0o020 != 0, facts.group != 0, !isSticky {
            (who, fix) = ("can be changed by group \(facts.groupName)", "chmod g-w \(path)")
        } else {
            return
        }
        insecurity = HostFacts.ProgramProblem(
            sentence: "`\(path)` \(who), who so decides what root runs (\(facts.ownership))", fix: fix,
            isSecurityOnly: true, isThere: true)
    }
}
