import Configuration
import LinuxKernel
import Testing
import VRRPCore
import VRRPWire

@testable import Daemon

@Suite struct `What a worker leaves of its BFD sessions` {
    private func memory(_ state: BFDState, name: String = "192.0.2.2 - false") -> BFDMemory {
        var remote = BFDSession.Remote()
        remote.state = .up
        remote.diagnostic = .neighbourSignalledDown
        remote.discriminator = .max
        remote.desiredMinTx = 50_000
        remote.requiredMinRx = 0
        remote.detectMultiplier = 255
        remote.isDemand = true
        return BFDMemory(
            key: name,
            session: BFDSession.Saved(
                state: state, diagnostic: .detectionTimeExpired, discriminator: 0x8000_0001, remote: remote,
                isPolling: true),
            port: 65535)
    }

    @Test(arguments: BFDState.allCases)
    func `comes out as it went in`(state: BFDState) throws {
        let memory = memory(state)
        #expect(BFDMemory(memory.octets) == memory)
        let shared = WorkerMemory(try SharedMemory(named: "test"), log: nil)
        #expect(shared.sessions == [])
        shared.keep(sessions: [memory, self.memory(.down, name: "other")])
        shared.keep(self.memory(.up, name: "other"), at: 1)
        #expect(shared.sessions == [memory, self.memory(.up, name: "other")])
        shared.keep(sessions: [])
        #expect(shared.sessions == [])
    }

    @Test func `is nothing when a part of it is missing`() {
        let octets = memory(.up).octets
        for count in octets.indices { #expect(BFDMemory(Array(octets[..<count])) == nil) }
        #expect(BFDMemory([UInt8](repeating: 0xFF, count: octets.count)) == nil)
        #expect(BFDMemory([UInt8](repeating: 0, count: octets.count)) == nil)
    }

    @Test func `knows a session by what is the same on the wire`() throws {
        let (a, b) = (try #require(IPAddress("192.0.2.1")), try #require(IPAddress("192.0.2.2")))
        let keys = [
            BFDMemory.key(.init(neighbour: b, source: nil, isMultihop: false)),
            BFDMemory.key(.init(neighbour: b, source: a, isMultihop: false)),
            BFDMemory.key(.init(neighbour: b, source: a, isMultihop: true)),
            BFDMemory.key(.init(neighbour: a, source: b, isMultihop: true)),
        ]
        #expect(Set(keys).count == 4)
    }
}
