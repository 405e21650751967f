import Configuration

import class Foundation.ProcessInfo

/// Fixed numbers for each seed (SplitMix64).
struct SeededNumbers: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// How many times as many random inputs are tried as usual: UNDERSTUDY_LONG asks for more.
let thoroughness = ProcessInfo.processInfo.environment["UNDERSTUDY_LONG"] == nil ? 1 : 4

/// A valid file, made of the examples of the keyword table, in a layout that nobody would choose.
///
/// It is for the configuration id `node`, as the tests read files.
struct RandomFile {
    private indirect enum Node {
        case line(String)
        case block(String, [Node])
    }

    private var random: SeededNumbers
    private var lines: [String] = []
    /// How many comments there are: each has its number.
    private(set) var comments = 0
    private var names = 0

    init(seed: UInt64) { random = SeededNumbers(state: seed) }

    /// The text, with line feeds or with carriage returns before them.
    mutating func text() -> String {
        lines = []
        var nodes = [block(.globalDefs, "global_defs")]
        nodes += [
            block(.script, "vrrp_script chk_haproxy", required: ["script"]),
            block(.process, "vrrp_track_process haproxy", required: ["process"]),
            block(.trackFile, "track_file maintenance", required: ["file"]),
            .block(
                "bfd_instance ROUTER", content(.bfd, required: ["neighbor_ip"], without: ["neighbour_ip", "checker"])),
        ]
        let count = Int.random(in: 1...3, using: &random)
        for number in 1...count { nodes.append(instance(number)) }
        if count > 1, chance(30) {
            nodes.append(
                .block(
                    "vrrp_sync_group G",
                    [.block("group", (1...count).map { .line("VI_\($0)") })] + content(.syncGroup, without: ["group"])))
        }
        if chance(20) { nodes.append(.block("interface_up_down_delays", [.line("eth0 1 10")])) }
        if chance(20) { nodes.append(.block("static_routes", [.line("198.51.100.0/24 via 192.0.2.254 dev eth0")])) }
        if chance(20) { nodes += statics() }
        render(nodes, depth: 0)
        return lines.joined(separator: chance(10) ? "\r\n" : "\n") + (chance(80) ? "\n" : "")
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &random) < percent }

    private mutating func pick(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }
}

// MARK: Content

extension RandomFile {
    /// What makes an error of its neighbours, or needs an instance of another kind.
    private static let unfit: Set<String> = ["native_ipv6", "unicast_src_ip", "auth_hmac", "garp_group"]

    private func node(_ example: String) -> Node {
        guard example.hasSuffix("}"), let open = example.firstIndex(of: "{") else { return .line(example) }
        let body = example[example.index(after: open)...].dropLast().split(separator: "\n")
        return .block(
            String(example[..<open].dropLast()), body.map { .line(String($0.drop { $0 == " " })) })
    }

    private mutating func content(
        _ kind: BlockKind, required: Set<String> = [], without left: Set<String> = []
    ) -> [Node] {
        KeywordTable.keywords(in: kind).compactMap { keyword in
            guard let example = keyword.example(in: kind), !left.contains(keyword.name),
                !Self.unfit.contains(keyword.name), required.contains(keyword.name) || chance(25)
            else { return nil }
            return node(example)
        }
    }

    private mutating func block(_ kind: BlockKind, _ head: String, required: Set<String> = []) -> Node {
        .block(head, content(kind, required: required))
    }

    private mutating func instance(_ number: Int) -> Node {
        var left: Set<String> = ["interface", "virtual_router_id", "virtual_ipaddress", "authentication", "version"]
        if chance(50) { left.remove(chance(50) ? "authentication" : "version") }
        var nodes: [Node] = [.line("interface eth0"), .line("virtual_router_id \(50 + number)")]
        nodes.append(.block("virtual_ipaddress", addresses(number)))
        nodes += content(.instance, without: left.union(["virtual_ipaddress_excluded"]))
        if chance(20) { nodes.append(.block("virtual_rules", [.line("to 198.51.100.\(number) lookup 100")])) }
        return .block("vrrp_instance VI_\(number)", nodes.shuffled(using: &random))
    }

    /// With rules whose number follows from those before them.
    private mutating func statics() -> [Node] {
        let address = "198.51.100.1/24" + pick(["", " dev eth1 track_group T", " track_group T"])
        return [
            .block("track_group T", [.block("group", [.line("VI_1")])]),
            .block("static_rules", [.line("from 198.51.100.2 lookup 100" + pick([" track_group T", ""]))]),
            .block("static_ipaddress", [.line(address)]),
        ]
    }

    private mutating func addresses(_ number: Int) -> [Node] {
        var nodes: [Node] = [.line("192.0.\(number).10/24")]
        if chance(30) { nodes.append(.line("~SEQ(N, 11, 13) 192.0.\(number).${N}/24 dev eth1")) }
        if chance(30) { nodes.append(.line("192.0.\(number).20/24 brd + label \"eth0:vip\"")) }
        return nodes
    }
}

// MARK: Layout

extension RandomFile {
    private mutating func render(_ nodes: [Node], depth: Int) {
        for node in nodes {
            addIdleLines(depth)
            switch node {
            case .line(let text): renderLine(text, depth)
            case .block(let head, let children): renderBlock(head, children, depth)
            }
        }
        addIdleLines(depth)
    }

    private mutating func indentation(_ depth: Int) -> String {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: ""
        case 1: String(repeating: "\t", count: depth)
        case 2: String(repeating: " ", count: Int.random(in: 0...9, using: &random))
        default: String(repeating: "    ", count: depth)
        }
    }

    private mutating func comment() -> String {
        comments += 1
        return pick(["# ", "#", "! ", "## "]) + "c\(comments)" + pick(["", "  ", " { not a block", " \"open"])
    }

    private mutating func trailing() -> String {
        chance(20) ? pick([" ", "   ", "\t"]) + comment() : pick(["", "", "  "])
    }

    private mutating func addIdleLines(_ depth: Int) {
        if chance(15) { lines += Array(repeating: pick(["", "  "]), count: Int.random(in: 1...3, using: &random)) }
        if chance(10) { lines.append(indentation(depth) + comment()) }
        if chance(4) { lines.append(indentation(depth) + "@other junk { that nobody reads }") }
    }

    /// More blanks between words, but not in quotes.
    private mutating func spread(_ text: String) -> String {
        guard chance(30), !text.contains("'") else { return text }
        var isQuoted = false
        var spread = ""
        for character in text {
            if character == "\"" { isQuoted.toggle() }
            spread += character == " " && !isQuoted ? pick([" ", "  ", "\t"]) : String(character)
        }
        return spread
    }

    private mutating func renderLine(_ text: String, _ depth: Int) {
        if text.hasPrefix("~") {
            lines.append(indentation(depth) + text)
        } else if chance(8), let space = text.firstIndex(of: " ") {
            names += 1
            lines.append(indentation(depth) + "$V\(names)=" + text[text.index(after: space)...])
            lines.append(indentation(depth) + text[..<space] + " " + pick(["$V\(names)", "${V\(names)}"]) + trailing())
        } else if chance(6) {
            lines.append(indentation(depth) + "@node " + text)
        } else if chance(6) {
            names += 1
            lines.append(indentation(depth) + "$L\(names)= \\")
            lines += ["  \(text)  \\", "", indentation(depth) + "$L\(names)"]
        } else {
            lines.append(indentation(depth) + spread(text) + trailing())
        }
    }

    private mutating func renderBlock(_ head: String, _ children: [Node], _ depth: Int) {
        if children.count == 1, case .line(let only) = children[0], !only.hasPrefix("~"), chance(40) {
            lines.append(indentation(depth) + head + pick([" { ", "{"]) + only + pick([" }", "}"]) + trailing())
            return
        }
        if depth == 0, chance(15) {
            lines.append("@other vrrp_instance DECOY {")
            lines.append("@node \(head) {")
        } else if chance(25) {
            lines.append(indentation(depth) + spread(head) + trailing())
            if chance(20) { lines.append(indentation(depth) + comment()) }
            lines.append(indentation(depth) + "{" + trailing())
        } else {
            lines.append(indentation(depth) + spread(head) + pick([" {", "{", "   {"]) + trailing())
        }
        render(children, depth: depth + 1)
        lines.append(indentation(depth) + "}" + trailing())
    }
}
