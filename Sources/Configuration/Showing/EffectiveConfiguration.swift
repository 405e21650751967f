/// What counts of a configuration, after includes, conditions, definitions and defaults.
///
/// The places are those where each thing was written.
public struct EffectiveConfiguration: Equatable, Sendable {
    /// What is written at top level and opens no block.
    public var settings: [EffectiveSetting] = []
    /// In an order of their own, whatever that of the files is: what belongs to no instance, checks, instances, groups.
    public var blocks: [EffectiveBlock] = []
}

/// A block with all its settings, in the order of the reference page.
public struct EffectiveBlock: Equatable, Sendable {
    /// Its line without the brace, such as `vrrp_instance VI_1`.
    public var head: String
    public var keyword: String
    /// Nil for a block that has none.
    public var name: String?
    /// Nil for `global_defs` where nobody wrote it.
    public var place: SourceLocation?
    public var settings: [EffectiveSetting]
    /// The lines of a block that holds values, such as `static_routes`.
    public var lines: [EffectiveLine] = []
}

/// A setting and the value that counts.
public struct EffectiveSetting: Equatable, Sendable {
    public enum Origin: Equatable, Sendable {
        /// It stands in the block.
        case written
        /// Another keyword says it, which is named.
        case inherited(String)
        /// Nobody says it.
        case usual
        /// It is written, and does not count.
        case idle
    }

    public var keyword: String
    /// As it would be written; nil where no words of a file say it, and then `description` does.
    public var value: String?
    public var origin: Origin
    public var place: SourceLocation?
    /// What else there is to know: what was written where another value counts, or a default that is no value.
    public var description: String?
    /// Nil unless the keyword opens a block.
    public var lines: [EffectiveLine]?
}

/// A line of a block within a block.
public struct EffectiveLine: Equatable, Sendable {
    public var text: String
    public var place: SourceLocation
    /// What the line leaves to defaults.
    public var description: String?
}

/// The effective configuration of a file that has no errors.
public func effectiveConfiguration(of checked: CheckedFile) -> EffectiveConfiguration {
    let (statements, placed) = checked.parsed.statements.withRulePlaces
    return EffectiveBlocks(model: checked.model, statements: statements, placedRules: placed).configuration()
}

/// Puts the blocks together.
private struct EffectiveBlocks {
    let model: Model
    /// With its number on every line of rules.
    let statements: [Statement]
    /// Where the lines of rules are that say no number.
    let placedRules: Set<SourceLocation>

    private func all(_ keywords: String...) -> [Statement] {
        statements.filter { $0.children != nil && keywords.contains($0.keyword.text) }
    }

    /// The first block of each name, which is the one that counts.
    private func named(_ keywords: String...) -> [String: Statement] {
        let found = statements.filter { $0.children != nil && keywords.contains($0.keyword.text) }
        return Dictionary(found.compactMap { block in block.arguments.first.map { ($0.text, block) } }) { first, _ in
            first
        }
    }

    func configuration() -> EffectiveConfiguration {
        let globals = WrittenBlock(all("global_defs").flatMap { $0.children ?? [] }, in: .globalDefs)
        var configuration = EffectiveConfiguration()
        configuration.settings = WrittenBlock(statements, in: .topLevel).plainLines()
        configuration.blocks.append(
            EffectiveBlock(
                head: "global_defs", keyword: "global_defs", place: all("global_defs").first?.location,
                settings: globals.settings(value: model.global.value)))
        configuration.blocks += all("track_group").map { block($0, in: .trackGroup) { _ in nil } }
        let valueBlocks = ["interface_up_down_delays", "static_ipaddress", "static_routes", "static_rules"]
        configuration.blocks += valueBlocks.compactMap(valueBlock)
        configuration.blocks += all("garp_group").map { block($0, in: .garpGroup) { _ in nil } }
        configuration.blocks += checks(globals)
        let instances = named("vrrp_instance")
        configuration.blocks += model.instances.compactMap { instance in
            instances[instance.name].map { self.instance(instance, $0, globals) }
        }
        let groups = named("vrrp_sync_group")
        configuration.blocks += model.groups.compactMap { group in
            groups[group.name].map { block($0, in: .syncGroup, inherited: globals, value: group.value) }
        }
        return configuration
    }

    private func checks(_ globals: WrittenBlock) -> [EffectiveBlock] {
        let scripts = named("vrrp_script")
        let processes = named("vrrp_track_process")
        let files = named("track_file", "vrrp_track_file")
        let sessions = named("bfd_instance")
        return model.scripts.compactMap { check in
            scripts[check.name].map { block($0, in: .script, inherited: globals, value: check.value) }
        }
            + model.processes.compactMap { check in
                processes[check.name].map { block($0, in: .process, value: check.value) }
            }
            + model.files.compactMap { check in
                files[check.name].map { block($0, in: .trackFile, value: check.value) }
            }
            + model.sessions.compactMap { check in
                sessions[check.name].map { block($0, in: .bfd, value: check.value) }
            }
    }

    private func valueBlock(_ keyword: String) -> EffectiveBlock? {
        let blocks = all(keyword)
        let lines = blocks.flatMap { $0.children ?? [] }.map {
            model.global.effective(marked(EffectiveLine($0)), of: keyword)
        }
        guard let first = blocks.first, !lines.isEmpty else { return nil }
        return EffectiveBlock(head: keyword, keyword: keyword, place: first.location, settings: [], lines: lines)
    }

    /// Says of a rule that its number is written nowhere.
    private func marked(_ line: EffectiveLine) -> EffectiveLine {
        guard placedRules.contains(line.place) else { return line }
        var line = line
        line.description = "written without preference"
        return line
    }

    private func block(
        _ statement: Statement, in kind: BlockKind, inherited globals: WrittenBlock? = nil,
        value: (String) -> String?
    ) -> EffectiveBlock {
        let written = WrittenBlock(statement.children ?? [], in: kind)
        return EffectiveBlock(
            head: statement.writtenText, keyword: statement.keyword.text, name: statement.arguments.first?.text,
            place: statement.location, settings: written.settings(inherited: globals, value: value))
    }

    private func instance(
        _ instance: Instance, _ statement: Statement, _ globals: WrittenBlock
    ) -> EffectiveBlock {
        var shown = block(statement, in: .instance, inherited: globals, value: instance.value)
        for index in shown.settings.indices {
            guard let lines = shown.settings[index].lines else { continue }
            shown.settings[index].lines = instance.effective(lines.map(marked), of: shown.settings[index].keyword)
        }
        return shown
    }
}

extension EffectiveLine {
    init(_ statement: Statement) {
        text = statement.writtenText
        place = statement.location
    }
}
