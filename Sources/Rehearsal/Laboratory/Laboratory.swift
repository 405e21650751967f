package import LinuxKernel
package import VRRPWire

/// Hosts, switches and clients on one machine, made of namespaces and gone without a trace when this value goes.
///
/// Everything lives in processes and descriptors of this process: nothing is named on the machine, nothing is mounted on
/// it, and a killed rehearsal leaves nothing behind. Needs CAP_SYS_ADMIN, which a user namespace gives as well.
package final class Laboratory {
    private let switchboard: NetworkNamespace
    private let cables: LinkSocket
    private let lights: AddressWatch
    private let visible: [String]
    private var bridges: [String: Int32] = [:]
    private var cableCount = 0
    /// The hosts that run.
    package private(set) var hosts: [Host] = []

    /// An empty one.
    ///
    /// `visible` are directories that hosts see at their usual place although they lie under /tmp or /run, which every
    /// host otherwise has for itself. Name those that hold the programs to run.
    package init(visible: [String] = []) throws(SystemError) {
        let switchboard = try NetworkNamespace()
        cables = try LinkSocket(in: switchboard)
        lights = try AddressWatch(in: switchboard)
        self.switchboard = switchboard
        self.visible = visible
    }

    deinit { close() }

    /// Switches on a host with these interfaces, all of them up.
    package func addHost(_ name: String, _ interfaces: [Interface]) throws(SystemError) -> Host {
        let namespaces = try HostNamespaces(name: name, visible: visible)
        let host = try Host(namespaces)
        try prepare(namespaces.network, interfaces) { interface, port in
            host.ports[interface.name] = port
            host.segments[interface.name] = interface.segment
        }
        hosts.append(host)
        return host
    }

    /// A network that is on the switches but has no processes of its own.
    package func addClient(_ interfaces: [Interface]) throws(SystemError) -> NetworkNamespace {
        let network = try NetworkNamespace()
        try prepare(network, interfaces) { _, _ in }
        return network
    }

    private func prepare(
        _ network: NetworkNamespace, _ interfaces: [Interface], plugged: (Interface, Int32) -> Void
    ) throws(SystemError) {
        let links = try LinkSocket(in: network)
        try links.setLink(1, up: true)
        for interface in interfaces {
            let port = try plug(interface, into: network)
            plugged(interface, port)
            guard let index = try network.interfaceIndex(interface.name) else { continue }
            try links.setLink(index, up: true)
            try awaitCarrier(port)
            let addresses = try network.perform { () throws(SystemError) in try RouteSocket() }
            for address in interface.addresses {
                try addresses.add(
                    AddressRequest(
                        interfaceIndex: UInt32(index), address: address.address, prefixLength: address.prefixLength,
                        noDAD: true))
            }
        }
    }

    private func plug(_ interface: Interface, into network: NetworkNamespace) throws(SystemError) -> Int32 {
        let bridge = try bridge(of: interface.segment)
        cableCount += 1
        let port = "port\(cableCount)"
        try cables.addCable(port: port, bridge: bridge, interface: interface.name, in: network)
        guard let index = try switchboard.interfaceIndex(port) else { throw SystemError("find port \(port)", 19) }
        return index
    }

    private func bridge(of segment: String) throws(SystemError) -> Int32 {
        if let known = bridges[segment] { return known }
        let name = "switch\(bridges.count)"
        try cables.addBridge(name)
        guard let index = try switchboard.interfaceIndex(name) else { throw SystemError("find switch \(name)", 19) }
        bridges[segment] = index
        return index
    }

    /// Switches the switch's port on or off: with it the host's interface gains or loses its carrier.
    package func setPort(of host: Host, _ interface: String, up isUp: Bool) throws(SystemError) {
        guard let port = host.ports[interface] else { return }
        try cables.setLink(port, up: isUp)
        if isUp { try awaitCarrier(port) }
    }

    /// Waits until the switch has seen that a cable is plugged in: before that it forwards nothing, and the
    /// kernel takes up to a second to tell it.
    ///
    /// A cable whose other end is down never gets there; then this gives up.
    private func awaitCarrier(_ port: Int32) throws(SystemError) {
        let bound = monotonicNanoseconds() + 2_000_000_000
        while true {
            try lights.refresh()
            if lights.links.contains(where: { $0.index == UInt32(port) && $0.isRunning }) { return }
            if monotonicNanoseconds() >= bound { return }
            var items = [Readiness(lights.rawDescriptor)]
            try Readiness.wait(&items, until: bound)
        }
    }

    /// Lets the switch forward from and to the port or not: without it the host is alone and does not notice.
    package func setForwarding(of host: Host, _ interface: String, _ isForwarding: Bool) throws(SystemError) {
        guard let port = host.ports[interface], let segment = host.segments[interface] else { return }
        try cables.setMaster(of: port, isForwarding ? bridge(of: segment) : nil)
    }

    /// Pulls the plug: from one instant to the next the host is off the network and all its processes are gone.
    package func kill(_ host: Host) throws(SystemError) {
        hosts.removeAll { $0 === host }
        // The network first: descriptors of ours could keep it, and its addresses, alive for a moment longer.
        for port in host.ports.values { try cables.remove(port) }
        host.ports = [:]
        host.end()
    }

    /// Ends everything; harmless when done before.
    package func close() {
        for host in hosts { host.end() }
        hosts = []
    }

    /// Who holds `address` now, as far as the kernels have said.
    package func holders(of address: IPAddress) throws(SystemError) -> [Host] {
        var holders: [Host] = []
        for host in hosts where try host.holds(address) { holders.append(host) }
        return holders
    }
}
