internal import CLinux
internal import Glibc
package import VRRPWire

/// Asks the kernel for interfaces, addresses and routes, and changes the latter two; each call waits for the kernel's answer.
package final class RouteSocket {
    private let socket: FileDescriptor
    private var buffer: [UInt8]
    private var sequence: UInt32 = 0

    private static let datagramSize = 1 << 16
    /// The kernel answers while the request is being sent; this long means that something is badly wrong.
    private static let timeoutSeconds: Int32 = 5
    private static let maximumDumps = 16

    package init() throws(SystemError) {
        let socket = try FileDescriptor("socket for interfaces and addresses") {
            cl_socket(AF_NETLINK, Int32(CL_SOCK_RAW), NETLINK_ROUTE, 1)
        }
        socket.setReceiveBuffer(1 << 20)
        socket.setIfKnown(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        socket.setIfKnown(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        socket.setIfKnown(SOL_NETLINK, Int32(CL_NETLINK_GET_STRICT_CHK), 1)
        let descriptor = socket.rawValue
        try retryingOnInterrupt("bind socket for interfaces and addresses") {
            cl_bind(descriptor, cl_address(netlinkGroups: 0))
        }
        try retryingOnInterrupt("set SO_RCVTIMEO for interfaces and addresses") {
            cl_set_receive_timeout(descriptor, Self.timeoutSeconds)
        }
        self.socket = socket
        buffer = Array(repeating: 0, count: Self.datagramSize)
    }

    /// Sets how many octets of answers may wait; returns for how many there is room now.
    package func setReceiveBuffer(_ octets: Int, isForced: Bool) -> Int {
        socket.setReceiveBuffer(octets, isForced: isForced)
    }

    /// The port by which the kernel's news name this socket as their cause.
    package var port: UInt32 { cl_netlink_port(socket.rawValue) }

    /// Every interface of the namespace.
    package func links() throws(SystemError) -> [LinkInfo] {
        let changes = try list(RTM_GETLINK, "list interfaces") { request in
            for _ in 0..<4 { request.append(UInt32(0)) }
            request.append(attribute: IFLA_EXT_MASK, UInt32(RTEXT_FILTER_SKIP_STATS))
        }
        return changes.compactMap { if case .link(let link) = $0 { link } else { nil } }
    }

    /// Every IPv4 and IPv6 address of the namespace.
    package func addresses() throws(SystemError) -> [AddressInfo] {
        let changes = try list(RTM_GETADDR, "list addresses") { request in
            for _ in 0..<2 { request.append(UInt32(0)) }
        }
        return changes.compactMap { if case .address(let address) = $0 { address } else { nil } }
    }

    /// Puts an address on an interface; EEXIST when it is there already and `replaces` is false.
    package func add(_ address: AddressRequest) throws(SystemError) {
        let flags = NLM_F_CREATE | (address.replaces ? NLM_F_REPLACE : NLM_F_EXCL)
        try command(RTM_NEWADDR, flags: Int(flags), "add \(Self.words(address))") { request in
            request.append(addressMessage: address)
        }
    }

    /// Takes an address off an interface; EADDRNOTAVAIL when it is not there.
    package func remove(
        interfaceIndex: UInt32, address: IPAddress, prefixLength: UInt8, peer: IPAddress? = nil
    ) throws(SystemError) {
        var address = AddressRequest(interfaceIndex: interfaceIndex, address: address, prefixLength: prefixLength)
        address.peer = peer
        try command(RTM_DELADDR, flags: 0, "remove \(Self.words(address))") { request in
            request.append(identityOf: address, flags: 0)
        }
    }

    /// Adds an address, or removes one.
    func carryOut(_ change: AddressChange) throws(SystemError) {
        switch change {
        case .add(let address): try add(address)
        case .remove(let address):
            try remove(
                interfaceIndex: address.interfaceIndex, address: address.address, prefixLength: address.prefixLength,
                peer: address.peer)
        }
    }

    private static func words(_ address: AddressRequest) -> String {
        "\(address.address)/\(address.prefixLength) on \(interfaceLabel(address.interfaceIndex))"
    }

    /// Sends one request, and waits until the kernel has acknowledged it.
    func command(
        _ type: Int, flags: Int, _ operation: @autoclosure () -> String, _ fill: (inout NetlinkRequest) -> Void
    ) throws(SystemError) {
        sequence &+= 1
        var request = NetlinkRequest(type: type, flags: flags | Int(NLM_F_ACK), sequence: sequence)
        fill(&request)
        try send(request, operation())
        while true {
            if case .finished = try answer(operation(), { _, _ in }) { return }
        }
    }

    private func list(
        _ type: Int, _ operation: String, _ fill: (inout NetlinkRequest) -> Void
    ) throws(SystemError) -> [RouteChange] {
        try dump(type, operation, fill) { bytes, header, changes in
            if let change = RouteChange(bytes, header) { changes.append(change) }
        }
    }

    /// Lists, and lists again when the kernel says that the list changed while it was being read.
    func dump<Element>(
        _ type: Int, _ operation: String, _ fill: (inout NetlinkRequest) -> Void,
        reading read: (Span<UInt8>, NetlinkHeader, inout [Element]) -> Void
    ) throws(SystemError) -> [Element] {
        for _ in 0..<Self.maximumDumps {
            sequence &+= 1
            var request = NetlinkRequest(type: type, flags: Int(NLM_F_DUMP), sequence: sequence)
            fill(&request)
            try send(request, operation)
            var elements: [Element] = []
            var isConsistent = true
            var progress = Progress.unfinished(wasInterrupted: false)
            while case .unfinished = progress {
                progress = try answer(operation) { read($0, $1, &elements) }
                if progress.wasInterrupted { isConsistent = false }
            }
            if isConsistent { return elements }
        }
        throw SystemError("\(operation), which changed \(Self.maximumDumps) times while being read", EAGAIN)
    }

    private func send(_ request: NetlinkRequest, _ operation: @autoclosure () -> String) throws(SystemError) {
        let bytes = request.finished()
        try sendDatagram(socket.rawValue, bytes.span, to: cl_address(netlinkGroups: 0), operation())
    }

    private enum Progress {
        case unfinished(wasInterrupted: Bool)
        case finished(wasInterrupted: Bool)

        var wasInterrupted: Bool {
            switch self {
            case .unfinished(let wasInterrupted), .finished(let wasInterrupted): wasInterrupted
            }
        }
    }

    /// Takes one datagram of the answer to the latest request.
    private func answer(
        _ operation: @autoclosure () -> String, _ body: (Span<UInt8>, NetlinkHeader) -> Void
    ) throws(SystemError) -> Progress {
        guard let datagram = try receiveDatagram(socket.rawValue, into: &buffer, operation()) else {
            throw SystemError(operation(), ETIMEDOUT)
        }
        guard datagram.isFromKernel else { return .unfinished(wasInterrupted: false) }
        if datagram.isTruncated { throw SystemError(operation(), EMSGSIZE) }
        let bytes = buffer
        let span = bytes.span.extracting(0..<datagram.count)
        var wasInterrupted = false
        var offset = 0
        while let header = NetlinkHeader(span, at: offset) {
            offset = header.end
            // What is left of an earlier, abandoned answer.
            if header.sequence != sequence { continue }
            if header.flags & UInt16(NLM_F_DUMP_INTR) != 0 { wasInterrupted = true }
            switch Int32(header.type) {
            case NLMSG_ERROR, NLMSG_DONE:
                try checkAnswer(span, header, operation())
                return .finished(wasInterrupted: wasInterrupted)
            default:
                body(span, header)
            }
        }
        return .unfinished(wasInterrupted: wasInterrupted)
    }
}

extension NetlinkRequest {
    /// An ifaddrmsg and the address itself: what finds it again.
    fileprivate mutating func append(identityOf address: AddressRequest, flags: UInt32) {
        let family = address.address.family
        append(UInt8(family.kernelValue))
        append(address.prefixLength)
        append(UInt8(truncatingIfNeeded: flags))
        append(address.scope)
        append(address.interfaceIndex)
        append(attribute: IFA_LOCAL, address.address.octets)
        // The far end, or what stands for "none" in IPv4.
        if family == .v4 || address.peer != nil {
            append(attribute: IFA_ADDRESS, (address.peer ?? address.address).octets)
        }
    }

    mutating func append(addressMessage address: AddressRequest) {
        var flags: UInt32 = 0
        if address.noDAD { flags |= UInt32(IFA_F_NODAD) }
        if address.noPrefixRoute { flags |= UInt32(IFA_F_NOPREFIXROUTE) }
        if address.isHome { flags |= UInt32(IFA_F_HOMEADDRESS) }
        if address.managesTemporaries { flags |= UInt32(IFA_F_MANAGETEMPADDR) }
        append(identityOf: address, flags: flags)
        append(attribute: IFA_FLAGS, flags)
        if case .v4 = address.address {
            if let broadcast = address.broadcast { append(attribute: IFA_BROADCAST, IPAddress.v4(broadcast).octets) }
            if let label = address.label { append(attribute: IFA_LABEL, Array(label.utf8) + [0]) }
        }
        // <linux/if_addr.h>: IFA_RT_PRIORITY, which Linux before 4.18 passes over.
        if let metric = address.prefixMetric { append(attribute: 9, metric) }
        if let mark = address.protocolMark { append(attribute: Int(CL_IFA_PROTO), [mark]) }
        let valid = address.validSeconds ?? .max
        let preferred = min(address.preferredSeconds ?? valid, valid)
        // An address without limits needs no cache information; one that is replaced needs it to lose old limits.
        append(attribute: IFA_CACHEINFO, preferred, valid, 0, 0)
    }
}
