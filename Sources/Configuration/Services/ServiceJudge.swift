internal import VRRPWire

/// Whether keepalived's checker process would take a block as it is; for `--compat` and `--portable`.
extension Resolver {
    /// Judges the blocks that are passed over, when all that they may name is known.
    mutating func judgeServices() {
        let groups = Dictionary(
            services.filter { $0.keyword.text == ServiceBlock.group.rawValue }.map {
                ($0.arguments.first?.text ?? "", ServiceTarget.entries(of: $0))
            }, uniquingKeysWith: +)
        var hasCertificates = false
        for statement in services {
            let (start, commands) = (diagnostics.count, model.global.serviceCommands.count)
            if let block = ServiceBlock(rawValue: statement.keyword.text) { judge(statement, as: block) }
            if statement.keyword.text == ServiceBlock.service.rawValue {
                judgeWhole(statement, groups, commandsBefore: commands)
            }
            if statement.keyword.text == ServiceBlock.certificates.rawValue {
                if hasCertificates {
                    reportService(
                        at: statement.location, "a second `SSL` block takes the place of the first",
                        fix: "put all into one of them")
                }
                hasCertificates = true
            }
            amendDiagnostics(from: start) {
                $0.severity = min($0.severity, .warning)
                $0.passesKeepalived = $0.passesKeepalived ?? ($0.code == "extra-words")
            }
        }
    }

    private mutating func judge(_ statement: Statement, as block: ServiceBlock) {
        let name = statement.keyword.text
        guard let lines = statement.children else {
            return reportService(
                at: statement.location, "`\(name)` needs a block in braces", fix: "\(name) { }")
        }
        if block == .group { return judgeGroup(statement, lines) }
        if block == .service, statement.arguments.isEmpty {
            return reportService(
                at: statement.location, "`\(name)` names no service", fix: "\(name) ADDRESS PORT {")
        }
        if block == .server { judgeServer(statement.arguments, of: statement) }
        for line in lines { judge(line, in: block) }
        judgeCompleteness(statement, lines, block)
    }

    private mutating func judge(_ line: Statement, in block: ServiceBlock) {
        let name = line.keyword.text
        guard let keywords = block.keywords else { return }
        guard let value = keywords[name] else {
            let near = KeywordTable.nearest(to: name, among: keywords.keys.sorted())
            return reportService(
                at: line.location,
                "keepalived knows no `\(name)` in \(block.rawValue)" + (near.map { "; is `\($0)` meant?" } ?? ""),
                fix: near)
        }
        if case .block(let inner) = value { return judge(line, as: inner) }
        if line.children != nil {
            return reportService(at: line.location, "`\(name)` takes no block in braces", fix: nil)
        }
        judge(value, of: line)
    }

    /// What must be there, or must fit together, within one block.
    private mutating func judgeCompleteness(_ statement: Statement, _ lines: [Statement], _ block: ServiceBlock) {
        func lacks(_ name: String) -> Bool {
            !lines.contains { $0.keyword.text == name && $0.arguments.first?.text.isEmpty != true }
        }
        let needed: (name: String, sample: String)? =
            switch block {
            case .httpCheck, .tlsCheck: ("url", "url { path / }")
            case .url: ("path", "path /")
            case .programCheck: ("misc_path", "misc_path \"COMMAND\"")
            case .fileCheck: ("track_file", "track_file NAME")
            case .sessionCheck: ("name", "name NAME   # of a bfd_instance")
            default: nil
            }
        if let needed, lacks(needed.name) {
            reportService(
                at: statement.location, "`\(block.rawValue)` needs a line `\(needed.name)`", fix: needed.sample)
        }
        if block == .udpCheck {
            let (least, most) = (number("min_reply_length", lines) ?? 0, number("max_reply_length", lines) ?? 255)
            if least > most {
                reportService(
                    at: statement.location, "no reply has at least \(least) octets and \(most) at most",
                    fix: "max_reply_length \(least)")
            }
        }
        judgeRepetitions(of: lines, in: block)
        judgeSource(of: lines)
    }

    /// Of most keywords the last one counts, without a word.
    private mutating func judgeRepetitions(of lines: [Statement], in block: ServiceBlock) {
        let single: Set<String> =
            switch block {
            case .certificates: Set(block.keywords?.keys.map(\.self) ?? [])
            case .url: ["digest"]
            case .nameCheck, .sessionCheck: ["name"]
            case .service: ["quorum_up", "quorum_down"]
            case .server: ["notify_up", "notify_down"]
            default: []
            }
        var seen: Set<String> = []
        for line in lines where single.contains(line.keyword.text) {
            if seen.insert(line.keyword.text).inserted { continue }
            reportService(
                at: line.location, "`\(line.keyword.text)` is there twice", fix: "remove one of the two lines")
        }
    }

    /// `bindto` is compared with the address that is to be connected to, as far as the lines before it say.
    private mutating func judgeSource(of lines: [Statement]) {
        var destination: IPAddress?
        for line in lines {
            let address = line.arguments.first.flatMap { IPAddress(String($0.text.prefix { $0 != "/" })) }
            if line.keyword.text == "connect_ip" { destination = address }
            if line.keyword.text == "bindto", let address, address.family != destination?.family ?? .v4 {
                reportService(
                    at: line.location, "`bindto` and `connect_ip` are of different families",
                    fix: "connect_ip ADDRESS   # above it")
            }
        }
        if case .v6(let address)? = destination, address.isLinkLocal,
            !lines.contains(where: { $0.keyword.text == "bind_if" })
        {
            reportService(
                at: lines[0].location, "the link-local address \(address) needs an interface",
                fix: "bind_if INTERFACE")
        }
    }

    private func number(_ name: String, _ lines: [Statement]) -> Int? {
        lines.last { $0.keyword.text == name }?.arguments.first.flatMap { Int($0.text) }
    }

    private mutating func judgeGroup(_ statement: Statement, _ lines: [Statement]) {
        if statement.arguments.isEmpty {
            reportService(
                at: statement.location, "`virtual_server_group` has no name", fix: "virtual_server_group NAME {")
        }
        var isEmpty = true
        for line in lines {
            switch ServiceTarget(line) {
            case nil:
                reportService(
                    at: line.location, "`\(line.written)` is no address with a port, no range and no fwmark",
                    fix: "ADDRESS PORT")
            case _?: isEmpty = false
            }
        }
        if isEmpty {
            reportService(at: statement.location, "the group has no entries", fix: "ADDRESS PORT   # a line for each")
        }
    }

    mutating func reportService(at location: SourceLocation, _ message: String, fix: String?) {
        report(
            .warning, "service-line", at: location, message,
            consequence: "keepalived, which does IPVS, refuses it, passes over it, or does something else", fix: fix,
            passesKeepalived: false)
    }
}

extension Statement {
    /// The line in words with single blanks.
    var written: String { ([keyword] + arguments).map(\.text).joined(separator: " ") }
}
