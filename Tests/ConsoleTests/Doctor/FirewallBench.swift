import Console
import LinuxKernel
import Rehearsal
import Testing
import VRRPWire

/// A host with rules of its own and a neighbour that sends it adverts: what the kernel really does with them.
final class FirewallBench {
    struct Broken: Error, CustomStringConvertible { var description: String }

    static let ours = "192.0.2.1"
    static let theirs = "192.0.2.2"

    let laboratory: Laboratory
    let host: NetworkNamespace
    private let neighbour: NetworkNamespace
    private let hostIndex: UInt32
    private let neighbourIndex: UInt32

    init() throws {
        guard currentUserID() == 0 else { throw Broken(description: "these tests make namespaces: run them as root") }
        laboratory = try Laboratory()
        host = try laboratory.addClient([
            Interface("eth0", addresses: [try .init(Self.ours, 24), try .init("fe80::1", 64)])
        ])
        neighbour = try laboratory.addClient([
            Interface("eth0", addresses: [try .init(Self.theirs, 24), try .init("fe80::2", 64)])
        ])
        hostIndex = UInt32(try #require(try host.interfaceIndex("eth0")))
        neighbourIndex = UInt32(try #require(try neighbour.interfaceIndex("eth0")))
    }

    deinit { laboratory.close() }

    /// Runs a shell script on the host; nil when it failed.
    func tryShell(_ script: String) throws -> String? {
        try host.perform { () throws(SystemError) in InstalledTools().run("sh", ["-ec", script]).output }
    }

    func shell(_ script: String) throws {
        let outcome = try host.perform { () throws(SystemError) in InstalledTools().run("sh", ["-ec", script]) }
        guard outcome.output != nil else { throw Broken(description: "\(script): \(outcome.failure)") }
    }

    /// No rules at all, of any kind.
    func clear() throws {
        try shell(
            """
            nft flush ruleset
            for tables in iptables-legacy ip6tables-legacy; do
                for table in filter mangle raw; do
                    $tables -t $table -F; $tables -t $table -X
                    for chain in PREROUTING INPUT OUTPUT POSTROUTING; do
                        $tables -t $table -P $chain ACCEPT 2>/dev/null || true
                    done
                done
            done
            """)
    }

    /// Whether an advert of the neighbour gets through to a program.
    func arrives(_ family: AddressFamily) throws -> Bool {
        let frame = advertFrame(family, host: 2)
        let (tap, socket) = try host.perform { () throws(SystemError) in
            (
                try FrameCapture(interfaceIndex: hostIndex),
                try VRRPSocket(
                    family: family, interfaceName: "eth0", interfaceIndex: hostIndex,
                    mode: .multicast(group: .vrrpGroup(family)))
            )
        }
        let sender = try neighbour.perform { () throws(SystemError) in try PacketSocket() }
        try sender.send(frame.span, interfaceIndex: neighbourIndex)
        // The tap sees it first; what the rules do with it is done a moment later.
        var isSeen = false
        let bound = monotonicNanoseconds() + 5_000_000_000
        while !isSeen {
            var items = [Readiness(tap.descriptor)]
            try Readiness.wait(&items, until: bound)
            while let seen = try tap.next() { isSeen = isSeen || seen.octets == frame }
            if monotonicNanoseconds() >= bound { throw Broken(description: "the advert never came") }
        }
        var items = [Readiness(socket.descriptor)]
        try Readiness.wait(&items, until: monotonicNanoseconds() + 15_000_000)
        return items[0].isReady
    }

    /// Whether the host may send an advert.
    func leaves(_ family: AddressFamily) throws -> Bool {
        // An IPv4 socket is given the whole packet, an IPv6 one what it carries.
        let bytes = Array(advertFrame(family, host: 1).dropFirst(family == .v4 ? 14 : 14 + 40))
        let source = try #require(IPAddress(family == .v4 ? Self.ours : "fe80::1"))
        let socket = try host.perform { () throws(SystemError) in
            try VRRPSocket(
                family: family, interfaceName: "eth0", interfaceIndex: hostIndex,
                mode: .multicast(group: .vrrpGroup(family)))
        }
        do throws(SystemError) {
            try socket.send(bytes.span, from: source, to: .vrrpGroup(family))
        } catch {
            // EPERM is what the rules do.
            guard error.code == 1 else { throw error }
            return false
        }
        return true
    }

    /// What the doctor reads from the host's own tools.
    func facts() throws -> FirewallFacts {
        try host.perform { () throws(SystemError) in
            gatherFirewalls(interfaces: ["eth0"], tools: InstalledTools())
        }
    }

    func path(_ family: AddressFamily) -> AdvertPath {
        let text = family == .v4 ? Self.ours : "fe80::1"
        let own = IPAddress(text).map { [AddressRange($0)] } ?? []
        let subnet = IPAddress(text).map { [AddressRange($0, prefixLength: family == .v4 ? 24 : 64)] } ?? []
        return AdvertPath(
            interface: "eth0", family: family, peers: nil, instances: ["VI_1"], ownAddresses: own, subnets: subnet)
    }

    /// The doctor's opinion, from the rules alone.
    func findings(_ family: AddressFamily, proof: FirewallProof = FirewallProof(output: .notTried(reason: "reading")))
        throws -> [Finding]
    {
        let sender = IPAddress(family == .v4 ? Self.theirs : "fe80::2")
        return judgeFirewall(try facts(), path(family), senders: sender.map { [$0] } ?? [], proof: proof)
    }
}

/// A sound advert of 192.0.2.HOST or fe80::HOST in an Ethernet frame.
private func advertFrame(_ family: AddressFamily, host: UInt8) -> [UInt8] {
    let hardware: [UInt8] = [2, 0, 0, 0, 0, host]
    switch family {
    case .v4:
        let source = IPv4Address(192, 0, 2, host)
        let carrier = Carrier(source: .v4(source), destination: .vrrpGroup(.v4))
        let message = advert(carrier, listing: .v4(IPv4Address(192, 0, 2, 10)))
        let header = [UInt8](capacity: 20) { output in
            IPv4Header.emit(
                into: &output, source: source, destination: .vrrpGroup, payloadSize: message.count, identification: 1)
        }
        return [1, 0, 0x5E, 0, 0, 0x12] + hardware + [8, 0] + header + message
    case .v6:
        let carrier = Carrier(
            source: .v6(IPv6Address(high: 0xFE80 << 48, low: UInt64(host))), destination: .vrrpGroup(.v6))
        let message = advert(carrier, listing: .v6(IPv6Address(high: 0xFE80 << 48, low: 0x10)))
        let source: [UInt8] = [0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [host]
        let group: [UInt8] = [0xFF, 2] + [UInt8](repeating: 0, count: 13) + [0x12]
        return [0x33, 0x33, 0, 0, 0, 0x12] + hardware + [0x86, 0xDD]
            + [0x6C, 0, 0, 0, 0, UInt8(message.count), 112, 255] + source + group + message
    }
}

private func advert(_ carrier: Carrier, listing address: IPAddress) -> [UInt8] {
    guard let id = VirtualRouterID(51) else { preconditionFailure("51 is a VRID") }
    let advertisement = Advertisement(
        version: .v3, virtualRouterID: id, priority: Priority(100), interval: .oneSecond,
        addressCount: 1)
    return [UInt8](capacity: advertisement.encodedSize(addresses: [address])) { output in
        advertisement.emit(into: &output, addresses: [address], carrier: carrier, checksum: .pseudoHeader)
    }
}

extension Interface.Address {
    init(_ text: String, _ prefixLength: UInt8) throws {
        self.init(try #require(IPAddress(text)), prefixLength)
    }
}
