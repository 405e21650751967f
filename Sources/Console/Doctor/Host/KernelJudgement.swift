package import Configuration
package import LinuxKernel
internal import VRRPWire

/// What the kernel can do that the daemon uses when it is there.
package struct KernelFacts: Equatable, Sendable {
    package var release: String
    /// Nil when it works, else why the process connector does not.
    package var connectorFailure: SystemError?
    /// The time source in use, and whether the kernel holds the wall clock for synchronised.
    package var clockSource: String
    package var isSynchronised: Bool

    package init(
        release: String, connectorFailure: SystemError? = nil, clockSource: String = "", isSynchronised: Bool = true
    ) {
        self.release = release
        self.connectorFailure = connectorFailure
        self.clockSource = clockSource
        self.isSynchronised = isSynchronised
    }

    static func read() -> KernelFacts {
        func line(_ path: String) -> String {
            guard case .success(let bytes) = readFile(path, limit: 4096) else { return "" }
            return String(String(decoding: bytes, as: UTF8.self).prefix { $0 != "\n" })
        }
        var facts = KernelFacts(
            release: line("/proc/sys/kernel/osrelease"),
            clockSource: line("/sys/devices/system/clocksource/clocksource0/current_clocksource"),
            isSynchronised: clockIsSynchronised())
        do throws(SystemError) {
            _ = try ProcessEvents(receiveBuffer: 4096)
        } catch {
            facts.connectorFailure = error
        }
        return facts
    }
}

/// What the daemon does without, or less well, on this kernel.
package func judgeKernel(_ facts: KernelFacts, _ interfaces: InterfaceFacts, _ model: Model) -> [Finding] {
    var findings: [Finding] = []
    // Since 5.18 every loopback address has the kernel's own mark, whatever the distribution calls its kernel.
    let loopbacks = Set(interfaces.links.filter(\.isLoopback).map(\.index))
    let telling = interfaces.addresses.filter { loopbacks.contains($0.interfaceIndex) || $0.protocolMark != nil }
    let hasMarks = telling.contains { $0.protocolMark != nil }
    if !telling.isEmpty, !hasMarks {
        findings.append(
            Finding(
                .kernelLacks, .note, of: "address marks", "this kernel cannot mark addresses with who put them there",
                evidence: ["Linux \(facts.release): no loopback address has a mark; 5.18 and later have them"],
                consequence:
                    "after a crash the daemon knows its addresses by its configuration alone: one that was taken out of the file "
                    + "meanwhile stays on the interface",
                remedy: .advice("nothing, or a newer kernel")))
    }
    if !model.processes.isEmpty, let failure = facts.connectorFailure { findings.append(connector(failure)) }
    if findings.isEmpty {
        findings.append(
            Finding(
                .kernelSuffices, .ok, "the kernel has what the daemon uses",
                evidence: [
                    "Linux \(facts.release)",
                    hasMarks ? "it marks addresses" : "whether it marks addresses shows only with a loopback address",
                    model.processes.isEmpty ? "no process is tracked" : "it tells of processes that start and end",
                ]))
    }
    return findings
}

private func connector(_ failure: SystemError) -> Finding {
    // EPERM, EACCES: nothing is known then.
    guard failure.code != 1, failure.code != 13 else {
        return Finding(
            .kernelSuffices, .unknown, "it is not known whether the kernel tells of processes", evidence: ["\(failure)"]
        )
    }
    return Finding(
        .kernelLacks, .note, of: "process connector", "the kernel does not tell of processes that start and end here",
        evidence: ["\(failure)", "only the first network namespace has it; containers have not"],
        consequence: "a tracked process that starts is noticed within half a second, and not at once",
        remedy: .advice("nothing, or run the daemon outside of the container"))
}

/// Whether times in the logs of two hosts can be compared.
package func judgeClock(_ facts: KernelFacts) -> Finding {
    let seen = [
        "the kernel holds the clock for \(facts.isSynchronised ? "synchronised" : "not synchronised")",
        "time source \(facts.clockSource.isEmpty ? "not known" : facts.clockSource)",
    ]
    // What the kernel falls back on when it finds the processor's own clock wanting.
    let fallbacks = ["acpi_pm", "hpet", "jiffies", "refined-jiffies"]
    if !facts.isSynchronised {
        return Finding(
            .clock, .note, "the clock is not synchronised", evidence: seen,
            consequence:
                "nothing is timed by it, so takeovers work; but the logs and histories of two hosts do not line up",
            remedy: .advice("run an NTP client: chrony, or systemd-timesyncd (timedatectl set-ntp true)"))
    }
    if fallbacks.contains(facts.clockSource) {
        return Finding(
            .clock, .note, "the kernel has given up the processor's own clock", evidence: seen,
            consequence:
                "reading the time takes longer, and timers are less exact; short advert intervals suffer first",
            remedy: .advice("dmesg says why (clocksource: tsc unstable); look at the hypervisor or the firmware"))
    }
    return Finding(.clock, .ok, "the clock is synchronised", evidence: seen)
}
