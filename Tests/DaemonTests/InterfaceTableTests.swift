import Configuration
import Control
import LinuxKernel
import Testing
import VRRPCore
import VRRPWire

@testable import Daemon

@Suite struct InterfaceTableTests {
    private let eth0 = LinkInfo(index: 2, name: "eth0", isUp: true, isRunning: true)
    private let address = AddressInfo(
        interfaceIndex: 2, address: .v4(IPv4Address(192, 0, 2, 1)), prefixLength: 24, scope: 0)

    private static func at(_ milliseconds: UInt64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: milliseconds * 1_000_000)
    }

    private func table() -> InterfaceTable {
        var table = InterfaceTable()
        table.replace(links: [eth0], addresses: [address], at: Self.at(0))
        return table
    }

    @Test func `a link that goes takes its addresses along`() {
        var table = table()
        table.apply(.linkGone(index: 2, name: "eth0"), at: Self.at(0))
        #expect(table.link(named: "eth0") == nil)
        #expect(table.link(at: 2) == nil)
        #expect(table.everyAddress.isEmpty)
    }

    @Test func `a link that is renamed is found by its new name only`() {
        var table = table()
        var renamed = eth0
        renamed.name = "wan"
        table.apply(.link(renamed), at: Self.at(0))
        #expect(table.link(named: "eth0") == nil)
        #expect(table.link(named: "wan")?.index == 2)
        #expect(table.addresses(on: 2) == [address])
    }

    @Test func `the same news twice changes nothing and other prefixes are other addresses`() {
        var table = table()
        table.apply(.address(address), at: Self.at(0))
        #expect(table.addresses(on: 2) == [address])
        var wider = address
        wider.prefixLength = 16
        table.apply(.address(wider), at: Self.at(0))
        #expect(table.addresses(on: 2).count == 2)
        table.apply(.addressGone(wider), at: Self.at(0))
        table.apply(.addressGone(wider), at: Self.at(0))
        #expect(table.addresses(on: 2) == [address])
    }

    @Test func `an address that changes is replaced`() {
        var table = table()
        var marked = address
        marked.protocolMark = 112
        table.apply(.address(marked), at: Self.at(0))
        #expect(table.everyAddress == [marked])
    }

    /// Against lists that are searched from end to end.
    @Test(arguments: 1...20) func `whatever comes and goes is found by its name, place and address`(seed: UInt64) {
        var state = seed
        func number(below bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var table = InterfaceTable()
        var (links, addresses): ([LinkInfo], [AddressInfo]) = ([], [])
        for _ in 0..<400 {
            let index = UInt32(2 + number(below: 4))
            var info = AddressInfo(
                interfaceIndex: index, address: .v4(IPv4Address(192, 0, 2, UInt8(1 + number(below: 6)))),
                prefixLength: number(below: 2) == 0 ? 24 : 32)
            info.isSecondary = number(below: 2) == 0
            info.validSeconds = UInt32(1 + number(below: 3))
            let known = addresses.firstIndex {
                $0.interfaceIndex == index && $0.address == info.address && $0.prefixLength == info.prefixLength
            }
            switch number(below: 8) {
            case 0:
                let name = "eth\(number(below: 6))"
                guard !links.contains(where: { $0.name == name }) else { continue }
                links.removeAll { $0.index == index }
                links.append(LinkInfo(index: index, name: name, isUp: true, isRunning: true))
                table.apply(.link(links.last!), at: Self.at(0))
            case 1:
                links.removeAll { $0.index == index }
                addresses.removeAll { $0.interfaceIndex == index }
                table.apply(.linkGone(index: index, name: nil), at: Self.at(0))
            case 2, 3, 4:
                #expect(table.apply(.addressGone(info), at: Self.at(0)) == (known != nil))
                if let known { addresses.remove(at: known) }
            default:
                let isSame = known.map { addresses[$0].isSecondary == info.isSecondary } ?? false
                #expect(table.apply(.address(info), at: Self.at(0)) == !isSame)
                if let known { if isSame { addresses[known] = info } else { addresses.remove(at: known) } }
                if !isSame { addresses.append(info) }
            }
            for index in UInt32(2)...5 {
                #expect(table.addresses(on: index) == addresses.filter { $0.interfaceIndex == index })
                #expect(table.link(at: index) == links.first { $0.index == index })
            }
            for last in UInt8(1)...6 {
                let address = IPAddress.v4(IPv4Address(192, 0, 2, last))
                #expect(Set(table.addresses(having: address)) == Set(addresses.filter { $0.address == address }))
            }
            for name in (0...5).map({ "eth\($0)" }) {
                #expect(table.link(named: name) == links.first { $0.name == name })
            }
            #expect(Set(table.everyAddress) == Set(addresses) && table.everyAddress.count == addresses.count)
        }
    }

    /// A name moves on before the kernel has said who had it.
    @Test func `an interface keeps its name when an older one of that name goes`() {
        var table = table()
        table.apply(.link(LinkInfo(index: 3, name: "eth0", isUp: true, isRunning: true)), at: Self.at(0))
        table.apply(.linkGone(index: 2, name: "eth0"), at: Self.at(0))
        #expect(table.link(named: "eth0")?.index == 3)
        table.apply(.link(eth0), at: Self.at(0))
        table.apply(.linkGone(index: 2, name: "eth0"), at: Self.at(0))
        #expect(table.link(named: "eth0")?.index == 3)
    }

    @Test func `a listing replaces everything`() {
        var table = table()
        table.replace(links: [], addresses: [], at: Self.at(0))
        #expect(table.link(at: 2) == nil)
        #expect(table.everyAddress.isEmpty)
    }

    @Test func `a link is usable when it is up and has a carrier`() {
        #expect(eth0.isUsable)
        #expect(!LinkInfo(index: 2, name: "eth0", isUp: true, isRunning: false).isUsable)
        #expect(!LinkInfo(index: 2, name: "eth0", isUp: false, isRunning: true).isUsable)
    }

    // MARK: interface_up_down_delays

    private func down(_ isDown: Bool = true) -> LinkInfo {
        LinkInfo(index: 2, name: "eth0", isUp: true, isRunning: !isDown)
    }

    /// `eth0` with half a second down and a second up, at first up.
    private func patient() -> InterfaceTable {
        var table = table()
        table.delays.configure([InterfaceDelay(interface: "eth0", down: .milliseconds(500), up: .seconds(1))])
        return table
    }

    @Test func `what does not count yet is told, with the time that is left`() {
        var table = patient()
        #expect(table.pendingLink("eth0", at: Self.at(0)) == nil)
        table.apply(.link(down()), at: Self.at(100))
        #expect(
            table.pendingLink("eth0", at: Self.at(300))
                == PendingLink(interface: "eth0", isUp: false, countsInSeconds: 0.3))
        #expect(table.pendingLink("eth0", at: Self.at(9000))?.countsInSeconds == 0)
        #expect(table.pendingLink("eth1", at: Self.at(300)) == nil)
        _ = table.settle(at: Self.at(600))
        table.apply(.link(down(false)), at: Self.at(700))
        let pending = table.pendingLink("eth0", at: Self.at(700))
        #expect(pending?.text == "up, which counts in 1 s if it lasts")
        _ = table.settle(at: Self.at(1700))
        #expect(table.pendingLink("eth0", at: Self.at(1700)) == nil)
    }

    @Test func `a link that is down counts as up until it has lasted`() {
        var table = patient()
        let isNews = table.apply(.link(down()), at: Self.at(100))
        #expect(!isNews)
        #expect(table.link(at: 2)?.isUsable == true)
        #expect(table.delays.heldBack(at: 2)?.isUsable == false)
        #expect(table.delays.deadline == Self.at(600))
        let early = table.settle(at: Self.at(599))
        #expect(early.isEmpty && table.link(at: 2)?.isUsable == true)
        let lasting = table.settle(at: Self.at(600))
        #expect(lasting == [down()])
        #expect(table.link(at: 2)?.isUsable == false)
        #expect(table.delays.deadline == nil && table.delays.heldBack(at: 2) == nil)
        table.apply(.link(down(false)), at: Self.at(700))
        #expect(table.link(at: 2)?.isUsable == false)
        #expect(table.delays.deadline == Self.at(1700))
        let again = table.settle(at: Self.at(1700))
        #expect(again == [down(false)] && table.link(at: 2)?.isUsable == true)
    }

    @Test func `a link that returns in time was never down, and the next time counts anew`() {
        var table = patient()
        table.apply(.link(down()), at: Self.at(0))
        table.apply(.link(down(false)), at: Self.at(499))
        #expect(table.delays.deadline == nil && table.link(at: 2)?.isUsable == true)
        table.apply(.link(down()), at: Self.at(510))
        #expect(table.delays.deadline == Self.at(1010))
    }

    @Test func `further news of a link that is down, and a listing, put nothing off`() {
        var table = patient()
        table.apply(.link(down()), at: Self.at(0))
        var bigger = down()
        bigger.mtu = 9000
        let isNews = table.apply(.link(bigger), at: Self.at(300))
        #expect(isNews)
        #expect(table.link(at: 2)?.mtu == 9000 && table.link(at: 2)?.isUsable == true)
        table.replace(links: [bigger], addresses: [], at: Self.at(400))
        #expect(table.link(at: 2)?.isUsable == true)
        #expect(table.delays.deadline == Self.at(500))
    }

    @Test func `a link that is deleted, new or renamed counts at once`() {
        var table = patient()
        table.apply(.link(down()), at: Self.at(0))
        table.apply(.linkGone(index: 2, name: "eth0"), at: Self.at(10))
        #expect(table.link(at: 2) == nil && table.delays.deadline == nil)
        table.apply(.link(down()), at: Self.at(20))
        #expect(table.link(at: 2)?.isUsable == false && table.delays.deadline == nil)
        var other = down(false)
        other.name = "eth1"
        table.apply(.link(other), at: Self.at(30))
        #expect(table.link(at: 2)?.isUsable == true && table.delays.deadline == nil)
    }

    @Test func `other interfaces, and delays of zero, change nothing`() {
        var table = table()
        table.delays.configure([
            InterfaceDelay(interface: "eth1", down: .seconds(1), up: .seconds(1)),
            InterfaceDelay(interface: "eth0", down: .zero, up: .seconds(1)),
        ])
        table.apply(.link(down()), at: Self.at(0))
        #expect(table.link(at: 2)?.isUsable == false)
    }

    @Test func `a reload judges what is held back by its own delays, and a timer that runs out hastens it`() {
        var table = patient()
        table.apply(.link(down()), at: Self.at(100))
        table.delays.configure([InterfaceDelay(interface: "eth0", down: .seconds(2), up: .zero)])
        #expect(table.delays.deadline == Self.at(2100))
        table.delays.hasten(2)
        let hastened = table.settle(at: Self.at(2000))
        #expect(hastened == [down()])
        var another = patient()
        another.apply(.link(down()), at: Self.at(100))
        another.delays.configure([])
        let undelayed = another.settle(at: Self.at(100))
        #expect(undelayed == [down()])
    }

    @Test func `a process that replaces another begins with the link up`() {
        var table = InterfaceTable()
        table.replace(links: [down()], addresses: [], at: Self.at(0))
        table.holdUp("eth0", at: Self.at(0))
        #expect(table.link(at: 2)?.isUsable == false)
        table.delays.configure([InterfaceDelay(interface: "eth0", down: .milliseconds(500), up: .zero)])
        table.holdUp("eth0", at: Self.at(50))
        #expect(table.link(at: 2)?.isUsable == true)
        #expect(table.delays.deadline == Self.at(550))
    }
}
