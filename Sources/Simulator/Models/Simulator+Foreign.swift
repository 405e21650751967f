internal import VRRPCore
internal import VRRPWire

// Hosts that run another program: no leases, no guardian, no questions to the link.

extension Simulator {
    mutating func deliver(_ event: Event, toForeign index: Int) {
        if event != .timer { log(index, EventLog.describe(event)) }
        keepShadow(event, of: index)
        act(on: index) { foreign, now, actions in foreign.handle(event, at: now, into: &actions) }
        if event == .shutdown { leave(index, as: .stopped) }
        arm(index)
    }

    mutating func loseAddresses(ofForeign index: Int) {
        act(on: index) { foreign, now, actions in foreign.loseAddresses(at: now, into: &actions) }
        arm(index)
    }

    mutating func actIfDue(_ index: Int) {
        guard hosts[index].life == .running, hosts[index].busyUntil <= now,
            let deadline = hosts[index].nextDeadline, deadline.nanoseconds <= clock(of: index)
        else { return }
        deliver(.timer, to: index)
    }

    private mutating func act(
        on index: Int, _ body: (inout any ForeignRouter, MonotonicInstant, inout [Action]) -> Void
    ) {
        guard var foreign = hosts[index].foreign else { return }
        var actions: [Action] = []
        body(&foreign, MonotonicInstant(nanoseconds: clock(of: index)), &actions)
        hosts[index].foreign = foreign
        perform(actions, on: index)
    }

    /// The checks ask the router what a host is configured for, whatever its make.
    private mutating func keepShadow(_ event: Event, of index: Int) {
        switch event {
        case .reconfigured, .priorityChanged:
            var ignored = ActionBuffer()
            hosts[index].router.handle(event, at: MonotonicInstant(nanoseconds: clock(of: index)), into: &ignored)
            ignored.drain { _ in }
        case .startup, .shutdown, .switchOver, .resumed, .timer, .received, .successorAnnounced, .obstaclesChanged,
            .primaryAddressChanged, .wasAway, .adopted, .syncGroup:
            break
        }
    }
}
