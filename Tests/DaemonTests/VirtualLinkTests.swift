import LinuxKernel
import Testing
import VRRPCore
import VRRPWire

@testable import Daemon

@Suite struct `Virtual MAC interfaces` {
    private func link(_ alias: String?) -> LinkInfo {
        var link = LinkInfo(index: 7, name: "vrrp.51", isUp: false, isRunning: false, kind: "macvlan")
        link.alias = alias
        return link
    }

    private static func before(_ ignore: UInt32?, _ announce: UInt32?) -> SettingsBefore {
        var before = SettingsBefore()
        (before.arpIgnore, before.arpAnnounce) = (ignore, announce)
        return before
    }

    @Test(arguments: [nil, 0, 1, 4_294_967_295] as [UInt32?], [nil, 0, 1] as [UInt32?])
    func `are known by what is written on them, which says what to give back`(ignore: UInt32?, announce: UInt32?) {
        let mark = VirtualLinkMark(Self.before(ignore, announce))
        #expect(VirtualLinkMark(link(mark.text)) == mark)
        // IFALIASZ.
        #expect(mark.text.utf8.count < 256)
    }

    @Test(arguments: [nil, "", "uplink to the switch", "made by understudy"])
    func `of others are not ours`(alias: String?) {
        #expect(VirtualLinkMark(link(alias)) == nil)
    }

    @Test func `are in the memory for whoever removes them`() throws {
        let memory = WorkerMemory(try SharedMemory(named: "test"), log: nil)
        #expect(memory.virtualLinks == [])
        let records = [
            VirtualLinkRecord(name: "vrrp.51", index: 7, baseIndex: 2, before: Self.before(0, 1)),
            VirtualLinkRecord(name: "vrrp6.51", index: 8, baseIndex: 2, before: SettingsBefore()),
        ]
        memory.virtualLinks = records
        #expect(memory.virtualLinks == records)
        memory.virtualLinks = []
        #expect(memory.virtualLinks == [])
    }

    @Test func `cut off in the memory are those that are whole`() {
        let records = [VirtualLinkRecord(name: "vrrp.51", index: 7, baseIndex: 2, before: Self.before(0, nil))]
        let octets = VirtualLinkRecord.octets(records)
        for count in 0..<octets.count { #expect(VirtualLinkRecord.list(Array(octets.prefix(count))) == []) }
        #expect(VirtualLinkRecord.list(octets) == records)
    }
}
