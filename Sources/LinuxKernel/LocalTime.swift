internal import Glibc

/// A second of the wall clock in local time, as ctime(3) writes it without its line feed: `Sat Jan 14 06:41:32 2023`.
package func localTimeText(_ seconds: Int64) -> String {
    var seconds = time_t(seconds)
    // ctime_r(3) writes 26 octets at most for years of four digits.
    var text = [CChar](repeating: 0, count: 64)
    // SAFETY: the number is read, and the buffer is longer than what is written; both outlive the call.
    guard unsafe ctime_r(&seconds, &text) != nil else { return "Thu Jan  1 00:00:00 1970" }
    return String(decoding: text.prefix { $0 != 0 && $0 != 10 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
