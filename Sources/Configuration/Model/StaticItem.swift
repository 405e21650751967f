public import VRRPCore

/// Something that is on this host in every state.
public enum StaticItem: Hashable, Sendable {
    case address(VirtualAddress)
    case route(VirtualRoute)
    case rule(VirtualRule)

    /// The interfaces that it needs to be of use.
    public var interfaces: [String] {
        switch self {
        case .address(let address): [address.interface]
        case .route(let route): route.everyWay.compactMap(\.interface)
        case .rule(let rule): rule.inputInterface.map { [$0] } ?? []
        }
    }

    /// False with `no_track`.
    var isTracked: Bool {
        switch self {
        case .address: true
        case .route(let route): route.isTracked
        case .rule(let rule): rule.isTracked
        }
    }

    /// What its block is called behind `static_`.
    var blockSuffix: String {
        switch self {
        case .address: "ipaddress"
        case .route: "routes"
        case .rule: "rules"
        }
    }
}

extension StaticItem: CustomStringConvertible {
    public var description: String {
        switch self {
        case .address(let address): "address \(address.address)/\(address.prefixLength)"
        case .route(let route): "route \(route)"
        case .rule(let rule): "rule \(rule)"
        }
    }
}

/// A `track_group` block: instances that are at fault while a static item of theirs is not there.
public struct TrackGroup: Equatable, Sendable {
    public var name: String
    public var location: SourceLocation
    /// Their names.
    public var instances: [String]
    public var items: [StaticItem] = []

    public init(name: String, location: SourceLocation, instances: [String]) {
        self.name = name
        self.location = location
        self.instances = instances
    }

    /// What it means, in a line.
    var text: String {
        "(\(instances.joined(separator: ", ")): " + items.map(\.description).joined(separator: ", ") + ")"
    }
}
