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

/// Which virtual routers are heard on an interface within `seconds`, and who has the addresses; nil when one may not
/// listen.
func listenToNetwork(on interface: String, askingFor addresses: [IPAddress], seconds: Double)
    -> PairSurroundings.Listened?
{
    let links: [LinkInfo]
    let own: [AddressInfo]
    do throws(SystemError) {
        let socket = try RouteSocket()
        links = try socket.links()
        own = try socket.addresses()
    } catch {
        return nil
    }
    guard let link = links.first(where: { $0.name == interface }), let hardware = link.hardwareAddress else {
        return nil
    }
    let source = own.lazy.filter { $0.interfaceIndex == link.index && !$0.isTentative }.compactMap { info in
        if case .v6(let address) = info.address, address.isLinkLocal { address } else { nil }
    }.first
    var questions = AddressQuestions()
    questions.questions = addresses.map {
        AddressQuestions.Question(interface: interface, address: $0, hardwareAddress: hardware, source: source)
    }
    var session = WireSession([], links: links, questions: questions, seconds: seconds)
    let facts = session.run()
    guard facts.failure(interface) == nil else { return nil }
    var routers: [PairSurroundings.Heard] = []
    for advert in facts.adverts where advert.place == .wire {
        let heard = PairSurroundings.Heard(
            advert.virtualRouterID, advert.source, advert.addresses, hardwareAddress: advert.hardwareAddress)
        if !routers.contains(heard) { routers.append(heard) }
    }
    return PairSurroundings.Listened(
        routers: routers,
        holders: facts.answers.keys.map { PairSurroundings.Holder($0.address, $0.hardwareAddress) }
            .sorted { ($0.address, $0.hardwareAddress.rawValue) < ($1.address, $1.hardwareAddress.rawValue) })
}
