import Configuration
import LinuxKernel
import Synchronization
import Testing
import VRRPCore
import VRRPWire

import func Glibc.usleep

@testable import Daemon

/// Addresses are given up while the thread that renews them is at work, or has something waiting.
@Suite struct GivingUpTests {
    /// A network namespace with nothing but `lo`, and what a daemon in it would do it with.
    private final class Scene {
        let surroundings: Surroundings
        let kernel: RouteSocket
        let address = VirtualAddress(address: .v4(IPv4Address(192, 0, 2, 10)), prefixLength: 32, interface: "lo")
        /// What the thread is at until it is told to go on, or for two seconds.
        private final class Obstacle: Sendable {
            let begun = Mutex(false)
            let ends = Mutex(false)
        }
        private let obstacle = Obstacle()
        private(set) var turns = 0

        init() throws {
            let log = Log(Log.Settings(facility: nil, console: false, detailed: false, identity: "test"))
            let memory = WorkerMemory(try SharedMemory(named: "test"), log: nil)
            let network = try NetworkNamespace()
            (surroundings, kernel) = try network.perform { () throws(SystemError) in
                (try Surroundings(log: log, readiness: try Readiness(), memory: memory), try RouteSocket())
            }
            surroundings.interfaces.replace(links: try kernel.links(), addresses: [], at: surroundings.now)
            _ = carryOut([.add(address)])
            try #require(try isThere)
        }

        var isThere: Bool {
            get throws { try kernel.addresses().contains { $0.address == address.address } }
        }

        func carryOut(_ operations: [AddressOperation]) -> [VirtualAddress] {
            surroundings.carryOut(operations, lease: nil, for: "V", at: surroundings.now)
        }

        /// The thread is at something, which ends at the tenth look at the adverts; a renewal waits behind it.
        func obstruct() {
            surroundings.renewer.run { [obstacle] () throws(SystemError) in
                obstacle.begun.withLock { $0 = true }
                for _ in 0..<2000 where !obstacle.ends.withLock({ $0 }) { usleep(1000) }
            }
            while !obstacle.begun.withLock({ $0 }) { usleep(1000) }
            surroundings.keepAdvertising = { [unowned self] _ in
                turns += 1
                if turns == 10 { obstacle.ends.withLock { $0 = true } }
            }
            var request = AddressRequest(interfaceIndex: 1, address: address.address, prefixLength: 32)
            (request.protocolMark, request.validSeconds) = (addressMark, 60)
            surroundings.renewer.renew([request], for: "V")
        }
    }

    @Test func `an address is removed after what the thread is at, and no renewal that waits puts it back`() throws {
        let scene = try Scene()
        scene.obstruct()
        let present = scene.surroundings.keeper.observed([scene.address.address], in: scene.surroundings.interfaces)
        try #require(present.count == 1 && present[0].isOurs)
        _ = scene.carryOut(present.map { .remove($0) })
        #expect(scene.turns >= 10, "it was not waited for")
        #expect(try !scene.isThere)
        scene.surroundings.renewer.awaitKernel { _ in }
        #expect(try !scene.isThere, "a renewal has put it back")
    }

    @Test func `one that the kernel took and a renewal put back is found before it is given up`() throws {
        let scene = try Scene()
        let gone = try #require(try scene.kernel.addresses().first)
        scene.surroundings.interfaces.apply(.addressGone(gone), at: scene.surroundings.now)
        scene.obstruct()
        try #require(scene.surroundings.interfaces.present(scene.address) == nil)
        scene.surroundings.takeUpReturned([scene.address], for: "V", at: scene.surroundings.now)
        #expect(scene.turns >= 10, "it was not waited for")
        let present = scene.surroundings.keeper.observed([scene.address.address], in: scene.surroundings.interfaces)
        #expect(present.map(\.isOurs) == [true])
        _ = scene.carryOut(present.map { .remove($0) })
        scene.surroundings.renewer.awaitKernel { _ in }
        #expect(try !scene.isThere)
    }
}
