internal import VRRPCore
internal import VRRPWire

extension Resolver {
    /// Takes in a word after an address that has no value.
    mutating func applyMark(_ word: Word, to written: inout VirtualAddress) {
        switch word.text {
        case "noprefixroute": written.marks.insert(.noPrefixRoute)
        case "no_track": written.isTracked = false
        // What it is on is decided when the whole instance is known.
        case "use_vmac": break
        case "home":
            if isForIPv6(word, written) { written.marks.insert(.home) }
        default:
            guard isForIPv6(word, written) else { return }
            // The kernel makes them of the other half of the address.
            guard written.prefixLength != 64 else {
                written.marks.insert(.managesTemporaries)
                return
            }
            report(
                .error, "bad-prefix", at: word.location, "`mngtmpaddr` needs an address of /64",
                consequence: "the kernel would refuse the address", fix: "\(written.address)/64 mngtmpaddr")
        }
    }

    private mutating func isForIPv6(_ word: Word, _ written: VirtualAddress) -> Bool {
        if written.address.family == .v6 { return true }
        report(
            .warning, "attribute-for-ipv6", at: word.location, "`\(word.text)` is ignored on an IPv4 address",
            consequence: "only IPv6 addresses have it", fix: "remove `\(word.text)`")
        return false
    }
}
