internal import Control

/// What is on the host in every state, and interfaces that do not count yet as they are.
extension StatusReport {
    static func statics(_ items: [StaticStatus]) -> [StyledText] {
        let rows = items.map { item -> [StyledText] in
            let presence: StyledText =
                if item.isPresent {
                    StyledText("here", .good)
                } else if item.isMissing {
                    StyledText("MISSING", .bad)
                } else {
                    item.hasEnd == true ? "ended" : "not here"
                }
            return [StyledText(item.kind.rawValue), StyledText(item.item), presence]
        }
        return aligned(rows).map(\.text)
    }

    static func pendingLinks(_ links: [PendingLink]) -> [StyledText] {
        links.map { StyledText("\($0.interface) is \($0.text)", .doubtful) }
    }
}
