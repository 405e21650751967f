internal import CLinux
internal import Glibc
package import VRRPWire

/// Why the system's resolver does not know a name, in words.
package struct NameLookupFailure: Error, Equatable {
    package var reason: String
}

/// The addresses of a host, the best first, as the system's resolver knows them.
///
/// It may wait for name servers, as long as resolv.conf(5) lets it: never to be called where adverts are sent.
package func lookUpAddresses(of name: String) throws(NameLookupFailure) -> [IPAddress] {
    var found = [cl_address](repeating: cl_address(), count: 16)
    // SAFETY: the name is NUL-terminated for the duration of the call, which writes at most the array's count of addresses.
    let outcome = unsafe found.withUnsafeMutableBufferPointer { buffer in
        unsafe cl_look_up(name, buffer.baseAddress, buffer.count)
    }
    if outcome.error != 0 { throw NameLookupFailure(reason: SystemError(name, outcome.error).reason) }
    if outcome.failure != 0 {
        // SAFETY: gai_strerror returns a NUL-terminated string that stays valid.
        let words = unsafe cl_lookup_failure(outcome.failure).map { unsafe String(cString: $0) }
        throw NameLookupFailure(reason: words ?? "failure \(outcome.failure)")
    }
    return found.prefix(outcome.count).compactMap(\.ipAddress)
}

/// The full name of a host, as the system's resolver knows it; nil when it knows none.
///
/// It may wait, as ``lookUpAddresses(of:)`` may.
package func canonicalName(of name: String) -> String? {
    var canonical = [CChar](repeating: 0, count: 1025)
    // SAFETY: both outlive the call, which writes at most the array's count of octets.
    let result = unsafe canonical.withUnsafeMutableBufferPointer { buffer in
        unsafe cl_canonical_name(name, buffer.baseAddress, buffer.count)
    }
    guard result == 0 else { return nil }
    return String(decoding: canonical.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
