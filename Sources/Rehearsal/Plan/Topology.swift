internal import Configuration
internal import VRRPCore
internal import VRRPWire

/// Which interfaces the hosts and the client need, on which switches, with which addresses of their own.
package struct Topology {
    /// Of the first host and of the second.
    package private(set) var hosts: [[Interface]] = [[], []]
    package private(set) var client: [Interface] = []

    /// An interface of one host.
    private struct Place: Hashable {
        var host: Int
        var interface: String
    }

    /// Which interfaces are on the same switch: those in one set.
    private var segments: [Set<Place>] = []

    /// From what the pairs use and the models track.
    init(_ pairs: [Pair], _ models: [Model]) throws(CannotRehearse) {
        for pair in pairs {
            connect((0..<2).map { Place(host: $0, interface: pair.instances[$0].interface) })
            for address in pair.instances[0].allAddresses {
                let other = pair.instances[1].allAddresses.first { $0.address == address.address }
                connect(
                    [Place(host: 0, interface: address.interface)]
                        + (other.map { [Place(host: 1, interface: $0.interface)] } ?? []))
            }
        }
        for (host, model) in models.enumerated() {
            let ofInstances = model.instances.flatMap { instance in
                instance.trackedInterfaces.map(\.name) + instance.allAddresses.map(\.interface)
            }
            let ofStatics = model.global.trackGroups.flatMap(\.items).flatMap(\.interfaces)
            for name in ofInstances + ofStatics + model.global.staticAddresses.map(\.interface) {
                // An interface that nothing but a tracker names is taken to be on the network of its namesake.
                if !isKnown(Place(host: host, interface: name)) {
                    connect(
                        [Place(host: host, interface: name), Place(host: 1 - host, interface: name)].filter {
                            $0.host == host || isKnown($0)
                        })
                }
            }
        }
        for index in segments.indices { try address(index, pairs) }
    }

    private func isKnown(_ place: Place) -> Bool { segments.contains { $0.contains(place) } }

    private mutating func connect(_ places: [Place]) {
        let wired = Set(places.filter { $0.interface != "lo" })
        guard !wired.isEmpty else { return }
        let touched = segments.filter { !$0.isDisjoint(with: wired) }
        segments.removeAll { !$0.isDisjoint(with: wired) }
        segments.append(touched.reduce(wired) { $0.union($1) })
    }

    /// Gives everyone on a segment an address in each of its subnets.
    private mutating func address(_ index: Int, _ pairs: [Pair]) throws(CannotRehearse) {
        let places = segments[index].sorted { ($0.host, $0.interface) < ($1.host, $1.interface) }
        let local = Self.written(on: segments[index], pairs)
        var subnets = Subnet.group(local.map { ($0.address, $0.prefixLength) })
        var own: [Place: [Interface.Address]] = [:]
        var clientAddresses: [Interface.Address] = []
        for number in subnets.indices {
            let subnet = subnets[number]
            for place in places {
                let fixed = Self.fixedAddress(of: place, pairs).filter { subnet.contains($0) }
                let addresses = try fixed.isEmpty ? [Self.allocate(UInt32(11 + place.host), &subnets[number])] : fixed
                own[place, default: []] += addresses.map { Interface.Address($0, subnets[number].prefixLength) }
            }
            let address = try Self.allocate(100, &subnets[number])
            clientAddresses.append(Interface.Address(address, subnets[number].prefixLength))
        }
        let segment = "segment\(index)"
        for place in places {
            let linkLocal = Self.fixedAddress(of: place, pairs).filter(\.isLinkLocal)
            let addresses = (own[place] ?? []) + linkLocal.map { Interface.Address($0, 64) }
            hosts[place.host].append(Interface(place.interface, segment: segment, addresses: addresses))
        }
        if !clientAddresses.isEmpty {
            client.append(Interface("eth\(client.count)", segment: segment, addresses: clientAddresses))
        }
    }

    private static func allocate(_ preferred: UInt32, _ subnet: inout Subnet) throws(CannotRehearse) -> IPAddress {
        guard let address = subnet.allocate(preferred) else {
            throw CannotRehearse(
                "the subnet of \(subnet.members[0])/\(subnet.prefixLength) has no free address for a host and a client")
        }
        return address
    }

    /// The addresses that the files write for interfaces of a segment.
    private static func written(
        on segment: Set<Place>, _ pairs: [Pair]
    ) -> [(address: IPAddress, prefixLength: UInt8?)] {
        var found: [(address: IPAddress, prefixLength: UInt8?)] = []
        for pair in pairs {
            for (host, instance) in pair.instances.enumerated() {
                for address in instance.allAddresses
                where segment.contains(Place(host: host, interface: address.interface)) {
                    found.append((address.address, address.prefixLength))
                }
                guard segment.contains(Place(host: host, interface: instance.interface)) else { continue }
                let others = instance.unicastPeers + (instance.sourceAddress.map { [$0] } ?? [])
                found += others.map { ($0, nil) }
            }
        }
        return found
    }

    /// The addresses that a host must have on an interface: those it sends from, or else those its peer sends to.
    private static func fixedAddress(of place: Place, _ pairs: [Pair]) -> [IPAddress] {
        var found: [IPAddress] = []
        for pair in pairs where pair.instances[place.host].interface == place.interface {
            let instance = pair.instances[place.host]
            let peerNames = pair.instances[1 - place.host].unicastPeers
            let foreign = Set(instance.unicastPeers)
            let address = instance.sourceAddress ?? peerNames.first { !foreign.contains($0) }
            if let address, !found.contains(address) { found.append(address) }
        }
        return found
    }
}
