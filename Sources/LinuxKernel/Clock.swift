internal import CLinux

/// The reading of CLOCK_MONOTONIC, in nanoseconds: the one place the daemon asks what time it is.
package func monotonicNanoseconds() -> UInt64 { cl_monotonic_nanoseconds() }

/// The time that this thread has had a processor, in nanoseconds (CLOCK_THREAD_CPUTIME_ID).
package func processorNanoseconds() -> UInt64 { cl_processor_nanoseconds() }

/// How much longer than CLOCK_MONOTONIC the machine has existed, in nanoseconds: the time for which it was suspended.
package func suspendedNanoseconds() -> UInt64 {
    let monotonic = cl_monotonic_nanoseconds()
    let boottime = cl_boottime_nanoseconds()
    return boottime > monotonic ? boottime - monotonic : 0
}

/// Sleeps until CLOCK_MONOTONIC reads `nanoseconds`, or a signal comes.
package func sleepUntil(nanoseconds: UInt64) { cl_sleep_until(nanoseconds) }

/// Seconds since 1970 and the nanoseconds beyond them, for log stamps only: this clock may jump.
package func wallClock() -> (seconds: Int64, nanoseconds: Int) {
    let now = cl_wall_clock()
    return (now.seconds, Int(now.nanoseconds))
}

/// Whether the kernel holds the wall clock for synchronised, which an NTP client tells it (adjtimex(2)).
package func clockIsSynchronised() -> Bool { cl_clock_is_synchronised() != 0 }
