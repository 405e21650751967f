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
        var peer: IPAddress?
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
    /// Of the packets; IPv4 packets have it in their header as well.
    var hopLimit = Carrier.requiredHopLimit
    /// Those that go with the addresses, in the order in which they were set.
    var routes: [KernelRoute] = []
    var rules: [KernelRule] = []
    /// The table of the packet filter that drops packets to the addresses; nil for none.
    var filterTable: String?

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
        writer.put(UInt64(hopLimit))
        if !routes.isEmpty || !rules.isEmpty || filterTable != nil || addresses.contains(where: { $0.peer != nil }) {
            writer.put(routes)
            writer.put(rules)
            writer.put(filterTable ?? "")
            writer.put(routes.map { route in route.origin.map { ($0, route.originLength) } })
            writer.put(addresses.map { held in held.peer.map { ($0, held.prefixLength) } })
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
        let hopLimit = UInt8(clamping: reader.number())
        // A version that knew no routes wrote none.
        var (routes, rules, table) = reader.isAtEnd ? ([], [], "") : (reader.routes(), reader.rules(), reader.text())
        // Nor did one that did not know `from` of routes and `peer` of addresses write those.
        if !reader.isAtEnd {
            for (index, network) in reader.networks() where routes.indices.contains(index) {
                (routes[index].origin, routes[index].originLength) = network
            }
        }
        if !reader.isAtEnd {
            for (index, network) in reader.networks() where addresses.indices.contains(index) {
                addresses[index].peer = network.0
            }
        }
        guard !reader.isDamaged, let source else { return nil }
        self.init(
            name: name, interface: interface, interfaceIndex: index, source: source, packets: packets,
            addresses: addresses, hold: hold)
        self.hopLimit = hopLimit
        self.routes = routes
        self.rules = rules
        filterTable = table.isEmpty ? nil : table
    }

    // MARK: Carrying them out

    /// Says that the router leaves.
    func resign(log: Log) {
        do throws(SystemError) {
            let socket = try VRRPSocket(
                family: source.family, interfaceName: interface, interfaceIndex: interfaceIndex,
                mode: .unicast(local: nil))
            for packet in packets {
                try socket.send(packet.octets.span, from: source, to: packet.destination, hopLimit: hopLimit)
            }
            log.notice("(\(name)) sent priority 0 in the name of the process that is gone")
        } catch {
            log.error("(\(name)) cannot resign in the name of the process that is gone: \(error); its lease ends soon")
        }
    }

    /// Takes the addresses off.
    func letGo(log: Log) {
        for rule in rules.reversed() {
            do throws(SystemError) { try RouteSocket().remove(rule) } catch { log.debug("(\(name)) \(error)") }
        }
        for route in routes.reversed() {
            do throws(SystemError) { try RouteSocket().remove(route) } catch { log.debug("(\(name)) \(error)") }
        }
        for held in addresses {
            do throws(SystemError) {
                try RouteSocket().remove(
                    interfaceIndex: held.interfaceIndex, address: held.address, prefixLength: held.prefixLength,
                    peer: held.peer)
            } catch {
                // Its lease has ended, or a successor of ours let go of it.
                log.debug("(\(name)) \(held.address): \(error)")
            }
        }
        log.notice("(\(name)) removed \(addresses.count) address(es)")
    }

    /// Takes the tables of the packet filter off when no address that needs them is left.
    static func removeTables(of orders: [LastOrders], log: Log) {
        for table in Set(orders.compactMap(\.filterTable)).sorted() {
            do throws(SystemError) {
                try FilterSocket().remove(table)
            } catch {
                log.debug("\(error)")
            }
        }
    }
}

extension OctetWriter {
    fileprivate mutating func put(_ routes: [KernelRoute]) {
        put(UInt64(routes.count))
        for route in routes {
            put(route.destination)
            put(route.gateway)
            for number in [
                UInt64(route.kind), UInt64(route.prefixLength), UInt64(route.table), UInt64(route.metric),
                UInt64(route.protocolMark), UInt64(route.interfaceIndex ?? 0), UInt64(route.typeOfService),
            ] { put(number) }
        }
    }

    /// Those that are there, by their places in the list.
    fileprivate mutating func put(_ networks: [(IPAddress, UInt8)?]) {
        put(UInt64(networks.count { $0 != nil }))
        for case (let index, (let address, let length)?) in networks.enumerated() {
            put(UInt64(index))
            put(address)
            put(UInt64(length))
        }
    }
}

extension OctetWriter {
    fileprivate mutating func put(_ rules: [KernelRule]) {
        put(UInt64(rules.count))
        for rule in rules {
            for number in [
                rule.family == .v4 ? 4 : 6, UInt64(rule.preference), UInt64(rule.action), UInt64(rule.protocolMark),
                UInt64(rule.table), rule.isInverted ? 1 : 0,
            ] { put(number) }
            put(rule.source)
            put(UInt64(rule.sourceLength))
            put(rule.destination)
            put(UInt64(rule.destinationLength))
            put(rule.inputInterface ?? "")
            put(rule.outputInterface ?? "")
            for number in [UInt64(rule.mark), UInt64(rule.markMask)] { put(number) }
            put(rule.conditions)
        }
    }
}

extension OctetReader {
    fileprivate mutating func rules() -> [KernelRule] {
        var rules: [KernelRule] = []
        var rest = number()
        while rest > 0, !isDamaged {
            let family: AddressFamily = number() == 4 ? .v4 : .v6
            var rule = KernelRule(
                family: family, preference: UInt32(clamping: number()), action: UInt8(clamping: number()),
                protocolMark: UInt8(clamping: number()))
            rule.table = UInt32(clamping: number())
            rule.isInverted = flag()
            (rule.source, rule.sourceLength) = (address(), UInt8(clamping: number()))
            (rule.destination, rule.destinationLength) = (address(), UInt8(clamping: number()))
            let (input, output) = (text(), text())
            rule.inputInterface = input.isEmpty ? nil : input
            rule.outputInterface = output.isEmpty ? nil : output
            (rule.mark, rule.markMask) = (UInt32(clamping: number()), UInt32(clamping: number()))
            rule.conditions = conditions()
            rules.append(rule)
            rest -= 1
        }
        return rules
    }

    /// What ``OctetWriter`` has put there, with the places in the list.
    fileprivate mutating func networks() -> [(Int, (IPAddress, UInt8))] {
        var networks: [(Int, (IPAddress, UInt8))] = []
        var rest = number()
        while rest > 0, !isDamaged {
            let index = Int(clamping: number())
            guard let address = address() else {
                isDamaged = true
                return []
            }
            networks.append((index, (address, UInt8(clamping: number()))))
            rest -= 1
        }
        return networks
    }

    /// What finds each route again, to remove it.
    fileprivate mutating func routes() -> [KernelRoute] {
        var routes: [KernelRoute] = []
        var rest = number()
        while rest > 0, !isDamaged, let destination = address() {
            let gateway = address()
            let (kind, length) = (UInt8(clamping: number()), UInt8(clamping: number()))
            let (table, metric) = (UInt32(clamping: number()), UInt32(clamping: number()))
            let (mark, index) = (UInt8(clamping: number()), UInt32(clamping: number()))
            var route = KernelRoute(
                kind: kind, destination: destination, prefixLength: length, table: table, metric: metric,
                protocolMark: mark, gateway: gateway, interfaceIndex: index == 0 ? nil : index)
            route.typeOfService = UInt8(clamping: number())
            routes.append(route)
            rest -= 1
        }
        return routes
    }
}
