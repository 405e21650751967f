import Configuration
import Console
import LinuxKernel
import VRRPWire

/// One file, in memory.
struct OneFile: SourceReader {
    var path = SniffOptions.usualFile
    var text: String?

    func read(_ path: String) -> Result<[UInt8], ReadFailure> {
        guard path == self.path, let text else { return .failure(ReadFailure("No such file or directory")) }
        return .success(Array(text.utf8))
    }
    func glob(_ pattern: String) -> [String] { [] }
    func isIncludable(_ path: String) -> Bool { false }
}

/// A session on `eth0` of a host with 192.0.2.1 and fe80::1, fed with frames one after the other.
struct Listener {
    var session: SniffSession
    /// Since 1970: the capture begins at 2026-11-25T08:00:00Z.
    private var milliseconds: Int64 = 1_795_593_600_000

    init(_ configuration: String? = nil, only: UInt8? = nil) throws {
        let plan = try SniffPlan(
            SniffOptions(configurationID: "lb1"), reading: OneFile(text: configuration),
            links: [Self.eth0], addresses: Self.addresses)
        session = SniffSession(judge: plan.judge, onlyVirtualRouterID: only)
    }

    static let eth0 = LinkInfo(
        index: 2, name: "eth0", isUp: true, isRunning: true,
        hardwareAddress: HardwareAddress(rawValue: 0x0200_0000_0001))
    static let addresses = ["192.0.2.1", "fe80::1"].map {
        AddressInfo(interfaceIndex: 2, address: ip($0), prefixLength: 24)
    }

    /// What is said of a frame that comes so long after the last one.
    mutating func hear(
        _ octets: [UInt8], after milliseconds: Int64 = 1000, isOutgoing: Bool = false, missing: Int = 0
    ) -> Sighting? {
        self.milliseconds += milliseconds
        return session.observe(
            CapturedFrame(
                octets: octets, isOutgoing: isOutgoing, missing: missing, seconds: self.milliseconds / 1000,
                nanoseconds: self.milliseconds % 1000 * 1_000_000),
            on: "eth0")
    }

    /// Its line, or nothing.
    mutating func line(_ octets: [UInt8], after milliseconds: Int64 = 1000) -> String {
        hear(octets, after: milliseconds)?.line ?? ""
    }
}

/// The configuration of 192.0.2.1 that ``TestAdvert`` is for.
func configuration(_ more: String = "", addresses: String = "192.0.2.10/24", name: String = "vrrp_1") -> String {
    """
    vrrp_instance \(name) {
        interface eth0
        virtual_router_id 51
        priority 100
        \(more)
        virtual_ipaddress {
            \(addresses)
        }
    }

    """
}
