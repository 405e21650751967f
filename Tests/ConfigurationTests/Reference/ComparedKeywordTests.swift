import Configuration
import Foundation
import Testing

/// Whether each keyword is in a file that a test has keepalived read as well, and compares what comes of it.
@Suite struct ComparedKeywordTests {
    /// What keepalived 2.2.7, with which the tests compare, does not know or does not do, and what asks for it instead.
    private static let notThere: [String: String] = [
        "auth_hmac": "since 2.4.2: Behaviour/Controlled/Keyed, and the vectors that keepalived's authors published",
        "key": "of auth_hmac", "active_key": "of auth_hmac", "mode": "of auth_hmac", "anti_replay": "of auth_hmac",
        "time_window": "of auth_hmac",
        "v3_checksum_as_v2": "unknown to it: InteropChecksumTests",
        "vrrp_owner_ignore_adverts": "unknown to it: Behaviour/Controlled/InstanceSettings",
        "owner_ignore_adverts": "likewise",
        "vrrp_delay_after_boot": "unknown to it: Behaviour/StartupDelays",
        "state_dump_file": "unknown to it: Behaviour/DumpFileTroubles", "stats_dump_file": "likewise",
        "json_dump_file": "likewise", "json_version": "likewise",
        "no_virtual_ipaddress": "since 2.2.8: the file without addresses is compared without the word",
        "timer_expired_backup": "unknown to it, and always so here: OneOwner/Pauses",
        "thread_timer_expired": "likewise",
        "set_supplementary_groups": "unknown to it: Behaviour/RemainingHostKeywords",
        "multihop": "unknown to it: BFDInteropTests with FRR",
        "inet": "it passes over the word behind it, and refuses the line: RouteTests",
        "inet6": "likewise",
        "ttl-propagate": "it sets no route with it, as the kernel wants none: RouteTests",
    ]

    /// The texts of the files that both programs read, and of the tests that compare what both do with files of their own.
    private static func compared() throws -> String {
        let tests = URL(filePath: #filePath).appending(path: "../../..").standardized
        var text = ""
        for folder in ["valid", "keywords"] {
            for file in try CorpusFile.all(folder) { text += try String(contentsOf: file.url, encoding: .utf8) }
        }
        let system = tests.appending(path: "SystemTests")
        for name in try FileManager.default.contentsOfDirectory(atPath: system.path).sorted()
        where name.contains("Differential") || name.contains("Interop") || name == "DumpSide.swift" {
            text += try String(contentsOf: system.appending(path: name), encoding: .utf8)
        }
        return text
    }

    @Test func `each keyword that keepalived knows is in a file that both programs read`() throws {
        let words = Set(
            try Self.compared().split { !($0.isLetter || $0.isNumber || "_-".contains($0)) }.map(String.init))
        for block in BlockKind.allCases {
            for keyword in KeywordTable.keywords(in: block) where keyword.status == .supported && !keyword.isOurs {
                let isCompared = words.contains(keyword.name)
                #expect(
                    isCompared || Self.notThere[keyword.name] != nil,
                    "\(keyword.name) \(block.place): it wants a file in Corpus/keywords, for CorpusDifferentialTests"
                )
            }
        }
    }
}
