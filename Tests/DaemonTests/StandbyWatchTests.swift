import Control
import Testing
import VRRPCore
import VRRPWire

@testable import Daemon

@Suite struct `The watch for standbys` {
    private let patience = Interval.seconds(5)

    private func at(_ seconds: UInt64) -> MonotonicInstant { MonotonicInstant(nanoseconds: 1) + .seconds(seconds) }

    private func hear(_ watch: inout StandbyWatch, at now: MonotonicInstant) throws {
        let notice = StandbyNotice(
            virtualRouterID: try #require(VirtualRouterID(51)), priority: Priority(90), interval: .oneSecond)
        watch.heard(notice, from: .v4(IPv4Address(192, 0, 2, 2)), at: now)
    }

    @Test func `misses one that was never heard after as long as it has had to be heard`() {
        let watch = StandbyWatch()
        #expect(watch.missedAt(activeSince: at(100), patience: patience) == at(105))
        #expect(watch.silence(patience: patience).hasPrefix("for 5 s: nobody would take over, unless"))
    }

    @Test func `misses nobody before the other hosts could be reloaded`() {
        let watch = StandbyWatch(switchedOnAt: at(1000))
        #expect(watch.missedAt(activeSince: at(100), patience: patience) == at(1060))
        #expect(watch.silence(patience: patience).hasPrefix("since a reload switched standby_notice on, 60 s ago"))
        // Slow adverts, and a takeover later on.
        #expect(watch.missedAt(activeSince: at(100), patience: .seconds(200)) == at(1200))
        #expect(watch.missedAt(activeSince: at(5000), patience: patience) == at(5005))
    }

    @Test func `misses one that was heard as soon as it is silent, whenever it was switched on`() throws {
        for switchedOn in [nil, at(1000)] {
            var watch = StandbyWatch(switchedOnAt: switchedOn)
            try hear(&watch, at: at(1003))
            #expect(watch.missedAt(activeSince: at(100), patience: patience) == at(1008))
            #expect(watch.silence(patience: patience) == "for 5 s: nobody would take over")
            #expect(watch.present(at: at(1007), patience: patience).map(\.address) == ["192.0.2.2"])
            #expect(watch.present(at: at(1008), patience: patience).isEmpty)
        }
    }
}
