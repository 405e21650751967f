import LinuxKernel
import Rehearsal
import VRRPWire

/// Programs of this package, as built beside the tests.
enum BuiltPrograms {
    static let directory = LocalFiles.directory(of: LocalFiles.absolute("/proc/self/exe") ?? "/")
    static let understudy = directory + "/understudy"
    static let understudyd = directory + "/understudyd"
}

extension Laboratory {
    /// A laboratory whose hosts see the programs of this package.
    static func forTests() throws -> Laboratory { try Laboratory(visible: [BuiltPrograms.directory]) }

    /// A host with one interface, `eth0`, and one address.
    func addHost(_ name: String, _ address: String, prefixLength: UInt8 = 24) throws -> Host {
        try addHost(name, [Interface("eth0", addresses: [try .init(address, prefixLength)])])
    }
}

extension Interface.Address {
    init(_ text: String, _ prefixLength: UInt8) throws {
        self.init(try ip(text), prefixLength)
    }
}

struct NotAnAddress: Error { var text: String }

/// The address written as `text`.
func ip(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text) else { throw NotAnAddress(text: text) }
    return address
}

/// A frontend on `address` that answers with `name`.
func haproxyConfiguration(_ address: String, name: String, port: Int = 80) -> String {
    """
    defaults
        mode http
        timeout client 5s
        timeout connect 5s
        timeout server 5s
    frontend rehearsal
        bind \(address):\(port)
        http-request return status 200 content-type text/plain string \(name)

    """
}
