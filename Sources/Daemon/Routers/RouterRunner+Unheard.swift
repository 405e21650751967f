internal import Configuration
internal import LinuxKernel
internal import VRRPCore

/// A router that goes on although its own interface is down (`dont_track_primary`).
extension RouterRunner {
    /// Why nobody hears it; nil when somebody may.
    var unheard: String? {
        guard instance.ignoresOwnLink, let link, !link.isUsable, !isLinkHeldUp else { return nil }
        return "interface \(instance.interface) " + (link.isUp ? "has no carrier" : "is down")
    }

    /// Says once that its adverts go nowhere, and that they do no longer.
    func noticeUnheard() {
        let reason = unheard
        guard reason != unheardBecause else { return }
        unheardBecause = reason
        if let reason {
            log.warning(
                "(\(name)) \(reason): nobody hears this router, and it goes on as it is, because dont_track_primary says so"
            )
        } else {
            log.notice("(\(name)) interface \(instance.interface) carries adverts again")
        }
    }
}
