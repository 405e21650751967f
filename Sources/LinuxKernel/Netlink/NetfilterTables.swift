internal import CLinux
internal import Glibc

/// The tables of nftables that the kernel has: family (`ip`, `inet` ...) and name.
///
/// For hosts without the `nft` command, to know whether anything is missed there. Source: linux/netfilter/nf_tables.h.
package func nftablesTables() throws(SystemError) -> [(family: String, name: String)] {
    // NETLINK_NETFILTER, and the subsystem in the upper octet of the type: NFNL_SUBSYS_NFTABLES, NFT_MSG_GETTABLE.
    let (netfilter, getTable): (Int32, Int) = (12, 10 << 8 | 1)
    let socket = try FileDescriptor("socket for nftables") { cl_socket(AF_NETLINK, Int32(CL_SOCK_RAW), netfilter, 1) }
    let descriptor = socket.rawValue
    try retryingOnInterrupt("set SO_RCVTIMEO for nftables") { cl_set_receive_timeout(descriptor, 5) }
    var request = NetlinkRequest(type: getTable, flags: Int(NLM_F_DUMP), sequence: 1)
    // nfgenmsg: family unspecified, version 0, resource 0.
    request.append(UInt32(0))
    let bytes = request.finished()
    try sendDatagram(descriptor, bytes.span, to: cl_address(netlinkGroups: 0), "list nftables")
    var tables: [(family: String, name: String)] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
        guard let datagram = try receiveDatagram(descriptor, into: &buffer, "list nftables") else {
            throw SystemError("list nftables", ETIMEDOUT)
        }
        let answer = buffer
        let span = answer.span.extracting(0..<datagram.count)
        var offset = 0
        while let header = NetlinkHeader(span, at: offset) {
            offset = header.end
            switch Int32(header.type) {
            case NLMSG_DONE: return tables
            case NLMSG_ERROR:
                let code = span.hostUInt32(at: header.payload.lowerBound).map { Int32(bitPattern: $0) } ?? 0
                // A kernel without nftables has no tables of it.
                if code == -EINVAL || code == -EOPNOTSUPP { return tables }
                throw SystemError("list nftables", 0 &- code)
            default: if let table = tableName(span, header) { tables.append(table) }
            }
        }
    }
}

private func tableName(_ bytes: Span<UInt8>, _ header: NetlinkHeader) -> (family: String, name: String)? {
    guard header.payload.count >= 4 else { return nil }
    let families: [UInt8: String] = [1: "inet", 2: "ip", 3: "arp", 5: "netdev", 7: "bridge", 10: "ip6"]
    let family = families[bytes[header.payload.lowerBound]] ?? "unknown"
    var name: String?
    forEachAttribute(of: bytes, in: header.payload.lowerBound + 4..<header.payload.upperBound) { type, value in
        // NFTA_TABLE_NAME.
        if type == 1 { name = bytes.text(in: value) }
    }
    return name.map { (family, $0) }
}
