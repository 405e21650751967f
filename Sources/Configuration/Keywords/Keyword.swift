/// One keyword of keepalived's language, as it is understood inside one kind of block.
///
/// The table of these is the single source for the resolver, for suggestions and for the reference page.
public struct Keyword: Equatable, Sendable {
    public enum Status: Equatable, Sendable {
        /// Understudy does it.
        case supported
        /// keepalived does it and Understudy does not: an error. `without` says what is missing when the line is
        /// removed; `instead` is what to do about it, nil for the general advice.
        case notYet(without: String, instead: String?)
        /// Belongs to another daemon's job and is passed over whole, with a note.
        case skipped(String)
        /// Has no effect in keepalived today either: a warning that names what replaced it.
        case obsolete(String)
        /// Accepted although nothing comes of it: one note for all keywords with this remark.
        case noted(Remark)
    }

    /// Why nothing comes of some keywords, and what there is in their place.
    public struct Remark: Hashable, Sendable {
        /// The code of its diagnostic.
        var code: String
        /// Completes "KEYWORD is accepted: ...".
        public var reason: String
        var consequence: String
        var instead: String?
    }

    public var name: String
    public var shape: ArgumentShape
    /// The default in words; nil when there is none, or when leaving the keyword out is an error.
    public var defaultText: String?
    /// One line, without a full stop.
    public var meaning: String
    public var status: Status
    /// The block that the keyword opens, when its content has a table of its own.
    public var opens: BlockKind?
    /// True when the keyword may stand several times in its block.
    public var repeats: Bool
    /// True for what only Understudy knows.
    public var isOurs = false
    /// True when keepalived takes the first of several lines, and not the last.
    var keepsFirst = false

    public init(
        _ name: String, _ shape: ArgumentShape, _ defaultText: String? = nil, _ meaning: String,
        status: Status = .supported, opens: BlockKind? = nil, repeats: Bool = false
    ) {
        self.name = name
        self.shape = shape
        self.defaultText = defaultText
        self.meaning = meaning
        self.status = status
        self.opens = opens
        self.repeats = repeats
    }

    /// A keyword that Understudy does not act on yet; `without` completes "Without it ...".
    static func notYet(
        _ name: String, _ shape: ArgumentShape, _ meaning: String, without: String, instead: String? = nil,
        opens: BlockKind? = nil
    ) -> Keyword {
        Keyword(name, shape, nil, meaning, status: .notYet(without: without, instead: instead), opens: opens)
    }

    static func skipped(_ name: String, _ shape: ArgumentShape, _ meaning: String) -> Keyword {
        Keyword(name, shape, nil, meaning, status: .skipped("the daemon that does IPVS"), repeats: true)
    }

    static func obsolete(_ name: String, _ shape: ArgumentShape, _ meaning: String, now replacement: String) -> Keyword
    {
        Keyword(name, shape, nil, meaning, status: .obsolete(replacement))
    }

    /// A keyword that is accepted with a note.
    static func noted(
        _ name: String, _ shape: ArgumentShape, _ meaning: String, _ remark: Remark, repeats: Bool = false
    ) -> Keyword {
        Keyword(name, shape, nil, meaning, status: .noted(remark), repeats: repeats)
    }

    var isSupported: Bool { status == .supported }

    /// Whether an earlier line counts, and not a later one; a weight that is the usual one does not pass for written.
    func keeps(_ earlier: Statement) -> Bool {
        keepsFirst && (name != "weight" || earlier.arguments.first?.text != defaultText)
    }

    /// Marks a keyword as one that only Understudy knows.
    var ours: Keyword {
        var keyword = self
        keyword.isOurs = true
        return keyword
    }

    /// Marks a keyword whose first line counts.
    var firstCounts: Keyword {
        var keyword = self
        keyword.keepsFirst = true
        return keyword
    }
}

/// What may follow a keyword.
public enum ArgumentShape: Hashable, Sendable {
    /// Nothing.
    case flag
    /// Nothing, or one of `on off true false yes no`; nothing means on.
    case optionalBoolean
    case integer(ClosedRange<Int>)
    /// Decimal seconds; the range is in microseconds.
    case seconds(ClosedRange<UInt64>)
    /// Decimal milliseconds; the range is in microseconds.
    case milliseconds(ClosedRange<UInt64>)
    /// `N [reverse]` with the range of N.
    case weight(ClosedRange<Int>)
    /// An address, written without a prefix.
    case address
    /// A multicast group.
    case group
    /// The name of a network interface.
    case interface
    /// `USER [GROUP]`.
    case user
    /// One word, with the placeholder that stands for it in documentation.
    case word(String)
    /// So many words.
    case words(String, ClosedRange<Int>)
    /// A command in double quotes.
    case command
    /// A command in double quotes, then perhaps who runs it.
    case notifyCommand(isOptional: Bool)
    /// `{ ... }` whose first words are keywords or values; the placeholder names the block's own argument.
    case block(named: String?)
    /// Whatever keepalived takes there, in its notation; for keywords that are not read.
    case text(String)

    /// How the arguments are written, for messages and for the reference page.
    public var notation: String {
        switch self {
        case .flag: ""
        case .optionalBoolean: "[on|off]"
        case .integer(let range): "\(range.lowerBound)..\(range.upperBound)"
        case .seconds: "SECONDS"
        case .milliseconds: "MILLISECONDS"
        case .weight(let range): "\(range.lowerBound)..\(range.upperBound) [reverse]"
        case .address: "ADDRESS"
        case .group: "GROUP"
        case .interface: "INTERFACE"
        case .user: "USER [GROUP]"
        case .word(let placeholder), .words(let placeholder, _), .text(let placeholder): placeholder
        case .command: "\"COMMAND\""
        case .notifyCommand(isOptional: false): "\"COMMAND\" [USER [GROUP]]"
        case .notifyCommand(isOptional: true): "[\"COMMAND\" [USER [GROUP]]]"
        case .block(named: nil): "{ }"
        case .block(named: .some(let name)): "\(name) { }"
        }
    }

    /// How many words must follow, not counting a block.
    var wordCount: ClosedRange<Int> {
        switch self {
        case .flag, .block(named: nil): 0...0
        case .optionalBoolean: 0...1
        case .integer, .seconds, .milliseconds, .address, .group, .interface, .word, .block(named: .some), .command:
            1...1
        case .weight, .user: 1...2
        case .words(_, let range): range
        case .text, .notifyCommand(isOptional: true): 0...Int.max
        // The words are those of its own quoting rules.
        case .notifyCommand(isOptional: false): 1...Int.max
        }
    }

    var isBlock: Bool {
        if case .block = self { true } else { false }
    }

    /// Whether it is read from the line as written.
    var isCommand: Bool {
        switch self {
        case .command, .notifyCommand: true
        default: false
        }
    }
}

/// The kinds of block that have keywords of their own.
public enum BlockKind: String, CaseIterable, Sendable {
    case topLevel = "top level"
    case globalDefs = "global_defs"
    case script = "vrrp_script"
    case process = "vrrp_track_process"
    case instance = "vrrp_instance"
    case authentication = "authentication"
    case authHMAC = "auth_hmac"
    case unicastPeers = "unicast_peer"
    case addresses = "virtual_ipaddress"
    case routes = "virtual_routes"
    case rules = "virtual_rules"
    case trackedInterfaces = "track_interface"
    case trackedScripts = "track_script"
    case trackedProcesses = "track_process"
    case trackedFiles = "track_file of an instance"
    case trackedSessions = "track_bfd"
    case syncGroup = "vrrp_sync_group"
    case trackFile = "track_file"
    case interfaceDelays = "interface_up_down_delays"
    case bfd = "bfd_instance"
    case garpGroup = "garp_group"
    case trackGroup = "track_group"

    /// "at top level", "inside vrrp_instance".
    public var place: String { self == .topLevel ? "at top level" : "inside \(rawValue)" }

    /// True when a line's first word is a value; the table then holds what may follow it.
    var holdsValues: Bool {
        switch self {
        case .interfaceDelays, .unicastPeers, .addresses, .routes, .rules, .trackedInterfaces, .trackedScripts,
            .trackedProcesses, .trackedFiles, .trackedSessions:
            true
        default: false
        }
    }
}

/// Every keyword that is known, by block.
public enum KeywordTable {
    /// The keywords of one kind of block, in the order of the reference page.
    public static func keywords(in block: BlockKind) -> [Keyword] {
        switch block {
        case .topLevel: topLevel + topLevelProcess
        case .globalDefs:
            globalDefs + globalDefsVirtualMAC + globalDefsFilter + globalDefsNotify + globalDefsMail + globalDefsDumps
                + globalDefsLife + globalDefsBuffers + globalDefsNoted + globalDefsElsewhere
        case .script: script
        case .process: process
        case .instance:
            instance + virtualMAC + instanceSource + acceptance + instanceNotify + instanceMail + instanceLater
        case .authentication: authentication
        case .authHMAC: authHMAC
        case .unicastPeers: unicastPeers
        case .addresses: addressAttributes
        case .routes: routeAttributes
        case .rules: ruleAttributes
        case .trackedInterfaces, .trackedScripts, .trackedProcesses, .trackedSessions: trackAttributes
        case .trackedFiles: fileAttributes
        case .syncGroup: syncGroup
        case .trackFile: trackFile
        case .interfaceDelays: []
        case .bfd: bfd
        case .garpGroup: garpGroup
        case .trackGroup: trackGroup
        }
    }

    /// Whether only Understudy knows a keyword of this name.
    static func isOurs(_ name: String) -> Bool { ourNames.contains(name) }

    private static let ourNames = Set(BlockKind.allCases.flatMap(keywords).filter(\.isOurs).map(\.name))

    private static let byName: [BlockKind: [String: Keyword]] = {
        var table: [BlockKind: [String: Keyword]] = [:]
        for block in BlockKind.allCases {
            for keyword in keywords(in: block) { table[block, default: [:]][keyword.name] = keyword }
        }
        return table
    }()

    /// The keyword `name` inside `block`, or nil when it is not known there.
    public static func keyword(_ name: String, in block: BlockKind) -> Keyword? { byName[block]?[name] }

    /// A line with the keyword that could stand in some block; nil when it has no value, or is a block itself.
    static func exampleLine(_ name: String) -> String? {
        BlockKind.allCases.lazy.compactMap { keyword(name, in: $0)?.example(in: $0) }
            .first { $0.hasPrefix(name + " ") && !$0.contains("\n") && !$0.contains("{") }
    }
}
