package import VRRPWire

/// A network card of a host or client: which switch it is plugged into and which addresses are its own.
package struct Interface: Equatable, Sendable {
    package struct Address: Hashable, Sendable {
        package var address: IPAddress
        package var prefixLength: UInt8

        package init(_ address: IPAddress, _ prefixLength: UInt8) {
            self.address = address
            self.prefixLength = prefixLength
        }
    }

    /// The name inside the host, at most 15 octets.
    package var name: String
    /// Interfaces with the same segment are on the same switch.
    package var segment: String
    package var addresses: [Address]

    package init(_ name: String, segment: String = "lan", addresses: [Address] = []) {
        self.name = name
        self.segment = segment
        self.addresses = addresses
    }
}
