import Configuration
import Testing
import VRRPCore
import VRRPWire

private let digits = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
private let text = "correct-horse-battery-staple-and-more"

/// Files, some with permissions, and perhaps credentials.
private struct HostFiles: SourceReader {
    var files: [String: String] = [:]
    var modes: [String: UInt32] = [:]
    var credentialsDirectory: String?

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        files[path].map { .success(Array($0.utf8)) } ?? .failure(ReadFailure("No such file or directory"))
    }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { false }
    func permissions(of path: String) -> UInt32? { modes[path] }
}

private func resolve(
    _ lines: [String], beside: String = "", files: HostFiles = HostFiles(), lacking: Diagnostic.Severity = .error
) -> (keyed: KeyedAuthentication?, diagnostics: [Diagnostic]) {
    let file = parsed(instance("auth_hmac {\n" + lines.joined(separator: "\n") + "\n}", beside))
    let (model, diagnostics) = resolve(file.statements, file: "/etc/t.conf", keySource: files, lacking: lacking)
    return (model.instances.first?.keyed, file.diagnostics + diagnostics)
}

private func codes(_ diagnostics: [Diagnostic]) -> [String] {
    diagnostics.filter { $0.severity > .note }.map { "\($0.severity.rawValue) \($0.code)" }
}

private func key(_ octets: some Sequence<UInt8>) -> AuthenticationKey { AuthenticationKey(Array(octets).span) }

@Suite struct `An auth_hmac block` {
    @Test func `means what keepalived means by it`() throws {
        let (keyed, diagnostics) = resolve(["key 1 hex:\(digits)", "active_key 1"])
        #expect(codes(diagnostics) == [])
        let found = try #require(keyed)
        #expect(found.key(1) == key(0...31))
        #expect(found.mode == .enforce && found.replayProtection == .time && found.window == 5)
        let whole = [
            "key 0 \(text)", "key 255 hex:\(digits.uppercased())", "active_key 255", "mode receive-only",
            "anti_replay monotonic", "time_window 300",
        ]
        let other = try #require(resolve(whole).keyed)
        #expect(other.key(0) == key(text.utf8) && other.key(255) == key(0...31))
        #expect(other.mode == .receiveOnly && other.replayProtection == .monotonic && other.window == 300)
    }

    @Test func `takes keys from files and credentials, without their last line end`() throws {
        var files = HostFiles(files: ["/etc/k": text + "\r\n", "/run/credentials/u/vrrp": "hex:\(digits)\n"])
        files.credentialsDirectory = "/run/credentials/u"
        let (keyed, diagnostics) = resolve(
            ["key 1 file:/etc/k", "key 2 credential:vrrp", "active_key 2"], files: files)
        #expect(codes(diagnostics) == [])
        #expect(keyed?.key(1) == key(text.utf8) && keyed?.key(2) == key(0...31))
    }

    @Test(arguments: [
        (["active_key 1"], ["error no-active-key"]),
        (["key 1 hex:DIGITS"], ["error missing-keyword"]),
        (["key 1 hex:DIGITS", "active_key 2"], ["error no-active-key"]),
        (["key 1 hex:0001", "active_key 1"], ["error bad-key"]),
        (["key 1 hex:DIGITSDIGITS00", "active_key 1"], ["error bad-key"]),
        (["key 1 hex:DIGITS0", "active_key 1"], ["error bad-key"]),
        (["key 1 hex:DIGITSzz", "active_key 1"], ["error bad-key"]),
        (["key 256 hex:DIGITS", "active_key 1"], ["error bad-key", "error no-active-key"]),
        (["key 1", "key 2 hex:DIGITS", "active_key 2"], ["error bad-key"]),
        (["key 1 hex:DIGITS more", "key 2 hex:DIGITS", "active_key 2"], ["error bad-key"]),
        (["key 1 hex:DIGITS", "key 1 hex:DIGITS", "active_key 1"], ["error duplicate-key"]),
        (["key 1 file:k", "active_key 1"], ["error bad-key"]),
        (["key 1 file:/etc/none", "active_key 1"], ["error key-unreadable"]),
        (["key 1 credential:none", "active_key 1"], ["error key-unreadable"]),
        (["key 1 hex:DIGITS", "active_key 1", "mode permisive"], ["error bad-value"]),
        (["key 1 hex:DIGITS", "active_key 1", "anti_replay both"], ["error bad-value"]),
        (["key 1 hex:DIGITS", "active_key 1", "time_window 301"], ["error out-of-range"]),
        (["kee 1 hex:DIGITS", "active_key 1"], ["error unknown-keyword"]),
    ])
    func `is refused when it would not protect, and says so without a key`(lines: [String], expected: [String]) {
        let (_, diagnostics) = resolve(lines.map { $0.replacing("DIGITS", with: digits) })
        #expect(Set(codes(diagnostics)) == Set(expected))
        for diagnostic in diagnostics {
            let said = "\(diagnostic.message) \(diagnostic.consequence ?? "") \(diagnostic.fix ?? "")"
            #expect(!said.contains(digits), "\(diagnostic.code)")
            #expect(diagnostic.severity == .note || diagnostic.fix != nil)
        }
    }

    @Test func `is refused beside the block authentication`() {
        let (_, diagnostics) = resolve(
            ["key 1 hex:\(digits)", "active_key 1"], beside: "authentication {\nauth_type PASS\nauth_pass x\n}")
        #expect(codes(diagnostics) == ["error two-authentications"])
    }

    @Test func `warns of keys that others can read, and refuses those that others can change`() {
        for (mode, expected) in [
            (0o600, []), (0o640, []), (0o644, ["warning key-readable"]), (0o660, ["error key-writable"]),
        ] {
            let files = HostFiles(files: ["/etc/k": text], modes: ["/etc/k": UInt32(mode)])
            #expect(codes(resolve(["key 1 file:/etc/k", "active_key 1"], files: files).diagnostics) == expected)
            let inline = HostFiles(modes: ["/etc/t.conf": UInt32(mode)])
            #expect(codes(resolve(["key 1 \(text)", "active_key 1"], files: inline).diagnostics) == expected)
        }
    }

    @Test func `a key that another host has is only a warning where the file is not for this one`() {
        let (_, diagnostics) = resolve(["key 1 file:/etc/none", "active_key 1"], lacking: .warning)
        #expect(codes(diagnostics) == ["warning key-unreadable"])
    }

    @Test func `a check prints no line that holds a key`() {
        let text = instance("auth_hmac {\nkey 1 hex:\(digits)00zz\nactive_key 1\n}")
        let report = check(
            files: ["/etc/t.conf"], reading: DictionaryReader(["/etc/t.conf": text]), configurationID: "node",
            host: nil,
            hostIsAuthoritative: false)
        #expect(report.diagnostics.contains { $0.code == "bad-key" })
        #expect(!report.text.contains(digits) && !report.json.contains(digits))
    }

    @Test func `a reload's plan says that keys changed, and never what they are`() {
        func model(_ lines: String...) -> Model {
            resolved(instance("auth_hmac {\n" + lines.joined(separator: "\n") + "\n}")).model
        }
        let other = String(digits.reversed())
        let old = model("key 1 hex:\(digits)", "active_key 1", "mode permissive")
        #expect(
            changes(from: old, to: model("key 1 hex:\(other)", "key 2 \(text)", "active_key 2")).flatMap(\.sentences)
                == [
                    "instance VI_1: auth_hmac key 1 changed", "instance VI_1: auth_hmac key 2 added",
                    "instance VI_1: auth_hmac active_key 1 -> 2", "instance VI_1: auth_hmac mode permissive -> enforce",
                ])
        #expect(
            changes(from: resolved(instance()).model, to: old).flatMap(\.sentences) == [
                "instance VI_1: auth_hmac added"
            ])
        var dumped = ""
        dump(old, to: &dumped)
        #expect(!dumped.contains(digits) && dumped.contains("(not shown)"))
    }

    @Test func `a pair that would not believe each other is refused`() {
        func file(_ priority: Int, _ lines: String...) -> String {
            instance("auth_hmac {\n" + lines.joined(separator: "\n") + "\n}", priority: priority)
        }
        func codes(_ a: String, _ b: String) -> [String] {
            checkPair(resolved(a).model, resolved(b).model, fileA: "a.conf", fileB: "b.conf").map(\.code)
        }
        let good = file(101, "key 1 hex:\(digits)", "active_key 1")
        #expect(codes(good, file(100, "key 1 hex:\(digits)", "key 2 \(text)", "active_key 1")) == [])
        #expect(codes(good, file(100, "key 1 \(text)", "active_key 1")) == ["pair-keys", "pair-keys"])
        #expect(codes(good, file(100, "key 1 hex:\(digits)", "key 2 \(text)", "active_key 2")) == ["pair-keys"])
        #expect(codes(good, instance()) == ["pair-keys"])
        #expect(codes(file(101, "key 1 hex:\(digits)", "active_key 1", "mode permissive"), instance()) == [])
    }
}
