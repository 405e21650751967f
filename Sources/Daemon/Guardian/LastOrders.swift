internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

/// What is to be done in the name of an Active Router that nobody can run any more: resign, and let go a little later.
///
/// The worker writes them while it is well; the guardian only sends and removes, and understands nothing of it.
struct LastOrders: Equatable {
    struct Packet: Equatable {
        var destination: IPAddress
        var octets: [UInt8]
    }

    struct Held: Equatable {
        var interfaceIndex: UInt32
        var address: IPAddress
        var prefixLength: UInt8
    }

    var name: String
    var interface: String
    var interfaceIndex: UInt32
    var source: IPAddress
    /// Adverts of priority 0.
    var packets: [Packet]
    var addresses: [Held]
    /// How long a successor may need after them.
    var hold: Interval

    var octets: [UInt8] {
        var writer = OctetWriter()
        writer.put(name)
        writer.put(interface)
        writer.put(UInt64(interfaceIndex))
        writer.put(source)
        writer.put(hold.nanoseconds)
        writer.put(UInt64(packets.count))
        for packet in packets {
            writer.put(packet.destination)
            writer.put(packet.octets)
        }
        writer.put(UInt64(addresses.count))
        for address in addresses {
            writer.put(UInt64(address.interfaceIndex))
            writer.put(address.address)
            writer.put(UInt64(address.prefixLength))
        }
        return writer.octets
    }

    init(
        name: String, interface: String, interfaceIndex: UInt32, source: IPAddress, packets: [Packet],
        addresses: [Held],
        hold: Interval
    ) {
        self.name = name
        self.interface = interface
        self.interfaceIndex = interfaceIndex
        self.source = source
        self.packets = packets
        self.addresses = addresses
        self.hold = hold
    }

    init?(_ octets: [UInt8]) {
        var reader = OctetReader(octets)
        let (name, interface) = (reader.text(), reader.text())
        let index = UInt32(clamping: reader.number())
        let source = reader.address()
        let hold = Interval(nanoseconds: reader.number())
        var packets: [Packet] = []
        var rest = reader.number()
        while rest > 0, !reader.isDamaged, let destination = reader.address() {
            packets.append(Packet(destination: destination, octets: reader.bytes()))
            rest -= 1
        }
        var addresses: [Held] = []
        rest = reader.number()
        while rest > 0, !reader.isDamaged {
            let interfaceIndex = UInt32(clamping: reader.number())
            guard let address = reader.address() else { return nil }
            addresses.append(
                Held(
                    interfaceIndex: interfaceIndex, address: address, prefixLength: UInt8(clamping: reader.number())))
            rest -= 1
        }
        guard !reader.isDamaged, let source else { return nil }
        self.init(
            name: name, interface: interface, interfaceIndex: index, source: source, packets: packets,
            addresses: addresses, hold: hold)
    }

    // MARK: Carrying them out

    /// Says that the router leaves.
    func resign(log: Log) {
        do throws(SystemError) {
            let socket = try VRRPSocket(
                family: source.family, interfaceName: interface, interfaceIndex: interfaceIndex,
                mode: .unicast(local: nil))
            for packet in packets { try socket.send(packet.octets.span, from: source, to: packet.destination) }
            log.notice("(\(name)) sent priority 0 in the name of the process that is gone")
        } catch {
            log.error("(\(name)) cannot resign in the name of the process that is gone: \(error); its lease ends soon")
        }
    }

    /// Takes the addresses off.
    func letGo(log: Log) {
        for held in addresses {
            do throws(SystemError) {
                try RouteSocket().remove(
                    interfaceIndex: held.interfaceIndex, address: held.address, prefixLength: held.prefixLength)
            } catch {
                // Its lease has ended, or a successor of ours let go of it.
                log.debug("(\(name)) \(held.address): \(error)")
            }
        }
        log.notice("(\(name)) removed \(addresses.count) address(es)")
    }
}
