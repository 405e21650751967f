import LinuxKernel
import Testing
import VRRPWire

@testable import Daemon

@Suite struct InterfaceTableTests {
    private let eth0 = LinkInfo(index: 2, name: "eth0", isUp: true, isRunning: true)
    private let address = AddressInfo(
        interfaceIndex: 2, address: .v4(IPv4Address(192, 0, 2, 1)), prefixLength: 24, scope: 0)

    private func table() -> InterfaceTable {
        var table = InterfaceTable()
        table.replace(links: [eth0], addresses: [address])
        return table
    }

    @Test func `a link that goes takes its addresses along`() {
        var table = table()
        table.apply(.linkGone(index: 2, name: "eth0"))
        #expect(table.link(named: "eth0") == nil)
        #expect(table.link(at: 2) == nil)
        #expect(table.everyAddress.isEmpty)
    }

    @Test func `a link that is renamed is found by its new name only`() {
        var table = table()
        var renamed = eth0
        renamed.name = "wan"
        table.apply(.link(renamed))
        #expect(table.link(named: "eth0") == nil)
        #expect(table.link(named: "wan")?.index == 2)
        #expect(table.addresses(on: 2) == [address])
    }

    @Test func `the same news twice changes nothing and other prefixes are other addresses`() {
        var table = table()
        table.apply(.address(address))
        #expect(table.addresses(on: 2) == [address])
        var wider = address
        wider.prefixLength = 16
        table.apply(.address(wider))
        #expect(table.addresses(on: 2).count == 2)
        table.apply(.addressGone(wider))
        table.apply(.addressGone(wider))
        #expect(table.addresses(on: 2) == [address])
    }

    @Test func `an address that changes is replaced`() {
        var table = table()
        var marked = address
        marked.protocolMark = 112
        table.apply(.address(marked))
        #expect(table.everyAddress == [marked])
    }

    @Test func `a listing replaces everything`() {
        var table = table()
        table.replace(links: [], addresses: [])
        #expect(table.link(at: 2) == nil)
        #expect(table.everyAddress.isEmpty)
    }

    @Test func `a link is usable when it is up and has a carrier`() {
        #expect(eth0.isUsable)
        #expect(!LinkInfo(index: 2, name: "eth0", isUp: true, isRunning: false).isUsable)
        #expect(!LinkInfo(index: 2, name: "eth0", isUp: false, isRunning: true).isUsable)
    }
}
