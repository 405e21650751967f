public import VRRPWire

/// What a route puts its packets into before they are sent (`encap`): told to an interface that makes tunnels.
///
/// Source: the numbers are those of <linux/lwtunnel.h>.
public struct RouteTunnel: Hashable, Sendable {
    /// That of the outer packets: `ip` or `ip6`.
    public var family: AddressFamily
    /// Which of the tunnels to one address; 0 is also that of one for which none is told.
    public var id: UInt64 = 0
    /// Nil leaves it to the interface.
    public var destination: IPAddress?
    public var source: IPAddress?
    /// Type of service, of IPv6 the traffic class.
    public var trafficClass: UInt8 = 0
    /// 0 leaves it to the interface.
    public var hopLimit: UInt8 = 0
    /// As keepalived takes them: TUNNEL_* with its two octets in the order of this machine.
    ///
    /// 256 is a checksum, 1024 a key, 2048 sequence numbers, 1 no fragments.
    public var flags: UInt16 = 0

    public init(family: AddressFamily) { self.family = family }

    /// The flags that say which options follow, which the kernel takes off: TUNNEL_OPTIONS_PRESENT.
    public static let optionFlags: UInt16 = 0x00D8
}

extension RouteTunnel: CustomStringConvertible {
    /// As it is written in a file.
    public var description: String {
        let isOld = family == .v4
        // One of the two has to be told.
        var text = "encap " + (isOld ? "ip" : "ip6") + (id == 0 && destination != nil ? "" : " id \(id)")
        if let destination { text += " dst \(destination)" }
        if let source { text += " src \(source)" }
        if trafficClass != 0 { text += (isOld ? " tos" : " tc") + " \(trafficClass)" }
        if hopLimit != 0 { text += (isOld ? " ttl" : " hoplimit") + " \(hopLimit)" }
        if flags != 0 { text += " flags \(flags)" }
        return text
    }
}
