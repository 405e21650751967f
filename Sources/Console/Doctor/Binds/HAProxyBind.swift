package import VRRPWire

/// One address that HAProxy is told to listen on.
package struct HAProxyBind: Equatable, Sendable {
    package enum Address: Equatable, Sendable {
        case ip(IPAddress)
        /// Every address, those that come later as well.
        case wildcard
        /// It cannot be told without running HAProxy: a variable, or a name to be resolved.
        case unclear(String)
    }

    package var file: String
    package var line: Int
    /// The line as it stands there.
    package var text: String
    package var address: Address
    /// Bound with IP_TRANSPARENT, for which the address need not be on the host.
    package var isTransparent: Bool
    package var hasPort = true

    package var place: String { "\(file):\(line): \(text)" }
}

/// The `bind` lines of a configuration file of HAProxy's (its configuration manual, sections 2.2, 4.2 and 5.1).
package func haproxyBinds(in text: String, file: String) -> [HAProxyBind] {
    var binds: [HAProxyBind] = []
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
        let words = haproxyWords(line)
        guard let keyword = words.first, words.count > 1 else { continue }
        let list: String
        switch keyword.text {
        case "bind": list = words[1].text
        // The old way, without a `bind` line.
        case "listen" where words.count > 2 && words[2].text.contains(":"): list = words[2].text
        default: continue
        }
        let isTransparent = words.dropFirst(2).contains { $0.text == "transparent" }
        for part in list.split(separator: ",") {
            guard let address = haproxyAddress(String(part)) else { continue }
            var bind = HAProxyBind(
                file: file, line: index + 1, text: line.trimmed, address: address, isTransparent: isTransparent)
            bind.hasPort = hasPort(part)
            binds.append(bind)
        }
    }
    return binds
}

/// Whether a port follows the address; where a variable may hold it, it does.
private func hasPort(_ text: Substring) -> Bool {
    if text.contains("$") { return true }
    let rest = text.hasPrefix("[") ? text.drop { $0 != "]" } : text
    guard let colon = rest.lastIndex(of: ":") else { return false }
    return rest.index(after: colon) < rest.endIndex
}

/// Nil for what is no IP address: a unix socket, a descriptor.
private func haproxyAddress(_ text: String) -> HAProxyBind.Address? {
    if text.contains("$") { return .unclear(text) }
    var rest = text[...]
    if let at = rest.firstIndex(of: "@") {
        let prefix = rest[..<at]
        guard
            [
                "ipv4", "ipv6", "tcp", "tcp4", "tcp6", "mptcp", "mptcp4", "mptcp6", "quic4", "quic6", "udp", "udp4",
                "udp6",
            ]
            .contains(prefix)
        else { return nil }
        rest = rest[rest.index(after: at)...]
    }
    if rest.hasPrefix("/") { return nil }
    let host: Substring
    if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
        host = rest[rest.index(after: rest.startIndex)..<end]
    } else if let colon = rest.lastIndex(of: ":") {
        host = rest[..<colon]
    } else {
        host = rest
    }
    if host.isEmpty || host == "*" { return .wildcard }
    guard let address = IPAddress(String(host)) else { return .unclear(text) }
    return address == .v4(.any) || address == .v6(.any) ? .wildcard : .ip(address)
}

private struct Word { var text: String }

/// Splits a line as HAProxy does: quotes of two kinds, backslashes, and comments.
private func haproxyWords(_ line: Substring) -> [Word] {
    var words: [Word] = []
    var word = ""
    var isWord = false
    var quote: Character?
    var isEscaped = false
    func finish() {
        if isWord { words.append(Word(text: word)) }
        (word, isWord) = ("", false)
    }
    for character in line {
        if isEscaped {
            word.append(character)
            isEscaped = false
        } else if let open = quote {
            if character == open {
                quote = nil
            } else if character == "\\", open == "\"" {
                isEscaped = true
            } else {
                word.append(character)
            }
        } else {
            switch character {
            case "\\": (isEscaped, isWord) = (true, true)
            case "\"", "'": (quote, isWord) = (character, true)
            case "#":
                finish()
                return words
            case " ", "\t", "\r": finish()
            default:
                word.append(character)
                isWord = true
            }
        }
    }
    finish()
    return words
}

extension Substring {
    /// Without the white space around it.
    fileprivate var trimmed: String {
        var rest = self
        while let first = rest.first, first.isWhitespace { rest = rest.dropFirst() }
        while let last = rest.last, last.isWhitespace { rest = rest.dropLast() }
        return String(rest)
    }
}
