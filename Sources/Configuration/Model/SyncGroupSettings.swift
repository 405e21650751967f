internal import VRRPCore
internal import VRRPWire

/// A `vrrp_sync_group` block: instances that move together.
///
/// What the group watches has been given to every member when it was resolved.
public struct SyncGroupSettings: Equatable, Sendable {
    public var name: String
    public var location: SourceLocation
    /// The names of the instances, as written.
    public var members: [String] = []
    /// `sync_group_tracking_weight`: weights of the members' own trackers count.
    public var countsWeights = false
    /// What was written in the group's own lists.
    public var trackedInterfaces: [Tracked] = []
    public var trackedScripts: [Tracked] = []
    public var trackedProcesses: [Tracked] = []
    public var trackedFiles: [Tracked] = []
    public var trackedSessions: [Tracked] = []
    /// Who is told what becomes of the whole.
    public var notifications = Notifications()

    public init(name: String, location: SourceLocation) {
        self.name = name
        self.location = location
    }
}

extension Model {
    /// Where each instance stands among ``instances``, by its name, for who asks for the members of groups.
    public func positions(where isWanted: (String) -> Bool = { _ in true }) -> [String: Int] {
        var positions: [String: Int] = [:]
        for index in instances.indices where isWanted(instances[index].name) {
            positions[instances[index].name] = index
        }
        return positions
    }

    /// The members of a group in its order.
    ///
    /// - Parameter positions: those of its members at least.
    public func members(of group: SyncGroupSettings, at positions: [String: Int]) -> [Instance] {
        group.members.compactMap { name in positions[name].map { instances[$0] } }
    }

    /// The positions of a group's members, the one that decides first: the lowest VRID, then IPv4, then the lowest address.
    ///
    /// Both hosts come to the same order, whatever the names of instances and interfaces are and however they are sorted.
    public static func significance(of members: [Instance]) -> [Int] {
        members.indices.sorted { left, right in
            let (a, b) = (members[left], members[right])
            if a.virtualRouterID != b.virtualRouterID { return a.virtualRouterID.rawValue < b.virtualRouterID.rawValue }
            if a.family != b.family { return a.family == .v4 }
            guard let first = a.addresses.map(\.address).min(), let second = b.addresses.map(\.address).min(),
                first != second
            else { return left < right }
            return first < second
        }
    }
}
