internal import VRRPCore

// The proof of a pair for people, and for programs.

extension CheckReport {
    /// A table for each instance or sync group, and why there is none for others; empty where nothing was compared.
    public var proofText: String { proofs.map(\.text).joined() + unprovedText }

    private var unprovedText: String {
        guard let first = unproved.first else { return "" }
        let who = unproved.count > 1 ? "\(first) and \(unproved.count - 1) more" : first
        return "\nNo table for \(who): the two files do not fit together there, as is said above.\n"
    }
}

extension Proof {
    /// What to call the two hosts: the shortest that tells them apart.
    private var labels: [String] {
        let short = files.map { file in file.split(separator: "/").last.map(String.init) ?? file }
        return short[0] == short[1] ? files : short
    }

    private func label(_ side: PairSide) -> String { labels[side.rawValue] }

    /// Indented tables, each with a line above it that says who is MASTER.
    var text: String {
        var text = ""
        for scene in scenes {
            let others = alike > 0 ? " (and \(alike) more with the same settings)" : ""
            let state = scene == scenes.first ? "while all is well" : "since it took over, and all is well"
            text +=
                "\n\(name)\(others): \(label(scene.master)) is MASTER \(state). What each failure does, in at most:\n\n"
            text += Self.table(
                [["fails", "the addresses", "", "and when it is well again", ""]] + scene.failures.map(row(of: scene)))
        }
        return text + couplesText
    }

    private func row(of scene: Scene) -> (Failure) -> [String] {
        { failure in
            let (thing, outcome) = (failure.thing, failure.outcome)
            let stays = outcome.owner == .side(scene.master) && outcome.within == .zero
            var time = stays ? "" : outcome.within.roundedUp
            if !stays, outcome.hanging > .zero {
                time += ", \((outcome.within + outcome.hanging).roundedUp) if it hangs"
            }
            if case .side = outcome.owner, outcome.overlap >= Self.notable {
                time += "; on both for \(outcome.overlap.roundedUp)"
            }
            let staysThere = outcome.mendedOwner == outcome.owner
            return [
                words(thing), stays ? "stay" : self.where(outcome.owner), time,
                staysThere ? "stay" : self.where(outcome.mendedOwner),
                staysThere ? "" : outcome.mendedWithin.roundedUp,
            ]
        }
    }

    /// Less is the time that a frame takes.
    private static let notable = Interval.milliseconds(50)

    private func `where`(_ owner: ProofOwner) -> String {
        switch owner {
        case .side(let side): "on \(label(side))"
        case .nobody: "on neither host"
        case .both: "on both hosts"
        case .split: "some on each host"
        }
    }

    /// What two failures at once do, as far as not one host has the addresses.
    private var couplesText: String {
        if isPartial { return "\nTwo failures at once were not tried: there are too many things to fail.\n" }
        guard !couples.isEmpty else { return "" }
        let bad = couples.filter { couple in if case .side = couple.owner { false } else { true } }
        var text = "\nTwo at once: after \(couples.count - bad.count) of \(couples.count) one host has the addresses"
        if bad.isEmpty { return text + ".\n" }
        text += "; otherwise:\n\n"
        var rows: [[String]] = []
        for owner in [ProofOwner.nobody, .split, .both] {
            let all = bad.filter { $0.owner == owner }
            // That nobody serves when both hosts are gone needs no saying; what happens while both live comes first.
            let found = all.filter(\.leavesBothHosts) + all.filter { !$0.leavesBothHosts }
            if found.isEmpty { continue }
            for couple in found.prefix(Self.mostShown) {
                rows.append([self.where(owner), [couple.first, couple.second].map(words).joined(separator: " and ")])
            }
            if found.count > Self.mostShown { rows.append(["", "and \(found.count - Self.mostShown) more"]) }
        }
        return text + Self.table(rows)
    }

    private static let mostShown = 12

    private func words(_ thing: ProofThing) -> String {
        [thing.side.map(label), thing.kind, thing.name, weighedFiles.contains(thing) ? "at its worst" : nil]
            .compactMap(\.self).joined(separator: " ")
    }

    private static func table(_ rows: [[String]]) -> String {
        var widths: [Int] = []
        for row in rows {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.count)
            }
        }
        return rows.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += "  " + cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

extension Proof.Couple {
    /// Neither of the two takes a host, or its daemon, away.
    fileprivate var leavesBothHosts: Bool {
        [first, second].allSatisfy { thing in
            switch thing {
            case .host, .daemon: false
            default: true
            }
        }
    }
}

extension Interval {
    /// Seconds, rounded up to a hundredth.
    var roundedUp: String {
        Interval(nanoseconds: (nanoseconds + 9_999_999) / 10_000_000 * 10_000_000).description
    }

    /// Whole milliseconds, rounded up.
    fileprivate var milliseconds: UInt64 { (nanoseconds + 999_999) / 1_000_000 }
}

// MARK: JSON

extension Proof {
    /// The names are an interface: fields may be added, never renamed.
    func write(to writer: inout JSONWriter) {
        writer.open("{")
        writer.field("name", JSONWriter.quoted(name))
        writer.field("alike", "\(alike)")
        writer.key("scenes")
        writer.open("[")
        for scene in scenes {
            writer.element()
            writer.open("{")
            writer.field("master", JSONWriter.quoted(files[scene.master.rawValue]))
            writer.key("failures")
            writer.open("[")
            for failure in scene.failures {
                writer.element()
                write(failure, to: &writer)
            }
            writer.close("]")
            writer.close("}")
        }
        writer.close("]")
        writer.field("couplesTried", "\(couples.count)")
        writer.key("couplesWithoutOneOwner")
        writer.open("[")
        for couple in couples {
            if case .side = couple.owner { continue }
            writer.element()
            writer.open("{")
            writer.field("first", object(couple.first))
            writer.field("second", object(couple.second))
            writer.field("owner", JSONWriter.quoted(owner(couple.owner)))
            writer.close("}")
        }
        writer.close("]")
        writer.close("}")
    }

    private func write(_ failure: Failure, to writer: inout JSONWriter) {
        let outcome = failure.outcome
        writer.open("{")
        writer.field("fails", object(failure.thing))
        writer.field("owner", JSONWriter.quoted(owner(outcome.owner)))
        writer.field("withinMilliseconds", "\(outcome.within.milliseconds)")
        writer.field("hangingAddsMilliseconds", "\(outcome.hanging.milliseconds)")
        writer.field("bothForMilliseconds", "\(outcome.overlap.milliseconds)")
        writer.field("moves", "\(outcome.moves)")
        writer.field("mendedOwner", JSONWriter.quoted(owner(outcome.mendedOwner)))
        writer.field("mendedWithinMilliseconds", "\(outcome.mendedWithin.milliseconds)")
        writer.field("mendedMoves", "\(outcome.mendedMoves)")
        writer.close("}")
    }

    private func object(_ thing: ProofThing) -> String {
        let file = thing.side.map { JSONWriter.quoted(files[$0.rawValue]) } ?? "null"
        let name = thing.name.map(JSONWriter.quoted) ?? "null"
        return "{\"kind\": \"\(thing.kind)\", \"file\": \(file), \"name\": \(name)}"
    }

    /// The file of the host, or what there is in its place.
    private func owner(_ owner: ProofOwner) -> String {
        switch owner {
        case .side(let side): files[side.rawValue]
        case .nobody: "nobody"
        case .both: "both"
        case .split: "split"
        }
    }
}
