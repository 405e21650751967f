import Testing
import VRRPCore
import VRRPWire

@Suite struct `Address plan` {
    private func wanted(_ text: String, _ length: UInt8 = 32, on interface: String = "eth0") -> VirtualAddress {
        VirtualAddress(address: IPAddress(text)!, prefixLength: length, interface: interface)
    }

    private func there(
        _ text: String, _ length: UInt8 = 32, on interface: String = "eth0", ours: Bool
    ) -> ObservedAddress {
        ObservedAddress(address: IPAddress(text)!, prefixLength: length, interface: interface, isOurs: ours)
    }

    @Test func `what is missing is added and what is left over is removed`() {
        let operations = AddressPlan.operations(
            desired: [wanted("192.0.2.1"), wanted("2001:db8::1", 64)],
            observed: [there("192.0.2.1", ours: true), there("192.0.2.9", ours: true)])
        #expect(operations == [.remove(there("192.0.2.9", ours: true)), .add(wanted("2001:db8::1", 64))])
    }

    @Test func `an address that we did not add is never removed`() {
        let observed = [there("192.0.2.1", 24, ours: false), there("192.0.2.9", 24, on: "eth1", ours: false)]
        #expect(AddressPlan.operations(desired: [], observed: observed).isEmpty)
        #expect(AddressPlan.operations(desired: [wanted("192.0.2.1")], observed: observed).isEmpty)
        #expect(AddressPlan.clashes(desired: [wanted("192.0.2.1")], observed: observed) == [observed[0]])
    }

    @Test func `an address with a changed prefix or place is added before the old one goes`() {
        let operations = AddressPlan.operations(
            desired: [wanted("192.0.2.1", 24), wanted("2001:db8::1", 64, on: "eth1")],
            observed: [there("192.0.2.1", 32, ours: true), there("2001:db8::1", 64, ours: true)])
        #expect(
            operations == [
                .add(wanted("192.0.2.1", 24)), .add(wanted("2001:db8::1", 64, on: "eth1")),
                .remove(there("192.0.2.1", 32, ours: true)), .remove(there("2001:db8::1", 64, ours: true)),
            ])
    }

    @Test func `an IPv6 address with a changed prefix goes first because an interface has it only once`() {
        let operations = AddressPlan.operations(
            desired: [wanted("2001:db8::1", 64)], observed: [there("2001:db8::1", 128, ours: true)])
        #expect(operations == [.remove(there("2001:db8::1", 128, ours: true)), .add(wanted("2001:db8::1", 64))])
    }

    @Test(arguments: 0..<200) func `planning again after carrying out yields nothing, and spares what is not ours`(
        seed: Int
    ) {
        var random = SplitMix64(seed: UInt64(seed))
        func draw() -> [(UInt8, UInt8, Bool)] {
            (0..<Int(random.next() % 6)).map { _ in
                (UInt8(random.next() % 5 + 1), random.next() % 2 == 0 ? 24 : 32, random.next() % 2 == 0)
            }
        }
        let desired = Array(Set(draw().map { wanted("192.0.2.\($0.0)", $0.1) }))
        var observed = Set(draw().map { there("192.0.2.\($0.0)", $0.1, ours: $0.2) })
        let foreign = observed.filter { !$0.isOurs }
        for operation in AddressPlan.operations(desired: desired, observed: Array(observed)) {
            switch operation {
            case .add(let address):
                observed.insert(
                    ObservedAddress(
                        address: address.address, prefixLength: address.prefixLength, interface: address.interface,
                        isOurs: true))
            case .remove(let present): observed.remove(present)
            }
        }
        #expect(AddressPlan.operations(desired: desired, observed: Array(observed)).isEmpty)
        #expect(observed.filter { !$0.isOurs } == foreign)
    }
}
