package import Configuration
package import LinuxKernel
package import VRRPCore

/// Holds back that an interface went up or down until it has lasted (`interface_up_down_delays`).
package struct LinkDelays {
    /// What the kernel says of an interface that counts as the contrary, and since when.
    private struct Held {
        var link: LinkInfo
        var since: MonotonicInstant
    }

    private var delays: [String: InterfaceDelay] = [:]
    private var held: [UInt32: Held] = [:]

    package init() {}

    /// Takes up the delays of a configuration; what is held back is judged by them.
    package mutating func configure(_ delays: [InterfaceDelay]) {
        self.delays = Dictionary(delays.map { ($0.interface, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// How an interface counts that the kernel describes as `said`.
    ///
    /// - Parameter known: how it counted until now; nil for one that is new, which counts as it is.
    package mutating func judge(_ said: LinkInfo, after known: LinkInfo?, at now: MonotonicInstant) -> LinkInfo {
        guard let known, known.name == said.name, known.isUsable != said.isUsable,
            delay(of: said) > .zero
        else {
            held[said.index] = nil
            return said
        }
        held[said.index] = Held(link: said, since: held[said.index]?.since ?? now)
        var counted = said
        (counted.isUp, counted.isRunning) = (known.isUp, known.isRunning)
        return counted
    }

    /// How long an interface must be like this before it counts.
    package func delay(of link: LinkInfo) -> Interval {
        delays[link.name].map { link.isUsable ? $0.up : $0.down } ?? .zero
    }

    /// When the first of them has lasted; nil while nothing is held back.
    package var deadline: MonotonicInstant? { held.values.map { $0.since + delay(of: $0.link) }.min() }

    /// What the kernel says of an interface that counts as the contrary; nil for one that counts as it is.
    package func heldBack(at index: UInt32) -> LinkInfo? { held[index]?.link }

    /// How much longer that has to last; nil for an interface that counts as it is.
    package func remaining(of index: UInt32, at now: MonotonicInstant) -> Interval? {
        held[index].map { entry in
            let due = entry.since + delay(of: entry.link)
            return due > now ? due.since(now) : .zero
        }
    }

    /// Lets it count now, whether it has lasted or not.
    package mutating func hasten(_ index: UInt32) {
        held[index]?.since = MonotonicInstant(nanoseconds: 0)
    }

    /// What has lasted, and is held back no longer.
    package mutating func takeLasting(at now: MonotonicInstant) -> [LinkInfo] {
        let lasting = held.filter { $0.value.since + delay(of: $0.value.link) <= now }
        for index in lasting.keys { held[index] = nil }
        return lasting.values.map(\.link).sorted { $0.index < $1.index }
    }

    package mutating func forget(_ index: UInt32) { held[index] = nil }

    package mutating func forgetOthers(than links: [UInt32: LinkInfo]) {
        held = held.filter { links[$0.key] != nil }
    }
}
