// What the guardian and a successor know of the host: where everything is done, and what has been changed there.

extension WorkerMemory {
    private enum Place {
        static let networkNamespace = 12 << 10
        static let tag = 13 << 10
        static let guardianName = 14 << 10
        static let silencedReports = 15 << 10
    }

    /// The network namespace that the worker has gone into, as `ip netns` calls it; empty for that of the guardian.
    var networkNamespace: String {
        get { sentence(at: Place.networkNamespace) }
        set { put(sentence: newValue, at: Place.networkNamespace) }
    }

    /// What tells this daemon's files and its lines in the log from those of others here; the guardian says it.
    var tag: String {
        get { sentence(at: Place.tag) }
        set { put(sentence: newValue, at: Place.tag) }
    }

    /// What the guardian shall be called; empty for its usual name.
    var guardianName: String {
        get { sentence(at: Place.guardianName) }
        set { put(sentence: newValue, at: Place.guardianName) }
    }

    /// We have switched off the reports of memberships in 224.0.0.0/24, and shall switch them on again.
    var hasSilencedReports: Bool {
        get { number(at: Place.silencedReports) == 1 }
        set { put(newValue ? 1 : 0, at: Place.silencedReports) }
    }
}
