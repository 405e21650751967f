internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Sends gratuitous ARP requests and unsolicited neighbour advertisements, spaced out where the operator wants it.
final class Announcer {
    private struct Pending: Equatable {
        var address: IPAddress
        var interface: String
        var router: String
    }

    private let socket: PacketSocket
    private let log: Log
    private var spacing: [AddressFamily: Interval] = [:]
    private var queue: [Pending] = []
    private var nextAt: MonotonicInstant?
    /// Called before each address: many of them are a long turn of the loop, and no hang.
    var goesOn: () -> Void = {}

    init(socket: PacketSocket, log: Log) {
        self.socket = socket
        self.log = log
    }

    /// - Parameters: the least time between two announcements (`vrrp_garp_interval`, `vrrp_gna_interval`).
    func space(arp: Interval, neighborAdvertisements: Interval) {
        spacing = [.v4: arp, .v6: neighborAdvertisements]
    }

    /// When ``continueAnnouncing(at:in:)`` has something to send; nil for never.
    var deadline: MonotonicInstant? { nextAt }

    /// Announces each address `times` times: at once, or in the background where spacing is configured.
    func announce(
        _ addresses: [VirtualAddress], times: Int, for router: String, at now: MonotonicInstant,
        in table: InterfaceTable
    ) {
        for address in addresses {
            log.debug(
                "(\(router)) Sending/queueing \(Self.kind(address.address)) on \(address.interface) for \(address.address)"
            )
        }
        for round in 0..<times {
            for address in addresses {
                goesOn()
                let pending = Pending(address: address.address, interface: address.interface, router: router)
                if spacing[address.address.family] ?? .zero == .zero {
                    send(pending, in: table)
                } else if queue.count(where: { $0 == pending }) <= round {
                    // What waits already counts: however often it is asked for, the queue stays bounded.
                    queue.append(pending)
                }
            }
        }
        if nextAt == nil, !queue.isEmpty { continueAnnouncing(at: now, in: table) }
    }

    /// Sends the next queued announcement if it is time.
    func continueAnnouncing(at now: MonotonicInstant, in table: InterfaceTable) {
        if let nextAt, now < nextAt { return }
        guard !queue.isEmpty else {
            nextAt = nil
            return
        }
        let pending = queue.removeFirst()
        send(pending, in: table)
        nextAt = now + (spacing[pending.address.family] ?? .zero)
    }

    /// Drops what a router that let go of its addresses still meant to announce.
    func forget(_ router: String) { queue.removeAll { $0.router == router } }

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
