package import VRRPWire

/// What one host's kernel says about its addresses and links, kept up to date by its own notifications.
package final class AddressWatch {
    /// Something that changed.
    package enum Change: Equatable, Sendable {
        case added(IPAddress)
        case removed(IPAddress)
        case link(name: String, isRunning: Bool)
    }

    package private(set) var addresses: [AddressInfo] = []
    package private(set) var links: [LinkInfo] = []
    private let monitor: RouteMonitor
    private let reader: RouteSocket

    /// Subscribes and reads the present state.
    package init(in namespace: NetworkNamespace) throws(SystemError) {
        (monitor, reader) = try namespace.perform { () throws(SystemError) in
            (try RouteMonitor(), try RouteSocket())
        }
        _ = try readAll()
    }

    /// Readable when there is news.
    package var rawDescriptor: Int32 { monitor.descriptor }

    /// Whether `address` is on any interface and may be used.
    package func holds(_ address: IPAddress) -> Bool {
        addresses.contains { $0.address == address && !$0.isTentative && !$0.isDADFailed }
    }

    /// Takes in what the kernel has said since the last time.
    @discardableResult
    package func refresh() throws(SystemError) -> [Change] {
        var changes: [Change] = []
        let outcome = try monitor.drain { apply($0, &changes) }
        // News was lost: only a new listing is certain.
        if outcome == .overrun { changes += try readAll() }
        return changes
    }

    /// Reads everything anew and says what is different.
    private func readAll() throws(SystemError) -> [Change] {
        let before = addresses.map(\.address)
        links = try reader.links()
        addresses = try reader.addresses()
        let after = addresses.map(\.address)
        return before.filter { !after.contains($0) }.map { .removed($0) }
            + after.filter { !before.contains($0) }.map { .added($0) }
    }

    private func apply(_ change: RouteChange, _ changes: inout [Change]) {
        switch change {
        case .address(let info):
            if let index = addresses.firstIndex(where: { $0.isSamePlace(as: info) }) {
                addresses[index] = info
            } else {
                addresses.append(info)
                changes.append(.added(info.address))
            }
        case .addressGone(let info):
            let count = addresses.count
            addresses.removeAll { $0.isSamePlace(as: info) }
            if addresses.count < count { changes.append(.removed(info.address)) }
        case .link(let info):
            let wasRunning = links.first { $0.index == info.index }?.isUsable ?? false
            links.removeAll { $0.index == info.index }
            links.append(info)
            if wasRunning != info.isUsable { changes.append(.link(name: info.name, isRunning: info.isUsable)) }
        case .linkGone(let index, _):
            let gone = links.filter { $0.index == index }
            links.removeAll { $0.index == index }
            changes += gone.filter(\.isUsable).map { .link(name: $0.name, isRunning: false) }
        }
    }
}

extension AddressInfo {
    fileprivate func isSamePlace(as other: AddressInfo) -> Bool {
        address == other.address && interfaceIndex == other.interfaceIndex && prefixLength == other.prefixLength
    }
}

extension LinkInfo {
    /// Up with carrier.
    fileprivate var isUsable: Bool { isUp && isRunning }
}
