internal import VRRPCore

extension Resolver {
    /// `default_interface` and `dynamic_interfaces [allow_if_changes]`.
    mutating func resolveInterfaces(_ contents: BlockContents) {
        defaults.interface = contents.words("default_interface")?.first
        if let interface = defaults.interface, interface.text == "lo" {
            report(
                .error, "loopback-interface", at: interface.location, "`default_interface lo` cannot work",
                consequence: "adverts on the loopback interface reach nobody, so every router would become MASTER",
                fix: "default_interface eth0   # the interface that the other router is reached by")
        }
        model.global.defaultInterface = defaults.interface?.text
        guard let setting = contents["dynamic_interfaces"], let words = contents.words("dynamic_interfaces") else {
            return
        }
        model.global.expectsAbsentInterfaces = true
        if let word = words.first, word.text != "allow_if_changes" {
            reportBadValue(word, of: setting.statement, expected: "nothing, or allow_if_changes")
        }
    }

    /// What an instance without `interface` runs on; keepalived has it for addresses only.
    mutating func defaultInterface(_ word: Word, of name: String, at statement: Statement) -> Word {
        report(
            .note, "default-interface", at: statement.location,
            "instance `\(name)` has no `interface` line: it runs on `\(word.text)`, the `default_interface`",
            consequence: "keepalived would exit: it takes the default for addresses only",
            fix: "interface \(word.text)", passesKeepalived: false)
        return word
    }

    /// The lines `INTERFACE DOWN [UP]`; keepalived: without UP it is 0, whatever its manual says.
    mutating func resolveInterfaceDelays(_ contents: BlockContents) {
        for line in contents.lines("interface_up_down_delays") {
            guard let interface = interfaceName(line.keyword, of: valueLine(line, of: "interface_up_down_delays")),
                let delay = interfaceDelay(line)
            else {
                // keepalived looks for it all the same.
                if portable {
                    model.global.namedInterfaces.append(NamedInterface(line.keyword, "nothing is delayed by it"))
                }
                continue
            }
            model.global.namedInterfaces.append(NamedInterface(interface, "nothing is delayed by it"))
            if let earlier = delayLocations[interface.text] {
                report(
                    .warning, "repeated-keyword", at: line.location,
                    "`\(interface.text)` is given a second time; the first is on line \(earlier.line)",
                    consequence: "the last one counts", fix: "remove one of the two lines")
                model.global.interfaceDelays.removeAll { $0.interface == interface.text }
            }
            delayLocations[interface.text] = line.location
            model.global.interfaceDelays.append(delay)
        }
    }

    private mutating func interfaceDelay(_ line: Statement) -> InterfaceDelay? {
        guard let first = line.arguments.first else {
            report(
                .error, "missing-argument", at: line.location,
                "`\(line.keyword.text)` needs a delay after it, in seconds",
                consequence: "the line would be ignored: a change counts at once", fix: "\(line.keyword.text) 0.5 0.5",
                passesKeepalived: true)
            return nil
        }
        guard let down = seconds(first, Self.delayRange, of: line) else { return nil }
        var delay = InterfaceDelay(interface: line.keyword.text, down: down, up: .zero)
        if let second = line.arguments.dropFirst().first {
            guard let up = seconds(second, Self.delayRange, of: line) else { return nil }
            delay.up = up
        }
        if let extra = line.arguments.dropFirst(2).first {
            report(
                .warning, "extra-words", at: extra.location, "`\(extra.text)` is ignored",
                consequence: "only DOWN and UP count",
                fix: line.arguments.prefix(2).reduce(line.keyword.text) { "\($0) \($1.text)" })
        }
        return delay
    }

    /// keepalived: no more than 255 seconds.
    private static let delayRange: ClosedRange<UInt64> = 0...255_000_000

    /// A router whose interface is down hears nobody, and must not take that for silence: DOWN ends before its timer does.
    mutating func fitInterfaceDelays() {
        if model.global.interfaceDelays.isEmpty { return }
        let used = model.instances.reduce(into: Set<String>()) { $0.formUnion($1.interfaces) }
        let strictest = Dictionary(model.instances.lazy.map { ($0.interface, $0) }) { first, second in
            second.longestDownDelay < first.longestDownDelay ? second : first
        }
        for (index, delay) in model.global.interfaceDelays.enumerated() {
            guard let location = delayLocations[delay.interface] else { continue }
            if !used.contains(delay.interface) {
                report(
                    .warning, "no-effect", at: location, "no instance uses or tracks `\(delay.interface)`",
                    consequence: "its delays delay nothing", fix: "remove the line, or correct the name")
            }
            // Nothing to shorten where nothing was asked for.
            guard let instance = strictest[delay.interface], delay.down > .zero,
                delay.down >= instance.longestDownDelay
            else { continue }
            let limit = instance.longestDownDelay.nanoseconds
            let kept = Interval(nanoseconds: limit > 1_000_000 ? limit - 1_000_000 : 0)
            model.global.interfaceDelays[index].down = kept
            report(
                .warning, "long-down-delay", at: location,
                "`\(delay.interface)` may be down for \(delay.down.decimalSeconds) s before it counts, and instance "
                    + "`\(instance.name)` waits hardly longer for adverts",
                consequence:
                    "it would become MASTER on a dead interface, so \(kept.decimalSeconds) s count; keepalived shortens it too",
                fix: "\(delay.interface) \(kept.decimalSeconds) \(delay.up.decimalSeconds)")
        }
    }
}

extension Instance {
    /// One interval less than adverts may be missed.
    fileprivate var longestDownDelay: Interval {
        Interval(self.advertisementInterval) * (max(self.downTimerAdverts, 1) - 1)
    }

    /// Its own, those of its addresses, and those that it tracks.
    fileprivate var interfaces: Set<String> {
        Set([interface] + (addresses + self.excludedAddresses).map(\.interface) + trackedInterfaces.map(\.name))
    }
}
