internal import Configuration
internal import VRRPCore

/// Whether this host's file and the peer's are those of a pair.
func judgePair(_ own: CheckedFile, file: String, _ peer: CheckedFile, peerFile: String) -> [Finding] {
    let errors = peer.diagnostics.filter { $0.severity == .error }
    guard errors.isEmpty, !peer.model.instances.isEmpty else {
        let said = errors.prefix(5).map { "\($0.location): \($0.message)" }
        return [
            Finding(
                .pairDiffers, .problem, of: peerFile, "the peer's file cannot be used",
                evidence: said.isEmpty ? ["it has no instance"] : said,
                consequence: "nothing takes over for this host",
                remedy: .advice("see understudy check \(shellWord(peerFile))"))
        ]
    }
    guard !own.model.instances.isEmpty else { return [] }
    let all = checkPair(own.model, peer.model, fileA: file, fileB: peerFile)
    let findings = all.filter { $0.severity > .note }.map { said in
        Finding(
            .pairDiffers, said.severity == .error ? .problem : .warning, of: "\(said.location)", said.message,
            evidence: ["both files were read"], consequence: said.consequence,
            remedy: said.fix.map { .advice("write \($0)") })
    }
    guard findings.isEmpty else { return findings }
    return [
        Finding(
            .pairAgrees, .ok, of: peerFile, "this host's file and the peer's fit together",
            evidence: [enumeration(own.model.instances.map(\.name))] + all.map(\.message))
    ]
}
