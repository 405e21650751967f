internal import Configuration
internal import Daemon
internal import LinuxKernel
internal import VRRPWire

extension PairSurroundings {
    /// Looks at this host.
    static func survey() throws(SystemError) -> PairSurroundings {
        let socket = try RouteSocket()
        let links = try socket.links().filter { $0.hardwareAddress != nil && !$0.isLoopback }
        let addresses = try socket.addresses()
        let interfaces = links.map { link in
            Interface(
                link.name, isUsable: link.isUsable,
                addresses.filter { $0.interfaceIndex == link.index && $0.protocolMark != addressMark }
                    .map { PairSettings.Address($0.address, $0.prefixLength) })
        }
        return PairSurroundings(
            interfaces: interfaces.filter(\.isUsable) + interfaces.filter { !$0.isUsable }, balancers: findBalancers())
    }

    /// Those that run come before those that are merely installed.
    private static func findBalancers() -> [String] {
        let names = Set(runningProcesses().map(\.name))
        let running = knownBalancers.filter { names.contains($0) }
        let installed = knownBalancers.filter { name in
            findProgram(name) != nil || !globFiles("/opt/hapee-*/sbin/\(name)").isEmpty
        }
        return running + installed.filter { !running.contains($0) }
    }
}

/// The virtual routers that are heard on an interface within `seconds`; nil when one may not listen.
func listenForRouters(on interface: String, seconds: Double) -> [PairSurroundings.Heard]? {
    let options = SniffOptions(interface: interface, configurationID: "")
    do {
        let socket = try RouteSocket()
        let links = try socket.links()
        guard let link = links.first(where: { $0.name == interface }) else { return nil }
        let capture = try FrameCapture(interfaceIndex: link.index)
        var session = SniffSession(judge: Judge(instances: nil, ownAddresses: [:]))
        let deadline = monotonicNanoseconds() + UInt64(seconds * 1e9)
        while monotonicNanoseconds() < deadline {
            var items = [Readiness(capture.descriptor)]
            try Readiness.wait(&items, until: deadline)
            while let frame = try capture.next() { _ = session.observe(frame, on: options.interface ?? interface) }
        }
        return session.summary(interfaces: [interface], seconds: seconds).routers.compactMap { router in
            guard !router.isThisHost, router.vlans.isEmpty, let id = router.virtualRouterID.flatMap(UInt8.init), id > 0,
                let source = IPAddress(router.source)
            else { return nil }
            return PairSurroundings.Heard(id, source, (router.advert?.addresses ?? []).compactMap { IPAddress($0) })
        }
    } catch {
        return nil
    }
}
