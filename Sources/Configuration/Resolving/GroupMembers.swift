extension Resolver {
    /// A sync group cannot run yet, but a member that does not exist is a mistake of its own and worth saying now.
    mutating func checkGroupMembers(_ statements: [Statement]) {
        for group in statements where group.keyword.text == "vrrp_sync_group" {
            let lists = (group.children ?? []).filter { $0.keyword.text == "group" }
            for line in lists.flatMap({ $0.children ?? [] }) {
                for member in [line.keyword] + line.arguments where definedInstances[member.text] == nil {
                    report(
                        .error, "undefined-instance", at: member.location,
                        "there is no vrrp_instance `\(member.text)`",
                        consequence: "the group would move without it; keepalived leaves it out",
                        fix: KeywordTable.nearest(to: member.text, among: definedInstances.keys.sorted())
                            .map { "\($0)" } ?? "define vrrp_instance \(member.text), or remove the name")
                }
            }
        }
    }
}
