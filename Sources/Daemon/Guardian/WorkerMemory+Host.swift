internal import VRRPCore

// What the guardian and a successor know of the host: where everything is done, and what has been changed there.

extension WorkerMemory {
    private enum Place {
        static let promotion = 5120
        static let networkNamespace = 12 << 10
        static let tag = 13 << 10
        static let guardianName = 14 << 10
        static let silencedReports = 15 << 10
        static let guardianLook = (15 << 10) + 8
        static let virtualLinks = 64 << 10
    }

    private static let virtualLinkSize = 256 << 10

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

    /// When the guardian looked at the worker last.
    var guardianLook: MonotonicInstant {
        get { MonotonicInstant(nanoseconds: number(at: Place.guardianLook)) }
        set { put(newValue.nanoseconds, at: Place.guardianLook) }
    }

    /// We have switched off the reports of memberships in 224.0.0.0/24, and shall switch them on again.
    var hasSilencedReports: Bool {
        get { number(at: Place.silencedReports) == 1 }
        set { put(newValue ? 1 : 0, at: Place.silencedReports) }
    }

    /// The interfaces on which we have switched on `promote_secondaries`, as many as there is room for.
    var promotingInterfaces: [String] {
        get {
            var reader = OctetReader(read(1024, at: Place.promotion))
            return reader.text().split(separator: "/").map(String.init)
        }
        set {
            var writer = OctetWriter()
            writer.put(newValue.prefix(60).joined(separator: "/"))
            write(writer.octets, at: Place.promotion)
        }
    }

    /// The interfaces of `use_vmac` and `use_vmac_addr` that are there, as many as there is room for.
    var virtualLinks: [VirtualLinkRecord] {
        get {
            let count = Int(min(number(at: Place.virtualLinks), UInt64(Self.virtualLinkSize)))
            return count == 0 ? [] : VirtualLinkRecord.list(read(count, at: Place.virtualLinks + 8))
        }
        set {
            let octets = VirtualLinkRecord.octets(Array(newValue.prefix(Self.virtualLinkSize / 64)))
            // Its length comes last, so that half of a list is none.
            put(0, at: Place.virtualLinks)
            write(octets, at: Place.virtualLinks + 8)
            put(UInt64(octets.count), at: Place.virtualLinks)
        }
    }
}
