internal import LinuxKernel

/// What is written on an interface that the daemon has made, so that a later run knows it, and what to give back.
struct VirtualLinkMark: Equatable {
    /// What `arp_ignore` of the interface below was before it was changed; nil when it was not changed.
    var arpIgnoreBefore: UInt32?

    private static let start = "made by understudyd for use_vmac"
    private static let before = "; net.ipv4.conf.*.arp_ignore below was "

    init(arpIgnoreBefore: UInt32?) { self.arpIgnoreBefore = arpIgnoreBefore }

    /// Nil for an interface that the daemon has not made.
    init?(_ link: LinkInfo) {
        guard let alias = link.alias, alias.hasPrefix(Self.start) else { return nil }
        let rest = alias.dropFirst(Self.start.utf8.count)
        arpIgnoreBefore = rest.hasPrefix(Self.before) ? UInt32(rest.dropFirst(Self.before.utf8.count)) : nil
    }

    var text: String { Self.start + (arpIgnoreBefore.map { "\(Self.before)\($0)" } ?? "") }
}

/// An interface that the daemon has made, for whoever removes it when the daemon cannot.
struct VirtualLinkRecord: Equatable {
    var name: String
    var index: UInt32
    var baseIndex: UInt32
    var arpIgnoreBefore: UInt32?

    /// For the memory: one after the other.
    static func octets(_ records: [VirtualLinkRecord]) -> [UInt8] {
        var writer = OctetWriter()
        writer.put(UInt64(records.count))
        for record in records {
            writer.put(record.name)
            for number in [record.index, record.baseIndex] { writer.put(UInt64(number)) }
            writer.put(record.arpIgnoreBefore.map { UInt64($0) + 1 } ?? 0)
        }
        return writer.octets
    }

    static func list(_ octets: [UInt8]) -> [VirtualLinkRecord] {
        var reader = OctetReader(octets)
        var records: [VirtualLinkRecord] = []
        var rest = reader.number()
        while rest > 0, !reader.isDamaged {
            var record = VirtualLinkRecord(
                name: reader.text(), index: UInt32(clamping: reader.number()),
                baseIndex: UInt32(clamping: reader.number()))
            let before = reader.number()
            record.arpIgnoreBefore = before == 0 ? nil : UInt32(clamping: before - 1)
            if !reader.isDamaged { records.append(record) }
            rest -= 1
        }
        return records
    }

    /// Takes them off, and gives back what was changed below them; the addresses are gone.
    static func removeAll(_ records: [VirtualLinkRecord], log: Log) {
        if records.isEmpty { return }
        do throws(SystemError) {
            let socket = try RouteSocket()
            let links = try socket.links()
            for record in records {
                // Somebody else may have made another one since.
                guard let link = links.first(where: { $0.index == record.index }), VirtualLinkMark(link) != nil else {
                    continue
                }
                do throws(SystemError) { try socket.removeLink(link.index) } catch { log.debug("\(error)") }
            }
            for record in records {
                guard let before = record.arpIgnoreBefore, links.contains(where: { $0.index == record.baseIndex }) else {
                    continue
                }
                do throws(SystemError) {
                    try socket.set([.arpIgnore: before], on: record.baseIndex)
                } catch {
                    log.debug("\(error)")
                }
            }
            log.notice("removed \(records.count) virtual MAC interface(s)")
        } catch {
            log.error("virtual MAC interfaces stay: \(error); the next start removes them")
        }
    }
}
