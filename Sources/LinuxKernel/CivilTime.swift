internal import Glibc

/// A date and a time of day, as a calendar and a clock on the wall say it.
package struct CivilTime: Equatable, Sendable {
    package var year: Int
    /// 1 to 12.
    package var month: Int
    package var day: Int
    package var hour: Int
    package var minute: Int
    package var second: Int

    package init(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        (self.year, self.month, self.day) = (year, month, day)
        (self.hour, self.minute, self.second) = (hour, minute, second)
    }

    /// What clocks say so many seconds after 1970 began, here or in Greenwich.
    package init(_ seconds: Int64, isUTC: Bool) {
        var instant = time_t(seconds)
        // SAFETY: a C struct of numbers and a pointer to a static name.
        var parts = unsafe tm()
        // SAFETY: both are local values; only `parts` is written to.
        _ = unsafe isUTC ? gmtime_r(&instant, &parts) : localtime_r(&instant, &parts)
        // SAFETY: only numbers are read from it.
        unsafe self.init(parts)
    }

    // SAFETY: only numbers are read from the structure.
    private init(_ parts: tm) {
        unsafe self.init(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday),
            hour: Int(parts.tm_hour), minute: Int(parts.tm_min), second: Int(parts.tm_sec))
    }

    /// Seconds since 1970 began; nil for what no clock ever says, as when summer time begins.
    package func seconds(isUTC: Bool) -> Int64? {
        // SAFETY: a C struct of numbers and a pointer, which stays nil.
        var parts = unsafe tm()
        // SAFETY: only numbers of it are written.
        unsafe parts.tm_year = Int32(clamping: year - 1900)
        unsafe parts.tm_mon = Int32(clamping: month - 1)
        unsafe parts.tm_mday = Int32(clamping: day)
        unsafe parts.tm_hour = Int32(clamping: hour)
        unsafe parts.tm_min = Int32(clamping: minute)
        unsafe parts.tm_sec = Int32(clamping: second)
        // SAFETY: as above. The time zone's own rules say whether it is summer time.
        unsafe parts.tm_isdst = isUTC ? 0 : -1
        // SAFETY: the structure is given for the duration of the call, and only numbers are read from it.
        let instant = unsafe isUTC ? timegm(&parts) : mktime(&parts)
        return unsafe CivilTime(parts) == self ? Int64(instant) : nil
    }
}
