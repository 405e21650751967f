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
    /// The members of a group in its order.
    public func members(of group: SyncGroupSettings) -> [Instance] {
        group.members.compactMap { name in instances.first { $0.name == name } }
    }

    /// The positions of a group's members, the one that decides first: the lowest VRID, then IPv4, then the lowest address.
    ///
    /// Both hosts come to the same order, whatever the names of instances and interfaces are and however they are sorted.
    public func significance(of group: SyncGroupSettings) -> [Int] {
        let members = members(of: group)
        return members.indices.sorted { left, right in
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
