import Configuration
import Testing

@Suite struct `dont_track_primary` {
    @Test func `says what is lost, and counts as a change`() {
        let (model, diagnostics) = resolved(instance("dont_track_primary"))
        #expect(model.instances.first?.ignoresOwnLink == true)
        #expect(diagnostics.map(\.brief) == ["note own-link-ignored@5"])
        #expect(diagnostics.first?.consequence?.contains("stays MASTER") == true)
        let sentences = changes(from: resolved(instance()).model, to: model).flatMap(\.sentences)
        #expect(sentences == ["instance VI_1: dont_track_primary off -> on"])
    }

    @Test func `beats a line that tracks the own interface`() {
        let both = resolved(instance("dont_track_primary", "track_interface {\neth0\n}"))
        #expect(both.diagnostics.map(\.brief) == ["note own-link-ignored@5", "warning own-interface-tracked@7"])
        #expect(both.model.instances.first?.trackedInterfaces.isEmpty == true)
        let usual = resolved(instance("track_interface {\neth0\n}"))
        #expect(usual.diagnostics.map(\.brief) == ["note own-interface-tracked@6"])
    }

    @Test func `of the leading host moves nothing when its link fails`() {
        func codes(_ a: String, _ b: String) -> [String] {
            checkPair(resolved(a).model, resolved(b).model, fileA: "a.conf", fileB: "b.conf").map(\.code)
        }
        let careless = instance("dont_track_primary", priority: 150)
        #expect(codes(careless, instance()) == ["pair-link-ignored"])
        // A standby has nothing that could move.
        #expect(codes(instance(priority: 150), instance("dont_track_primary")) == [])
    }
}
