internal import VRRPWire

/// Whether the lines of a `virtual_server` fit together, as keepalived's checker process sees it.
extension Resolver {
    /// - Parameter commandsBefore: how many commands those above it would run.
    mutating func judgeWhole(_ statement: Statement, _ groups: [String: [ServiceTarget]], commandsBefore: Int) {
        guard let lines = statement.children, !statement.arguments.isEmpty else { return }
        guard let target = ServiceTarget(service: statement.arguments.map(\.text)) else {
            return reportService(
                at: statement.arguments[0].location, "`\(statement.written)` names no service",
                fix: "virtual_server ADDRESS PORT {")
        }
        judgeOrder(lines)
        let servers = lines.filter { ["real_server", "sorry_server"].contains($0.keyword.text) }.compactMap {
            ServiceServer($0, lines)
        }
        var targets = [target]
        if case .group(let name) = target {
            // It removes without a word what uses a group that is not there, or is of another family.
            let family = servers.first?.address.family
            targets = (groups[name] ?? []).filter { $0.family == nil || family == nil || $0.family == family }
            if targets.isEmpty {
                model.global.serviceCommands.removeSubrange(commandsBefore...)
                return
            }
        }
        judgeRequired(statement, lines, targets)
        judgeServers(statement, servers, targets)
        judgeSums(statement, servers, lines)
    }

    /// A real server's address and port.
    mutating func judgeServer(_ words: [Word], of statement: Statement) {
        if ServiceTarget.server(words.map(\.text)[...]) == nil || words[0].text.contains("-") {
            reportService(
                at: words.first?.location ?? statement.location,
                "`\(statement.written)`: an address and a port are expected", fix: "real_server ADDRESS PORT {")
        }
    }

    /// Some lines count only after others.
    private mutating func judgeOrder(_ lines: [Statement]) {
        var (scheduler, hasSorry) = ("", false)
        for line in lines {
            let (name, word) = (line.keyword.text, line.arguments.first?.text ?? "")
            switch name {
            case "lb_algo", "lvs_sched": scheduler = word
            case "sorry_server": hasSorry = true
            case "sorry_server_inhibit" where !hasSorry, "sorry_server_lvs_method" where !hasSorry:
                reportService(at: line.location, "`\(name)` needs a `sorry_server` above it", fix: nil)
            case _ where ServiceBlock.hashingFlags.contains(name) && scheduler != "sh" && scheduler != "mh":
                reportService(at: line.location, "`\(name)` needs `lb_algo sh` or mh above it", fix: nil)
            default: break
            }
        }
    }

    private mutating func judgeRequired(_ statement: Statement, _ lines: [Statement], _ targets: [ServiceTarget]) {
        func has(_ names: String...) -> Bool { lines.contains { names.contains($0.keyword.text) } }
        func isMark(_ target: ServiceTarget) -> Bool { if case .mark = target { true } else { false } }
        func lacks(_ what: String, _ fix: String) {
            reportService(
                at: statement.location, "`\(statement.written)` has no line `\(what)`", fix: fix)
        }
        let marked = targets.contains(where: isMark)
        if !has("protocol"), !targets.allSatisfy(isMark) { lacks("protocol", "protocol TCP") }
        if marked, let line = lines.first(where: { $0.keyword.text == "protocol" }) {
            reportService(at: line.location, "a firewall mark has no protocol", fix: "remove the line")
        }
        if !has("lb_algo", "lvs_sched") { lacks("lb_algo", "lb_algo wlc") }
        if !has("lb_kind", "lvs_method") { lacks("lb_kind", "lb_kind NAT") }
        let hasPort = targets.allSatisfy { if case .address(_, let port) = $0 { port != 0 } else { true } }
        if !hasPort, !has("persistence_timeout") {
            reportService(
                at: statement.location, "`\(statement.written)`: only a service with persistence may have no port",
                fix: "persistence_timeout 300")
        }
        if let line = lines.first(where: { $0.keyword.text == "ip_family" }),
            let family = targets.lazy.compactMap(\.family).first,
            (family == .v6) != (line.arguments.first?.text == "inet6")
        {
            reportService(
                at: line.location, "`\(line.written)` is not the family of the service", fix: "remove the line")
        }
        if targets.contains(where: { $0.family == .v6 }),
            let line = lines.last(where: { $0.keyword.text == "persistence_granularity" }),
            line.arguments.first.flatMap({ Int($0.text) }).map({ !(1...128 ~= $0) }) ?? true
        {
            reportService(at: line.location, "`\(line.written)`: a prefix length from 1 to 128 is expected", fix: nil)
        }
        let isUDP = lines.last { $0.keyword.text == "protocol" }?.arguments.first?.text.lowercased() == "udp"
        if let line = lines.first(where: { $0.keyword.text == "ops" }), !isUDP {
            reportService(at: line.location, "`ops` is for UDP", fix: "remove the line")
        }
    }

    private mutating func judgeServers(_ statement: Statement, _ servers: [ServiceServer], _ targets: [ServiceTarget]) {
        if !servers.contains(where: { !$0.isSorry }) {
            reportService(
                at: statement.location, "`\(statement.written)` has no real server", fix: "real_server ADDRESS PORT { }"
            )
        }
        var seen: Set<String> = []
        for server in servers {
            let words = server.statement.written
            if !server.isSorry, !seen.insert("\(server.address) \(server.port)").inserted {
                reportService(at: server.statement.location, "`\(words)` is there twice", fix: "remove one of them")
            }
            for target in targets {
                guard let objection = server.objection(to: target) else { continue }
                reportService(at: server.statement.location, "`\(words)`: \(objection)", fix: nil)
                break
            }
        }
    }

    private mutating func judgeSums(_ statement: Statement, _ servers: [ServiceServer], _ lines: [Statement]) {
        func number(_ name: String) -> Int? {
            lines.last { $0.keyword.text == name }?.arguments.first.flatMap { Int($0.text) }
        }
        let total = servers.lazy.filter { !$0.isSorry }.map(\.weight).reduce(0, +)
        let (quorum, hysteresis) = (number("quorum") ?? 1, number("hysteresis") ?? 0)
        guard !servers.isEmpty else { return }
        if quorum > total {
            reportService(
                at: statement.location, "the quorum of \(quorum) is more than all servers weigh, \(total)",
                fix: "quorum \(max(total, 1))")
        } else if hysteresis >= quorum, quorum > 0 {
            reportService(
                at: statement.location, "the hysteresis of \(hysteresis) is as much as the quorum of \(quorum)",
                fix: "hysteresis \(quorum - 1)")
        }
    }
}

/// A server of a service, or what serves when there is none.
private struct ServiceServer {
    let statement: Statement
    let isSorry: Bool
    let address: IPAddress
    let port: Int
    let method: String
    let weight: Int

    init?(_ statement: Statement, _ lines: [Statement]) {
        guard let (address, port) = ServiceTarget.server(statement.arguments.map(\.text)[...]) else { return nil }
        func last(_ names: [String], _ lines: [Statement]) -> String? {
            lines.last { names.contains($0.keyword.text) }?.arguments.first?.text
        }
        self.statement = statement
        isSorry = statement.keyword.text == "sorry_server"
        (self.address, self.port) = (address, port)
        let own = isSorry ? last(["sorry_server_lvs_method"], lines) : last(["lvs_method"], statement.children ?? [])
        method = own ?? last(["lb_kind", "lvs_method"], lines) ?? "NAT"
        weight =
            (last(["weight"], statement.children ?? []) ?? last(["weight"], lines)).flatMap { Int32($0) }.map(Int.init)
            ?? 1
    }

    /// Why it cannot serve at `target`; nil when it can.
    func objection(to target: ServiceTarget) -> String? {
        switch target {
        case .address(let service, let servicePort):
            if service.family != address.family, method != "TUN" { return "it is of another family than the service" }
            let differs = port != servicePort && port != 0 && method != "NAT"
            return differs ? "with \(method) it has the port of the service, \(servicePort)" : nil
        case .mark:
            return port != 0 && method != "NAT" ? "with a firewall mark it has no port" : nil
        case .group: return nil
        }
    }
}
