import Control
import Testing
import VRRPCore
import VRRPWire

@testable import Daemon

@Suite struct `The table of peers` {
    private func at(_ seconds: UInt64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }
    private func address(_ last: Int) throws -> IPAddress { try #require(IPAddress("192.0.2.\(last)")) }

    @Test func `keeps the last word of each, the last heard first, without ourselves`() throws {
        var table = PeerTable()
        table.heard(try address(1), priority: Priority(100), at: at(1))
        table.heard(try address(2), priority: Priority(90), at: at(2))
        table.heard(try address(1), priority: Priority(110), at: at(3))
        table.heard(try address(9), priority: Priority(50), at: at(4))
        let list = table.list(except: try address(9), at: at(5))
        #expect(
            list == [
                Peer(address: "192.0.2.1", priority: 110, lastHeardSeconds: 2, refusal: nil),
                Peer(address: "192.0.2.2", priority: 90, lastHeardSeconds: 3, refusal: nil),
            ])
    }

    @Test func `a thousand strangers that are refused push out none that is believed`() throws {
        var table = PeerTable()
        table.heard(try address(1), priority: Priority(100), at: at(1))
        for number in 0..<1000 { table.refused(try address(number % 250 + 2), because: .hopLimit(1), at: at(2)) }
        // Not even under its own address.
        table.refused(try address(1), because: .hopLimit(1), at: at(3))
        let list = table.list(except: nil, at: at(3))
        #expect(list.count == 9)
        #expect(list.contains(Peer(address: "192.0.2.1", priority: 100, lastHeardSeconds: 2, refusal: nil)))
        #expect(
            list.contains(
                Peer(address: "192.0.2.1", priority: nil, lastHeardSeconds: 0, refusal: "\(Refusal.hopLimit(1))")))
        #expect(table.candidates(except: nil, at: at(3)).map(\.address) == ["192.0.2.1"])
    }

    @Test func `believed ones are bounded too, and the one that was silent longest makes room`() throws {
        var table = PeerTable()
        for number in 1...20 { table.heard(try address(number), priority: Priority(100), at: at(UInt64(number))) }
        #expect(table.list(except: nil, at: at(20)).map(\.address) == (13...20).reversed().map { "192.0.2.\($0)" })
    }

    @Test func `who said that it was leaving is known, and is no candidate`() throws {
        var table = PeerTable()
        table.heard(try address(1), priority: .resigning, at: at(1))
        #expect(table.candidates(except: nil, at: at(2)).isEmpty)
        #expect(table.list(except: nil, at: at(2)).map(\.priority) == [0])
        table.heard(try address(1), priority: Priority(100), at: at(3))
        #expect(table.candidates(except: nil, at: at(4)).count == 1)
    }

    @Test func `a difference lasts until the next advert without it`() throws {
        var table = PeerTable()
        table.heard(try address(1), priority: Priority(100), difference: "other addresses", at: at(1))
        #expect(table.list(except: nil, at: at(2)).map(\.difference) == ["other addresses"])
        table.heard(try address(1), priority: Priority(100), at: at(3))
        #expect(table.list(except: nil, at: at(3)).map(\.difference) == [nil])
    }

    @Test func `a refusal is forgotten a minute after what was wrong was mended`() throws {
        var table = PeerTable()
        table.refused(try address(1), because: .password, at: at(1))
        table.heard(try address(1), priority: Priority(100), at: at(2))
        #expect(table.list(except: nil, at: at(2)).count == 2)
        table.heard(try address(1), priority: Priority(100), at: at(62))
        #expect(table.list(except: nil, at: at(62)).map(\.refusal) == [nil])
    }
}
