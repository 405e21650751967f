internal import VRRPCore
internal import VRRPWire

extension Simulator {
    /// Lets one thing happen from outside.
    mutating func perform(_ disturbance: Disturbance) {
        switch disturbance {
        case .pause(let host, let duration):
            log(nil, "pause h\(host) \(Interval(nanoseconds: duration))")
            if hosts[host].life == .running { occupy(host, for: duration) }
        case .cable(let host, let isIn):
            log(nil, "cable of h\(host) \(isIn ? "in" : "out")")
            hosts[host].cableIsIn = isIn
            offer(.event(.obstaclesChanged(hosts[host].obstacles)), to: host)
        case .address(let host, let isThere):
            changeAddress(of: host, isThere: isThere)
        case .check(let host, let isFailing):
            // FRR has no checks.
            guard hosts[host].make != .frr else { break }
            log(nil, "check on h\(host) \(isFailing ? "fails" : "works")")
            hosts[host].checkIsFailing = isFailing
            offer(.event(.obstaclesChanged(hosts[host].obstacles)), to: host)
        case .tracker(let host, let index, let status):
            changeTracker(index, of: host, to: status)
        case .start(let host):
            start(host)
        case .stop(let host):
            log(nil, "stop h\(host)")
            offer(.event(.shutdown), to: host)
        case .switchOver(let host):
            log(nil, "switch over h\(host)")
            offer(.event(.switchOver), to: host)
        case .resume(let host):
            log(nil, "resume h\(host)")
            offer(.event(.resumed), to: host)
        case .crash(let host):
            log(nil, "crash h\(host)")
            if hosts[host].life == .running { leave(host, as: .crashed) }
        case .reload(let host, let preempts, let preemptDelay, let interval):
            reload(host, preempts: preempts, preemptDelay: preemptDelay, interval: interval)
        case .cut(let from, let to, let isCut):
            let name = to == hosts.count ? "link" : "h\(to)"
            log(nil, "\(isCut ? "cut" : "mend") h\(from) to \(name)")
            if !network.isCalm { network.set(isCut, from: from, to: to) }
        case .kill(let host): kill(host)
        case .adopt(let host): adopt(host)
        case .suspend(let host, let duration): suspend(host, for: duration)
        case .delete(let host): deleteAddresses(of: host)
        case .refuse(let host, let what): refuse(what, on: host)
        case .rollOut(let host, let change): rollOut(change, to: host)
        case .startSomebody(let host):
            if !hosts.contains(where: \.isStaying) { start(host) }
        }
    }

    private mutating func changeTracker(_ index: Int, of host: Int, to status: CheckState.Status) {
        guard hosts[host].make != .frr else { return }
        let before = hosts[host].tracking.effectivePriority
        hosts[host].tracking.set(status, at: index)
        let after = hosts[host].tracking.effectivePriority
        if after != before { offer(.event(.priorityChanged(after)), to: host) }
    }

    private mutating func changeAddress(of host: Int, isThere: Bool) {
        log(nil, "own address of h\(host) \(isThere ? "back" : "lost")")
        hosts[host].hasAddress = isThere
        // As the daemon does: the address first, so that whoever starts for it can send.
        offer(.event(.primaryAddressChanged(isThere ? hosts[host].plan.address : nil)), to: host)
        offer(.event(.obstaclesChanged(hosts[host].obstacles)), to: host)
    }

    private mutating func reload(_ host: Int, preempts: Bool?, preemptDelay: Interval?, interval: Centiseconds?) {
        log(nil, "reload h\(host)")
        var new = hosts[host].configurationOnDisk
        if let preempts { new.preempts = preempts }
        // FRR has no such thing.
        if let preemptDelay, hosts[host].make != .frr { new.preemptDelay = preemptDelay }
        // What the whole cluster is being changed to stays.
        if hosts[host].rolledOut == nil, let interval { new.advertisementInterval = interval }
        offer(.event(.reconfigured(new)), to: host)
    }

    /// Begins a new life with what is known of the host; whatever an earlier life left in the kernel is taken away.
    private mutating func start(_ host: Int) {
        guard hosts[host].life != .running else { return }
        log(nil, "start h\(host)")
        let old = hosts[host].configurationOnDisk
        dropLeftovers(of: host)
        hosts[host].hasLoan = false
        hosts[host].hasInherited = false
        hosts[host].memory = nil
        hosts[host].life = .running
        hosts[host].rules = cluster.rules(old)
        hosts[host].router = VirtualRouter(
            old, priority: hosts[host].tracking.effectivePriority,
            primaryAddress: hosts[host].hasAddress ? hosts[host].plan.address : nil, obstacles: hosts[host].obstacles)
        hosts[host].foreign = hosts[host].model()
        heardAt[host] = heardAt[host].map { _ in 0 }
        if hosts[host].foreign != nil, !hosts[host].obstacles.isEmpty {
            deliver(.obstaclesChanged(hosts[host].obstacles), to: host)
        }
        deliver(.startup, to: host)
    }

    /// Ends every fault: the network is whole, cables are in, checks work, some of the dead return.
    mutating func heal() {
        log(nil, "heals")
        network.heal()
        healedAt = now
        agenda.removeDisturbances()
        endHardships()
        for index in hosts.indices {
            if hosts[index].memory != nil { adopt(index) }
            if !hosts[index].cableIsIn { perform(.cable(index, isIn: true)) }
            if !hosts[index].hasAddress { perform(.address(index, isThere: true)) }
            if hosts[index].checkIsFailing { perform(.check(index, isFailing: false)) }
            let outlived = hosts[index].life == .crashed && hosts[index].kernelHolds
            if hosts[index].life != .running, outlived || random.chance(60) { start(index) }
        }
        // Neighbours ask again, and whoever answers last is believed: the worst of those who hold the addresses.
        let holders = hosts.indices.filter { hosts[$0].serves }
        linkTarget = holders.isEmpty ? nil : random.pick(holders)
        linkLearnedAt = now
        let name = linkTarget.map { "h\($0)" } ?? "nobody"
        log(hosts.count, "-> \(name)")
    }
}
