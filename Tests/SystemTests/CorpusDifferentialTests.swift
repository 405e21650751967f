import LinuxKernel
import Rehearsal
import Testing

import class Foundation.FileManager
import struct Foundation.URL

/// Debian's keepalived and Understudy read every file of the corpus, and one or more for each keyword, each alone on the same kind of host, and come to the same:
/// states, addresses, links, routes, rules, settings of the kernel, adverts octet by octet, announcements, and what commands are
/// told.
@Suite(.serialized) struct CorpusDifferentialTests {
    private static let directory = CorpusSupport.directory

    /// What differs, by file and aspect, and why; docs/differences.md has each.
    private static let exceptions: [String: [String: String]] = {
        let owner = "keepalived removes the host's own address, which the file owns, and ends in FAULT"
        let below = "below a virtual MAC interface keepalived sets arp_filter, and we arp_announce"
        return [
            "20-strict-rfc.conf": [
                "addresses": owner, "adverts": owner, "announcements": owner, "states": owner,
            ],
            "11-vmac.conf": ["settings": below], "72-virtual-mac.conf": ["settings": below],
            "79-address-macs.conf": ["settings": below],
        ]
    }()

    /// Announcements of keepalived's for addresses that the kernel refused, because their scope is not that of the subnet.
    private static let vain = ["08-v4-with-v6-excluded.conf": "ARP 1 10.0.0.120 for 10.0.0.120"]

    private static func files() throws -> [(name: String, text: String)] {
        try ["valid", "keywords"].flatMap { folder in
            let names = try FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(folder)").sorted()
            return try names.filter { $0.hasSuffix(".conf") }.map { name in
                let text = String(decoding: try LocalFiles.read("\(directory)/\(folder)/\(name)"), as: UTF8.self)
                return (name, CorpusSupport.adapted(text))
            }
        }
    }

    /// A few files at a time, for each takes seconds and most of that is waiting.
    @Test(arguments: 0..<6)
    func `every file of the corpus comes to the same`(part: Int) throws {
        let all = try Self.files()
        try #require(all.count >= 45)
        let trial = try Trial()
        let mine = all.enumerated().filter { $0.offset % 6 == part }.map(\.element)
        let couples = try mine.map { file in
            (
                file.name,
                try [Program.understudy, .keepalived].map {
                    try CorpusSide($0, file.name, file.text, in: trial)
                }
            )
        }
        // Until both have come to rest where the other is, or it is clear that they do not.
        var same: [String: UInt64] = [:]
        let rest: UInt64 = 1_500_000_000
        _ = try trial.observer.wait(seconds: 30) {
            let now = monotonicNanoseconds()
            for (name, sides) in couples where same[name].map({ now - $0 < rest }) ?? true {
                let isSame = differences(name, try sides.map { try $0.picture() }).isEmpty
                let isMaster =
                    !sides[0].log.text.contains("Entering BACKUP") || sides[0].log.text.contains("Entering MASTER")
                same[name] = isSame && isMaster ? same[name] ?? now : nil
            }
            return couples.allSatisfy { name, _ in same[name].map { now - $0 >= rest } ?? false }
        }
        for (name, sides) in couples {
            let pictures = try sides.map { side in
                try side.picture().merging(try side.sent()) { first, _ in first }
            }
            for side in sides { #expect(!side.hasEnded, "\(name): \(side.program)\n\(side.log.tail())") }
            for difference in differences(name, pictures) { Issue.record("\(name): \(difference)") }
            if let line = Self.vain[name] { #expect(pictures[1]["announcements"]?.contains(line) == true, "\(name)") }
            for (aspect, reason) in Self.exceptions[name] ?? [:] {
                #expect(pictures[0][aspect] != pictures[1][aspect], "\(name): \(aspect) is no exception: \(reason)")
            }
            for side in sides { try side.end() }
        }
    }

    /// What differs between Understudy and keepalived and is no exception, a sentence each.
    private func differences(_ name: String, _ pictures: [CorpusSide.Picture]) -> [String] {
        let (ours, theirs) = (pictures[0], pictures[1])
        return ours.keys.sorted().compactMap { aspect in
            guard Self.exceptions[name]?[aspect] == nil, let own = ours[aspect],
                let other = theirs[aspect]?.filter({ aspect != "announcements" || $0 != Self.vain[name] }), own != other
            else { return nil }
            let (more, less) = (own.filter { !other.contains($0) }, other.filter { !own.contains($0) })
            return "\(aspect): only Understudy \(more), only keepalived \(less)"
        }
    }
}
