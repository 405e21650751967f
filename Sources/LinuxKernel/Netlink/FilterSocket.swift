internal import CLinux
internal import Glibc

/// Makes, changes and lists tables of the kernel's packet filter (nftables), without the `nft` command.
package final class FilterSocket {
    private let socket: FileDescriptor
    private var buffer: [UInt8]
    private var sequence: UInt32 = 0

    private static let datagramSize = 1 << 16
    private static let mostDumps = 16

    package init() throws(SystemError) {
        // Not waited for: the kernel has answered when the request has been sent.
        let socket = try FileDescriptor("socket for the packet filter") {
            cl_socket(AF_NETLINK, Int32(CL_SOCK_RAW), Netfilter.netlinkFamily, 0)
        }
        socket.setReceiveBuffer(1 << 20)
        // A transaction is one datagram.
        socket.setIfKnown(SOL_SOCKET, SO_SNDBUFFORCE, 4 << 20)
        socket.setIfKnown(SOL_NETLINK, NETLINK_CAP_ACK, 1)
        socket.setIfKnown(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        let descriptor = socket.rawValue
        try retryingOnInterrupt("bind socket for the packet filter") {
            cl_bind(descriptor, cl_address(netlinkGroups: 0))
        }
        self.socket = socket
        buffer = Array(repeating: 0, count: Self.datagramSize)
    }

    /// The port by which the kernel's news name this socket as their cause.
    package var port: UInt32 { cl_netlink_port(socket.rawValue) }

    // MARK: Looking

    /// What there is under the name of a table of the family inet.
    package func look(at table: String) throws(SystemError) -> PacketFilterPresence {
        let operation = "list the table \(table)"
        var found = FilterListing(table)
        do throws(SystemError) {
            try ask(.getTable, flags: 0, operation) {
                $0.append(attribute: Netfilter.tableName, text: table)
            } reading: {
                found.take($0, $1)
            }
        } catch {
            // ENOENT, and what a kernel says that has no nftables at all.
            if [ENOENT, EOPNOTSUPP, EINVAL].contains(error.code) { return .absent }
            throw error
        }
        for _ in 0..<Self.mostDumps {
            if let listing = try list(table, after: found, operation) {
                return listing.isOurs ? .ours(listing.filter) : .foreign
            }
        }
        throw SystemError("\(operation), which changed \(Self.mostDumps) times while being read", EAGAIN)
    }

    /// Nil when the table changed meanwhile.
    private func list(
        _ table: String, after found: FilterListing, _ operation: String
    ) throws(SystemError) -> FilterListing? {
        var listing = found
        var isWhole = true
        func dump(_ message: Netfilter.Message, set: String? = nil) throws(SystemError) {
            let wasWhole = try ask(message, flags: Int(NLM_F_DUMP), operation) {
                $0.append(attribute: Netfilter.tableName, text: table)
                if let set { $0.append(attribute: Netfilter.Elements.set, text: set) }
            } reading: {
                listing.take($0, $1)
            }
            isWhole = isWhole && wasWhole
        }
        try dump(.getSet)
        guard listing.isOurs else { return isWhole ? listing : nil }
        try dump(.getChain)
        try dump(.getRule)
        for set in PacketFilter.AddressSet.allCases where listing.has(set) {
            try dump(.getElements, set: set.rawValue)
        }
        return isWhole ? listing : nil
    }

    // MARK: Changing

    /// Makes a table, in place of the one of ours that is there if there is one; nothing is let through in between.
    package func replace(isThere: Bool, with filter: PacketFilter) throws(SystemError) {
        var batch = FilterBatch()
        if isThere { batch.removeTable(filter.form.table) }
        batch.add(filter)
        try commit(batch, "make the table \(filter.form.table)")
    }

    /// Changes what is in the sets of a table that has this form; ENOENT when it is gone.
    package func change(from old: PacketFilter, to new: PacketFilter) throws(SystemError) {
        var batch = FilterBatch()
        for set in PacketFilter.AddressSet.allCases {
            batch.add(new[set].subtracting(old[set]), to: set, of: new.form.table)
            batch.remove(old[set].subtracting(new[set]), from: set, of: new.form.table)
        }
        try commit(batch, "change the table \(new.form.table)")
    }

    /// Removes a table and all that is in it; ENOENT when there is none.
    package func remove(_ table: String) throws(SystemError) {
        var batch = FilterBatch()
        batch.removeTable(table)
        try commit(batch, "remove the table \(table)")
    }

    private func commit(_ batch: FilterBatch, _ operation: String) throws(SystemError) {
        if batch.isEmpty { return }
        let first = sequence &+ 1
        let (bytes, last) = batch.octets(first: first)
        sequence = last &+ 1
        try sendDatagram(socket.rawValue, bytes.span, to: cl_address(netlinkGroups: 0), operation)
        try answers(first: first, last: last, operation) { _, _ in }
    }

    // MARK: Asking

    /// Sends one request and takes the answers; false when the kernel says that what it lists has changed meanwhile.
    @discardableResult
    private func ask(
        _ message: Netfilter.Message, flags: Int, _ operation: String, _ fill: (inout NetlinkRequest) -> Void,
        reading read: (Span<UInt8>, NetlinkHeader) -> Void = { _, _ in }
    ) throws(SystemError) -> Bool {
        sequence &+= 1
        // A list has an end; everything else is to be acknowledged.
        var request = NetlinkRequest(
            type: message.type, flags: flags == 0 ? Int(NLM_F_ACK) : flags, sequence: sequence)
        request.append(netfilterHead: Netfilter.inet)
        fill(&request)
        let bytes = request.finished()
        try sendDatagram(socket.rawValue, bytes.span, to: cl_address(netlinkGroups: 0), operation)
        return try answers(first: sequence, last: sequence, operation, read)
    }

    /// Takes all answers to the requests numbered from `first` to `last`; throws the first error among them.
    @discardableResult
    private func answers(
        first: UInt32, last: UInt32, _ operation: String, _ read: (Span<UInt8>, NetlinkHeader) -> Void
    ) throws(SystemError) -> Bool {
        var failure: SystemError?
        var (isDone, isWhole) = (false, true)
        while let datagram = try receiveDatagram(socket.rawValue, into: &buffer, operation) {
            guard datagram.isFromKernel else { continue }
            if datagram.isTruncated { throw SystemError(operation, EMSGSIZE) }
            let bytes = buffer
            let span = bytes.span.extracting(0..<datagram.count)
            var offset = 0
            while let header = NetlinkHeader(span, at: offset) {
                offset = header.end
                // What is left of an earlier, abandoned answer.
                guard header.sequence &- first <= last &- first else { continue }
                if header.flags & UInt16(NLM_F_DUMP_INTR) != 0 { isWhole = false }
                switch Int32(header.type) {
                case NLMSG_ERROR, NLMSG_DONE:
                    do throws(SystemError) {
                        try checkAnswer(span, header, operation)
                    } catch {
                        failure = failure ?? error
                    }
                    if header.sequence == last { isDone = true }
                default: read(span, header)
                }
            }
        }
        if let failure { throw failure }
        if !isDone { throw SystemError(operation, EIO) }
        return isWhole
    }
}
