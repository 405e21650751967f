internal import LinuxKernel
internal import VRRPCore
internal import VRRPWire

// `auth_type AH`: what time it is, and what a successor needs to know.

/// Since 1970.
var presentSeconds: UInt64 { UInt64(max(0, wallClock().seconds)) }

extension OctetWriter {
    mutating func put(_ header: HeaderMemory) {
        put(header.sent != nil)
        put(UInt64(header.sent ?? 0))
        put(UInt64(header.marks.count))
        for mark in header.marks {
            put(mark.source)
            put(UInt64(mark.sequence))
        }
    }
}

extension OctetReader {
    mutating func headerMemory() -> HeaderMemory {
        let (hasSent, sent) = (flag(), UInt32(clamping: number()))
        var marks: [HeaderMemory.Mark] = []
        var rest = min(number(), UInt64(HeaderMemory.senders))
        while rest > 0, !isDamaged, let source = address() {
            marks.append(HeaderMemory.Mark(source: source, sequence: UInt32(clamping: number())))
            rest -= 1
        }
        return HeaderMemory(sent: hasSent ? sent : nil, marks: marks)
    }
}
