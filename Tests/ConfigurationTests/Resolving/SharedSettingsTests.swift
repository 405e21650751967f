import Configuration
import Testing
import VRRPCore
import VRRPWire

/// Instances have what they have in common in one place, which nobody else notices.
@Suite struct SharedSettingsTests {
    private func text(_ lines: [String]) -> String {
        lines.enumerated().map { index, line in
            """
            vrrp_instance V_\(index) {
                interface eth0
                virtual_router_id \(index + 1)
                \(line)
                virtual_ipaddress {
                    192.0.2.\(index + 1)/24
                }
            }

            """
        }.joined()
    }

    @Test func `each instance says what its own block says`() {
        let lines = ["advert_int 2", "advert_int 2", "nopreempt", "advert_int 2", "garp_master_delay 7", "", ""]
        let (model, diagnostics) = resolved(text(lines))
        #expect(diagnostics.isEmpty)
        #expect(model.instances.map(\.preempts) == [true, true, false, true, true, true, true])
        #expect(
            model.instances.map { Interval($0.advertisementInterval) } == [2, 2, 1, 2, 1, 1, 1].map { .seconds($0) })
        // The model of a file does not depend on what stands before it.
        for (index, line) in lines.enumerated() {
            let alone = resolved(text([line])).model.instances[0]
            #expect(alone.announcements == model.instances[index].announcements)
            #expect(alone.lease == model.instances[index].lease && alone.told == model.instances[index].told)
        }
    }

    @Test func `to change one instance changes no other`() {
        var instances = resolved(text(["", ""])).model.instances
        let before = instances[0]
        instances[1].preempts = false
        instances[1].notifications.sendsMail = true
        #expect(instances[0] == before && instances[0].preempts && !instances[0].notifications.sendsMail)
        #expect(!instances[1].preempts && instances[1].notifications.sendsMail)
        var copy = instances[1]
        #expect(copy == instances[1])
        copy.routeLocations = [copy.location]
        #expect(copy != instances[1] && instances[1].routeLocations.isEmpty)
    }
}
