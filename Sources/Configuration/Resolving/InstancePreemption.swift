internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// `preempt`, `nopreempt` and `preempt_delay`, and what `state MASTER` or priority 255 makes of them.
    mutating func resolvePreemption(_ instance: inout Instance, _ contents: BlockContents) {
        instance.preempts = preempts(contents)
        instance.preemptDelay = contents.interval("preempt_delay") ?? .zero
        let isOwner = instance.priority == .owner
        let canceller = isOwner ? "priority 255" : "state MASTER"
        let cancels = isOwner || instance.initialState == .master
        let mend = isOwner ? "priority 254" : "state BACKUP"
        if !instance.preempts, cancels, let setting = contents["nopreempt"] {
            report(
                .warning, "nopreempt-cancelled", at: setting.location,
                "`nopreempt` is ignored because of `\(canceller)`",
                consequence: "the router takes the addresses back as soon as it returns", fix: mend)
            instance.preempts = true
        }
        guard instance.preemptDelay > .zero, let setting = contents["preempt_delay"] else { return }
        if !instance.preempts {
            report(
                .warning, "preempt-delay-ignored", at: setting.location,
                "`preempt_delay` is ignored because of `nopreempt`",
                consequence: "a router that never takes over has nothing to delay",
                fix: "remove one of the two lines")
            instance.preemptDelay = .zero
        } else if cancels {
            report(
                .warning, "preempt-delay-ignored", at: setting.location,
                "`preempt_delay` is ignored because of `\(canceller)`",
                consequence: "the router takes the addresses back as soon as it returns", fix: mend)
            instance.preemptDelay = .zero
        }
    }

    private mutating func preempts(_ contents: BlockContents) -> Bool {
        guard let off = contents["nopreempt"] else { return true }
        guard let on = contents["preempt"] else { return false }
        report(
            .warning, "preempt-and-nopreempt", at: off.location, "both `preempt` and `nopreempt` are given",
            consequence: "the last one counts", fix: "remove one of the two lines")
        return (on.location.line, on.location.column) > (off.location.line, off.location.column)
    }

    /// `authentication { auth_type PASS  auth_pass ... }`.
    mutating func resolveAuthentication(_ instance: inout Instance, _ contents: BlockContents) {
        guard let block = contents["authentication"] else { return }
        let lines = read(contents.lines("authentication"), in: .authentication)
        guard let type = authenticationType(lines, at: block.location) else { return }
        guard let setting = lines["auth_pass"], let word = lines.words("auth_pass")?.first, !word.text.isEmpty else {
            if let setting = lines["auth_pass"] {
                report(
                    .error, "missing-argument", at: setting.valueLocation, "`auth_pass` is empty",
                    consequence: "adverts would go without a password", fix: "auth_pass PASSWORD")
            } else if !lines.wasAttempted("auth_pass") {
                report(
                    .error, "missing-keyword", at: block.location, "`authentication` has no `auth_pass` line",
                    consequence: "adverts would go without a password", fix: "auth_pass PASSWORD")
            }
            return
        }
        if instance.version == .v3 {
            report(
                .error, "authentication-with-v3", at: block.location,
                "VRRPv3 has no authentication: the password is not sent and not asked for",
                consequence: "nothing is authenticated, although the file says so",
                fix: instance.family == .v4 ? "remove the block, or version 2" : "remove the block")
            return
        }
        reportLength(of: word, setting)
        instance.password = SimplePassword(word.text)
        if type.text == "AH" { resolveHeader(&instance, contents, type) }
    }

    /// `auth_type AH`.
    private mutating func resolveHeader(_ instance: inout Instance, _ contents: BlockContents, _ type: Word) {
        instance.usesAuthenticationHeader = true
        report(
            .note, "authentication-header", at: type.location,
            "`auth_type AH` was taken out of VRRP in 2004 (RFC 3768)",
            consequence:
                "only keepalived and Understudy know it, firewalls have to let IP protocol 51 through instead of 112, and "
                + "after a restart without a sound a peer may be refused until the other has taken over",
            fix: "auth_type PASS   # on all routers; or auth_hmac in place of the block, which proves more")
        guard instance.standbyNotice else { return }
        instance.standbyNotice = false
        report(
            .warning, "no-effect", at: contents["standby_notice"]?.location ?? type.location,
            "`standby_notice` has no effect with `auth_type AH`",
            consequence: "a notice would not be proven, so none is sent or expected", fix: "standby_notice off")
    }

    private mutating func reportLength(of word: Word, _ setting: Setting) {
        guard word.text.utf8.count > SimplePassword.size else { return }
        report(
            .warning, "long-password", at: setting.valueLocation,
            "only the first 8 characters of this password count, and it has \(word.text.utf8.count)",
            consequence: "two passwords that differ after the eighth character are the same",
            fix: "auth_pass \(word.text.prefix(8))")
    }

    /// The word after `auth_type`; nil, and reported, when nothing can be made of it.
    private mutating func authenticationType(_ lines: BlockContents, at block: SourceLocation) -> Word? {
        guard let setting = lines["auth_type"], let word = lines.words("auth_type")?.first else {
            if !lines.wasAttempted("auth_type") {
                report(
                    .error, "missing-keyword", at: block, "`authentication` has no `auth_type` line",
                    consequence: "keepalived would send adverts without a password", fix: "auth_type PASS",
                    passesKeepalived: true)
                if let setting = lines["auth_pass"], let word = lines.words("auth_pass")?.first {
                    reportLength(of: word, setting)
                }
            }
            return nil
        }
        if ["PASS", "AH"].contains(word.text) { return word }
        report(
            .error, "unknown-auth-type", at: setting.valueLocation,
            "`\(word.text)` is not a kind of authentication: PASS or AH",
            consequence: "keepalived would run without any authentication", fix: "auth_type PASS")
        return nil
    }
}
