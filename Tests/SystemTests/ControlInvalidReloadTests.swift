import Control
import LinuxKernel
import Rehearsal
import Testing

import class Foundation.FileManager
import struct Foundation.URL

extension Behaviour.Controlled {
    /// Every mistake of the corpus, given to an Active Router by a reload: nothing of it may be seen on the wire.
    @Suite struct InvalidReloads {
        private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "ConfigurationTests/Corpus/invalid").path

        /// The files of the corpus that have an error; what has only warnings runs, and is no mistake to be refused.
        private static func mistakes() throws -> [(name: String, text: String)] {
            let names = try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
            // An address that is a mistake on the host of the corpus only.
            return try names.filter { $0.hasSuffix(".conf") && !$0.contains("own-address") }.compactMap { name in
                let path = "\(directory)/\(name)"
                let judged = try LocalFiles.read(path.replacing(".conf", with: ".diagnostics"))
                guard String(decoding: judged, as: UTF8.self).contains(": error: ") else { return nil }
                return (name, String(decoding: try LocalFiles.read(path), as: UTF8.self))
            }
        }

        @Test func `each file with an error is refused with its reasons, and the adverts and addresses go on`() throws {
            let mistakes = try Self.mistakes()
            try #require(mistakes.count >= 30)
            let trial = try Trial()
            let host = try trial.host()
            let client = try trial.laboratory.addClient([Interface("eth0", addresses: [try .init("192.0.2.200", 24)])])
            let daemon = try trial.start(host, instance())
            try daemon.becomes(.active)
            let before = try daemon.status()
            let recorder = try AdvertRecorder(in: client)
            let (start, mark) = (monotonicNanoseconds(), daemon.mark)
            for (name, text) in mistakes {
                try host.writeFile("/run/vrrp.conf", text)
                let arguments = ["reload", "--socket", "/run/understudy/control.sock"]
                let result = try host.run(Trial.command, arguments)
                #expect(result.status == .exited(code: 2), "\(name): \(result.output)")
                #expect(result.output.contains("/run/vrrp.conf:"), "\(name): \(result.output)")
                let remark = try #require(try daemon.status().remarks.first, "\(name)")
                #expect(remark.hasPrefix("the reload at ") && remark.contains("/run/vrrp.conf:"), "\(name): \(remark)")
            }
            let end = monotonicNanoseconds()
            try trial.waitFor("further adverts") { recorder.adverts(since: end).count >= 3 }
            let gaps = recorder.gaps(since: start)
            #expect(recorder.isSteady(gaps), "\(gaps.sorted().suffix(5))")
            #expect(recorder.adverts(since: start).allSatisfy { $0.priority == 100 })
            #expect(!daemon.text(since: mark).contains("Entering"))
            let after = try daemon.status()
            #expect(after.loadedAt == before.loadedAt)
            #expect(after.instances.map(\.addresses) == before.instances.map(\.addresses))
            let removed = trial.observer.observations.filter { if case .removed = $0.change { true } else { false } }
            #expect(removed.isEmpty, "\(removed)")
        }
    }
}
