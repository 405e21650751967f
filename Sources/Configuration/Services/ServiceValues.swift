internal import VRRPWire

/// One line's value, as keepalived's checker process reads it.
extension Resolver {
    mutating func judge(_ value: ServiceValue, of line: Statement) {
        let words = line.arguments.map(\.text)
        let objection: String? =
            switch value {
            case .ignored, .block: nil
            case .number(let range): number(line, .integer(range))
            case .optionalNumber(let range): words.isEmpty ? nil : number(line, .integer(range))
            case .seconds(let range): number(line, .seconds(range))
            case .trackFile, .session: definition(value, words, before: line.location)
            default: value.objection(to: words)
            }
        judgeCommand(value, line)
        guard let objection else { return }
        reportService(
            at: line.arguments.first?.location ?? line.location, "`\(line.written)`: \(objection)", fix: nil)
    }

    private mutating func number(_ line: Statement, _ shape: ArgumentShape) -> String? {
        guard line.arguments.isEmpty else {
            // What follows is not read.
            let first = Statement(keyword: line.keyword, arguments: [line.arguments[0]], rawLine: line.rawLine)
            _ = self.value(of: first, shape: shape, in: .topLevel)
            return nil
        }
        return "a number is missing"
    }

    /// What is named must have been defined above.
    private func definition(_ value: ServiceValue, _ words: [String], before location: SourceLocation) -> String? {
        guard let name = words.first else { return "a name is missing" }
        switch value {
        case .trackFile:
            let known = model.files.first { $0.name == name }
            let isThere = known?.location.isBefore(location) ?? definedFiles.contains(name)
            return isThere ? nil : "there is no track_file `\(name)` above"
        default:
            if words.count > 1 { return "one name is expected" }
            let known = model.sessions.first { $0.name == name }
            let isThere = known?.location.isBefore(location) ?? definedSessions.contains(name)
            return isThere ? nil : "there is no bfd_instance `\(name)` above"
        }
    }

    /// What keepalived would run counts where it has not been told to look at who can change it.
    private mutating func judgeCommand(_ value: ServiceValue, _ line: Statement) {
        guard case .command = value, let first = line.arguments.first else { return }
        let command = first.text.split(separator: " ").map(String.init)
        let owner = line.keyword.text == "misc_path" ? nil : line.arguments.dropFirst().first
        if let program = command.first, !program.isEmpty {
            model.global.serviceCommands.append(
                ServiceCommand(
                    command: command, user: owner.map { UserName(user: $0.text) }, location: first.location))
        }
    }
}

extension ServiceValue {
    /// What keepalived objects to in words that name nothing; nil for nothing.
    fileprivate func objection(to words: [String]) -> String? {
        switch self {
        case .truth: return words.first.map { Self.truths.contains($0) } ?? true ? nil : "on or off is expected"
        case .oneWord: return words.count == 1 ? nil : "one word is expected"
        case .text, .command: return words.isEmpty ? "a value is missing" : nil
        case .octets(isReply: true) where words.isEmpty: return nil
        case .statusCodes: return words.allSatisfy(Self.isStatus) ? nil : "codes from 100 to 599 are expected"
        default: break
        }
        guard let first = words.first else { return "a value is missing" }
        switch self {
        case .choice(let choices, let isCaseless):
            let isOne = choices.contains { $0 == first || isCaseless && $0.lowercased() == first.lowercased() }
            return isOne ? nil : "one of \(choices.joined(separator: ", ")) is expected"
        case .address: return ServiceTarget.address(first) == nil ? "an address is expected" : nil
        case .server: return ServiceTarget.server(words[...]) == nil ? "an address and a port are expected" : nil
        case .granularity:
            let isMask = if case .v4? = IPAddress(first) { true } else { false }
            let isNumber = Double(first).map { 0...4_294_967_295 ~= $0 } ?? false
            return isMask || isNumber ? nil : "a netmask is expected"
        case .forwarding: return Self.objection(toForwarding: words)
        case .octets(let isReply):
            let isHex = words.joined().allSatisfy { $0.isHexDigit || isReply && ($0 == "x" || $0 == "X") }
            return isHex ? nil : "hexadecimal digits are expected"
        case .digest:
            return first.count == 32 && first.allSatisfy(\.isHexDigit) ? nil : "32 hexadecimal digits are expected"
        case .name:
            let startsShort = first.count > 1 && (first.hasPrefix(".") || first.dropFirst().hasPrefix("."))
            return startsShort || first.contains("..") ? "keepalived 2.2.7 finds an empty label in it" : nil
        case .weight: return Self.objection(toWeight: words)
        default: return nil
        }
    }

    private static let truths: Set<String> = ["on", "off", "true", "false", "yes", "no"]

    private static func isStatus(_ word: String) -> Bool {
        let ends = word.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false).map { Int($0) }
        guard let first = ends.first ?? nil, let last = ends.last ?? nil else { return false }
        return 100 <= first && first <= last && last <= 599
    }

    private static func objection(toWeight words: [String]) -> String? {
        guard let number = Int(words[0]), -2_147_483_647...2_147_483_647 ~= number else {
            return "a weight is expected"
        }
        return words.count == 1 || words[1] == "reverse" ? nil : "`reverse` or nothing is expected after the weight"
    }

    /// `NAT`, `DR`, or `TUN [type {ipip|gue port N|gre} [nocsum|csum|remcsum]]`.
    private static func objection(toForwarding words: [String]) -> String? {
        guard ["NAT", "DR", "TUN"].contains(words[0]) else { return "NAT, DR or TUN is expected" }
        var rest = words.dropFirst()
        var (type, port, sums): (String, Int?, Set<String>) = ("ipip", nil, [])
        while let word = rest.popFirst() {
            switch word {
            case "type" where words[0] == "TUN":
                guard let next = rest.popFirst(), ["ipip", "gue", "gre"].contains(next) else {
                    return "ipip, gue or gre is expected after `type`"
                }
                type = next
            case "port" where words[0] == "TUN":
                guard let next = rest.popFirst().flatMap({ Int($0) }), 1...65535 ~= next else {
                    return "a port is expected after `port`"
                }
                port = next
            case "nocsum" where words[0] == "TUN", "csum" where words[0] == "TUN", "remcsum" where words[0] == "TUN":
                sums.insert(word)
            default: return "`\(word)` is no option of a tunnel"
            }
        }
        if (type == "gue") != (port != nil) { return "a tunnel of type gue has a port, and no other" }
        if type == "ipip", !sums.isEmpty { return "a tunnel of type ipip has no checksum" }
        return type == "gre" && sums.contains("remcsum") ? "a tunnel of type gre has no remcsum" : nil
    }
}

extension SourceLocation {
    /// Files that are included in one another are not ordered; they are taken as they come.
    fileprivate func isBefore(_ other: SourceLocation) -> Bool {
        file != other.file || (line, column) < (other.line, other.column)
    }
}
