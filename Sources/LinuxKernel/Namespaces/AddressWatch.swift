internal import CLinux
internal import Glibc
package import VRRPWire

/// What one host's kernel says about its addresses and links, kept up to date by its own notifications.
package final class AddressWatch {
    /// One address on one interface.
    package struct Entry: Equatable, Sendable {
        package var address: IPAddress
        package var prefixLength: UInt8
        package var interfaceIndex: Int32
        /// Usable: not tentative, not refused by duplicate address detection.
        package var isUsable: Bool
        /// When we heard of it.
        package var since: UInt64
    }

    /// Something that changed.
    package enum Change: Equatable, Sendable {
        case added(IPAddress)
        case removed(IPAddress)
        case link(index: Int32, name: String, isRunning: Bool)
    }

    package private(set) var entries: [Entry] = []
    /// Interfaces by index: name, and whether they are up with carrier.
    package private(set) var links: [Int32: (name: String, isRunning: Bool)] = [:]
    private let descriptor: FileDescriptor

    /// Subscribes and reads the present state.
    package init(in namespace: NetworkNamespace) throws(SystemError) {
        descriptor = try namespace.perform { () throws(SystemError) in
            let kind = Int32(SOCK_RAW.rawValue) | cloexec
            return try FileDescriptor("socket(AF_NETLINK)") { socket(AF_NETLINK, kind, NETLINK_ROUTE) }
        }
        let descriptor = descriptor.rawValue
        var address = sockaddr_nl()
        address.nl_family = UInt16(AF_NETLINK)
        address.nl_groups = UInt32(RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR)
        try retryingOnInterrupt("bind(AF_NETLINK)") {
            // SAFETY: the struct outlives the call and its size is given.
            unsafe withUnsafePointer(to: &address) {
                unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe bind(descriptor, $0, UInt32(MemoryLayout<sockaddr_nl>.size))
                }
            }
        }
        _ = try readAll()
    }

    /// Readable when there is news.
    package var rawDescriptor: Int32 { descriptor.rawValue }

    /// Whether a usable `address` is on any interface.
    package func holds(_ address: IPAddress) -> Bool { entries.contains { $0.address == address && $0.isUsable } }

    /// Takes in what the kernel has said since the last time.
    @discardableResult
    package func refresh() throws(SystemError) -> [Change] {
        var changes: [Change] = []
        while true {
            do {
                guard let message = try receive(waiting: false) else { return changes }
                _ = apply(message, &changes)
            } catch  where error.code == ENOBUFS {
                // News was lost: only the present state is certain.
                changes += try readAll()
            }
        }
    }

    /// Reads everything anew and says what is different.
    private func readAll() throws(SystemError) -> [Change] {
        let before = entries
        entries = []
        links = [:]
        var ignored: [Change] = []
        for type in [Int(RTM_GETLINK), Int(RTM_GETADDR)] {
            var request = LinkRequest(type, flags: Int(NLM_F_DUMP))
            request.appendInterface()
            let message = request.finished()
            let descriptor = descriptor.rawValue
            try retryingOnInterrupt("dump") {
                // SAFETY: the array outlives the call.
                unsafe Int32(send(descriptor, message, message.count, 0))
            }
            var isDone = false
            while !isDone { isDone = try receive(waiting: true).map { apply($0, &ignored) } ?? true }
        }
        for index in entries.indices {
            if let old = before.first(where: { $0.address == entries[index].address }) {
                entries[index].since = old.since
            }
        }
        return before.filter { old in !holds(old.address) }.map { .removed($0.address) }
            + entries.filter { new in !before.contains { $0.address == new.address } }.map { .added($0.address) }
    }

    private func receive(waiting: Bool) throws(SystemError) -> [UInt8]? {
        let descriptor = descriptor.rawValue
        let flags = waiting ? 0 : Int32(MSG_DONTWAIT)
        // SAFETY: recv writes at most `size` octets.
        switch unsafe readBytes({ buffer, size in unsafe recv(descriptor, buffer, size, flags) }) {
        case .success(let bytes): return bytes
        case .failure(let error) where error.code == EAGAIN: return nil
        case .failure(let error): throw SystemError("receive from netlink", error.code)
        }
    }

    /// Takes in every message of one datagram; true when it ended a dump.
    private func apply(_ bytes: [UInt8], _ changes: inout [Change]) -> Bool {
        var offset = 0
        while offset + 16 <= bytes.count {
            let size = Int(bytes.number32(at: offset))
            guard size >= 16, offset + size <= bytes.count else { return true }
            let range = offset + 16..<offset + size
            switch bytes.number16(at: offset + 4) {
            case Int(RTM_NEWADDR): applyAddress(bytes, range, isPresent: true, &changes)
            case Int(RTM_DELADDR): applyAddress(bytes, range, isPresent: false, &changes)
            case Int(RTM_NEWLINK): applyLink(bytes, range, isPresent: true, &changes)
            case Int(RTM_DELLINK): applyLink(bytes, range, isPresent: false, &changes)
            case Int(NLMSG_DONE), Int(NLMSG_ERROR): return true
            default: break
            }
            offset += (size + 3) & ~3
        }
        return false
    }

    private func applyAddress(_ bytes: [UInt8], _ range: Range<Int>, isPresent: Bool, _ changes: inout [Change]) {
        guard range.count >= 8 else { return }
        var found: IPAddress?
        var flags = UInt32(bytes[range.lowerBound + 2])
        for (type, payload) in bytes.attributes(in: range.lowerBound + 8..<range.upperBound) {
            switch type {
            // On IPv4 the local address is IFA_LOCAL; IPv6 has IFA_ADDRESS alone.
            case Int(IFA_LOCAL): found = IPAddress(octets: payload)
            case Int(IFA_ADDRESS): found = found ?? IPAddress(octets: payload)
            case Int(IFA_FLAGS) where payload.count == 4: flags = bytes.number32(at: payload.startIndex)
            default: break
            }
        }
        guard let address = found else { return }
        let index = Int32(bitPattern: bytes.number32(at: range.lowerBound + 4))
        let old = entries.firstIndex { $0.address == address && $0.interfaceIndex == index }
        guard isPresent else {
            if let old { entries.remove(at: old) }
            if old != nil { changes.append(.removed(address)) }
            return
        }
        let isUsable = flags & UInt32(IFA_F_TENTATIVE | IFA_F_DADFAILED) == 0
        let entry = Entry(
            address: address, prefixLength: bytes[range.lowerBound + 1], interfaceIndex: index, isUsable: isUsable,
            since: old.map { entries[$0].since } ?? RehearsalClock.now())
        if let old {
            entries[old] = entry
        } else {
            entries.append(entry)
            changes.append(.added(address))
        }
    }

    private func applyLink(_ bytes: [UInt8], _ range: Range<Int>, isPresent: Bool, _ changes: inout [Change]) {
        guard range.count >= 16 else { return }
        let index = Int32(bitPattern: bytes.number32(at: range.lowerBound + 4))
        let flags = bytes.number32(at: range.lowerBound + 8)
        let isRunning = isPresent && flags & UInt32(IFF_UP) != 0 && flags & UInt32(IFF_RUNNING) != 0
        var name = links[index]?.name ?? ""
        for (type, payload) in bytes.attributes(in: range.lowerBound + 16..<range.upperBound)
        where type == Int(IFLA_IFNAME) {
            name = String(decoding: payload.prefix { $0 != 0 }, as: UTF8.self)
        }
        let wasRunning = links[index]?.isRunning ?? false
        links[index] = isPresent ? (name, isRunning) : nil
        if wasRunning != isRunning { changes.append(.link(index: index, name: name, isRunning: isRunning)) }
    }
}

extension Array<UInt8> {
    /// The rtnetlink attributes in `range`: type (without flag bits) and payload.
    func attributes(in range: Range<Int>) -> [(type: Int, payload: ArraySlice<UInt8>)] {
        var found: [(type: Int, payload: ArraySlice<UInt8>)] = []
        var offset = range.lowerBound
        while offset + 4 <= range.upperBound {
            let size = number16(at: offset)
            guard size >= 4, offset + size <= range.upperBound else { break }
            found.append((number16(at: offset + 2) & 0x3FFF, self[offset + 4..<offset + size]))
            offset += (size + 3) & ~3
        }
        return found
    }
}
