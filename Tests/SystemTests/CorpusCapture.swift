import VRRPWire

/// What a host sent, read from a file that `tcpdump -i any -Q out` has written.
struct CorpusCapture {
    /// The last advert of each virtual router to each destination, in hexadecimal, but for what says nothing of its meaning.
    private(set) var adverts: [String: String] = [:]
    /// Every announcement of an address, each once.
    private(set) var announcements: Set<String> = []

    /// - Parameter file: in pcap's format with the link type LINUX_SLL2 (276), in the order of octets of this machine.
    init(_ file: [UInt8]) {
        var rest = file[...]
        guard rest.count >= 24 else { return }
        rest = rest.dropFirst(24)
        while rest.count >= 16 {
            let bytes = Array(rest.prefix(16))
            let length = (0..<4).reduce(0) { $0 | Int(bytes[8 + $1]) << (8 * $1) }
            rest = rest.dropFirst(16)
            // The last one may still be on its way to the disk.
            guard rest.count >= length else { return }
            read(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
    }

    private mutating func read(_ frame: [UInt8]) {
        guard frame.count > 20 else { return }
        let packet = Array(frame.dropFirst(20))
        switch UInt16(frame[0]) << 8 | UInt16(frame[1]) {
        case 0x0800: readIPv4(packet)
        case 0x86DD: readIPv6(packet)
        case 0x0806 where packet.count >= 28:
            let (sender, target) = (Self.address(packet[14..<18]), Self.address(packet[24..<28]))
            announcements.insert("ARP \(packet[7]) \(sender) for \(target)")
        default: break
        }
    }

    private mutating func readIPv4(_ packet: [UInt8]) {
        guard packet.count >= 28, packet[0] == 0x45 else { return }
        var packet = packet
        // The identification, and the sum that goes with it.
        for index in [4, 5, 10, 11] { packet[index] = 0 }
        let destination = Self.address(packet[16..<20])
        switch packet[9] {
        case 112: keep(packet, messageAt: 20, destination)
        case 51 where packet.count >= 52:
            // What the authentication header computes from the time.
            for index in 28..<44 { packet[index] = 0 }
            keep(packet, messageAt: 44, destination)
        default: break
        }
    }

    private mutating func readIPv6(_ packet: [UInt8]) {
        guard packet.count >= 48 else { return }
        let destination = Self.address(packet[24..<40])
        if packet[6] == 112 {
            var packet = packet
            // The flow label is the kernel's, and the source is made from the interface's hardware address.
            for index in 1...3 { packet[index] = 0 }
            for index in Array(8..<24) + [46, 47] { packet[index] = 0 }
            keep(packet, messageAt: 40, destination)
        }
        // RFC 4861 section 4.4: flags and the target.
        if packet[6] == 58, packet.count >= 64, packet[40] == 136 {
            let target = Self.address(packet[48..<64])
            guard !target.contains("ff:fe") else { return }
            announcements.insert("NA \(packet[44] >> 5) \(target) to \(destination) hop limit \(packet[7])")
        }
    }

    private mutating func keep(_ packet: [UInt8], messageAt start: Int, _ destination: String) {
        adverts["\(destination) VRID \(packet[start + 1])"] =
            packet.map { octet in
                let digits = String(octet, radix: 16)
                return digits.count == 1 ? "0" + digits : digits
            }.joined()
    }

    private static func address(_ octets: ArraySlice<UInt8>) -> String {
        if octets.count == 4 { return octets.map { "\($0)" }.joined(separator: ".") }
        let words = stride(from: octets.startIndex, to: octets.endIndex, by: 2).map {
            String(UInt16(octets[$0]) << 8 | UInt16(octets[$0 + 1]), radix: 16)
        }
        return words.joined(separator: ":")
    }
}
