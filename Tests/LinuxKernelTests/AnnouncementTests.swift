import Glibc
import LinuxKernel
import Testing

private let source: [UInt8] = [0x02, 0, 0, 0, 0, 1]

private func arpFrame(last octet: UInt8) -> [UInt8] {
    let broadcast = [UInt8](repeating: 255, count: 6)
    let address: [UInt8] = [192, 0, 2, octet]
    return broadcast + source + [8, 6, 0, 1, 8, 0, 6, 4, 0, 1] + source + address + broadcast + address
}

private func icmpFrame(type: UInt8) -> [UInt8] {
    let target: [UInt8] = [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 100]
    let allNodes: [UInt8] = [0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    let message = [type, 0, 0, 0, 0x20, 0, 0, 0] + target + [2, 1] + source
    let header: [UInt8] = [0x60, 0, 0, 0, 0, UInt8(message.count), 58, 255]
    return [0x33, 0x33, 0, 0, 0, 1] + source + [0x86, 0xDD] + header + target + allNodes + message
}

@Suite(.serialized, .enabled(if: isRoot))
struct `Announcements on the link` {
    /// Everything that the listener hears until it has heard `expected`.
    private func heard(_ listener: AnnouncementListener, until expected: Set<[UInt8]>) throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        while !expected.isSubset(of: frames) {
            try #require(try waitUntilReadable(listener.descriptor), "heard only \(frames)")
            while try listener.receive({ frames.append(bytes($0)) }) {}
        }
        return frames
    }

    @Test func `ARP and neighbor advertisements are heard, other traffic and our own frames are not`() throws {
        let cable = try Cable()
        let sender = try cable.left.enter { try PacketSocket() }
        let own = try cable.left.enter { try AnnouncementListener(interfaceIndex: cable.leftIndex) }
        let peer = try cable.right.enter { try AnnouncementListener(interfaceIndex: cable.rightIndex) }
        let sent = [arpFrame(last: 100), icmpFrame(type: 135), icmpFrame(type: 136), arpFrame(last: 101)]
        for frame in sent { try sender.send(frame.span, interfaceIndex: cable.leftIndex) }
        let frames = try heard(peer, until: [sent[0], sent[2], sent[3]])
        // They wait in two queues, so that only each kind's own order is certain.
        #expect(frames.filter { $0[12] == 0x86 } == [sent[2]])
        #expect(frames.filter { $0[12] == 0x08 } == [sent[0], sent[3]] && frames.count == 3)
        // The left end answers nothing and sends nothing else, so what it hears could only be its own.
        let isHeard = try own.receive { frame in Issue.record("heard our own frame: \(bytes(frame))") }
        #expect(!isHeard)
    }

    @Test func `a listener survives its interface going down and up`() throws {
        let cable = try Cable()
        let sender = try cable.left.enter { try PacketSocket() }
        let peer = try cable.right.enter { try AnnouncementListener(interfaceIndex: cable.rightIndex) }
        try cable.right.enter { try shell("ip link set right0 down") }
        while try peer.receive({ _ in }) {}
        try cable.right.enter {
            try shell("ip link set right0 up")
            try waitUntilRunning("right0")
        }
        try cable.left.enter { try waitUntilRunning("left0") }
        try sender.send(arpFrame(last: 7).span, interfaceIndex: cable.leftIndex)
        #expect(try heard(peer, until: [arpFrame(last: 7)]).contains(arpFrame(last: 7)))
    }

    @Test func `what waits since before its interface went down is read like the rest`() throws {
        let cable = try Cable()
        let sender = try cable.left.enter { try PacketSocket() }
        let peer = try cable.right.enter { try AnnouncementListener(interfaceIndex: cable.rightIndex) }
        try sender.send(arpFrame(last: 7).span, interfaceIndex: cable.leftIndex)
        try #require(try waitUntilReadable(peer.descriptor))
        try cable.right.enter {
            try shell("ip link set right0 down")
            try shell("ip link set right0 up")
            try waitUntilRunning("right0")
        }
        var frames: [[UInt8]] = []
        while try peer.receive({ frames.append(bytes($0)) }) {}
        #expect(frames.contains(arpFrame(last: 7)))
    }

    @Test func `a frame shorter than its header is refused before the kernel sees it`() throws {
        let sender = try PacketSocket()
        let failure = #expect(throws: SystemError.self) { try sender.send([1, 2, 3].span, interfaceIndex: 1) }
        #expect(failure?.code == EINVAL)
    }
}
