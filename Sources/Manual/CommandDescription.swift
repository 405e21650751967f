internal import Control

/// A command with its arguments and subcommands, as Swift Argument Parser describes it.
///
/// It is read from what `understudy --experimental-dump-help` prints, so that a new subcommand is documented by being there.
package struct CommandDescription: Equatable, Sendable {
    package var name: String
    package var abstract: String
    /// Paragraphs, with an empty line between them.
    package var discussion: String
    package var arguments: [Argument]
    /// Without the hidden ones.
    package var subcommands: [CommandDescription]

    package struct Argument: Equatable, Sendable {
        package enum Kind: String, Sendable { case positional, option, flag }

        package var kind: Kind
        /// As they are typed: `-i`, `--id`.
        ///
        /// None for a positional argument.
        package var names: [String]
        /// What stands for its value.
        package var value: String
        package var abstract: String
        package var discussion: String
        package var defaultValue: String?
        package var isOptional: Bool
        package var isRepeating: Bool
    }

    /// Why a description cannot be read.
    package struct Unreadable: Error, Equatable, Sendable, CustomStringConvertible {
        package var description: String
    }

    /// - Parameter dump: the JSON that Swift Argument Parser writes.
    package init(dump: String) throws(Unreadable) {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: dump)
        } catch {
            throw Unreadable(description: "the description of the command is not JSON: \(error.reason)")
        }
        guard let command = json["command"] else { throw Unreadable(description: "the description has no command") }
        try self.init(command)
    }

    private init(_ json: JSON) throws(Unreadable) {
        name = try json.text("commandName")
        abstract = json.optionalText("abstract") ?? ""
        discussion = json.optionalText("discussion") ?? ""
        arguments = []
        subcommands = []
        for argument in json.displayed("arguments") { arguments.append(try Argument(argument)) }
        for command in json.displayed("subcommands") { subcommands.append(try CommandDescription(command)) }
    }
}

extension CommandDescription.Argument {
    fileprivate init(_ json: JSON) throws(CommandDescription.Unreadable) {
        let kind = try json.text("kind")
        guard let known = Self.Kind(rawValue: kind) else {
            throw CommandDescription.Unreadable(description: "an argument is of the unknown kind '\(kind)'")
        }
        self.kind = known
        names = []
        for name in json.elements("names") {
            names.append((try name.text("kind") == "short" ? "-" : "--") + (try name.text("name")))
        }
        value = json.optionalText("valueName") ?? ""
        abstract = json.optionalText("abstract") ?? ""
        discussion = json.optionalText("discussion") ?? ""
        defaultValue = json.optionalText("defaultValue")
        isOptional = json["isOptional"] == .bool(true)
        isRepeating = json["isRepeating"] == .bool(true)
    }
}

extension JSON {
    fileprivate func optionalText(_ name: String) -> String? {
        guard case .string(let text) = self[name] else { return nil }
        return text
    }

    fileprivate func text(_ name: String) throws(CommandDescription.Unreadable) -> String {
        guard let text = optionalText(name) else {
            throw CommandDescription.Unreadable(description: "the description lacks '\(name)' somewhere")
        }
        return text
    }

    fileprivate func elements(_ name: String) -> [JSON] {
        guard case .array(let elements) = self[name] else { return [] }
        return elements
    }

    /// The elements that are not hidden.
    fileprivate func displayed(_ name: String) -> [JSON] {
        elements(name).filter { $0["shouldDisplay"] != .bool(false) }
    }
}
