/// Something that is on this host in every state (`static_ipaddress`, `static_routes`, `static_rules`).
package struct StaticStatus: Codable, Equatable, Sendable {
    package enum Kind: String, Codable, Sendable, CaseIterable { case address, route, rule }

    package var kind: Kind
    /// As it is written in a file: `192.0.2.1/24 dev eth0`, `10.0.0.0/8 via 192.0.2.254`.
    package var item: String
    /// On this host now, as the kernel says.
    package var isPresent: Bool
    /// False with `no_track`: that it is not there does not count.
    package var isTracked: Bool
    /// It has an end (`expires`), after which it is not there, and nothing is wrong; nil without one.
    package var hasEnd: Bool?

    package init(_ kind: Kind, _ item: String, isPresent: Bool, isTracked: Bool) {
        self.kind = kind
        self.item = item
        self.isPresent = isPresent
        self.isTracked = isTracked
    }

    /// It is not there, and should be.
    package var isMissing: Bool { !isPresent && isTracked && hasEnd != true }
}
