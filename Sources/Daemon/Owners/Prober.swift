internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// Asks the link who has an address, without claiming it or changing anybody's cache.
///
/// IPv4: the probe of RFC 5227 section 2.1.1. IPv6: a neighbour solicitation from an address of the interface; one from
/// the unspecified address would be a claim.
final class Prober {
    /// Who is to hear a question about an IPv4 address; IPv6 has a group for it.
    enum Audience {
        case everybody
        /// The hosts that listen to this group of VRRP routers, by its Ethernet address: nobody else is woken.
        case routers(group: IPAddress)
    }

    private let socket: PacketSocket
    private let log: Log

    init(socket: PacketSocket, log: Log) {
        self.socket = socket
        self.log = log
    }

    /// - Returns: whether it was sent.
    func ask(about address: VirtualAddress, of audience: Audience, in table: InterfaceTable) -> Bool {
        guard let link = table.link(named: address.interface), link.isUsable, let hardware = link.hardwareAddress,
            let frame = Self.frame(address.address, from: hardware, of: audience, on: link.index, in: table)
        else { return false }
        do throws(SystemError) {
            try socket.send(frame.span, interfaceIndex: link.index)
            return true
        } catch {
            log.debug("cannot ask who has \(address.address) on \(link.name): \(error)")
            return false
        }
    }

    private static func frame(
        _ address: IPAddress, from hardware: HardwareAddress, of audience: Audience, on index: UInt32,
        in table: InterfaceTable
    ) -> [UInt8]? {
        switch address {
        case .v4(let address):
            let probe = GratuitousARP(address: address, hardwareAddress: hardware)
            let destination: HardwareAddress =
                switch audience {
                case .everybody: .broadcast
                case .routers(let group): .ofGroup(group)
                }
            return [UInt8](capacity: GratuitousARP.frameSize) { output in
                probe.emitProbeFrame(to: destination, into: &output)
            }
        case .v6(let target):
            // The first will do: with a thousand addresses there would be a million looks in a round.
            let sources = table.addresses(on: index).lazy.compactMap { present -> IPv6Address? in
                guard case .v6(let source) = present.address, source.isLinkLocal, source != target,
                    !present.isTentative, !present.isDADFailed
                else { return nil }
                return source
            }
            guard let source = sources.first else { return nil }
            let question = NeighborSolicitation(target: target, source: source, hardwareAddress: hardware)
            return [UInt8](capacity: NeighborSolicitation.frameSize) { output in question.emitFrame(into: &output) }
        }
    }
}
