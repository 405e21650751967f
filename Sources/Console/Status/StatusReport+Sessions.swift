internal import Control

extension StatusReport {
    /// A BFD session: what became of it, then what it is.
    func add(_ session: SessionStatus, to layout: inout Layout) {
        let length = session.sinceSeconds.map { ", for \(spoken(seconds: $0))" } ?? ""
        layout.add(
            StyledText("BFD session \(session.name): ")
                + StyledText(session.outcome, session.state == .up ? .good : .bad) + StyledText(length), hanging: 2)
        layout.add(StyledText("  " + details(of: session), .faint), hanging: 2)
    }

    private func details(of session: SessionStatus) -> String {
        let source = session.source.map { " from \($0)" } ?? ""
        let patience = session.detectionSeconds.map { ", gives up after \(spoken(seconds: $0))" } ?? ""
        let counted = session.counters.filter { $0.value != 0 }.sorted { $0.key < $1.key }
        let counters = counted.map { ", \($0.key) \($0.value)" }.joined()
        return "\(session.state.rawValue), with \(session.neighbour)\(source)"
            + "\(session.isMultihop ? ", not on this link" : ""), sends every \(spoken(seconds: session.transmitSeconds))"
            + "\(patience); \(session.diagnostic), there \(session.remoteDiagnostic)\(counters)"
    }
}
