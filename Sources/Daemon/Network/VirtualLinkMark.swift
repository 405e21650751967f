internal import LinuxKernel

/// What settings of an interface below virtual MAC interfaces were before they were changed; nil for one that was not.
struct SettingsBefore: Equatable {
    var arpIgnore: UInt32?
    var arpAnnounce: UInt32?

    var isEmpty: Bool { self == SettingsBefore() }

    /// What gives them back.
    var values: [InterfaceSetting: UInt32] {
        var values: [InterfaceSetting: UInt32] = [:]
        values[.arpIgnore] = arpIgnore
        values[.arpAnnounce] = arpAnnounce
        return values
    }

    /// For people: `arp_ignore 0, arp_announce 0`.
    var text: String {
        [arpIgnore.map { "arp_ignore \($0)" }, arpAnnounce.map { "arp_announce \($0)" }].compactMap(\.self)
            .joined(separator: ", ")
    }

    init() {}

    init(_ text: some StringProtocol) {
        for part in text.split(separator: ",") {
            let words = part.split(separator: " ")
            guard words.count == 2, let value = UInt32(words[1]) else { continue }
            if words[0] == "arp_ignore" { arpIgnore = value }
            if words[0] == "arp_announce" { arpAnnounce = value }
        }
    }
}

/// What is written on an interface that the daemon has made, so that a later run knows it, and what to give back.
struct VirtualLinkMark: Equatable {
    var before: SettingsBefore

    private static let start = "made by understudyd for use_vmac"
    private static let below = "; the interface below had "

    init(_ before: SettingsBefore) { self.before = before }

    /// Nil for an interface that the daemon has not made.
    init?(_ link: LinkInfo) {
        guard let alias = link.alias, alias.hasPrefix(Self.start) else { return nil }
        let rest = alias.dropFirst(Self.start.utf8.count)
        before = rest.hasPrefix(Self.below) ? SettingsBefore(rest.dropFirst(Self.below.utf8.count)) : SettingsBefore()
    }

    var text: String { Self.start + (before.isEmpty ? "" : Self.below + before.text) }
}

/// An interface that the daemon has made, for whoever removes it when the daemon cannot.
struct VirtualLinkRecord: Equatable {
    var name: String
    var index: UInt32
    var baseIndex: UInt32
    var before = SettingsBefore()

    /// For the memory: one after the other.
    static func octets(_ records: [VirtualLinkRecord]) -> [UInt8] {
        var writer = OctetWriter()
        writer.put(UInt64(records.count))
        for record in records {
            writer.put(record.name)
            for number in [record.index, record.baseIndex] { writer.put(UInt64(number)) }
            writer.put(record.before.text)
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
            record.before = SettingsBefore(reader.text())
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
                guard !record.before.isEmpty, links.contains(where: { $0.index == record.baseIndex }) else { continue }
                do throws(SystemError) {
                    try socket.set(record.before.values, on: record.baseIndex)
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
