extension DumpedInstance {
    /// Its part of `keepalived.stats`.
    package var stats: String {
        """
        VRRP Instance: \(name)
          Advertisements:
            Received: \(counters.received)
            Sent: \(counters.sent)
          Became master: \(counters.becameMaster)
          Released master: \(counters.releasedMaster)
          Packet Errors:
            Length: \(counters.lengthErrors)
            TTL: \(counters.hopLimitErrors)
            Invalid Type: \(counters.invalidTypes)
            Advertisement Interval: \(counters.intervalErrors)
            Address List: \(counters.addressListErrors)
          Authentication Errors:
            Invalid Type: \(counters.invalidAuthenticationTypes)
            Type Mismatch: \(counters.authenticationTypeMismatches)
            Failure: \(counters.authenticationFailures)
          Priority Zero:
            Received: \(counters.priorityZeroReceived)
            Sent: \(counters.priorityZeroSent)

        """
    }
}
