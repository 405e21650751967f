import Configuration
import Testing

@Suite struct ProgramAccessTests {
    private static let root = RunIdentity(name: "root", user: 0, groups: [0])
    private static let bob = RunIdentity(name: "bob", user: 1000, groups: [1000, 27])

    /// A file system of directories 0755 and one program 0755, all root's, except where said otherwise.
    private func problem(
        _ path: String = "/opt/app/check", as identity: RunIdentity = Self.bob, _ changes: [String: PathFacts] = [:],
        contents: String = "\u{7F}ELF", knowsOtherFormats: Bool = false
    ) -> HostFacts.ProgramProblem? {
        var tree = ["/", "/opt", "/opt/app", "/home"].reduce(into: [:]) { $0[$1] = facts(.directory) }
        tree["/opt/app/check"] = facts(.regular)
        tree.merge(changes) { $1 }
        return ProgramAccess(
            identity: identity,
            look: { tree[$0].map { .success($0) } ?? .failure(ReadFailure("No such file or directory")) },
            contents: { $0 == "/opt/app/check" ? Array(contents.utf8) : nil },
            knowsOtherFormats: { knowsOtherFormats }
        ).problem(running: path)
    }

    private func facts(
        _ kind: PathFacts.Kind, _ mode: UInt32 = 0o755, owner: UInt32 = 0, group: UInt32 = 0
    ) -> PathFacts {
        PathFacts(
            kind: kind, mode: mode, owner: owner, group: group, ownerName: owner == 0 ? "root" : "bob",
            groupName: group == 0 ? "root" : "sudo")
    }

    @Test func `finds nothing wrong with a program that can be run`() {
        #expect(problem() == nil)
        #expect(problem(as: Self.root) == nil)
    }

    @Test func `names the first component that is missing`() {
        #expect(problem("/opt/nope/check")?.sentence == "`/opt/nope` does not exist")
        #expect(problem("/opt/app/nope")?.sentence == "`/opt/app/nope` does not exist")
    }

    @Test func `names the directory that cannot be searched, its owner and its mode`() {
        let found = problem("/opt/app/check", as: Self.bob, ["/opt/app": facts(.directory, 0o750)])
        #expect(found?.sentence == "`/opt/app` cannot be searched by bob (owner root:root, mode 0750)")
        #expect(found?.fix == "chmod o+x /opt/app")
        #expect(problem("/opt/app/check", as: Self.root, ["/opt/app": facts(.directory, 0o600)]) == nil)
    }

    @Test func `goes by the class of permissions that counts for the user`() {
        #expect(problem("/opt/app/check", as: Self.bob, ["/opt/app/check": facts(.regular, 0o750, group: 27)]) == nil)
        let group = problem("/opt/app/check", as: Self.bob, ["/opt/app/check": facts(.regular, 0o705, group: 27)])
        #expect(group?.fix == "chmod g+x /opt/app/check")
        let owner = problem("/opt/app/check", as: Self.bob, ["/opt/app/check": facts(.regular, 0o655, owner: 1000)])
        #expect(owner?.fix == "chmod u+x /opt/app/check")
    }

    @Test func `lets root run what anybody may execute, and nothing else`() {
        #expect(problem("/opt/app/check", as: Self.root, ["/opt/app/check": facts(.regular, 0o001)]) == nil)
        let found = problem("/opt/app/check", as: Self.root, ["/opt/app/check": facts(.regular, 0o644)])
        #expect(found?.sentence == "`/opt/app/check` cannot be executed by root (owner root:root, mode 0644)")
        #expect(found?.fix == "chmod a+x /opt/app/check")
    }

    @Test(arguments: [
        ("#!/bin/nosuch\n", "`/bin` does not exist"), ("#! /opt/none -e", "`/opt/none` does not exist"),
        ("#!/opt/app\n", "`/opt/app` is a directory"), ("#!/opt/app/check\r\n", "carriage return"),
        ("#!opt/none\n", "`/opt/none` does not exist"), ("#!/opt/app/check", "more than 5 interpreters"),
    ])
    func `names the interpreter that a script cannot be run by`(text: String, reason: String) throws {
        let found = try #require(problem(contents: text))
        #expect(found.sentence.contains("`/opt/app/check`"))
        #expect(found.sentence.contains(reason), "\(found.sentence)")
    }

    @Test func `says how an interpreter becomes executable`() {
        let found = problem(as: Self.bob, ["/opt/run": facts(.regular, 0o644)], contents: "#!/opt/run\n")
        #expect(found?.fix == "chmod o+x /opt/run")
        #expect(problem(as: Self.bob, ["/opt/run": facts(.regular)], contents: "#!/opt/run -e\n") == nil)
        #expect(problem(contents: "\u{7F}ELF#!/none") == nil)
    }

    @Test(arguments: [
        ("exit 0\n", "does not begin with a `#!` line", "sed -i '1i #!/bin/sh' /opt/app/check"),
        ("", "is empty", "write into it `#!/bin/sh`"), ("#!\nexit 0\n", "names nothing", "sed -i '1s|.*|#!/bin/sh|'"),
        ("\u{FEFF}#!/bin/sh\n", "byte order mark", "sed -i '1s/^\\xEF\\xBB\\xBF//' /opt/app/check"),
        ("MZ\u{0}", "neither a script nor a program", ""),
    ])
    func `names what the kernel cannot run, and what makes it a script`(
        text: String, reason: String, fix: String
    ) throws {
        for identity in [Self.root, Self.bob] {
            let found = try #require(problem(as: identity, contents: text))
            #expect(found.sentence.contains(reason) && found.sentence.contains("Exec format error"))
            #expect(found.fix ?? "" == fix || found.fix?.hasPrefix(fix) == true, "\(found)")
            #expect(!found.isSecurityOnly)
        }
        #expect(problem(contents: text, knowsOtherFormats: true) == nil)
    }

    @Test func `asks that a script may be read by who runs it`() {
        let execute = facts(.regular, 0o711)
        let tree = ["/opt/app/check": execute, "/bin": facts(.directory)]
        let found = problem(as: Self.bob, tree, contents: "#!/bin/sh\n")
        #expect(found?.sentence == "the script `/opt/app/check` cannot be read by bob (owner root:root, mode 0711)")
        #expect(found?.fix == "chmod o+r /opt/app/check")
        #expect(problem(as: Self.bob, ["/opt/app/check": execute]) == nil)
        let closed = facts(.regular, 0o700)
        #expect(
            problem(as: Self.bob, ["/opt/app/check": closed], contents: "#!/bin/sh\n")?.fix
                == "chmod o+rx /opt/app/check")
        #expect(problem(as: Self.bob, ["/opt/app/check": closed])?.fix == "chmod o+x /opt/app/check")
        #expect(
            problem(as: Self.bob, ["/opt/app/check": facts(.regular, 0o704)], contents: "#!/x")?.fix
                == "chmod o+x /opt/app/check")
    }

    @Test func `refuses what is no program`() {
        #expect(problem("/opt/app")?.sentence == "`/opt/app` is a directory")
        #expect(problem("/opt/app/check/x")?.sentence == "`/opt/app/check` is not a directory")
        #expect(problem("check")?.sentence.contains("relative") == true)
        #expect(
            problem("/opt/app/check", as: Self.bob, ["/opt/app/check": facts(.other)])?.sentence.contains("regular")
                == true)
        #expect(problem("/") != nil)
    }

    @Test func `follows links and sees every directory on the way`() {
        let link = facts(.link(target: "../home/x/check"), 0o777)
        var tree = ["/opt/link": link, "/home/x": facts(.directory), "/home/x/check": facts(.regular)]
        #expect(problem("/opt/link", as: Self.bob, tree) == nil)
        tree["/home/x"] = facts(.directory, 0o700)
        #expect(problem("/opt/link", as: Self.bob, tree)?.sentence.hasPrefix("`/home/x` cannot be searched") == true)
        let absolute = facts(.link(target: "/opt/app"))
        #expect(problem("/home/l/./check", as: Self.bob, ["/home/l": absolute]) == nil)
        #expect(
            problem("/home/l", as: Self.bob, ["/home/l": facts(.link(target: "l"))])?.sentence.contains("leads back")
                == true)
    }

    @Test(arguments: [
        ("/opt/app", PathFacts.Kind.directory, UInt32(0o755), UInt32(1000), UInt32(0), "chown root:root /opt/app"),
        ("/opt/app", .directory, 0o775, 0, 27, "chmod g-w /opt/app"),
        ("/opt/app", .directory, 0o757, 0, 0, "chmod o-w /opt/app"),
        ("/opt/app/check", .regular, 0o757, 0, 0, "chmod o-w /opt/app/check"),
    ])
    func `names who else decides what root runs`(
        path: String, kind: PathFacts.Kind, mode: UInt32, owner: UInt32, group: UInt32, fix: String
    ) {
        let changes = [path: facts(kind, mode, owner: owner, group: group)]
        let found = problem("/opt/app/check", as: Self.root, changes)
        #expect(found?.isSecurityOnly == true)
        #expect(found?.fix == fix)
        #expect(problem("/opt/app/check", as: Self.bob, changes)?.isSecurityOnly != true)
    }

    @Test func `accepts a directory with the sticky bit and the group root`() {
        #expect(problem("/opt/app/check", as: Self.root, ["/opt": facts(.directory, 0o1777)]) == nil)
        #expect(problem("/opt/app/check", as: Self.root, ["/opt": facts(.directory, 0o775)]) == nil)
    }

    @Test func `puts what cannot run before what is insecure`() {
        let changes = ["/opt": facts(.directory, 0o777), "/opt/app/check": facts(.regular, 0o644)]
        #expect(problem("/opt/app/check", as: Self.root, changes)?.isSecurityOnly == false)
    }
}
