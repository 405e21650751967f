internal import CLinux
internal import Glibc
package import VRRPWire

/// Whether this host's firewall lets a protocol out, VRRP unless another is named, found out without a packet on the wire.
///
/// A multicast packet whose TTL is 0 passes the rules for output and is dropped before it reaches the interface. Where a rule
/// drops it the kernel says EPERM to the sender. What comes later on the way out (postrouting, egress) is not tried.
///
/// - Returns: false when it was refused.
package func isOutputAllowed(
    interfaceName: String, interfaceIndex: UInt32, group address: IPAddress,
    protocolNumber: UInt8 = Carrier.protocolNumber
) throws(SystemError) -> Bool {
    let family = address.family
    let domain = family == .v4 ? AF_INET : AF_INET6
    let socket = try FileDescriptor("socket for a probe on \(interfaceName)") {
        cl_socket(domain, Int32(CL_SOCK_RAW), Int32(protocolNumber), 0)
    }
    let group = cl_address(address, scope: interfaceIndex)
    switch family {
    case .v4:
        try socket.set(Int32(IPPROTO_IP), IP_MULTICAST_TTL, 0, "set IP_MULTICAST_TTL on \(interfaceName)")
        try socket.set(Int32(IPPROTO_IP), IP_MULTICAST_LOOP, 0, "set IP_MULTICAST_LOOP on \(interfaceName)")
        let descriptor = socket.rawValue
        try retryingOnInterrupt("set IP_MULTICAST_IF to \(interfaceName)") {
            cl_multicast_interface_v4(descriptor, Int32(interfaceIndex))
        }
    case .v6:
        // The kernel looks at the hop limit of what it also delivers here, and then only: so this socket is a member.
        let level = Int32(IPPROTO_IPV6)
        try socket.set(level, IPV6_MULTICAST_HOPS, 0, "set IPV6_MULTICAST_HOPS on \(interfaceName)")
        try socket.set(level, IPV6_MULTICAST_LOOP, 1, "set IPV6_MULTICAST_LOOP on \(interfaceName)")
        try socket.set(level, IPV6_MULTICAST_IF, Int32(interfaceIndex), "set IPV6_MULTICAST_IF to \(interfaceName)")
        let descriptor = socket.rawValue
        try retryingOnInterrupt("join \(address) on \(interfaceName)") {
            cl_join(descriptor, group, Int32(interfaceIndex))
        }
    }
    // No version, no virtual router: whoever saw it would count it as malformed.
    let payload = [UInt8](repeating: 0, count: 8)
    do throws(SystemError) {
        try sendDatagram(socket.rawValue, payload.span, to: group, "send a probe on \(interfaceName)")
        return true
    } catch {
        if error.code == EPERM { return false }
        throw error
    }
}
