internal import CLinux
internal import Glibc
package import VRRPWire

/// A netlink socket of one network namespace with which cables are laid: bridges, veth pairs, addresses, link states.
///
/// Every request waits for the kernel's answer, so what returned has happened.
package final class LinkSocket {
    private let descriptor: FileDescriptor
    private let namespace: NetworkNamespace

    package init(in namespace: NetworkNamespace) throws(SystemError) {
        self.namespace = namespace
        descriptor = try namespace.perform { () throws(SystemError) in
            try FileDescriptor("socket(AF_NETLINK)") { cl_socket(AF_NETLINK, Int32(CL_SOCK_RAW), NETLINK_ROUTE, 1) }
        }
    }

    /// Creates a switch: it forwards at once, keeps no spanning tree and does not prune multicast.
    package func addBridge(_ name: String) throws(SystemError) {
        var request = LinkRequest(Int(RTM_NEWLINK), flags: Int(NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK))
        request.appendInterface(flags: up, change: up)
        request.attribute(Int(IFLA_IFNAME), name)
        request.nested(Int(IFLA_LINKINFO)) {
            $0.attribute(Int(IFLA_INFO_KIND), "bridge")
            $0.nested(Int(IFLA_INFO_DATA)) {
                $0.attribute(Int(IFLA_BR_FORWARD_DELAY), UInt32(0))
                $0.attribute(Int(IFLA_BR_STP_STATE), UInt32(0))
                $0.attribute(Int(IFLA_BR_MCAST_SNOOPING), UInt8(0))
            }
        }
        try perform("create bridge \(name)", request)
    }

    /// Lays a cable from a port of `bridge` in this namespace to an interface called `interface` in another one.
    ///
    /// The port is up; the interface, which cannot be before its port exists, is down.
    package func addCable(
        port: String, bridge: Int32, interface: String, in other: NetworkNamespace
    ) throws(SystemError) {
        var request = LinkRequest(Int(RTM_NEWLINK), flags: Int(NLM_F_CREATE | NLM_F_EXCL | NLM_F_ACK))
        request.appendInterface(flags: up, change: up)
        request.attribute(Int(IFLA_IFNAME), port)
        request.attribute(Int(IFLA_MASTER), UInt32(bitPattern: bridge))
        request.nested(Int(IFLA_LINKINFO)) {
            $0.attribute(Int(IFLA_INFO_KIND), "veth")
            $0.nested(Int(IFLA_INFO_DATA)) {
                $0.nested(Int(VETH_INFO_PEER)) {
                    $0.appendInterface()
                    $0.attribute(Int(IFLA_IFNAME), interface)
                    $0.attribute(Int(IFLA_NET_NS_FD), UInt32(bitPattern: other.rawDescriptor))
                }
            }
        }
        try perform("create interface \(interface)", request)
    }

    /// Sets an interface up or down.
    package func setLink(_ index: Int32, up isUp: Bool) throws(SystemError) {
        var request = LinkRequest(Int(RTM_NEWLINK), flags: Int(NLM_F_ACK))
        request.appendInterface(index: index, flags: isUp ? up : 0, change: up)
        try perform("set interface \(index) \(isUp ? "up" : "down")", request)
    }

    /// Removes an interface; of a cable, both ends.
    package func remove(_ index: Int32) throws(SystemError) {
        var request = LinkRequest(Int(RTM_DELLINK), flags: Int(NLM_F_ACK))
        request.appendInterface(index: index)
        try perform("remove interface \(index)", request)
    }

    /// Plugs an interface into a bridge, or out of it with nil.
    package func setMaster(of index: Int32, _ bridge: Int32?) throws(SystemError) {
        var request = LinkRequest(Int(RTM_NEWLINK), flags: Int(NLM_F_ACK))
        request.appendInterface(index: index)
        request.attribute(Int(IFLA_MASTER), UInt32(bitPattern: bridge ?? 0))
        try perform("set master of \(index)", request)
    }

    /// Sends everything that has no better route out of an interface, through `gateway`.
    package func addDefaultRoute(through gateway: IPAddress, on index: Int32) throws(SystemError) {
        var request = LinkRequest(Int(RTM_NEWROUTE), flags: Int(NLM_F_CREATE | NLM_F_ACK))
        let isV4 = gateway.family == .v4
        for octet in [UInt8(isV4 ? AF_INET : AF_INET6), 0, 0, 0, 254, 4, 0, 1] { request.append(octet) }
        request.append(UInt32(0))
        request.attribute(Int(RTA_GATEWAY.rawValue), gateway.octets)
        request.attribute(Int(RTA_OIF.rawValue), UInt32(bitPattern: index))
        try perform("add default route through \(gateway)", request)
    }

    private func perform(_ operation: String, _ request: LinkRequest) throws(SystemError) {
        let message = request.finished()
        let descriptor = descriptor.rawValue
        try retryingOnInterrupt(operation) {
            // SAFETY: the array outlives the call.
            unsafe Int32(send(descriptor, message, message.count, 0))
        }
        // SAFETY: recv writes at most `size` octets.
        let answer: [UInt8]
        switch unsafe readBytes(capacity: 8192, { buffer, size in unsafe recv(descriptor, buffer, size, 0) }) {
        case .success(let bytes): answer = bytes
        case .failure(let error): throw SystemError(operation, error.code)
        }
        // An acknowledgement is an error message (type 2) whose error, after the header, is zero.
        guard answer.count >= 20, answer[4] == 2 else { throw SystemError(operation, EPROTO) }
        let code = answer.span.hostUInt32(at: 16).map { Int32(bitPattern: $0) } ?? -EPROTO
        if code != 0 { throw SystemError(operation, -code) }
    }
}

private let up = Int32(IFF_UP)
