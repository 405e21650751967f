internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// The key that `hex:`, `file:`, `credential:` or plain text means; nil, and reported, when there is none.
    mutating func value(of word: Word, key id: UInt8) -> AuthenticationKey? {
        if let path = word.text.rest(after: "file:") { return key(inFile: path, of: word, key: id) }
        if let name = word.text.rest(after: "credential:") {
            if portable {
                report(
                    .warning, "not-portable", at: word.location, "`credential:` is known to Understudy only",
                    consequence: "keepalived would take it for the key itself", fix: "write the key as `file:PATH`")
            }
            return key(inCredential: name, of: word, key: id)
        }
        checkProtection(of: word.location.file, holding: "key \(id)", at: word.location)
        return key(written: Array(word.text.utf8), of: word, key: id)
    }

    private mutating func key(inFile path: String, of word: Word, key id: UInt8) -> AuthenticationKey? {
        guard path.hasPrefix("/") else {
            report(
                .error, "bad-key", at: word.location, "the path of key \(id)'s file does not begin with `/`",
                consequence: "which file is meant would depend on where the daemon was started",
                fix: "key \(id) file:/etc/understudy/\(path)")
            return nil
        }
        return key(
            at: path, of: word, key: id,
            remedy: "head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n' | sed s/^/hex:/ "
                + "| install -m 600 /dev/stdin \(path)   # and the same file on the other routers")
    }

    /// systemd.exec(5), LoadCredential=: our own addition to the language.
    private mutating func key(inCredential name: String, of word: Word, key id: UInt8) -> AuthenticationKey? {
        let remedy = "LoadCredential=\(name):/etc/understudy/\(name)   # in the unit's [Service] section"
        guard !name.isEmpty, !name.contains("/") else {
            report(
                .error, "bad-key", at: word.location, "a credential is named by one word without `/`",
                consequence: "key \(id) would not be known", fix: "key \(id) credential:vrrp.key")
            return nil
        }
        guard let directory = keySource?.credentialsDirectory else {
            report(
                lacking, "key-unreadable", at: word.location,
                "key \(id) is the credential `\(name)`, and no service manager has passed us any (CREDENTIALS_DIRECTORY)",
                consequence: "nothing can be signed or checked with it, so the daemon does not start", fix: remedy)
            return nil
        }
        return key(at: "\(directory)/\(name)", of: word, key: id, remedy: remedy)
    }

    private mutating func key(at path: String, of word: Word, key id: UInt8, remedy: String) -> AuthenticationKey? {
        let failure: ReadFailure
        switch keySource?.read(path) {
        case .success(var octets)?:
            checkProtection(of: path, holding: "key \(id)", at: word.location)
            // An editor's line end is no part of a key.
            while let last = octets.last, last == 10 || last == 13 { octets.removeLast() }
            return key(written: octets, of: word, key: id)
        case .failure(let reason)?: failure = reason
        case nil: failure = ReadFailure("files are not read here")
        }
        report(
            lacking, "key-unreadable", at: word.location, "key \(id) cannot be read from \(path): \(failure.reason)",
            consequence: "nothing can be signed or checked with it, so the daemon does not start", fix: remedy)
        return nil
    }

    private mutating func key(written octets: [UInt8], of word: Word, key id: UInt8) -> AuthenticationKey? {
        var octets = octets
        if octets.starts(with: "hex:".utf8) {
            guard let decoded = Self.octets(ofHexadecimal: octets.dropFirst(4)) else {
                report(
                    .error, "bad-key", at: word.location,
                    "what follows `hex:` in key \(id) is not pairs of hexadecimal digits",
                    consequence: "keepalived would not take the key",
                    fix: "key \(id) hex:00112233...   # 64 to 128 digits")
                return nil
            }
            octets = decoded
        }
        guard AuthenticationKey.sizes.contains(octets.count) else {
            report(
                .error, "bad-key", at: word.location,
                "key \(id) has \(octets.count) octets; \(AuthenticationKey.sizes.lowerBound) to "
                    + "\(AuthenticationKey.sizes.upperBound) make a key",
                consequence: "keepalived would not take the key",
                fix: "head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \\n'   # makes one, to stand after hex:")
            return nil
        }
        return AuthenticationKey(octets.span)
    }

    private static func octets(ofHexadecimal digits: ArraySlice<UInt8>) -> [UInt8]? {
        guard digits.count.isMultiple(of: 2) else { return nil }
        var octets: [UInt8] = []
        var high: UInt8?
        for digit in digits {
            guard let value = Character(UnicodeScalar(digit)).hexDigitValue.map(UInt8.init) else { return nil }
            if let first = high {
                octets.append(first << 4 | value)
                high = nil
            } else {
                high = value
            }
        }
        return octets
    }

    /// A key that everybody on the host can read proves nothing about them.
    private mutating func checkProtection(of path: String, holding what: String, at location: SourceLocation) {
        guard let mode = keySource?.permissions(of: path) else { return }
        if mode & 0o022 != 0 {
            report(
                .error, "key-writable", at: location, "others than its owner can change \(path), which holds \(what)",
                consequence: "whoever does can speak as a router", fix: "chmod 600 \(path)")
        } else if mode & 0o004 != 0 {
            report(
                .warning, "key-readable", at: location, "everybody on this host can read \(path), which holds \(what)",
                consequence: "whoever does can speak as a router", fix: "chmod 600 \(path)")
        }
    }
}

extension String {
    fileprivate func rest(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
