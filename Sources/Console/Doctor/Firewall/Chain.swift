/// Where in the kernel a chain begins (Documentation/networking/netfilter, nft(8)).
package enum FirewallHook: String, Sendable {
    case ingress, prerouting, input, output, postrouting, egress

    /// The hooks that an advert passes on its way, in order; a forwarded packet's are others.
    static func path(_ direction: HypotheticalPacket.Direction) -> [FirewallHook] {
        switch direction {
        case .incoming: [.ingress, .prerouting, .input]
        case .outgoing: [.output, .postrouting, .egress]
        }
    }
}

/// Which tool keeps a rule, and so can change it.
package enum RuleSource: Hashable, Sendable {
    case nft
    /// iptables or ip6tables, of one kind; the name of the command that changes this kind.
    case iptables(command: String)
}

/// What a rule does with a packet that meets its conditions.
package enum RuleAction: Equatable, Sendable {
    /// Counts, logs and the like: the next rule is looked at.
    case goOn
    /// Sets the packet's mark: nil when to what is not known.
    case setMark(UInt32?)
    case untrack
    case accept
    /// Or reject.
    case drop
    case leaveChain
    case jump(String)
    case goTo(String)
    /// Hands it to a program, or does something that is not known here.
    case unclear
}

/// What changes while a packet passes through the rules.
package struct PacketState: Equatable, Sendable {
    /// Nil when it is not known.
    package var mark: UInt32? = 0
    /// True when connection tracking was told to leave it alone; nil when that is not known.
    package var isUntracked: Bool? = false
    /// True in chains that come before connection tracking.
    package var isTooEarly = false

    /// What connection tracking says of an advert, which nothing has answered before; nil when it is not known.
    var connectionState: String? {
        // Of what it has not seen, the kernel says invalid.
        isUntracked.map { $0 ? "untracked" : isTooEarly ? "invalid" : "new" }
    }
}

package struct FirewallRule: Sendable {
    /// Whether the packet at hand meets the conditions.
    package var holds: @Sendable (PacketState) -> Truth
    package var action: RuleAction
    /// As the tool prints it.
    package var text: String

    init(_ text: String, _ action: RuleAction, holds: @escaping @Sendable (PacketState) -> Truth) {
        self.text = text
        self.action = action
        self.holds = holds
    }
}

/// A chain that the kernel itself enters.
package struct BaseChain: Hashable, Sendable {
    package var source: RuleSource
    /// `ip`, `ip6`, `inet`, `netdev`, `bridge`.
    package var family: String
    package var table: String
    package var name: String
    package var hook: FirewallHook
    package var priority: Int
    /// Whether a packet that no rule decided about is dropped.
    package var dropsByDefault: Bool

    /// Whether connection tracking has not looked yet (NF_IP_PRI_CONNTRACK).
    var isBeforeTracking: Bool {
        switch hook {
        case .ingress: true
        case .prerouting, .output: priority < -200
        case .input, .postrouting, .egress: false
        }
    }

    /// `chain input of table inet filter (nftables)`, `chain INPUT of table filter (iptables)`.
    package var description: String {
        switch source {
        case .nft: "chain \(name) of table \(family) \(table) (nftables)"
        case .iptables(let command): "chain \(name) of table \(table) (\(command))"
        }
    }
}

/// The chains of one table.
package struct FirewallTable: Sendable {
    package var baseChains: [BaseChain] = []
    package var chains: [String: [FirewallRule]] = [:]
}
