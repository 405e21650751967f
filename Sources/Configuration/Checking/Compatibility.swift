/// What `keepalived -t` passes without a word although something is wrong.
///
/// Source: keepalived 2.2.7, measured with a file for each.
private let passedByKeepalived: Set<String> = [
    "prefix-on-router-address", "include-unmatched", "include-missing", "own-address", "outside-subnet", "no-instance",
    "extra-words", "not-supported-yet", "source-not-here", "virtual-router-address", "broadcast-peer",
    "address-in-two-instances", "own-address-among-peers",
    "unquoted-command",
]

/// What `keepalived -t` refuses (exit status 5, or 2) although Understudy can make sense of it.
private let refusedByKeepalived: Set<String> = [
    "long-password", "cannot-run", "rounded-interval", "nopreempt-cancelled", "preempt-delay-ignored",
    "authentication-with-v3", "undefined-instance", "obsolete-keyword", "unknown-state", "no-such-interface",
    "defined-after-use", "strict-mode", "bad-prefix", "mixed-families", "not-portable",
    "no-script-security", "no-addresses", "newer-keyword", "deprecated-keyword", "untracked-route",
    "rule-without-preference", "single-member", "no-script-user", "own-interface-tracked",
    "byte-order-mark", "long-line", "weight-on-owner", "too-many-addresses",
]

extension CheckReport {
    /// The same report, with the verdict that `keepalived -t` 2.2.7 has on each thing: errors are what it refuses.
    ///
    /// What it passes is a warning at most, and what it refuses an error; both say so.
    public func judgedAsKeepalived() -> CheckReport {
        let judged = diagnostics.map { diagnostic -> Diagnostic in
            var judged = diagnostic
            func add(_ words: String) {
                judged.consequence = [diagnostic.consequence, words].compactMap(\.self).joined(separator: "; ")
            }
            // It reads one file at a time, and plays nothing through.
            let isOfPair = diagnostic.code.hasPrefix("pair-") || diagnostic.code == "no-counterpart"
            let passes = diagnostic.passesKeepalived ?? passedByKeepalived.contains(diagnostic.code)
            let refuses = diagnostic.passesKeepalived.map { !$0 } ?? refusedByKeepalived.contains(diagnostic.code)
            if isOfPair || passes {
                judged.severity = min(diagnostic.severity, .warning)
                if diagnostic.severity == .error { add("keepalived -t accepts it") }
            } else if refuses, diagnostic.severity < .error {
                judged.severity = .error
                add("keepalived -t refuses it")
            }
            return judged
        }
        return replacing(judged)
    }
}
