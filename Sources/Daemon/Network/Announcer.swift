internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Sends gratuitous ARP requests and unsolicited neighbour advertisements, spaced out where the operator wants it.
final class Announcer {
    /// The least time between two announcements: `vrrp_garp_interval` and `vrrp_gna_interval`, or those of a `garp_group`.
    struct Spacing {
        var arp = Interval.zero
        var neighborAdvertisements = Interval.zero

        func between(_ family: AddressFamily) -> Interval { family == .v4 ? arp : neighborAdvertisements }
    }

    /// Interfaces that take turns, because one switch is behind them.
    struct Group {
        var interfaces: [String]
        var spacing: Spacing
    }

    private struct Pending: Equatable {
        var address: IPAddress
        var interface: String
        var router: String
    }

    /// What waits for its turn on one interface, or on those of one group.
    private struct Lane {
        var queue: [Pending] = []
        var nextAt: MonotonicInstant?
    }

    private enum LaneName: Hashable {
        case interface(String)
        case group(Int)
    }

    private let socket: PacketSocket
    private let log: Log
    private var usual = Spacing()
    private var groups: [Group] = []
    private var memberships: [String: Int] = [:]
    private var lanes: [LaneName: Lane] = [:]
    /// Called before each address: many of them are a long turn of the loop, and no hang.
    var goesOn: () -> Void = {}

    init(socket: PacketSocket, log: Log) {
        self.socket = socket
        self.log = log
    }

    /// Takes up how far apart announcements are to be; those that wait are put where they belong now.
    ///
    /// - Parameter usual: for interfaces in no group, each by itself.
    func space(_ usual: Spacing, groups: [Group]) {
        self.usual = usual
        self.groups = groups
        memberships = Dictionary(
            groups.enumerated().flatMap { index, group in group.interfaces.map { ($0, index) } },
            uniquingKeysWith: { first, _ in first })
        let (waiting, nextAt) = (lanes.values.flatMap(\.queue), deadline)
        lanes = [:]
        for pending in waiting {
            lanes[lane(of: pending.interface), default: Lane(nextAt: nextAt)].queue.append(pending)
        }
    }

    private func lane(of interface: String) -> LaneName {
        memberships[interface].map(LaneName.group) ?? .interface(interface)
    }

    private func spacing(of pending: Pending) -> Interval {
        let spacing = memberships[pending.interface].map { groups[$0].spacing } ?? usual
        return spacing.between(pending.address.family)
    }

    /// When ``continueAnnouncing(at:in:)`` has something to send; nil for never.
    var deadline: MonotonicInstant? { lanes.values.compactMap(\.nextAt).min() }

    /// Announces each address `times` times: at once, or in the background where spacing is configured.
    ///
    /// One that is not here, because the kernel refused it or somebody took it off, is not claimed: nobody would answer for it.
    func announce(
        _ wanted: [VirtualAddress], times: Int, for router: String, at now: MonotonicInstant,
        in table: InterfaceTable
    ) {
        let addresses = table.present(wanted)
        for address in addresses {
            log.debug(
                "(\(router)) Sending/queueing \(Self.kind(address.address)) on \(address.interface) for \(address.address)"
            )
        }
        for round in 0..<times {
            for address in addresses {
                goesOn()
                let pending = Pending(address: address.address, interface: address.interface, router: router)
                let lane = lane(of: address.interface)
                if spacing(of: pending) == .zero {
                    send(pending, in: table)
                } else if (lanes[lane]?.queue.count(where: { $0 == pending }) ?? 0) <= round {
                    // What waits already counts: however often it is asked for, the queue stays bounded.
                    lanes[lane, default: Lane()].queue.append(pending)
                }
            }
        }
        continueAnnouncing(at: now, in: table)
    }

    /// Sends the next announcement of every lane whose time it is.
    func continueAnnouncing(at now: MonotonicInstant, in table: InterfaceTable) {
        for name in Array(lanes.keys) {
            if let nextAt = lanes[name]?.nextAt, now < nextAt { continue }
            guard let pending = takeNext(of: name, in: table) else {
                lanes[name] = nil
                continue
            }
            send(pending, in: table)
            lanes[name]?.nextAt = now + spacing(of: pending)
        }
    }

    /// The next announcement of a lane; what was taken off meanwhile is not ours to claim any more.
    private func takeNext(of name: LaneName, in table: InterfaceTable) -> Pending? {
        guard let queue = lanes[name]?.queue,
            let place = queue.firstIndex(where: { table.has($0.address, on: $0.interface) })
        else { return nil }
        lanes[name]?.queue.removeSubrange(...place)
        return queue[place]
    }

    /// What a router still means to announce goes on under its new name.
    func rename(_ router: String, to name: String) {
        for lane in Array(lanes.keys) {
            for index in lanes[lane]?.queue.indices ?? 0..<0 where lanes[lane]?.queue[index].router == router {
                lanes[lane]?.queue[index].router = name
            }
        }
    }

    /// Drops what a router still meant to announce that lets go of its addresses, or hands them over.
    func forget(_ router: String) {
        for name in Array(lanes.keys) { lanes[name]?.queue.removeAll { $0.router == router } }
    }

    private func send(_ pending: Pending, in table: InterfaceTable) {
        guard let link = table.link(named: pending.interface), let hardwareAddress = link.hardwareAddress else {
            return
        }
        let frame = Self.frame(pending.address, from: hardwareAddress, on: link.name)
        do throws(SystemError) {
            try socket.send(frame.span, interfaceIndex: link.index)
        } catch {
            log.warning("(\(pending.router)) cannot announce \(pending.address) on \(link.name): \(error)")
        }
    }

    private static func frame(_ address: IPAddress, from hardware: HardwareAddress, on interface: String) -> [UInt8] {
        switch address {
        case .v4(let address):
            let announcement = GratuitousARP(address: address, hardwareAddress: hardware)
            return [UInt8](capacity: GratuitousARP.frameSize) { output in
                announcement.emitFrame(into: &output, form: .request)
            }
        case .v6(let address):
            let announcement = NeighborAdvertisement(
                target: address, hardwareAddress: hardware, isRouter: readIPv6Forwarding(interface: interface))
            return [UInt8](capacity: NeighborAdvertisement.frameSize) { output in
                announcement.emitFrame(into: &output)
            }
        }
    }

    private static func kind(_ address: IPAddress) -> String {
        address.family == .v4 ? "gratuitous ARPs" : "unsolicited Neighbour Adverts"
    }
}

extension InterfaceTable {
    /// Whether an interface has an address, with whatever prefix.
    fileprivate func has(_ address: IPAddress, on interface: String) -> Bool {
        link(named: interface).map { self.address(address, on: $0.index) != nil } ?? false
    }

    /// Those of `addresses` that are on their interfaces, with whatever prefix.
    fileprivate func present(_ addresses: [VirtualAddress]) -> [VirtualAddress] {
        addresses.filter { has($0.address, on: $0.interface) }
    }
}
