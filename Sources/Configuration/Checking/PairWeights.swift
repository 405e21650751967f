internal import VRRPCore
internal import VRRPWire

/// What is watched on both hosts, and weighs differently there.
private struct WeightDifference {
    /// Of the two instances.
    let a: Instance
    let b: Instance
    /// What both watch.
    let first: Tracked
    let second: Tracked
    /// How many other instances have the same difference.
    var more = 0

    /// The same for those that are alike.
    var key: String { "\(first.name) \(first.weight.written) \(second.weight.written)" }

    private static let failures = [(true, false), (false, true), (true, true)]

    /// What comes of each failure is not what would come of it if the weight of either file were in both.
    var matters: Bool {
        let asWritten = owners(first.weight, second.weight)
        return asWritten != owners(first.weight, first.weight) || asWritten != owners(second.weight, second.weight)
    }

    private func owners(_ weight: Weight, _ other: Weight) -> [PairSide?] {
        Self.failures.map { failsInA, failsInB in
            owner(
                Self.priority(of: a, first, weight, isFailed: failsInA),
                Self.priority(of: b, second, other, isFailed: failsInB))
        }
    }

    /// Nil for nobody, and where the addresses decide.
    private func owner(_ a: Int?, _ b: Int?) -> PairSide? {
        if a == b { return nil }
        return (a ?? 0) > (b ?? 0) ? .first : .second
    }

    /// The priority with everything else well; nil where it is a fault.
    private static func priority(of instance: Instance, _ tracked: Tracked, _ weight: Weight, isFailed: Bool) -> Int? {
        if weight.isFault, isFailed { return nil }
        let others = instance.trackers.filter { $0 != tracked }.reduce(Int(instance.priority.rawValue)) {
            $0 + $1.weight.contributions.ok
        }
        let own = weight.isFault ? 0 : isFailed ? weight.contributions.failed : weight.contributions.ok
        return min(254, max(1, others + own))
    }

    /// `failed on A alone: 81 against 100, B is MASTER; ...`.
    func words(_ fileA: String, _ fileB: String) -> String {
        zip(Self.failures, ["\(fileA) alone", "\(fileB) alone", "both"]).map { failure, place in
            let left = Self.priority(of: a, first, first.weight, isFailed: failure.0)
            let right = Self.priority(of: b, second, second.weight, isFailed: failure.1)
            let figures = [left, right].map { $0.map { "\($0)" } ?? "fault" }.joined(separator: " against ")
            let master =
                switch owner(left, right) {
                case .first: "\(fileA) is MASTER"
                case .second: "\(fileB) is MASTER"
                case nil: left == nil ? "nobody is" : "whoever was MASTER remains it"
                }
            return "on \(place): \(figures), \(master)"
        }.joined(separator: "; ")
    }
}

extension PairCheck {
    /// That a host which looks after nothing takes over from one that looks after its service.
    mutating func compareWatching(_ a: Instance, _ b: Instance) {
        let (first, second) = (a.checkNames, b.checkNames)
        guard first.isEmpty != second.isEmpty, let name = (first + second).first else { return }
        let more = first.count + second.count > 1 ? " and \(first.count + second.count - 1) more" : ""
        let (watching, blind) = first.isEmpty ? (fileB, fileA) : (fileA, fileB)
        report(
            .warning, "pair-unwatched", at: (first.isEmpty ? a : b).location,
            "`\(a.name)` watches `\(name)`\(more) in \(watching), and nothing in \(blind)",
            consequence: "while the host of \(blind) is MASTER nobody notices when what is served there fails",
            fix: "the same checks and track blocks in both files")
    }

    /// Whether it makes a difference which of two weights of one thing is meant.
    mutating func compareWeights(_ partners: Partners) {
        var found: [WeightDifference] = []
        var known: [String: Int] = [:]
        for (a, b) in partners.pairs where a.priority != .owner && b.priority != .owner {
            for (first, second) in trackedByBoth(a, b, partners) where first.weight != second.weight {
                let difference = WeightDifference(a: a, b: b, first: first, second: second)
                // Without preemption only a fault moves anything, which has been said.
                guard a.preempts && b.preempts || first.weight.isFault || second.weight.isFault, difference.matters,
                    !isImmovable(first), !isImmovable(second)
                else { continue }
                if let index = known[difference.key] {
                    found[index].more += 1
                } else {
                    known[difference.key] = found.count
                    found.append(difference)
                }
            }
        }
        for difference in found { report(difference) }
    }

    private func trackedByBoth(_ a: Instance, _ b: Instance, _ partners: Partners) -> [(Tracked, Tracked)] {
        // What a session between the two says is not what a failure of something else does.
        let mutual = partners.mutual.a.union(partners.mutual.b)
        let lists = [
            (a.trackedInterfaces, b.trackedInterfaces), (a.trackedScripts, b.trackedScripts),
            (a.trackedProcesses, b.trackedProcesses),
            (a.trackedSessions.filter { !mutual.contains($0.name) }, b.trackedSessions),
        ]
        return lists.flatMap { first, second in
            first.compactMap { tracked in second.first { $0.name == tracked.name }.map { (tracked, $0) } }
        }
    }

    /// That its failure never moves the address is worse, and has been said.
    private func isImmovable(_ tracked: Tracked) -> Bool { immovable.contains(tracked.location) }

    private mutating func report(_ difference: WeightDifference) {
        let (first, second) = (difference.first, difference.second)
        let more = difference.more > 0 ? " (and for \(difference.more) more)" : ""
        report(
            .warning, "pair-weights", at: second.location,
            "`\(first.name)` has weight \(first.weight.written) for `\(difference.a.name)`\(more) in \(fileA), and "
                + "\(second.weight.written) in \(fileB)",
            consequence: "failed " + difference.words(fileA, fileB)
                + "; with either weight in both files something of that would be otherwise",
            fix: "\(first.name) weight \(first.weight.written)   # in both files")
    }
}

extension Instance {
    /// What it watches that is no interface, whether it counts or not.
    fileprivate var checkNames: [String] {
        (trackedScripts + self.trackedProcesses + self.trackedFiles + self.trackedSessions).map(\.name)
            + self.uncountedChecks.filter { $0.kind != .interface }.map(\.name)
    }
}
