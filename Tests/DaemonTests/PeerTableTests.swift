import Control
import Testing
import VRRPCore
import VRRPWire

@testable import Daemon

@Suite struct `The table of peers` {
    private func at(_ seconds: UInt64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }
    private func address(_ last: Int) throws -> IPAddress { try #require(IPAddress("192.0.2.\(last)")) }

    /// One that is as we are.
    private func peer(_ address: String, _ priority: Int, _ seconds: Double) -> Peer {
        var peer = Peer(address: address, priority: priority, lastHeardSeconds: seconds, refusal: nil)
        peer.hasAgreed = true
        return peer
    }

    @Test func `keeps the last word of each, the last heard first, without ourselves`() throws {
        var table = PeerTable()
        table.heard(try address(1), priority: Priority(100), at: at(1))
        table.heard(try address(2), priority: Priority(90), at: at(2))
        table.heard(try address(1), priority: Priority(110), at: at(3))
        table.heard(try address(9), priority: Priority(50), at: at(4))
        let list = table.list(except: try address(9), at: at(5))
        #expect(list == [peer("192.0.2.1", 110, 2), peer("192.0.2.2", 90, 3)])
    }

    @Test func `a thousand strangers that are refused push out none that is believed`() throws {
        var table = PeerTable()
        table.heard(try address(1), priority: Priority(100), at: at(1))
        for number in 0..<1000 { table.refused(try address(number % 250 + 2), because: .hopLimit(1), at: at(2)) }
        // Not even under its own address.
        table.refused(try address(1), because: .hopLimit(1), at: at(3))
        let list = table.list(except: nil, at: at(3))
        #expect(list.count == 9)
        #expect(list.contains(peer("192.0.2.1", 100, 2)))
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

    @Test func `a refusal is forgotten with the next advert that is believed`() throws {
        var table = PeerTable()
        table.refused(try address(1), because: .password, at: at(1))
        table.refused(try address(2), because: .password, at: at(1))
        table.heard(try address(1), priority: Priority(100), at: at(2))
        #expect(table.list(except: nil, at: at(2)).map(\.address) == ["192.0.2.1", "192.0.2.2"])
        #expect(table.list(except: nil, at: at(2)).map { $0.refusal == nil } == [true, false])
    }

    @Test func `a reload forgets what was wrong with the adverts of others, and not who they are`() throws {
        var table = PeerTable()
        table.heard(try address(1), priority: Priority(100), difference: "other addresses", at: at(1))
        table.refused(try address(1), because: .password, at: at(1))
        table.refused(try address(2), because: .password, at: at(1))
        table.forgetJudgements()
        #expect(
            table.list(except: nil, at: at(2)) == [
                Peer(address: "192.0.2.1", priority: 100, lastHeardSeconds: 1, refusal: nil)
            ])
    }

    @Test func `who once agreed with us is known as the other host of a pair`() throws {
        var table = PeerTable()
        table.heard(try address(1), priority: Priority(100), at: at(1))
        table.heard(try address(2), priority: Priority(100), difference: "other addresses", at: at(1))
        table.heard(try address(1), priority: Priority(100), difference: "other addresses", at: at(2))
        #expect(table.list(except: nil, at: at(2)).map(\.hasAgreed) == [true, nil])
    }

    @Test func `who was active and resigned has handed over, until it advertises again`() throws {
        var table = PeerTable()
        table.heard(try address(1), priority: .resigning, at: at(1))
        #expect(table.predecessor(except: nil, at: at(1)) == nil)
        table.heard(try address(2), priority: Priority(100), at: at(2))
        #expect(table.predecessor(except: nil, at: at(2)) == nil)
        // It may say so more than once.
        table.heard(try address(2), priority: .resigning, at: at(3))
        table.heard(try address(2), priority: .resigning, at: at(4))
        let gone = try #require(table.predecessor(except: nil, at: at(9)))
        #expect(gone.address == "192.0.2.2" && gone.lastHeardSeconds == 5)
        #expect(
            RouterRunner.handedOver(gone)
                == "192.0.2.2 handed over 5 s ago: it most likely stands by, unless its daemon was stopped then "
                + "(standbys are silent)")
        #expect(table.predecessor(except: try address(2), at: at(9)) == nil)
        table.heard(try address(2), priority: Priority(100), at: at(10))
        #expect(table.predecessor(except: nil, at: at(10)) == nil)
    }
}
